// Dialogs as web clients below 11.0 draw and send them: every field is sent, and a failed submission closes silently.

import { app } from "./app.js";
import { blank, chosenOf, complaints, isTrue } from "./dialog-values.js";
import { Dialog } from "./dialog-view.js";
import { findPlaces } from "./places.js";

const TYPES = new Set(["text", "textarea", "select", "radio", "bool"]);
const NAME = "interactiveDialog";
const IDS = { modal: `${NAME}Modal`, label: `${NAME}ModalLabel`, submit: `${NAME}Submit`, cancel: `${NAME}Cancel` };

export class LegacyDialog extends Dialog {
  draws = (element) => TYPES.has(element.type);
  several = () => false;

  constructor(opened) {
    super(opened, IDS);
  }

  first(element) {
    return element.type === "bool" ? isTrue(element) : (element.default ?? "");
  }

  /** Decimals are cut off. */
  number(text) {
    const value = Number.parseInt(text, 10);
    return Number.isNaN(value) ? "" : value;
  }

  find(element, query) {
    return findPlaces(element.data_source, query);
  }

  async submit() {
    const wrong = this.#complaints();
    await this.complain(wrong);
    if (Object.keys(wrong).length) return;
    this.busy(true);
    // The channel is the one on the screen at that moment; an empty choice travels as an empty text.
    this.channelId = app.channel?.id ?? "";
    const submission = Object.fromEntries(this.all.map(({ name }) => [name, this.values[name] ?? ""]));
    const answer = await this.send({ submission }).catch(() => ({}));
    this.busy(false);
    await this.#answered(answer);
  }

  /** A radio is wrong unless one of its circles is filled, even where it may stay empty. */
  #complaints() {
    const { all, values } = this;
    const radios = all.filter((one) => one.type === "radio" && !chosenOf(one, values[one.name]));
    const empty = radios.map(({ name }) => [name, "Doit être l’un des choix."]);
    return { ...Object.fromEntries(empty), ...complaints(all, values) };
  }

  /** Only errors that find their field, or a general one, keep the dialog open. */
  async #answered(answer) {
    const errors = answer?.errors ?? {};
    const found = Object.keys(errors).some((name) => this.fields.has(name) && !blank(errors[name]));
    if (found || answer?.error) await this.complain(errors, answer.error);
    else if (this.isOpen) this.close();
  }
}
