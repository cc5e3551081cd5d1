// The side pane that finds messages by words and #tags, in the channels that one is in.

import { app, isWide } from "./app.js";
import { h } from "./dom.js";
import { drawList } from "./list.js";
import { pane } from "./pane.js";
import { merge, take } from "./shelf.js";

export function mount(element) {
  const label = "Chercher des messages";
  const box = h("input", { id: "searchBox", type: "search", ariaLabel: label, placeholder: "Mots ou #étiquette" });
  const count = h("p.muted", { role: "status" });
  const list = h("div.post-list");
  const search = (event) => {
    event.preventDefault();
    app.set("search", { terms: box.value.trim() });
  };
  const form = h("form.row.search", { role: "search", onsubmit: search }, box, h("button", { type: "submit" }, "Chercher"), count);
  const open = async (asked) => {
    box.value = asked.terms;
    box.focus();
    count.textContent = "";
    app.set("found-posts", []);
    const found = asked.terms && (await find(asked.terms).catch((failure) => failure.message));
    if (!found || app.get("search") !== asked) return;
    if (typeof found !== "string") merge("found-posts", found);
    count.textContent = typeof found === "string" ? found : said(found.length);
  };
  pane(element, "search", label, open, form, h("div.pane-posts", { tabIndex: 0, role: "region", ariaLabel: "Messages trouvés" }, list));
  const draw = () => drawList(list, app.get("found-posts") ?? [], { prefix: "found" });
  app.subscribe("found-posts", draw);
  app.subscribe("users", draw);
  // On a phone the pane covers what a link in it leads to.
  list.addEventListener("click", (event) => event.target.closest("a[href^='/']") && !isWide() && app.set("search", ""));
  document.addEventListener("click", clickTag);
}

function clickTag(event) {
  const tag = event.target.closest?.("[data-hashtag]");
  if (!tag) return;
  event.preventDefault();
  app.set("search", { terms: tag.textContent });
}

async function find(terms) {
  const body = { terms, time_zone_offset: -60 * new Date().getTimezoneOffset() };
  return take(await app.api.post(`/teams/${app.team.id}/posts/search`, body));
}

function said(count) {
  if (count === 0) return "Aucun message dans vos canaux.";
  return count === 1 ? "Un message" : `${count} messages`;
}
