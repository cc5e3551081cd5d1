"""Work done in départements, in months of nobody else’s, for the stories of territories."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from datetime import date
from itertools import count
from typing import Any

import pytest

from storage.cra import Report
from storage.people import Role
from tests.house import House
from tests.people import Person, Post, unique
from tests.reports import file, registered, report, someone

__all__ = ["OLD", "Work", "agathe", "files", "month", "plain", "said", "work"]

Work = Callable[..., Awaitable[list[str]]]
_months: dict[str, Iterator[int]] = defaultdict(count)
OLD = report()
"""A workshop of eight retired persons, of an hour and a half: five of them are told of exactly, whatever the draw."""


@pytest.fixture
def month(house: House) -> date:
    """A month of long ago in which nobody else’s story happens, nor in the one after it."""
    year, number = divmod(2 * next(_months[house.settings.database_url]), 12)
    return date(2021 + year, number + 1, 1)


@pytest.fixture
async def agathe(house: House) -> Person:
    """Animatrice."""
    return await house.someone(Role.ANIMATEUR, "agathe")


@pytest.fixture
async def work(house: House, month: date) -> Work:
    """In a département some conseillers file reports, the same each, on the 10th unless ``on`` says; their ids."""

    async def done(code: str, conseillers: int, *reports: Report, on: date | None = None) -> list[str]:
        there = [someone(unique("c")[:26], code or None) for _ in range(conseillers)]
        day = on or month.replace(day=10)
        async with house.bot.database.transaction() as db:
            await registered(db, *there)
            for author in there:
                await file(db, author, *(Report(**_fields(r) | {"date": day}) for r in reports))
        return [author.id for author in there]

    return done


def _fields(said: Report) -> dict[str, Any]:
    return {name: getattr(said, name) for name in Report.__dataclass_fields__}


def plain(post: Post) -> str:
    """Its words, with usual spaces."""
    return post.text.replace("\u00a0", " ").replace("\u202f", " ")


def said(month: date) -> str:
    """A month as it is typed."""
    return f"{month:%m/%Y}"


async def files(person: Person, post: Post) -> list[tuple[str, bytes]]:
    """The files of a post, by name."""
    found = []
    for info in await person.api.get(f"/posts/{post.id}/files/info"):
        url = f"{person.api.url}/api/v4/files/{info['id']}"
        async with person.api.session.get(url, headers=person.api.headers) as reply:
            assert reply.status == 200
            found.append((info["name"], await reply.read()))
    return found
