"""All that is held of somebody, table by table and a page at a time, in French words."""

from collections.abc import AsyncIterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Select, literal, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

from config.themes import THEMES, from_bits
from storage.database import execute
from storage.holdings import HOLDINGS, Holding, Row
from storage.holdings.kinds import day_of, table
from storage.holdings.technical import TECHNICAL
from storage.holdings.values import VALUES
from storage.holdings.words import LABELS

PAGE = 500
"""Rows read at once."""
OTHER = "une autre personne"
GIVEN: tuple[Holding, ...] = tuple(one for one in HOLDINGS if one.has_owners and not one.not_given)
"""Of what there is a copy for its person."""


def columns(holding: Holding) -> Sequence[str]:
    """What is given of a table: a column that says only that a row is somebody’s own is left out."""
    whose = holding.own if len(holding.own) == 1 else ()
    left_out = {*holding.withheld, *TECHNICAL, *whose}
    return [column.name for column in holding.table.columns if column.name not in left_out]


async def pages(db: AsyncSession, holding: Holding, user_id: str) -> AsyncIterator[Sequence[Row]]:
    """Somebody’s rows as they may see them, under French names, so many at a time."""
    key = list(holding.table.primary_key.columns)
    wanted = select(holding.table).where(holding.told_to(user_id)).order_by(*key).limit(PAGE)
    page = await _read(db, wanted)
    while page:
        names = await _names(db, holding, page)
        yield [_tell(holding, row, user_id, names) for row in page]
        if len(page) < PAGE:
            return
        after = wanted.where(tuple_(*key) > tuple_(*(_bound(column, page[-1]) for column in key)))
        page = await _read(db, after)


async def _read(db: AsyncSession, query: Select[Any]) -> Sequence[Row]:
    return [dict(row) for row in (await execute(db, query)).mappings().all()]


def _bound(column: Column[Any], row: Row) -> Any:
    return literal(row[column.name], column.type)


def _people(holding: Holding) -> Sequence[str]:
    return (*holding.own, *holding.others)


async def _names(db: AsyncSession, holding: Holding, page: Sequence[Row]) -> Mapping[str, str]:
    """What the others in some rows are called."""
    ids = {row[name] for row in page for name in _people(holding) if row[name]}
    person = table("person").c
    found = await execute(db, select(person.id, person.username).where(person.id.in_(ids)))
    return {row.id: row.username for row in found.all()}


def _tell(holding: Holding, row: Row, user_id: str, names: Mapping[str, str]) -> Row:
    seen = holding.shown(row, user_id) if holding.shown else row
    people = _people(holding)
    told = {}
    for name in columns(holding):
        value: Any = day_of(seen[name]) if name in holding.days else seen[name]
        if name in people and value:
            value = "vous" if value == user_id else names.get(value, OTHER)
        told[LABELS[name]] = _say(name, value)
    return told


def _say(name: str, value: Any) -> Any:
    """A value in words."""
    if name == "themes" and isinstance(value, int):
        return [THEMES[code].libelle for code in from_bits(value)]
    if isinstance(value, StrEnum):
        return str(getattr(value, "label", VALUES.get(value, value)))
    return value
