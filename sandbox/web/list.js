// A list of messages: only what changed is drawn again, so that focus and what is open stay where they are.

import { dayKey, dayOf } from "./dates.js";
import { h } from "./dom.js";
import { fold } from "./fold.js";
import { draw, versionOf } from "./post.js";

const TOGETHER = 5 * 60 * 1000; // milliseconds within which messages of one person stand together

/** Draw posts, oldest first, between the elements `before` and `after`; ids begin with `prefix`. */
export function drawList(app, element, posts, { seenAt = 0, prefix, before = null, after = null }) {
  const known = new Map([...element.children].map((child) => [child.dataset.key, child]));
  const wanted = [];
  const reuse = (node) => wanted.push(known.get(node.dataset.key) ?? node);
  if (before) reuse(before);
  const replies = prefix === "post" ? countReplies(posts) : new Map();
  let previous = null;
  let isNew = false;
  for (const post of posts) {
    if (!previous || dayKey(previous.create_at) !== dayKey(post.create_at)) reuse(dayLine(post));
    const unread = seenAt && post.create_at > seenAt && post.user_id !== app.me.id && previous;
    if (unread && !isNew) reuse(newLine());
    isNew ||= Boolean(unread);
    wanted.push(element_(app, post, { known, prefix, replies: replies.get(post.id) ?? 0, following: follows(previous, post) }));
    previous = post;
  }
  if (after) reuse(after);
  place(element, wanted);
  fold(app, element);
}

function element_(app, post, { known, prefix, replies, following }) {
  const version = `${versionOf(app, post)}|${replies}|${following}`;
  const held = known.get(post.id);
  if (held?.dataset.version === version) return held;
  const made = draw(app, post, { prefix, replies, following });
  made.dataset.key = post.id;
  made.dataset.version = version;
  return made;
}

function countReplies(posts) {
  const counts = new Map();
  for (const { root_id: root, type } of posts) if (root && type !== "system_ephemeral") counts.set(root, (counts.get(root) ?? 0) + 1);
  return counts;
}

function follows(previous, post) {
  if (!previous || previous.user_id !== post.user_id || previous.type !== post.type) return false;
  return !post.type && previous.root_id === post.root_id && post.create_at - previous.create_at < TOGETHER
    && dayKey(previous.create_at) === dayKey(post.create_at);
}

function dayLine(post) {
  return h("div", { class: "day", role: "separator", "data-key": `day ${dayKey(post.create_at)}`, "aria-label": dayOf(post.create_at) },
    h("span", { "aria-hidden": "true" }, dayOf(post.create_at)));
}

function newLine() {
  return h("div", { class: "day new-messages", role: "separator", "data-key": "new", "aria-label": "Nouveaux messages" },
    h("span", { "aria-hidden": "true" }, "Nouveaux messages"));
}

/** Make the children those wanted; what stays is not moved, for a moved element loses the focus. */
function place(element, wanted) {
  const keep = new Set(wanted);
  for (const child of [...element.children]) if (!keep.has(child)) child.remove();
  let at = element.firstElementChild;
  for (const node of wanted) {
    if (node === at) at = at.nextElementSibling;
    else element.insertBefore(node, at);
  }
}
