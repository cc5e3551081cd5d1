// The posts that the page holds: of each channel, oldest first, of the open thread, of a search.

import { app } from "./app.js";
import { render, textsOf } from "./markdown.js";
import { needUsers } from "./people.js";

/** Lists beside those of channels. */
const SIDES = ["thread-posts", "found-posts"];

export const keyOf = (channelId) => `posts/${channelId}`;

/** What is held of a channel; undefined before it was asked for. */
export const postsOf = (channelId) => app.get(keyOf(channelId));

/** Whether there is more than what is held of a channel: `{hasOlder, hasNewer}`. */
export const pageOf = (channelId) => app.get(`page/${channelId}`) ?? {};

/** Whether a post is seen by one person only and kept nowhere. */
export const isEphemeral = (post) => post.type === "system_ephemeral";

export const reactionsOf = (post) => post.metadata?.reactions ?? [];

/** Ask for what must be there before posts can be drawn: their rendered texts and the names in them. */
async function prepare(posts) {
  const reactions = posts.flatMap(reactionsOf);
  const texts = [...posts.flatMap(textsOf), ...reactions.map((one) => `:${one.emoji_name}:`)];
  await Promise.all([render(texts), needUsers([...posts, ...reactions].map((one) => one.user_id))]);
}

/** The posts of an answer of the server in its order, ready to be drawn. */
export async function take({ order, posts }) {
  const found = order.map((id) => posts[id]);
  await prepare(found.filter((post) => !post.delete_at));
  return found;
}

function find(id) {
  for (const key of keys()) {
    const found = app.get(key)?.find((post) => post.id === id);
    if (found) return found;
  }
  return undefined;
}

const keys = () => [...[app.channel?.id, ...app.channels.keys()].map(keyOf), ...SIDES];

/** Put posts into a list, each once, in order; a post already there is replaced unless it is newer. */
export function merge(key, posts) {
  const byId = new Map((app.get(key) ?? []).map((post) => [post.id, post]));
  for (const post of posts) {
    const known = byId.get(post.id);
    if (post.delete_at) byId.delete(post.id);
    else if (!known || known.update_at <= post.update_at) byId.set(post.id, withReactions(post, known));
  }
  const way = key === "found-posts" ? -1 : 1; // a search shows what is latest first
  app.set(key, [...byId.values()].sort((one, two) => way * (one.create_at - two.create_at)));
}

/** An edit arrives without the reactions that the page already knows of. */
function withReactions(post, known) {
  if (!known || post.metadata?.reactions || !post.has_reactions) return post;
  return { ...post, metadata: { ...post.metadata, reactions: reactionsOf(known) } };
}

/** Take a post in: into its channel’s list if that is held up to now, and into the open thread. */
export async function receive(post) {
  await prepare([post]).catch(() => {});
  const { channel_id: channelId, root_id: root, id } = post;
  if (postsOf(channelId) && !pageOf(channelId).hasNewer) merge(keyOf(channelId), [post]);
  if (app.thread && [root, id].includes(app.thread)) merge("thread-posts", [post]);
}

/** Take in a change of a post that is held; others come changed when asked for. */
export async function update(post) {
  await prepare([post]).catch(() => {});
  for (const key of [keyOf(post.channel_id), ...SIDES]) {
    if (app.get(key)?.some((one) => one.id === post.id)) merge(key, [post]);
  }
}

/** Let go of a post, and of its answers. */
export function remove(id) {
  for (const key of keys()) {
    const held = app.get(key);
    const kept = held?.filter((post) => post.id !== id && post.root_id !== id);
    if (kept && kept.length < held.length) app.set(key, kept);
  }
  if (app.thread === id) app.set("thread", "");
}

export async function react(reaction, isThere) {
  const post = find(reaction.post_id);
  if (!post) return;
  const isSame = (one) => one.user_id === reaction.user_id && one.emoji_name === reaction.emoji_name;
  const reactions = reactionsOf(post).filter((one) => !isSame(one)).concat(isThere ? reaction : []);
  await update({ ...post, has_reactions: reactions.length > 0, metadata: { ...post.metadata, reactions } });
}
