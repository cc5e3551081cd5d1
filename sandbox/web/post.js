// One message: who, when, what, and what can be done with it.

import { app, focusComposer } from "./app.js";
import { draw as drawAttachments } from "./attachments.js";
import { titleOf } from "./channels.js";
import { fullOf, timeOf } from "./dates.js";
import { fill, h, named, sign } from "./dom.js";
import { draw as drawFiles } from "./files.js";
import { rendered, textsOf } from "./markdown.js";
import { nameOf, userOf } from "./people.js";
import { toggleMenu } from "./postmenu.js";
import { draw as drawReactions, pick } from "./reactions.js";
import { isEphemeral, reactionsOf, remove } from "./shelf.js";
import { isSystem, sentenceOf } from "./system.js";

/** What changes whenever a message must be drawn again. */
export function versionOf(post) {
  const reactions = reactionsOf(post).map((one) => one.emoji_name + one.user_id + nameOf(one.user_id));
  const sizes = textsOf(post).map((text) => rendered(text).length);
  return [post.update_at, post.edit_at, post.is_pinned, nameOf(post.user_id), ...sizes, ...reactions].join("|");
}

/** Draw a message; its ids begin with `prefix`: « post », in a thread « rhsPost », in a search « found ». */
export function draw(post, { prefix, replies, following }) {
  const classes = ["post", following && "following", isEphemeral(post) && "ephemeral", isSystem(post) && "system"];
  const author = authorOf(post);
  return h("article", {
    id: `${prefix}_${post.id}`,
    class: classes.filter(Boolean).join(" "),
    "data-post-id": post.id,
    ariaLabel: `${author}, ${timeOf(post.create_at)}`,
    tabIndex: -1,
  },
    avatar(post, author),
    h("div.post-body",
      head(post, author),
      where(post, prefix),
      text(post, prefix),
      drawAttachments(post),
      drawFiles(post),
      drawReactions(post),
      replies > 0 && h("button.link", { onclick: () => openThread(post) }, replies > 1 ? `${replies} réponses` : "1 réponse")),
    !isEphemeral(post) && !isSystem(post) && tools(post));
}

/** Show the thread that a message is in, or begins. */
export const openThread = (post) => app.set("thread", post.root_id || post.id);

const addressOf = (post) => `/${app.team.name}/pl/${post.id}`;

function authorOf(post) {
  if (isSystem(post)) return "Système";
  const { from_webhook: hook, override_username: name } = post.props ?? {};
  return hook === "true" && name ? String(name) : nameOf(post.user_id);
}

function initials(name) {
  const [one, two] = name.split(/[\s.-]+/).filter(Boolean);
  return `${one?.[0] ?? "?"}${two?.[0] ?? ""}`.toUpperCase();
}

/** The same person always has the same colour. */
function avatar(post, author) {
  const made = h("div.avatar", { ariaHidden: "true" }, isSystem(post) ? "•" : initials(author));
  const sum = [...post.user_id].reduce((total, letter) => total + letter.charCodeAt(0), 0);
  made.style.setProperty("--hue", sum % 360);
  return made;
}

function head(post, author) {
  const isBot = userOf(post.user_id)?.is_bot || post.props?.from_bot === "true";
  const at = new Date(post.create_at);
  const when = h("time", { dateTime: at.toISOString(), title: fullOf(at) }, timeOf(at));
  return h("div.post-head",
    h("span.author", author),
    isBot && !isSystem(post) && h("span.tag", "Bot"),
    isEphemeral(post) ? when : h("a.when", { href: addressOf(post) }, when),
    post.edit_at > 0 && !isSystem(post) && h("span.muted.edited", "(modifié)"),
    post.is_pinned && h("span.tag.pinned", "Épinglé"),
    isEphemeral(post) && whisper(post));
}

function whisper(post) {
  const close = () => {
    remove(post.id);
    focusComposer();
  };
  return [h("span.only-you.muted", "Visible par vous seul"), h("button.dismiss", { onclick: close }, "Fermer")];
}

/** Say where a message stands, where that is not seen. */
function where(post, prefix) {
  const channel = app.channels.get(post.channel_id);
  if (prefix === "found") return channel && h("a.where", { href: addressOf(post) }, `Dans ${titleOf(channel)}`);
  return post.root_id && prefix === "post" && h("button.link.where", { onclick: () => openThread(post) }, "Réponse dans un fil");
}

function text(post, prefix) {
  const element = h("div.markdown.foldable", { id: `${prefix}MessageText_${post.id}` });
  if (isSystem(post)) element.textContent = sentenceOf(post);
  else fill(element, rendered(post.message));
  for (const mention of element.querySelectorAll("[data-mention]")) {
    mention.classList.toggle("mention-me", [app.me.username, "all", "channel", "here"].includes(mention.dataset.mention));
  }
  return element;
}

function tools(post) {
  const tool = (name, label, icon, more) => h(`button.${name}`, { ...named(label), ...more }, sign(icon));
  return h("div.post-tools",
    tool("react", "Ajouter une réaction", "☺", { onclick: () => pick(post) }),
    tool("reply", "Répondre", "↩", { onclick: () => openThread(post) }),
    tool("post-menu", "Actions du message", "⋯", { ariaHasPopup: "menu", ariaExpanded: "false", onclick: (event) => toggleMenu(event.currentTarget, post) }));
}
