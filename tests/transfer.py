"""What the tests of files share: two people, some reports, and the ways in and out."""

import io
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.errors import ChatError
from bot.mattermost import ChatUser
from cli.cra import Authors, Import, ImportOutcome, Lines, export, writer
from cli.terminal import ProgressBar
from storage import people
from storage.cra import Activite, Age, Canal, Report, Source, Statut, Suite
from storage.cra.bulk import ExportFilter
from storage.cra.queries import Filing, file_report
from storage.database import Database
from storage.people import Person, Role
from tests.databases import KINDS, address

NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
JULIETTE = Person(
    id="j" * 26,
    username="juliette",
    role=Role.CONSEILLER,
    structure="=Ville; de « Vaulx »",
    departements=["69"],
    since=NOW,
)
CARL = Person(id="c" * 26, username="carl", role=Role.CONSEILLER, departements=[], since=NOW)
WORKSHOP = Report(
    date=date(2026, 11, 20),
    canal=Canal.RATTACHEMENT,
    commune="69256",
    code_postal="69120",
    departement="69",
    activite=Activite.COLLECTIF,
    participants=8,
    recurrents=2,
    ages={Age.MOINS_12: 3, Age.PLUS_60: 5},
    statuts={Statut.SANS_EMPLOI: 8},
    themes=("internet", "courriel"),
    minutes=90,
    suite={Suite.ATELIER: 1},
)
SINGLE = Report(
    date=date(2026, 11, 23),
    canal=Canal.DISTANCE,
    commune="74109",
    code_postal="01200",
    departement="74",
    activite=Activite.PONCTUEL,
    participants=1,
    ages={Age.DE_18_A_35: 1},
    statuts={Statut.EN_EMPLOI: 1},
    themes=("sante",),
    minutes=15,
)
LINE: dict[str, Any] = {
    "auteur": "juliette",
    "date": "2026-11-20",
    "canal": "autre",
    "code_commune": "69256",
    "activite": "collectif",
    "participants": 4,
    "ages": {"+60": 4},
    "statuts": {"retraite": 4},
    "themes": ["internet"],
    "minutes": 60,
}


class Chat:
    """A Mattermost where only these people are; it may be away."""

    def __init__(self, *names: str, away: bool = False) -> None:
        self.names = names
        self.away = away
        self.asked: list[str] = []

    async def user_by_name(self, username: str) -> ChatUser | None:
        self.asked.append(username)
        if self.away:
            raise ChatError(0)
        return ChatUser(id=f"{username:x<26}", username=username) if username in self.names else None


@pytest.fixture(params=KINDS)
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A database of each kind with Juliette and Carl in it."""
    async with address(request, tmp_path) as url:
        async for database in opened(url):
            yield database


async def opened(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    try:
        async with database.transaction() as db:
            for person in (JULIETTE, CARL):
                await people.register_person(db, Person(**person.model_dump()))
        yield database
    finally:
        await database.close()


async def filed(database: Database, *reports: Report, author: Person = JULIETTE) -> list[int]:
    """File reports by dialog, a minute apart."""
    numbers: list[int] = []
    async with database.transaction() as db:
        for report in reports:
            at = NOW - timedelta(days=1, microseconds=7 * len(numbers))
            how = Filing(f"dialog:{author.username}:{len(numbers)}", Source.DIALOG, at)
            numbers.append((await file_report(db, author, report, how)).number)
    return numbers


async def exported(database: Database, kind: str = "jsonl", **wanted: Any) -> str:
    out = io.StringIO()
    await export(database, ExportFilter(**wanted), writer(out, kind), ProgressBar(io.StringIO(), "ligne"))
    return out.getvalue()


async def imported(
    database: Database, text: str | bytes, chat: Any = None, complain: Callable[[int, str], None] | None = None
) -> ImportOutcome:
    data = text.encode() if isinstance(text, str) else text
    work = Import(database, Authors(database, chat, lambda: NOW), lambda: NOW, complain or _unexpected)
    return await work.run(Lines(io.BytesIO(data)), ProgressBar(io.StringIO(), "ligne"))


def _unexpected(number: int, reason: str) -> None:
    raise AssertionError(f"ligne {number} : {reason}")


def jsonl(*lines: dict[str, Any]) -> str:
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]
