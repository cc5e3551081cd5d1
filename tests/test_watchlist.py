"""Where features listen: who cannot say it keeps no other from being heard, and what was said once holds meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import watchlist
from bot.events import WatchedPlaces
from bot.features import Feature, Watches
from bot.watchlist import Watchlist
from config.settings import Settings
from storage.database import Database
from tests.support.databases import database, record_statements
from tests.support.house import wait_until

__all__ = ["database"]

HERE, THERE = WatchedPlaces(frozenset({"here"})), WatchedPlaces(frozenset({"there"}))


def listening(name: str, question: Watches) -> Feature:
    feature = Feature(name)
    feature.watches(question)
    return feature


@asynccontextmanager
async def asked(database: Database, *features: Feature) -> AsyncIterator[Watchlist]:
    """All of them, until each has said something."""
    watched = Watchlist(database, features, Settings())
    watched.start()
    try:
        async with asyncio.timeout(20):
            await watched.wait_known()
        yield watched
    finally:
        await watched.stop()


@pytest.mark.postgres_too
async def test_one_that_fails_keeps_no_other_from_it(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchlist, "BREATH", 0.0)
    is_broken = True

    async def fails(db: AsyncSession, _: Settings) -> WatchedPlaces:
        if is_broken:
            with suppress(SQLAlchemyError):
                await db.execute(text("SELECT 1 FROM no_such_table"))
            raise LookupError("a fault of its own, in a transaction that PostgreSQL has given up")
        return THERE

    async def answers(db: AsyncSession, _: Settings) -> WatchedPlaces:
        await db.execute(text("SELECT 1"))
        return HERE

    features = [listening("first", answers), listening("second", fails), listening("third", answers)]
    async with asked(database, *features) as watched:
        assert watched.all_of_it == HERE
        is_broken = False
        changed = asyncio.Event()
        watched.on_change = changed.set
        watched.touch("second")
        async with asyncio.timeout(20):
            await changed.wait()
        assert watched.all_of_it == HERE | THERE
        is_broken = True
        changed.clear()
        watched.touch("first")
        await asyncio.sleep(0.1)
        assert not changed.is_set(), "what it said last holds while it does not answer"


async def test_who_ask_the_same_are_asked_once(database: Database) -> None:
    async def answers(db: AsyncSession, _: Settings) -> WatchedPlaces:
        await db.execute(text("SELECT 7"))
        return HERE

    with record_statements(database) as statements:
        async with asked(database, *(listening(name, answers) for name in "abc")) as watched:
            assert watched.all_of_it == HERE
    rounds = 2  # who is asked first may not have seen what the last one saw
    assert sum("SELECT 7" in each for each in statements) == rounds


async def test_who_wrote_something_is_asked_with_its_folder_and_others_if_it_listens_elsewhere_now(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchlist, "BREATH", 0.0)
    asked_of: list[str] = []
    place = HERE

    async def moves(_: AsyncSession, __: Settings) -> WatchedPlaces:
        asked_of.append("moves")
        return place

    async def stays(_: AsyncSession, __: Settings) -> WatchedPlaces:
        asked_of.append("stays")
        return HERE

    async def is_near(_: AsyncSession, __: Settings) -> WatchedPlaces:
        asked_of.append("near")
        return HERE

    moves.__module__ = "commands.canaux"
    stays.__module__, is_near.__module__ = "commands.moderation.policy", "commands.moderation.rules"
    features = [listening("first", moves), listening("second", stays), listening("third", is_near)]
    async with asked(database, *features) as watched:
        asked_of.clear()
        watched.touch("second")
        await wait_until(lambda: len(asked_of) > 1)
        await asyncio.sleep(0.05)
        assert asked_of == ["stays", "near"]
        place = THERE
        watched.touch("first")
        await wait_until(lambda: watched.all_of_it == HERE | THERE)
        assert asked_of[2:] == ["moves", "moves", "stays", "near"]
