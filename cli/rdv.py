"""« coop-bot rdv »: somebody’s rendez-vous, for who looks after the service (docs/wire.md)."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from cli.availability import find_person
from cli.command import Call
from cli.environment import open_up_to_date
from config.programme import FIRST_DAY
from config.time import find_midnight, write_instant
from dialogs.rdv.titles import say_what, say_when, say_where
from storage.people import Person
from storage.rdv import Rdv
from storage.rdv.appointments import find_reports, list_between

FOREVER = date(9000, 1, 1)


async def show(call: Call, user: str, start: date | None, end: date | None, as_json: bool) -> int:
    """Print somebody’s rdv of these days, both included, where this person is; all of them without days."""
    async with open_up_to_date(call.settings) as database, database.transaction(writes=False) as db:
        person = await find_person(db, user)
        rdvs = await _list_days(db, person, start or FIRST_DAY, end or FOREVER)
        reports = await find_reports(db, rdvs)
    if as_json:
        print(json.dumps([describe(rdv, reports.get(rdv.number)) for rdv in rdvs], ensure_ascii=False))
        return 0
    today = call.clock().astimezone(person.zone).date()
    for rdv in rdvs:
        state = rdv.find_state(reports.get(rdv.number)).label
        said = (say_when(rdv, person.zone, today), say_what(rdv), say_where(rdv) or "-", state)
        print(" · ".join((f"n° {rdv.number}", *said)))
    return 0


async def _list_days(db: AsyncSession, person: Person, start: date, end: date) -> Sequence[Rdv]:
    first, last = (find_midnight(day, person.zone) for day in (start, end + timedelta(days=1)))
    return await list_between(db, person.id, first, last)


def describe(rdv: Rdv, report: int | None) -> Mapping[str, object]:
    """Describe a rdv to a program."""
    return {
        "id": rdv.number,
        "debut": write_instant(rdv.starts_at),
        "fin": write_instant(rdv.ends_at),
        "duree": rdv.minutes,
        "lieu": say_where(rdv),
        "canal": rdv.canal.value,
        "themes": list(rdv.theme_codes),
        "collectif": rdv.collective,
        "places": rdv.seats,
        "etat": rdv.find_state(report).value,
        "source": rdv.source.value,
        "cra": report,
        "visio": rdv.visio_url or None,
    }
