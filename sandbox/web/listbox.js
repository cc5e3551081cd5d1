// The list of a text box: what fits there, gone through with arrows while the focus stays in the box.

import { h, newId } from "./dom.js";

export class Listbox {
  found = [];
  active = -1;

  /** Of a box; `props` are the list’s, `draw(one)` returns what an option shows, `pick(one)` hears what was chosen. */
  constructor(box, props, draw, pick, id = newId("list")) {
    Object.assign(this, { box, draw, pick, id });
    const keepFocus = (event) => event.preventDefault();
    this.element = h("div.listbox", { role: "listbox", hidden: true, onmousedown: keepFocus, ...props });
    box.autocomplete = "off";
    box.ariaAutoComplete = "list";
  }

  get isOpen() {
    return !this.element.hidden;
  }

  get current() {
    return this.found[this.active];
  }

  /** Show these, one of them active; a list of none says why. */
  show(found, { active = 0, note = "" } = {}) {
    this.found = found;
    this.active = -1;
    const options = found.map((one) => h("div", { id: newId("option"), role: "option", ariaSelected: "false", onclick: () => this.pick(one) }, this.draw(one)));
    const told = h("div.muted", { role: "option", ariaDisabled: "true", ariaSelected: "false" }, note);
    this.element.replaceChildren(...(found.length ? options : [told]));
    this.#open(true);
    this.element.scrollIntoView({ block: "nearest" });
    if (found.length) this.#activate(active);
  }

  close() {
    this.found = [];
    this.#open(false);
  }

  step(by) {
    const count = this.found.length;
    if (count) this.#activate((this.active + by + count) % count);
  }

  /** The list has its id while it is open: only then there is something to look for. */
  #open(is) {
    this.element.hidden = !is;
    this.element.id = is ? this.id : "";
    if (is) this.box.setAttribute("aria-controls", this.id);
    else this.box.removeAttribute("aria-controls");
    if (this.box.role) this.box.ariaExpanded = String(is);
    this.box.removeAttribute("aria-activedescendant");
  }

  #activate(place) {
    const options = this.element.children;
    if (options[this.active]) options[this.active].ariaSelected = "false";
    this.active = place;
    options[place].ariaSelected = "true";
    options[place].scrollIntoView({ block: "nearest" });
    this.box.setAttribute("aria-activedescendant", options[place].id);
  }
}

/** Which way a key goes through a list. */
export const STEPS = { ArrowDown: 1, ArrowUp: -1 };
