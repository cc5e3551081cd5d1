// Texts with Markdown outside of posts: drawn by the server like the posts.

import { fill } from "./dom.js";

/** Put a text into an element, drawn; as it is while the server cannot be asked. */
export async function setMarkdown(app, element, text) {
  element.hidden = !text;
  if (!text) return element.replaceChildren();
  try {
    const [html] = await app.render([text]);
    fill(element, html);
  } catch {
    element.textContent = text;
  }
}
