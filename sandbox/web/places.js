// Menus of people and of channels: finding them while a name is typed, and naming the one of an id.

import { app } from "./app.js";

/** Find people (`users`) or channels (`channels`) of the team: [{text, value}]. */
export async function findPlaces(source, query) {
  const name = encodeURIComponent(query.trim().replace(/^[@~]/, ""));
  if (source === "users") return (await app.api.get(`/users/autocomplete?in_team=${app.team.id}&name=${name}`)).users.map(person);
  if (source !== "channels") return [];
  return (await app.api.get(`/teams/${app.team.id}/channels/autocomplete?name=${name}`)).map(channel);
}

/** What is chosen at first in such a menu, as a list. */
export async function placeOf(source, id) {
  if (id && source === "users") return [person(await app.api.get(`/users/${id}`))];
  return id && source === "channels" ? [channel(await app.api.get(`/channels/${id}`))] : [];
}

function person({ id, username, first_name: first, last_name: last }) {
  const full = `${first} ${last}`.trim();
  return { text: full ? `@${username} (${full})` : `@${username}`, value: id };
}

const channel = ({ id, display_name: title }) => ({ text: `~${title}`, value: id });
