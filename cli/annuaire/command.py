"""« search people » and « import contacts » with a real database and the standard streams."""

import json
import os
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.french.words import NBSP, plural
from cli.annuaire.importing import Import
from cli.columns import align
from cli.errors import OperatorError
from cli.opening import begin_reading, open_database, open_up_to_date
from cli.politeness import POLITENESS
from cli.progress import ProgressBar
from cli.tables import open_table
from config.settings import Settings
from storage import migrate, people
from storage.annuaire import NETWORK, Hit, read
from storage.annuaire.contacts import COLUMNS
from storage.people import Person, Role, SameNameError, awaited


async def search_people(settings: Settings, options: Namespace, now: datetime) -> int:
    """Write the people whom somebody would find, the best first."""
    async with open_up_to_date(settings) as database, begin_reading(database) as db:
        viewer = await _viewer(db, options.viewer.strip().removeprefix("@").lower())
        today = viewer.today(now)
        is_open = viewer.may(NETWORK) and not viewer.has_left(today)
        index = await read(db, today, awaited=True)
        hits = index.search(viewer, options.query) if is_open else []
    if not is_open:
        print(f"L’annuaire n’est pas ouvert à @{viewer.username} : son rôle ne le permet pas.", file=sys.stderr)
    found = [_as_object(hit, hit.entry.person) for hit in hits if hit.entry.person]
    print(json.dumps(found, ensure_ascii=False) if options.json else "\n".join(_lines(found)))
    return 0


async def import_contacts(settings: Settings, name: str, now: datetime) -> int:
    """Take a file in; 1 when a line was refused, 0 otherwise."""
    os.nice(POLITENESS)
    await migrate.prepare(settings.database_url)
    async with open_database(settings) as database:
        with open_table(name, COLUMNS, [{"nom"}, {"organisme"}]) as table:
            outcome = await Import(database, now, _complain).run(table, ProgressBar(sys.stderr, "ligne lue"))
    print(outcome)
    return 1 if outcome.refused else 0


async def _viewer(db: AsyncSession, username: str) -> Person:
    """Who looks: of the register, else of those announced. Their role may be what Mattermost last told."""
    try:
        person = await people.by_username(db, username)
    except SameNameError:
        raise OperatorError(
            f"Plusieurs personnes du registre s’appellent « {username} » : « coop-bot people » les montre."
        ) from None
    if person is None and (line := await awaited.find(db, username)) is not None:
        person = awaited.fill(Person(id="", username=username, since=line.imported_at), line)
    if person is None:
        raise OperatorError(f"Personne ne s’appelle « {username} » dans le registre.")
    return Person(**(person.model_dump() | {"role": person.role or person.derived_role or _unknown(person)}))


def _unknown(person: Person) -> Role | None:
    """Who is announced without a role will be a conseiller by their address; of others nothing is known."""
    return None if person.id else Role.CONSEILLER


def _complain(number: int, reason: str) -> None:
    print(f"ligne {number} : {reason}", file=sys.stderr)


def _as_object(hit: Hit, person: Person) -> dict[str, object]:
    """One person as docs/wire.md describes them."""
    return {
        "id": person.id,
        "username": person.username,
        "nom": person.full_name,
        "role": person.role.value if person.role else None,
        "departement": person.departement,
        "score": hit.score,
    }


def _lines(found: Sequence[dict[str, object]]) -> Iterator[str]:
    """A table to be read."""
    rows = [("score", "nom", "utilisateur", "rôle", "département")]
    rows += [
        (
            str(one["score"]),
            str(one["nom"]),
            f"@{one['username']}",
            str(one["role"] or "—"),
            str(one["departement"] or "—"),
        )
        for one in found
    ]
    if found:
        yield from align(rows)
    yield f"{plural(len(found), 'personne').replace(NBSP, ' ')}."
