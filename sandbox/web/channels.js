// The sidebar: one’s channels with what is unread in them, and the way into others.

import { browse, compose } from "./browse.js";
import { h, put } from "./dom.js";
import { nameOf } from "./people.js";

const GROUPS = [
  ["O", "Canaux publics"],
  ["P", "Canaux privés"],
  ["D", "Messages directs"],
];
const LAST = "last-channel";

/** Ask for one’s channels and memberships. */
export async function load(app) {
  if (!app.team) return;
  const base = `/users/me/teams/${app.team.id}/channels`;
  const [channels, members] = await Promise.all([app.api.get(base), app.api.get(`${base}/members`)]);
  app.store.set("members", new Map(members.map((member) => [member.channel_id, member])));
  app.store.set("channels", new Map(channels.map((channel) => [channel.id, channel])));
  await app.needUsers(channels.map((channel) => otherIn(app, channel)));
}

/** Return who is on the other side of a direct channel; "" for other channels. */
export function otherIn(app, channel) {
  if (channel.type !== "D") return "";
  const [one, two] = channel.name.split("__");
  return one === app.me.id ? two : one;
}

/** Return how a channel is called. */
export function titleOf(app, channel) {
  return channel.type === "D" ? app.nameOf(otherIn(app, channel)) : channel.display_name;
}

/** Return a channel’s address. */
export function pathOf(app, channel) {
  if (channel.type !== "D") return `/${app.team.name}/channels/${channel.name}`;
  return `/${app.team.name}/messages/@${app.userOf(otherIn(app, channel))?.username ?? ""}`;
}

/** Return the address that is shown where none is asked for: the last one, else the first channel. */
export function usual(app) {
  const all = [...app.store.get("channels").values()];
  const last = all.find((channel) => channel.id === sessionStorage.getItem(LAST));
  const known = last ?? all.find((one) => one.name === "national") ?? all.find((one) => one.name === "town-square") ?? all[0];
  return known ? pathOf(app, known) : `/${app.team.name}/channels/town-square`;
}

/** Show a channel by name; a public one is joined on the way, as in Mattermost. */
export async function openChannel(app, name) {
  let channel = [...app.store.get("channels").values()].find((one) => one.name === name);
  if (!channel) {
    channel = await app.api.get(`/teams/${app.team.id}/channels/name/${encodeURIComponent(name)}`);
    if (channel.type === "O" && !channel.delete_at) await join(app, channel);
  }
  show(app, channel);
}

/** Show the direct channel with somebody, made if need be. */
export async function openDirect(app, username) {
  const user = await app.userNamed(username);
  const channel = await app.api.post("/channels/direct", [app.me.id, user.id]);
  if (!app.store.get("channels").has(channel.id)) await load(app);
  show(app, app.store.get("channels").get(channel.id) ?? channel);
}

/** Become a member of a public channel. */
export async function join(app, channel) {
  const member = await app.api.post(`/channels/${channel.id}/members`, { user_id: app.me.id });
  app.store.get("members").set(channel.id, member);
  app.store.change("channels", (channels) => channels.set(channel.id, channel));
}

/** Make a channel the one that is shown. */
export function show(app, channel) {
  if (app.store.get("channel")?.id !== channel.id) app.store.set("thread", "");
  sessionStorage.setItem(LAST, channel.id);
  document.body.classList.remove("sidebar-open");
  app.store.set("channel", channel);
}

/** Return how many mentions wait in a channel, and whether anything does. */
export function unreadOf(app, channel) {
  const member = app.store.get("members").get(channel.id);
  if (!member) return { mentions: 0, unread: false };
  const waiting = channel.total_msg_count - member.msg_count;
  return { mentions: member.mention_count, unread: waiting > 0 || member.mention_count > 0 };
}

export function mount(app, element) {
  const list = h("div", { class: "channel-lists" });
  put(
    element,
    h("div", { class: "sidebar-head" },
      h("p", { class: "team-name" }, app.team?.display_name ?? "Mattermost"),
      h("button", { type: "button", class: "close only-phone", "aria-label": "Fermer la liste des canaux", onclick: closeSidebar }, "×"),
    ),
    h("p", { class: "who-am-i" }, "Vous êtes ", h("strong", {}, nameOf(app.me)), h("span", { class: "muted" }, ` @${app.me.username}`)),
    list,
    h("div", { class: "sidebar-foot" },
      h("button", { type: "button", id: "browse-channels", onclick: () => browse(app) }, "Parcourir les canaux"),
      h("button", { type: "button", id: "new-direct", onclick: () => compose(app) }, "Écrire à quelqu’un"),
      h("button", { type: "button", id: "change-person", onclick: () => app.leave() }, "Changer de personne"),
    ),
  );
  const redraw = () => draw(app, list);
  for (const key of ["channels", "members", "channel", "users"]) app.store.subscribe(key, redraw);
  element.addEventListener("keydown", (event) => event.key === "Escape" && closeSidebar());
  redraw();
}

function closeSidebar() {
  document.body.classList.remove("sidebar-open");
  document.getElementById("open-sidebar")?.focus();
}

function draw(app, list) {
  const focused = list.contains(document.activeElement) ? document.activeElement.id : "";
  const channels = [...app.store.get("channels").values()].filter((channel) => !channel.delete_at);
  put(list, GROUPS.map(([type, title]) => group(app, title, channels.filter((one) => kindOf(one) === type))));
  if (focused) document.getElementById(focused)?.focus();
  tellTitle(app, channels);
}

function kindOf(channel) {
  return channel.type === "G" ? "D" : channel.type;
}

function group(app, title, channels) {
  if (channels.length === 0) return null;
  const id = `group-${channels[0].type}`;
  const sorted = channels.sort((one, two) => titleOf(app, one).localeCompare(titleOf(app, two), "fr"));
  return h("section", { "aria-labelledby": id }, h("h2", { id }, title), h("ul", {}, sorted.map((channel) => item(app, channel))));
}

function item(app, channel) {
  const { mentions, unread } = unreadOf(app, channel);
  const current = app.store.get("channel")?.id === channel.id;
  const title = titleOf(app, channel);
  const told = mentions ? `, ${mentions} mention${mentions > 1 ? "s" : ""}` : unread ? ", non lu" : "";
  return h("li", {},
    h("a", {
      id: `sidebarItem_${channel.name}`,
      class: `channel-item${unread && !current ? " unread" : ""}`,
      href: pathOf(app, channel),
      "aria-current": current ? "page" : null,
    },
      h("span", { class: `sign sign-${channel.type}`, "aria-hidden": "true" }),
      h("span", { class: "channel-name" }, title),
      told && h("span", { class: "unseen" }, told),
      mentions > 0 && h("span", { class: "badge", "aria-hidden": "true" }, mentions),
    ),
  );
}

function tellTitle(app, channels) {
  const waiting = channels.reduce((sum, channel) => sum + unreadOf(app, channel).mentions, 0);
  const channel = app.store.get("channel");
  document.title = `${waiting ? `(${waiting}) ` : ""}${channel ? `${titleOf(app, channel)} – ` : ""}Coop`;
}
