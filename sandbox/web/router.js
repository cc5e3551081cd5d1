// Addresses: /{team}/channels/{name}, /{team}/messages/@{username}, /{team}/pl/{post id}, as in Mattermost.

import { openChannel, openDirect, usual } from "./channels.js";
import { showPost } from "./posts.js";

/** Follow links and the buttons « back » and « forward », and show what the address says. */
export async function mount(app) {
  window.addEventListener("popstate", () => follow(app));
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.defaultPrevented;
    if (!link || !plain || link.target || link.origin !== location.origin || link.hash) return;
    event.preventDefault();
    go(app, link.pathname);
  });
  await follow(app);
}

/** Go to an address of the page. */
export function go(app, path, { replace = false } = {}) {
  if (path !== location.pathname) history[replace ? "replaceState" : "pushState"]({}, "", path);
  return follow(app);
}

async function follow(app) {
  const [, team, kind, ...rest] = location.pathname.split("/");
  const name = decodeURIComponent(rest.join("/"));
  try {
    if (!app.team) return app.announce("Vous n’êtes dans aucune équipe.", true);
    if (team !== app.team.name || !kind || !name) return await start(app, team, kind);
    if (kind === "channels") return await openChannel(app, name);
    if (kind === "messages") return await openDirect(app, name.replace(/^@/, ""));
    if (kind === "pl") return await showPost(app, name);
    return await start(app, team);
  } catch (failure) {
    app.announce(failure.message, true);
    document.getElementById("connection").textContent = failure.message;
  }
}

function start(app, team, kind) {
  const foreign = kind && team && team !== app.team.name;
  if (foreign) document.getElementById("connection").textContent = "Cette adresse est celle d’une autre équipe.";
  return go(app, usual(app), { replace: true });
}
