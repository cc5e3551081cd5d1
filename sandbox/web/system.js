// What the server itself says in a channel, in French.

const SENTENCES = {
  join_channel: (p) => `${at(p.username)} a rejoint le canal.`,
  leave_channel: (p) => `${at(p.username)} a quitté le canal.`,
  add_to_channel: (p) => `${at(p.addedUsername)} a été ajouté au canal par ${at(p.username)}.`,
  remove_from_channel: (p) => `${at(p.removedUsername)} a été retiré du canal.`,
  join_team: (p) => `${at(p.username)} a rejoint l’équipe.`,
  leave_team: (p) => `${at(p.username)} a quitté l’équipe.`,
  add_to_team: (p) => `${at(p.addedUsername)} a été ajouté à l’équipe par ${at(p.username)}.`,
  remove_from_team: (p) => `${at(p.username ?? p.removedUsername)} a été retiré de l’équipe.`,
  header_change: (p) => changed(p, "l’en-tête du canal", p.old_header, p.new_header),
  purpose_change: (p) => changed(p, "l’objet du canal", p.old_purpose, p.new_purpose),
  displayname_change: (p) => changed(p, "le nom du canal", p.old_displayname, p.new_displayname),
  channel_deleted: (p) => `${at(p.username)} a archivé le canal.`,
  channel_restored: (p) => `${at(p.username)} a rouvert le canal.`,
  convert_channel: () => PRIVATE,
  change_chan_privacy: (p, message) => (message.includes("Public") ? PUBLIC : PRIVATE),
};
const PRIVATE = "Le canal est désormais privé.";
const PUBLIC = "Le canal est désormais public : tout le monde dans l’équipe peut le rejoindre.";

/** Whether the server itself speaks; a whisper is a message like others. */
export function isSystem(post) {
  return post.type.startsWith("system_") && (post.type !== "system_ephemeral" || Boolean(post.props?.add_channel_member));
}

export function sentenceOf({ type, message, props }) {
  if (props?.add_channel_member) return absent(props.add_channel_member);
  return SENTENCES[type.replace("system_", "")]?.(props ?? {}, message) ?? message;
}

function absent({ not_in_channel_usernames: some, usernames }) {
  const names = (some?.length ? some : usernames ?? []).map(at);
  const [last, ...others] = names.reverse();
  return others.length
    ? `${others.reverse().join(", ")} et ${last} n’ont pas été prévenus de cette mention : ces personnes ne sont pas dans le canal.`
    : `${last} n’a pas été prévenu de cette mention : cette personne n’est pas dans le canal.`;
}

function changed({ username }, what, before, after) {
  if (!after) return `${at(username)} a retiré ${what} (« ${before} »).`;
  if (!before) return `${at(username)} a écrit ${what} : « ${after} ».`;
  return `${at(username)} a changé ${what} : « ${before} » est devenu « ${after} ».`;
}

const at = (name) => `@${name ?? "quelqu’un"}`;
