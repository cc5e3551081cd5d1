// The sidebar: one’s channels with what is unread in them, and the way into others.

import { app } from "./app.js";
import { browse, compose } from "./browse.js";
import { h, put } from "./dom.js";
import { nameOf, needUsers, userNamed, userOf } from "./people.js";

/** Kinds of channels; those of several people stand among the direct ones. */
const GROUPS = [
  ["O", "Canaux publics"],
  ["P", "Canaux privés"],
  ["DG", "Messages directs"],
];
const LAST = "last-channel";

export async function load() {
  if (!app.team) return;
  const base = `/users/me/teams/${app.team.id}/channels`;
  const [channels, members] = await Promise.all([app.api.get(base), app.api.get(`${base}/members`)]);
  app.set("members", new Map(members.map((member) => [member.channel_id, member])));
  app.set("channels", new Map(channels.map((channel) => [channel.id, channel])));
  await needUsers(channels.map(otherIn));
}

/** Who is on the other side of a direct channel; "" for other channels. */
export function otherIn(channel) {
  if (channel.type !== "D") return "";
  const [one, two] = channel.name.split("__");
  return one === app.me.id ? two : one;
}

export const titleOf = (channel) => (channel.type === "D" ? nameOf(otherIn(channel)) : channel.display_name);

export function pathOf(channel) {
  if (channel.type !== "D") return `/${app.team.name}/channels/${channel.name}`;
  return `/${app.team.name}/messages/@${userOf(otherIn(channel))?.username ?? ""}`;
}

const named = (name) => [...app.channels.values()].find((one) => one.name === name);

/** The address shown where none is asked for: the last one, else the first channel. */
export function usual() {
  const last = app.channels.get(sessionStorage.getItem(LAST));
  const known = last ?? named("town-square") ?? app.channels.values().next().value;
  return known ? pathOf(known) : `/${app.team.name}/channels/town-square`;
}

/** Show a channel by name; a public one is joined on the way, as in Mattermost. */
export async function openChannel(name) {
  const asked = () => app.api.get(`/teams/${app.team.id}/channels/name/${encodeURIComponent(name)}`);
  show(await joined(named(name) ?? (await asked())));
}

/** Show the direct channel with somebody, made if need be. */
export async function openDirect(username) {
  const user = await userNamed(username);
  const channel = await app.api.post("/channels/direct", [app.me.id, user.id]);
  if (!app.channels.has(channel.id)) await load();
  show(app.channels.get(channel.id) ?? channel);
}

/** Join a channel that one is not in, if anybody may; returns it. */
export async function joined(channel) {
  if (!app.channels.has(channel.id) && channel.type === "O" && !channel.delete_at) await join(channel);
  return channel;
}

export async function join(channel) {
  app.members.set(channel.id, await app.api.post(`/channels/${channel.id}/members`, { user_id: app.me.id }));
  app.channels.set(channel.id, channel);
  app.set("channels");
}

export function show(channel) {
  if (app.channel?.id !== channel.id) app.set("thread", "");
  sessionStorage.setItem(LAST, channel.id);
  document.body.classList.remove("sidebar-open");
  app.set("channel", channel);
}

/** How many mentions wait in a channel, and whether anything does. */
function unreadOf(channel) {
  const { mention_count: mentions = 0, msg_count: read = Infinity } = app.members.get(channel.id) ?? {};
  return { mentions, unread: mentions > 0 || channel.total_msg_count > read };
}

export function mount(element) {
  const list = h("div.channel-lists");
  const me = [h("strong", nameOf(app.me.id)), h("span.muted", ` @${app.me.username}`)];
  put(element,
    h("div.row.sidebar-head",
      h("p.team-name", app.team?.display_name ?? "Mattermost"),
      h("button.close.only-phone", { ariaLabel: "Fermer la liste des canaux", onclick: closeSidebar }, "×")),
    h("p.who-am-i", "Vous êtes ", me),
    list,
    h("div.sidebar-foot",
      h("button", { id: "browse-channels", onclick: browse }, "Parcourir les canaux"),
      h("button", { id: "new-direct", onclick: compose }, "Écrire à quelqu’un"),
      h("button", { id: "change-person", onclick: () => app.leave() }, "Changer de personne")),
  );
  for (const key of ["channels", "members", "channel", "users"]) app.subscribe(key, () => draw(list));
  element.addEventListener("keydown", (event) => event.key === "Escape" && closeSidebar());
  draw(list);
}

function closeSidebar() {
  document.body.classList.remove("sidebar-open");
  document.getElementById("open-sidebar")?.focus();
}

function draw(list) {
  const focused = list.contains(document.activeElement) && document.activeElement.id;
  const channels = [...app.channels.values()].filter((channel) => !channel.delete_at);
  channels.sort((one, two) => titleOf(one).localeCompare(titleOf(two), "fr"));
  put(list, GROUPS.map(([types, title]) => group(types, title, channels.filter((one) => types.includes(one.type)))));
  if (focused) document.getElementById(focused)?.focus();
  tellTitle(channels);
}

function group(types, title, channels) {
  if (channels.length === 0) return null;
  const id = `group-${types}`;
  return h("section", { "aria-labelledby": id }, h("h2", { id }, title), h("ul", channels.map(item)));
}

function item(channel) {
  const { mentions, unread } = unreadOf(channel);
  const isCurrent = app.channel?.id === channel.id;
  const told = mentions ? `, ${mentions} mention${mentions > 1 ? "s" : ""}` : unread && ", non lu";
  const look = `row channel-item${unread && !isCurrent ? " unread" : ""}`;
  const props = { id: `sidebarItem_${channel.name}`, class: look, href: pathOf(channel), ariaCurrent: isCurrent && "page" };
  const badge = mentions > 0 && h("span.badge", { ariaHidden: "true" }, String(mentions));
  const icon = h("span", { class: `sign sign-${channel.type}`, ariaHidden: "true" });
  return h("li", h("a", props, icon, h("span.channel-name", titleOf(channel)), told && h("span.unseen", told), badge));
}

function tellTitle(channels) {
  const waiting = channels.reduce((sum, channel) => sum + unreadOf(channel).mentions, 0);
  document.title = `${waiting ? `(${waiting}) ` : ""}${app.channel ? `${titleOf(app.channel)} – ` : ""}Coop`;
}
