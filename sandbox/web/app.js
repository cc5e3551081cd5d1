// What the parts of the page share: values by key, who hears of their changes, the way to the server.

class App {
  #values = new Map();
  #listeners = new Map();
  /** Who is here, the team that is shown, the server’s version, and (main.js) how one leaves. */
  me = null;
  team = null;
  version = "";
  api = null;
  socket = null;
  leave = () => {};

  get(key) {
    return this.#values.get(key);
  }

  /** Replace a value, or say that it changed in itself, and tell those who subscribed to its key. */
  set(key, value = this.get(key)) {
    this.#values.set(key, value);
    for (const listener of [...(this.#listeners.get(key) ?? [])]) listener(value);
  }

  forget(key) {
    this.#values.delete(key);
  }

  /** Hear of each new value of a key; call what is returned to stop. */
  subscribe(key, listener) {
    return listen(this.#listeners, key, listener);
  }
}

export const app = new App();

// `channels`, `members` and `users` are Maps by id; `thread` is the id of the first message of the one that is open.
for (const key of ["channel", "channels", "members", "users", "thread", "connection"]) {
  Object.defineProperty(app, key, { get: () => app.get(key) });
}

/** Add a listener to those of a key in a Map of Sets; call what is returned to stop. */
export function listen(map, key, listener) {
  const listeners = map.get(key) ?? new Set();
  map.set(key, listeners.add(listener));
  return () => listeners.delete(listener);
}

const at = (id) => document.getElementById(id);

/** Have a screen reader say a text; `now` interrupts what it is reading. The same text twice is said twice. */
export function announce(text, now = false) {
  const region = at(now ? "live-assertive" : "live-polite");
  region.textContent = "";
  requestAnimationFrame(() => (region.textContent = text));
}

export const focusComposer = () => at("post_textbox")?.focus();

/** Whether the page has room for more than one pane. */
export const isWide = () => matchMedia("(min-width: 48rem)").matches;
