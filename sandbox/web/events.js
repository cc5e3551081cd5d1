// What the server tells: each event changes what the page holds.

import { load, pathOf, titleOf } from "./channels.js";
import { find, react, receive, remove, update } from "./shelf.js";

const ROOMS = [
  ...["user_added", "user_removed", "channel_created", "channel_deleted", "channel_restored", "channel_converted"],
  ...["channel_updated", "direct_added", "group_added", "added_to_team"],
];

/** Give the app `postOf`, `received`, `openThread` and `closeThread`, and listen. */
export function extend(app) {
  app.postOf = (id) => find(app, id);
  app.received = (post) => receive(app, post);
  app.openThread = (rootId) => app.store.set("thread", rootId);
  app.closeThread = () => app.store.set("thread", "");
  app.seen = () => seen(app);
  const { socket } = app;
  socket.on("posted", (data) => posted(app, JSON.parse(data.post), data));
  socket.on("ephemeral_message", (data) => whispered(app, JSON.parse(data.post)));
  socket.on("post_edited", (data) => update(app, JSON.parse(data.post)));
  socket.on("post_deleted", (data) => remove(app, JSON.parse(data.post).id));
  socket.on("reaction_added", (data) => react(app, JSON.parse(data.reaction), true));
  socket.on("reaction_removed", (data) => react(app, JSON.parse(data.reaction), false));
  socket.on("channel_viewed", (data) => viewed(app, [data.channel_id]));
  socket.on("multiple_channels_viewed", (data) => viewed(app, Object.keys(data.channel_times)));
  socket.on("user_updated", (data) => app.keepUsers([data.user]));
  for (const event of ROOMS) socket.on(event, () => reload(app));
  document.addEventListener("visibilitychange", () => document.hidden || seen(app));
}

async function posted(app, post, data) {
  if (!app.store.get("channels").has(post.channel_id)) await load(app);
  count(app, post, JSON.parse(data.mentions ?? "[]"));
  await receive(app, post);
  const isHere = app.store.get("channel")?.id === post.channel_id;
  if (isHere) await seen(app);
  if (post.user_id !== app.me.id) tell(app, post, isHere);
}

async function whispered(app, post) {
  await receive(app, post);
  app.announce(`Visible par vous seul : ${plain(app, post)}`);
}

/** Say what came: the whole of it in the channel that is shown, elsewhere only a mention. */
function tell(app, post, isHere) {
  const channel = app.store.get("channels").get(post.channel_id);
  const mentions = app.store.get("members").get(post.channel_id)?.mention_count ?? 0;
  if (isHere) app.announce(`${app.nameOf(post.user_id)} : ${plain(app, post)}`);
  else if (channel && mentions > 0) app.announce(`${app.nameOf(post.user_id)} vous a écrit dans ${titleOf(app, channel)}.`);
}

/** Return what a post says, without marks. */
export function plain(app, post) {
  const holder = document.createElement("template");
  const titles = (post.props?.attachments ?? []).map?.((one) => `${one.title ?? ""} ${one.text ?? ""}`) ?? [];
  holder.innerHTML = app.rendered(post.message);
  return [holder.content.textContent.trim(), ...titles].join(" ").trim().slice(0, 500);
}

function count(app, post, mentioned) {
  const channel = app.store.get("channels").get(post.channel_id);
  const member = app.store.get("members").get(post.channel_id);
  if (!channel || !member) return;
  const counts = !/^system_(join|leave|add|remove)/.test(post.type);
  channel.total_msg_count += counts ? 1 : 0;
  if (post.user_id === app.me.id) member.msg_count = channel.total_msg_count;
  else if (mentioned.includes(app.me.id) || (channel.type === "D" && !post.type)) member.mention_count += 1;
  app.store.set("members", app.store.get("members"));
}

function viewed(app, ids) {
  for (const id of ids) {
    const channel = app.store.get("channels").get(id);
    const member = app.store.get("members").get(id);
    if (channel && member) Object.assign(member, { msg_count: channel.total_msg_count, mention_count: 0 });
  }
  app.store.set("members", app.store.get("members"));
}

/** Note that the channel that is shown has been read, if somebody looks. */
async function seen(app) {
  const channel = app.store.get("channel");
  if (!channel || document.hidden || !app.store.get("members").has(channel.id)) return;
  viewed(app, [channel.id]);
  await app.api.post("/channels/members/me/view", { channel_id: channel.id }).catch(() => {});
}

let waiting = 0;

/** Several of these events come together: one question answers them all. */
function reload(app) {
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    await load(app).catch(() => {});
    const channel = app.store.get("channel");
    const held = channel && app.store.get("channels").get(channel.id);
    if (channel && !held && channel.type !== "O") leaveView(app, channel);
  }, 100);
}

function leaveView(app, channel) {
  app.announce(`Vous n’êtes plus dans le canal ${titleOf(app, channel)}.`, true);
  const next = [...app.store.get("channels").values()][0];
  if (next) app.navigate(pathOf(app, next), { replace: true });
}
