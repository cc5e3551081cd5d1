// Who is writing: telling the others, and showing who does.

import { app } from "./app.js";
import { nameOf, needUsers } from "./people.js";

const TELL_EVERY = 5000; // milliseconds
const FORGET_AFTER = 6000;

/** What tells the others, not too often, that something is being written at a place. */
export function teller() {
  let last = 0;
  return ({ channelId, rootId }) => {
    if (Date.now() - last < TELL_EVERY) return;
    last = Date.now();
    app.socket.send("user_typing", { channel_id: channelId, parent_id: rootId });
  };
}

/** Show in an element who is writing in a channel or thread; `place()` is `{channelId, rootId}`. */
export class Typists {
  #timers = new Map(); // by person

  constructor(element, place) {
    Object.assign(this, { element, place });
    app.socket.on("typing", (data, frame) => this.#hear(data, frame));
    app.socket.on("posted", (data) => this.#quiet(JSON.parse(data.post).user_id));
  }

  /** Forget all: another place is shown. */
  clear() {
    for (const id of this.#timers.keys()) this.#quiet(id);
  }

  async #hear({ user_id: id, parent_id: parent = "" }, { broadcast }) {
    const { channelId, rootId } = this.place();
    if (id === app.me.id || broadcast?.channel_id !== channelId || parent !== rootId) return;
    await needUsers([id]).catch(() => {});
    clearTimeout(this.#timers.get(id));
    this.#timers.set(id, setTimeout(() => this.#quiet(id), FORGET_AFTER));
    this.#show();
  }

  #quiet(id) {
    clearTimeout(this.#timers.get(id));
    if (this.#timers.delete(id)) this.#show();
  }

  #show() {
    this.element.textContent = sentence([...this.#timers.keys()].map(nameOf));
  }
}

function sentence(names) {
  if (!names.length) return "";
  if (names.length > 2) return "Plusieurs personnes écrivent…";
  return names.length === 1 ? `${names[0]} écrit…` : `${names.join(" et ")} écrivent…`;
}
