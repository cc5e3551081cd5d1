// Dialogs as web clients from 11.0 draw and send them: several steps, look-ups, and nothing typed is lost.

import { DialogCall } from "./dialog-call.js";
import { findPlaces } from "./dialog-places.js";
import { blank, complaints, isNumber, isoDate, optionsOf } from "./dialog-values.js";
import { DialogView } from "./dialog-view.js";
import { setMarkdown } from "./rich.js";

const FIRST = {
  bool: (element) => String(element.default).toLowerCase() === "true",
  date: (element) => isoDate(element.default) || null,
  datetime: (element) => element.default || null,
  radio: (element) => listed(element, element.default),
  select: (element) => firstOfMenu(element),
};

export const RULES = {
  ids: { modal: "appsModal", label: "appsModalLabel", submit: "appsModalSubmit", cancel: "appsModalCancel" },
  markdownErrors: true,
  showsRadioDefault: false,
  draws: () => true,
  several: (element) => element.multiselect === true,
  /** A number left alone stays the text that the bot gave. */
  first: (element) => (FIRST[element.type] ?? ((one) => one.default ?? ""))(element),
  number: (text) => (text === "" ? null : Number(text)),
  help: (app, place, element) => setMarkdown(app, place, element.help_text),
};

function listed(element, value) {
  return optionsOf(element).some((one) => one.value === value) ? value : null;
}

function firstOfMenu(element) {
  if (element.data_source === "dynamic") return element.default || null;
  if (element.data_source) return element.multiselect ? [] : null;
  if (!element.multiselect) return listed(element, element.default);
  return (element.default ?? "").split(",").map((one) => one.trim()).filter((one) => listed(element, one));
}

/** Open a dialog. */
export function openApps(app, opened) {
  return new AppsDialog(app, opened);
}

class AppsDialog {
  constructor(app, opened) {
    this.app = app;
    this.call = new DialogCall(app, opened);
    this.dialog = opened.dialog;
    this.earlier = {};
    this.lists = new Map();
    const on = {
      submit: () => this.submit(),
      cancel: () => this.cancel(),
      changed: (element) => this.#changed(element),
      find: (element, query) => this.#find(element, query),
    };
    this.view = new DialogView(app, opened.dialog, RULES, on);
    this.#readLists();
  }

  async submit() {
    const wrong = complaints(this.view.all, this.view.values);
    if (Object.keys(wrong).length) return this.view.complain(wrong, "Veuillez corriger les champs signalés.");
    this.view.busy(true);
    try {
      await this.#answered(await this.call.submit(this.#submission()));
    } catch {
      await this.view.complain({}, "L’envoi a échoué. Rien de ce que vous avez saisi n’est perdu : vous pouvez réessayer.");
    }
    this.view.busy(false);
  }

  cancel() {
    this.view.close();
    if (this.call.first.notify_on_cancel) this.call.cancel().catch(() => {});
  }

  #submission() {
    return { ...this.earlier, ...filled(this.view.values) };
  }

  async #answered(answer) {
    const errors = answer?.errors ?? {};
    const unknown = Object.keys(errors).find((name) => !this.view.fields.has(name));
    const general = answer?.error || (unknown ? strange(unknown, errors[unknown]) : "");
    if (Object.keys(errors).length || general) return this.view.complain(errors, general);
    if (answer?.type === "form" && answer.form) return this.#next(answer.form);
    if (this.view.isOpen) this.view.close();
  }

  /** The next step: what was filled goes with it, its state replaces the one before. */
  #next(form) {
    this.earlier = this.#submission();
    this.#show(form);
  }

  #show(form) {
    this.dialog = form;
    this.call.state = form.state;
    this.view.show(form);
    this.#readLists();
  }

  #changed(element) {
    for (const one of this.#dynamic()) if (one.name !== element.name) this.#readList(one);
    const source = this.dialog.source_url;
    if (element.refresh && source) this.#refresh(source, element.name);
  }

  /** The bot draws the form anew; its defaults replace what was typed. */
  async #refresh(source, name) {
    try {
      const answer = await this.call.refresh(source, this.#submission());
      if (answer?.type !== "form" || !answer.form || !this.view.isOpen) return;
      this.#show(answer.form);
      this.view.focus(name);
    } catch {
      await this.view.complain({}, "Le formulaire n’a pas pu être mis à jour.");
    }
  }

  #dynamic() {
    return this.view.all.filter((one) => one.type === "select" && one.data_source === "dynamic");
  }

  #readLists() {
    this.lists.clear();
    for (const one of this.#dynamic()) this.#readList(one);
  }

  /** Before anything is typed the list is asked without words, and again at each change of another field. */
  #readList(element) {
    const list = this.#lookUp(element, "");
    list.catch(() => {});
    this.lists.set(element.name, list);
  }

  #find(element, query) {
    if (element.data_source !== "dynamic") return findPlaces(this.app, element.data_source, query);
    return query ? this.#lookUp(element, query) : (this.lists.get(element.name) ?? this.#lookUp(element, ""));
  }

  async #lookUp(element, query) {
    const others = this.view ? asObjects(this.view) : {};
    const words = query ? { query } : {};
    const items = await this.call.lookUp(element.data_source_url, { ...others, ...words, selected_field: element.name });
    return items.map((one) => ({ text: one.text, value: one.value }));
  }
}

function strange(name, text) {
  return `Une erreur concerne un champ inconnu. Champ : ${name}. Erreur : ${text}`;
}

/** Return the values that are sent: all but the empty ones. */
function filled(values) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value === false || !blank(value)));
}

/** Return the values as look-ups get them: choices as objects, an untouched radio as what an object becomes in a text. */
function asObjects(view) {
  const pairs = view.all.filter((one) => !blank(view.values[one.name])).map((one) => [one.name, asObject(view, one)]);
  return Object.fromEntries(pairs);
}

function asObject(view, element) {
  const value = view.values[element.name];
  if (element.type === "radio") return value === element.default && !view.touched.has(element.name) ? "[object Object]" : value;
  if (element.type !== "select" || isNumber(element)) return value;
  const known = view.labels[element.name] ?? optionsOf(element);
  const object = (one) => ({ label: known.find((other) => other.value === one)?.text ?? one, value: one });
  return Array.isArray(value) ? value.map(object) : object(value);
}
