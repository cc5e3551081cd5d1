// Files on their way: chosen, dropped or pasted, sent at once, and waiting for their message.

import { announce, app } from "./app.js";
import { h, named, put } from "./dom.js";

const MOST = 10;
const MOST_BEFORE_6 = 5;

/** The files of one composer: `element` shows them, `button` chooses some. */
export class Uploads {
  #rows = [];

  /** `place()` is where they go, `complain(text)` shows an error, `changed()` hears of each change. */
  constructor(place, complain, changed) {
    Object.assign(this, { place, complain, changed });
    this.element = h("ul.row.uploads", { hidden: true, ariaLabel: "Fichiers à envoyer" });
    const hidden = { ariaHidden: "true", tabIndex: -1, ariaLabel: "Fichiers" };
    this.input = h("input.unseen", { type: "file", multiple: true, onchange: () => this.#chosen(), "data-testid": "fileUploadInput", ...hidden });
    this.button = h("button.icon", { ...named("Joindre des fichiers"), onclick: () => this.input.click() }, h("span.clip"));
  }

  get ids() {
    return this.#rows.map((row) => row.id).filter(Boolean);
  }

  get isBusy() {
    return this.#rows.some((row) => !row.id);
  }

  add(files) {
    const most = Number.parseInt(app.version, 10) < 6 ? MOST_BEFORE_6 : MOST;
    const room = most - this.#rows.length;
    if (files.length > room) this.complain(`Au plus ${most} fichiers par message.`);
    for (const file of [...files].slice(0, room)) this.#send(file);
  }

  /** Forget all, once they are sent or the channel changed. */
  clear() {
    this.#rows = [];
    this.#show();
  }

  #chosen() {
    this.add(this.input.files);
    this.input.value = "";
  }

  async #send(file) {
    const row = { name: file.name, part: 0, id: "" };
    this.#rows.push(row);
    this.#show();
    const form = new FormData();
    form.append("channel_id", this.place().channelId);
    form.append("files", file, file.name);
    try {
      const answer = await app.api.upload(form, (part) => {
        row.part = part;
        this.#show();
      });
      row.id = answer.file_infos[0].id;
      announce(`Fichier prêt : ${file.name}`);
    } catch (error) {
      this.complain(`${file.name} : ${error.message}`);
      this.#rows = this.#rows.filter((one) => one !== row);
    }
    this.#show();
  }

  #drop(row) {
    this.#rows = this.#rows.filter((one) => one !== row);
    this.#show();
    this.button.focus();
  }

  #show() {
    this.element.hidden = !this.#rows.length;
    put(this.element, this.#rows.map((row) => this.#row(row)));
    this.changed();
  }

  #row(row) {
    const state = row.id ? "prêt" : `${Math.round(row.part * 100)} %`;
    const drop = { ariaLabel: `Retirer ${row.name}`, onclick: () => this.#drop(row) };
    return h("li.row", `${row.name} `, h("small.muted", state), h("button", drop, "×"));
  }
}
