"""How an announcement looks: its words where they are read, and the card under its author’s copy of them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.context import Context
from bot.errors import UserError
from bot.french.moments import say_moment
from bot.french.words import group, join, plural
from bot.replies import Button, Message
from bot.texts import BREAK, Markdown, escape, typeset
from commands.annonce.buttons import Abandon, Change, Correct, Send, Withdraw
from config import canaux
from config.canaux import PlannedChannel
from storage.annonce import Announcement, State
from storage.annonce.targets import say

POST_MAX = 16_383
"""Characters of a post, on every version (docs/mattermost.md §5.4)."""
SHOWN_MAX = 6
"""Destinations named under a preview."""
_CALL = re.compile(r"@(?=(?:all|channel|here)(?![a-z0-9]))", re.IGNORECASE)
"""What would notify everybody; a longer name is somebody’s."""
_STATES = {
    State.SENDING: "En cours d’envoi",
    State.SENT: "Envoyée",
    State.WITHDRAWN: "Retirée",
}


def quiet(text: str) -> Markdown:
    """Somebody’s Markdown as it is, but for what would call everybody."""
    return Markdown(_CALL.sub(f"@{BREAK}", text.strip()))


def spoken(announcement: Announcement) -> Markdown:
    """What is read in the channels."""
    return _spoken(announcement.text, announcement.everybody)


def _spoken(text: str, everybody: bool) -> Markdown:
    return Markdown(f"@channel\n\n{quiet(text)}") if everybody else quiet(text)


def fault_of(text: str, *, everybody: bool = False) -> str:
    """Why these words cannot be posted, in one sentence; empty when they can."""
    length = len(typeset(_spoken(text, everybody)))
    if not text.strip():
        return "Le texte de l’annonce est vide."
    if length > POST_MAX:
        return f"L’annonce est trop longue : {group(length)} caractères, {group(POST_MAX)} au plus."
    return ""


def topic_of(announcement: Announcement) -> str:
    """What its author’s copy is filed under."""
    return f"annonce-carte:{announcement.id}"


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the author is, and what channels there are."""

    zone: ZoneInfo
    table: Mapping[str, PlannedChannel]


def desk_of(ctx: Context) -> Desk:
    """Where the author is, and what channels there are."""
    return Desk(ctx.zone, canaux.read(ctx.settings.channels))


def preview(announcement: Announcement, desk: Desk, people: int) -> Message:
    """The words as they will look, and under them where they go; ``people`` are those of the register reached."""
    about = {"annonce": announcement.id}
    buttons = [Button("Envoyer", Send(**about), "primary"), Button("Modifier", Change(**about))]
    buttons.append(Button("Annuler", Abandon(**about)))
    return Message(spoken(announcement), buttons, [*_counts(announcement, people), *_facts(announcement, desk)])


def card(announcement: Announcement, desk: Desk) -> Message:
    """The same once it is sent, or on its way: what can still be done."""
    about = {"annonce": announcement.id}
    buttons = [Button("Corriger", Correct(**about)), Button("Retirer", Withdraw(**about), "danger")]
    gone = announcement.state is State.WITHDRAWN
    facts = [("État", _STATES[announcement.state]), *_facts(announcement, desk)]
    return Message(spoken(announcement), [] if gone else buttons, facts)


def _counts(announcement: Announcement, people: int) -> Sequence[tuple[str, str]]:
    channels = [("Canaux", plural(len(announcement.channels), "canal", "canaux"))] if announcement.channels else []
    direct = [("Messages directs", group(len(announcement.people)))] if announcement.people else []
    reached = plural(people, "personne") + " au registre"
    themes = any(target.startswith("theme:") for target in announcement.targets)
    reached += ", et les membres des canaux thématiques" if themes else ""
    return [*channels, *direct, ("Personnes", reached)]


def _facts(announcement: Announcement, desk: Desk) -> Sequence[tuple[str, str]]:
    names = [say(target, desk.table) for target in announcement.targets]
    shown = [*names[:SHOWN_MAX], *([f"{len(names) - SHOWN_MAX} autres"] if len(names) > SHOWN_MAX else [])]
    at = [("Départ", say_moment(announcement.at.astimezone(desk.zone)))] if announcement.at else []
    call = "@channel : chaque membre est notifié" if announcement.everybody else "aucune"
    return [("Où", escape(join(shown))), *at, ("Notification", call.replace("@", f"@{BREAK}"))]


def must_be(announcement: Announcement | None, *states: State) -> Announcement:
    """The announcement, if it is so now. Raises UserError."""
    if announcement is None:
        raise UserError("Cette annonce a été abandonnée : tapez /annonce pour en écrire une autre.")
    if announcement.state in states:
        return announcement
    if announcement.state is State.WITHDRAWN:
        raise UserError("Cette annonce a été retirée : tapez /annonce pour en écrire une autre.")
    if announcement.state is State.DRAFT:
        raise UserError("Cette annonce n’est pas encore envoyée : confirmez-la d’abord avec « Envoyer ».")
    raise UserError("Cette annonce est déjà partie : corrigez-la ou retirez-la avec les boutons sous son texte.")
