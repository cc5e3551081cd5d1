// Reactions under a message, and choosing one.

import { fill, h, modal, put } from "./dom.js";
import { reactionsOf } from "./shelf.js";

const USUAL = ["+1", "heart", "white_check_mark", "tada", "joy", "smile", "pray", "eyes", "clap", "thinking_face", "wave", "sunny"];
const MOST = 80;

/** Draw the reactions of a post: how many for each emoji, one’s own pressed. */
export function draw(app, post) {
  const groups = new Map();
  for (const one of reactionsOf(post)) groups.set(one.emoji_name, [...(groups.get(one.emoji_name) ?? []), one.user_id]);
  if (groups.size === 0) return null;
  return h("div", { class: "reactions" }, [...groups].map(([name, ids]) => chip(app, post, name, ids)));
}

function chip(app, post, name, ids) {
  const isMine = ids.includes(app.me.id);
  const who = ids.map((id) => (id === app.me.id ? "vous" : app.nameOf(id))).join(", ");
  const face = h("span", { "aria-hidden": "true" });
  fill(face, app.rendered(`:${name}:`));
  face.textContent = face.textContent.trim() || `:${name}:`;
  return h("button", {
    type: "button",
    class: "reaction",
    "aria-pressed": String(isMine),
    "aria-label": `:${name}: ${ids.length}, ${who}`,
    title: who,
    onclick: () => toggle(app, post, name, isMine),
  }, face, h("span", { "aria-hidden": "true" }, ` ${ids.length}`));
}

async function toggle(app, post, name, isMine) {
  try {
    if (isMine) await app.api.del(`/users/me/posts/${post.id}/reactions/${encodeURIComponent(name)}`);
    else await app.api.post("/reactions", { user_id: app.me.id, post_id: post.id, emoji_name: name });
  } catch (failure) {
    app.announce(failure.message, true);
  }
}

export function mount(app, element) {
  element.addEventListener("click", (event) => {
    const button = event.target.closest?.("button.react");
    const post = button && app.postOf(button.dataset.postId);
    if (post) pick(app, post);
  });
}

/** Let somebody choose the emoji to react with. */
export async function pick(app, post) {
  const all = await app.api.page("emoji");
  const list = h("div", { class: "emoji-list" });
  const choose = (name) => {
    window_.close();
    const isMine = reactionsOf(post).some((one) => one.user_id === app.me.id && one.emoji_name === name);
    if (!isMine) toggle(app, post, name, false);
  };
  const find = (text) => {
    const names = text ? Object.keys(all).filter((name) => name.includes(text)).slice(0, MOST) : USUAL;
    put(list, names.map((name) =>
      h("button", { type: "button", "aria-label": name.replaceAll("_", " "), title: `:${name}:`, onclick: () => choose(name) }, all[name])));
  };
  const search = h("input", { type: "search", oninput: (event) => find(event.target.value.trim().toLowerCase()) });
  const window_ = modal("Ajouter une réaction", h("div", {}, h("label", { class: "find" }, "Chercher (en anglais)", search), list));
  find("");
}
