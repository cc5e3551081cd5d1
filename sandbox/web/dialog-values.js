// The values of a dialog: what a field has at first, and what the client itself finds wrong.

const TEXT_MOST = 150;
const LONG_MOST = 3000;

/** Tell whether a field counts as empty; 0 does not. */
export function blank(value) {
  return value === null || value === undefined || value === false || value === "" || (Array.isArray(value) && !value.length);
}

/** Tell whether an element is a box for numbers. */
export function isNumber(element) {
  return element.type === "text" && element.subtype === "number";
}

/** Return how many characters an element takes. */
export function most(element) {
  return element.max_length || (element.type === "textarea" ? LONG_MOST : TEXT_MOST);
}

/** Return the choices of an element, [{text, value}]. */
export function optionsOf(element) {
  return element.options ?? [];
}

/** Return those of an element's choices that have these values. */
export function chosenOf(element, values) {
  return values.map((value) => optionsOf(element).find((one) => one.value === value)).filter(Boolean);
}

/** Return a date as « 2026-11-24 » from the same, or from `today`, `tomorrow`, `yesterday`, `+7d`, `-2w`, `+1m`. */
export function isoDate(text, now = new Date()) {
  const words = { today: "+0d", tomorrow: "+1d", yesterday: "-1d" };
  const step = /^([+-]\d{1,3})([dwm])$/i.exec(words[text] ?? text ?? "");
  if (!step) return /^\d{4}-\d{2}-\d{2}/.exec(text ?? "")?.[0] ?? "";
  const date = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  const count = Number(step[1]);
  if (step[2].toLowerCase() === "m") date.setMonth(date.getMonth() + count);
  else date.setDate(date.getDate() + count * (step[2].toLowerCase() === "w" ? 7 : 1));
  return localDate(date);
}

function localDate(date) {
  const two = (number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Return what a box for date and time shows of a moment (UTC), in the reader's zone. */
export function localMoment(text) {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) return "";
  return `${localDate(date)}T${date.toTimeString().slice(0, 5)}`;
}

/** Return the moment (UTC) of a box for date and time. */
export function moment(text) {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? null : date.toISOString().replace(/\.\d+Z$/, "Z");
}

/** Return the sentences of what is wrong, by name of field; the same ones in every web client. */
export function complaints(elements, values) {
  const pairs = elements.map((element) => [element.name, fault(element, values[element.name])]);
  return Object.fromEntries(pairs.filter(([, text]) => text));
}

function fault(element, value) {
  if (blank(value)) return element.optional ? "" : "Ce champ est obligatoire.";
  if (element.type === "text" || element.type === "textarea") return textFault(element, String(value));
  if (element.type === "date") return dateFault(element, value);
  return "";
}

function textFault(element, text) {
  if (element.min_length && text.length < element.min_length) return `Au moins ${element.min_length} caractères.`;
  if (element.subtype === "email" && !text.includes("@")) return "Doit être une adresse électronique.";
  if (element.subtype === "number" && Number.isNaN(Number(text))) return "Doit être un nombre.";
  const isUrl = text.includes("http://") || text.includes("https://");
  return element.subtype === "url" && !isUrl ? "Doit commencer par http:// ou https://." : "";
}

function dateFault(element, value) {
  const [first, last] = [isoDate(element.min_date), isoDate(element.max_date)];
  if (first && value < first) return `Au plus tôt le ${spoken(first)}.`;
  return last && value > last ? `Au plus tard le ${spoken(last)}.` : "";
}

function spoken(iso) {
  return new Date(`${iso}T12:00:00`).toLocaleDateString("fr-FR", { dateStyle: "long" });
}
