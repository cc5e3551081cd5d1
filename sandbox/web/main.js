// The beginning: who is there, what is mounted where, and which address shows what.

import * as actions from "./actions.js";
import { Api } from "./api.js";
import * as channels from "./channels.js";
import * as composer from "./composer.js";
import * as connection from "./connection.js";
import * as dialog from "./dialog.js";
import { h } from "./dom.js";
import * as entrance from "./entrance.js";
import * as events from "./events.js";
import * as header from "./header.js";
import * as live from "./live.js";
import * as markdown from "./markdown.js";
import * as people from "./people.js";
import * as postmenu from "./postmenu.js";
import * as posts from "./posts.js";
import * as reactions from "./reactions.js";
import { go, mount as mountRouter } from "./router.js";
import { Socket } from "./socket.js";
import { Store } from "./store.js";
import * as thread from "./thread.js";
import * as typing from "./typing.js";

const at = (id) => document.getElementById(id);

/** Everything that the parts of the page share. */
function makeApp(token) {
  const store = new Store();
  const app = { h, store, me: null, team: null, version: "" };
  app.api = new Api(token, () => leave(app));
  app.socket = new Socket(token, store);
  app.announce = live.announce;
  app.navigate = (path, options) => go(app, path, options);
  app.leave = () => leave(app);
  for (const part of [people, markdown, events]) part.extend(app);
  return app;
}

async function enter(token) {
  const app = makeApp(token);
  try {
    await load(app);
  } catch (failure) {
    if (failure.status === 401) return;
    at("connection").textContent = `${failure.message} Nouvel essai dans un instant…`;
    setTimeout(() => enter(token), 2000);
    return;
  }
  at("connection").textContent = "";
  at("entrance").hidden = true;
  at("app").hidden = false;
  mount(app);
  app.socket.open();
  await mountRouter(app);
  // What was said after the first view was asked for, and before the socket was open.
  await app.socket.greeted;
  await posts.catchUp(app).catch(() => {});
}

/** Ask at once for all that the first view needs. */
async function load(app) {
  const [me, teams, config] = await Promise.all([
    app.api.get("/users/me"),
    app.api.get("/users/me/teams"),
    app.api.get("/config/client?format=old"),
  ]);
  const wanted = location.pathname.split("/")[1];
  app.me = me;
  app.team = teams.find((team) => team.name === wanted) ?? teams[0] ?? null;
  app.version = config.Version ?? "";
  app.store.set("version", app.version);
  app.store.set("users", new Map([[me.id, me]]));
  app.store.set("thread", "");
  await channels.load(app);
}

function mount(app) {
  for (const [part, id, options] of [
    [channels, "sidebar"],
    [header, "channel-header"],
    [posts, "posts"],
    [thread, "thread"],
    [typing, "typing"],
    [connection, "connection"],
    [dialog, "dialogs"],
    [composer, "composer", { thread: false }],
  ]) {
    part.mount(app, at(id), options);
  }
  for (const part of [actions, postmenu, reactions]) part.mount(app, document.body);
}

/** Leave for the entrance; the page begins anew, so nothing of one person stays for the next. */
async function leave(app) {
  app.socket.close();
  await app.api.post("/users/logout").catch(() => {});
  entrance.session.end();
  location.assign("/login");
}

function start() {
  live.mount(at("live-polite"), at("live-assertive"));
  const token = entrance.session.token;
  if (token) enter(token);
  else entrance.show(at("entrance"), enter);
}

start();
