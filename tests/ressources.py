"""Resources made for the tests, and how well a search finds those that people graded (tests/data)."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from math import log2
from pathlib import Path
from typing import Any

from sqlalchemy import delete
from sqlmodel import SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.themes import bits
from storage.ressources import search
from storage.ressources.resources import Resource, ResourceState, begin_writing, find_by_keys, make_key, write_resources
from tests.house import House

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DATA = Path(__file__).parent / "data"


def resource(titre: str, **more: Any) -> Resource:
    """A published one, not stored yet; ``themes`` are codes."""
    said: dict[str, Any] = {"date": date(2025, 1, 1), "state": ResourceState.PUBLISHED, "url": ""}
    said |= more | {"themes": bits(more.get("themes", ()))}
    said |= {"created_at": NOW, "changed_at": NOW, "key": make_key(said["url"], titre)}
    return Resource(titre=titre, revision=0, **said)


async def stored(db: AsyncSession, *resources: Resource) -> None:
    """Write them down."""
    await write_resources(db, resources, await begin_writing(db))


async def shelved(house: House, *resources: Resource) -> Sequence[int]:
    """The same in the ressourcerie of a house; their numbers."""
    async with house.bot.database.transaction() as db:
        await stored(db, *resources)
        keys = [each.key for each in resources]
        found = {each.key: each.number for each in await find_by_keys(db, keys, [])}
    return [found[key] for key in keys]


async def emptied(house: House) -> None:
    """Nothing is there from another story: the index hears of it, too, before the rows go."""
    async with house.bot.database.transaction() as db:
        revision = await begin_writing(db)
        there = (await db.exec(select(Resource))).all()
        for one in there:
            one.state = ResourceState.WITHDRAWN
        await write_resources(db, there, revision)
    async with house.bot.database.transaction(writes=False) as db:
        await search(db, "")
    async with house.bot.database.transaction() as db:
        # Numbers may be given again: what was known of them goes along.
        for table in SQLModel.metadata.sorted_tables:
            if table.name == "resource" or "resource" in table.columns:
                await db.execute(delete(table))


def graded_resources() -> list[Resource]:
    """Those of the file, in the order of their numbers: in an empty table they get them."""
    rows = _rows("ressources.tsv")
    return [
        resource(
            row["titre"],
            **{name: row[name] for name in ("description", "categorie", "type", "niveau", "public")},
            themes=[row["themes"]],
            date=date.fromisoformat(row["date"]),
        )
        for row in rows
    ]


def graded_queries() -> list[tuple[str, str, dict[int, int]]]:
    """The lot of each query, its words, and the grades of resources by their number."""
    return [(row["lot"], row["requete"], _grades(row["notes"])) for row in _rows("requetes.tsv")]


def ndcg(found: Sequence[int], grades: dict[int, int], at: int = 5) -> float:
    """How much of the best possible first answers is there, of 1."""
    best = sorted(grades.values(), reverse=True)
    return _gain([grades.get(number, 0) for number in found[:at]]) / _gain(best[:at])


def _gain(grades: Sequence[int]) -> float:
    return sum((pow(2.0, grade) - 1) / log2(place + 2) for place, grade in enumerate(grades))


def _grades(text: str) -> dict[int, int]:
    return {int(number): int(grade) for number, grade in (pair.split(":") for pair in text.split())}


def _rows(name: str) -> list[dict[str, str]]:
    lines = [line for line in (DATA / name).read_text("utf-8").splitlines() if not line.startswith("#")]
    columns, *rows = [line.split("\t") for line in lines]
    return [dict(zip(columns, row, strict=True)) for row in rows]
