// What fits while somebody writes: commands after /, people after @, channels after ~.

import { h } from "./dom.js";

const MOST = 25;
const KINDS = [
  { sign: "/", pattern: /^\/(\S*)$/, find: commands },
  { sign: "@", pattern: /(?:^|[\s(])@([\p{L}\p{N}._-]*)$/u, find: people },
  { sign: "~", pattern: /(?:^|[\s(])~([\p{L}\p{N}_-]*)$/u, find: channels },
];

async function commands(app, word, place) {
  const asked = new URLSearchParams({ user_input: `/${word}`, channel_id: place.channelId, root_id: place.rootId });
  const found = await app.api.get(`/teams/${app.team.id}/commands/autocomplete_suggestions?${asked}`);
  return found.map((one) => ({ word: one.Complete, main: `/${one.Suggestion}`, hint: one.Hint, help: one.Description }));
}

async function people(app, word, place) {
  const asked = new URLSearchParams({ in_team: app.team.id, in_channel: place.channelId, name: word });
  const found = await app.api.get(`/users/autocomplete?${asked}`);
  const inside = found.users.map((user) => person(user, ""));
  return [...inside, ...(found.out_of_channel ?? []).map((user) => person(user, "hors du canal"))];
}

function person(user, hint) {
  return { word: user.username, main: `@${user.username}`, hint, help: `${user.first_name} ${user.last_name}`.trim() };
}

async function channels(app, word) {
  const found = await app.api.get(`/teams/${app.team.id}/channels/autocomplete?${new URLSearchParams({ name: word })}`);
  return found.map((one) => ({ word: one.name, main: `~${one.name}`, hint: "", help: one.display_name }));
}

function fits(one, { kind, word }) {
  return one.main.startsWith(kind.sign) && one.word.startsWith(word.toLowerCase());
}

/** The list over a text box; `place()` is `{channelId, rootId}`. */
export class Suggestions {
  constructor(app, box, place) {
    Object.assign(this, { app, box, place });
    this.element = h("div", { class: "suggestions", role: "listbox", "aria-label": "Suggestions", tabIndex: 0, hidden: true });
    this.asked = 0;
    this.found = [];
    box.setAttribute("aria-autocomplete", "list");
    box.addEventListener("blur", () => this.close());
    this.element.addEventListener("mousedown", (event) => event.preventDefault());
  }

  /** Look for what fits the word before the caret. */
  async look() {
    const begun = this.#begun();
    const mine = (this.asked += 1);
    if (!begun) return this.close();
    this.#show(begun, this.found.filter((one) => fits(one, begun)));
    const found = await begun.kind.find(this.app, begun.word, this.place()).catch(() => []);
    if (mine !== this.asked) return;
    this.#show(begun, found.slice(0, MOST));
    const count = this.found.length;
    if (count) this.app.announce(count === 1 ? "Une suggestion" : `${count} suggestions`);
  }

  /** Take a key where the list is open; true when it was for the list. */
  key(event) {
    if (this.element.hidden) return false;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) this.#activate((this.active + steps[event.key] + this.found.length) % this.found.length);
    else if (event.key === "Escape") this.close();
    else if (event.key === "Tab" && !event.shiftKey) this.#complete(this.active);
    else if (event.key === "Enter" && !event.shiftKey && !this.#isWhole()) this.#complete(this.active);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  close() {
    this.asked += 1;
    this.#hide();
  }

  /** Show these; those that came for fewer letters stay only as long as they fit. */
  #show(begun, found) {
    this.begun = begun;
    this.found = found;
    if (found.length) this.#open();
    else this.#hide();
  }

  #hide() {
    this.found = [];
    this.element.hidden = true;
    this.element.removeAttribute("id");
    this.box.removeAttribute("aria-controls");
    this.box.removeAttribute("aria-activedescendant");
  }

  /** Return the word that the caret ends, and its kind. */
  #begun() {
    if (this.box.selectionStart !== this.box.selectionEnd) return null;
    const before = this.box.value.slice(0, this.box.selectionStart);
    for (const kind of KINDS) {
      const word = kind.pattern.exec(before)?.[1];
      if (word !== undefined) return { kind, word };
    }
    return null;
  }

  /** Whether nothing is left to complete: then Enter sends. */
  #isWhole() {
    return this.found[this.active].word === this.begun.word;
  }

  #open() {
    this.element.id = "suggestionList";
    this.element.replaceChildren(...this.found.map((one, place) => this.#option(one, place)));
    this.element.hidden = false;
    this.box.setAttribute("aria-controls", this.element.id);
    this.#activate(0);
  }

  #option(one, place) {
    const parts = [h("strong", {}, one.main), one.hint && h("span", { class: "hint" }, one.hint)];
    const help = one.help && h("span", { class: "help" }, one.help);
    const attributes = { id: `suggestion-${place}`, role: "option", class: "suggestion", onclick: () => this.#complete(place) };
    return h("div", { ...attributes, "aria-selected": "false" }, parts, help);
  }

  #activate(place) {
    this.element.children[this.active]?.setAttribute("aria-selected", "false");
    this.active = place;
    const option = this.element.children[place];
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.box.setAttribute("aria-activedescendant", option.id);
  }

  #complete(place) {
    const { kind, word } = this.begun;
    const caret = this.box.selectionStart;
    this.box.setRangeText(`${kind.sign}${this.found[place].word} `, caret - word.length - 1, caret, "end");
    this.close();
    this.box.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
