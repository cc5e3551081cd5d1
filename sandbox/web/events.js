// What the server tells: each event changes what the page holds.

import { announce, app } from "./app.js";
import { load, pathOf, titleOf } from "./channels.js";
import { attachmentsOf, rendered, renew } from "./markdown.js";
import { keepUsers, nameOf, userOf } from "./people.js";
import { react, receive, remove, update } from "./shelf.js";

/** After these the channels, or the names in what was said, may be others. */
const NEWS = [
  ...["user_added", "user_removed", "channel_created", "channel_deleted", "channel_restored", "channel_converted"],
  ...["channel_updated", "direct_added", "group_added", "added_to_team", "new_user"],
];

/** What happens to messages: one after the other, the next may be about the same one. */
const TO_POSTS = {
  posted: (data) => posted(JSON.parse(data.post), JSON.parse(data.mentions ?? "[]")),
  ephemeral_message: (data) => whispered(JSON.parse(data.post)),
  post_edited: (data) => update(JSON.parse(data.post)),
  post_deleted: (data) => remove(JSON.parse(data.post).id),
  reaction_added: (data) => react(JSON.parse(data.reaction), true),
  reaction_removed: (data) => react(JSON.parse(data.reaction), false),
};

let last = Promise.resolve();
const inTurn = (act) => (last = last.then(act).catch(() => {}));

export function mount() {
  const { socket } = app;
  for (const [event, act] of Object.entries(TO_POSTS)) socket.on(event, (data) => inTurn(() => act(data)));
  socket.on("channel_viewed", (data) => viewed([data.channel_id]));
  socket.on("multiple_channels_viewed", (data) => viewed(Object.keys(data.channel_times)));
  socket.on("user_updated", ({ user }) => {
    if (userOf(user.id)?.username !== user.username) reload();
    keepUsers([user]);
  });
  for (const event of NEWS) socket.on(event, reload);
  document.addEventListener("visibilitychange", () => document.hidden || seen());
}

async function posted(post, mentioned) {
  if (!app.channels.has(post.channel_id)) await load();
  count(post, mentioned);
  await receive(post);
  const isHere = app.channel?.id === post.channel_id;
  if (isHere) seen();
  if (post.user_id !== app.me.id) tell(post, isHere);
}

async function whispered(post) {
  await receive(post);
  announce(`Visible par vous seul : ${plain(post)}`);
}

/** Say what came: the whole of it in the channel that is shown, elsewhere only a mention. */
function tell(post, isHere) {
  const channel = app.channels.get(post.channel_id);
  const name = nameOf(post.user_id);
  if (isHere) announce(`${name} : ${plain(post)}`);
  else if (channel && app.members.get(channel.id)?.mention_count > 0) announce(`${name} vous a écrit dans ${titleOf(channel)}.`);
}

function plain(post) {
  const holder = document.createElement("template");
  const cards = attachmentsOf(post).map((one) => `${one.title ?? ""} ${one.text ?? ""}`);
  holder.innerHTML = rendered(post.message);
  return [holder.content.textContent.trim(), ...cards].join(" ").trim().slice(0, 500);
}

function count(post, mentioned) {
  const channel = app.channels.get(post.channel_id);
  const member = app.members.get(post.channel_id);
  // What load() brought may hold it already.
  if (!member || post.create_at <= channel?.last_post_at) return;
  channel.last_post_at = post.create_at;
  if (!/^system_(join|leave|add|remove)/.test(post.type)) channel.total_msg_count += 1;
  if (post.user_id === app.me.id) member.msg_count = channel.total_msg_count;
  else if (mentioned.includes(app.me.id) || (channel.type === "D" && !post.type)) member.mention_count += 1;
  app.set("members");
}

function viewed(ids) {
  for (const id of ids) {
    const member = app.members.get(id);
    if (member) Object.assign(member, { msg_count: app.channels.get(id)?.total_msg_count, mention_count: 0 });
  }
  app.set("members");
}

/** Note that the channel that is shown has been read, if somebody looks. */
export async function seen() {
  const { id } = app.channel ?? {};
  if (document.hidden || !app.members.has(id)) return;
  viewed([id]);
  await app.api.post("/channels/members/me/view", { channel_id: id }).catch(() => {});
}

let waiting = 0;

/** Several of these come together: they are answered once. */
function reload() {
  clearTimeout(waiting);
  waiting = setTimeout(inTurn, 100, async () => {
    await Promise.all([load(), renew()]);
    app.set("users"); // what is shown is drawn with the new names
    seen(); // the answer may not know of it
    const { channel } = app;
    if (channel && !app.channels.has(channel.id) && channel.type !== "O") leaveView(channel);
  });
}

function leaveView(channel) {
  announce(`Vous n’êtes plus dans le canal ${titleOf(channel)}.`, true);
  const [next] = app.channels.values();
  if (next) app.navigate(pathOf(next), { replace: true });
}
