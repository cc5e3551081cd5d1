"""The register and some years of comptes rendus for the demo’s people: what « demo-data » makes up, in their names."""

import random
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from cli.demo.cast import Actor, everybody
from cli.demo_data import storing
from cli.demo_data.crowd import Conseiller
from cli.demo_data.rows import HistoryPlan
from storage import people
from storage.communes import by_code
from storage.database import Database
from storage.people import Person, Role

SEED = 0
A_DAY = 0.8
"""Comptes rendus a day and conseiller, all days counted: five or six a week."""


async def fill(database: Database, ids: Mapping[str, str], now: datetime) -> int:
    """Write the register and the history, from last year’s beginning to yesterday; say how many reports there are."""
    last = now.date() - timedelta(days=1)
    start = date(last.year - 1, 1, 1)
    crowd = [_conseiller(actor, ids[actor.username]) for actor in everybody() if actor.files_reports]
    wanted = HistoryPlan(round(A_DAY * len(crowd) * (last - start).days), SEED, start, last)
    async with database.transaction() as db:
        for actor in everybody():
            await people.register(db, register(actor, ids[actor.username], now - timedelta(days=500)))
    async with database.engine.connect() as connection:
        async for _ in storing.fill(connection, wanted, crowd):
            pass
    return wanted.count


def register(actor: Actor, user_id: str, since: datetime) -> Person:
    """The actor’s line in the register."""
    return Person(
        id=user_id,
        username=actor.username,
        role=Role(actor.role),
        prenom=actor.first_name,
        nom=actor.last_name,
        email=actor.email,
        code_commune=actor.communes[0] if actor.communes else None,
        structure=actor.structure,
        departements=[actor.departement] if actor.departement else [],
        timezone=actor.timezone,
        since=since,
    )


def _conseiller(actor: Actor, user_id: str) -> Conseiller:
    places = tuple(place for place in map(by_code, actor.communes) if place)
    dice = random.Random(actor.username)  # noqa: S311  (a story, not a secret)
    departement = actor.departement or places[0].departement
    return Conseiller(user_id, actor.username, departement, actor.structure, places, dice.uniform(0.7, 1.4))
