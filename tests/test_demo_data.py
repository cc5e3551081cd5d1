"""« coop-bot demo-data »: the same history on every database, plausible, by the rules, once, and safe to interrupt."""

import asyncio
import io
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from cli.demo_data import content as said
from cli.demo_data import history as storing
from cli.demo_data.content import POOL_SIZE, pools
from cli.demo_data.rows import NATIVE, ROW_COLUMNS, HistoryPlan, conseillers, rows, spread
from cli.terminal import QUIET_FOR, ProgressBar
from config.territories import DEPARTEMENTS, NATION
from storage import people
from storage.communes import get_commune
from storage.cra import Activite, Cra
from storage.cra.months import CRA, CRA_MONTH
from storage.cra.report import columns, find_problems
from storage.database import Database
from storage.stats import read_exact_figures
from tests.support.cra import NOON, make_conseiller, make_report, register_all, store_reports
from tests.support.databases import database
from tests.support.stats import rebuild_months
from tests.support.workplace import elsewhere, run_command

__all__ = ["database", "elsewhere"]


START, LAST = date(2024, 1, 1), date(2026, 10, 31)
DAYS = ("--from", START.isoformat(), "--to", LAST.isoformat())
FEW = ("--conseillers", "30", *DAYS)


@pytest.fixture
def configured(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The database that the command writes to, in batches small enough to have several."""
    kind = "sqlite" if database.is_sqlite else "postgresql"
    address = database.url.set(drivername=kind).render_as_string(hide_password=False)
    monkeypatch.setenv("COOP_DATABASE_URL", address)
    monkeypatch.setattr(storing, "ROWS_AT_ONCE", 100)
    monkeypatch.setattr(said, "POOL_SIZE", 64)  # to draw thousands of them takes longer than all else
    return database


async def made(count: int, *words: str, code: int = 0) -> None:
    assert await asyncio.to_thread(run_command, "demo-data", "--cras", str(count), *FEW, *words) == code


async def stored(database: Database) -> list[tuple[Any, ...]]:
    """What is in the table, as the generator gives it."""
    async with database.transaction(writes=False) as db:
        found = await db.execute(select(*(CRA.c[name] for name in ROW_COLUMNS)).order_by(CRA.c.id))
        return [tuple(row) for row in found]


def expected(count: int, seed: int = 1) -> list[tuple[Any, ...]]:
    return list(rows(HistoryPlan(count, seed, START, LAST), list(conseillers(30)), NATIVE))


async def summary(database: Database) -> list[tuple[Any, ...]]:
    async with database.transaction(writes=False) as db:
        return [tuple(row) for row in await db.execute(select(CRA_MONTH).order_by(*CRA_MONTH.primary_key))]


async def is_counted(database: Database) -> bool:
    """Whether the summary is what counting everything again gives."""
    kept = await summary(database)
    async with database.transaction() as db:
        await rebuild_months(db)
    return kept == await summary(database) != []


async def test_the_same_rows_on_every_database(configured: Database, capsys: pytest.CaptureFixture[str]) -> None:
    await made(350)
    assert await stored(configured) == expected(350)
    assert await is_counted(configured)
    assert "350 comptes rendus ajoutés (30 conseillers" in capsys.readouterr().out
    async with configured.transaction(writes=False) as db:
        everybody = await read_exact_figures(db, NATION, START, LAST + timedelta(days=1))
        first = await people.by_username(db, "demo-0001")
    assert everybody.accompagnements == 350
    assert first
    assert len(first.id) == 26
    assert first.departement in DEPARTEMENTS


async def test_again_adds_nothing_and_more_adds_the_rest(
    configured: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    await made(120)
    before = await stored(configured)
    await made(120)
    assert "Rien à changer : les 120 comptes rendus de la graine 1 sont déjà là." in capsys.readouterr().out
    assert await stored(configured) == before
    await made(330)
    assert "210 comptes rendus ajoutés" in capsys.readouterr().out
    keys = [row[ROW_COLUMNS.index("key")] for row in await stored(configured)]
    assert len(set(keys)) == len(keys) == 330
    await made(50, "--seed", "11")
    await made(40, "--seed", "-3")
    assert len(await stored(configured)) == 420
    assert await is_counted(configured)
    await made(330)
    assert "Rien à changer" in capsys.readouterr().out.splitlines()[-1]


async def test_interrupted_and_run_again(
    configured: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever was stored when it stopped is counted; the next run stores what is missing."""
    whole = storing.count_rows

    def stopping(kind: str, wanted: HistoryPlan, numbers: range) -> Any:
        if numbers.start == 200:
            raise KeyboardInterrupt
        return whole(kind, wanted, numbers)

    monkeypatch.setattr(storing, "count_rows", stopping)
    await made(350, code=130)
    assert "Interrompu : 200 comptes rendus sont là" in capsys.readouterr().err
    assert len(await stored(configured)) == 200
    assert await is_counted(configured)
    monkeypatch.setattr(storing, "count_rows", whole)
    await made(350)
    assert "150 comptes rendus ajoutés" in capsys.readouterr().out
    assert await stored(configured) == expected(350)
    assert await is_counted(configured)


async def test_real_reports_are_not_mixed_with_made_up_ones(
    configured: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    juliette = make_conseiller("juliette")
    async with configured.transaction() as db:
        await register_all(db, juliette)
        await store_reports(db, juliette, make_report())
        await db.execute(text("UPDATE cra SET key = 'demo-data:0:000000001'"))
    await made(10)
    async with configured.transaction() as db:
        await store_reports(db, juliette, make_report())
    await made(20, code=1)
    refused = capsys.readouterr().err
    assert "contient de vrais comptes rendus" in refused
    assert "--force" in refused
    await made(20, "--force")
    assert len(await stored(configured)) == 22
    assert await is_counted(configured)


async def test_every_report_is_one_that_could_have_been_filed(configured: Database) -> None:
    await made(900)
    async with configured.transaction(writes=False) as db:
        found = [Cra(**row) for row in (await db.execute(select(CRA))).mappings()]
    for cra in found:
        assert find_problems(columns(cra.report) | _counts(cra), LAST) == {}
        assert (cra.date, cra.deleted_at) == (cra.created_at.date(), None)
        commune = get_commune(cra.commune)
        assert commune
        assert commune.departement == cra.departement == cra.departement_structure
        assert cra.code_postal in commune.codes_postaux
    assert {row.date.weekday() for row in found} <= set(range(6))


def _counts(cra: Cra) -> dict[str, Any]:
    """The counts and themes under the names that the rules know them by."""
    said = cra.report
    return {"ages": said.ages, "statuts": said.statuts, "suite": said.suite, "themes": said.themes}


def test_everything_that_is_said_is_by_the_rules_and_plausible() -> None:
    bodies = [values for pool in pools(7) for _, values in pool]
    activites = Counter(values[1] for values in bodies)
    assert set(activites) == {a.value for a in Activite}
    assert 0.1 < activites["collectif"] / len(bodies) < 0.22
    assert max(activites, key=lambda code: activites[code]) == "individuel"
    assert {values[2] for values in bodies if values[1] == "collectif"} == set(range(2, 13))
    assert len(bodies) == 6 * POOL_SIZE


def test_conseillers_are_everywhere_and_the_same_however_many() -> None:
    many = list(conseillers(4000))
    assert many[:50] == list(conseillers(50))
    by_departement = Counter(c.departement for c in many)
    assert len(by_departement) == 101
    assert by_departement["59"] > 3 * by_departement["48"]
    for conseiller in many:
        person = conseiller.person(NOON)
        assert person.departement == conseiller.places[0].departement
        assert len(person.id) == 26
        assert len(conseiller.structure) <= 200
    assert len({c.id for c in many}) == 4000
    names = {c.structure for c in many}
    assert not [name for name in names if " de Le " in name or " de Les " in name or "d’de" in name]


def test_days_are_those_people_work() -> None:
    days = {day: len(numbers) for day, numbers in spread(100_000, date(2025, 1, 1), date(2025, 12, 31))}
    assert sum(days.values()) == 100_000
    assert not [day for day in days if day.weekday() == 6 or (day.month, day.day) == (5, 1)]
    months, weekdays = Counter[int](), Counter[int]()
    for day, count in days.items():
        months[day.month] += count
        weekdays[day.weekday()] += count
    assert 0 < months[8] < 0.5 * months[9]
    assert 0 < weekdays[5] < 0.2 * weekdays[4]
    [(sunday, numbers)] = spread(5, date(2025, 6, 1), date(2025, 6, 1))
    assert (sunday.weekday(), numbers) == (6, range(5))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "il manque : --cras"),
        (("--cras", "0"), "--cras : un nombre à partir de 1 est attendu"),
        (("--cras", "mille"), "pas « mille »"),
        (("--cras", "5", "--seed", "un"), "--seed : 'un' n’est pas une valeur possible"),
        (("--cras", "5", "--from", "2026-03-02", "--to", "2026-03-01"), "--from : ce jour est après celui de --to."),
        (("--cras", "5", "--from", "2019-12-31", "--to", "2026-03-01"), "01/01/2020 au plus tôt"),
        (("--cras", "5", "--to", "2999-01-01"), "d’aujourd’hui au plus tard"),
    ],
)
def test_what_is_asked_wrongly_is_said(
    words: tuple[str, ...], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command("demo-data", *words) == 2
    assert sentence in capsys.readouterr().err


def test_the_bar_says_the_share_done_and_the_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    out = io.StringIO()
    progress = ProgressBar(out, "compte rendu", total=1_000_000, done=200_000)
    progress.at(200_001)
    assert out.getvalue() == ""
    now[0] += max(QUIET_FOR, 10)
    progress.at(400_000)
    now[0] += 90
    progress.at(300_000)
    progress.end()
    first, second = out.getvalue().replace("\u202f", " ").replace("\u00a0", " ").splitlines()
    assert first == "[" + "█" * 12 + "·" * 18 + "] 40 % : 400 000 comptes rendus, encore 30 s"
    assert second.endswith("300 000 comptes rendus, encore 11 min 40 s")
