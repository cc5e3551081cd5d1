// The websocket: it proves who is there, hands out events, and comes back by itself.

const AGAIN_AFTER = [300, 1000, 2000, 4000, 8000]; // milliseconds
const PING_EVERY = 15000;
const ANSWER_WITHIN = 8000;

export class Socket {
  #listeners = new Map();
  #socket = null;
  #seq = 1;
  #failures = 0;
  #timer = 0;
  #pings = 0;
  #deadline = 0;
  #known = false; // whether it has been open before: then something may have been missed
  #ended = false;

  #greet = () => {};

  constructor(token, store) {
    /** Kept once the server spoke first: from then on nothing is missed. */
    this.greeted = new Promise((resolve) => (this.#greet = resolve));
    this.token = token;
    this.store = store;
    window.addEventListener("online", () => this.#hurry());
    window.addEventListener("offline", () => this.#drop());
    document.addEventListener("visibilitychange", () => document.hidden || this.#hurry());
  }

  /** Hear an event by name; « reconnected » tells that some may have been missed. Call what is returned to stop. */
  on(event, listener) {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  /** Send an action, if there is a connection. */
  send(action, data = {}) {
    if (this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send(JSON.stringify({ seq: this.#seq++, action, data }));
    }
  }

  open() {
    clearTimeout(this.#timer);
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/api/v4/websocket`);
    this.#socket = socket;
    socket.onopen = () => this.send("authentication_challenge", { token: this.token });
    socket.onmessage = (message) => socket === this.#socket && this.#hear(JSON.parse(message.data));
    socket.onclose = () => socket === this.#socket && this.#lost();
  }

  /** End for good. */
  close() {
    this.#ended = true;
    clearTimeout(this.#timer);
    clearInterval(this.#pings);
    this.#socket?.close();
  }

  #hear(frame) {
    clearTimeout(this.#deadline);
    if (frame.event === "hello") this.#opened();
    if (frame.event) this.#emit(frame.event, frame.data ?? {}, frame);
  }

  #opened() {
    this.#failures = 0;
    clearInterval(this.#pings);
    this.#pings = setInterval(() => this.#ping(), PING_EVERY);
    const again = this.#known;
    this.#known = true;
    this.store.set("connection", "open");
    if (again) this.#emit("reconnected", {}, {});
    else this.#greet();
  }

  #emit(event, data, frame) {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) listener(data, frame);
  }

  /** A connection can be dead without anybody telling: ask, and wait for any word. */
  #ping() {
    this.send("ping");
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#drop(), ANSWER_WITHIN);
  }

  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.#lost();
  }

  #lost() {
    clearInterval(this.#pings);
    clearTimeout(this.#deadline);
    if (this.#ended) return;
    this.#socket = null;
    this.store.set("connection", "lost");
    const wait = AGAIN_AFTER[Math.min(this.#failures++, AGAIN_AFTER.length - 1)];
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.open(), wait);
  }

  #hurry() {
    if (!this.#ended && this.store.get("connection") === "lost" && this.#socket === null) this.open();
  }
}
