// A window over the page: focus stays in it, Escape and the cross give up, focus goes back afterwards.

import { focusComposer } from "./app.js";
import { h, newId } from "./dom.js";

const FOCUSABLE = "a[href], button, input, select, textarea, [tabindex]";

/** A window that is open until `close()`; its head and foot stay in sight while what is between them scrolls. */
export class Modal {
  isOpen = true;
  /** What gets the focus back. */
  before = document.activeElement;

  /**
   * `title` and `content` are shown; there may be an `icon` (its address) and a `foot`, whose submit button means
   * `onSubmit()`. Giving up means `onCancel()`, else it closes.
   */
  constructor({ title, content, icon, foot, onSubmit, onCancel = () => this.close(), id, labelId = newId("title") }) {
    this.onCancel = onCancel;
    this.heading = h("h2", { id: labelId }, title);
    const cross = h("button.close", { ariaLabel: "Fermer", onclick: onCancel }, "×");
    const submit = (event) => {
      event.preventDefault();
      onSubmit?.();
    };
    this.form = h("form", { noValidate: true, onsubmit: submit },
      h("div.row.modal-head", icon && h("img", { src: icon, alt: "" }), this.heading, cross),
      h("div.modal-body", content),
      foot && h("div.row.modal-foot", foot));
    this.element = h("dialog.modal", { id, "aria-labelledby": labelId }, this.form);
    this.#listen(!foot);
    document.getElementById("dialogs").append(this.element);
    this.element.showModal();
  }

  close() {
    this.isOpen = false;
    this.element.close();
  }

  #listen(closesOutside) {
    const { element } = this;
    element.addEventListener("click", (event) => closesOutside && event.target === element && this.onCancel());
    element.addEventListener("keydown", (event) => this.#key(event));
    element.addEventListener("cancel", (event) => this.#giveUp(event));
    element.addEventListener("close", () => this.#end());
  }

  #giveUp(event) {
    event.preventDefault();
    this.onCancel();
  }

  #key(event) {
    if (event.key === "Escape" && !event.defaultPrevented) {
      event.stopPropagation();
      this.#giveUp(event);
    } else if (event.key === "Tab") this.#turn(event);
  }

  /** The browser would leave the page after the last element. */
  #turn(event) {
    const all = [...this.element.querySelectorAll(FOCUSABLE)].filter(isReachable);
    const [from, to] = event.shiftKey ? [all[0], all.at(-1)] : [all.at(-1), all[0]];
    if (document.activeElement !== from && this.element.contains(document.activeElement)) return;
    event.preventDefault();
    to?.focus();
  }

  /** A browser closes a dialog on a second Escape whatever the page says: that is giving up. */
  #end() {
    this.element.remove();
    if (this.isOpen) this.onCancel();
    if (this.before?.isConnected && this.before !== document.body) this.before.focus();
    else focusComposer();
  }
}

const isReachable = (one) => !one.disabled && one.tabIndex >= 0 && one.getClientRects().length > 0;
