// Finding channels to join, people to write to, and who is in a channel.

import { join, pathOf } from "./channels.js";
import { h, modal, put } from "./dom.js";
import { nameOf } from "./people.js";

/** List the team’s public channels; those that one is not in can be joined. */
export async function browse(app) {
  const all = await app.api.get(`/teams/${app.team.id}/channels?per_page=200`);
  const window_ = modal("Parcourir les canaux", searchable("Chercher un canal", all, (channel) => ({
    text: `${channel.display_name} ${channel.name} ${channel.purpose}`,
    row: channelRow(app, channel, () => window_.close()),
  })));
}

function channelRow(app, channel, done) {
  const isMember = app.store.get("channels").has(channel.id);
  const open = async () => {
    if (!isMember) await join(app, channel);
    done();
    app.navigate(pathOf(app, channel));
  };
  return h("li", { class: "found" },
    h("span", {}, h("strong", {}, channel.display_name), channel.purpose && h("span", { class: "muted" }, ` ${channel.purpose}`)),
    h("button", { type: "button", "aria-label": `${isMember ? "Ouvrir" : "Rejoindre"} ${channel.display_name}`, onclick: open },
      isMember ? "Ouvrir" : "Rejoindre"),
  );
}

/** Choose somebody to write to. */
export async function compose(app) {
  const list = h("ul", { class: "found-list" });
  const window_ = modal("Écrire à quelqu’un", h("div", {}, field("Chercher une personne", (text) => find(text)), list));
  const choose = (user) => {
    window_.close();
    app.navigate(`/${app.team.name}/messages/@${user.username}`);
  };
  const find = async (text) => {
    const path = text ? "/users/search" : null;
    const users = path
      ? await app.api.post(path, { term: text, team_id: app.team.id, limit: 50 })
      : await app.api.get(`/users?in_team=${app.team.id}&per_page=50`);
    app.keepUsers(users);
    put(list, users.filter((user) => !user.delete_at).map((user) => personRow(user, choose)));
  };
  await find("");
}

function personRow(user, choose) {
  return h("li", { class: "found" },
    h("button", { type: "button", class: "found-person", onclick: () => choose(user) },
      h("strong", {}, nameOf(user)), h("span", { class: "muted" }, ` @${user.username}`)));
}

/** List a channel’s members. */
export async function members(app, channel) {
  const rows = await app.api.get(`/channels/${channel.id}/members?per_page=200`);
  await app.needUsers(rows.map((row) => row.user_id));
  const users = rows.map((row) => app.userOf(row.user_id)).filter((user) => user && !user.delete_at);
  users.sort((one, two) => nameOf(one).localeCompare(nameOf(two), "fr"));
  const window_ = modal("Membres du canal", searchable("Chercher un membre", users, (user) => ({
    text: `${nameOf(user)} ${user.username}`,
    row: personRow(user, () => {
      window_.close();
      app.navigate(`/${app.team.name}/messages/@${user.username}`);
    }),
  })));
}

function searchable(label, things, draw) {
  const rows = things.map(draw);
  const list = h("ul", { class: "found-list" }, rows.map(({ row }) => row));
  const filter = (text) => {
    for (const { text: own, row } of rows) row.hidden = !own.toLowerCase().includes(text.toLowerCase());
  };
  return h("div", {}, field(label, filter), list);
}

function field(label, onText) {
  return h("label", { class: "find" }, label, h("input", { type: "search", oninput: (event) => onText(event.target.value.trim()) }));
}
