// Moments in French.

const time = new Intl.DateTimeFormat("fr-FR", { hour: "2-digit", minute: "2-digit" });
const full = new Intl.DateTimeFormat("fr-FR", { dateStyle: "full", timeStyle: "short" });
const day = new Intl.DateTimeFormat("fr-FR", { weekday: "long", day: "numeric", month: "long", year: "numeric" });

/** « 14:05 », from milliseconds. */
export const timeOf = (ms) => time.format(ms);

/** « mardi 24 novembre 2026 à 14:05 ». */
export const fullOf = (ms) => full.format(ms);

/** Return the day of a moment, the same text for all moments of a day. */
export const dayKey = (ms) => new Date(ms).toDateString();

/** « Aujourd’hui », « Hier » or « lundi 23 novembre 2026 ». */
export function dayOf(ms) {
  const key = dayKey(ms);
  if (key === dayKey(Date.now())) return "Aujourd’hui";
  if (key === dayKey(Date.now() - 86400000)) return "Hier";
  return day.format(ms);
}
