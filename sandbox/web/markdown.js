// Texts rendered by the server, each asked for once.

const KEPT = 3000;
const made = new Map();

/** Give the app `render` (asks the server) and `rendered` (what is already there). */
export function extend(app) {
  app.render = (texts) => render(app, texts);
  app.rendered = (text) => made.get(text) ?? "";
}

async function render(app, texts) {
  const missing = [...new Set(texts)].filter((text) => text && !made.has(text));
  for (let start = 0; start < missing.length; start += 200) {
    const part = missing.slice(start, start + 200);
    const { html } = await app.api.page("render", { team: app.team?.name ?? "", texts: part });
    part.forEach((text, index) => made.set(text, html[index]));
  }
  const answer = texts.map((text) => made.get(text) ?? "");
  for (const text of made.keys()) {
    if (made.size <= KEPT) break;
    made.delete(text);
  }
  return answer;
}

/** Return every text of a post that is Markdown: its message and those of its attachments. */
export function textsOf(post) {
  const texts = [post.message];
  for (const one of attachmentsOf(post)) {
    texts.push(one.pretext, one.text, one.title && !one.title_link ? one.title : "");
    for (const field of one.fields ?? []) texts.push(field.title, String(field.value ?? ""));
  }
  return texts.filter((text) => typeof text === "string" && text);
}

/** Return a post’s attachments; none where they are not a list of objects. */
export function attachmentsOf(post) {
  const given = post.props?.attachments;
  return Array.isArray(given) ? given.filter((one) => one && typeof one === "object") : [];
}
