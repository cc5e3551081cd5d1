// The values of a dialog: what counts as empty, and what the client itself finds wrong.

import { isoDate, spoken } from "./dates.js";

/** Whether a field counts as empty; 0 does not. */
export function blank(value) {
  return [null, undefined, false, ""].includes(value) || (Array.isArray(value) && !value.length);
}

export const optionsOf = (element) => element.options ?? [];

export const isTrue = (element) => String(element.default).toLowerCase() === "true";

export const chosenOf = (element, value) => optionsOf(element).find((one) => one.value === value);

/** The sentences of what is wrong, by field; the same in every web client. */
export function complaints(elements, values) {
  const pairs = elements.map((element) => [element.name, fault(element, values[element.name])]);
  return Object.fromEntries(pairs.filter(([, text]) => text));
}

function fault(element, value) {
  if (blank(value)) return element.optional ? "" : "Ce champ est obligatoire.";
  if (["text", "textarea"].includes(element.type)) return textFault(element, String(value));
  return element.type === "date" ? dateFault(element, value) : "";
}

function textFault({ min_length: least, subtype }, text) {
  if (least && text.length < least) return `Au moins ${least} caractères.`;
  if (subtype === "email" && !text.includes("@")) return "Doit être une adresse électronique.";
  if (subtype === "number" && Number.isNaN(Number(text))) return "Doit être un nombre.";
  return subtype === "url" && !/https?:\/\//.test(text) ? "Doit commencer par http:// ou https://." : "";
}

function dateFault(element, value) {
  const [first, last] = [isoDate(element.min_date), isoDate(element.max_date)];
  if (first && value < first) return `Au plus tôt le ${spoken(first)}.`;
  return last && value > last ? `Au plus tard le ${spoken(last)}.` : "";
}
