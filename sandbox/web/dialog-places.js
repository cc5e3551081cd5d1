// Menus of people and of channels: finding them while a name is typed, and naming the one of an id.

/** Find people (`users`) or channels (`channels`) of the team: [{text, value}]. */
export async function findPlaces(app, source, query) {
  const name = encodeURIComponent(query.trim().replace(/^[@~]/, ""));
  if (source === "users") {
    const found = await app.api.get(`/users/autocomplete?in_team=${app.team.id}&name=${name}`);
    return found.users.map(personOption);
  }
  if (source !== "channels") return [];
  const found = await app.api.get(`/teams/${app.team.id}/channels/autocomplete?name=${name}`);
  return found.map(channelOption);
}

/** Return what is chosen at first in such a menu; undefined where there is nothing to ask. */
export function placeOf(app, source, id) {
  if (!id) return undefined;
  if (source === "users") return app.api.get(`/users/${id}`).then((user) => [personOption(user)]);
  if (source === "channels") return app.api.get(`/channels/${id}`).then((channel) => [channelOption(channel)]);
  return undefined;
}

function personOption(user) {
  const full = `${user.first_name} ${user.last_name}`.trim();
  return { text: full ? `@${user.username} (${full})` : `@${user.username}`, value: user.id };
}

function channelOption(channel) {
  return { text: `~${channel.display_name}`, value: channel.id };
}
