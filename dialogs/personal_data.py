"""What is never said in what others read: the personal data that a text tells, in every window of that kind."""

from bot import guard
from bot.guard import DataKind
from bot.guard.identity import find_name
from storage.communes import find_place_exactly

SECRETS = (DataKind.NIR, DataKind.IBAN, DataKind.CARTE, DataKind.MOT_DE_PASSE, DataKind.NAISSANCE)
"""What nothing published ever needs to say. An address or a telephone number may be a service’s: whoever reads it over
is told."""


def fault_of(text: str, why: str) -> str:
    """Why a text may not be published: it says what is nobody else’s business, and that is ``why``. Empty when it
    may."""
    found = [one for one in guard.find(text) if one.kind in SECRETS]
    return f"Retirez d’ici une donnée personnelle ({guard.name_kinds(found)}) : {why}." if found else ""


def fault_of_owner(text: str, why: str) -> str:
    """Why a text may not be published that gives somebody’s name with their telephone number. Empty when it may."""
    return f"Retirez d’ici un nom avec un numéro de téléphone : {why}." if guard.names_owner(text) else ""


def fault_of_subject(text: str) -> str:
    """Why the subject of a meeting may not say how somebody is reached, or what is theirs alone. Empty when it may."""
    return "Le sujet se lit de tous : n’y mettez ni numéro, ni adresse de quelqu’un." if guard.find(text) else ""


def fault_of_memo(text: str) -> str:
    """Why a reminder of one’s own may not say that of somebody: a way to reach them, what is theirs alone, or a name.
    Empty when it may."""
    if found := guard.find(text):
        return f"Retirez d’ici {guard.name_kinds(found)} : un repère ne dit rien qui permette de joindre la personne."
    if names_anybody(text):
        initials = find_name(text, _is_town)
        return f"Un repère n’a pas de nom : écrivez des initiales, par exemple {initials or 'J. M.'}"
    return ""


def names_anybody(text: str) -> bool:
    """Whether a few words hold what is likely a person’s full name, whatever its letters."""
    return bool(find_name(text, _is_town)) or guard.names_somebody(text)


def _is_town(words: str) -> bool:
    return find_place_exactly(words).place is not None
