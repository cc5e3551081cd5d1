"""The words of an announcement as they are read, and what keeps them from being said."""

from bot.errors import UserError
from bot.french.words import group
from bot.texts import Markdown, relay, typeset
from dialogs.annonce import TEXT
from storage.annonce import Announcement, State
from storage.people import Person

POST_MAX = 16_383
"""Characters of a post, on every version (docs/mattermost.md §5.4)."""


def spoken(announcement: Announcement) -> Markdown:
    """What is read in the channels."""
    return _spoken(announcement.text, announcement.everybody)


def _spoken(text: str, everybody: bool) -> Markdown:
    """Its author’s Markdown as it is: whom it names is called in none of its many channels."""
    said = relay(text)
    return Markdown(f"@channel\n\n{said}") if everybody else said


def fault_of(text: str, *, everybody: bool = False) -> str:
    """Why these words cannot be posted, in one sentence; empty when they can."""
    length = len(typeset(_spoken(text, everybody)))
    if not text.strip():
        return "Le texte de l’annonce est vide."
    if length > POST_MAX:
        return f"L’annonce est trop longue : {group(length)} caractères, {group(POST_MAX)} au plus."
    return ""


def fits(text: str) -> bool:
    """Whether a window takes these words."""
    return len(text.encode()) <= TEXT.most


def in_window(text: str) -> dict[str, object]:
    """What a window is filled with: the words, or how many characters they have where it does not take them."""
    return {"text": text} if fits(text) else {"length": len(text)}


def must_be(announcement: Announcement | None, *states: State) -> Announcement:
    """The announcement, if it is so now. Raises UserError."""
    if announcement is None:
        raise UserError("Cette annonce a été abandonnée : tapez /annonce pour en écrire une autre.")
    if announcement.state in states:
        return announcement
    if announcement.state is State.WITHDRAWN:
        raise UserError("Cette annonce a été retirée : tapez /annonce pour en écrire une autre.")
    if announcement.state is State.REMAINS:
        raise UserError("Cette annonce est en train d’être retirée : finissez avec « Retirer ».")
    if announcement.state is State.DRAFT:
        raise UserError("Cette annonce n’est pas encore envoyée : confirmez-la d’abord avec « Envoyer ».")
    raise UserError("Cette annonce est déjà partie : corrigez-la ou retirez-la avec les boutons sous son texte.")


def own(person: Person, announcement: Announcement | None, *states: State) -> Announcement:
    """One that is so now, which somebody made, or may change as an animateur. Raises UserError."""
    said = must_be(announcement, *states)
    if said.by != person.id and not person.animates:
        raise UserError("Seules la personne qui a fait cette annonce et l’équipe d’animation peuvent la changer.")
    return said
