// What fits while somebody writes: commands after /, people after @, channels after ~.

import { announce, app } from "./app.js";
import { h } from "./dom.js";
import { Listbox, STEPS } from "./listbox.js";

const MOST = 25;
const KINDS = [
  { sign: "/", pattern: /^\/(\S*)$/, find: commands },
  { sign: "@", pattern: /(?:^|[\s(])@([\p{L}\p{N}._-]*)$/u, find: people },
  { sign: "~", pattern: /(?:^|[\s(])~([\p{L}\p{N}_-]*)$/u, find: channels },
];

const ask = (path, asked) => app.api.get(`${path}?${new URLSearchParams(asked)}`);

async function commands(word, { channelId, rootId }) {
  const asked = { user_input: `/${word}`, channel_id: channelId, root_id: rootId };
  const found = await ask(`/teams/${app.team.id}/commands/autocomplete_suggestions`, asked);
  return found.map((one) => ({ word: one.Complete, main: `/${one.Suggestion}`, hint: one.Hint, help: one.Description }));
}

async function people(word, { channelId }) {
  const found = await ask("/users/autocomplete", { in_team: app.team.id, in_channel: channelId, name: word });
  const outside = found.out_of_channel ?? [];
  return [...found.users.map((user) => person(user)), ...outside.map((user) => person(user, "hors du canal"))];
}

function person({ username, first_name: first, last_name: last }, hint) {
  return { word: username, main: `@${username}`, hint, help: `${first} ${last}`.trim() };
}

async function channels(word) {
  const found = await ask(`/teams/${app.team.id}/channels/autocomplete`, { name: word });
  return found.map((one) => ({ word: one.name, main: `~${one.name}`, help: one.display_name }));
}

function fits(one, { kind, word }) {
  return one.main.startsWith(kind.sign) && one.word.startsWith(word.toLowerCase());
}

function draw({ main, hint, help }) {
  return [h("strong", main), hint && h("span.hint", hint), help && h("span.help", help)];
}

/** The list over a text box; `place()` is `{channelId, rootId}`. */
export class Suggestions extends Listbox {
  #asked = 0;

  constructor(box, place) {
    super(box, { ariaLabel: "Suggestions", tabIndex: 0 }, draw, (one) => this.#complete(one), "suggestionList");
    this.element.classList.add("suggestions");
    this.place = place;
    box.addEventListener("blur", () => this.stop());
  }

  /** Look for what fits the word before the caret. */
  async look() {
    const begun = this.#begun();
    const mine = (this.#asked += 1);
    if (!begun) return this.close();
    // Those that came for fewer letters stay as long as they fit.
    this.#offer(begun, this.found.filter((one) => fits(one, begun)));
    const found = await begun.kind.find(begun.word, this.place()).catch(() => []);
    if (mine !== this.#asked) return;
    this.#offer(begun, found.slice(0, MOST));
    const count = this.found.length;
    if (count) announce(count === 1 ? "Une suggestion" : `${count} suggestions`);
  }

  /** Take a key where the list is open; true when it was for the list. */
  key(event) {
    const { key, shiftKey, ctrlKey, metaKey } = event;
    if (!this.isOpen) return false;
    if (key in STEPS) this.step(STEPS[key]);
    else if (key === "Escape") this.stop();
    else if (shiftKey || ctrlKey || metaKey || !["Tab", "Enter"].includes(key)) return false;
    else this.#complete(this.current);
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  /** Close, and let nothing that is on its way open it. */
  stop() {
    this.#asked += 1;
    this.close();
  }

  #offer(begun, found) {
    this.begun = begun;
    if (found.length) this.show(found);
    else this.close();
  }

  #begun() {
    const { selectionStart: caret, selectionEnd: end, value } = this.box;
    if (caret !== end) return null;
    for (const kind of KINDS) {
      const word = kind.pattern.exec(value.slice(0, caret))?.[1];
      if (word !== undefined) return { kind, word };
    }
    return null;
  }

  #complete(one) {
    const { kind, word } = this.begun;
    const caret = this.box.selectionStart;
    this.box.setRangeText(`${kind.sign}${one.word} `, caret - word.length - 1, caret, "end");
    this.stop();
    this.box.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
