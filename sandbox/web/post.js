// One message: who, when, what, and what can be done with it.

import { draw as drawAttachments } from "./attachments.js";
import { fullOf, timeOf } from "./dates.js";
import { fill, h } from "./dom.js";
import { draw as drawFiles } from "./files.js";
import { draw as drawReactions } from "./reactions.js";
import { isEphemeral, reactionsOf, remove } from "./shelf.js";
import { isSystem, sentenceOf } from "./system.js";

const COLOURS = 8;

/** Return what changes whenever a message must be drawn again. */
export function versionOf(app, post) {
  const reactions = reactionsOf(post).map((one) => `${one.emoji_name}${one.user_id}`).join();
  const names = [app.nameOf(post.user_id), reactions && reactionsOf(post).map((one) => app.nameOf(one.user_id)).join()];
  return [post.update_at, post.edit_at, post.is_pinned, reactions, app.rendered(post.message).length, ...names].join("|");
}

/** Draw a message; its ids begin with `prefix`, « post » in a channel and « rhsPost » in a thread. */
export function draw(app, post, { prefix, replies = 0, following = false }) {
  const classes = ["post", following && "following", isEphemeral(post) && "ephemeral", isSystem(post) && "system", isMine(app, post) && "mine"];
  return h("article", {
    id: `${prefix}_${post.id}`,
    class: classes.filter(Boolean).join(" "),
    "data-post-id": post.id,
    "aria-label": `${authorOf(app, post)}, ${timeOf(post.create_at)}`,
    tabIndex: -1,
  },
    h("div", { class: `avatar colour-${colourOf(post.user_id)}`, "aria-hidden": "true" }, isSystem(post) ? "•" : initials(authorOf(app, post))),
    h("div", { class: "post-body" },
      head(app, post),
      answered(app, post, prefix),
      text(app, post, prefix),
      drawAttachments(app, post),
      drawFiles(app, post),
      drawReactions(app, post),
      replies > 0 && threadLink(app, post, replies),
    ),
    !isEphemeral(post) && !isSystem(post) && tools(app, post),
  );
}

const isMine = (app, post) => post.user_id === app.me.id;

function authorOf(app, post) {
  if (isSystem(post)) return "Système";
  const isHook = post.props?.from_webhook === "true" && post.props?.override_username;
  return isHook ? String(post.props.override_username) : app.nameOf(post.user_id);
}

function initials(name) {
  const words = name.split(/[\s.-]+/).filter(Boolean);
  return (words[0]?.[0] ?? "?").toUpperCase() + (words[1]?.[0] ?? "").toUpperCase();
}

function colourOf(id) {
  let sum = 0;
  for (const letter of id) sum += letter.charCodeAt(0);
  return sum % COLOURS;
}

function head(app, post) {
  const user = app.userOf(post.user_id);
  const isBot = user?.is_bot || post.props?.from_bot === "true";
  const when = h("time", { dateTime: new Date(post.create_at).toISOString(), title: fullOf(post.create_at) }, timeOf(post.create_at));
  const link = isEphemeral(post) ? when : h("a", { class: "when", href: `/${app.team.name}/pl/${post.id}` }, when);
  return h("div", { class: "post-head" },
    h("span", { class: "author" }, authorOf(app, post)),
    isBot && !isSystem(post) && h("span", { class: "tag" }, "Bot"),
    link,
    post.edit_at > 0 && !isSystem(post) && h("span", { class: "muted edited" }, "(modifié)"),
    post.is_pinned && h("span", { class: "tag pinned" }, "Épinglé"),
    isEphemeral(post) && whisper(app, post),
  );
}

function whisper(app, post) {
  const close = () => {
    remove(app, post.id);
    document.getElementById("post_textbox")?.focus();
  };
  return [
    h("span", { class: "only-you" }, "Visible par vous seul"),
    h("button", { type: "button", class: "dismiss", onclick: close }, "Fermer"),
  ];
}

function answered(app, post, prefix) {
  if (!post.root_id || prefix !== "post") return null;
  return h("button", { type: "button", class: "answer-to", onclick: () => app.openThread(post.root_id) }, "Réponse dans un fil");
}

function text(app, post, prefix) {
  const element = h("div", { id: `${prefix}MessageText_${post.id}`, class: "markdown foldable" });
  if (isSystem(post)) element.textContent = sentenceOf(app, post);
  else fill(element, app.rendered(post.message));
  for (const mention of element.querySelectorAll("[data-mention]")) markMe(app, mention);
  return element;
}

function markMe(app, mention) {
  if ([app.me.username, "all", "channel", "here"].includes(mention.dataset.mention)) mention.classList.add("mention-me");
}

function threadLink(app, post, replies) {
  const label = replies > 1 ? `${replies} réponses` : "1 réponse";
  return h("button", { type: "button", class: "thread-link", onclick: () => app.openThread(post.root_id || post.id) }, label);
}

function tools(app, post) {
  const tool = (props, sign) => h("button", { type: "button", ...props }, h("span", { "aria-hidden": "true" }, sign));
  return h("div", { class: "post-tools" },
    tool({ class: "react", "aria-label": "Ajouter une réaction", title: "Ajouter une réaction", "data-post-id": post.id }, "☺"),
    tool({ class: "reply", "aria-label": "Répondre", title: "Répondre", onclick: () => app.openThread(post.root_id || post.id) }, "↩"),
    tool({
      class: "post-menu",
      "aria-label": "Actions du message",
      title: "Actions du message",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      "data-post-id": post.id,
    }, "⋯"),
  );
}
