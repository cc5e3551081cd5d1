"""« coop-bot digest preview »: a number as it is, or as it would be if it were begun now, written out."""

import json
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from bot.errors import ChatError
from bot.french.dates import say_date
from bot.replies import Reply
from bot.rhythms import Occasion
from bot.schedules import ZONE
from cli.actus import desk as desks
from cli.actus.desk import Standing
from cli.errors import OperatorError
from cli.opening import open_chat, open_up_to_date
from cli.sending import Pen
from commands.actus import cards, drafting, harvest, plain, words
from commands.actus.feature import feature
from commands.actus.places import Edition
from commands.actus.posts import posts
from commands.actus.sheet import Piece, Sheet, day_of, lay_out
from config.settings import Settings
from storage import outbox
from storage.actus import digests, items
from storage.actus.digests import Digest, State
from storage.actus.items import Item
from storage.database import Database


async def preview(settings: Settings, options: Namespace, clock: Callable[[], datetime]) -> int:
    """Write it. What came out is written as it is, a draft is completed; what is not begun is begun by this no more
    than it takes a number."""
    async with open_up_to_date(settings) as database:
        async with database.transaction(writes=False) as db:
            desk = Standing(db, settings, clock())
            edition = await desks.edition_named(desk, options.edition)
            chosen = await _chosen(desk, edition, options.date)
            since = chosen.since if isinstance(chosen, Digest) else await drafting.since(desk, edition, chosen)
        if not isinstance(chosen, Digest) or chosen.state in {State.DRAFT, State.HELD}:
            await _look_through_messages(settings, database, since, clock)
        if isinstance(chosen, Digest) and chosen.state in {State.DRAFT, State.HELD}:
            await _complete(settings, database, chosen.number, clock)
        async with desks.rehearsal(database, settings, clock) as desk:
            number = await _number(desk, edition, await _chosen(desk, edition, options.date))
            told = await _tell(desk, number, edition, options)
    print(told)
    return 0


async def _number(desk: Standing, edition: Edition, chosen: Digest | Occasion) -> int:
    """Its number; what is not begun is, until this transaction ends."""
    if isinstance(chosen, Digest):
        return chosen.number
    number = await drafting.number_for(desk, edition, chosen)
    return (await drafting.begin(desk, edition, chosen, number)).number


async def _chosen(desk: Standing, edition: Edition, day: date | None) -> Digest | Occasion:
    """The one of that day, or the next. Raises OperatorError for a day that is past and had none."""
    if day is None or day >= desk.now.astimezone(ZONE).date():
        return await drafting.find_coming(desk, edition, day)
    out = [*await digests.published(desk.db, edition.key), *await digests.open_ones(desk.db, edition.key)]
    there = next((one for one in out if day in {one.day, day_of(one)}), None)
    if there is None:
        raise OperatorError(f"--date : aucun numéro de « {edition.name} » n’est du {say_date(day)}.", code=2)
    return there


async def _look_through_messages(
    settings: Settings, database: Database, since: datetime, clock: Callable[[], datetime]
) -> None:
    """The most useful messages of its time, where Mattermost answers."""
    try:
        async with open_chat(settings) as chat:
            if chat is not None:
                await harvest.messages(chat, database, settings, since, clock())
                return
    except ChatError:
        pass
    print("Mattermost ne répond pas : les messages des canaux manquent peut-être.", file=sys.stderr)


async def _complete(settings: Settings, database: Database, number: int, clock: Callable[[], datetime]) -> None:
    """What was found comes in; copies of the draft say so once the bot is at work."""
    async with database.transaction() as db:
        desk = Standing(db, settings, clock())
        digest = await digests.lock(db, number)
        edition = (await desks.every(desk)).get(digest.edition) if digest else None
        if digest is None or edition is None or not await drafting.fill(desk, digest, edition):
            return
        again: Sequence[Reply] = [await cards.refresh(desk, digest)] if await words.is_shown(desk, digest) else []
        await outbox.add(db, await Pen(settings, clock, feature.name).rows(db, again, feature.name))


async def _tell(desk: Standing, number: int, edition: Edition, options: Namespace) -> str:
    digest = await desks.found(desk, number)
    entries = await digests.entries(desk.db, number)
    sheet = lay_out(digest, entries, edition)
    if options.json:
        known = await items.by_ids(desk.db, {entry.item for entry in entries})
        return json.dumps(as_object(digest, sheet, known), ensure_ascii=False)
    if options.markdown:
        return "\n\n".join(posts(sheet))
    return f"N° {number}, {_state(digest)}\n\n{plain.text(sheet).removesuffix(chr(10))}"


def _state(digest: Digest) -> str:
    at = words.say_at(digest.published_at or digest.at)
    return {
        State.DRAFT: f"brouillon, pour {at}",
        State.APPROVED: f"approuvé, pour {at}",
        State.HELD: f"retenu ; il était prévu {at}",
        State.PUBLISHING: "en train de sortir",
        State.PUBLISHED: f"sorti {at}",
        State.WITHDRAWN: f"retiré ; il était sorti {at}",
    }[digest.state]


STATES: Mapping[State, str] = {
    State.DRAFT: "brouillon",
    State.APPROVED: "approuve",
    State.PUBLISHING: "en-cours",
    State.PUBLISHED: "publie",
    State.HELD: "retenu",
    State.WITHDRAWN: "retire",
}


def as_object(digest: Digest, sheet: Sheet, known: Mapping[int, Item]) -> dict[str, Any]:
    """As docs/wire.md describes it."""
    at = (digest.published_at or digest.at).astimezone(ZONE)
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
        "texte": list(posts(sheet)),
    }


def _element(piece: Piece, item: Item | None) -> dict[str, Any]:
    return {
        "numero": piece.rank,
        "titre": piece.title,
        "texte": piece.text,
        "lien": piece.url,
        "credit": piece.credit,
        "auteur": item.author_id if item else "",
        "source": item.kind.value if item else "",
    }
