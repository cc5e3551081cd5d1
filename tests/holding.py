"""A database in which two people have something in every table, each named in what is the other’s."""

from typing import Any

import pytest
from sqlalchemy import JSON, Column, Integer, String, Table, delete, insert
from sqlmodel import AutoString, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Code, Database
from storage.personal_data import PERSONAL_DATA
from storage.personal_data.declarations import PersonalData
from tests.backups import value

ANNA, BERT = "anna-de-lyon", "bert-de-brest"
"""Their user names; their ids are these and more."""
SINGLE = {"journal_head", "resource_stamp"}
"""Tables of one row."""
BY_NAME = {one.name: one for one in PERSONAL_DATA}


def id_of(name: str) -> str:
    """The id of somebody."""
    return f"{name}-{'x' * 26}"[:26]


async def fill(db: AsyncSession) -> None:
    """The first row of each table is Anna’s and names Bert; the second is the other way round."""
    for table in reversed(SQLModel.metadata.sorted_tables):
        await db.execute(delete(table))
    for table in SQLModel.metadata.sorted_tables:
        for n, (owner, other) in enumerate(((ANNA, BERT), (BERT, ANNA)), 1):
            if table.name in SINGLE and n > 1:
                continue
            given = [c for c in table.columns if c is not table.autoincrement_column]
            values = {c.name: _value(BY_NAME[table.name], c, n, owner, other) for c in given}
            await db.execute(insert(table).values(values | ({"last": 2} if table.name == "journal_head" else {})))


def _value(holding: PersonalData, column: Column[Any], n: int, owner: str, other: str) -> Any:
    named = {
        **dict.fromkeys(holding.others, id_of(other)),
        **dict.fromkeys(holding.own, id_of(owner)),
        **dict.fromkeys(holding.names, owner),
        **{one: {"who": [id_of(owner), id_of(other)], "by": owner} for one in holding.lists},
        **dict.fromkeys([one for one in holding.credits if one not in holding.own], f"@{owner}"),
    }
    if holding.name == "person":
        named["username"] = owner
    if holding.scope and column.name in {"target", "person", "period"}:
        return id_of(owner)
    if holding.given and column.name == "decided_at":  # what is not decided is not given
        return value(column, 1)
    if column.name in named:
        return named[column.name]
    if holding.scope and column.name in {"not_before", "tells"}:
        return None
    if column.foreign_keys:
        return id_of(owner)
    return _filling(column, n, owner)


def _filling(column: Column[Any], n: int, owner: str) -> Any:
    """Words say whose they are."""
    if isinstance(column.type, AutoString | String) and not isinstance(column.type, Code):
        return f"{n} mot de {owner}"[: column.type.length]
    if isinstance(column.type, JSON):
        return [f"mot de {owner}"]
    return n if isinstance(column.type, Integer) else value(column, n)


@pytest.fixture
async def both(database: Database) -> Database:
    """A database in which Anna and Bert have something everywhere."""
    async with database.transaction() as db:
        await fill(db)
    return database


def table_names() -> set[str]:
    """All tables that the code declares."""
    return set(SQLModel.metadata.tables)


def tables() -> list[Table]:
    """The same."""
    return SQLModel.metadata.sorted_tables
