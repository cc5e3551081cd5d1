// A dialog on the screen: the window, its fields and values, its errors.

import { h } from "./dom.js";
import { drawField } from "./dialog-fields.js";
import { openModal } from "./modal.js";
import { setMarkdown } from "./rich.js";

/**
 * Shows one dialog after the other in the same window. `rules` are those of the client (dialog-legacy.js,
 * dialog-apps.js); `on` has `submit()`, `cancel()`, `changed(element)` and `find(element, query)`.
 */
export class DialogView {
  constructor(app, dialog, rules, on) {
    Object.assign(this, { app, rules, on });
    this.intro = h("div", { class: "modal-intro" });
    this.rows = h("div", { class: "fields" });
    this.general = h("div", { role: "alert" });
    this.cancelButton = h("button", { type: "button", id: rules.ids.cancel, class: "quiet" }, "Annuler");
    this.submitButton = h("button", { type: "submit", id: rules.ids.submit, class: "primary" });
    this.cancelButton.addEventListener("click", on.cancel);
    const foot = h("div", { class: "modal-foot" }, this.general, this.cancelButton, this.submitButton);
    const form = h("form", { novalidate: true, onsubmit: (event) => this.#submit(event) }, this.intro, this.rows, foot);
    const look = { id: rules.ids.modal, labelId: rules.ids.label, title: dialog.title, icon: dialog.icon_url };
    this.modal = openModal({ ...look, content: [form], onCancel: on.cancel });
    this.show(dialog);
  }

  /** Show this dialog, or this step, with its defaults. */
  show(dialog) {
    this.elements = (dialog.elements ?? []).filter((one) => this.rules.draws(one));
    this.all = dialog.elements ?? [];
    this.values = Object.fromEntries(this.all.map((one) => [one.name, this.rules.first(one)]));
    this.labels = {};
    this.touched = new Set();
    this.modal.heading.textContent = dialog.title;
    this.submitButton.textContent = this.label = dialog.submit_label || "Envoyer";
    this.general.replaceChildren();
    setMarkdown(this.app, this.intro, dialog.introduction_text);
    this.fields = new Map(this.elements.map((one) => [one.name, this.#draw(one)]));
    this.rows.replaceChildren(...[...this.fields.values()].map((field) => field.element));
    this.focus();
  }

  /** Put the focus into the first field, else on the button. */
  focus(name = this.elements[0]?.name) {
    const field = this.fields.get(name);
    (field ?? this.submitButton).focus();
    field?.element.scrollIntoView({ block: "nearest" });
  }

  /** Say what is wrong: under the fields, and at the foot. */
  async complain(errors, general = "") {
    const places = [...this.fields].map(([name, field]) => this.#complain(field, errors[name]));
    await Promise.all([...places, this.#say(this.general, general)]);
    const first = [...this.fields.keys()].find((name) => errors[name]);
    if (first) this.focus(first);
  }

  /** While an answer is awaited nothing can be sent again. */
  busy(is) {
    this.submitButton.disabled = is;
    this.submitButton.textContent = is ? "Envoi…" : this.label;
    this.modal.element.setAttribute("aria-busy", String(is));
    if (!is && document.activeElement === document.body) this.submitButton.focus();
  }

  close() {
    this.modal.close();
  }

  get isOpen() {
    return !this.modal.done;
  }

  #draw(element) {
    const change = (value, chosen) => {
      this.values[element.name] = value;
      this.touched.add(element.name);
      this.#complain(this.fields.get(element.name), "");
      if (chosen) this.labels[element.name] = chosen;
      this.on.changed(element);
    };
    const value = this.values[element.name];
    const at = { value, change, rules: this.rules, find: this.on.find, first: this.on.firstChosen?.(element, value) };
    const field = drawField(element, at);
    this.rules.help(this.app, field.help, element);
    return field;
  }

  async #complain(field, text) {
    await this.#say(field.error, text);
    field.invalid(Boolean(text));
  }

  #say(place, text) {
    place.className = text ? "error-text" : "";
    if (this.rules.markdownErrors && text) return setMarkdown(this.app, place, text);
    place.textContent = text ?? "";
    return null;
  }

  #submit(event) {
    event.preventDefault();
    if (!this.submitButton.disabled) this.on.submit();
  }
}
