// Dialogs as web clients below 11.0 draw and send them: every field is sent, and a failed submission closes silently.

import { DialogCall } from "./dialog-call.js";
import { findPlaces, placeOf } from "./dialog-places.js";
import { blank, complaints, optionsOf } from "./dialog-values.js";
import { DialogView } from "./dialog-view.js";

const TYPES = new Set(["text", "textarea", "select", "radio", "bool"]);
const PREFIX = "interactiveDialog";

export const RULES = {
  ids: { modal: `${PREFIX}Modal`, label: `${PREFIX}ModalLabel`, submit: `${PREFIX}Submit`, cancel: `${PREFIX}Cancel` },
  markdownErrors: false,
  showsRadioDefault: true,
  draws: (element) => TYPES.has(element.type),
  several: () => false,
  first: (element) => {
    if (element.type === "bool") return String(element.default).toLowerCase() === "true";
    return element.default ?? "";
  },
  /** Decimals are cut off. */
  number: (text) => {
    const value = Number.parseInt(text, 10);
    return Number.isNaN(value) ? "" : value;
  },
  help: (app, place, element) => {
    place.textContent = element.help_text ?? "";
  },
};

/** Open a dialog. */
export function openLegacy(app, opened) {
  return new LegacyDialog(app, opened);
}

class LegacyDialog {
  constructor(app, opened) {
    this.app = app;
    this.call = new DialogCall(app, opened);
    const on = {
      submit: () => this.submit(),
      cancel: () => this.cancel(),
      changed: () => {},
      find: (element, query) => findPlaces(app, element.data_source, query),
      firstChosen: (element, value) => placeOf(app, element.data_source, value),
    };
    this.view = new DialogView(app, opened.dialog, RULES, on);
  }

  async submit() {
    const wrong = this.#complaints();
    await this.view.complain(wrong);
    if (Object.keys(wrong).length) return;
    this.view.busy(true);
    const answer = await this.call.submit(this.#submission()).catch(() => ({}));
    this.view.busy(false);
    await this.#answered(answer);
  }

  cancel() {
    this.view.close();
    if (this.call.first.notify_on_cancel) this.call.cancel().catch(() => {});
  }

  /** The channel is the one on the screen at that moment; an empty choice travels as an empty text. */
  #submission() {
    this.call.channelId = this.app.store.get("channel")?.id ?? "";
    const pairs = this.view.all.map((one) => [one.name, this.view.values[one.name] ?? ""]);
    return Object.fromEntries(pairs);
  }

  /** A radio is wrong unless one of its circles is filled, even where it may stay empty. */
  #complaints() {
    const { all, values } = this.view;
    const empty = (one) => one.type === "radio" && !optionsOf(one).some((other) => other.value === values[one.name]);
    const radios = all.filter(empty).map((one) => [one.name, "Doit être l’un des choix."]);
    return { ...Object.fromEntries(radios), ...complaints(all, values) };
  }

  /** Only errors that find their field, or a general one, keep the dialog open. */
  async #answered(answer) {
    const errors = answer?.errors ?? {};
    const found = Object.keys(errors).some((name) => this.view.fields.has(name) && !blank(errors[name]));
    if (found || answer?.error) await this.view.complain(errors, answer.error);
    else if (this.view.isOpen) this.view.close();
  }
}
