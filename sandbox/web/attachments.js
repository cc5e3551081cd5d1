// The attachments of a message: colour, title, fields, picture, and buttons and menus that go to the bot.

import { announce, app } from "./app.js";
import { Combobox } from "./combobox.js";
import { acted } from "./dialog.js";
import { fill, h } from "./dom.js";
import { attachmentsOf, rendered } from "./markdown.js";
import { findPlaces, placeOf } from "./places.js";

const OPENS_A_MENU = new Set(["ArrowDown", "ArrowUp", "Enter", " "]);
const running = new Set();
const isColour = (text) => /^#[0-9a-f]{3,8}$/i.test(text ?? "");
const isName = (text) => /^[a-z]+$/.test(text ?? "");
const isWeb = (address) => /^https?:\/\//i.test(address ?? "");
const plain = (text) => String(text ?? "").replace(/[*_~\x60#]/g, "").trim();
const listOf = (given, has) => (Array.isArray(given) ? given : []).filter((one) => one && has(one));
const markdown = (name, text) => fill(h(name), rendered(String(text ?? "")));

export const draw = (post) => attachmentsOf(post).map((one) => attachment(post, one));

function attachment(post, one) {
  const label = plain(one.title || one.author_name || one.fallback) || "Pièce jointe";
  const box = h("div.attachment", { role: "group", ariaLabel: label },
    one.author_name && h("div.row.muted", one.author_icon && picture(one.author_icon, "", "attachment-icon"), link(one.author_name, one.author_link)),
    one.title && title(one),
    one.text && markdown("div.attachment-text.markdown.foldable", one.text),
    fields(one),
    one.image_url && picture(one.image_url, one.fallback || one.title, "attachment-image"),
    one.thumb_url && picture(one.thumb_url, "", "attachment-thumb"),
    one.footer && h("div.attachment-footer.muted", String(one.footer).slice(0, 300)),
    actions(post, one),
  );
  if (isName(one.color)) box.dataset.color = one.color;
  else if (isColour(one.color)) box.style.setProperty("--colour", one.color);
  return [one.pretext && markdown("div.pretext.markdown", one.pretext), box];
}

function title({ title: text, title_link: address }) {
  return isWeb(address) ? h("div.attachment-title", link(text, address)) : markdown("div.attachment-title", text);
}

function link(text, address) {
  if (!isWeb(address)) return h("span", String(text));
  return h("a", { href: address, target: "_blank", rel: "noopener noreferrer nofollow" }, String(text));
}

/** Show a picture of this machine; another is a link: nothing is fetched from elsewhere. */
function picture(address, label, kind) {
  if (!isWeb(address)) return null;
  const host = new URL(address, location.href).hostname;
  if (["127.0.0.1", "localhost"].includes(host)) return h("img", { class: kind, src: address, alt: plain(label), loading: "lazy" });
  return kind === "attachment-image" && link(plain(label) || address, address);
}

function fields(one) {
  const given = listOf(one.fields, ({ title, value }) => title || value);
  return given.length > 0 && h("dl.fields", given.map(({ title, value, short }) =>
    h("div.field", { "data-short": Boolean(short) }, markdown("dt", title || "—"), markdown("dd.markdown", value))));
}

function actions(post, one) {
  const given = listOf(one.actions, ({ id, name }) => id && name);
  if (given.length === 0) return null;
  const draw = (action) => (action.type !== "select" ? button(post, action) : action.data_source ? places(post, action) : menu(post, action));
  return h("div.row.actions", given.map(draw), h("div.action-error.error", { role: "alert" }));
}

const common = (action) => ({ "data-action-id": action.id, disabled: action.disabled === true, ariaLabel: String(action.name) });

function button(post, action) {
  const style = isName(action.style) ? action.style : "default";
  const kind = style === "primary" ? "button.primary" : "button.action";
  const own = { "data-style": style, title: action.tooltip, onclick: () => act(made, post, action) };
  const made = h(kind, { ...common(action), ...own }, String(action.name));
  if (isColour(action.style)) made.style.setProperty("--own", action.style);
  return made;
}

function menu(post, action) {
  const option = ({ text, value }) => h("option", { value: String(value), selected: value === action.default_option && value !== "" }, String(text ?? value));
  const choose = () => made.value && act(made, post, action, made.value);
  const made = h("select", { ...common(action), onchange: choose, onkeydown: openMenu },
    h("option", { value: "" }, String(action.name)), listOf(action.options, () => true).map(option));
  return made;
}

/** Draw a menu of people or channels: the server finds them while a name is typed. */
function places(post, action) {
  const box = new Combobox({ ...common(action), placeholder: String(action.name) }, {
    chosen: [],
    find: (query) => findPlaces(action.data_source, query),
    onChange: ([one]) => one && act(box.input, post, action, one.value),
  });
  placeOf(action.data_source, action.default_option).then((chosen) => box.choose(chosen), () => {});
  return box.element;
}

/** Choosing sends at once: keys open a menu’s list instead of turning a closed one over. */
function openMenu(event) {
  const isLetter = event.key.length === 1 && !event.ctrlKey && !event.metaKey;
  if (!event.target.showPicker || !(OPENS_A_MENU.has(event.key) || isLetter)) return;
  event.preventDefault();
  event.target.showPicker();
}

/** Send one click or choice; a second one on the same thing meanwhile is the same. */
async function act(control, post, action, chosen = "") {
  const path = `/posts/${post.id}/actions/${encodeURIComponent(action.id)}`;
  if (running.has(path)) return;
  running.add(path);
  const { id } = control.closest("article");
  const place = control.closest(".actions").lastElementChild;
  place.textContent = "";
  try {
    // The cookie stands for the action of a message that the server does not keep.
    acted(await app.api.post(path, { cookie: action.cookie ?? "", selected_option: chosen }));
  } catch (failure) {
    if (place.isConnected) place.textContent = failure.message;
    else announce(failure.message, true);
  }
  running.delete(path);
  requestAnimationFrame(() => keepFocus(id, action.id));
}

/** The message may be drawn anew: the focus goes to the same button, else to it. */
function keepFocus(id, actionId) {
  if (document.activeElement !== document.body) return;
  const post = document.getElementById(id);
  const target = post?.querySelector(`[data-action-id="${CSS.escape(actionId)}"]`) ?? post;
  target?.focus({ preventScroll: true });
}
