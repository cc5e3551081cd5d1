// The beginning: who is there, what is mounted where, and which address shows what.

import { Api } from "./api.js";
import { app } from "./app.js";
import * as channels from "./channels.js";
import * as composer from "./composer.js";
import * as connection from "./connection.js";
import * as dialog from "./dialog.js";
import * as entrance from "./entrance.js";
import * as events from "./events.js";
import * as header from "./header.js";
import * as posts from "./posts.js";
import * as router from "./router.js";
import * as search from "./search.js";
import { Socket } from "./socket.js";
import * as thread from "./thread.js";

const at = (id) => document.getElementById(id);

async function enter(token) {
  app.leave = leave;
  app.navigate = router.go;
  app.api = new Api(token, leave);
  try {
    await load();
  } catch (failure) {
    if (failure.status === 401) return;
    at("connection").textContent = `${failure.message} Nouvel essai dans un instant…`;
    setTimeout(() => enter(token), 2000);
    return;
  }
  app.socket = new Socket(token);
  at("connection").textContent = "";
  at("entrance").hidden = true;
  at("app").hidden = false;
  mount();
  app.socket.open();
  await router.mount();
  // What was said after the first view was asked for, and before the socket was open.
  await app.socket.greeted;
  await posts.catchUp().catch(() => {});
}

/** Ask at once for all that the first view needs. */
async function load() {
  const asked = ["/users/me", "/users/me/teams", "/config/client?format=old"];
  const [me, teams, config] = await Promise.all(asked.map((path) => app.api.get(path)));
  const wanted = location.pathname.split("/")[1];
  app.me = me;
  app.team = teams.find((team) => team.name === wanted) ?? teams[0] ?? null;
  app.version = config.Version ?? "";
  app.set("users", new Map([[me.id, me]]));
  app.set("members", new Map());
  app.set("channels", new Map());
  await channels.load();
}

function mount() {
  for (const [id, part] of Object.entries({ sidebar: channels, "channel-header": header, posts, thread, search, connection, composer })) {
    part.mount(at(id));
  }
  for (const part of [events, dialog]) part.mount();
}

/** Leave for the entrance; the page begins anew: nothing stays for the next person. */
async function leave() {
  app.socket?.close();
  await app.api.post("/users/logout").catch(() => {});
  sessionStorage.clear();
  location.assign("/login");
}

if (entrance.tokenOfTab()) enter(entrance.tokenOfTab());
else {
  sessionStorage.clear(); // what was typed while the page was leaving
  entrance.show(at("entrance"), enter);
}
