"""The author’s copy of an announcement: its words as they are read, and under them where it goes and how it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.context import Context
from bot.french.moments import say_moment
from bot.french.words import group, join, plural
from bot.replies import Button, Message, Refresh
from bot.texts import BREAK, escape
from commands.annonce.buttons import Abandon, Change, Correct, Restore, Send, Withdraw
from commands.annonce.words import spoken
from config.canaux import PlannedChannel
from storage import outbox, reach
from storage.annonce import Announcement, State
from storage.canaux import planned
from storage.outbox import Tally
from storage.targets import say

SHOWN_MAX = 6
"""Destinations, and files, named under a preview."""


def topic_of(announcement: Announcement) -> str:
    """What the copies of its author, and of who looked at it, are filed under."""
    return f"annonce-carte:{announcement.id}"


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the author is, when, and what channels there are."""

    zone: ZoneInfo
    now: datetime
    table: Mapping[str, PlannedChannel]


async def desk_of(ctx: Context) -> Desk:
    """Where the author is, when, and what channels there are."""
    return Desk(ctx.zone, ctx.now, await planned(ctx.db, ctx.settings))


async def preview(ctx: Context, announcement: Announcement) -> Message:
    """The words as they will look, and under them where they go; nobody has them yet."""
    people = await reach.count(ctx.db, announcement.targets, ctx.today)
    about = {"annonce": announcement.id}
    buttons = [
        Button("Envoyer", Send(**about), "primary"),
        Button("Modifier", Change(**about)),
        Button("Annuler", Abandon(**about)),
    ]
    return Message(
        spoken(announcement), buttons, [*_counts(announcement, people), *_facts(announcement, await desk_of(ctx))]
    )


async def card(ctx: Context, announcement: Announcement) -> Message:
    """The same once it is sent, on its way, or stopped there: how it stands, and what can still be done."""
    tally = await outbox.tally(ctx.db, announcement.topics, ctx.now)
    desk = await desk_of(ctx)
    facts = [("État", say_state(announcement, tally, desk)), *_facts(announcement, desk)]
    return Message(spoken(announcement), _buttons(announcement), facts)


async def refresh(ctx: Context, announcement: Announcement, *, here: bool = False) -> Refresh:
    """Show on all copies how it is now."""
    drawn = preview if announcement.state is State.DRAFT else card
    told = await drawn(ctx, announcement)
    return Refresh(told.text, told.buttons, told.facts, topic=topic_of(announcement), here=here)


def _buttons(announcement: Announcement) -> Sequence[Button]:
    about = {"annonce": announcement.id}
    again = [Button("Reprendre", Send(**about), "primary")]
    correct, withdraw = [Button("Corriger", Correct(**about))], [Button("Retirer", Withdraw(**about), "danger")]
    return {
        State.WITHDRAWN: [Button("Rétablir", Restore(**about))],
        State.REMAINS: withdraw,
        State.STOPPED: [*again, *correct, *withdraw],
    }.get(announcement.state, [*correct, *withdraw])


def say_state(announcement: Announcement, tally: Tally, desk: Desk) -> str:
    """How it stands: « Prévue », « En cours d’envoi », « Envoyée », « Arrêtée : 12 canaux sur 101 »…"""
    if announcement.state is State.SENDING:
        if tally.arrived >= announcement.total > 0:  # who sent it was cut off, and the bot went on
            return "Envoyée"
        waits = announcement.at and announcement.at > desk.now and not announcement.written
        return "Prévue" if waits else "En cours d’envoi"
    if announcement.state is State.STOPPED:
        return f"Arrêtée : {say_reached(announcement, tally)}"
    return {
        State.SENT: "Envoyée",
        State.WITHDRAWN: "Retirée",
        State.REMAINS: "Retirée en partie : le retrait a été arrêté",
    }[announcement.state]


def say_reached(announcement: Announcement, tally: Tally) -> str:
    """To how many of all it has come: « 12 canaux sur 101 »."""
    unit = ("canal", "canaux") if not announcement.people else ("personne", "personnes")
    unit = ("envoi", "envois") if announcement.people and announcement.channels else unit
    reached = tally.arrived + (tally.waiting if announcement.state is State.STOPPED else 0)
    return f"{plural(reached, *unit)} sur {group(announcement.total)}"


def _counts(announcement: Announcement, people: int) -> Sequence[tuple[str, str]]:
    channels = [("Canaux", plural(len(announcement.channels), "canal", "canaux"))] if announcement.channels else []
    direct = [("Messages directs", group(len(announcement.people)))] if announcement.people else []
    reached = plural(people, "personne") + " au registre"
    themes = any(target.startswith("theme:") for target in announcement.targets)
    reached += ", et les membres des canaux thématiques" if themes else ""
    return [*channels, *direct, ("Personnes", reached)]


def _facts(announcement: Announcement, desk: Desk) -> Sequence[tuple[str, str]]:
    at = [("Départ", say_moment(announcement.at.astimezone(desk.zone)))] if announcement.at else []
    call = "@channel : chaque membre est notifié" if announcement.everybody else "aucune"
    files = [("Fichiers", escape(_enumerate(list(announcement.files.values()))))] if announcement.files else []
    return [
        ("Où", escape(say_places(announcement, desk))),
        *files,
        *at,
        ("Notification", call.replace("@", f"@{BREAK}")),
    ]


def say_places(announcement: Announcement, desk: Desk) -> str:
    """Where it goes, in words: « Rhône (69), Bretagne et 3 autres »."""
    return _enumerate([say(target, desk.table) for target in announcement.targets])


def _enumerate(names: Sequence[str]) -> str:
    more = len(names) - SHOWN_MAX
    return join([*names[:SHOWN_MAX], *([plural(more, "autre")] if more > 0 else [])])
