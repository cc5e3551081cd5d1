"""How changes of channels are told: counted by kind, and why one was not made."""

from collections.abc import Mapping, Sequence

from bot.french.words import join, plural
from bot.refusals import Refusal
from storage.canaux.changes import Change, State
from storage.canaux.drift import Drift

FIELDS = {Drift.TITLE: "display_name", Drift.HEADER: "header", Drift.PURPOSE: "purpose"}
"""What Mattermost calls what is written of a channel."""
WHY = {
    Refusal.FORBIDDEN: "le bot n’en a pas le droit : nommez-le administrateur du canal, ou de l’équipe",
    Refusal.NAME_TAKEN: "un canal que le bot ne voit pas a déjà cette adresse : un administrateur de l’équipe peut y "
    "ajouter le bot, ou en changer l’adresse",
    Refusal.NOT_IN_TEAM: "n’est plus dans l’équipe",
    Refusal.DEACTIVATED: "a un compte désactivé",
    Refusal.UNKNOWN_PERSON: "n’a plus de compte",
    Refusal.TOO_MANY_CHANNELS: "l’équipe a déjà autant de canaux que le serveur en permet (MaxChannelsPerTeam)",
    Refusal.ARCHIVED: "le canal est archivé",
    Refusal.DEFAULT_CHANNEL: "c’est le canal par défaut de l’équipe, qui ne change pas",
}

DONE = {
    Drift.ABSENT: ("canal créé", "canaux créés"),
    Drift.ARCHIVED: ("canal restauré", "canaux restaurés"),
    Drift.PUT_AWAY: ("canal archivé", "canaux archivés"),
    Drift.UNSEEN: ("canal rejoint par le bot", "canaux rejoints par le bot"),
    Drift.TITLE: ("titre corrigé", "titres corrigés"),
    Drift.HEADER: ("en-tête corrigé", "en-têtes corrigés"),
    Drift.PURPOSE: ("sujet corrigé", "sujets corrigés"),
    Drift.PRIVACY: ("canal converti", "canaux convertis"),
    Drift.MISSING: ("personne ajoutée", "personnes ajoutées"),
    Drift.INTRUDER: ("personne retirée", "personnes retirées"),
    Drift.STRANGER: ("inconnu du registre retiré", "inconnus du registre retirés"),
    Drift.ADMIN_MISSING: ("administrateur nommé", "administrateurs nommés"),
    Drift.ADMIN_EXTRA: ("administrateur de trop", "administrateurs de trop"),
}
"""What is told of each kind that was put right."""
TO_DO = {
    Drift.ABSENT: ("canal à créer", "canaux à créer"),
    Drift.ARCHIVED: ("canal à restaurer", "canaux à restaurer"),
    Drift.PUT_AWAY: ("canal à archiver", "canaux à archiver"),
    Drift.UNSEEN: ("canal que le bot ne voit pas", "canaux que le bot ne voit pas"),
    Drift.TITLE: ("titre à corriger", "titres à corriger"),
    Drift.HEADER: ("en-tête à corriger", "en-têtes à corriger"),
    Drift.PURPOSE: ("sujet à corriger", "sujets à corriger"),
    Drift.PRIVACY: ("canal à convertir", "canaux à convertir"),
    Drift.MISSING: ("personne à ajouter", "personnes à ajouter"),
    Drift.INTRUDER: ("personne à retirer", "personnes à retirer"),
    Drift.STRANGER: ("inconnu du registre", "inconnus du registre"),
    Drift.ADMIN_MISSING: ("administrateur à nommer", "administrateurs à nommer"),
    Drift.ADMIN_EXTRA: ("administrateur de trop", "administrateurs de trop"),
}
"""What is told of each kind that is to be put right."""
STATES = {
    State.FOUND: "",
    State.SENT: "en cours",
    State.DONE: "fait",
    State.REFUSED: "pas fait",
    State.DROPPED: "laissé",
    State.BACK: "en cours d’annulation",
    State.UNDONE: "annulé",
    State.KEPT: "pas annulé",
}


def say_refusal(refusal: Refusal | None) -> str:
    """Why Mattermost did not do it."""
    return WHY.get(refusal, "Mattermost l’a refusé") if refusal else "Mattermost l’a refusé"


def say_changes(alike: Sequence[Change]) -> str:
    """Changes of one kind in one channel, and why they are to be: what was found wrong, or who is to come or go."""
    first = alike[0]
    names = [f"@{change.username}" for change in alike if change.username]
    if first.drift is Drift.MISSING:
        return f"{'manque' if len(names) == 1 else 'manquent'} {join(names)} ({first.reason})"
    return f"{join(names)}{' :' if len(names) > 1 else ''} {first.reason}".strip()


def count_done(counts: Mapping[Drift, int]) -> list[str]:
    """What was put right, kind by kind."""
    return [plural(counts[drift], *words) for drift, words in DONE.items() if counts.get(drift)]
