"""A digest at hand: found or refused, its edition, and what is said of it and to whom."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.errors import UserError
from bot.french.moments import say_moment
from bot.replies import Direct, Message, Refresh, Reply, Say
from bot.schedules import ZONE
from bot.texts import Markdown, escape
from commands.actus import places
from commands.actus.places import Desk, Edition
from commands.actus.sheet import Sheet, lay_out
from storage import outbox, people
from storage.actus import digests, items
from storage.actus.digests import Digest, Entry, State
from storage.actus.items import Section

TOLD_MAX = 20
"""Animateurs who are told where their room is not known."""
DRAFT = "actus-brouillon:"
"""How the topics of drafts begin."""


def topic_of(digest: Digest) -> str:
    """What all copies of a draft are filed under; those of one that had its number before and was given up are not."""
    return f"{DRAFT}{digest.number}:{digest.created_at.timestamp():.6f}"


def part_topic(number: int, part: int) -> str:
    """What the posts of one part are filed under, in all channels."""
    return f"actus:{number}:{part}"


def document_topic(number: int, revision: int) -> str:
    """What the post of its paper is filed under."""
    return f"actus-document:{number}:{revision}"


async def found(desk: Desk, number: int) -> Digest:
    """The digest of that number. Raises UserError where there is none."""
    return _there(await digests.get(desk.db, number), number)


async def locked(desk: Desk, number: int) -> Digest:
    """The same, nobody else’s until the transaction ends."""
    return _there(await digests.lock(desk.db, number), number)


def _there(digest: Digest | None, number: int) -> Digest:
    if digest is None:
        raise UserError(f"Il n’y a pas de numéro {number} des actus.")
    return digest


def must_be_open(digest: Digest) -> None:
    """Raises UserError for what has come out, or is coming out."""
    if digest.state in digests.OPEN:
        return
    if digest.state is State.PUBLISHING:
        raise UserError(f"Le n° {digest.number} est en train de sortir : corrigez-le quand il est sorti.")
    if digest.state is State.WITHDRAWN:
        raise UserError(f"Le n° {digest.number} a été retiré : il ne change plus.")
    raise UserError(f"Le n° {digest.number} est déjà sorti : `/actus corriger {digest.number}` le change partout.")


async def edition_of(desk: Desk, digest: Digest) -> Edition | None:
    """Its edition; None where the operator’s table has it no more."""
    return (await places.editions(desk)).get(digest.edition)


async def must_have_edition(desk: Desk, digest: Digest) -> Edition:
    """The same. Raises UserError."""
    return await places.edition(desk, digest.edition)


async def sheet_of(desk: Desk, digest: Digest, entries: Sequence[Entry] | None = None) -> Sheet:
    """As it is read now, with all its entries or these."""
    kept = await digests.entries(desk.db, digest.number) if entries is None else entries
    sheet = lay_out(digest, kept, await edition_of(desk, digest))
    return replace(sheet, figures=await _figures(desk, kept))


async def _figures(desk: Desk, entries: Sequence[Entry]) -> Mapping[str, Any] | None:
    """What the picture of its figures is drawn from, unless an editor said something else of them."""
    told = [entry for entry in entries if entry.section is Section.FIGURES]
    known = await items.by_ids(desk.db, {entry.item for entry in told}) if told else {}
    found = [(entry, known[entry.item]) for entry in told if entry.item in known]
    drawn = (item.details.get("image") for entry, item in found if entry.title == item.title)
    return next((image for image in drawn if image), None)


def say_at(moment: datetime) -> str:
    """When something comes out: « vendredi 27 novembre 2026 à 9 h »."""
    return say_moment(moment.astimezone(ZONE))


async def name_of(desk: Desk, user_id: str) -> Markdown:
    """What somebody is called; the operator has no name."""
    if not user_id:
        return Markdown("l’exploitant")
    person = await people.get(desk.db, user_id)
    return Markdown(escape(person.full_name if person else "quelqu’un"))


async def tell_team(desk: Desk, said: Message, topic: str | None = None) -> Sequence[Reply]:
    """Said in the animateurs’ room, or to each of them where it is not known."""
    room, shown = await places.room(desk), (said.text, said.buttons, said.facts)
    if room:
        return [Say(*shown, channel_id=room, topic=topic)]
    told = [animateur.id for animateur in await people.animating(desk.db, TOLD_MAX)]
    return [Direct(*shown, user_id=one, topic=topic) for one in told]


async def is_shown(desk: Desk, digest: Digest) -> bool:
    """Whether a draft stands somewhere, or is on its way there."""
    return bool(await outbox.reached(desk.db, [topic_of(digest)]))


def rewrite(said: Message, digest: Digest, *, here: bool = False) -> Refresh:
    """All copies of a draft say this from now on."""
    return Refresh(said.text, said.buttons, said.facts, topic=topic_of(digest), here=here)
