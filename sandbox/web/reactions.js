// Reactions under a message, and choosing one.

import { announce, app } from "./app.js";
import { finder } from "./browse.js";
import { fill, h, sign } from "./dom.js";
import { rendered } from "./markdown.js";
import { nameOf } from "./people.js";
import { reactionsOf } from "./shelf.js";

const USUAL = ["+1", "heart", "white_check_mark", "tada", "joy", "smile", "pray", "eyes", "clap", "thinking_face", "wave", "sunny"];
const MOST = 80;

/** Draw the reactions of a post: how many for each emoji, one’s own pressed. */
export function draw(post) {
  const groups = new Map();
  for (const { emoji_name: name, user_id: id } of reactionsOf(post)) groups.set(name, [...(groups.get(name) ?? []), id]);
  return groups.size > 0 && h("div.row.reactions", [...groups].map(([name, ids]) => chip(post, name, ids)));
}

function chip(post, name, ids) {
  const isMine = ids.includes(app.me.id);
  const who = ids.map((id) => (id === app.me.id ? "vous" : nameOf(id))).join(", ");
  const face = fill(sign(), rendered(`:${name}:`)).textContent.trim() || `:${name}:`;
  return h("button.reaction", {
    ariaPressed: String(isMine),
    ariaLabel: `:${name}: ${ids.length}, ${who}`,
    title: who,
    onclick: () => toggle(post, name, isMine),
  }, sign(`${face} ${ids.length}`));
}

async function toggle(post, name, isMine) {
  try {
    if (isMine) await app.api.del(`/users/me/posts/${post.id}/reactions/${encodeURIComponent(name)}`);
    else await app.api.post("/reactions", { user_id: app.me.id, post_id: post.id, emoji_name: name });
  } catch (failure) {
    announce(failure.message, true);
  }
}

export async function pick(post) {
  const all = await app.api.page("emoji");
  const search = (text) => (text ? Object.keys(all).filter((name) => name.includes(text.toLowerCase())).slice(0, MOST) : USUAL);
  const draw = (name, done) => {
    const choose = () => {
      done();
      const isMine = reactionsOf(post).some((one) => one.user_id === app.me.id && one.emoji_name === name);
      if (!isMine) toggle(post, name, false);
    };
    return h("button", { ariaLabel: name.replaceAll("_", " "), title: `:${name}:`, onclick: choose }, all[name]);
  };
  finder("Ajouter une réaction", "Chercher (en anglais)", search, draw, h("div.emoji-list"));
}
