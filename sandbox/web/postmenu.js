// What one can do with a message: edit it, pin it, copy its address, delete it.

import { announce, app } from "./app.js";
import { h } from "./dom.js";
import { Modal } from "./modal.js";
import { openThread } from "./post.js";
import { pick } from "./reactions.js";

const MODERATORS = /\b(system_admin|team_admin|channel_admin)\b/;

/** Open or close the menu of a message under its button. */
export function toggleMenu(button, post) {
  const open = button.nextElementSibling;
  if (open) return shut(open, button);
  const keepFocus = (event) => event.preventDefault();
  const menu = h("div.post-actions", {
    role: "menu",
    ariaLabel: "Actions du message",
    onkeydown: (event) => key(event, menu, button),
    onfocusout: (event) => menu.contains(event.relatedTarget) || shut(menu),
    onmousedown: keepFocus,
  }, items(post).map(([id, label, act]) => {
    const choose = () => {
      shut(menu, button);
      act(post);
    };
    return h("button", { role: "menuitem", tabIndex: -1, id: `${id}_${post.id}`, onclick: choose }, label);
  }));
  button.addEventListener("mousedown", keepFocus, { once: true });
  button.after(menu);
  button.ariaExpanded = "true";
  menu.scrollIntoView({ block: "nearest" });
  menu.firstElementChild.focus({ preventScroll: true });
}

function shut(menu, button) {
  if (menu.previousElementSibling) menu.previousElementSibling.ariaExpanded = "false";
  button?.focus();
  if (menu.isConnected) menu.remove();
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

/** What may be done with a message: ids as in the real client, words, acts. */
function items(post) {
  const isOwn = post.user_id === app.me.id;
  return [
    ["reply_to", "Répondre", openThread],
    ["react_to", "Ajouter une réaction", pick],
    isOwn && ["edit_post", "Modifier", edit],
    post.is_pinned ? ["unpin_post", "Ne plus épingler", turnPin] : ["pin_post", "Épingler", turnPin],
    ["permalink", "Copier le lien", copyLink],
    (isOwn || MODERATORS.test(app.me.roles)) && ["delete_post", "Supprimer", remove],
  ].filter(Boolean);
}

async function attempt(done, act) {
  try {
    await act();
    announce(done);
  } catch (error) {
    announce(error.message, true);
  }
}

function turnPin({ id, is_pinned: isPinned }) {
  const done = isPinned ? "Message retiré des épinglés" : "Message épinglé";
  attempt(done, () => app.api.post(`/posts/${id}/${isPinned ? "unpin" : "pin"}`));
}

function copyLink({ id }) {
  attempt("Lien copié", () => navigator.clipboard.writeText(`${location.origin}/${app.team.name}/pl/${id}`));
}

function edit(post) {
  const box = h("textarea", { id: "edit_textbox", rows: 6, ariaLabel: "Texte du message", value: post.message });
  const ask = { id: "editPostModal", title: "Modifier le message", content: box, label: "Enregistrer" };
  const { form } = askFirst(ask, () => app.api.put(`/posts/${post.id}/patch`, { message: box.value }));
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  box.focus();
}

function remove(post) {
  const content = h("p", "Le message disparaîtra pour tout le monde.");
  const ask = { id: "deletePostModal", title: "Supprimer ce message ?", content, label: "Supprimer", danger: true };
  askFirst(ask, () => app.api.del(`/posts/${post.id}`)).form.querySelector("[type=submit]").focus();
}

/** Ask in a window before acting; it stays open, and says why, when that fails. */
function askFirst({ id, title, content, label, danger }, act) {
  const error = h("div.error", { role: "alert" });
  const submit = h("button", { type: "submit", id: `${id}Button`, class: danger ? "danger" : "primary" }, label);
  const cancel = h("button", { onclick: () => modal.close() }, "Annuler");
  const onSubmit = async () => {
    submit.disabled = true;
    try {
      await act();
      announce(`${title.replace(" ?", "")} : c’est fait`);
      if (danger) modal.before = null; // the message that had the focus is gone
      modal.close();
    } catch (failure) {
      error.textContent = failure.message;
      submit.disabled = false;
    }
  };
  const modal = new Modal({ id, title, content, foot: [error, cancel, submit], onSubmit });
  return modal;
}
