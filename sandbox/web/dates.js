// Moments in French.

const french = (options) => new Intl.DateTimeFormat("fr-FR", options);
const time = french({ hour: "2-digit", minute: "2-digit" });
const full = french({ dateStyle: "full", timeStyle: "short" });
const day = french({ dateStyle: "full" });
const long = french({ dateStyle: "long" });

export const timeOf = (ms) => time.format(ms);

/** « mardi 24 novembre 2026 à 14:05 ». */
export const fullOf = (ms) => full.format(ms);

export const dayKey = (ms) => new Date(ms).toDateString();

/** « Aujourd’hui », « Hier » or « lundi 23 novembre 2026 ». */
export function dayOf(ms) {
  const key = dayKey(ms);
  if (key === dayKey(Date.now())) return "Aujourd’hui";
  if (key === dayKey(Date.now() - 86400000)) return "Hier";
  return day.format(ms);
}

/** « 24 novembre 2026 » from « 2026-11-24 ». */
export const spoken = (iso) => long.format(new Date(`${iso}T12:00`));

/** « 24/11/2026 » from « 2026-11-24 », with the time (« 24/11/2026 14:05 ») where there is one. */
export function frenchDate(text) {
  const [date, clock] = text.split("T");
  return [date.split("-").reverse().join("/"), clock?.slice(0, 5)].filter(Boolean).join(" ");
}

const two = (number) => String(number).padStart(2, "0");
const isoOf = (date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;

/** A date as « 2026-11-24 » from the same, or from `today`, `tomorrow`, `yesterday`, `+7d`, `-2w`, `+1m`. */
export function isoDate(text = "") {
  const words = { today: "+0d", tomorrow: "+1d", yesterday: "-1d" };
  const step = /^([+-]\d{1,3})([dwm])$/i.exec(words[text] ?? text);
  if (!step) return /^\d{4}-\d{2}-\d{2}/.exec(text)?.[0] ?? "";
  const [count, unit] = [Number(step[1]), step[2].toLowerCase()];
  const now = new Date();
  const days = { d: count, w: 7 * count, m: 0 }[unit];
  return isoOf(new Date(now.getFullYear(), now.getMonth() + (unit === "m" ? count : 0), now.getDate() + days));
}

/** What a box for date and time shows of a moment (UTC), in the reader’s zone. */
export function localMoment(text) {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? "" : `${isoOf(date)}T${date.toTimeString().slice(0, 5)}`;
}

export function moment(text) {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? null : date.toISOString().replace(/\.\d+Z$/, "Z");
}
