// Texts with Markdown: drawn by the server, each asked for once.

import { app } from "./app.js";
import { fill } from "./dom.js";

const KEPT = 3000;
const AT_ONCE = 200;
const made = new Map();

export const rendered = (text) => made.get(text) ?? "";

/** Ask for the HTML of texts, so that it is there. */
export async function render(texts) {
  await ask([...new Set(texts)].filter((text) => text && !made.has(text)));
  const html = texts.map(rendered);
  for (const text of [...made.keys()].slice(0, -KEPT)) made.delete(text);
  return html;
}

/** Somebody or a channel came or changed: texts that name them may look otherwise. */
export const renew = () => ask([...made.keys()].filter((text) => /[@~]/.test(text)));

async function ask(missing) {
  while (missing.length) {
    const texts = missing.splice(0, AT_ONCE);
    const { html } = await app.api.page("render", { team: app.team?.name ?? "", texts });
    texts.forEach((text, place) => made.set(text, html[place]));
  }
}

/** Put a text into an element, drawn; as it is while the server cannot be asked. */
export async function setMarkdown(element, text) {
  element.hidden = !text;
  try {
    fill(element, text ? (await render([text]))[0] : "");
  } catch {
    element.textContent = text;
  }
}

/** Every text of a post that is Markdown: its message and those of its attachments. */
export function textsOf(post) {
  const texts = [post.message];
  for (const one of attachmentsOf(post)) {
    texts.push(one.pretext, one.text, one.title && !one.title_link ? one.title : "");
    for (const field of one.fields ?? []) texts.push(field.title, String(field.value ?? ""));
  }
  return texts.filter((text) => typeof text === "string" && text);
}

export function attachmentsOf(post) {
  const given = post.props?.attachments;
  return Array.isArray(given) ? given.filter((one) => one && typeof one === "object") : [];
}
