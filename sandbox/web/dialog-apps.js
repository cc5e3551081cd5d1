// Dialogs as web clients from 11.0 draw and send them: steps, look-ups, and nothing typed is lost.

import { isoDate } from "./dates.js";
import { blank, chosenOf, complaints, isTrue, optionsOf } from "./dialog-values.js";
import { Dialog } from "./dialog-view.js";
import { findPlaces } from "./places.js";

const IDS = { modal: "appsModal", label: "appsModalLabel", submit: "appsModalSubmit", cancel: "appsModalCancel" };
const FIRST = {
  bool: isTrue,
  date: (element) => isoDate(element.default) || null,
  datetime: (element) => element.default || null,
  radio: (element) => listed(element, element.default),
  select: firstOfMenu,
};

const listed = (element, value) => chosenOf(element, value)?.value ?? null;
const isDynamic = (element) => element.type === "select" && element.data_source === "dynamic";

function firstOfMenu(element) {
  if (isDynamic(element)) return element.default || null;
  if (!element.multiselect) return listed(element, element.default);
  return (element.default ?? "").split(",").map((one) => one.trim()).filter((one) => listed(element, one));
}

export class AppsDialog extends Dialog {
  isNew = true;
  #earlier = {}; // what was filled in the steps before
  #lists = new Map(); // of look-ups before anything is typed, by name of field

  constructor(opened) {
    super(opened, IDS);
  }

  /** A number left alone stays the text that the bot gave. */
  first(element) {
    const special = FIRST[element.type];
    return special ? special(element) : (element.default ?? "");
  }

  number(text) {
    return text === "" ? null : Number(text);
  }

  show(form) {
    super.show(form);
    this.source = form.source_url;
    this.state = form.state;
    this.#lists.clear();
    this.#readLists();
  }

  async submit() {
    const wrong = complaints(this.all, this.values);
    if (Object.keys(wrong).length) return this.complain(wrong, "Veuillez corriger les champs signalés.");
    this.busy(true);
    try {
      await this.#answered(await this.send({ submission: this.#submission() }));
    } catch {
      await this.complain({}, "L’envoi a échoué. Rien de ce que vous avez saisi n’est perdu : vous pouvez réessayer.");
    }
    this.busy(false);
  }

  /** Everything filled so far; what is empty is left out. */
  #submission() {
    const filled = Object.entries(this.values).filter(([, value]) => value === false || !blank(value));
    return { ...this.#earlier, ...Object.fromEntries(filled) };
  }

  async #answered(answer) {
    const { error, type, form } = answer ?? {};
    const errors = answer?.errors ?? {};
    const names = Object.keys(errors);
    const unknown = names.find((name) => !this.fields.has(name));
    const strange = unknown && `Une erreur concerne un champ inconnu. Champ : ${unknown}. Erreur : ${errors[unknown]}`;
    if (names.length || error) return this.complain(errors, error || strange);
    if (type !== "form" || !form) return this.isOpen && this.close();
    // The next step: what was filled goes with it, its state replaces the one before.
    this.#earlier = this.#submission();
    return this.show(form);
  }

  changed(element) {
    this.#readLists(element);
    if (element.refresh && this.source) this.#refresh(element.name);
  }

  /** The bot draws the form anew; its defaults replace what was typed. */
  async #refresh(name) {
    try {
      const answer = await this.send({ type: "refresh", url: this.source, submission: this.#submission() });
      if (answer.type !== "form" || !answer.form || !this.isOpen) return;
      this.show(answer.form);
      this.focus(name);
    } catch {
      await this.complain({}, "Le formulaire n’a pas pu être mis à jour.");
    }
  }

  /** Before anything is typed a list is asked without words, and again at each change of another field. */
  #readLists(changed = {}) {
    for (const one of this.all.filter(isDynamic)) if (one.name !== changed.name) this.#readList(one);
  }

  #readList(element) {
    const list = this.#lookUp(element);
    list.catch(() => {});
    this.#lists.set(element.name, list);
    return list;
  }

  find(element, query) {
    if (!isDynamic(element)) return findPlaces(element.data_source, query);
    return query ? this.#lookUp(element, query) : (this.#lists.get(element.name) ?? this.#readList(element));
  }

  async #lookUp(element, query) {
    const others = this.all.filter((one) => !blank(this.values[one.name])).map((one) => [one.name, this.#asObject(one)]);
    const submission = { ...Object.fromEntries(others), ...(query && { query }), selected_field: element.name };
    const { items } = await this.send({ url: element.data_source_url, submission }, "lookup");
    return items ?? [];
  }

  /** A value as look-ups get it: a choice as object, an untouched radio as what an object becomes in a text. */
  #asObject(element) {
    const value = this.values[element.name];
    if (element.type === "radio") return value === element.default && !this.touched.has(element.name) ? "[object Object]" : value;
    if (element.type !== "select") return value;
    const known = this.labels[element.name] ?? optionsOf(element);
    const object = (one) => ({ label: known.find((other) => other.value === one)?.text ?? one, value: one });
    return Array.isArray(value) ? value.map(object) : object(value);
  }
}
