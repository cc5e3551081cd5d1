// The head of a channel: its name, what it is for, its members, and the way to a search.

import { app } from "./app.js";
import { members } from "./browse.js";
import { otherIn, titleOf } from "./channels.js";
import { h, named, put } from "./dom.js";
import { setMarkdown } from "./markdown.js";
import { userOf } from "./people.js";

export function mount(element) {
  const title = h("h1", { id: "channel-title" });
  const about = h("div.channel-about.muted");
  put(element,
    h("button.only-phone", { id: "open-sidebar", ariaLabel: "Ouvrir la liste des canaux", onclick: openSidebar }, "☰"),
    h("div.channel-words", title, about),
    h("button", { id: "channel-members", onclick: () => members(app.channel) }, "Membres"),
    h("button.icon", { id: "open-search", ...named("Chercher des messages"), onclick: () => app.set("search", { terms: "" }) },
      h("span.lens")));
  for (const key of ["channel", "channels"]) app.subscribe(key, () => draw(title, about));
}

function openSidebar() {
  document.body.classList.add("sidebar-open");
  document.querySelector("#sidebar [aria-current], #sidebar a")?.focus();
}

function draw(title, about) {
  if (!app.channel) return;
  const channel = app.channels.get(app.channel.id) ?? app.channel;
  const other = userOf(otherIn(channel));
  title.textContent = titleOf(channel);
  if (other) about.textContent = `@${other.username}`;
  else setMarkdown(about, channel.header || channel.purpose);
}
