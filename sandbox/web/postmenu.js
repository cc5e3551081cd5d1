// What one can do with a message: edit it, pin it, copy its address, delete it.

import { h } from "./dom.js";
import { openModal } from "./modal.js";
import { pick } from "./reactions.js";

const MODERATORS = /\b(system_admin|team_admin|channel_admin)\b/;

/** Listen for the button of a message’s menu, wherever messages are drawn. */
export function mount(app, element) {
  element.addEventListener("click", (event) => {
    const button = event.target.closest?.("button.post-menu");
    if (button) toggle(app, button);
  });
}

function toggle(app, button) {
  const isOpen = button.nextElementSibling?.matches("[role=menu]");
  if (isOpen) return shut(button.nextElementSibling, button);
  const post = app.postOf(button.dataset.postId);
  if (!post) return;
  const menu = h("div", { role: "menu", class: "post-actions", "aria-label": "Actions du message" });
  menu.append(...items(app, post, (act) => () => leave(menu, button, act)));
  menu.addEventListener("keydown", (event) => key(event, menu, button));
  menu.addEventListener("focusout", (event) => menu.contains(event.relatedTarget) || shut(menu, null));
  menu.addEventListener("mousedown", (event) => event.preventDefault());
  button.addEventListener("mousedown", (event) => event.preventDefault(), { once: true });
  button.after(menu);
  button.setAttribute("aria-expanded", "true");
  menu.scrollIntoView({ block: "nearest" });
  menu.firstElementChild.focus({ preventScroll: true });
}

function shut(menu, button) {
  menu.previousElementSibling?.setAttribute("aria-expanded", "false");
  button?.focus();
  if (menu.isConnected) menu.remove();
}

function leave(menu, button, act) {
  shut(menu, button);
  act();
}

function key(event, menu, button) {
  const all = [...menu.children];
  const at = all.indexOf(document.activeElement);
  const places = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 };
  if (event.key in places) all.at(places[event.key] % all.length).focus();
  else if (event.key === "Escape" || event.key === "Tab") shut(menu, button);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function items(app, post, then) {
  const own = post.user_id === app.me.id;
  const may = own || MODERATORS.test(app.me.roles ?? "");
  const pin = post.is_pinned ? ["unpin_post", "Ne plus épingler"] : ["pin_post", "Épingler"];
  const item = (id, label, act) => h("button", { type: "button", role: "menuitem", tabIndex: -1, id: `${id}_${post.id}`, onclick: then(act) }, label);
  return [
    item("reply_to", "Répondre", () => app.openThread(post.root_id || post.id)),
    item("react_to", "Ajouter une réaction", () => pick(app, post)),
    own && item("edit_post", "Modifier", () => edit(app, post)),
    item(...pin, () => turnPin(app, post)),
    item("permalink", "Copier le lien", () => copyLink(app, post)),
    may && item("delete_post", "Supprimer", () => remove(app, post)),
  ].filter(Boolean);
}

/** Do something at the server and say what became of it. */
async function attempt(app, done, act) {
  try {
    await act();
    app.announce(done);
  } catch (error) {
    app.announce(error.message, true);
  }
}

function turnPin(app, post) {
  const done = post.is_pinned ? "Message retiré des épinglés" : "Message épinglé";
  return attempt(app, done, () => app.api.post(`/posts/${post.id}/${post.is_pinned ? "unpin" : "pin"}`));
}

function copyLink(app, post) {
  const address = `${location.origin}/${app.team.name}/pl/${post.id}`;
  return attempt(app, "Lien copié", () => navigator.clipboard.writeText(address));
}

function edit(app, post) {
  const box = h("textarea", { id: "edit_textbox", rows: 6, "aria-label": "Texte du message" });
  box.value = post.message;
  const ask = { id: "editPostModal", title: "Modifier le message", content: [box], label: "Enregistrer" };
  const modal = askFirst(ask, () => app.api.put(`/posts/${post.id}/patch`, { message: box.value }), app);
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    modal.element.querySelector("form").requestSubmit();
  });
  box.focus();
}

function remove(app, post) {
  const words = h("p", {}, "Le message disparaîtra pour tout le monde.");
  const ask = { id: "deletePostModal", title: "Supprimer ce message ?", content: [words], label: "Supprimer", danger: true };
  const modal = askFirst(ask, () => app.api.del(`/posts/${post.id}`), app);
  modal.element.querySelector("[type=submit]").focus();
}

/** Ask in a window before acting; it stays open, and says why, when that fails. */
function askFirst({ id, title, content, label, danger }, act, app) {
  const error = h("div", { class: "error-text", role: "alert" });
  const submit = h("button", { type: "submit", id: `${id}Button`, class: danger ? "danger" : "primary" }, label);
  const cancel = h("button", { type: "button", class: "quiet", onclick: () => modal.close() }, "Annuler");
  const form = h("form", { novalidate: true }, content, h("div", { class: "modal-foot" }, error, cancel, submit));
  const modal = openModal({ id, title, content: [form], onCancel: () => modal.close() });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    submit.disabled = true;
    try {
      await act();
      app.announce(`${title.replace(" ?", "")} : c’est fait`);
      if (danger) modal.before = null;
      modal.close();
    } catch (failure) {
      error.textContent = failure.message;
      submit.disabled = false;
    }
  });
  return modal;
}
