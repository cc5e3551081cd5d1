"""What the tests of who is who share: a clock they move, a Mattermost they word, and a register."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot import people as bot_people
from bot.mattermost import AioClient, Mattermost
from bot.people import People
from config.settings import Settings
from storage.database import Database
from storage.people import Person
from tests.chat_server import ID, TEAM, USER, ChatServer, chat_server
from tests.sqlite import database

__all__ = ["database"]


USER_PATH = f"GET /api/v4/users/{ID}"
MEMBER_PATH = f"GET /api/v4/teams/{TEAM}/members/{ID}"
CONFIG_PATH = "GET /api/v4/config/client"


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def server() -> AsyncIterator[ChatServer]:
    answers = {
        USER_PATH: USER,
        MEMBER_PATH: {"user_id": ID, "roles": "team_user"},
        "GET /api/v4/teams/name/cnum": {"id": TEAM},
        CONFIG_PATH: {"RequireEmailVerification": "true"},
    }
    async with chat_server(**answers) as server:
        yield server


@pytest.fixture
async def client(server: ChatServer) -> AsyncIterator[AioClient]:
    client = AioClient(server.url, "jeton")
    yield client
    await client.close()


@pytest.fixture
def people(client: AioClient, database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> People:
    monkeypatch.setattr(bot_people, "ASKING_MAX", 60)  # no test but one is about a slow server
    return at_work(client, database, clock)


def at_work(client: AioClient, database: Database, clock: Clock, **settings: Any) -> People:
    """The people as a bot that has just started knows them."""
    return People(database, Mattermost(client, "cnum"), Settings(_env_file=None, **settings), clock)


async def register(database: Database, **fields: Any) -> None:
    """Put juliette in the register."""
    since = datetime(2026, 1, 1, tzinfo=UTC)
    async with database.transaction() as db:
        db.add(Person(id=ID, username="juliette", departements=["69"], since=since, **fields))


async def registered(database: Database) -> Person | None:
    """Juliette as the register has her."""
    async with database.transaction(writes=False) as db:
        return await db.get(Person, ID)


async def fresh(people: People, database: Database) -> Person:
    """Juliette, for what changes something."""
    async with database.transaction() as db:
        return await people.fresh(db, ID)
