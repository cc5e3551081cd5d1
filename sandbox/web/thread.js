// The side pane: a message and its answers.

import * as composer from "./composer.js";
import { h, put } from "./dom.js";
import { drawList } from "./list.js";
import { keyOf, isEphemeral, merge, prepare } from "./shelf.js";

export function mount(app, element) {
  const list = h("div", { class: "post-list" });
  const scroller = h("div", { id: "thread-posts", role: "log", "aria-live": "off", "aria-label": "Messages du fil", tabIndex: 0 }, list);
  const answer = h("div", { id: "thread-composer" });
  const close = h("button", { type: "button", class: "close", "aria-label": "Fermer le fil", onclick: () => app.closeThread() }, "×");
  put(element, h("div", { class: "thread-head" }, h("h2", {}, "Fil de discussion"), close), scroller, answer);
  composer.mount(app, answer, { thread: true });
  let before = null;
  app.store.subscribe("thread", (root) => {
    if (root && element.hidden) before = document.activeElement;
    element.hidden = !root;
    document.body.classList.toggle("thread-open", Boolean(root));
    if (root) open(app, root);
    else if (before?.isConnected) before.focus();
    else document.getElementById("post_textbox")?.focus();
  });
  app.store.subscribe("thread-posts", (posts) => {
    if (!posts) return;
    const atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 60;
    drawList(app, list, posts, { prefix: "rhsPost" });
    if (atEnd) scroller.scrollTop = scroller.scrollHeight;
  });
  app.store.subscribe("users", () => element.hidden || app.store.set("thread-posts", app.store.get("thread-posts")));
  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && !event.isComposing) app.closeThread();
  });
}

async function open(app, root) {
  const held = (app.store.get(keyOf(app.store.get("channel")?.id)) ?? []).filter((post) => [post.id, post.root_id].includes(root));
  app.store.set("thread-posts", held);
  document.getElementById("reply_textbox")?.focus();
  try {
    const found = await app.api.get(`/posts/${root}/thread`);
    const posts = Object.values(found.posts);
    await prepare(app, posts);
    if (app.store.get("thread") !== root) return;
    app.store.set("thread-posts", held.filter((post) => isEphemeral(post)));
    merge(app, "thread-posts", posts);
  } catch (failure) {
    app.announce(failure.message, true);
  }
}
