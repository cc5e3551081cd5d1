"""The rights of people over their data: a copy of everything held about them, in French words, and its erasure, in
steps of one transaction each, harmless when repeated, after which nothing leads back to them."""

import json
import secrets
import string
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Text, cast, delete, func, literal, or_, select, true, update
from sqlmodel.ext.asyncio.session import AsyncSession

from config.tables import read
from config.themes import THEMES, from_bits
from storage import people
from storage.database import execute, iterate_pages, read_mappings, store
from storage.hotline import OPEN, Reason, TicketState
from storage.hotline import tickets as helpdesk
from storage.people import ERASED, Person
from storage.people.transitions import Erasure
from storage.personal_data import GROUPS, PERSONAL_DATA
from storage.personal_data.declarations import ErasureFate, PersonalData, Row, day_of, table_named
from storage.ressources import resources

PAGE = 500
"""Rows read at once."""
OTHER = "une autre personne"
LABELS = {row["code"]: row["label"] for row in read("personal_data_labels.tsv") if row["kind"] == "column"}
"""The French names of columns; "" where a column says nothing of anybody."""
VALUES = {row["code"]: row["label"] for row in read("personal_data_labels.tsv") if row["kind"] == "value"}
"""The French names of codes; values that are not here are French already."""
GIVEN: tuple[PersonalData, ...] = tuple(one for one in PERSONAL_DATA if one.has_owners and not one.not_given)
"""The declarations of which people get a copy."""


def list_columns(holding: PersonalData) -> Sequence[str]:
    """List the columns of a table that are given to their person, without those that only say whose a row is."""
    whose = holding.own if len(holding.own) == 1 else ()
    left_out = {*holding.withheld, *whose}
    names = (column.name for column in holding.table.columns)
    return [name for name in names if name not in left_out and LABELS.get(name) != ""]


async def read_pages(db: AsyncSession, holding: PersonalData, user_id: str) -> AsyncIterator[Sequence[Row]]:
    """Yield somebody’s rows as they may see them, under French names, one page at a time."""
    wanted = select(holding.table).where(holding.given_to(user_id))
    key = holding.table.primary_key.columns
    async for found in iterate_pages(read_mappings(db), wanted, *key, size=PAGE):
        page = [dict(row) for row in found]
        names = await _names(db, holding, page)
        yield [_describe_row(holding, row, user_id, names) for row in page]


def _people_columns(holding: PersonalData) -> Sequence[str]:
    return (*holding.own, *holding.others)


async def _names(db: AsyncSession, holding: PersonalData, page: Sequence[Row]) -> Mapping[str, str]:
    """Find the names of the other people that some rows mention."""
    ids = {row[name] for row in page for name in _people_columns(holding) if row[name]}
    person = table_named("person").c
    found = await execute(db, select(person.id, person.username).where(person.id.in_(ids)))
    return {row.id: row.username for row in found.all()}


def _describe_row(holding: PersonalData, row: Row, user_id: str, names: Mapping[str, str]) -> Row:
    seen = holding.shown(row, user_id) if holding.shown else row
    people = _people_columns(holding)
    told = {}
    for name in list_columns(holding):
        value: Any = day_of(seen[name]) if name in holding.days else seen[name]
        if name in people and value:
            value = "vous" if value == user_id else names.get(value, OTHER)
        told[LABELS[name]] = _say_value(name, value)
    return told


def _say_value(name: str, value: Any) -> Any:
    """Say a value in words."""
    if name == "themes" and isinstance(value, int):
        return [THEMES[code].libelle for code in from_bits(value)]
    if isinstance(value, StrEnum):
        return str(getattr(value, "label", VALUES.get(value, value)))
    return value


@dataclass(frozen=True, slots=True)
class Duties:
    """What somebody is still responsible for: open tickets that they asked, open tickets that they have, turns of duty
    to come."""

    asked: int
    held: int
    turns: int


async def duties_of(db: AsyncSession, user_id: str, now: datetime) -> Duties:
    """Count what somebody is still responsible for."""
    ticket, turn = table_named("ticket").c, table_named("duty_turn").c
    count = select(func.count())
    still = ticket.state.in_(OPEN)
    counted = [
        count.where(ticket.author_id == user_id, still),
        count.where(ticket.agent_id == user_id, still),
        count.where(turn.user_id == user_id, turn.ends > now.date()),
    ]
    return Duties(*[int((await execute(db, each)).scalar_one()) for each in counted])


LONG_GONE = date(1970, 1, 1)
"""The last day of pseudonyms: long ago, so that nobody counts them or writes to them."""
_LETTERS = string.ascii_lowercase + string.digits
STEPS = 2 + len(GROUPS)
"""The number of steps of an erasure: a pseudonym, each group of tables, the register."""
_LEANING = ("cra", "cra_last_commune", "stats_subscription")
"""Tables whose rows need their person in the register."""


@dataclass(frozen=True, slots=True)
class ErasedPerson:
    """The person being erased: their id, the pseudonym that replaces it, and their names."""

    user_id: str
    pseudonym: str
    username: str
    called: Sequence[str]


async def erase_step(db: AsyncSession, erasure: Erasure, now: datetime) -> None:
    """Do the next step of a locked erasure, and note that it is done."""
    if erasure.step == 0:
        await _begin(db, erasure, now)
    elif erasure.step <= len(GROUPS):
        who = await _read_erased_person(db, erasure)
        for holding in GROUPS[erasure.step - 1]:
            await _erase(db, holding, who)
    elif await _is_back(db, erasure.user_id):
        erasure.step = -1  # something came in meanwhile: once more, under another pseudonym
    else:
        await _leave(db, erasure)
        erasure.done_at, erasure.pseudonym = now, ""
    erasure.step += 1
    await store(db, erasure)


async def _begin(db: AsyncSession, erasure: Erasure, now: datetime) -> None:
    """Register a pseudonym, which stays for the figures; close what is open, or hand it back."""
    erasure.pseudonym = "".join(secrets.choice(_LETTERS) for _ in range(26))
    nobody = Person(id=erasure.pseudonym, username=ERASED, left_on=LONG_GONE, is_hidden=True, since=now)
    await people.register_person(db, nobody)
    await helpdesk.pass_on_duplicates(db, erasure.user_id, now)
    tickets = table_named("ticket")
    still = tickets.c.state.in_(OPEN)
    again = tickets.c.version + 1
    closed = {"state": TicketState.CLOS, "reason": Reason.SANS_SUITE, "closed_at": now, "asked_at": None}
    asked = update(tickets).where(tickets.c.author_id == erasure.user_id, still)
    await execute(db, asked.values(**closed, version=again))
    held = update(tickets).where(tickets.c.agent_id == erasure.user_id, still)
    waits = tickets.c.state == TicketState.EN_ATTENTE
    await execute(db, held.where(waits).values(agent_id="", version=again))
    await execute(db, held.where(~waits).values(agent_id="", state=TicketState.NOUVEAU, version=again))


async def _leave(db: AsyncSession, erasure: Erasure) -> None:
    """Delete the person from the register; so the pseudonym, unless figures need it."""
    person, cras, months = table_named("person"), table_named("cra"), table_named("cra_month")
    leans = select(cras.c.id).where(cras.c.author_id == erasure.pseudonym).exists()
    await execute(db, delete(person).where(person.c.id == erasure.user_id))
    await execute(db, delete(months).where(months.c.author_id == erasure.pseudonym, ~leans))
    await execute(db, delete(person).where(person.c.id == erasure.pseudonym, ~leans))


async def _read_erased_person(db: AsyncSession, erasure: Erasure) -> ErasedPerson:
    person = await people.get(db, erasure.user_id)
    username = person.username if person else ""
    called = [username, f"@{username}", person.full_name] if person else []
    return ErasedPerson(erasure.user_id, erasure.pseudonym, username, [name for name in called if name.strip("@ ")])


async def _is_back(db: AsyncSession, user_id: str) -> bool:
    """Tell whether somebody was active again since their erasure was planned."""
    for one in PERSONAL_DATA:
        if one.name in _LEANING and (await execute(db, select(one.table).where(one.mine(user_id)).limit(1))).first():
            return True
    return False


async def _erase(db: AsyncSession, holding: PersonalData, who: ErasedPerson) -> None:
    """Erase what a table says of somebody, except the register itself, which is needed until the end. Even where a
    table keeps its owners’ rows, their name is removed from the rows of others."""
    if holding.name == "person" or holding.fate is ErasureFate.NONE:
        return
    if holding.fate is not ErasureFate.KEPT:
        await _erase_own(db, holding, who)
    for name in holding.lists:
        await _rewrite(db, holding, name, who)


async def _erase_own(db: AsyncSession, holding: PersonalData, who: ErasedPerson) -> None:
    """Delete or blank the rows that somebody owns; where other rows name them, put the pseudonym or nobody."""
    table, fate = holding.table, holding.fate
    instead = dict(holding.blanks)
    if holding.name == "resource":  # readers remember resources by this number
        instead["revision"] = await resources.begin_writing(db)
    if holding.name == "cra":  # the key of an import may name its author
        instead["key"] = literal("efface:") + cast(table.c.id, Text)
    if fate is ErasureFate.RENAMED and holding.own:  # also of people not in the register
        instead |= dict.fromkeys(holding.names, ERASED)
    if fate is ErasureFate.RENAMED and instead:
        await execute(db, update(table).where(holding.mine(who.user_id)).values(instead))
    for name in holding.credits:
        known = [who.user_id, *who.called]
        await execute(db, update(table).where(table.c[name].in_(known)).values({name: ""}))
    if fate is ErasureFate.DELETED and holding.has_owners:
        await execute(db, delete(table).where(holding.mine(who.user_id)))
    elif fate is ErasureFate.DELETED and who.username:
        await execute(db, delete(table).where(or_(*(table.c[name] == who.username for name in holding.names))))
    for name in (*holding.own, *holding.others):
        await execute(db, update(table).where(table.c[name] == who.user_id).values({name: who.pseudonym}))
    for name in holding.names if who.username else ():
        await execute(db, update(table).where(table.c[name] == who.username).values({name: ERASED}))


async def _rewrite(db: AsyncSession, holding: PersonalData, name: str, who: ErasedPerson) -> None:
    """Replace somebody’s id and names inside JSON, where a whole value is one of them."""
    column, key = holding.table.c[name], list(holding.table.primary_key.columns)
    instead = {who.user_id: who.pseudonym} | dict.fromkeys(who.called, ERASED)
    has = or_(*(cast(column, Text).contains(json.dumps(said)[1:-1], autoescape=True) for said in instead))
    may = ~holding.mine(who.user_id) if holding.fate is ErasureFate.KEPT else true()
    for row in (await execute(db, select(*key, column).where(has, may))).all():
        here = [part == value for part, value in zip(key, row, strict=False)]
        await execute(db, update(holding.table).where(*here).values({name: _replace(row[-1], instead)}))


def _replace(value: Any, instead: dict[str, str]) -> Any:
    if isinstance(value, str):
        return instead.get(value, value)
    if isinstance(value, list):
        return [_replace(one, instead) for one in value]
    if isinstance(value, dict):
        return {key: _replace(one, instead) for key, one in value.items()}
    return value
