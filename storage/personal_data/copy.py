"""All that is held of somebody, in French words, and what they still have in hand."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.tables import read
from config.themes import THEMES, from_bits
from storage.database import execute
from storage.hotline import OPEN
from storage.pages import iterate_pages, read_mappings
from storage.personal_data import PERSONAL_DATA
from storage.personal_data.declarations import PersonalData, Row, day_of, table_named

PAGE = 500
"""Rows read at once."""
OTHER = "une autre personne"
LABELS = {row["code"]: row["label"] for row in read("personal_data_labels.tsv") if row["kind"] == "column"}
"""By column, what it is called; nothing where it says nothing of anybody."""
VALUES = {row["code"]: row["label"] for row in read("personal_data_labels.tsv") if row["kind"] == "value"}
"""By code, what it is called; the others are French already."""
GIVEN: tuple[PersonalData, ...] = tuple(one for one in PERSONAL_DATA if one.has_owners and not one.not_given)
"""Of what there is a copy for its person."""


def list_columns(holding: PersonalData) -> Sequence[str]:
    """List what is given of a table: a column that says only that a row is somebody’s own is left out."""
    whose = holding.own if len(holding.own) == 1 else ()
    left_out = {*holding.withheld, *whose}
    names = (column.name for column in holding.table.columns)
    return [name for name in names if name not in left_out and LABELS.get(name) != ""]


async def read_pages(db: AsyncSession, holding: PersonalData, user_id: str) -> AsyncIterator[Sequence[Row]]:
    """Yield somebody’s rows as they may see them, under French names, so many at a time."""
    wanted = select(holding.table).where(holding.given_to(user_id))
    key = holding.table.primary_key.columns
    async for found in iterate_pages(read_mappings(db), wanted, *key, size=PAGE):
        page = [dict(row) for row in found]
        names = await _names(db, holding, page)
        yield [_describe_row(holding, row, user_id, names) for row in page]


def _people_columns(holding: PersonalData) -> Sequence[str]:
    return (*holding.own, *holding.others)


async def _names(db: AsyncSession, holding: PersonalData, page: Sequence[Row]) -> Mapping[str, str]:
    """Find what the others in some rows are called."""
    ids = {row[name] for row in page for name in _people_columns(holding) if row[name]}
    person = table_named("person").c
    found = await execute(db, select(person.id, person.username).where(person.id.in_(ids)))
    return {row.id: row.username for row in found.all()}


def _describe_row(holding: PersonalData, row: Row, user_id: str, names: Mapping[str, str]) -> Row:
    seen = holding.shown(row, user_id) if holding.shown else row
    people = _people_columns(holding)
    told = {}
    for name in list_columns(holding):
        value: Any = day_of(seen[name]) if name in holding.days else seen[name]
        if name in people and value:
            value = "vous" if value == user_id else names.get(value, OTHER)
        told[LABELS[name]] = _say_value(name, value)
    return told


def _say_value(name: str, value: Any) -> Any:
    """Say a value in words."""
    if name == "themes" and isinstance(value, int):
        return [THEMES[code].libelle for code in from_bits(value)]
    if isinstance(value, StrEnum):
        return str(getattr(value, "label", VALUES.get(value, value)))
    return value


@dataclass(frozen=True, slots=True)
class Duties:
    """Open tickets that they asked, open tickets that they have, turns on duty to come."""

    asked: int
    held: int
    turns: int


async def duties_of(db: AsyncSession, user_id: str, now: datetime) -> Duties:
    """Count what somebody still has in hand."""
    ticket, turn = table_named("ticket").c, table_named("duty_turn").c
    count = select(func.count())
    still = ticket.state.in_(OPEN)
    counted = [
        count.where(ticket.author_id == user_id, still),
        count.where(ticket.agent_id == user_id, still),
        count.where(turn.user_id == user_id, turn.ends > now.date()),
    ]
    return Duties(*[int((await execute(db, each)).scalar_one()) for each in counted])
