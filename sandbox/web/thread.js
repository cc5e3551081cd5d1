// The side pane of a message and its answers.

import { announce, app } from "./app.js";
import * as composer from "./composer.js";
import { h } from "./dom.js";
import { drawList } from "./list.js";
import { pane } from "./pane.js";
import { isEphemeral, merge, postsOf, take } from "./shelf.js";

export function mount(element) {
  const list = h("div.post-list");
  const scroller = h("div", { id: "thread-posts", role: "log", ariaLive: "off", ariaLabel: "Messages du fil", tabIndex: 0 }, list);
  const answer = h("div");
  pane(element, "thread", "Fil de discussion", open, scroller, answer);
  composer.mount(answer, true);
  const draw = () => {
    const isAtEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 60;
    drawList(list, app.get("thread-posts") ?? [], { prefix: "rhsPost" });
    if (isAtEnd) scroller.scrollTop = scroller.scrollHeight;
  };
  app.subscribe("thread-posts", draw);
  app.subscribe("users", draw);
}

async function open(root) {
  const held = (postsOf(app.channel?.id) ?? []).filter((post) => [post.id, post.root_id].includes(root));
  app.set("thread-posts", held);
  document.getElementById("reply_textbox").focus();
  try {
    const posts = await take(await app.api.get(`/posts/${root}/thread`));
    if (app.thread !== root) return;
    app.set("thread-posts", held.filter(isEphemeral));
    merge("thread-posts", posts);
  } catch (failure) {
    announce(failure.message, true);
  }
}
