"""Measure (f): statistics on a long history: one’s own, a territory’s, and what demo-data and papers take."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median

import duckdb
from sqlalchemy import ClauseElement, Date, cast, distinct, func, select, text
from sqlalchemy.dialects.postgresql.asyncpg import dialect as postgres_dialect
from sqlmodel.ext.asyncio.session import AsyncSession

from config.territories import NATION, Territory, departement
from storage.cra.months import CRA, MEASURES
from storage.database import Database
from storage.stats import read_exact_figures, read_own, select_counted
from storage.stats.territories import MonthSpan, count_conseillers, list_cells, read_figures
from tests.bench import history
from tests.bench.figures import Figure, ms
from tests.bench.history import Histories
from tests.bench.papers import papers
from tests.bench.plan import Plan
from tests.bench.store import postgresql
from tests.support import databases

MONTH = (date(2026, 10, 1), date(2026, 11, 1))
YEAR = (date(2025, 11, 1), date(2026, 11, 1))
BEGUN, MONDAY = (date(2026, 1, 1), date(2026, 11, 1)), date(2026, 10, 26)
"""A year in progress, and the first day of it that is not told of."""
DAYS = (date(2025, 11, 1), date(2026, 10, 25))
RHONE = departement("69")
OWN_AT_MOST = {"PostgreSQL": 1.3, "SQLite": 1.5}
NATION_AT_MOST_S = {"PostgreSQL": 1.0, "SQLite": 0.15}
RHONE_AT_MOST_S = 0.025
DEMO_AT_MOST_S = 45
_SPOKEN = postgres_dialect()  # type: ignore[no-untyped-call]

Answer = tuple[dict[tuple[str, date], tuple[int, ...]], int]
"""Figures by département and month, and how many conseillers."""
Ask = Callable[[AsyncSession], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Duck:
    """The yardstick of territories: the same rows in DuckDB, asked the same questions."""

    connection: duckdb.DuckDBPyConnection

    def asked(self, territory: Territory, span: MonthSpan) -> tuple[Answer, float]:
        """Return the sums of a territory’s reports by département and month, the number of conseillers, and the seconds
        it took."""
        cells, conseillers = _questions(territory, span)
        begun = time.perf_counter()
        found = self.connection.execute(cells).fetchall()
        (who,) = self.connection.execute(conseillers).fetchall()[0]
        took = time.perf_counter() - begun
        return ({(code, month): tuple(counts) for code, month, *counts in found}, who), took


async def measure(plan: Plan, folder: Path) -> AsyncIterator[Figure]:
    """Measure SQLite first, whose file DuckDB reads."""
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


async def _on_postgresql(
    plan: Plan, server: databases.PostgresServer, folder: Path, duck: Duck
) -> AsyncIterator[Figure]:
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
        postgres = histories.name == "PostgreSQL"
        rhone, nation = RHONE_AT_MOST_S if postgres else None, NATION_AT_MOST_S[histories.name]
        for asked in (
            ("mois du Rhône", RHONE, MonthSpan(*MONTH, MONTH[1]), rhone),
            ("année du pays", NATION, MonthSpan(*YEAR, YEAR[1]), nation),
            ("année du pays, en cours", NATION, MonthSpan(*BEGUN, MONDAY), None),
        ):
            yield await _territory(plan, (histories.name, long), duck, asked)
        yield await _days(plan, histories, long)
    finally:
        await long.close()
        await short.close()


async def _own(
    plan: Plan, histories: Histories, pair: tuple[Database, Database], what: str, days: tuple[date, date]
) -> Figure:
    """Measure the same people with the same rows in both databases, in turn."""
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
    return lambda db: read_own(db, author_id, *days)


async def _median(database: Database, asks: Sequence[Ask]) -> float:
    return median([(await _timed(database, ask))[1] for ask in asks])


async def _timed(database: Database, ask: Ask) -> tuple[object, float]:
    """Measure the seconds of a question and return them with its answer; getting a connection does not count."""
    async with database.transaction(writes=False) as db:
        await db.execute(text("SELECT 1"))
        begun = time.perf_counter()
        found = await ask(db)
        return found, time.perf_counter() - begun


async def _territory(
    plan: Plan, where: tuple[str, Database], duck: Duck, asked: tuple[str, Territory, MonthSpan, float | None]
) -> Figure:
    """Measure an answer about a territory: reading, and rounding, which DuckDB does not do."""
    (name, database), (what, territory, span, at_most) = where, asked
    ours, theirs = [], []
    for _ in range(plan.rounds + 1):
        found, took = await _timed(database, lambda db: _told(db, territory, span))
        same, yardstick = duck.asked(territory, span)
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


async def _told(db: AsyncSession, territory: Territory, span: MonthSpan) -> Answer:
    """Return an answer as it is told, rounded and added up."""
    who, read = await count_conseillers(db, territory, span), await read_figures(db, territory, span)
    read.round().figures(span.start, span.end)
    return {(row.departement, row.month): tuple(row.counts) for row in read.counted if row.conseillers}, who


async def _days(plan: Plan, histories: Histories, database: Database) -> Figure:
    """Measure the operator’s exact figures of days that are not whole months, such as « cette année »."""
    took = [
        (await _timed(database, lambda db: read_exact_figures(db, NATION, *DAYS)))[1] for _ in range(plan.rounds + 1)
    ]
    what = f"(f) année du pays, jours compris, à l’exploitant, {_count(plan.cras)} CRA, {histories.name}"
    return Figure(what, ms(median(took[1:])), "", "")


def _questions(territory: Territory, span: MonthSpan) -> tuple[str, str]:
    """Write the queries for the sums by département and month, and for the number of conseillers, from the rows."""
    where = select_counted(territory, span.start, min(span.end, span.until))
    code = func.coalesce(CRA.c.departement_structure, "").label("code")
    month = cast(func.date_trunc("month", CRA.c.date), Date).label("month")
    sums = list_cells({name: func.sum(each) for name, each in MEASURES.items()})
    cells = select(code, month, *sums).where(*where).group_by(text("1"), text("2"))
    return _written(cells), _written(select(func.count(distinct(CRA.c.author_id))).where(*where))


def _written(query: ClauseElement) -> str:
    """Return a query as text, in the dialect that DuckDB shares with PostgreSQL."""
    return str(query.compile(dialect=_SPOKEN, compile_kwargs={"literal_binds": True}))


def _count(number: int) -> str:
    return f"{number:,}".replace(",", "\u202f")
