// The attachments of a message: colour, title, fields, picture, buttons and menus.

import { fill, h } from "./dom.js";
import { attachmentsOf } from "./markdown.js";

const COLOURS = new Set(["good", "warning", "danger"]);

/** Draw the attachments of a post. */
export function draw(app, post) {
  return attachmentsOf(post).map((one) => attachment(app, one));
}

function attachment(app, one) {
  const box = h("div", { class: "attachment", role: "group", "aria-label": plain(one.title || one.author_name || one.fallback) || "Pièce jointe" },
    author(one),
    title(app, one),
    one.text && fill(h("div", { class: "attachment-text markdown foldable" }), app.rendered(String(one.text))),
    fields(app, one),
    one.image_url && picture(one.image_url, one.fallback || one.title, "attachment-image"),
    one.thumb_url && picture(one.thumb_url, "", "attachment-thumb"),
    one.footer && h("div", { class: "attachment-footer muted" }, String(one.footer).slice(0, 300)),
    actions(app, one),
  );
  if (COLOURS.has(one.color)) box.dataset.color = one.color;
  else if (/^#[0-9a-f]{3,8}$/i.test(one.color ?? "")) box.style.setProperty("--colour", one.color);
  if (!one.pretext) return box;
  return [fill(h("div", { class: "pretext markdown" }), app.rendered(String(one.pretext))), box];
}

const plain = (text) => String(text ?? "").replace(/[*_~\x60#]/g, "").trim();

function author(one) {
  if (!one.author_name) return null;
  return h("div", { class: "attachment-author" }, one.author_icon && picture(one.author_icon, "", "attachment-icon"), link(one.author_name, one.author_link));
}

function title(app, one) {
  if (!one.title) return null;
  const element = h("div", { class: "attachment-title" });
  if (isWeb(one.title_link)) element.append(link(one.title, one.title_link));
  else fill(element, app.rendered(String(one.title)));
  return element;
}

function link(text, address) {
  if (!isWeb(address)) return h("span", {}, String(text));
  return h("a", { href: address, target: "_blank", rel: "noopener noreferrer nofollow" }, String(text));
}

const isWeb = (address) => /^https?:\/\//i.test(address ?? "");

/** Show a picture of this machine; another one is a link, since nothing is fetched from elsewhere. */
function picture(address, label, kind) {
  if (!isWeb(address)) return null;
  const host = new URL(address, location.href).hostname;
  if (["127.0.0.1", "localhost"].includes(host)) return h("img", { class: kind, src: address, alt: plain(label), loading: "lazy" });
  return kind === "attachment-image" ? link(plain(label) || address, address) : null;
}

function fields(app, one) {
  const given = (Array.isArray(one.fields) ? one.fields : []).filter((field) => field?.title || field?.value);
  if (given.length === 0) return null;
  return h("dl", { class: "fields" }, given.map((field) =>
    h("div", { class: field.short ? "field short" : "field" },
      fill(h("dt", {}), app.rendered(String(field.title ?? "")) || "—"),
      fill(h("dd", { class: "markdown" }), app.rendered(String(field.value ?? ""))),
    )));
}

function actions(app, one) {
  const given = (Array.isArray(one.actions) ? one.actions : []).filter((action) => action?.id && action?.name);
  if (given.length === 0) return null;
  return h("div", { class: "actions" },
    given.map((action) => (action.type === "select" ? menu(app, action) : button(action))),
    h("div", { class: "action-error error", role: "alert" }),
  );
}

function button(action) {
  const made = h("button", {
    type: "button",
    class: "action",
    "data-action-id": action.id,
    "data-style": /^[a-z]+$/.test(action.style ?? "") ? action.style : "default",
    disabled: action.disabled === true,
    title: action.tooltip || null,
  }, String(action.name));
  if (/^#[0-9a-f]{3,8}$/i.test(action.style ?? "")) made.style.setProperty("--own", action.style);
  return made;
}

function menu(app, action) {
  const first = h("option", { value: "" }, String(action.name));
  const select = h("select", { class: "action-menu", "data-action-id": action.id, "aria-label": String(action.name), disabled: action.disabled === true }, first);
  const options = Array.isArray(action.options) ? action.options : [];
  add(select, options, action.default_option);
  if (action.data_source) select.addEventListener("focus", () => ask(app, select, action), { once: true });
  return select;
}

function add(select, options, chosen) {
  for (const { text, value } of options) {
    select.append(h("option", { value: String(value), selected: value === chosen && chosen !== "" }, String(text ?? value)));
  }
}

async function ask(app, select, { data_source: source, default_option: chosen }) {
  const team = app.team.id;
  if (source === "users") {
    const users = await app.api.get(`/users?in_team=${team}&per_page=200`);
    add(select, users.map((user) => ({ text: `@${user.username}`, value: user.id })), chosen);
  } else {
    const channels = await app.api.get(`/teams/${team}/channels?per_page=200`);
    add(select, channels.map((channel) => ({ text: channel.display_name, value: channel.id })), chosen);
  }
}
