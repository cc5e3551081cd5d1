// Finding channels to join, people to write to, and who is in a channel: the server searches while one types.

import { announce, app } from "./app.js";
import { join, pathOf } from "./channels.js";
import { h, put } from "./dom.js";
import { Modal } from "./modal.js";
import { keepUsers, nameOf } from "./people.js";

const FIRST = 100;

/** List the team’s public channels; those that one is not in can be joined. */
export function browse() {
  const base = `/teams/${app.team.id}/channels`;
  const search = (term) => (term ? app.api.post(`${base}/search`, { term }) : app.api.get(`${base}?per_page=${FIRST}`));
  const draw = (channel, done) => {
    const isMember = app.channels.has(channel.id);
    const open = async () => {
      if (!isMember) await join(channel);
      done(pathOf(channel));
    };
    const label = isMember ? "Ouvrir" : "Rejoindre";
    return h("li.row.found",
      h("span", h("strong", channel.display_name), h("span.muted", ` ${channel.purpose}`)),
      h("button", { ariaLabel: `${label} ${channel.display_name}`, onclick: open }, label));
  };
  finder("Parcourir les canaux", "Chercher un canal", search, draw);
}

export const compose = () => findPeople("Écrire à quelqu’un", "Chercher une personne", { team_id: app.team.id }, `in_team=${app.team.id}`);

export const members = ({ id }) => findPeople("Membres du canal", "Chercher un membre", { in_channel_id: id }, `in_channel=${id}`);

function findPeople(title, label, place, all) {
  const search = async (term) => {
    const asked = term ? app.api.post("/users/search", { term, ...place, limit: FIRST }) : app.api.get(`/users?${all}&per_page=${FIRST}`);
    const users = keepUsers(await asked).filter((user) => !user.delete_at);
    return users.sort((one, two) => nameOf(one.id).localeCompare(nameOf(two.id), "fr"));
  };
  const draw = ({ id, username }, done) => {
    const open = () => done(`/${app.team.name}/messages/@${username}`);
    return h("li.row.found", h("button", { onclick: open }, h("strong", nameOf(id)), h("span.muted", ` @${username}`)));
  };
  finder(title, label, search, draw);
}

/** Show a window with what a search finds; `draw(one, done)` makes a row, `done(path)` leads to an address. */
export function finder(title, label, search, draw, list = h("ul")) {
  let last = 0;
  const find = async (term) => {
    const mine = (last += 1);
    try {
      const found = await search(term);
      if (mine === last) put(list, found.map((one) => draw(one, done)));
    } catch (failure) {
      announce(failure.message, true);
    }
  };
  const box = h("input", { type: "search", autofocus: true, oninput: () => find(box.value.trim()) });
  const modal = new Modal({ title, content: [h("label.find", label, box), list] });
  const done = (path) => {
    modal.close();
    if (path) app.navigate(path);
  };
  find("");
}
