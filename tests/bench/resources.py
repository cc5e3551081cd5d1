"""Measure (o): a search among 20,000 resources, against the database’s own full-text search by its bare driver."""

import random
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg

from bot.clock import utc_now
from config.ressources import CATEGORIES, KINDS, synonyms
from config.themes import THEMES
from storage.communes import list_communes
from storage.database import Database
from storage.ressources import Resource, ResourceState, catalogue, search
from storage.ressources.query import split_words, stem
from storage.ressources.resources import begin_writing, make_key, write_resources
from tests.bench.client import Chatter
from tests.bench.figures import Figure, ms
from tests.bench.plan import Plan
from tests.bench.store import Stores

GOAL, RATIO, FIRST = 0.030, 2.0, 0.050
FOUND = 10
AT_ONCE = 500
QUERIES = (
    *("impots", "mail", "mot de passe", "déclaration de revenus", "atelier tablette", "souris", "cv", "lyon"),
    *("photos smartphone", "visio senior", "wifi", "carte grise", "ordinat", "imprimnte", "traitement de texte"),
    *("fiche atelier courriel", "banque en ligne securite", "apprendre", "vidéo montage", "france travail compte"),
)
VERBS = ("Apprendre", "Découvrir", "Utiliser", "Comprendre", "Régler", "Préparer", "Choisir", "Sécuriser", "Atelier :")
_TABLES = {
    "sqlite": "CREATE VIRTUAL TABLE fts USING fts5(titre UNINDEXED, said)",
    "postgresql": "CREATE TABLE fts (id int PRIMARY KEY, titre text, said tsvector)",
}
Ask = Callable[[str], Awaitable[Sequence[Any]]]


async def measure(plan: Plan, chatter: Chatter, stores: Stores, folder: Path) -> Figure:
    """Measure every query, ours and theirs one after the other; our first one reads the table."""
    resources = list(_resources(plan.resources))
    database = Database(stores.bot, folder=folder)
    try:
        await _store(database, resources)
        making, first = await _warm_up(database), await _first(database)
        asked = _sqlite if database.is_sqlite else _postgresql
        ours, theirs = await asked(plan, database, stores.raw(stores.hand), resources)
    finally:
        await database.close()
    ratio = median(ours) / median(theirs)
    measured = f"{ms(median(ours))} = ×{ratio:.2f}, {ms(max(ours))} au plus ; après un démarrage {ms(first)}"
    measured += f", sans fichier {ms(making)}"
    name = f"(o) recherche parmi {plan.resources} fiches, {stores.name}"
    goal = "≤ 30 ms, ≤ ×2 ; ≤ 50 ms"
    kept = median(ours) <= GOAL and ratio <= RATIO and first <= FIRST
    return Figure(name, measured, f"{ms(median(theirs))}, {ms(max(theirs))} au plus", goal, kept)


async def _warm_up(database: Database) -> float:
    """Read all resources and write the file, as the first start does; return the seconds."""
    begun = time.perf_counter()
    async with database.transaction(writes=False) as db:
        await catalogue.warm_up(db)
    return time.perf_counter() - begun


async def _first(database: Database) -> float:
    """Search as a process does that has just begun, with the file of the one before: the middle of five."""
    took = []
    for query in QUERIES[:5]:
        catalogue.forget_indexes()
        begun = time.perf_counter()
        await _ours(database, query)
        took.append(time.perf_counter() - begun)
    return median(took)


async def _ours(database: Database, query: str) -> int:
    async with database.transaction(writes=False) as db:
        return len((await search(db, query, limit=FOUND)).hits)


async def _in_turn(plan: Plan, database: Database, ask: Ask) -> tuple[list[float], list[float]]:
    ours, theirs = list[float](), list[float]()
    for number in range(plan.searches * 5):
        query = QUERIES[number % len(QUERIES)]
        begun = time.perf_counter()
        await _ours(database, query)
        between = time.perf_counter()
        await ask(query)
        ours.append(between - begun)
        theirs.append(time.perf_counter() - between)
    return ours, theirs


async def _sqlite(
    plan: Plan, database: Database, path: str, resources: Sequence[Resource]
) -> tuple[list[float], list[float]]:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(_TABLES["sqlite"])
        connection.executemany("INSERT INTO fts (titre, said) VALUES (?, ?)", [(r.titre, _said(r)) for r in resources])
        connection.commit()

        async def ask(query: str) -> Sequence[Any]:
            found = [stem(word) for word in split_words(query)]
            match = " AND ".join([*(f'"{word}"' for word in found[:-1]), f'"{found[-1]}"*'])
            statement = "SELECT rowid, titre FROM fts WHERE fts MATCH ? ORDER BY rank LIMIT 10"
            return connection.execute(statement, (match,)).fetchall()

        return await _in_turn(plan, database, ask)


async def _postgresql(
    plan: Plan, database: Database, url: str, resources: Sequence[Resource]
) -> tuple[list[float], list[float]]:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(_TABLES["postgresql"])
        rows = [(n, r.titre, _said(r)) for n, r in enumerate(resources)]
        await connection.executemany("INSERT INTO fts VALUES ($1, $2, to_tsvector('simple', $3))", rows)
        await connection.execute("CREATE INDEX ix_fts ON fts USING gin (said)")
        await connection.execute("ANALYZE fts")

        async def ask(query: str) -> Sequence[Any]:
            found = [stem(word) for word in split_words(query)]
            match = " & ".join([*(f"'{word}'" for word in found[:-1]), f"'{found[-1]}':*"])
            statement = "SELECT id, titre FROM fts, to_tsquery('simple', $1) q WHERE said @@ q"
            return list(await connection.fetch(f"{statement} ORDER BY ts_rank(said, q) DESC, id LIMIT 10", match))

        return await _in_turn(plan, database, ask)
    finally:
        await connection.close()


def _said(resource: Resource) -> str:
    """Return the words and stems of all that a resource says."""
    found = split_words(f"{resource.titre} {resource.description}")
    return " ".join([*found, *map(stem, found)])


async def _store(database: Database, resources: Sequence[Resource]) -> None:
    for at in range(0, len(resources), AT_ONCE):
        async with database.transaction() as db:
            await write_resources(db, resources[at : at + AT_ONCE], await begin_writing(db))


def _resources(count: int) -> Iterator[Resource]:
    """Yield as many resources as wanted, always the same, no two alike: common words, and names that few have."""
    draw = random.Random(12)
    things = [phrase for group in synonyms() for phrase in group]
    usual = [word for theme in THEMES.values() for word in theme.mots]
    places = [commune.nom for commune in list_communes()]
    now = utc_now()
    for number in range(count):
        titre = f"{draw.choice(VERBS)} {draw.choice(things)} à {draw.choice(places)}"
        description = " ".join([*draw.choices(usual, k=10), *draw.choices(things, k=3), *draw.choices(places, k=2)])
        yield Resource(
            titre=titre,
            key=make_key("", f"{titre} {number}"),
            description=description,
            categorie=draw.choice(list(CATEGORIES)),
            type=draw.choice(list(KINDS)),
            themes=1 << draw.randrange(len(THEMES)),
            date=date(2022, 1, 1) + timedelta(days=draw.randrange(1500)),
            state=ResourceState.PUBLISHED,
            created_at=now,
            changed_at=now,
            revision=0,
        )
