// People: looked up when first needed, together, and kept.

const BATCH = 100;

/** Give the app `userOf`, `nameOf`, `needUsers` and `userNamed`. */
export function extend(app) {
  const users = () => app.store.get("users");
  app.userOf = (id) => users().get(id);
  app.nameOf = (id) => nameOf(users().get(id));
  app.needUsers = (ids) => need(app, ids);
  app.keepUsers = (list) => keep(app, list);
  app.userNamed = (name) => named(app, name);
}

/** Return how somebody is called. */
export function nameOf(user) {
  if (!user) return "Quelqu’un";
  const full = [user.first_name, user.last_name].filter(Boolean).join(" ");
  return full || user.nickname || user.username;
}

function keep(app, list) {
  const users = app.store.get("users");
  for (const user of list) users.set(user.id, user);
  app.store.set("users", users);
}

async function need(app, ids) {
  const users = app.store.get("users");
  const missing = [...new Set(ids)].filter((id) => id && !users.has(id));
  const asked = [];
  for (let start = 0; start < missing.length; start += BATCH) {
    asked.push(app.api.post("/users/ids", missing.slice(start, start + BATCH)));
  }
  const found = (await Promise.all(asked)).flat();
  if (found.length > 0) keep(app, found);
}

async function named(app, username) {
  const known = [...app.store.get("users").values()].find((user) => user.username === username);
  if (known) return known;
  const user = await app.api.get(`/users/username/${encodeURIComponent(username)}`);
  keep(app, [user]);
  return user;
}
