// A window over the page: focus stays in it, Escape and the cross give up, focus goes back afterwards.

import { h } from "./dom.js";

const FOCUSABLE = "a[href], button, input, select, textarea, [tabindex]";

/**
 * Show a window. Given: `id`, `title`, `icon` (address or none), `content` (elements of the body), `footer`,
 * `onCancel()`. What is returned closes it: `close()`; `element` is the dialog, `before` what gets the focus back.
 */
export function openModal(given) {
  const parts = draw(given);
  const modal = { ...parts, done: false, before: document.activeElement };
  modal.close = () => {
    modal.done = true;
    parts.element.close();
  };
  parts.cross.addEventListener("click", given.onCancel);
  parts.element.addEventListener("keydown", (event) => key(event, given, parts.element));
  parts.element.addEventListener("cancel", (event) => {
    event.preventDefault();
    given.onCancel();
  });
  parts.element.addEventListener("close", () => end(modal, given));
  document.getElementById("dialogs").append(parts.element);
  parts.element.showModal();
  return modal;
}

function draw({ id, title, icon, content, footer, labelId = `${id}Label` }) {
  const heading = h("h2", { id: labelId, class: "modal-title" }, title);
  const picture = icon ? h("img", { class: "modal-icon", src: icon, alt: "" }) : null;
  const cross = h("button", { type: "button", class: "close", "aria-label": "Fermer" }, "×");
  const body = h("div", { class: "modal-body" }, content);
  const head = h("div", { class: "modal-head" }, picture, heading, cross);
  const element = h("dialog", { id, class: "modal", "aria-labelledby": labelId }, head, body, footer);
  return { element, heading, cross, body };
}

/** A browser closes a dialog on a second Escape whatever the page says: that is giving up, too. */
function end(modal, given) {
  modal.element.remove();
  if (!modal.done) given.onCancel();
  const { before } = modal;
  const target = before?.isConnected && before !== document.body ? before : document.querySelector("#post_textbox");
  target?.focus();
}

function key(event, given, element) {
  if (event.key === "Escape" && !event.defaultPrevented) {
    event.preventDefault();
    event.stopPropagation();
    given.onCancel();
  }
  if (event.key === "Tab") turn(event, element);
}

function turn(event, element) {
  const all = [...element.querySelectorAll(FOCUSABLE)].filter((one) => reachable(one));
  const [from, to] = event.shiftKey ? [all[0], all.at(-1)] : [all.at(-1), all[0]];
  if (document.activeElement !== from && element.contains(document.activeElement)) return;
  event.preventDefault();
  to?.focus();
}

function reachable(one) {
  return !one.disabled && one.tabIndex >= 0 && one.getClientRects().length > 0;
}
