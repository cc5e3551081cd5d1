// Refusals of the server in the words of people.

const BY_ID = {
  "api.user.login.invalid_credentials_email_username": "Identifiant ou mot de passe incorrect.",
  "api.user.login.inactive.app_error": "Ce compte est désactivé.",
  "api.context.session_expired.app_error": "La session a expiré : connectez-vous à nouveau.",
  "api.context.permissions.app_error": "Vous n’avez pas le droit de faire cela.",
  "api.post.do_action.action_integration.app_error": "Le service appelé n’a pas répondu correctement. Réessayez dans un instant.",
  "api.post.do_action.action_id.app_error": "Ce bouton n’est plus actif.",
  "api.command.execute_command.failed.app_error": "La commande a échoué : le service appelé n’a pas répondu.",
  "api.command.execute_command.failed_empty.app_error": "La commande a échoué : le service appelé n’a rien répondu.",
  "api.command.execute_command.failed_resp.app_error": "La commande a échoué : le service appelé n’a pas répondu correctement.",
  "api.command.execute_command.not_found.app_error": "Cette commande n’existe pas. Tapez / pour voir celles qui existent.",
  "api.command.execute_command.deleted.error": "Ce canal est archivé : on ne peut plus y lancer de commande.",
  "api.post.create_post.can_not_post_to_deleted.error": "Ce canal est archivé : on ne peut plus y écrire.",
  "model.post.is_valid.msg.app_error": "Ce message est trop long (16 383 caractères au plus).",
  "model.post.is_valid.message_length.app_error": "Ce message est trop long (16 383 caractères au plus).",
  "app.post.get.app_error": "Ce message n’existe plus.",
  "app.channel.get_by_name.missing.app_error": "Ce canal n’existe pas, ou vous n’en êtes pas membre.",
  "api.context.request_body_too_large.app_error": "C’est trop lourd pour le serveur.",
  "api.file.upload_file.too_large_detailed.app_error": "Ce fichier est trop lourd.",
};
const BY_STATUS = {
  0: "Le serveur ne répond pas. Vérifiez votre connexion, puis réessayez.",
  403: "Vous n’avez pas le droit de faire cela.",
  404: "C’est introuvable.",
  413: "C’est trop lourd pour le serveur.",
  429: "Trop de demandes à la fois : attendez quelques secondes.",
};

/** Return the French sentence of an error. */
export function sentence(id, status) {
  return BY_ID[id] ?? BY_STATUS[status] ?? `Le serveur a refusé (${status}). Réessayez dans un instant.`;
}
