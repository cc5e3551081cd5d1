"""Checks of texts that others will read, in every window: which personal data they tell."""

from bot import guard
from bot.guard import DataKind
from bot.guard.identity import find_addressed, find_name
from storage.communes import find_place_exactly

SECRETS = (DataKind.NIR, DataKind.IBAN, DataKind.CARTE, DataKind.MOT_DE_PASSE, DataKind.NAISSANCE)
"""What nothing published ever needs to say. An address or a telephone number may be a service’s: whoever reads it over
is told."""


def fault_of(text: str, why: str) -> str:
    """Say why a text may not be published: it contains personal data, for the reason ``why``. Returns "" where it may
    be."""
    found = [one for one in guard.find(text) if one.kind in SECRETS]
    return f"Retirez d’ici une donnée personnelle ({guard.name_kinds(found)}) : {why}." if found else ""


def fault_of_owner(text: str, why: str) -> str:
    """Say why a text may not be published where it gives somebody’s name with their telephone number. Returns "" where
    it may be."""
    return f"Retirez d’ici un nom avec un numéro de téléphone : {why}." if guard.names_owner(text) else ""


def fault_of_subject(text: str) -> str:
    """Say why the subject of a meeting may not contain how to reach somebody, or sensitive data. Returns "" where it is
    fine."""
    return "Tout le monde lit le sujet : n’y mettez ni numéro, ni adresse de quelqu’un." if guard.find(text) else ""


def fault_of_memo(text: str) -> str:
    """Say why a private note may not contain somebody’s name, how to reach them, or sensitive data. Returns "" where it
    is fine."""
    if found := guard.find(text):
        return f"Retirez d’ici {guard.name_kinds(found)} : un repère ne dit rien qui permette de joindre la personne."
    if names_anybody(text):
        initials = find_name(text, _is_town) or find_addressed(text, _is_town)
        return f"Un repère n’a pas de nom : écrivez des initiales, par exemple {initials or 'J. M.'}"
    return ""


def names_anybody(text: str) -> bool:
    """Tell whether a few words hold what is likely a person’s full name, or call somebody by their family name
    (« mme dupont »), whatever its letters."""
    return bool(find_name(text, _is_town) or find_addressed(text, _is_town)) or guard.names_somebody(text)


def _is_town(words: str) -> bool:
    return find_place_exactly(words).place is not None
