"""What the tests of imports of people share: lines, accounts, and what became of them."""

import io
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.errors import ChatError
from bot.mattermost import ChatUser
from cli.people.imports import Accounts, Import, Memberships, PeopleOutcome
from cli.people.lines import COLUMNS, NAMED_BY
from cli.people.transfer import write_people
from cli.tables import Table
from cli.terminal import ProgressBar
from storage import people
from storage.canaux.membership import MembershipRules
from storage.database import Database
from storage.people import Awaited, Person, register

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
GRACE = timedelta(days=7)
HEADER = ",".join(COLUMNS)
LEA = "lea,Léa,Perrin,Lea@Mairie.fr,conseiller,Ville de Lyon,73282932000074,69123,69,2026-09-01,"
SIRET, LA_POSTE = "73282932000074", "35600000000048"


class Mattermost:
    """Only these accounts are there; it may be away."""

    def __init__(self, *users: ChatUser, away: bool = False) -> None:
        self.users = users
        self.away = away
        self.asked: list[Sequence[str]] = []

    async def users_by_names(self, usernames: Iterable[str]) -> AsyncIterator[Sequence[ChatUser]]:
        names = list(usernames)
        self.asked.append(names)
        if self.away:
            raise ChatError(0)
        yield [user for user in self.users if user.username in names]


def account(name: str, ident: str = "", **more: Any) -> ChatUser:
    """An account of that name."""
    return ChatUser(id=f"{ident or name:x<26}", username=name, **more)


async def imported(
    database: Database,
    *lines: str,
    header: str = HEADER,
    chat: Any = None,
    told: list[str] | None = None,
    memberships: Memberships | None = None,
) -> PeopleOutcome:
    """What became of these lines; ``told`` takes what was said of the bad ones, of which there are none without it."""
    text = "\n".join((header, *lines)) + "\n"
    faults: list[str] = []
    places = memberships or Memberships({}, MembershipRules([]))
    work = Import(database, Accounts(chat), lambda: NOW, lambda n, why: faults.append(f"{n} {why}"), GRACE, places)
    outcome = await work.run(Table(io.BytesIO(text.encode()), COLUMNS, [NAMED_BY]), ProgressBar(io.StringIO(), "ligne"))
    if told is None:
        assert not faults
    else:
        told += faults
    return outcome


async def person(database: Database, name: str) -> Person:
    """Somebody of the register."""
    async with database.transaction(writes=False) as db:
        found = await people.by_username(db, name)
    assert found is not None
    return found


async def waiting(database: Database) -> Sequence[Awaited]:
    """The lines that wait."""
    async with database.transaction(writes=False) as db:
        return await register.every_awaited(db)


async def exported(database: Database) -> str:
    """What the register is written out as."""
    out = io.StringIO(newline="")
    await write_people(database, out)
    return out.getvalue()
