// Who is writing: telling the others, and showing who does.

const TELL_EVERY = 5000; // milliseconds
const FORGET_AFTER = 6000;
const MOST_NAMES = 2;

/** Show who is writing in the channel on the screen. */
export function mount(app, element) {
  const place = () => ({ channelId: app.store.get("channel")?.id ?? "", rootId: "" });
  const typists = new Typists(app, element, place);
  app.store.subscribe("channel", () => typists.clear());
}

/** Return what tells the others, at most every five seconds, that something is being written. */
export function teller(app) {
  let last = 0;
  return (channelId, parentId) => {
    const now = Date.now();
    if (now - last < TELL_EVERY) return;
    last = now;
    app.socket.send("user_typing", { channel_id: channelId, parent_id: parentId });
  };
}

/** Show in an element who is writing in a channel or thread; `place()` is `{channelId, rootId}`. */
export class Typists {
  constructor(app, element, place) {
    Object.assign(this, { app, element, place });
    this.names = new Map();
    this.stop = [
      app.socket.on("typing", (data, frame) => this.#hear(data, frame)),
      app.socket.on("posted", (data) => this.#quiet(JSON.parse(data.post).user_id)),
    ];
  }

  /** Forget all: another place is shown. */
  clear() {
    for (const { timer } of this.names.values()) clearTimeout(timer);
    this.names.clear();
    this.#show();
  }

  end() {
    this.clear();
    for (const stop of this.stop) stop();
  }

  async #hear(data, frame) {
    const { channelId, rootId } = this.place();
    if (data.user_id === this.app.me.id || frame.broadcast?.channel_id !== channelId) return;
    if ((data.parent_id ?? "") !== rootId) return;
    await this.app.needUsers([data.user_id]).catch(() => {});
    const name = this.app.nameOf(data.user_id);
    clearTimeout(this.names.get(data.user_id)?.timer);
    const timer = setTimeout(() => this.#quiet(data.user_id), FORGET_AFTER);
    this.names.set(data.user_id, { name, timer });
    this.#show();
  }

  #quiet(userId) {
    clearTimeout(this.names.get(userId)?.timer);
    if (this.names.delete(userId)) this.#show();
  }

  #show() {
    this.element.textContent = sentence([...this.names.values()].map((one) => one.name));
  }
}

/** Return the sentence that names those who are writing. */
export function sentence(names) {
  if (!names.length) return "";
  if (names.length > MOST_NAMES) return "Plusieurs personnes écrivent…";
  return names.length === 1 ? `${names[0]} écrit…` : `${names.join(" et ")} écrivent…`;
}
