// The messages of the channel that is shown.

import { announce, app } from "./app.js";
import { joined, show } from "./channels.js";
import { h, put } from "./dom.js";
import { seen } from "./events.js";
import { drawList } from "./list.js";
import { openThread } from "./post.js";
import { keyOf, merge, pageOf, postsOf, take } from "./shelf.js";

const PAGE = 60;
const NEAR = 600; // pixels from the top within which older messages are asked for
const AT_END = 60; // pixels from the end within which new messages are followed

const inner = h("div.post-list");
let view = null; // the element that scrolls
let shown = ""; // the channel’s id
let seenAt = 0;
let oldest = "";
let isStuck = true; // to the end
let isLoading = false;
let unsubscribe = () => {};

export function mount(element) {
  view = element;
  put(view, inner);
  view.addEventListener("scroll", scrolled, { passive: true });
  const resized = new ResizeObserver(() => isStuck && toEnd());
  for (const one of [inner, view]) resized.observe(one);
  app.subscribe("channel", open);
  app.subscribe("users", redraw);
}

async function open({ id }) {
  if (shown === id) return;
  shown = id;
  seenAt = app.members.get(id)?.last_viewed_at ?? 0;
  isStuck = true;
  unsubscribe();
  unsubscribe = app.subscribe(keyOf(id), redraw);
  put(inner);
  redraw();
  if (!postsOf(id)) await loadNewest(id);
  await seen();
}

const ask = (id, what) => app.api.get(`/channels/${id}/posts?per_page=${PAGE}&${what}`);

/** Ask for a channel’s latest messages; what was held of it is let go. */
async function loadNewest(id) {
  try {
    const found = await ask(id, "");
    await hold(id, found, { hasOlder: found.prev_post_id !== "", hasNewer: false });
  } catch (failure) {
    announce(failure.message, true);
    const again = h("button", { onclick: () => loadNewest(id) }, "Réessayer");
    if (shown === id) put(inner, h("p.error", { role: "alert" }, failure.message, " ", again));
  }
}

async function hold(id, found, page) {
  const posts = await take(found);
  app.set(`page/${id}`, page);
  merge(keyOf(id), posts);
}

async function loadOlder() {
  const id = shown;
  const [first] = postsOf(id) ?? [];
  if (isLoading || !first || !pageOf(id).hasOlder) return;
  isLoading = true;
  try {
    const found = await ask(id, `before=${first.id}`);
    await hold(id, found, { ...pageOf(id), hasOlder: found.prev_post_id !== "" && found.order.length > 0 });
  } catch (failure) {
    announce(failure.message, true);
  }
  isLoading = false;
}

/** Catch up after a lost connection: with the channel shown now, with others when opened. */
export async function catchUp() {
  const id = shown;
  const last = (postsOf(id) ?? []).reduce((latest, post) => Math.max(latest, post.update_at), 0);
  for (const other of app.channels.keys()) if (other !== id) app.forget(keyOf(other));
  if (app.thread) app.set("thread");
  if (!last) return loadNewest(id);
  const posts = await take(await app.api.get(`/channels/${id}/posts?since=${last}`));
  if (!pageOf(id).hasNewer) merge(keyOf(id), posts);
  return seen();
}

/** Show one message among those around it, by its permanent address. */
export async function showPost(id) {
  const post = await app.api.get(`/posts/${id}`);
  const { channel_id: channelId } = post;
  const channel = app.channels.get(channelId) ?? (await joined(await app.api.get(`/channels/${channelId}`)));
  if (!postsOf(channelId)?.some((one) => one.id === id)) await loadAround(post);
  show(channel);
  if (post.root_id) openThread(post);
  isStuck = false;
  redraw();
  const element = document.getElementById(`post_${id}`);
  element?.classList.add("pointed");
  element?.scrollIntoView({ block: "center" });
  element?.focus({ preventScroll: true });
}

async function loadAround({ id, channel_id: channelId, ...post }) {
  const [older, newer] = await Promise.all([ask(channelId, `before=${id}`), ask(channelId, `after=${id}`)]);
  app.forget(keyOf(channelId));
  const posts = { ...older.posts, ...newer.posts, [id]: { id, channel_id: channelId, ...post } };
  const page = { hasOlder: older.prev_post_id !== "", hasNewer: newer.next_post_id !== "" };
  await hold(channelId, { order: [...newer.order, id, ...older.order], posts }, page);
}

function redraw() {
  const posts = postsOf(shown);
  if (!posts) return;
  const { hasOlder, hasNewer } = pageOf(shown);
  const fromEnd = view.scrollHeight - view.scrollTop;
  const hasGrown = inner.firstElementChild && posts[0]?.id !== oldest;
  oldest = posts[0]?.id;
  const before = hasOlder ? link("older", "Messages plus anciens", loadOlder) : h("p.muted.edge", { "data-key": "edge" }, "Début de la discussion.");
  const after = hasNewer && link("newer", "Aller aux messages récents", toNewest);
  drawList(inner, posts, { seenAt, prefix: "post", before, after });
  if (isStuck && !hasNewer) toEnd();
  else if (hasGrown) view.scrollTop = view.scrollHeight - fromEnd;
}

const link = (key, words, onclick) => h("button.edge", { "data-key": key, onclick }, words);

function toNewest() {
  app.forget(keyOf(shown));
  isStuck = true;
  loadNewest(shown);
}

function toEnd() {
  view.scrollTop = view.scrollHeight;
}

function scrolled() {
  isStuck = view.scrollHeight - view.scrollTop - view.clientHeight < AT_END;
  if (view.scrollTop < NEAR) loadOlder();
}
