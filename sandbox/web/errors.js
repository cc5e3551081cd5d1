// Refusals of the server in the words of people.

const TOO_HEAVY = "C’est trop lourd pour le serveur.";
const TOO_LONG = "Ce message est trop long (16 383 caractères au plus).";
const NOT_ALLOWED = "Vous n’avez pas le droit de faire cela.";

/** By Mattermost’s id, without what most ids end with. */
const BY_ID = {
  "api.user.login.invalid_credentials_email_username": "Identifiant ou mot de passe incorrect.",
  "api.user.login.inactive": "Ce compte est désactivé.",
  "api.context.session_expired": "La session a expiré : connectez-vous à nouveau.",
  "api.context.permissions": NOT_ALLOWED,
  "api.post.do_action.action_integration": "Le service appelé n’a pas répondu correctement. Réessayez dans un instant.",
  "api.post.do_action.action_id": "Ce bouton n’est plus actif.",
  "api.command.execute_command.failed": "La commande a échoué : le service appelé n’a pas répondu.",
  "api.command.execute_command.failed_empty": "La commande a échoué : le service appelé n’a rien répondu.",
  "api.command.execute_command.failed_resp": "La commande a échoué : le service appelé n’a pas répondu correctement.",
  "api.command.execute_command.not_found": "Cette commande n’existe pas. Tapez / pour voir celles qui existent.",
  "api.command.execute_command.deleted": "Ce canal est archivé : on ne peut plus y lancer de commande.",
  "api.post.create_post.can_not_post_to_deleted": "Ce canal est archivé : on ne peut plus y écrire.",
  "model.post.is_valid.msg": TOO_LONG,
  "model.post.is_valid.message_length": TOO_LONG,
  "app.post.get": "Ce message n’existe plus.",
  "app.channel.get_by_name.missing": "Ce canal n’existe pas, ou vous n’en êtes pas membre.",
  "api.context.request_body_too_large": TOO_HEAVY,
  "api.file.upload_file.too_large_detailed": "Ce fichier est trop lourd.",
};
const BY_STATUS = {
  0: "Le serveur ne répond pas. Vérifiez votre connexion, puis réessayez.",
  403: NOT_ALLOWED,
  404: "C’est introuvable.",
  413: TOO_HEAVY,
  429: "Trop de demandes à la fois : attendez quelques secondes.",
};

export function sentence(id, status) {
  const known = BY_ID[id?.replace(/\.(app_)?error$/, "")] ?? BY_STATUS[status];
  return known ?? `Le serveur a refusé (${status}). Réessayez dans un instant.`;
}
