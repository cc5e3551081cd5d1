"""« coop-bot digest preview » and « export digest »: a digest of the news as it is, or as it would be if it were begun
now, shown or written as Markdown, a web page, plain text or a PDF."""

import json
import re
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.calendar import Occasion
from bot.errors import ChatError
from bot.french import say_date
from bot.papers import page
from bot.replies import Reply
from bot.texts import BREAK
from cli.checks import check_paths, open_chat
from cli.command import Call
from cli.delivery import Pen
from cli.environment import begin_reading, open_up_to_date
from cli.errors import OperatorError
from commands.actus import drafts, formats, harvest
from commands.actus.editions import (
    DRAFT,
    DigestPiece,
    DigestSheet,
    Edition,
    feature,
    get_day,
    lay_out_sheet,
    read_editions,
    read_sheet,
    say_at,
)
from commands.actus.formats import draw_posts
from config.settings import Settings
from config.time import PARIS
from storage import outbox
from storage.actus import digests, items
from storage.actus.digests import Digest, DigestState
from storage.actus.items import Item
from storage.database import Database

_MARK = re.compile(r"\\(?=[\\`*_\[\]<>|~#])|\*\*")


@dataclass(frozen=True, slots=True)
class NewsDesk:
    """The context of the news’ functions in a transaction of the operator’s: session, settings and time."""

    db: AsyncSession
    settings: Settings
    now: datetime


async def edition_named(desk: NewsDesk, key: str) -> Edition:
    """Get an edition by its key. Raises OperatorError."""
    known = await editions(desk)
    if key not in known:
        raise OperatorError(f"--edition : « {key} » n’en est pas une ; il y a {', '.join(known)}.", code=2)
    return known[key]


async def editions(desk: NewsDesk) -> dict[str, Edition]:
    """Read all editions, by key. Raises OperatorError if the table cannot be used."""
    check_paths(desk.settings, "editions")
    return dict(await read_editions(desk))


@asynccontextmanager
async def rehearsal(database: Database, settings: Settings, clock: Callable[[], datetime]) -> AsyncIterator[NewsDesk]:
    """Open a transaction that is rolled back at its end."""
    with suppress(_UndoneError):
        async with database.transaction() as db:
            yield NewsDesk(db, settings, clock())
            raise _UndoneError


class _UndoneError(Exception):
    """Raised at the end of a rehearsal to roll it back."""


@asynccontextmanager
async def standing(
    database: Database, settings: Settings, clock: Callable[[], datetime], number: int
) -> AsyncIterator[NewsDesk]:
    """Open a reading transaction with the digest of that number: the stored one, or as it would be if begun now. Raises
    OperatorError."""
    async with begin_reading(database) as db:
        if await digests.get(db, number) is not None:
            yield NewsDesk(db, settings, clock())
            return
    async with rehearsal(database, settings, clock) as desk:
        await begin_digest(desk, number)
        yield desk


async def find_digest(desk: NewsDesk, number: int) -> Digest:
    """Get the stored digest of that number. Raises OperatorError."""
    return _there(await digests.get(desk.db, number), number)


async def begin_digest(desk: NewsDesk, number: int) -> Digest:
    """Lock the digest of that number; create one that ``digest preview`` has only numbered. Raises OperatorError."""
    if (digest := await digests.lock(desk.db, number)) is not None:
        return digest
    await digests.hold_numbers(desk.db, desk.now)
    await editions(desk)
    if await digests.get(desk.db, number) is None and (named := await drafts.find_by_number(desk, number)):
        await drafts.begin_draft(desk, *named, number)
    return _there(await digests.lock(desk.db, number), number)


def _there(digest: Digest | None, number: int) -> Digest:
    if digest is None:
        raise OperatorError(f"Il n’y a pas de n° {number} des actus : « coop-bot digest preview » les donne.")
    return digest


def unmarked(text: str) -> str:
    """Strip the Markdown of the bot’s text, for a terminal."""
    return _MARK.sub("", text).replace(BREAK, "")


async def preview(call: Call, edition: str, day: date | None, as_json: bool, markdown: bool) -> None:
    """Show a digest: a published one as it is, a draft completed; one that is not begun is made up in a transaction
    that is rolled back."""
    settings, clock = call.settings, call.clock
    async with open_up_to_date(settings) as database:
        async with database.transaction(writes=False) as db:
            desk = NewsDesk(db, settings, clock())
            of = await edition_named(desk, edition)
            chosen = await _chosen(desk, of, day)
            since = chosen.since if isinstance(chosen, Digest) else await drafts.find_start(desk, of, chosen)
        if not isinstance(chosen, Digest) or chosen.state in {DigestState.DRAFT, DigestState.HELD}:
            await _look_through_messages(settings, database, since, clock)
        if isinstance(chosen, Digest) and chosen.state in {DigestState.DRAFT, DigestState.HELD}:
            await _complete(settings, database, chosen.number, clock)
        async with rehearsal(database, settings, clock) as desk:
            number = await _number(desk, of, await _chosen(desk, of, day))
            told = await _told(desk, number, of, as_json=as_json, markdown=markdown)
    print(told)


async def _number(desk: NewsDesk, edition: Edition, chosen: Digest | Occasion) -> int:
    """Return the number of a digest; create one that does not exist, in a transaction that is rolled back."""
    if isinstance(chosen, Digest):
        return chosen.number
    number = await drafts.predict_number(desk, edition, chosen)
    return (await drafts.begin_draft(desk, edition, chosen, number)).number


async def _chosen(desk: NewsDesk, edition: Edition, day: date | None) -> Digest | Occasion:
    """Find the digest of that day, or the next one. Raises OperatorError for a past day without one."""
    if day is None or day >= desk.now.astimezone(PARIS).date():
        return await drafts.find_coming(desk, edition, day)
    out = [*await digests.list_published(desk.db, edition.key), *await digests.list_open(desk.db, edition.key)]
    there = next((one for one in out if day in {one.day, get_day(one)}), None)
    if there is None:
        raise OperatorError(f"--date : aucun numéro de « {edition.name} » n’est du {say_date(day)}.", code=2)
    return there


async def _look_through_messages(
    settings: Settings, database: Database, since: datetime, clock: Callable[[], datetime]
) -> None:
    """Harvest the best messages of the digest’s time, if Mattermost answers."""
    try:
        async with open_chat(settings) as chat:
            if chat is not None:
                await harvest.harvest_messages(chat, database, settings, since, clock())
                return
    except ChatError:
        pass
    print("Mattermost ne répond pas : les messages des canaux manquent peut-être.", file=sys.stderr)


async def _complete(settings: Settings, database: Database, number: int, clock: Callable[[], datetime]) -> None:
    """Complete a draft from the pool; the running bot will rewrite its copies."""
    async with database.transaction() as db:
        desk = NewsDesk(db, settings, clock())
        digest = await digests.lock(db, number)
        edition = (await editions(desk)).get(digest.edition) if digest else None
        if digest is None or edition is None or not await drafts.fill_draft(desk, digest, edition):
            return
        again: Sequence[Reply] = (
            [await drafts.refresh_card(desk, digest)] if await DRAFT.is_sent(desk.db, digest) else []
        )
        await outbox.add(db, await Pen(settings, clock, feature.name).rows(db, again, feature.name))


async def _told(desk: NewsDesk, number: int, edition: Edition, *, as_json: bool, markdown: bool) -> str:
    digest = await find_digest(desk, number)
    entries = await digests.list_entries(desk.db, number)
    sheet = lay_out_sheet(digest, entries, edition)
    if as_json:
        known = await items.find_by_ids(desk.db, {entry.item for entry in entries})
        return json.dumps(as_object(digest, sheet, known), ensure_ascii=False)
    if markdown:
        return "\n\n".join(draw_posts(sheet))
    return f"N° {number}, {_state(digest)}\n\n{formats.write_text(sheet)}".removesuffix("\n")


def _state(digest: Digest) -> str:
    at = say_at(digest.published_at or digest.at)
    return {
        DigestState.DRAFT: f"brouillon, pour {at}",
        DigestState.APPROVED: f"approuvé, pour {at}",
        DigestState.HELD: f"retenu ; il était prévu {at}",
        DigestState.PUBLISHING: "en train de sortir",
        DigestState.PUBLISHED: f"sorti {at}",
        DigestState.WITHDRAWN: f"retiré ; il était sorti {at}",
    }[digest.state]


STATES: Mapping[DigestState, str] = {
    DigestState.DRAFT: "brouillon",
    DigestState.APPROVED: "approuve",
    DigestState.PUBLISHING: "en-cours",
    DigestState.PUBLISHED: "publie",
    DigestState.HELD: "retenu",
    DigestState.WITHDRAWN: "retire",
}


def as_object(digest: Digest, sheet: DigestSheet, known: Mapping[int, Item]) -> dict[str, Any]:
    """Describe a digest as in docs/wire.md."""
    at = (digest.published_at or digest.at).astimezone(PARIS)
    return {
        "numero": digest.number,
        "edition": digest.edition,
        "nom": sheet.name,
        "date": at.date().isoformat(),
        "heure": f"{at:%H:%M}",
        "jour": digest.day.isoformat(),
        "etat": STATES[digest.state],
        "edito": sheet.edito,
        "parties": [
            {
                "cle": chapter.section.value,
                "titre": chapter.title,
                "elements": [_element(piece, known.get(piece.item)) for piece in chapter.pieces],
            }
            for chapter in sheet.chapters
        ],
        "texte": list(draw_posts(sheet)),
    }


def _element(piece: DigestPiece, item: Item | None) -> dict[str, Any]:
    return {
        "numero": piece.rank,
        "titre": piece.title,
        "texte": piece.text,
        "lien": piece.url,
        "credit": piece.credit,
        "auteur": item.author_id if item else "",
        "source": item.kind.value if item else "",
    }


async def export_digest(call: Call, number: int, form: str, output: str | None) -> None:
    """Write a digest to the standard output or to a file."""
    if form == "pdf" and not output and sys.stdout.isatty():
        raise OperatorError("Un PDF ne se lit pas dans un terminal : indiquez --output FICHIER.", code=2)
    settings = call.settings
    async with open_up_to_date(settings) as database, standing(database, settings, call.clock, number) as desk:
        await editions(desk)
        sheet = await read_sheet(desk, await find_digest(desk, number))
    made = _made(sheet, form, settings)
    _hand_over(made, output)


def _hand_over(made: bytes, output: str | None) -> None:
    if output:
        Path(output).write_bytes(made)
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(made)


def _made(sheet: DigestSheet, form: str, settings: Settings) -> bytes:
    match form:
        case "pdf":
            return formats.write_pdf(sheet, page.read_brand(settings))
        case "html":
            return formats.write_page(sheet).encode()
        case "txt":
            return formats.write_text(sheet).encode()
        case _:
            return ("\n\n".join(draw_posts(sheet)) + "\n").encode()
