// The fields of a dialog: a label, a box of the element's type, its help, its error.

import { h } from "./dom.js";
import { newId } from "./ids.js";
import { drawChoice, drawMenu } from "./dialog-choices.js";
import { isNumber, isoDate, localMoment, moment, most } from "./dialog-values.js";

/**
 * Draw an element. `at` has `value` (what it has at first), `change(value)`, `find(element, query)` for lists that
 * are looked up, `first` (choices to show at first), `rules` of the client.
 * Returned: `element`, `help`, `error` (to be filled by the caller), `focus()`, `invalid(is)`.
 */
export function drawField(element, at) {
  const ids = { label: newId("label"), help: newId("help"), error: newId("error") };
  const help = h("div", { id: ids.help, class: "help-text" });
  const error = h("div", { id: ids.error });
  const control = draw(element, { ...at, ids, describedBy: `${ids.help} ${ids.error}` });
  const label = control.group ? legend(element, ids) : caption(element, ids);
  const attributes = { class: "field", "data-name": element.name };
  if (control.group) Object.assign(attributes, { role: control.group, "aria-labelledby": ids.label, "aria-describedby": ids.error });
  const whole = h("div", attributes, label, control.node, help, error);
  const invalid = (is) => control.inputs.forEach((one) => mark(one, is));
  return { element: whole, help, error, invalid, focus: () => control.inputs[0]?.focus() };
}

function mark(input, is) {
  if (is) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}

function words(element) {
  const star = h("span", { class: "required", "aria-hidden": "true" }, " *");
  const hint = h("span", { class: "optional" }, " (facultatif)");
  if (!element.optional) return [element.display_name, star];
  return [element.display_name, /\((facultatif|optional)\)$/.test(element.display_name) ? null : hint];
}

function caption(element, ids) {
  return h("label", { id: ids.label, for: boxId(element), class: "field-label" }, words(element));
}

function legend(element, ids) {
  return h("div", { id: ids.label, class: "field-label" }, words(element));
}

/** Return the id of an element's box, the same as in the real client. */
export function boxId(element) {
  return element.type === "select" ? `MultiInput_${element.name}` : element.name;
}

function draw(element, at) {
  if (element.type === "select") return drawMenu(element, at, boxId(element));
  if (element.type === "radio") return drawChoice(element, at);
  if (element.type === "bool") return drawCheck(element, at);
  if (element.type === "date") return drawDate(element, at);
  if (element.type === "datetime") return drawMoment(element, at);
  return drawText(element, at);
}

function common(element, at) {
  return {
    id: boxId(element),
    name: element.name,
    placeholder: element.placeholder || undefined,
    "aria-describedby": at.describedBy,
    "aria-required": element.optional ? undefined : "true",
  };
}

function drawText(element, at) {
  const long = element.type === "textarea";
  const kinds = new Set(["email", "number", "password", "tel", "url"]);
  const type = kinds.has(element.subtype) ? element.subtype : "text";
  const limits = { maxlength: most(element), autocomplete: "off" };
  const own = long ? { rows: 5 } : { type, step: type === "number" ? "any" : undefined };
  const box = h(long ? "textarea" : "input", { ...common(element, at), ...limits, ...own });
  box.value = at.value ?? "";
  const read = isNumber(element) ? at.rules.number : (text) => text;
  box.addEventListener("input", () => at.change(read(box.value)));
  return { node: box, inputs: [box] };
}

function drawCheck(element, at) {
  const side = newId("side");
  const names = { "aria-labelledby": `${at.ids.label} ${side}` };
  const box = h("input", { ...common(element, at), ...names, type: "checkbox", placeholder: undefined });
  box.checked = at.value === true;
  box.addEventListener("change", () => at.change(box.checked));
  const words = h("span", { id: side }, element.placeholder);
  return { node: h("label", { class: "check" }, box, words), inputs: [box] };
}

function drawDate(element, at) {
  const limits = { min: isoDate(element.min_date) || undefined, max: isoDate(element.max_date) || undefined };
  const box = h("input", { ...common(element, at), ...limits, type: "date" });
  box.value = at.value ?? "";
  box.addEventListener("input", () => at.change(box.value || null));
  return { node: box, inputs: [box] };
}

function drawMoment(element, at) {
  const step = (element.time_interval || 60) * 60;
  const box = h("input", { ...common(element, at), type: "datetime-local", step: step % 60 ? undefined : step });
  box.value = localMoment(at.value ?? "");
  box.addEventListener("input", () => at.change(moment(box.value)));
  return { node: box, inputs: [box] };
}
