// People: looked up when first needed, together, and kept.

import { app } from "./app.js";

const AT_ONCE = 100;

export const userOf = (id) => app.users.get(id);

export function nameOf(id) {
  const user = userOf(id);
  if (!user) return "Quelqu’un";
  const full = `${user.first_name} ${user.last_name}`.trim();
  return full || user.nickname || user.username;
}

export function keepUsers(users) {
  for (const user of users) app.users.set(user.id, user);
  if (users.length) app.set("users");
  return users;
}

/** Ask for those of whom nothing is known. */
export async function needUsers(ids) {
  const missing = [...new Set(ids)].filter((id) => id && !userOf(id));
  const asked = [];
  while (missing.length) asked.push(app.api.post("/users/ids", missing.splice(0, AT_ONCE)));
  keepUsers((await Promise.all(asked)).flat());
}

export async function userNamed(name) {
  const known = [...app.users.values()].find((user) => user.username === name);
  return known ?? keepUsers([await app.api.get(`/users/username/${encodeURIComponent(name)}`)])[0];
}
