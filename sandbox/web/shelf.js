// The posts that the page holds: a list for each channel, oldest first, and the thread that is open.

import { textsOf } from "./markdown.js";

/** Return the key of a channel’s list. */
export const keyOf = (channelId) => `posts/${channelId}`;

/** Return whether a post is seen by one person only and kept nowhere. */
export const isEphemeral = (post) => post.type === "system_ephemeral";

/** Ask for what must be there before posts can be drawn: their rendered texts and the names in them. */
export async function prepare(app, posts) {
  const texts = posts.flatMap((post) => [...textsOf(post), ...reactionsOf(post).map((one) => `:${one.emoji_name}:`)]);
  const ids = posts.flatMap((post) => [post.user_id, ...reactionsOf(post).map((one) => one.user_id)]);
  await Promise.all([app.render(texts), app.needUsers(ids)]);
}

/** Return a post’s reactions. */
export function reactionsOf(post) {
  return post.metadata?.reactions ?? [];
}

/** Return a held post by id. */
export function find(app, id) {
  for (const key of [...lists(app), "thread-posts"]) {
    const found = app.store.get(key)?.find((post) => post.id === id);
    if (found) return found;
  }
  return undefined;
}

function lists(app) {
  const channel = app.store.get("channel");
  const others = [...(app.store.get("channels")?.keys() ?? [])];
  return [channel?.id, ...others].filter(Boolean).map(keyOf);
}

/** Put posts into a list, each once, in order; a post already there is replaced unless it is newer. */
export function merge(app, key, posts) {
  const byId = new Map((app.store.get(key) ?? []).map((post) => [post.id, post]));
  for (const post of posts) {
    const known = byId.get(post.id);
    if (post.delete_at) byId.delete(post.id);
    else if (!known || known.update_at <= post.update_at) byId.set(post.id, withReactions(post, known));
  }
  const sorted = [...byId.values()].sort((one, two) => one.create_at - two.create_at);
  app.store.set(key, sorted);
}

/** An edit arrives without the reactions that the page already knows of. */
function withReactions(post, known) {
  if (!known || post.metadata?.reactions || !post.has_reactions) return post;
  return { ...post, metadata: { ...post.metadata, reactions: reactionsOf(known) } };
}

/** Take a post in: into its channel’s list if that is held up to now, and into the open thread. */
export async function receive(app, post) {
  await prepare(app, [post]).catch(() => {});
  const key = keyOf(post.channel_id);
  if (app.store.get(key) && !app.store.get(`page/${post.channel_id}`)?.hasNewer) merge(app, key, [post]);
  const thread = app.store.get("thread");
  if (thread && [post.root_id, post.id].includes(thread)) merge(app, "thread-posts", [post]);
}

/** Take in a change of a post that is held; others come with the change when they are asked for. */
export async function update(app, post) {
  await prepare(app, [post]).catch(() => {});
  for (const key of [keyOf(post.channel_id), "thread-posts"]) {
    if (app.store.get(key)?.some((one) => one.id === post.id)) merge(app, key, [post]);
  }
}

/** Let go of a post, and of its answers. */
export function remove(app, id) {
  for (const key of [...lists(app), "thread-posts"]) {
    const held = app.store.get(key);
    if (held?.some((post) => post.id === id)) {
      app.store.set(key, held.filter((post) => post.id !== id && post.root_id !== id));
    }
  }
  if (app.store.get("thread") === id) app.store.set("thread", "");
}

/** Change the reactions of a held post. */
export async function react(app, reaction, isThere) {
  const post = find(app, reaction.post_id);
  if (!post) return;
  const isSame = (one) => one.user_id === reaction.user_id && one.emoji_name === reaction.emoji_name;
  const others = reactionsOf(post).filter((one) => !isSame(one));
  const reactions = isThere ? [...others, reaction] : others;
  await update(app, { ...post, has_reactions: reactions.length > 0, metadata: { ...post.metadata, reactions } });
}
