"""Attacks and personal data in tests: forged requests, rows of people in every table, and what must never be told."""

import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from aiohttp import ClientResponse
from pypdf import PdfReader
from sqlalchemy import JSON, Column, Integer, String, Table, delete, insert
from sqlmodel import AutoString, SQLModel, col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.guard import DataKind, Detection, find
from bot.links import Links
from storage.database import Code, Database
from storage.journal import JournalEntry
from storage.outbox import Outgoing
from storage.outbox.queue import TargetKind
from storage.personal_data import PERSONAL_DATA
from storage.personal_data.declarations import PersonalData
from tests.people import Dialog, Person
from tests.support.backups import make_value
from tests.support.house import House
from tests.support.moderation import CaseStage
from tests.test_stats import said


class Attacker:
    """Somebody who reaches the bot’s port and knows how Mattermost speaks to it."""

    def __init__(self, house: House, person: Person) -> None:
        self.house = house
        self.person = person
        self.session = person.api.session

    def at(self, port: int) -> "Attacker":
        """Return an attacker of another port of this machine."""
        settings = self.house.settings.model_copy(update={"public_url": f"http://127.0.0.1:{port}"})
        return Attacker(replace(self.house, settings=settings), self.person)

    def command(self, **changes: str) -> dict[str, str]:
        """Make a slash command as Mattermost sends it."""
        fields = {
            "token": self.house.settings.command_token.get_secret_value(),
            "team_id": self.house.site.team_id,
            "channel_id": self.house.site.square,
            "user_id": self.person.id,
            "user_name": self.person.username,
            "command": "/cra",
            "text": "liste",
            "trigger_id": "t",
            "response_url": f"{self.house.site.url}/hooks/commands/{'h' * 26}",
        }
        return fields | changes

    def submission(self, form: Dialog, **changes: Any) -> dict[str, Any]:
        """Make a filled dialog as Mattermost sends it."""
        body = {
            "type": "dialog_submission",
            "callback_id": form.callback_id,
            "state": form.state,
            "user_id": self.person.id,
            "channel_id": self.house.site.square,
            "team_id": self.house.site.team_id,
            "submission": form.person.client.sent(form.elements, form.values),
            "cancelled": False,
        }
        return body | changes

    def click(self, link: object, **changes: Any) -> dict[str, Any]:
        """Make a click as Mattermost sends it."""
        body = {
            "user_id": self.person.id,
            "user_name": self.person.username,
            "channel_id": self.house.site.square,
            "post_id": "p" * 26,
            "trigger_id": "t",
            "type": "button",
            "context": {"link": link},
        }
        return body | changes

    async def sends(self, path: str, body: object, **options: Any) -> tuple[int, Any]:
        """POST JSON; return the status and the body of the answer."""
        return await self.calls("POST", path, json=body, **options)

    async def sends_form(self, fields: Mapping[str, str]) -> tuple[int, Any]:
        """POST a form to /commands."""
        return await self.calls("POST", "/commands", data=fields)

    async def sends_raw(self, path: str, data: bytes, content_type: str) -> tuple[int, Any]:
        """POST bytes."""
        return await self.calls("POST", path, data=io.BytesIO(data), headers={"Content-Type": content_type})

    async def calls(self, method: str, path: str, **options: Any) -> tuple[int, Any]:
        async with self.session.request(method, f"{self.house.settings.public_url}{path}", **options) as reply:
            return reply.status, await _read_body(reply)


async def _read_body(reply: ClientResponse) -> Any:
    text = await reply.text()
    return json.loads(text) if text else {}


@pytest.fixture
async def mallory(house: House) -> Attacker:
    """A conseiller like any other, with bad intentions."""
    return Attacker(house, await house.conseiller("mallory"))


def make_links(house: House) -> Links:
    """Make the links that the bot itself signs."""
    return Links(house.settings.secrets)


SENTENCES = Path(__file__).parents[1] / "data" / "garde.tsv"


def read_sentences() -> Iterator[tuple[str, set[Detection]]]:
    """Yield each sentence with what is to be found in it."""
    for line in SENTENCES.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            wanted, sentence = line.split("\t")
            yield sentence, set(_read_spans(wanted, sentence))


def _read_spans(wanted: str, sentence: str) -> Iterator[Detection]:
    at = 0
    for label in () if wanted == "-" else wanted.split("|"):
        kind, _, value = label.partition("=")
        start = sentence.index(value, at)
        at = start + len(value)
        yield Detection(DataKind(kind), start, at)


@dataclass
class Score:
    """What was found rightly, found wrongly and missed, by kind; ``faults`` shows the last two."""

    right: Counter[DataKind] = field(default_factory=Counter)
    wrong: Counter[DataKind] = field(default_factory=Counter)
    missed: Counter[DataKind] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def add(self, sentence: str, wanted: set[Detection]) -> None:
        found = set(find(sentence))
        for counter, those in (
            (self.right, found & wanted),
            (self.wrong, found - wanted),
            (self.missed, wanted - found),
        ):
            counter.update(one.kind for one in those)
        self.faults += [f"+ {one.kind}: {sentence}" for one in found - wanted]
        self.faults += [f"- {one.kind}: {sentence}" for one in wanted - found]

    def recall(self, *kinds: DataKind) -> float:
        right = sum(self.right[kind] for kind in kinds)
        return right / (right + sum(self.missed[kind] for kind in kinds))

    def precision(self, *kinds: DataKind) -> float:
        right = sum(self.right[kind] for kind in kinds)
        return right / (right + sum(self.wrong[kind] for kind in kinds))

    def __str__(self) -> str:
        lines = [("toutes", tuple(DataKind)), *((kind.value, (kind,)) for kind in DataKind)]
        rows = [f"{name:14}{self.recall(*kinds):7.3f}{self.precision(*kinds):7.3f}" for name, kinds in lines]
        return "\n".join([f"{'':14} rappel précision", *rows, *self.faults])


def measure_guard() -> Score:
    """Run the guard of personal data over all sentences, and score it."""
    score = Score()
    for sentence, wanted in read_sentences():
        score.add(sentence, wanted)
    return score


ANNA, BERT = "anna-de-lyon", "bert-de-brest"
"""The user names of both; their ids begin with these."""
SINGLE = {"journal_head", "resource_stamp"}
"""Tables of one row."""
BY_NAME = {one.name: one for one in PERSONAL_DATA}


def make_id(name: str) -> str:
    """Make the id of somebody by name."""
    return f"{name}-{'x' * 26}"[:26]


async def fill_for_both(db: AsyncSession) -> None:
    """Fill each table with two rows: the first is Anna’s and names Bert, the second the other way round."""
    for table in reversed(SQLModel.metadata.sorted_tables):
        await db.execute(delete(table))
    for table in SQLModel.metadata.sorted_tables:
        for n, (owner, other) in enumerate(((ANNA, BERT), (BERT, ANNA)), 1):
            if table.name in SINGLE and n > 1:
                continue
            given = [c for c in table.columns if c is not table.autoincrement_column]
            values = {c.name: _make_value(BY_NAME[table.name], c, n, owner, other) for c in given}
            await db.execute(insert(table).values(values | ({"last": 2} if table.name == "journal_head" else {})))


def _make_value(holding: PersonalData, column: Column[Any], n: int, owner: str, other: str) -> Any:
    named = {
        **dict.fromkeys(holding.others, make_id(other)),
        **dict.fromkeys(holding.own, make_id(owner)),
        **dict.fromkeys(holding.names, owner),
        **{one: {"who": [make_id(owner), make_id(other)], "by": owner} for one in holding.lists},
        **dict.fromkeys([one for one in holding.credits if one not in holding.own], f"@{owner}"),
    }
    if holding.name == "person":
        named["username"] = owner
    if holding.scope and column.name in {"target", "person", "period"}:
        return make_id(owner)
    if holding.given and column.name == "decided_at":  # what is not decided is not given
        return make_value(column, 1)
    if column.name in named:
        return named[column.name]
    if holding.scope and column.name in {"not_before", "tells"}:
        return None
    if column.foreign_keys:
        return make_id(owner)
    return _make_words(column, n, owner)


def _make_words(column: Column[Any], n: int, owner: str) -> Any:
    """Make words that say whose they are."""
    if isinstance(column.type, AutoString | String) and not isinstance(column.type, Code):
        return f"{n} mot de {owner}"[: column.type.length]
    if isinstance(column.type, JSON):
        return [f"mot de {owner}"]
    return n if isinstance(column.type, Integer) else make_value(column, n)


@pytest.fixture
async def both(database: Database) -> Database:
    """A database in which Anna and Bert have rows everywhere."""
    async with database.transaction() as db:
        await fill_for_both(db)
    return database


def list_table_names() -> set[str]:
    """List the names of all tables that the code declares."""
    return set(SQLModel.metadata.tables)


def list_tables() -> list[Table]:
    """List all tables that the code declares."""
    return SQLModel.metadata.sorted_tables


async def fetch_data_copy(person: Person) -> tuple[dict[str, Any], str]:
    """Request somebody’s copy of their data; return its JSON and the words of its PDF."""
    whisper = await person.asks("/mes-donnees")
    assert "conversation privée" in said(whisper)
    waiting = await person.told("se prépare")
    post = await person.told("tout ce que le bot garde de vous")
    [(name, data)] = (await person.files(post)).items()
    assert name.startswith("mes-donnees_")
    await person.rewritten(waiting, "est prête")
    with ZipFile(io.BytesIO(data)) as found:
        assert found.namelist() == ["donnees.json", "mes-donnees.pdf"]
        told = json.loads(found.read("donnees.json"))
        pages = PdfReader(io.BytesIO(found.read("mes-donnees.pdf"))).pages
        return told, " ".join("\n".join(page.extract_text() for page in pages).split())


SHOWN = {"posted", "post_edited", "ephemeral_message"}


async def assert_never_told(room: CaseStage, who: Person, *secrets: str) -> int:
    """Check that nothing that these people received, or can ask for, contains the room’s secret words, nor ids or names
    of reporters; return how many texts were checked."""
    copy, pages = await fetch_data_copy(who)
    said = [*await list_sent(room, who), *list_shown(room, who), json.dumps(copy, ensure_ascii=False), pages]
    names = [name for one in (room.juliette, room.paul) for name in (one.id, one.username)]
    for text in said:
        for secret in (*secrets, *names):
            assert secret not in text, text
    return len(said)


async def list_sent(room: CaseStage, who: Person) -> Iterator[str]:
    """Yield what the outbox has to send to where somebody reads, with the payloads of its buttons and its topic."""
    places = [who.id, await who.direct_channel(), room.place]
    async with room.house.bot.database.transaction(writes=False) as db:
        theirs = or_(col(Outgoing.target).in_(places), col(Outgoing.channel_id).in_(places))
        rows = (await db.exec(select(Outgoing).where(theirs, Outgoing.where != TargetKind.ACT))).all()
        about = (await db.exec(select(JournalEntry).where(JournalEntry.target_id == who.id))).all()
    told = [json.dumps([row.content, row.topic], ensure_ascii=False) for row in rows]
    return iter([*told, *(entry.model_dump_json() for entry in about)])


def list_shown(room: CaseStage, who: Person) -> Iterator[str]:
    """Yield what somebody’s client showed: the bot’s posts, whispers and windows, with all their sealed payloads."""
    for frame in who.ears.frames:
        if frame.event == "open_dialog":
            dialog = json.loads(frame.data["dialog"])["dialog"]
            yield json.dumps(dialog | {"state": _open_state(Links(room.house.settings.secrets), dialog["state"])})
        elif frame.event in SHOWN and json.loads(frame.data["post"])["user_id"] == room.house.site.bot_id:
            yield frame.data["post"]


def _open_state(links: Links, state: str) -> dict[str, Any]:
    return {name: value for name, value in links.open("dialog", state).items() if name != "u"}
