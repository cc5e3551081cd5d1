"""The databases of measure (f): a long history by « demo-data », a short one of the same people, the same in DuckDB."""

import asyncio
import csv
import os
import sqlite3
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import asyncpg
import duckdb

from cli.demo_data import history as storing
from cli.demo_data.rows import ROW_COLUMNS, Conseiller, conseillers
from storage import schema
from storage.cra.months import CRA
from tests.bench.children import spawn
from tests.bench.plan import Plan
from tests.support import databases

FIRST, LAST = date(2023, 11, 1), date(2026, 10, 31)
LONGEST_S = 1200
"""A command that takes longer is killed."""
# The kernel’s own count of a child (getrusage) begins with what its parent held.
_PEAK = """import sys; from cli.main import main
code = main(); print(open("/proc/self/status").read(), file=sys.stderr); sys.exit(code)"""
_ALL = ", ".join(ROW_COLUMNS)
_COLUMNS = [c.name for c in CRA.columns if c.name not in ("key", "structure", "commune", "code_postal")]


@dataclass(frozen=True, slots=True)
class Run:
    """A command that succeeded: how long it took, and the most memory it held, in MB."""

    seconds: float
    peak: float


@dataclass(frozen=True, slots=True)
class Histories:
    """The databases of one kind: with the long history, and with the short one of some of its people."""

    name: str
    long: str
    short: str
    people: Sequence[Conseiller]


async def coop_bot(database_url: str, *words: str) -> Run:
    """Run the command line in a process of its own."""
    return await asyncio.to_thread(_run, database_url, words)


def _run(database_url: str, words: Sequence[str]) -> Run:
    begun = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        child = spawn(["-c", _PEAK, *words], {"COOP_DATABASE_URL": database_url}, said)
        giving_up = threading.Timer(LONGEST_S, child.kill)
        giving_up.start()
        code = child.wait()
        took = time.perf_counter() - begun
        giving_up.cancel()
        said.seek(0)
        text = said.read().decode()
    if code:
        raise RuntimeError(f"coop-bot {' '.join(words)}: {text[-2000:]}")
    return Run(took, int(text.rsplit("VmHWM:")[-1].split()[0]) / 1024)


async def made(database_url: str, cras: int, people: int) -> Run:
    """Run « coop-bot demo-data » into a database."""
    days = ("--from", FIRST.isoformat(), "--to", LAST.isoformat())
    return await coop_bot(database_url, "demo-data", "--cras", str(cras), "--conseillers", str(people), *days)


async def on_sqlite(plan: Plan, folder: Path) -> Histories:
    """Make both histories as files."""
    histories = Histories("SQLite", f"sqlite:///{folder}/long.db", f"sqlite:///{folder}/short.db", _few(plan))
    await made(histories.long, plan.cras, plan.conseillers)
    await _peopled(histories)
    with sqlite3.connect(folder / "long.db") as db:
        db.execute("ATTACH ? AS short", [str(folder / "short.db")])
        db.execute(
            f"INSERT INTO short.cra ({_ALL}) SELECT {_ALL} FROM cra WHERE author_id <= ? ORDER BY id", _last(plan)
        )
    db.close()
    return histories


async def on_postgresql(
    plan: Plan, server: databases.PostgresServer, folder: Path, names: tuple[str, str]
) -> Histories:
    """Make both histories as databases of a server, analysed as its own maintenance would."""
    histories = Histories("PostgreSQL", server.url(names[0]), server.url(names[1]), _few(plan))
    await made(histories.long, plan.cras, plan.conseillers)
    await _peopled(histories)
    long, short = [await _driver(server, name) for name in names]
    file = folder / "few.copy"
    query = f"SELECT {_ALL} FROM cra WHERE author_id <= $1 ORDER BY id"
    await long.copy_from_query(query, *_last(plan), output=file, format="binary")
    await short.copy_to_table("cra", source=file, columns=ROW_COLUMNS, format="binary")
    for connection in (long, short):
        await connection.execute("VACUUM ANALYZE cra")
        await connection.execute("VACUUM ANALYZE cra_month")
        await connection.close()
    return histories


async def _driver(server: databases.PostgresServer, name: str) -> Any:
    return await asyncpg.connect(host=str(server.folder), user="postgres", database=name, timeout=10)


def _few(plan: Plan) -> list[Conseiller]:
    return list(conseillers(plan.few))


def _last(plan: Plan) -> tuple[str]:
    return (_few(plan)[-1].id,)


async def _peopled(histories: Histories) -> None:
    await schema.upgrade(histories.short)
    async with storing.open_engine(histories.short) as engine, engine.begin() as connection:
        await storing.register(connection, histories.people, datetime(2023, 11, 1, tzinfo=UTC))


async def raw_sqlite(source: Path, folder: Path) -> float:
    """Measure the seconds of a bare executemany of the same rows into the same tables, in one transaction."""
    target = folder / "raw.db"
    await schema.upgrade(f"sqlite:///{target}")
    with sqlite3.connect(source) as rows, sqlite3.connect(target) as db:
        begun = time.perf_counter()
        marks = ", ".join("?" * len(ROW_COLUMNS))
        db.executemany(f"INSERT INTO cra ({_ALL}) VALUES ({marks})", rows.execute(f"SELECT {_ALL} FROM cra"))
        db.commit()
        took = time.perf_counter() - begun
    rows.close()
    db.close()
    target.unlink()
    return took


async def raw_postgresql(server: databases.PostgresServer, source: str, target: str, folder: Path) -> float:
    """Measure the seconds of a bare COPY of the same rows into the same tables (people are there already)."""
    long, empty = await _driver(server, source), await _driver(server, target)
    file = folder / "raw.copy"
    try:
        for table, columns in (("person", "*"), ("cra", _ALL)):
            await long.copy_from_query(f"SELECT {columns} FROM {table}", output=file, format="binary")
            begun = time.perf_counter()
            names = None if columns == "*" else ROW_COLUMNS
            await empty.copy_to_table(table, source=file, columns=names, format="binary")
        return time.perf_counter() - begun
    finally:
        file.unlink(missing_ok=True)
        await long.close()
        await empty.close()


def cleared(folder: Path) -> None:
    """Make room: the files of SQLite are read no more."""
    for file in folder.glob("*.db*"):
        file.unlink()


def in_duckdb(source: Path, folder: Path) -> duckdb.DuckDBPyConnection:
    """Load the rows of a SQLite file into DuckDB, those columns that statistics read, with as many threads as there are
    cores."""
    file = folder / "cra.csv"
    names = ", ".join(_COLUMNS)
    with sqlite3.connect(source) as db, file.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows(db.execute(f"SELECT {names} FROM cra ORDER BY id"))
    db.close()
    duck = duckdb.connect(str(folder / "cra.duckdb"), config={"threads": len(os.sched_getaffinity(0))})
    kinds = ", ".join(f"'{name}': '{_kind(name)}'" for name in _COLUMNS)
    duck.execute(f"CREATE TABLE cra AS SELECT * FROM read_csv('{file}', header = false, columns = {{{kinds}}})")
    file.unlink()
    return duck


def _kind(name: str) -> str:
    kinds = {"INTEGER": "INTEGER", "SMALLINT": "SMALLINT", "DATE": "DATE"}
    if name.endswith("_at"):
        return "TIMESTAMP"
    return kinds.get(str(CRA.c[name].type), "VARCHAR")
