// Sending what was written: a message, or a command for the server to run.

/** Tell whether a text is a command. */
export function isCommand(text) {
  return text.startsWith("/") && text.trim().length > 1;
}

/** Return a command as web clients send it: small letters up to the first space, the rest without blanks around. */
export function normalised(text) {
  const space = text.indexOf(" ");
  const end = space < 0 ? text.length : space;
  return `${text.slice(0, end).toLowerCase()} ${text.slice(end).trim()}`;
}

/** Run a command; dialogs that it opens, and where it leads, follow. */
export async function runCommand(app, { text, channelId, rootId }) {
  const body = { channel_id: channelId, team_id: app.team.id, root_id: rootId, command: normalised(text) };
  const answer = await app.api.post("/commands/execute", body);
  app.triggers?.acted(answer.trigger_id);
  if (answer.goto_location) go(app, answer.goto_location);
}

/** Lead to a place of this page, or open another site in a tab of its own. */
function go(app, place) {
  let target;
  try {
    target = new URL(place, location.origin);
  } catch {
    return;
  }
  if (target.origin === location.origin) app.navigate(target.pathname);
  else if (["http:", "https:", "mailto:"].includes(target.protocol)) window.open(target, "_blank", "noopener,noreferrer");
}

/** Post a message; the same `pendingId` again never makes a second one. */
export function postMessage(app, { text, channelId, rootId, fileIds, pendingId }) {
  const body = { channel_id: channelId, root_id: rootId, message: text, file_ids: fileIds };
  return app.api.post("/posts", { ...body, pending_post_id: pendingId });
}
