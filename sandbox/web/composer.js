// Where one writes: messages and commands, with drafts, suggestions and files.

import { titleOf } from "./channels.js";
import { h } from "./dom.js";
import { keepDraft, readDraft } from "./drafts.js";
import { isCommand, postMessage, runCommand } from "./sending.js";
import { Suggestions } from "./suggestions.js";
import { Typists, teller } from "./typing.js";
import { Uploads } from "./uploads.js";

/** Put a composer into an element: that of the channel on the screen, or of the thread that is open. */
export function mount(app, element, { thread = false } = {}) {
  return new Composer(app, element, thread);
}

class Composer {
  constructor(app, element, thread) {
    Object.assign(this, { app, thread, channel: null, rootId: "", sending: false, pendingId: "" });
    this.place = () => ({ channelId: this.channel?.id ?? "", rootId: this.rootId });
    this.#draw(element);
    this.tell = teller(app);
    this.typists = thread ? new Typists(app, this.typing, this.place) : null;
    this.#listen();
    const keys = thread ? ["channel", "thread"] : ["channel"];
    this.stops = keys.map((key) => app.store.subscribe(key, () => this.#move()));
    this.#move();
  }

  focus() {
    this.box.focus();
  }

  /** End it, its draft kept. */
  destroy() {
    for (const stop of this.stops) stop();
    this.typists?.end();
    this.form.remove();
  }

  #draw(element) {
    const complain = (text) => this.#complain(text);
    this.uploads = new Uploads(this.app, { place: () => this.channel.id, complain, changed: () => (this.pendingId = "") });
    this.box = h("textarea", { id: this.thread ? "reply_textbox" : "post_textbox", rows: 1, autocomplete: "off" });
    this.suggestions = new Suggestions(this.app, this.box, this.place);
    this.error = h("div", { class: "error-text composer-error", role: "alert" });
    this.typing = h("div", { class: "typing" });
    this.button = h("button", { type: "submit", class: "primary send", "aria-label": "Envoyer", title: "Envoyer" }, "➤");
    this.button.dataset.testid = "SendMessageButton";
    const bar = h("div", { class: "composer-bar" }, this.uploads.input, this.uploads.button, this.box, this.button);
    const parts = [this.suggestions.element, this.error, this.uploads.element, bar, this.typing];
    this.form = h("form", { class: "composer", novalidate: true }, parts);
    element.append(this.form);
  }

  #listen() {
    this.form.addEventListener("submit", (event) => this.#submit(event));
    this.box.addEventListener("keydown", (event) => this.#key(event));
    this.box.addEventListener("input", () => this.#typed());
    this.form.addEventListener("paste", (event) => this.#take(event, event.clipboardData));
    this.form.addEventListener("dragover", (event) => event.preventDefault());
    this.form.addEventListener("drop", (event) => this.#take(event, event.dataTransfer));
  }

  /** Another channel or thread: its draft comes back. */
  #move() {
    const channel = this.app.store.get("channel") ?? null;
    const rootId = (this.thread && this.app.store.get("thread")) || "";
    const same = channel?.id === this.channel?.id && rootId === this.rootId;
    Object.assign(this, { channel, rootId });
    this.#name();
    if (same) return;
    this.box.value = channel ? readDraft(this.app, channel.id, rootId) : "";
    this.pendingId = "";
    this.suggestions.close();
    this.uploads.clear();
    this.typists?.clear();
    this.#complain("");
    this.#grow();
    const isFree = !document.querySelector("dialog[open]") && matchMedia("(min-width: 48rem)").matches;
    if (channel && !this.thread && isFree) this.focus();
  }

  #name() {
    const archived = Boolean(this.channel?.delete_at);
    const title = this.channel ? titleOf(this.app, this.channel) : "";
    const where = this.thread ? "Répondre dans le fil" : `Écrire dans ${title}`.trim();
    const words = archived ? "Ce canal est archivé" : where;
    this.box.placeholder = words;
    this.box.setAttribute("aria-label", words);
    for (const one of [this.box, this.button, this.uploads.button]) one.disabled = archived || !this.channel;
  }

  #key(event) {
    if (event.isComposing || this.suggestions.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) this.#submit(event);
  }

  #typed() {
    this.#grow();
    this.pendingId = "";
    keepDraft(this.app, this.channel.id, this.rootId, this.box.value);
    if (this.box.value && !this.box.value.startsWith("/")) this.tell(this.channel.id, this.rootId);
    this.suggestions.look();
  }

  #grow() {
    const lines = this.box.value.split("\n").length;
    this.box.rows = Math.min(Math.max(lines, Math.ceil(this.box.value.length / 90), 1), 8);
  }

  #take(event, transfer) {
    if (!transfer?.files.length || this.button.disabled) return;
    event.preventDefault();
    this.uploads.add(transfer.files);
  }

  #submit(event) {
    event.preventDefault();
    const text = this.box.value;
    if (this.sending || (!text.trim() && !this.uploads.ids.length)) return;
    if (this.uploads.busy) return this.#complain("Un fichier est encore en chemin : attendez qu’il soit prêt.");
    this.#send(text, this.place());
  }

  async #send(text, { channelId, rootId }) {
    this.sending = true;
    this.suggestions.close();
    this.#complain("");
    this.form.setAttribute("aria-busy", "true");
    try {
      if (isCommand(text)) await runCommand(this.app, { text, channelId, rootId });
      else await this.#post(text, channelId, rootId);
      this.#sent(text, channelId, rootId);
    } catch (error) {
      this.#complain(error.message);
    }
    this.sending = false;
    this.form.removeAttribute("aria-busy");
  }

  /** The same id as long as the text is the same: a second try never posts twice. */
  async #post(text, channelId, rootId) {
    this.pendingId ||= `${this.app.me.id}:${Date.now()}`;
    const what = { text, channelId, rootId, fileIds: this.uploads.ids, pendingId: this.pendingId };
    await this.app.received?.(await postMessage(this.app, what));
  }

  /** What was sent goes away; what was typed meanwhile, here or elsewhere, stays. */
  #sent(text, channelId, rootId) {
    if (readDraft(this.app, channelId, rootId) === text) keepDraft(this.app, channelId, rootId, "");
    if (this.channel?.id !== channelId || this.rootId !== rootId) return;
    this.pendingId = "";
    if (!isCommand(text)) this.uploads.clear();
    if (this.box.value === text) this.box.value = "";
    keepDraft(this.app, channelId, this.rootId, this.box.value);
    this.#grow();
  }

  #complain(text) {
    this.error.textContent = text;
  }
}
