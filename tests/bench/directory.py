"""How long the directory takes to be searched, with 5,000 people in it: the first time, and then."""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from statistics import median

from bot.clock import utc_now
from config.territories import DEPARTEMENTS
from config.themes import THEMES
from storage import annuaire
from storage.communes import list_communes, load_communes
from storage.database import Database
from storage.people import Person, Role
from tests.bench.client import Chatter
from tests.bench.figures import Figure, ms
from tests.bench.plan import Plan
from tests.bench.store import Stores

GOAL = 0.050
FIRST = ("Zoé", "Jean-Pierre", "Anna", "Mélanie", "Ahmed", "Lucie", "Gaël", "Marie")
LAST = ("Perrin", "Le Goff", "Martin", "Benali", "Dubois", "O’Neill", "Périn", "Fontaine", "Nguyen", "Roux")
QUERIES = ("perin", "zoé perrin", "coordinateur 69", "69", "lyon", "linux", "mairie", "traitement de texte", "")


async def measure(plan: Plan, chatter: Chatter, stores: Stores, folder: Path) -> Figure:
    """Measure every kind of query in turn, by somebody with a département."""
    load_communes()
    database = Database(stores.bot)
    try:
        await _peopled(database, plan.listed)
        (first,) = [took async for took in _searched(database, 1)]
        then = [took async for took in _searched(database, plan.searches)]
    finally:
        await database.close()
    measured = f"{ms(median(then))}, {ms(max(then))} au plus"
    name = f"(k) /annuaire parmi {plan.listed} personnes, {stores.name}"
    return Figure(name, measured, f"la première fois : {ms(first)}", "≤ 50 ms", median(then) <= GOAL)


async def _peopled(database: Database, count: int) -> None:
    communes, departements, themes = list(list_communes()), list(DEPARTEMENTS), list(THEMES)
    async with database.transaction() as db:
        for n in range(count):
            commune = communes[n * 7919 % len(communes)]
            row = Person(
                id=f"listed{n:020d}",
                username=f"listed-{n}",
                role=Role.COORDINATEUR if n % 30 == 0 else Role.CONSEILLER,
                prenom=FIRST[n % len(FIRST)],
                nom=f"{LAST[n % len(LAST)]}{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}",
                structure=f"Mairie de {commune.nom}",
                code_commune=commune.code,
                departements=[departements[n % len(departements)]],
                skills=[themes[n % len(themes)]],
                skill_words=["Linux"] if n % 50 == 0 else [],
                since=utc_now(),
            )
            db.add(row)


async def _searched(database: Database, times: int) -> AsyncIterator[float]:
    """Yield the seconds of each search, with the register read anew each time."""
    viewer = Person(id="viewer", username="viewer", role=Role.CONSEILLER, departements=["69"], since=utc_now())
    for n in range(times):
        begun = time.perf_counter()
        async with database.transaction(writes=False) as db:
            (await annuaire.read_index(db, utc_now().date())).search(viewer, QUERIES[n % len(QUERIES)])
        yield time.perf_counter() - begun
