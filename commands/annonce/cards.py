"""The feature; an announcement’s text, files and rights; its card and the payloads of its buttons."""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from bot import attachments
from bot.cards import RowCard
from bot.context import Context, ReadingContext
from bot.destinations import may_post_to
from bot.errors import UserError
from bot.features import Feature, Front, Right
from bot.french import group, join_some, plural, read_moment, say_hour, say_moment, say_weekday
from bot.mattermost import ChatReader
from bot.menus import Choosing
from bot.outbox_rows import FILES_MAX
from bot.replies import POST_MAX, Button, Message, Refresh
from bot.texts import Markdown, escape, quote, relay_markdown, render, require, typeset
from dialogs.annonce import NO_FILES, TEXT, Announce, AnnounceHere
from dialogs.destinations import list_own, read_head
from storage import annonce as annonces
from storage import canaux, outbox, people, targets
from storage.annonce import Announcement, AnnouncementState

feature = Feature(
    "annonce",
    rights=(Right.MEMBER,),
    front=Front("Annonces", "écrire une fois dans beaucoup de canaux, corriger, retirer", lambda _: "annonce"),
)

SENDERS = (people.Role.COORDINATEUR, people.Role.ANIMATEUR)
"""Who announces: animateurs everywhere, coordinateurs in their own départements."""
UNIT = ("envoi", "envois")
Form = Announce | AnnounceHere


TOTAL_MAX = 50_000_000
"""The most bytes of all files of an announcement, since each channel gets its own copy."""


async def read_files(ctx: ReadingContext, ids: Sequence[str]) -> dict[str, str]:
    """Return the names, by id, of files that can be attached to an announcement. Raises ValueError with a French
    sentence for others."""
    if len(ids) > FILES_MAX:
        raise ValueError(render("annonce/too_many_files", most=FILES_MAX))
    files = await attachments.read_files(ctx.chat, ids)
    if None in files:
        raise ValueError(render("annonce/file_deleted"))
    found = [file for file in files if file]
    largest = await ctx.chat.largest_file() if found else 0
    if fault := find_files_fault([(escape(file.name), file.size) for file in found], largest):
        raise ValueError(fault)
    return {file.id: file.name for file in found}


def find_files_fault(sizes: Sequence[tuple[str, int]], largest: int) -> str:
    """Say why files of these names and sizes cannot go with an announcement, in French; "" when they can."""
    if heavy := next(((name, size) for name, size in sizes if size > largest), None):
        size, most = attachments.say_size(heavy[1]), attachments.say_size(largest)
        return render("annonce/file_too_heavy", name=heavy[0], size=size, most=most)
    if (total := sum(size for _, size in sizes)) > TOTAL_MAX:
        size, most = attachments.say_size(total), attachments.say_size(TOTAL_MAX)
        return render("annonce/files_too_heavy", size=size, most=most)
    return ""


async def find_missing(chat: ChatReader, ids: Iterable[str]) -> Sequence[str]:
    """Return which of these files were deleted."""
    return [ident for ident in ids if await attachments.find_file(chat, ident) is None]


def must_have_files(said: Announcement, missing: Collection[str]) -> None:
    """Raise UserError if a file of the announcement was deleted."""
    if names := [f"« {name} »" for ident, name in said.files.items() if ident in missing]:
        raise UserError(render("annonce/gone", names=names, partly=said.written > 0))


class AboutAnnouncement(BaseModel):
    """Payload about one announcement, by its id."""

    annonce: str


class AnnouncementContent(BaseModel):
    """The checked content of the window. ``annonce`` is the announcement that it changes, empty for a new one;
    ``files`` are names by id, ``channels`` titles by id."""

    annonce: str
    text: str
    files: dict[str, str]
    targets: list[str]
    everybody: bool
    at: datetime | None
    channels: dict[str, str]


class Send(AboutAnnouncement):
    """Button « Envoyer », « Programmer » or « Reprendre »: checks the files with Mattermost, then sends."""


class Leave(AboutAnnouncement):
    """The announcement is sent, now that its files are known to exist."""


class ChangeAnnouncement(AboutAnnouncement):
    """Button « Modifier »: opens the window of an announcement that was not sent yet."""


class AbandonAnnouncement(AboutAnnouncement):
    """Button « Annuler »: deletes a preview."""


class CorrectAnnouncement(AboutAnnouncement):
    """Button « Corriger »: opens the window of a correction of what was sent."""


class Replace(AboutAnnouncement):
    """The corrected text, once it is read and checked."""

    text: str


class WithdrawAnnouncement(AboutAnnouncement):
    """Button « Retirer »: asks for confirmation."""


class WithdrawAnnouncementNow(AboutAnnouncement):
    """Button « Retirer » of the confirmation: deletes the announcement wherever it stands."""


class KeepStanding(AboutAnnouncement):
    """Button « Non, la laisser »: the announcement stays."""


class RestoreAnnouncement(AboutAnnouncement):
    """Button « Rétablir »: posts a withdrawn announcement again."""


class OlderAnnouncements(BaseModel):
    """Buttons « Plus anciennes » and « Plus récentes »: a page of announcements, after the first ``skip``."""

    skip: int


class SeeAnnouncement(Choosing):
    """Menu « Voir »: shows the announcement whose id was chosen."""


class SendOut(AboutAnnouncement):
    """Long work: send an announcement with its ``files``, batch by batch."""

    files: list[str] = []


class RewriteSent(AboutAnnouncement):
    """Long work: rewrite the posts of an announcement."""


class RemoveSent(AboutAnnouncement):
    """Long work: delete the posts of an announcement."""


def draw_text(announcement: Announcement) -> Markdown:
    """Draw an announcement as its channels read it."""
    return _draw_text(announcement.text, announcement.everybody)


def _draw_text(text: str, everybody: bool) -> Markdown:
    """Return the author’s Markdown with its mentions disarmed; with ``everybody``, under an @channel that calls all
    members."""
    said = relay_markdown(text)
    return Markdown(f"@channel\n\n{said}") if everybody else said


def find_text_fault(text: str, *, everybody: bool = False) -> str:
    """Say why a text cannot be posted, in one French sentence; "" if it can."""
    length = len(typeset(_draw_text(text, everybody)))
    if not text.strip():
        return render("annonce/text_empty")
    if length > POST_MAX:
        return render("annonce/text_too_long", length=length, most=POST_MAX)
    return ""


def fits_window(text: str) -> bool:
    """Return whether a text fits into a window."""
    return len(text.encode()) <= TEXT.most


def fill_window(text: str) -> dict[str, object]:
    """Return the window’s values for a text: the text itself, or its length if it does not fit."""
    return {"text": text} if fits_window(text) else {"length": len(text)}


async def draft_form(ctx: Context, **filled: object) -> Form:
    """Make the empty window: animateurs choose among all places, coordinateurs among their own. Raises UserError for
    anybody else."""
    known_so_far: dict[str, object] = {"mention": "non", "files": NO_FILES} | filled
    if ctx.user.animates:
        themes = targets.list_themes(await canaux.list_planned(ctx.db, ctx.settings))
        return Announce.draft(thematiques=dict(themes), **known_so_far)
    own = require(list_own(ctx.user) or None, "annonce/no_departement")
    return AnnounceHere.draft(departements=own, **({"place": next(iter(own))} | known_so_far))


def read_line(ctx: Context, line: str) -> dict[str, object]:
    """Read « demain 9h dans le 69 : … » as the window’s values; nothing where the line does not begin so."""
    head, *told = re.split(r"\s?:\s", line.strip(), maxsplit=1)
    found = read_head(head) if told else None
    moment = read_moment(found[0], ctx.today, ctx.zone, ctx.now) if found and found[0] else None
    if found is None or (found[0] and moment is None):
        return {}
    text: dict[str, object] = {"text": told[0].strip()} | ({"moment": moment} if moment else {})
    if ctx.user.animates:
        return text | ({"places": tuple(found[1])} if found[1] else {})
    mine = [place for place in found[1] if place in ctx.user.departements]
    return text | ({"place": mine[0]} if mine else {})


def fill_places(ctx: Context, shown: Announcement) -> dict[str, object]:
    """Return the window’s values for the destinations of an announcement."""
    if ctx.user.animates:
        return {"places": tuple(shown.targets)}
    return {"place": shown.targets[0]} if len(shown.targets) == 1 else {}


WAITS = (AnnouncementState.DRAFT, AnnouncementState.STOPPED)
"""The states in which an announcement can be sent."""
LEFT = (AnnouncementState.SENDING, AnnouncementState.STOPPED, AnnouncementState.SENT)
"""The states of an announcement that was sent, or is being sent."""
TAKEN_BACK = (AnnouncementState.WITHDRAWN, AnnouncementState.REMAINS)


def must_be_in(ctx: Context, announcement: Announcement | None, *states: AnnouncementState) -> Announcement:
    """Return the announcement if it is in one of these states. Raises UserError."""
    if announcement is None:
        raise UserError(render("annonce/was_abandoned"))
    if announcement.state not in states:
        at = announcement.at.astimezone(ctx.zone) if announcement.at and waits(announcement, ctx.now) else None
        leaves = f"{say_weekday(at.date(), ctx.today)} à {say_hour(at)}" if at else ""
        raise UserError(render("annonce/in_state", state=announcement.state, leaves=leaves))
    return announcement


def must_be_own(ctx: Context, announcement: Announcement | None, *states: AnnouncementState) -> Announcement:
    """Return an announcement that the person made, or may change as an animateur, if it is in one of these states.
    Raises UserError."""
    said = must_be_in(ctx, announcement, *states)
    if said.by != ctx.user.id and not ctx.user.animates:
        raise UserError(render("annonce/not_yours"))
    return said


async def get_theirs(ctx: Context, ident: str, *states: AnnouncementState, lock: bool = False) -> Announcement:
    """Get an announcement in one of these states that the person may change, and whose places they may write to today.
    Raises UserError."""
    said = must_be_own(ctx, await (annonces.lock if lock else annonces.get)(ctx.db, ident), *states)
    must_be_allowed(ctx.user, said.targets)
    return said


SHOWN_MAX = 6
"""The most destinations, and files, that a preview names."""
NAMED_MAX = 5
"""The most refused channels that are named."""
LISTED_MAX = 70
"""The most characters of an announcement in the list."""


CARD = RowCard[Announcement]("annonce-carte:", lambda announcement: announcement.id)
"""The card of an announcement, in the direct channels of its author and of the animateurs who looked at it."""


async def draw_card(ctx: Context, announcement: Announcement) -> Message:
    """Draw an announcement with its destinations, its state once it was sent, and its buttons."""
    table = await canaux.list_planned(ctx.db, ctx.settings)
    if announcement.state is AnnouncementState.DRAFT:
        reached = await targets.count_reached(ctx.db, announcement.targets, ctx.today)
        stands = _list_counts(announcement, reached)
    else:
        tally = await outbox.tally(ctx.db, announcement.topics, ctx.now)
        stands = [("État", say_state(announcement, tally, ctx.now))]
    facts = [*stands, *_list_facts(announcement, table, ctx.zone)]
    return Message(draw_text(announcement), _draw_buttons(announcement, ctx.now), facts)


async def refresh_card(ctx: Context, announcement: Announcement, *, here: bool = False) -> Refresh:
    """Rewrite all copies of the card."""
    return CARD.rewrite(announcement, await draw_card(ctx, announcement), here=here)


def _draw_buttons(announcement: Announcement, now: datetime) -> Sequence[Button]:
    about = {"annonce": announcement.id}
    correct = Button("Corriger", CorrectAnnouncement(**about))
    withdraw = Button("Retirer", WithdrawAnnouncement(**about), "danger")
    match announcement.state:
        case AnnouncementState.DRAFT:
            send = "Programmer" if _is_later(announcement, now) else "Envoyer"
            edit = Button("Modifier", ChangeAnnouncement(**about))
            abandon = Button("Annuler", AbandonAnnouncement(**about))
            return [Button(send, Send(**about), "primary"), edit, abandon]
        case AnnouncementState.WITHDRAWN:
            return [Button("Rétablir", RestoreAnnouncement(**about))]
        case AnnouncementState.REMAINS:
            return [withdraw]
        case AnnouncementState.STOPPED:
            return [Button("Reprendre", Send(**about), "primary"), correct, withdraw]
        case _:
            return [correct, withdraw]


def say_state(announcement: Announcement, tally: outbox.DeliveryTally, now: datetime) -> str:
    """Name the state of an announcement: « Prévue », « En cours d’envoi », « Envoyée », « Arrêtée : 12 canaux sur 101
    »…"""
    if announcement.state is AnnouncementState.SENDING:
        if tally.arrived >= announcement.total > 0:  # who sent it was cut off, and the bot went on
            return "Envoyée"
        return "Prévue" if waits(announcement, now) else "En cours d’envoi"
    if announcement.state is AnnouncementState.STOPPED:
        is_out = tally.arrived or tally.waiting
        return f"Arrêtée : {say_reached(announcement, tally)}" if is_out else "Arrêtée : rien n’est parti"
    return {
        AnnouncementState.SENT: "Envoyée",
        AnnouncementState.WITHDRAWN: "Retirée",
        AnnouncementState.REMAINS: "Retirée en partie : le retrait a été arrêté",
    }[announcement.state]


def waits(announcement: Announcement, now: datetime) -> bool:
    """Return whether an announcement waits for a later time at which it is to be sent."""
    is_sending = announcement.state is AnnouncementState.SENDING
    return is_sending and _is_later(announcement, now) and not announcement.written


def _is_later(announcement: Announcement, now: datetime) -> bool:
    return announcement.at is not None and announcement.at > now


def say_reached(announcement: Announcement, tally: outbox.DeliveryTally) -> str:
    """Say how many channels have it: « 12 canaux sur 101 »."""
    unit = ("canal", "canaux") if not announcement.people else ("personne", "personnes")
    unit = ("envoi", "envois") if announcement.people and announcement.channels else unit
    reached = tally.arrived + (tally.waiting if announcement.state is AnnouncementState.STOPPED else 0)
    return f"{plural(reached, *unit)} sur {group(announcement.total)}"


async def make_row(ctx: Context, one: Announcement, at: datetime) -> tuple[str, ...]:
    """Make the row of an announcement in the list; those of the operator have no author."""
    tally = await outbox.tally(ctx.db, one.topics, ctx.now)
    person = await people.get(ctx.db, one.by) if one.by else None
    by = person.full_name if person else "quelqu’un qui n’est plus là" if one.by else ""
    places = say_places(one, await canaux.list_planned(ctx.db, ctx.settings))
    state = say_state(one, tally, ctx.now).partition(" : ")[0]
    return say_moment(at), by, quote(one.text, LISTED_MAX), places, say_reached(one, tally), state


def say_missing(targets: Sequence[str], found: Announcement) -> str:
    """Name the channels that did not get it because Mattermost refuses."""
    if not targets:
        return ""
    named = [f"« {escape(found.channels[target])} »" for target in targets if target in found.channels][:NAMED_MAX]
    more = len(targets) - len(named)
    shown = [*named, *([plural(more, "autre" if named else "personne")] if more else [])]
    return render("annonce/refused_in", shown=shown)


def _list_counts(announcement: Announcement, count: int) -> Sequence[tuple[str, str]]:
    channels = [("Canaux", plural(len(announcement.channels), "canal", "canaux"))] if announcement.channels else []
    direct = [("Messages directs", group(len(announcement.people)))] if announcement.people else []
    reached = plural(count, "personne") + " au registre"
    themes = any(target.startswith("theme:") for target in announcement.targets)
    reached += ", et les membres des canaux thématiques" if themes else ""
    return [*channels, *direct, ("Personnes", reached)]


def _list_facts(announcement: Announcement, table: targets.Table, zone: ZoneInfo) -> Sequence[tuple[str, str]]:
    where = [("Où", escape(say_places(announcement, table)))]
    names = escape(join_some(list(announcement.files.values()), SHOWN_MAX))
    files = [("Fichiers", names)] if names else []
    at = [("Départ", say_moment(announcement.at.astimezone(zone)))] if announcement.at else []
    call = "chaque membre est notifié" if announcement.everybody else "aucune"
    return [*where, *files, *at, ("Notification", call)]


def say_places(announcement: Announcement, table: targets.Table) -> str:
    """Name its destinations: « Rhône (69), Bretagne et 3 autres »."""
    return join_some([targets.say_target(target, table) for target in announcement.targets], SHOWN_MAX)


def must_be_allowed(person: people.Person, wanted: Sequence[str]) -> None:
    """Raise UserError for somebody who may not, or no longer, write to these places."""
    if not may_post_to(person, wanted):
        raise UserError(render("annonce/not_your_places"))
