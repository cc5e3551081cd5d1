"""« coop-bot role » and « coop-bot people »: the register of who is who, given, taken back and shown."""

import json
from argparse import Namespace
from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.french.words import NBSP, plural
from cli.columns import align
from cli.noting import note_about
from cli.opening import begin_reading, open_up_to_date
from cli.people.finding import find
from cli.people.notices import tell
from cli.sending import Pen
from commands.membres.feature import feature
from config.settings import Settings
from storage import people
from storage.journal import Act, Entry
from storage.people import Person, Role

AUTO = "auto"
"""The role that follows from Mattermost: the register gives none."""


async def role(settings: Settings, options: Namespace, now: datetime) -> int:
    """Give somebody a role, or let it follow from Mattermost again."""
    username = options.username.strip().removeprefix("@").lower()
    wanted = None if options.role == AUTO else Role(options.role)
    async with open_up_to_date(settings) as database:
        person, is_new = await find(database, settings, username, now)
        before = person.role
        if not (is_new and wanted is None):
            async with database.transaction() as db:
                await _give(db, person, wanted, now)
                after = Person(**(person.model_dump() | {"role": wanted}))
                await tell(db, Pen(settings, lambda: now, feature.name), [(person, after)], now)
    print(_outcome(person.username, before, wanted))
    return 0


async def show(settings: Settings, options: Namespace) -> int:
    """Write the register, by user name."""
    async with open_up_to_date(settings) as database, begin_reading(database) as db:
        everybody = await people.every(db)
    if options.json:
        print(json.dumps([_as_object(person) for person in everybody], ensure_ascii=False))
    else:
        print("\n".join(_lines(everybody)))
    return 0


async def _give(db: AsyncSession, person: Person, wanted: Role | None, now: datetime) -> None:
    await people.give(db, Person(**(person.model_dump() | {"role": wanted})))
    if person.role != wanted:
        await note_about(db, _entry(person, wanted, now))


def _entry(person: Person, wanted: Role | None, now: datetime) -> Entry:
    before, after = ({"role": role.value if role else AUTO} for role in (person.role, wanted))
    whom, name, thing = person.id, person.username, f"personne:{person.id}"
    entry = Entry(at=now, act=Act.MEMBER_CHANGE, object=thing, target_id=whom, target=name)
    return entry.sqlmodel_update({"before": before, "after": after})


def _outcome(username: str, before: Role | None, now: Role | None) -> str:
    if before == now:
        return f"@{username} : {_say(now)}. Rien à changer."
    return f"@{username} : {_say(now)} (avant : {_say(before)}). Un bot qui tourne le sait dans la minute."


def _say(role: Role | None) -> str:
    return role.label if role else "le rôle suit Mattermost"


def _as_object(person: Person) -> dict[str, object]:
    """One person as docs/wire.md describes them."""
    return {
        "id": person.id,
        "username": person.username,
        "role": person.role.value if person.role else AUTO,
        "departements": list(person.departements),
        "structure": person.structure,
    }


def _lines(everybody: Sequence[Person]) -> Iterator[str]:
    """A table to be read, as wide as its widest cells."""
    rows = [("nom", "rôle", "départements", "structure")]
    rows += [(f"@{p.username}", _short(p), ", ".join(p.departements) or "—", p.structure or "—") for p in everybody]
    yield from align(rows)
    yield f"{plural(len(everybody), 'personne').replace(NBSP, ' ')}."


def _short(person: Person) -> str:
    """The role, and in brackets the one that follows from Mattermost, as far as it was told."""
    if person.role is not None:
        return person.role.value
    return f"{AUTO} ({person.derived_role.value})" if person.derived_role else AUTO
