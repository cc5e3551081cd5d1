"""The copy of all that is held of somebody: « donnees.json », written as it is read, and « mes-donnees.pdf »."""

import json
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, TextIO
from zipfile import ZIP_DEFLATED, ZipFile

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.french.words import plural
from bot.papers import typeset as papers
from bot.papers.glyphs import drawable
from bot.texts import render, typeset
from storage.holdings import HOLDINGS, Holding, Row
from storage.holdings.reading import GIVEN, pages
from storage.people import Person

DRAWN_MAX = 25
"""Rows of a table that are drawn, the newest; all of them are in the JSON."""
WORDS_MAX = 600
"""Characters of a value that are drawn."""
JSON, PDF = "donnees.json", "mes-donnees.pdf"
Compute = Callable[[Callable[[], None]], Awaitable[None]]
"""Does what takes a while elsewhere."""


@dataclass(slots=True)
class _Chapter:
    """What is drawn of a table."""

    holding: Holding
    count: int = 0
    last: deque[Row] = field(default_factory=lambda: deque(maxlen=DRAWN_MAX))


async def write(db: AsyncSession, person: Person, now: datetime, path: Path, compute: Compute) -> int:
    """Write the ZIP, a page of rows in hand at a time; says how many rows it has."""
    folder = path.parent
    chapters: list[_Chapter] = []
    with (folder / JSON).open("w", encoding="utf-8") as stream:
        _head(stream, person, now)
        for holding in GIVEN:
            chapter = _Chapter(holding)
            stream.write(f"{',' if chapters else ''}\n  {_json(holding.what)}: [")
            async for page in pages(db, holding, person.id):
                await compute(partial(_add, stream, chapter, page))
            stream.write("]")
            chapters.append(chapter)
        _tail(stream)
    await compute(partial(_finish, path, chapters, person, now))
    return sum(chapter.count for chapter in chapters)


def _head(stream: TextIO, person: Person, now: datetime) -> None:
    about = {"compte": person.username, "établi le": now.astimezone(person.zone), "par": "coop-bot"}
    stream.write(f'{{"à propos": {_json(about)},\n "données": {{')


def _add(stream: TextIO, chapter: _Chapter, page: Sequence[Row]) -> None:
    for row in page:
        stream.write(f"{',' if chapter.count else ''}\n   {_json(row)}")
        chapter.count += 1
        chapter.last.append(row)


def _tail(stream: TextIO) -> None:
    missing = {one.what: one.not_given for one in HOLDINGS if one.not_given}
    stream.write(f'}},\n "non fourni": {_json(missing)}}}\n')


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime | date) else str(value)


def _finish(path: Path, chapters: Sequence[_Chapter], person: Person, now: datetime) -> None:
    pdf = papers.compose("donnees", _told(chapters, person, now), now.date())
    with ZipFile(path, "w", ZIP_DEFLATED) as made:
        made.write(path.parent / JSON, JSON)
        made.writestr(PDF, pdf)


def _told(chapters: Sequence[_Chapter], person: Person, now: datetime) -> dict[str, Any]:
    """The document as its template reads it."""
    filled = [chapter for chapter in chapters if chapter.count]
    empty = [_draw(chapter.holding.what) for chapter in chapters if not chapter.count]
    missing = [[_draw(one.what), _draw(one.not_given)] for one in HOLDINGS if one.not_given]
    name, day = _draw(person.full_name), f"{now.astimezone(person.zone):%d/%m/%Y}"
    intro = [_draw(line) for line in render("donnees/document").splitlines() if line]
    told = [_chapter(chapter, person) for chapter in filled]
    return {"name": name, "day": day, "intro": intro, "chapters": told, "empty": empty, "missing": missing}


def _chapter(chapter: _Chapter, person: Person) -> dict[str, Any]:
    holding, count = chapter.holding, chapter.count
    rest = f"Les {len(chapter.last)} plus récentes sont ci-dessous ; toutes sont dans {JSON}."
    return {
        "title": _draw(holding.what),
        "why": _draw(holding.why),
        "ground": _draw(holding.ground),
        "kept": _draw(holding.how_long),
        "seen": _draw(holding.seen_by),
        "count": _draw(f"{plural(count, 'ligne')}. {rest if count > DRAWN_MAX else ''}"),
        "rows": [_row(row, person) for row in reversed(chapter.last)],
    }


def _row(row: Row, person: Person) -> list[list[str]]:
    """What a row says, without what is empty."""
    return [
        [_draw(label), _draw(_said(value, person))] for label, value in row.items() if value not in (None, "", [], {})
    ]


def _said(value: Any, person: Person) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, datetime):
        return f"{value.astimezone(person.zone):%d/%m/%Y à %H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, list):
        return ", ".join(_said(one, person) for one in value)
    if isinstance(value, dict):
        return " ; ".join(f"{key} : {_said(one, person)}" for key, one in value.items())
    return str(value)


def _draw(text: str) -> str:
    """Anybody’s words as they can be drawn, cut where they are long."""
    cut = text if len(text) <= WORDS_MAX else f"{text[: WORDS_MAX - 1]}…"
    return typeset(drawable(cut))
