"""The index of the resources between two starts: the file finds what the index found, and never what is no more so."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from storage.database import Database
from storage.ressources import catalogue, search
from storage.ressources.catalogue import IndexNotReadyError
from storage.ressources.index import Index, make_entry
from storage.ressources.query import read_query
from storage.ressources.resources import ShownResource, begin_writing, get_resource, write_resources
from storage.search import INDEX_FOLDER, read_index, write_index
from tests.support.databases import database
from tests.support.ressources import make_resource, read_graded_queries, read_graded_resources, store_resources

__all__ = ["database"]

SHOWN = ShownResource(1, "Déclarer ses impôts", "En ligne", "", "", 1, "", "", "", "", "zoe", "", date(2026, 1, 2))
QUERIES = [*dict.fromkeys(query for _, query, _ in read_graded_queries()), "", "imprimnte", "pdf depuis:2024"]


@pytest.fixture
async def cold(database: Database, tmp_path: Path) -> AsyncIterator[Database]:
    """The same database, as a process sees it that begins: with a folder for indexes, and nothing in memory."""
    async with database.transaction() as db:
        await store_resources(db, *read_graded_resources())
    catalogue.forget_indexes()
    other = Database(
        database.url.render_as_string(hide_password=False).replace("+aiosqlite", "").replace("+asyncpg", ""),
        folder=tmp_path,
    )
    yield other
    await other.close()
    catalogue.forget_indexes()


async def _ask(database: Database) -> Sequence[object]:
    async with database.transaction(writes=False) as db:
        pages = [await search(db, query, limit=5) for query in QUERIES]
    return [(page.total, [(hit.resource.id, hit.score) for hit in page.hits]) for page in pages]


async def _warm_up(database: Database) -> None:
    async with database.transaction(writes=False) as db:
        await catalogue.warm_up(db)


async def test_what_was_found_is_found_after_a_start(
    cold: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = await _ask(cold)
    await asyncio.gather(*catalogue._savings)  # noqa: SLF001
    (file,) = (tmp_path / INDEX_FOLDER).iterdir()
    assert file.stat().st_mode & 0o077 == 0
    catalogue.forget_indexes()
    with monkeypatch.context() as nothing:
        nothing.setattr(catalogue, "make_entry", None)  # nothing is read of what the file has
        assert await _ask(cold) == found
    async with cold.transaction() as db:
        changed = await get_resource(db, 3)
        assert changed
        changed.titre = "Zibeline quantique"
        await write_resources(db, [changed, make_resource("Une zibeline encore")], await begin_writing(db))
    fresh = await _ask(cold)
    catalogue.forget_indexes()
    async with cold.transaction(writes=False) as db:
        assert (await search(db, "zibeline")).total == 2
    assert await _ask(cold) == fresh
    file.write_bytes(file.read_bytes()[:-8])
    catalogue.forget_indexes()
    assert await _ask(cold) == fresh


async def test_the_file_of_another_history_is_not_believed(cold: Database) -> None:
    await _warm_up(cold)
    catalogue.forget_indexes()
    async with cold.transaction() as db:
        other = await get_resource(db, 3)
        assert other
        other.titre = "Zibeline quantique"
        revision = other.revision
        await write_resources(
            db, [other], revision + 1 if revision < 1 else revision - 1
        )  # as a restored backup has it
    async with cold.transaction(writes=False) as db:
        assert (await search(db, "zibeline")).total == 1


async def test_who_searches_meanwhile_waits_no_longer_than_their_patience(cold: Database) -> None:
    async with cold.transaction(writes=False) as db:
        with pytest.raises(IndexNotReadyError):
            await search(db, "impots", patience=0)
        for _ in range(1000):  # each goes on where the one before stopped
            with suppress(IndexNotReadyError):
                assert (await search(db, "impots", patience=0.01)).total
                break
        else:
            pytest.fail("it was never read to its end")
    async with cold.transaction() as db:
        await write_resources(db, [make_resource("Une zibeline")], await begin_writing(db))
    memory = next(iter(catalogue._memories.values()))  # noqa: SLF001
    async with memory.reading, cold.transaction(writes=False) as db:
        page = await search(db, "impots", patience=0)  # somebody else reads: what was known is searched
        assert page.total
        assert not (await search(db, "zibeline", patience=0)).total
    async with cold.transaction(writes=False) as db:
        assert (await search(db, "zibeline")).total == 1


def test_a_packed_index_takes_and_gives_as_one_in_memory(tmp_path: Path) -> None:
    """Put, drop and put again after it was packed: what it finds is what an index made anew finds."""
    titles = [
        f"{verb} {thing}"
        for verb in ("Apprendre", "Régler", "Choisir")
        for thing in ("le wifi", "un mail", "ses impôts")
    ]
    entries = [make_entry(replace(SHOWN, id=n, titre=titre), n) for n, titre in enumerate(titles, 1)]
    packed, plain = Index(), Index()
    for entry in entries[:7]:
        packed.put(*entry)
    packed.drop(2)
    write_index(tmp_path / "f", *packed.pack())
    file = read_index(tmp_path / "f")
    packed = Index(file)
    for number in (1, 4):
        packed.drop(number)
    for entry in entries[3:]:
        packed.put(*entry)
    for entry in (entries[2], *entries[3:]):
        plain.put(*entry)
    asked = [read_query(text) for text in ("wifi", "mail", "impots", "aprendre", "choisir wifi", "regl", "")]
    assert [packed.search(query, 9) for query in asked] == [plain.search(query, 9) for query in asked]
    assert packed.pack()[0] == plain.pack()[0]


async def test_others_have_their_turn_while_it_is_read(cold: Database) -> None:
    """A loop that is held back for long would answer nobody."""
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    begun = time.monotonic()
    await _warm_up(cold)
    counting.cancel()
    assert turns > (time.monotonic() - begun) / 10
