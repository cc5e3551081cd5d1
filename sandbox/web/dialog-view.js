// A dialog, whichever the client: its window, fields and values, what it sends and what is wrong.

import { app } from "./app.js";
import { DialogField } from "./dialog-fields.js";
import { h, put } from "./dom.js";
import { setMarkdown } from "./markdown.js";
import { Modal } from "./modal.js";

/**
 * Shows one dialog after the other in the same window. Those who extend it say how their client does it:
 * `ids`, `submit()`, `changed(element)`, `find(element, query)`, `draws`, `several`, `first`, `number`.
 */
export class Dialog {
  /** New clients draw Markdown, and hide what a radio has at first. */
  isNew = false;
  draws = () => true;
  several = (element) => element.multiselect === true;
  values = {};
  /** Names of the fields touched; the choices made by name of field. */
  touched = new Set();
  labels = {};

  /** `opened` is what the socket brought: `dialog`, and `url`, to which its submissions go. */
  constructor({ url, dialog }, ids) {
    Object.assign(this, { url, given: dialog, state: dialog.state, channelId: app.channel?.id ?? "" });
    this.intro = h("div.modal-intro");
    this.rows = h("div.fields");
    this.general = h("div", { role: "alert" });
    this.submitButton = h("button.primary", { type: "submit", id: ids.submit });
    const cancel = h("button", { id: ids.cancel, onclick: () => this.cancel() }, "Annuler");
    this.modal = new Modal({
      id: ids.modal,
      labelId: ids.label,
      title: dialog.title,
      icon: dialog.icon_url,
      content: [this.intro, this.rows],
      foot: [this.general, cancel, this.submitButton],
      onSubmit: () => this.submitButton.disabled || this.submit(),
      onCancel: () => this.cancel(),
    });
  }

  get isOpen() {
    return this.modal.isOpen;
  }

  close() {
    this.modal.close();
  }

  /** Show this dialog, or this step, with its defaults. */
  show(dialog) {
    this.all = dialog.elements ?? [];
    this.values = Object.fromEntries(this.all.map((one) => [one.name, this.first(one)]));
    this.labels = {};
    this.touched.clear();
    this.modal.heading.textContent = dialog.title;
    this.submitButton.textContent = this.label = dialog.submit_label || "Envoyer";
    this.general.replaceChildren();
    setMarkdown(this.intro, dialog.introduction_text);
    const drawn = this.all.filter((one) => this.draws(one));
    this.fields = new Map(drawn.map((one) => [one.name, new DialogField(one, this)]));
    put(this.rows, [...this.fields.values()].map((field) => field.element));
    this.focus(drawn[0]?.name);
  }

  focus(name) {
    const field = this.fields.get(name);
    (field ?? this.submitButton).focus();
    field?.element.scrollIntoView({ block: "nearest" });
  }

  /** A field has another value; choices come with their texts. */
  change(element, value, chosen) {
    this.values[element.name] = value;
    this.touched.add(element.name);
    if (chosen) this.labels[element.name] = chosen;
    this.#complain(this.fields.get(element.name), "");
    this.changed(element);
  }

  changed() {}

  /** Say what is wrong: under the fields, and at the foot. */
  async complain(errors, general = "") {
    const places = [...this.fields].map(([name, field]) => this.#complain(field, errors[name]));
    await Promise.all([...places, this.say(this.general, general)]);
    const first = [...this.fields.keys()].find((name) => errors[name]);
    if (first) this.focus(first);
  }

  async #complain(field, text) {
    await this.say(field.error, text);
    field.invalid(Boolean(text));
  }

  async say(place, text) {
    place.className = text ? "error error-text" : "";
    await this.write(place, text);
  }

  async write(place, text) {
    if (this.isNew && text) await setMarkdown(place, text);
    else place.textContent = text ?? "";
  }

  /** While an answer is awaited nothing can be sent again. */
  busy(is) {
    this.submitButton.disabled = is;
    this.submitButton.textContent = is ? "Envoi…" : this.label;
    this.modal.element.ariaBusy = String(is);
    if (!is && document.activeElement === document.body) this.submitButton.focus();
  }

  /** That somebody gave up: never what was typed, always the first dialog’s state. */
  cancel() {
    this.close();
    if (!this.given.notify_on_cancel) return;
    this.send({ submission: {}, cancelled: true, state: this.given.state }).catch(() => {});
  }

  /** Send a submission, a cancellation or a refresh, or a look-up to a path of its own; returns the answer. */
  send(given, path = "submit") {
    return app.api.post(`/actions/dialogs/${path}`, {
      url: this.url,
      callback_id: this.given.callback_id,
      state: this.state,
      channel_id: this.channelId,
      team_id: app.team.id,
      cancelled: false,
      ...given,
    });
  }
}
