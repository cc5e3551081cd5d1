"""Measure (f): statistics on a long history: one’s own, a territory’s, and what demo-data and papers take."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median

import duckdb
from sqlalchemy import ClauseElement, Date, cast, func, select, text
from sqlalchemy.dialects.postgresql.asyncpg import dialect as postgres_dialect
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.cra.measures import CRA, EACH
from storage.database import Database
from storage.stats import Figures
from storage.stats.queries import NATION, Crowd, Territory, crowd, own
from storage.stats.territories import gathered
from tests import postgres
from tests.bench import history
from tests.bench.figures import Figure, ms
from tests.bench.history import Histories
from tests.bench.papers import papers
from tests.bench.plan import Plan
from tests.bench.store import postgresql

MONTH = (date(2026, 10, 1), date(2026, 11, 1))
YEAR = (date(2025, 11, 1), date(2026, 11, 1))
RHONE = Territory(("69",))
OWN_AT_MOST = {"PostgreSQL": 1.3, "SQLite": 1.5}
NATION_AT_MOST_S = {"PostgreSQL": 1.0, "SQLite": 0.15}
RHONE_AT_MOST_S = 0.025
DEMO_AT_MOST_S = 45
DERIVED = ("personnes", "nouveaux", "poursuivis", "temps")
_SPOKEN = postgres_dialect()  # type: ignore[no-untyped-call]

Ask = Callable[[AsyncSession], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Duck:
    """The yardstick of territories: the same rows, asked the same questions."""

    connection: duckdb.DuckDBPyConnection

    def crowd(self, territory: Territory, start: date, end: date) -> tuple[Crowd, float]:
        """The territory’s figures, the conseillers behind each and its months, and how many seconds they took."""
        figures, months = _questions(territory, start, end)
        begun = time.perf_counter()
        found = self.connection.execute(figures).fetchall()[0]
        counts = self.connection.execute(months).fetchall()
        took = time.perf_counter() - begun
        sums = dict(zip(EACH, found, strict=False))
        behind = dict(zip((*EACH, *DERIVED), found[len(EACH) :], strict=True))
        mois = {month.replace(day=1): n for month, n in sorted(counts)}
        return Crowd(Figures.of(sums, mois), behind["accompagnements"], behind), took


async def measure(plan: Plan, folder: Path) -> AsyncIterator[Figure]:
    """SQLite first: DuckDB reads its file."""
    yield await _demo_sqlite(plan, folder)
    for figure in await papers(plan, folder):
        yield figure
    histories = await history.on_sqlite(plan, folder)
    duck = Duck(history.in_duckdb(folder / "long.db", folder))
    async for figure in _asked(plan, histories, duck):
        yield figure
    history.cleared(folder)
    if plan.postgres:
        async with postgresql() as server:
            if server is not None:
                async for figure in _on_postgresql(plan, server, folder, duck):
                    yield figure
    duck.connection.close()


async def _on_postgresql(plan: Plan, server: postgres.Server, folder: Path, duck: Duck) -> AsyncIterator[Figure]:
    async with server.database() as made, server.database() as empty:
        took = await history.made(made, plan.demo_cras, plan.conseillers)
        raw = await history.raw_postgresql(server, _name(made), _name(empty), folder)
        yield _demo(plan, "PostgreSQL", took.seconds, ("COPY nu", raw))
    async with server.database() as long, server.database() as short:
        histories = await history.on_postgresql(plan, server, folder, (_name(long), _name(short)))
        async for figure in _asked(plan, histories, duck):
            yield figure


def _name(url: str) -> str:
    return url.partition("@/")[2].partition("?")[0]


async def _demo_sqlite(plan: Plan, folder: Path) -> Figure:
    file = folder / "demo.db"
    took = await history.made(f"sqlite:///{file}", plan.demo_cras, plan.conseillers)
    raw = await history.raw_sqlite(file, folder)
    return _demo(plan, "SQLite", took.seconds, ("executemany nu", raw))


def _demo(plan: Plan, name: str, seconds: float, bare: tuple[str, float]) -> Figure:
    how, raw = bare
    what = f"(f) demo-data de {_count(plan.demo_cras)} CRA, {name}"
    measured = f"{seconds:.1f} s ({seconds / raw:.2f} ×)"
    return Figure(what, measured, f"{how} {raw:.1f} s", f"≤ {DEMO_AT_MOST_S} s", seconds <= DEMO_AT_MOST_S)


async def _asked(plan: Plan, histories: Histories, duck: Duck) -> AsyncIterator[Figure]:
    long, short = Database(histories.long), Database(histories.short)
    try:
        for what, days in (("mois", MONTH), ("an", YEAR)):
            yield await _own(plan, histories, (long, short), what, days)
        at_most = RHONE_AT_MOST_S if histories.name == "PostgreSQL" else None
        yield await _territory(plan, (histories.name, long), duck, ("mois du Rhône", RHONE, MONTH, at_most))
        nation = NATION_AT_MOST_S[histories.name]
        yield await _territory(plan, (histories.name, long), duck, ("année du pays", NATION, YEAR, nation))
        took = [(await _timed(long, lambda db: gathered(db, *YEAR)))[1] for _ in range(plan.rounds)]
        what = f"(f) année de tous les territoires ensemble, {_count(plan.cras)} CRA, {histories.name}"
        yield Figure(what, ms(median(took)), "ce que le masquage demande", "")
    finally:
        await long.close()
        await short.close()


async def _own(
    plan: Plan, histories: Histories, pair: tuple[Database, Database], what: str, days: tuple[date, date]
) -> Figure:
    """The same people with the same rows of their own, in turn in the one and in the other."""
    asks = [_mine(person.id, days) for person in histories.people]
    rounds: list[list[float]] = []
    for turn in range(plan.rounds + 1):
        in_turn = [await _median(database, asks) for database in pair[:: 1 if turn % 2 else -1]]
        rounds.append(in_turn[:: 1 if turn % 2 else -1])
    # The first round fills the caches.
    long, short = (median(column) for column in zip(*rounds[1:], strict=True))
    ratio, at_most = long / short, OWN_AT_MOST[histories.name]
    return Figure(
        f"(f) mon {what}, {_count(plan.cras)} CRA, {histories.name}",
        f"{ms(long)} ({ratio:.2f} ×)",
        f"{ms(short)} parmi ceux de {len(histories.people)} personnes",
        f"≤ {at_most} ×".replace(".", ","),
        ratio <= at_most,
    )


def _mine(author_id: str, days: tuple[date, date]) -> Ask:
    return lambda db: own(db, author_id, *days)


async def _median(database: Database, asks: Sequence[Ask]) -> float:
    return median([(await _timed(database, ask))[1] for ask in asks])


async def _timed(database: Database, ask: Ask) -> tuple[object, float]:
    """What it answers, and in how many seconds; to get a connection does not count."""
    async with database.transaction(writes=False) as db:
        await db.execute(text("SELECT 1"))
        begun = time.perf_counter()
        found = await ask(db)
        return found, time.perf_counter() - begun


async def _territory(
    plan: Plan,
    where: tuple[str, Database],
    duck: Duck,
    asked: tuple[str, Territory, tuple[date, date], float | None],
) -> Figure:
    (name, database), (what, territory, days, at_most) = where, asked
    ours, theirs = [], []
    for _ in range(plan.rounds + 1):
        found, took = await _timed(database, lambda db: crowd(db, territory, *days))
        same, yardstick = duck.crowd(territory, *days)
        if found != same:
            raise RuntimeError(f"{what}, {name}: not the same figures\n{found}\n{same}")
        ours.append(took)
        theirs.append(yardstick)
    seconds, yardstick = median(ours[1:]), median(theirs[1:])
    ratio = seconds / yardstick
    goal = "≤ 1 ×" + (f" et ≤ {at_most * 1000:.0f} ms" if at_most else "")
    met = ratio <= 1 and (at_most is None or seconds <= at_most)
    measured = f"{ms(seconds)} ({ratio:.2f} ×)"
    return Figure(f"(f) {what}, {_count(plan.cras)} CRA, {name}", measured, f"DuckDB {ms(yardstick)}", goal, met)


def _questions(territory: Territory, start: date, end: date) -> tuple[str, str]:
    """The figures with the conseillers behind each, and the months, from the rows."""
    where = [CRA.c.date >= start, CRA.c.date < end, CRA.c.deleted_at.is_(None)]
    if territory.departements is not None:
        where.append(CRA.c.departement_structure.in_(territory.departements))
    by_author = select(*(func.sum(each).label(name) for name, each in EACH.items())).where(*where)
    each = by_author.group_by(CRA.c.author_id).subquery()
    personnes = each.c.participants + each.c.individuels + each.c.ponctuelles
    poursuivis = each.c.suite_individuel + each.c.suite_atelier + each.c.suite_redirection
    derived = (personnes, personnes - each.c.recurrents, poursuivis, each.c.accompagnements)
    behind = [func.count().filter(value > 0) for value in (*(each.c[name] for name in EACH), *derived)]
    figures = select(*(func.sum(each.c[name]).label(name) for name in EACH), *behind)
    month = cast(func.date_trunc("month", CRA.c.date), Date)
    months = select(month.label("month"), func.count()).where(*where).group_by("month")
    return _written(figures), _written(months)


def _written(query: ClauseElement) -> str:
    """As text, in the dialect that DuckDB shares with PostgreSQL."""
    return str(query.compile(dialect=_SPOKEN, compile_kwargs={"literal_binds": True}))


def _count(number: int) -> str:
    return f"{number:,}".replace(",", "\u202f")
