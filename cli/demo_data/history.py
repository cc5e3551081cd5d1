"""« coop-bot demo-data »: a generated history, written by COPY in PostgreSQL and executemany in SQLite, a transaction
per batch.

The monthly summary is updated in the same transaction, so that an interruption leaves consistent data.
"""

import os
import sys
from asyncio import CancelledError
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

from sqlalchemy import ColumnElement, Executable, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.french import Period, group
from cli.command import Call
from cli.demo_data.rows import NATIVE, ROW_COLUMNS, TEXT, Conseiller, HistoryPlan, SqlRow, conseillers, rows
from cli.errors import OperatorError
from cli.terminal import ProgressBar
from config.programme import FIRST_DAY
from storage import schema
from storage.cra.months import CRA, MEASURE_SUMS, add_sums, list_keys
from storage.cra.queries import LastCommune
from storage.database import INSERT
from storage.people import Person

POLITENESS = 10
"""The process’s « nice » value, so that it gives way to a bot on the same machine."""
YEARS = 3


async def demo_data(
    call: Call, cras: int, seed: int, authors: int, start: date | None, end: date | None, force: bool
) -> None:
    """Write the requested history, or what is missing of it."""
    settings = call.settings
    wanted = _plan(cras, seed, (start, end), call.clock().date())
    crowd = list(conseillers(authors))
    os.nice(POLITENESS)
    await schema.prepare(settings.database_url)
    async with open_engine(settings.database_url) as engine, engine.connect() as connection:
        if not force and await real_reports(connection):
            raise OperatorError(
                "Cette base contient de vrais comptes rendus : l’historique inventé se mêlerait à leurs statistiques. "
                "Choisissez une autre base (COOP_DATABASE_URL), ou ajoutez --force si c’est voulu."
            )
        added = await _fill(connection, wanted, crowd)
    print(_outcome(wanted, added, len(crowd)))


async def _fill(connection: AsyncConnection, wanted: HistoryPlan, crowd: list[Conseiller]) -> int:
    """Write the missing rows, and return their number."""
    filling = fill(connection, wanted, crowd)
    first = done = await anext(filling)
    progress = ProgressBar(sys.stderr, "compte rendu", total=wanted.count, done=first)
    try:
        async for done in filling:
            progress.at(done)
    except (CancelledError, KeyboardInterrupt):
        progress.end()
        print(f"Interrompu : {_say(done - first)} sont là, la même commande ajoutera le reste.", file=sys.stderr)
        raise
    progress.end()
    return max(0, done - first)


def _plan(count: int, seed: int, days: tuple[date | None, date | None], today: date) -> HistoryPlan:
    """Plan the history; by default it ends yesterday, as today is not over."""
    first, end = days
    last = end or today - timedelta(days=1)
    start = first or date(last.year - YEARS, last.month, min(last.day, 28)) + timedelta(days=1)
    start = start if first else max(start, FIRST_DAY)
    if start > last:
        raise OperatorError("--from : ce jour est après celui de --to.", code=2)
    if start < FIRST_DAY or last > today:
        raise OperatorError(
            f"Un compte rendu date du {FIRST_DAY:%d/%m/%Y} au plus tôt, et d’aujourd’hui au plus tard.", code=2
        )
    return HistoryPlan(count, seed, start, last)


def _outcome(wanted: HistoryPlan, added: int, people: int) -> str:
    if not added:
        return f"Rien à changer : les {_say(wanted.count)} de la graine {wanted.seed} sont déjà là."
    period = Period(wanted.start, wanted.last + timedelta(days=1)).label
    return f"{_say(added)} ajoutés ({people} conseillers, demo-0001 et suivants ; {period}), graine {wanted.seed}."


def _say(count: int) -> str:
    return f"{group(count)} comptes rendus"


ROWS_AT_ONCE = 25_000
_LAST = 999_999_999
_INSERT = f"INSERT INTO cra ({', '.join(ROW_COLUMNS)}) VALUES ({', '.join('?' * len(ROW_COLUMNS))})"  # noqa: S608


def open_engine(database_url: str) -> AbstractAsyncContextManager[AsyncEngine]:
    """Open an engine without the bot’s statement timeout."""
    return schema.open_engine(database_url, {"jit": "off"})


async def real_reports(connection: AsyncConnection) -> bool:
    """Return whether there are reports that were not generated."""
    made_up = CRA.c.key.like("demo-data:%")
    return (await connection.execute(select(CRA.c.id).where(~made_up).limit(1))).first() is not None


async def fill(connection: AsyncConnection, wanted: HistoryPlan, crowd: Sequence[Conseiller]) -> AsyncIterator[int]:
    """Write the missing rows in batches; yield how many there are, at first and after each batch."""
    await prepare(connection)
    await register(connection, crowd, datetime.combine(wanted.start, time(8), UTC))
    done = await count_stored(connection, wanted)
    await connection.commit()
    yield done
    source = rows(wanted, crowd, TEXT if connection.dialect.name == "sqlite" else NATIVE, done)
    while done < wanted.count:
        numbers = range(done, min(done + ROWS_AT_ONCE, wanted.count))
        await add(connection, wanted, source, numbers)
        done = numbers.stop
        yield done


async def register(connection: AsyncConnection, crowd: Sequence[Conseiller], since: datetime) -> None:
    """Add the unknown conseillers to the register."""
    people, communes = [c.person(since) for c in crowd], [c.last_commune() for c in crowd]
    for model, rows_of_it in ((Person, people), (LastCommune, communes)):
        statement = INSERT[connection.dialect.name](model).on_conflict_do_nothing()
        await connection.execute(statement, [row.model_dump() for row in rows_of_it])


async def count_stored(connection: AsyncConnection, wanted: HistoryPlan) -> int:
    """Count the stored rows of that seed, which are always its first ones."""
    last = await connection.execute(select(func.max(CRA.c.key)).where(*_between(wanted, 0, _LAST)))
    key = last.scalar()
    return int(key.rpartition(":")[2]) + 1 if key else 0


async def prepare(connection: AsyncConnection) -> None:
    """Prepare a connection for many writes."""
    if connection.dialect.name == "sqlite":
        # For the pages being filled, of each author and département; the file’s own cache is 2 MB.
        await connection.execute(text("PRAGMA cache_size = -65536"))
    await connection.commit()


async def add(connection: AsyncConnection, wanted: HistoryPlan, source: Iterable[SqlRow], numbers: range) -> None:
    """Write the rows of these numbers, the next ones of ``source``, and add them to the summary."""
    batch = islice(source, len(numbers))
    async with connection.begin():
        if connection.dialect.name == "sqlite":
            await connection.exec_driver_sql(_INSERT, list(batch))
        else:
            # Something has to be asked first: only then does SQLAlchemy begin the transaction.
            await connection.execute(select(1))
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver is not None
            # Rows are made while the server stores those before.
            await driver.copy_records_to_table("cra", records=batch, columns=ROW_COLUMNS)
        await connection.execute(count_rows(connection.dialect.name, wanted, numbers))


def count_rows(kind: str, wanted: HistoryPlan, numbers: range) -> Executable:
    """Make the statement that adds these rows to the summary."""
    keys = list_keys(kind)
    sums = select(*keys, *MEASURE_SUMS.values()).group_by(*keys)
    counted: Executable = add_sums(kind, sums.where(*_between(wanted, numbers.start, numbers.stop - 1)))
    return counted


def _between(wanted: HistoryPlan, first: int, last: int) -> tuple[ColumnElement[bool], ...]:
    """Return the condition for a range of keys, which uses the index; some collations ignore punctuation, and would mix
    seeds 1 and 10."""
    key = CRA.c.key
    return key.between(wanted.key(first), wanted.key(last)), key.like(f"demo-data:{wanted.seed}:%")
