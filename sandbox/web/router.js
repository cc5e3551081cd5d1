// Addresses: /{team}/channels/{name}, /{team}/messages/@{username}, /{team}/pl/{post id}, as in Mattermost.

import { announce, app } from "./app.js";
import { openChannel, openDirect, usual } from "./channels.js";
import { showPost } from "./posts.js";

const KINDS = {
  channels: openChannel,
  messages: (name) => openDirect(name.replace(/^@/, "")),
  pl: showPost,
};

/** Follow links, « back » and « forward », and show what the address says. */
export async function mount() {
  window.addEventListener("popstate", follow);
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.defaultPrevented;
    if (!link || !isPlain || link.target || link.origin !== location.origin || link.hash) return;
    event.preventDefault();
    go(link.pathname);
  });
  await follow();
}

export function go(path, { replace = false } = {}) {
  if (path !== location.pathname) history[replace ? "replaceState" : "pushState"]({}, "", path);
  return follow();
}

/** Say what is wrong with an address, unless the connection is what is wrong. */
function say(text) {
  if (app.connection !== "lost") document.getElementById("connection").textContent = text;
}

async function follow() {
  const [, team, kind, ...rest] = location.pathname.split("/");
  say("");
  try {
    const name = decodeURIComponent(rest.join("/"));
    if (!app.team) return announce("Vous n’êtes dans aucune équipe.", true);
    if (team === app.team.name && Object.hasOwn(KINDS, kind) && name) return await KINDS[kind](name);
    await go(usual(), { replace: true });
    return team !== app.team.name && kind && say("Cette adresse est celle d’une autre équipe.");
  } catch (failure) {
    announce(failure.message, true);
    return say(failure.message);
  }
}
