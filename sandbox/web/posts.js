// The messages of the channel that is shown.

import { join, show } from "./channels.js";
import { h, put } from "./dom.js";
import { drawList } from "./list.js";
import { keyOf, merge, prepare } from "./shelf.js";

const PAGE = 60;
const NEAR = 600; // pixels from the top within which older messages are asked for

let view = null;

export function mount(app, element) {
  const inner = h("div", { class: "post-list" });
  view = { app, element, inner, stuck: true, unsubscribe: () => {}, channelId: "", loading: false, seenAt: 0 };
  put(element, inner);
  element.addEventListener("scroll", () => scrolled(view), { passive: true });
  new ResizeObserver(() => view.stuck && toEnd(view)).observe(inner);
  new ResizeObserver(() => view.stuck && toEnd(view)).observe(element);
  app.store.subscribe("channel", (channel) => channel && open(view, channel));
  app.store.subscribe("users", () => redraw(view));
}

async function open(view, channel) {
  if (view.channelId === channel.id) return;
  const { app } = view;
  view.channelId = channel.id;
  view.seenAt = app.store.get("members").get(channel.id)?.last_viewed_at ?? 0;
  view.stuck = true;
  view.unsubscribe();
  view.unsubscribe = app.store.subscribe(keyOf(channel.id), () => redraw(view));
  put(view.inner);
  redraw(view);
  if (!app.store.get(keyOf(channel.id))) await loadNewest(app, channel.id);
  await app.seen();
}

/** Ask for a channel’s latest messages; what was held of it is let go. */
async function loadNewest(app, channelId) {
  try {
    const found = await app.api.get(`/channels/${channelId}/posts?per_page=${PAGE}`);
    await hold(app, channelId, found, { hasOlder: found.prev_post_id !== "", hasNewer: false });
  } catch (failure) {
    app.announce(failure.message, true);
    if (view.channelId === channelId) put(view.inner, refusal(app, channelId, failure));
  }
}

function refusal(app, channelId, failure) {
  const again = h("button", { type: "button", onclick: () => loadNewest(app, channelId) }, "Réessayer");
  return h("p", { class: "error", role: "alert" }, failure.message, " ", again);
}

async function hold(app, channelId, found, page) {
  const posts = found.order.map((id) => found.posts[id]);
  await prepare(app, posts);
  app.store.set(`page/${channelId}`, page);
  merge(app, keyOf(channelId), posts);
}

async function loadOlder(view) {
  const { app, channelId } = view;
  const page = app.store.get(`page/${channelId}`);
  const oldest = app.store.get(keyOf(channelId))?.[0];
  if (view.loading || !page?.hasOlder || !oldest) return;
  view.loading = true;
  try {
    const found = await app.api.get(`/channels/${channelId}/posts?before=${oldest.id}&per_page=${PAGE}`);
    await hold(app, channelId, found, { ...page, hasOlder: found.prev_post_id !== "" && found.order.length > 0 });
  } catch (failure) {
    app.announce(failure.message, true);
  } finally {
    view.loading = false;
  }
}

/** Catch up with what happened while there was no connection: changes of the shown channel, the rest when opened. */
export async function catchUp(app) {
  const { channelId } = view;
  const held = app.store.get(keyOf(channelId)) ?? [];
  const last = held.reduce((latest, post) => Math.max(latest, post.update_at), 0);
  for (const id of app.store.get("channels").keys()) if (id !== channelId) app.store.forget(keyOf(id));
  const thread = app.store.get("thread");
  if (thread) app.store.set("thread", thread);
  if (!last) return loadNewest(app, channelId);
  const found = await app.api.get(`/channels/${channelId}/posts?since=${last}`);
  const posts = found.order.map((id) => found.posts[id]);
  await prepare(app, posts.filter((post) => !post.delete_at));
  if (!app.store.get(`page/${channelId}`)?.hasNewer) merge(app, keyOf(channelId), posts);
  return app.seen();
}

/** Show one message among those around it, by its permanent address. */
export async function showPost(app, id) {
  const post = await app.api.get(`/posts/${id}`);
  let channel = app.store.get("channels").get(post.channel_id);
  if (!channel) {
    channel = await app.api.get(`/channels/${post.channel_id}`);
    if (channel.type === "O") await join(app, channel);
  }
  if (!app.store.get(keyOf(channel.id))?.some((one) => one.id === id)) await loadAround(app, post);
  show(app, channel);
  if (post.root_id) app.openThread(post.root_id);
  point(app, id);
}

async function loadAround(app, post) {
  const base = `/channels/${post.channel_id}/posts?per_page=30`;
  const [older, newer] = await Promise.all([app.api.get(`${base}&before=${post.id}`), app.api.get(`${base}&after=${post.id}`)]);
  app.store.forget(keyOf(post.channel_id));
  const found = { order: [...newer.order, post.id, ...older.order], posts: { ...older.posts, ...newer.posts, [post.id]: post } };
  const page = { hasOlder: older.prev_post_id !== "", hasNewer: newer.next_post_id !== "" };
  await hold(app, post.channel_id, found, page);
}

function point(app, id) {
  view.stuck = false;
  redraw(view);
  const element = document.getElementById(`post_${id}`);
  if (!element) return;
  element.classList.add("pointed");
  element.scrollIntoView({ block: "center" });
  element.focus({ preventScroll: true });
}

function redraw(view) {
  const { app, inner, element, channelId } = view;
  const posts = app.store.get(keyOf(channelId));
  if (!posts) return;
  const page = app.store.get(`page/${channelId}`) ?? {};
  const fromEnd = element.scrollHeight - element.scrollTop;
  const isOlder = inner.firstElementChild && posts[0]?.id !== view.oldest;
  view.oldest = posts[0]?.id;
  drawList(app, inner, posts, { seenAt: view.seenAt, prefix: "post", before: head(view, page), after: foot(view, page) });
  if (view.stuck && !page.hasNewer) toEnd(view);
  else if (isOlder) element.scrollTop = element.scrollHeight - fromEnd;
}

function head(view, page) {
  if (!page.hasOlder) return h("p", { class: "muted beginning", "data-key": "beginning" }, "Début de la discussion.");
  return h("button", { type: "button", class: "older", "data-key": "older", onclick: () => loadOlder(view) }, "Messages plus anciens");
}

function foot(view, page) {
  if (!page.hasNewer) return null;
  const go = () => {
    view.app.store.forget(keyOf(view.channelId));
    view.stuck = true;
    loadNewest(view.app, view.channelId);
  };
  return h("button", { type: "button", class: "newer", "data-key": "newer", onclick: go }, "Aller aux messages récents");
}

function toEnd(view) {
  view.element.scrollTop = view.element.scrollHeight;
}

function scrolled(view) {
  const { element } = view;
  view.stuck = element.scrollHeight - element.scrollTop - element.clientHeight < 60;
  if (element.scrollTop < NEAR) loadOlder(view);
}
