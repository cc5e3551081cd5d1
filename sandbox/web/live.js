// What a screen reader says without being asked.

let polite = null;
let assertive = null;

/** Take the two live regions. */
export function mount(politely, assertively) {
  polite = politely;
  assertive = assertively;
}

/** Say a text; `now` interrupts what is being read. The same text twice is said twice. */
export function announce(text, now = false) {
  const region = now ? assertive : polite;
  region.textContent = "";
  requestAnimationFrame(() => (region.textContent = text));
}
