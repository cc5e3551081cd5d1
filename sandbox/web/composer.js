// Where one writes: messages and commands, with drafts, suggestions and files.

import { app, isWide } from "./app.js";
import { titleOf } from "./channels.js";
import { acted } from "./dialog.js";
import { h, named } from "./dom.js";
import { receive } from "./shelf.js";
import { Suggestions } from "./suggestions.js";
import { Typists, teller } from "./typing.js";
import { Uploads } from "./uploads.js";

/** Put a composer into an element: the channel’s, or (`isReply`) that of the open thread. */
export const mount = (element, isReply) => new Composer(element, isReply);

/** What was being written, by channel and thread: it outlives a reload. */
const draftKey = ({ channelId, rootId }) => `draft:${app.me.id}:${channelId}:${rootId}`;
const draftAt = (place) => sessionStorage.getItem(draftKey(place)) ?? "";

function keepDraft(place, text) {
  if (text) sessionStorage.setItem(draftKey(place), text);
  else sessionStorage.removeItem(draftKey(place));
}

class Composer {
  #channel = null;
  #rootId = "";
  #isSending = false;
  /** The same for the same text and files: a second try never posts twice. */
  #pendingId = "";

  constructor(element, isReply = false) {
    this.isReply = isReply;
    this.place = () => ({ channelId: this.#channel?.id ?? "", rootId: this.#rootId });
    this.#draw(element);
    this.tell = teller();
    this.typists = new Typists(this.typing, this.place);
    for (const key of ["channel", "thread"]) app.subscribe(key, () => this.#move());
    this.#move();
  }

  #draw(element) {
    const changed = () => (this.#pendingId = "");
    this.uploads = new Uploads(this.place, (text) => this.#complain(text), changed);
    const id = this.isReply ? "reply_textbox" : "post_textbox";
    this.box = h("textarea", { id, rows: 1, onkeydown: (event) => this.#key(event), oninput: () => this.#typed() });
    this.suggestions = new Suggestions(this.box, this.place);
    this.error = h("div.error.composer-error", { role: "alert" });
    this.typing = h("div.typing", { id: this.isReply ? null : "typing", ariaLive: "off" });
    this.button = h("button.primary.icon", { type: "submit", ...named("Envoyer"), "data-testid": "SendMessageButton" }, "➤");
    this.form = h("form.composer", {
      onsubmit: (event) => this.#submit(event),
      onpaste: (event) => this.#take(event, event.clipboardData),
      ondragover: (event) => event.preventDefault(),
      ondrop: (event) => this.#take(event, event.dataTransfer),
    }, this.suggestions.element, this.error, this.uploads.element,
    h("div.composer-bar", this.uploads.input, this.uploads.button, this.box, this.button), this.typing);
    element.append(this.form);
  }

  /** Another channel or thread: its draft comes back. */
  #move() {
    const before = draftKey(this.place());
    this.#channel = app.channel ?? null;
    this.#rootId = (this.isReply && app.thread) || "";
    this.#name();
    if (before === draftKey(this.place())) return;
    this.box.value = this.#channel ? draftAt(this.place()) : "";
    this.#pendingId = "";
    this.suggestions.stop();
    this.uploads.clear();
    this.typists.clear();
    this.#complain("");
    this.#grow();
    if (this.#channel && !this.isReply && isWide() && !document.querySelector("dialog[open]")) this.box.focus();
  }

  #name() {
    const isArchived = Boolean(this.#channel?.delete_at);
    const where = this.isReply ? "Répondre dans le fil" : `Écrire dans ${this.#channel ? titleOf(this.#channel) : ""}`;
    this.box.placeholder = this.box.ariaLabel = isArchived ? "Ce canal est archivé" : where;
    for (const one of [this.box, this.button, this.uploads.button]) one.disabled = isArchived || !this.#channel;
  }

  #key(event) {
    if (event.isComposing || this.suggestions.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) this.#submit(event);
  }

  #typed() {
    const { value } = this.box;
    this.#grow();
    this.#pendingId = "";
    keepDraft(this.place(), value);
    if (value && !value.startsWith("/")) this.tell(this.place());
    this.suggestions.look();
  }

  #grow() {
    const { value } = this.box;
    this.box.rows = Math.min(Math.max(value.split("\n").length, Math.ceil(value.length / 90), 1), 8);
  }

  #take(event, transfer) {
    if (!transfer?.files.length || this.button.disabled) return;
    event.preventDefault();
    this.uploads.add(transfer.files);
  }

  #submit(event) {
    event.preventDefault();
    const text = this.box.value;
    if (this.#isSending || (!text.trim() && !this.uploads.ids.length)) return;
    if (this.uploads.isBusy) this.#complain("Un fichier est encore en chemin : attendez qu’il soit prêt.");
    else this.#send(text, this.place());
  }

  async #send(text, place) {
    this.#isSending = true;
    this.suggestions.stop();
    this.#complain("");
    this.form.ariaBusy = "true";
    try {
      if (isCommand(text)) await runCommand(text, place);
      else await this.#post(text, place);
      this.#sent(text, place);
    } catch (error) {
      this.#complain(error.message);
    }
    this.#isSending = false;
    this.form.ariaBusy = null;
  }

  async #post(text, { channelId, rootId }) {
    this.#pendingId ||= `${app.me.id}:${Date.now()}`;
    const where = { channel_id: channelId, root_id: rootId };
    const body = { ...where, message: text, file_ids: this.uploads.ids, pending_post_id: this.#pendingId };
    await receive(await app.api.post("/posts", body));
  }

  /** What was sent goes away; what was typed meanwhile, here or elsewhere, stays. */
  #sent(text, place) {
    if (draftAt(place) === text) keepDraft(place, "");
    if (draftKey(this.place()) !== draftKey(place)) return;
    this.#pendingId = "";
    if (!isCommand(text)) this.uploads.clear();
    if (this.box.value === text) this.box.value = "";
    keepDraft(place, this.box.value);
    this.#grow();
  }

  #complain(text) {
    this.error.textContent = text;
  }
}

const isCommand = (text) => text.startsWith("/") && text.trim().length > 1;

/** A command as web clients send it: small letters up to the first space, the rest without blanks around. */
function normalised(text) {
  const [name] = text.split(" ", 1);
  return `${name.toLowerCase()} ${text.slice(name.length).trim()}`;
}

/** Run a command; dialogs that it opens, and where it leads, follow. */
async function runCommand(text, { channelId, rootId }) {
  const body = { channel_id: channelId, team_id: app.team.id, root_id: rootId, command: normalised(text) };
  const answer = await app.api.post("/commands/execute", body);
  acted(answer);
  if (answer.goto_location) go(answer.goto_location);
}

/** Lead to a place of this page, or open another site in a tab of its own. */
function go(place) {
  if (!URL.canParse(place, location.origin)) return;
  const target = new URL(place, location.origin);
  if (target.origin === location.origin) app.navigate(target.pathname);
  else if (["http:", "https:", "mailto:"].includes(target.protocol)) window.open(target, "_blank", "noopener,noreferrer");
}
