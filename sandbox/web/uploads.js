// Files on their way: chosen, dropped or pasted, sent at once, and waiting for their message.

import { h } from "./dom.js";

const MOST = 10;
const MOST_BEFORE_6 = 5;

/** The files of one composer: `element` shows them, `button` chooses some. */
export class Uploads {
  /** `place()` is the channel’s id, `complain(text)` shows an error, `changed()` hears of each change. */
  constructor(app, { place, complain, changed }) {
    Object.assign(this, { app, place, complain, changed });
    this.rows = [];
    this.element = h("ul", { class: "uploads", hidden: true, "aria-label": "Fichiers à envoyer" });
    this.input = h("input", { type: "file", multiple: true, class: "unseen", tabIndex: -1, "aria-label": "Fichiers" });
    this.input.setAttribute("aria-hidden", "true");
    this.input.dataset.testid = "fileUploadInput";
    this.button = h("button", { type: "button", class: "attach", "aria-label": "Joindre des fichiers", title: "Joindre des fichiers" }, h("span", { class: "clip" }));
    this.button.addEventListener("click", () => this.input.click());
    this.input.addEventListener("change", () => this.#chosen());
  }

  /** The ids of what arrived. */
  get ids() {
    return this.rows.filter((row) => row.id).map((row) => row.id);
  }

  /** Whether something is still going out. */
  get busy() {
    return this.rows.some((row) => !row.id);
  }

  /** Send files of this list. */
  add(files) {
    const most = Number.parseInt(this.app.version, 10) < 6 ? MOST_BEFORE_6 : MOST;
    const room = most - this.rows.length;
    if (files.length > room) this.complain(`Au plus ${most} fichiers par message.`);
    for (const file of [...files].slice(0, room)) this.#send(file);
  }

  /** Forget all, once they are sent or the channel changed. */
  clear() {
    this.rows = [];
    this.#show();
  }

  #chosen() {
    this.add(this.input.files);
    this.input.value = "";
  }

  async #send(file) {
    const row = { name: file.name, part: 0, id: "" };
    this.rows.push(row);
    this.#show();
    try {
      const answer = await this.app.api.upload(formOf(this.place(), file), (part) => this.#progress(row, part));
      row.id = answer.file_infos[0].id;
      this.app.announce(`Fichier prêt : ${file.name}`);
    } catch (error) {
      this.rows = this.rows.filter((one) => one !== row);
      this.complain(`${file.name} : ${error.message}`);
    }
    this.#show();
  }

  #progress(row, part) {
    row.part = part;
    this.#show();
  }

  #drop(row) {
    this.rows = this.rows.filter((one) => one !== row);
    this.#show();
    this.button.focus();
  }

  #show() {
    this.element.hidden = !this.rows.length;
    this.element.replaceChildren(...this.rows.map((row) => this.#row(row)));
    this.changed();
  }

  #row(row) {
    const state = row.id ? "prêt" : `${Math.round(row.part * 100)} %`;
    const cross = h("button", { type: "button", "aria-label": `Retirer ${row.name}`, onclick: () => this.#drop(row) }, "×");
    return h("li", { class: row.id ? "ready" : "going" }, `${row.name} `, h("small", {}, state), cross);
  }
}

function formOf(channelId, file) {
  const form = new FormData();
  form.append("channel_id", channelId);
  form.append("files", file, file.name);
  return form;
}
