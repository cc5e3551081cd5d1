// A text box with a list to pick from: one value or several, filtered by what is typed.

import { h } from "./dom.js";
import { newId } from "./ids.js";

const MOST = 300;

/** Return a text without capitals, accents and wide spaces, so that « etudiant » finds « Étudiant ». */
function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/\s+/g, " ").toLowerCase();
}

/** Return those of a fixed list that contain what was typed. */
export function filtered(options, query) {
  const asked = plain(query.trim());
  return asked ? options.filter((one) => plain(one.text).includes(asked)) : options;
}

/**
 * One box. Given: `id`, `labelledBy` or `label`, `describedBy`, `placeholder`, `multiple`, `required`,
 * `chosen` ([{text, value}]), `find(query)` (an array or a promise of one), `onChange(chosen)`.
 */
export class Combobox {
  constructor(given) {
    this.given = given;
    this.chosen = [...(given.chosen ?? [])];
    this.found = [];
    this.active = -1;
    this.typed = false;
    this.asked = 0;
    this.listId = newId("list");
    this.input = h("input", this.#attributes());
    this.list = h("div", { id: this.listId, class: "combobox-list", role: "listbox", hidden: true });
    this.list.setAttribute("aria-label", given.placeholder || given.label || "Choix");
    this.list.setAttribute("aria-multiselectable", String(Boolean(given.multiple)));
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.chips = h("div", { class: "combobox-chips" });
    this.element = h("div", { class: "combobox" }, this.chips, this.input, this.list);
    this.#listen();
    this.#show();
  }

  /** Put other values in, without telling. */
  choose(chosen) {
    this.chosen = [...chosen];
    this.#show();
  }

  #attributes() {
    const { id, labelledBy, label, describedBy, placeholder } = this.given;
    const names = { "aria-labelledby": labelledBy, "aria-label": labelledBy ? undefined : label };
    const list = { role: "combobox", "aria-controls": this.listId, "aria-expanded": "false", "aria-autocomplete": "list" };
    return { id, type: "text", autocomplete: "off", placeholder, "aria-describedby": describedBy, ...names, ...list };
  }

  #listen() {
    this.input.addEventListener("input", () => this.#search(true));
    this.input.addEventListener("click", () => this.list.hidden && this.#search(false));
    this.input.addEventListener("focus", () => this.input.select());
    this.input.addEventListener("blur", () => this.#leave());
    this.input.addEventListener("keydown", (event) => this.#key(event));
  }

  #key(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.isComposing) return;
    if (event.key in steps) this.#step(event, steps[event.key]);
    else if (event.key === "Enter") this.#enter(event);
    else if (event.key === "Tab" && this.typed && !this.list.hidden) this.#pickActive();
    else if (event.key === "Escape" && !this.list.hidden) this.#escape(event);
    else if (event.key === "Backspace" && this.given.multiple && !this.input.value) this.#drop(this.chosen.at(-1));
  }

  #step(event, by) {
    event.preventDefault();
    if (this.list.hidden) return this.#search(false);
    const count = this.found.length;
    if (count) this.#activate((this.active + by + count) % count);
  }

  #enter(event) {
    event.preventDefault();
    if (this.list.hidden) return;
    event.stopPropagation();
    this.#pickActive();
  }

  #escape(event) {
    event.preventDefault();
    event.stopPropagation();
    this.#close();
    this.#show();
  }

  async #search(typed) {
    this.typed = typed;
    const mine = (this.asked += 1);
    const query = typed ? this.input.value : "";
    let found = this.given.find(query);
    if (found instanceof Promise) {
      this.#drawNote("Recherche…");
      found = await found.catch(() => null);
    }
    if (mine === this.asked && document.activeElement === this.input) this.#draw(found);
  }

  #draw(found) {
    const taken = new Set(this.given.multiple ? this.chosen.map((one) => one.value) : []);
    this.found = (found ?? []).filter((one) => !taken.has(one.value)).slice(0, MOST);
    if (!this.found.length) return this.#drawNote(found ? "Aucun choix" : "La recherche a échoué.");
    this.list.replaceChildren(...this.found.map((one, place) => this.#option(one, place)));
    this.#open();
    const current = this.found.findIndex((one) => one.value === this.chosen[0]?.value);
    this.#activate(this.typed || current < 0 ? 0 : current);
  }

  #option(one, place) {
    const pick = () => this.#pick(one);
    const selected = String(this.chosen.some((other) => other.value === one.value));
    const id = `${this.listId}-${place}`;
    return h("div", { id, role: "option", class: "combobox-option", "aria-selected": selected, onclick: pick }, one.text);
  }

  #drawNote(text) {
    this.found = [];
    this.active = -1;
    this.input.removeAttribute("aria-activedescendant");
    const note = h("div", { role: "option", class: "combobox-note", "aria-disabled": "true", "aria-selected": "false" }, text);
    this.list.replaceChildren(note);
    this.#open();
  }

  #open() {
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
  }

  #close() {
    this.asked += 1;
    this.list.hidden = true;
    this.typed = false;
    this.active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  #activate(place) {
    this.list.children[this.active]?.classList.remove("active");
    this.active = place;
    const option = this.list.children[place];
    option.classList.add("active");
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }

  #pickActive() {
    if (this.found[this.active]) this.#pick(this.found[this.active]);
    else this.#close();
  }

  #pick(one) {
    this.#change(this.given.multiple ? [...this.chosen, one] : [one]);
  }

  #drop(one) {
    if (one) this.#change(this.chosen.filter((other) => other !== one));
  }

  #change(chosen) {
    this.chosen = chosen;
    this.#close();
    this.#show();
    this.given.onChange(chosen);
  }

  /** Leaving: an emptied box has no value any more, any other text becomes again what was chosen. */
  #leave() {
    const emptied = this.typed && !this.input.value.trim() && !this.given.multiple && this.chosen.length;
    this.#close();
    if (emptied) this.#change([]);
    else this.#show();
  }

  #show() {
    this.input.value = this.given.multiple ? "" : (this.chosen[0]?.text ?? "");
    const chips = this.given.multiple ? this.chosen.map((one) => this.#chip(one)) : [];
    this.chips.replaceChildren(...chips);
  }

  #chip(one) {
    const drop = () => {
      this.#drop(one);
      this.input.focus();
    };
    const cross = h("button", { type: "button", "aria-label": `Retirer ${one.text}`, onclick: drop }, "×");
    return h("span", { class: "chip", "data-value": one.value }, one.text, cross);
  }
}
