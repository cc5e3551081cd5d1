// Fields with choices: menus of one value or several, and circles.

import { h } from "./dom.js";
import { newId } from "./ids.js";
import { Combobox, filtered } from "./combobox.js";
import { chosenOf, optionsOf } from "./dialog-values.js";

/** Draw a menu: its own options, people, channels, or what the bot finds. */
export function drawMenu(element, at, id) {
  const multiple = at.rules.several(element);
  const find = element.data_source ? (query) => at.find(element, query) : (query) => filtered(optionsOf(element), query);
  const change = (chosen) => at.change(valueOf(chosen, multiple), chosen);
  const look = { placeholder: element.placeholder || "Choisir…", chosen: firstOf(element, at), multiple };
  const names = { id, labelledBy: at.ids.label, describedBy: at.describedBy };
  const box = new Combobox({ ...names, ...look, find, onChange: change });
  if (!element.optional) box.input.setAttribute("aria-required", "true");
  if (at.first instanceof Promise) at.first.then((chosen) => chosen.length && box.choose(chosen), () => {});
  return { node: box.element, inputs: [box.input] };
}

function valueOf(chosen, multiple) {
  if (multiple) return chosen.map((one) => one.value);
  return chosen[0]?.value ?? null;
}

/** What is chosen at first; a value whose name nobody told is shown as it is. */
function firstOf(element, at) {
  const values = [at.value ?? []].flat().filter(Boolean);
  if (!element.data_source) return chosenOf(element, values);
  return values.map((value) => ({ text: value, value }));
}

/** Draw circles. */
export function drawChoice(element, at) {
  const shown = at.rules.showsRadioDefault ? at.value : null;
  const name = newId(element.name);
  const circles = optionsOf(element).map((one) => circle(one, name, one.value === shown, at));
  const inputs = circles.map((label) => label.querySelector("input"));
  return { node: h("div", { class: "circles" }, circles), inputs, group: "radiogroup" };
}

function circle(one, name, checked, at) {
  const attributes = { type: "radio", name, value: one.value, checked, "aria-describedby": at.describedBy };
  const box = h("input", { ...attributes, onchange: () => at.change(one.value) });
  return h("label", { class: "check" }, box, h("span", {}, one.text));
}
