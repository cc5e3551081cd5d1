// The websocket: it proves who is there, hands out events, and comes back by itself.

import { app, listen } from "./app.js";

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

  constructor(token) {
    /** Kept once the server spoke first: from then on nothing is missed. */
    this.greeted = new Promise((resolve) => (this.#greet = resolve));
    this.token = token;
    window.addEventListener("online", () => this.#hurry());
    window.addEventListener("offline", () => this.#lost());
    document.addEventListener("visibilitychange", () => document.hidden || this.#hurry());
  }

  /** Hear an event by name; « reconnected » tells that some may have been missed. */
  on(event, listener) {
    listen(this.#listeners, event, listener);
  }

  send(action, data = {}) {
    if (this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send(JSON.stringify({ seq: this.#seq++, action, data }));
    }
  }

  open() {
    clearTimeout(this.#timer);
    const socket = new WebSocket(`${location.origin.replace("http", "ws")}/api/v4/websocket`);
    this.#socket = socket;
    socket.onopen = () => this.send("authentication_challenge", { token: this.token });
    socket.onmessage = (message) => socket === this.#socket && this.#hear(JSON.parse(message.data));
    socket.onclose = () => socket === this.#socket && this.#lost();
  }

  close() {
    this.#ended = true;
    this.#lost();
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
    app.set("connection", "open");
    if (this.#known) this.#emit("reconnected");
    this.#known = true;
    this.#greet();
  }

  #emit(event, ...what) {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) listener(...what);
  }

  /** A connection can be dead without anybody telling: ask, and wait for any word. */
  #ping() {
    this.send("ping");
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#lost(), ANSWER_WITHIN);
  }

  #lost() {
    const socket = this.#socket;
    this.#socket = null; // what it still says is not heard
    socket?.close();
    clearInterval(this.#pings);
    clearTimeout(this.#deadline);
    clearTimeout(this.#timer);
    if (this.#ended) return;
    app.set("connection", "lost");
    const wait = AGAIN_AFTER[Math.min(this.#failures++, AGAIN_AFTER.length - 1)];
    this.#timer = setTimeout(() => this.open(), wait);
  }

  #hurry() {
    if (!this.#ended && app.connection === "lost" && this.#socket === null) this.open();
  }
}
