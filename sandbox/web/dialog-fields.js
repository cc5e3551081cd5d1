// The fields of a dialog: a label, a box of the element’s type, its help, its error.

import { Combobox, filtered } from "./combobox.js";
import { frenchDate, isoDate, localMoment, moment } from "./dates.js";
import { chosenOf, optionsOf } from "./dialog-values.js";
import { h, newId } from "./dom.js";

const TEXT_MOST = 150;
const LONG_MOST = 3000;
const TEXTS = new Set(["email", "number", "password", "tel", "url"]);
const DRAWN = { select: drawMenu, radio: drawChoice, bool: drawCheck, date: drawDate, datetime: drawDate };

/** One field: `element` on the page; `help` and `error` are filled by its dialog. */
export class DialogField {
  constructor(given, dialog) {
    const [label, help, error] = ["label", "help", "error"].map(newId);
    this.help = h("div.help-text", { id: help });
    this.error = h("div", { id: error });
    const value = dialog.values[given.name];
    const change = (...changed) => dialog.change(given, ...changed);
    const isMenu = given.type === "select";
    const id = isMenu ? newId("menu") : given.name;
    const about = { "aria-describedby": `${help} ${error}`, ariaRequired: given.optional ? null : "true" };
    const props = { id, name: given.name, placeholder: given.placeholder || null, ...about };
    const draw = DRAWN[given.type] ?? drawText;
    const { node, inputs = [node], role } = draw(given, { props, value, change, dialog, label, help });
    if (isMenu) node.id = `MultiInput_${given.name}`; // the real client’s
    this.inputs = inputs;
    const group = role && { role, "aria-labelledby": label, "aria-describedby": error };
    const caption = role ? h("div.field-label", { id: label }, words(given)) : h("label.field-label", { id: label, for: id }, words(given));
    this.element = h("div.field", { "data-name": given.name, ...group }, caption, node, this.help, this.error);
    dialog.write(this.help, given.help_text);
  }

  focus() {
    this.inputs[0]?.focus();
  }

  invalid(is) {
    for (const one of this.inputs) one.ariaInvalid = is ? "true" : null;
  }
}

function words({ optional, display_name: name }) {
  if (!optional) return [name, h("span.error", { ariaHidden: "true" }, " *")];
  return [name, h("span.muted", " (facultatif)")];
}

function drawText(given, { props, value, change, dialog }) {
  const isLong = given.type === "textarea";
  const isNumber = given.subtype === "number";
  const own = isLong ? { rows: 5 } : { type: TEXTS.has(given.subtype) ? given.subtype : "text", step: isNumber && "any" };
  const read = (text) => (isNumber && !isLong ? dialog.number(text) : text);
  const box = h(isLong ? "textarea" : "input", { ...props, ...own, maxLength: given.max_length || (isLong ? LONG_MOST : TEXT_MOST), autocomplete: "off", oninput: () => change(read(box.value)) });
  box.value = value ?? "";
  return { node: box };
}

function drawCheck(given, { props, value, change, label }) {
  const side = newId("side");
  const box = h("input", { ...props, placeholder: null, type: "checkbox", checked: value === true, onchange: () => change(box.checked), "aria-labelledby": `${label} ${side}` });
  return { node: h("label.row.check", box, h("span", { id: side }, given.placeholder)), inputs: [box] };
}

/**
 * Draw a date, or a date and time. Browsers write it as is usual where they come from: what is chosen stands over
 * their own text in French, and beside it while that is typed in.
 */
function drawDate(given, { props, value, change, help }) {
  const isDay = given.type === "date";
  const minutes = given.time_interval || 60;
  const own = isDay
    ? { type: "date", min: isoDate(given.min_date), max: isoDate(given.max_date) }
    : { type: "datetime-local", step: Number.isInteger(minutes) ? minutes * 60 : null };
  const said = h("span", { id: newId("date") });
  const say = () => {
    said.textContent = box.value ? frenchDate(box.value) : isDay ? "jj/mm/aaaa" : "jj/mm/aaaa hh:mm";
    said.classList.toggle("muted", !box.value);
  };
  const tell = () => {
    say();
    change(isDay ? box.value || null : moment(box.value));
  };
  const describedBy = `${said.id} ${props["aria-describedby"]}`;
  const box = h("input", { ...props, ...own, "aria-describedby": describedBy, oninput: tell });
  box.value = isDay ? (value ?? "") : localMoment(value ?? "");
  say();
  return { node: h("div.row.date", box, said), inputs: [box] };
}

/** Draw a menu: its own options, people, channels, or what the bot finds. */
function drawMenu(given, { props, value, change, dialog, label }) {
  const multiple = dialog.several(given);
  const values = [value ?? []].flat().filter(Boolean);
  // The name of a value is that of its option, of a person or channel too; what the bot finds is shown as it is.
  const known = (one) => (given.data_source === "dynamic" ? { text: one, value: one } : chosenOf(given, one));
  const box = new Combobox({ ...props, placeholder: given.placeholder || "Choisir…", "aria-labelledby": label }, {
    multiple,
    chosen: values.map(known).filter(Boolean),
    find: (query) => (given.data_source ? dialog.find(given, query) : filtered(optionsOf(given), query)),
    onChange: (chosen) => change(multiple ? chosen.map((one) => one.value) : (chosen[0]?.value ?? null), chosen),
  });
  return { node: box.element, inputs: [box.input] };
}

function drawChoice(given, { props, value, change, dialog }) {
  const name = newId(given.name);
  const shown = dialog.isNew ? null : value;
  const circle = (one) => h("input", {
    type: "radio",
    name,
    value: one.value,
    checked: one.value === shown,
    "aria-describedby": props["aria-describedby"],
    onchange: () => change(one.value),
  });
  const inputs = optionsOf(given).map(circle);
  const labels = optionsOf(given).map((one, place) => h("label.row.check", inputs[place], h("span", one.text)));
  return { node: h("div", labels), inputs, role: "radiogroup" };
}
