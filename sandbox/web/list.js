// A list of messages: only what changed is drawn again, so that focus and what is open stay.

import { app } from "./app.js";
import { dayKey, dayOf } from "./dates.js";
import { h, sign } from "./dom.js";
import { draw, versionOf } from "./post.js";
import { isEphemeral } from "./shelf.js";

const TOGETHER = 5 * 60 * 1000; // milliseconds within which messages of one person stand together

/** Draw posts, in their order, between the elements `before` and `after`; ids begin with `prefix`. */
export function drawList(element, posts, { seenAt = 0, prefix, before, after }) {
  const known = new Map([...element.children].map((child) => [child.dataset.key, child]));
  const wanted = [];
  const reuse = (node) => wanted.push(known.get(node.dataset.key) ?? node);
  if (before) reuse(before);
  const replies = prefix === "post" ? countReplies(posts) : new Map();
  let previous = null;
  let hasNew = false;
  for (const post of posts) {
    if (!isSameDay(previous, post)) reuse(line(dayOf(post.create_at), "row day", `day ${dayKey(post.create_at)}`));
    const isNew = seenAt && post.create_at > seenAt && post.user_id !== app.me.id && previous;
    if (isNew && !hasNew) reuse(line("Nouveaux messages", "row day new-messages", "new"));
    hasNew ||= Boolean(isNew);
    const look = { prefix, replies: replies.get(post.id) ?? 0, following: prefix !== "found" && follows(previous, post) };
    wanted.push(drawn(post, look, known.get(post.id)));
    previous = post;
  }
  if (after) reuse(after);
  place(element, wanted);
  fold(element);
}

function drawn(post, look, held) {
  const version = `${versionOf(post)}|${look.replies}|${look.following}`;
  if (held?.dataset.version === version) return held;
  const made = draw(post, look);
  Object.assign(made.dataset, { key: post.id, version });
  return made;
}

function countReplies(posts) {
  const counts = new Map();
  for (const post of posts) {
    if (post.root_id && !isEphemeral(post)) counts.set(post.root_id, (counts.get(post.root_id) ?? 0) + 1);
  }
  return counts;
}

const isSameDay = (one, two) => one && dayKey(one.create_at) === dayKey(two.create_at);

function follows(previous, post) {
  return isSameDay(previous, post) && !previous.type && !post.type && previous.user_id === post.user_id
    && previous.root_id === post.root_id && post.create_at - previous.create_at < TOGETHER;
}

function line(words, look, key) {
  return h("div", { class: look, role: "separator", "data-key": key, ariaLabel: words }, sign(words));
}

/** Make the children those wanted; what stays is not moved, or it would lose the focus. */
function place(element, wanted) {
  const keep = new Set(wanted);
  for (const child of [...element.children]) if (!keep.has(child)) child.remove();
  let at = element.firstElementChild;
  for (const node of wanted) {
    if (node === at) at = at.nextElementSibling;
    else element.insertBefore(node, at);
  }
}

/** Fold what is new and much too high, as the real client does: messages, and sooner the texts of attachments. */
function fold(element) {
  const fresh = [...element.querySelectorAll(".foldable:not([data-measured])")];
  const high = fresh.filter((one) => one.scrollHeight > 1.1 * (one.matches(".attachment-text") ? 200 : 600));
  for (const one of fresh) one.dataset.measured = "";
  for (const one of high) {
    const button = h("button.link", { onclick: () => turn() });
    const turn = () => {
      const isFolded = one.classList.toggle("folded");
      button.textContent = isFolded ? "Afficher plus" : "Afficher moins";
      button.ariaExpanded = String(!isFolded);
    };
    turn();
    one.after(button);
  }
}
