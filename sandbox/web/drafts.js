// What was being written, by channel and thread: it stays over a change of channel, a reload, a lost connection.

function keyOf(app, channelId, rootId) {
  return `draft:${app.me.id}:${channelId}:${rootId}`;
}

/** Return what was left unsent; empty when nothing was. */
export function readDraft(app, channelId, rootId) {
  return sessionStorage.getItem(keyOf(app, channelId, rootId)) ?? "";
}

/** Keep a text until it is sent; an empty one is forgotten. */
export function keepDraft(app, channelId, rootId, text) {
  const key = keyOf(app, channelId, rootId);
  if (text) sessionStorage.setItem(key, text);
  else sessionStorage.removeItem(key);
}
