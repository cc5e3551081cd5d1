// A text box with a list to pick from: one value or several, filtered by what is typed.

import { h, put } from "./dom.js";
import { Listbox, STEPS } from "./listbox.js";

const MOST = 300;

/** A text without capitals, accents and wide spaces, so that « etudiant » finds « Étudiant ». */
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/\s+/g, " ").toLowerCase();

export function filtered(options, query) {
  const asked = plain(query.trim());
  return options.filter((one) => plain(one.text).includes(asked));
}

export class Combobox {
  #typed = false; // whether the list is for what was typed
  #asked = 0;

  /**
   * `props` are those of the text box, `placeholder` among them; `multiple` allows several values; `chosen` is
   * [{text, value}] at first; `find(query)` returns such a list or a promise of one; `onChange(chosen)` hears.
   */
  constructor(props, { multiple = false, chosen, find, onChange }) {
    Object.assign(this, { multiple, find, onChange });
    this.input = h("input", {
      type: "text",
      role: "combobox",
      ariaExpanded: "false",
      oninput: () => this.#search(true),
      onfocus: () => this.input.select(),
      onblur: () => this.#leave(),
      onkeydown: (event) => this.#key(event),
      ...props,
    });
    const look = { ariaLabel: props.placeholder, ariaMultiSelectable: String(multiple) };
    this.list = new Listbox(this.input, look, (one) => one.text, (one) => this.#pick(one));
    this.chips = h("div.chips");
    this.element = h("div.combobox", { onclick: (event) => this.#open(event) }, this.chips, this.input, this.list.element);
    this.choose(chosen);
  }

  /** Put other values in, without telling. */
  choose(chosen) {
    this.chosen = chosen;
    this.#reset();
    put(this.chips, this.multiple && chosen.map((one) => this.#chip(one)));
  }

  #reset() {
    this.input.value = this.multiple ? "" : (this.chosen[0]?.text ?? "");
  }

  /** A click beside what is picked opens the list. */
  #open({ target }) {
    if (target.closest("button, .listbox")) return;
    this.input.focus();
    if (!this.list.isOpen) this.#search(false);
  }

  #key(event) {
    const { list } = this;
    if (event.isComposing) return;
    if (event.key === "Backspace" && this.multiple && !this.input.value) this.#drop(this.chosen.at(-1));
    if (event.key === "Tab" && this.#typed && list.isOpen) this.#pickCurrent();
    const isFor = event.key in STEPS || event.key === "Enter" || (event.key === "Escape" && list.isOpen);
    if (!isFor) return;
    event.preventDefault();
    if (event.key in STEPS && !list.isOpen) this.#search(false);
    else if (event.key in STEPS) list.step(STEPS[event.key]);
    else if (event.key === "Enter" && list.isOpen) this.#pickCurrent();
    else this.#leave(false);
  }

  async #search(typed) {
    const { list, multiple, chosen } = this;
    this.#typed = typed;
    const mine = (this.#asked += 1);
    let found = this.find(typed ? this.input.value : "");
    if (found instanceof Promise) {
      list.show([], { note: "Recherche…" });
      found = await found.catch(() => null);
    }
    if (mine !== this.#asked || document.activeElement !== this.input) return;
    const isFree = (one) => !multiple || chosen.every((other) => other.value !== one.value);
    const free = (found ?? []).filter(isFree).slice(0, MOST);
    const current = free.findIndex((one) => one.value === chosen[0]?.value);
    list.show(free, { active: typed ? 0 : Math.max(current, 0), note: found ? "Aucun choix" : "La recherche a échoué." });
  }

  #close() {
    this.#asked += 1;
    this.#typed = false;
    this.list.close();
  }

  #pickCurrent() {
    if (this.list.current) this.#pick(this.list.current);
    else this.#close();
  }

  #pick(one) {
    this.#change(this.multiple ? [...this.chosen, one] : [one]);
  }

  #drop(one) {
    if (one) this.#change(this.chosen.filter((other) => other !== one));
  }

  #change(chosen) {
    this.#close();
    this.choose(chosen);
    this.onChange(chosen);
  }

  /** An emptied box has no value, any other text becomes again what was chosen. */
  #leave(mayEmpty = true) {
    const emptied = mayEmpty && this.#typed && !this.input.value.trim() && !this.multiple && this.chosen.length;
    if (emptied) return this.#change([]);
    this.#close();
    this.#reset();
  }

  #chip(one) {
    const drop = () => {
      this.#drop(one);
      this.input.focus();
    };
    return h("span.chip", { "data-value": one.value }, one.text, h("button", { ariaLabel: `Retirer ${one.text}`, onclick: drop }, "×"));
  }
}
