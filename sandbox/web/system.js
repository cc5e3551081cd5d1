// What the server itself says in a channel, in French.

const SENTENCES = {
  system_join_channel: (p) => `${at(p.username)} a rejoint le canal.`,
  system_leave_channel: (p) => `${at(p.username)} a quitté le canal.`,
  system_add_to_channel: (p) => `${at(p.addedUsername)} a été ajouté au canal par ${at(p.username)}.`,
  system_remove_from_channel: (p) => `${at(p.removedUsername)} a été retiré du canal.`,
  system_join_team: (p) => `${at(p.username)} a rejoint l’équipe.`,
  system_leave_team: (p) => `${at(p.username)} a quitté l’équipe.`,
  system_add_to_team: (p) => `${at(p.addedUsername)} a été ajouté à l’équipe par ${at(p.username)}.`,
  system_remove_from_team: (p) => `${at(p.username ?? p.removedUsername)} a été retiré de l’équipe.`,
  system_header_change: (p) => changed(p, "l’en-tête du canal", p.old_header, p.new_header),
  system_purpose_change: (p) => changed(p, "l’objet du canal", p.old_purpose, p.new_purpose),
  system_displayname_change: (p) => changed(p, "le nom du canal", p.old_displayname, p.new_displayname),
  system_channel_deleted: (p) => `${at(p.username)} a archivé le canal.`,
  system_channel_restored: (p) => `${at(p.username)} a rouvert le canal.`,
  system_convert_channel: () => "Le canal est désormais privé.",
};

/** Return whether the server itself speaks; a whisper is a message like others. */
export function isSystem(post) {
  return post.type.startsWith("system_") && (post.type !== "system_ephemeral" || Boolean(post.props?.add_channel_member));
}

/** Return the sentence of a message of the server. */
export function sentenceOf(app, post) {
  const props = post.props ?? {};
  if (props.add_channel_member) return absent(props.add_channel_member);
  if (post.type === "system_change_chan_privacy") return privacy(app, post);
  return SENTENCES[post.type]?.(props) ?? post.message;
}

function privacy(app, post) {
  const isPublic = post.message.includes("Public");
  return isPublic ? "Le canal est désormais public : tout le monde dans l’équipe peut le rejoindre." : "Le canal est désormais privé.";
}

function absent({ not_in_channel_usernames: some, usernames }) {
  const names = (some?.length ? some : usernames ?? []).map(at);
  const list = names.length > 1 ? `${names.slice(0, -1).join(", ")} et ${names.at(-1)}` : names[0];
  return names.length > 1
    ? `${list} n’ont pas été prévenus de cette mention : ces personnes ne sont pas dans le canal.`
    : `${list} n’a pas été prévenu de cette mention : cette personne n’est pas dans le canal.`;
}

function changed({ username }, what, before, after) {
  if (!after) return `${at(username)} a retiré ${what} (« ${before} »).`;
  if (!before) return `${at(username)} a écrit ${what} : « ${after} ».`;
  return `${at(username)} a changé ${what} : « ${before} » est devenu « ${after} ».`;
}

const at = (name) => `@${name ?? "quelqu’un"}`;
