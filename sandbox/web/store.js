// What the page knows: values by key, and who wants to hear of their changes.

export class Store {
  #values = new Map();
  #listeners = new Map();

  /** Return a value; undefined when nothing is known. */
  get(key) {
    return this.#values.get(key);
  }

  /** Replace a value and tell those who subscribed to its key. */
  set(key, value) {
    this.#values.set(key, value);
    for (const listener of [...(this.#listeners.get(key) ?? [])]) listener(value);
  }

  /** Change a value in place by a function, and tell of it. */
  change(key, alter) {
    const value = this.#values.get(key);
    const made = alter(value);
    this.set(key, made === undefined ? value : made);
  }

  /** Forget the keys that begin with a text; nobody is told. */
  forget(prefix) {
    for (const key of [...this.#values.keys()]) if (key.startsWith(prefix)) this.#values.delete(key);
  }

  /** Hear of each new value of a key; call what is returned to stop. */
  subscribe(key, listener) {
    const listeners = this.#listeners.get(key) ?? new Set();
    this.#listeners.set(key, listeners.add(listener));
    return () => listeners.delete(listener);
  }
}
