// The head of a channel: its name, what it is for, its members.

import { members } from "./browse.js";
import { otherIn, titleOf } from "./channels.js";
import { fill, h, put } from "./dom.js";

export function mount(app, element) {
  const menu = h("button", { type: "button", id: "open-sidebar", class: "only-phone", "aria-label": "Ouvrir la liste des canaux", onclick: openSidebar }, "☰");
  const title = h("h1", { id: "channel-title" });
  const about = h("div", { class: "channel-about muted" });
  const who = h("button", { type: "button", id: "channel-members", onclick: () => members(app, app.store.get("channel")) }, "Membres");
  put(element, menu, h("div", { class: "channel-words" }, title, about), who);
  const redraw = () => draw(app, title, about);
  app.store.subscribe("channel", redraw);
  app.store.subscribe("channels", redraw);
}

function openSidebar() {
  document.body.classList.add("sidebar-open");
  document.querySelector("#sidebar [aria-current], #sidebar a")?.focus();
}

async function draw(app, title, about) {
  const shown = app.store.get("channel");
  if (!shown) return;
  const channel = app.store.get("channels").get(shown.id) ?? shown;
  title.textContent = titleOf(app, channel);
  const other = app.userOf(otherIn(app, channel));
  const text = other ? `@${other.username}` : channel.header || channel.purpose;
  if (other) about.textContent = text;
  else fill(about, (await app.render([text]))[0]);
}
