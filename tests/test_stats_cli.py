"""« coop-bot stats » as scripts and operators meet it: the object, every scope, the days counted, the refusals."""

import asyncio
import json
from datetime import date
from typing import Any

import pytest

from cli.demo.stage import free_port
from config.themes import THEMES
from storage.cra import Activite, Age, Canal, Statut, queries
from storage.cra.report import Duree
from storage.database import Database
from tests.support.cra import NOON, make_conseiller, make_report, register_all, store_reports
from tests.support.databases import database
from tests.support.workplace import elsewhere, run_command
from tests.test_stats_figures import VECTOR

__all__ = ["database", "elsewhere"]


JULIETTE, CARL, LEO = (
    make_conseiller("juliette"),
    make_conseiller("carl", "38", "Métropole"),
    make_conseiller("leo", "974"),
)
NOBODY = make_conseiller("nobody", None)
NOVEMBER = ("--from", "2026-11-01", "--to", "2026-11-30")


@pytest.fixture
async def filled(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Juliette’s November is the check vector; others filed one report each, in other places."""
    kind = "sqlite" if database.is_sqlite else "postgresql"
    address = database.url.set(drivername=kind).render_as_string(hide_password=False)
    monkeypatch.setenv("COOP_DATABASE_URL", address)
    async with database.transaction() as db:
        await register_all(db, JULIETTE, CARL, LEO, NOBODY)
        await store_reports(db, JULIETTE, *VECTOR)
        for person in (CARL, LEO, NOBODY):
            await store_reports(
                db, person, make_report(participants=3, ages={Age.DE_35_A_60: 3}, statuts={Statut.EN_EMPLOI: 3})
            )
    return database


async def said(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    """What the command writes on its standard output, and nothing else; for a failure, what it says."""
    assert await asyncio.to_thread(run_command, *words) == code
    written = capsys.readouterr()
    assert (written.out if code else written.err) == ""
    return written.err if code else written.out


async def found(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    """The object it prints."""
    return json.loads(await said(capsys, "stats", *words, "--json"))


VECTOR_JUSTE: dict[str, Any] = {
    "personnes": 15,
    "accompagnements": 4,
    "ateliers": 2,
    "participants": 13,
    "individuels": 1,
    "ponctuelles": 1,
    "poursuivis": {"total": 9, "pourcent": 60, "individuel": 0, "atelier": 8, "redirection": 1},
    "nouveaux": 15,
    "minutes": 285,
    "themes": dict.fromkeys(THEMES, 0) | {"internet": 2, "courriel": 1, "demarche en ligne": 1, "smartphone": 1},
    "canaux": {"rattachement": 4, "autre": 0, "distance": 0, "domicile": 0},
    "durees": {"0-30": 1, "30-60": 1, "60-120": 1, "120+": 1},
    "ages": {
        "-12": {"n": 0, "pourcent": 0},
        "12-18": {"n": 0, "pourcent": 0},
        "18-35": {"n": 1, "pourcent": 7},
        "35-60": {"n": 5, "pourcent": 33},
        "+60": {"n": 9, "pourcent": 60},
    },
    "statuts": {
        "etudiant": {"n": 0, "pourcent": 0},
        "sans emploi": {"n": 1, "pourcent": 7},
        "en emploi": {"n": 0, "pourcent": 0},
        "retraite": {"n": 9, "pourcent": 60},
        "heterogene": {"n": 5, "pourcent": 33},
    },
    "mois": {"2026-11": 4},
}


async def test_the_check_vector_to_the_letter(filled: Database, capsys: pytest.CaptureFixture[str]) -> None:
    juste = await found(capsys, "--user", "juliette", *NOVEMBER)
    assert juste == VECTOR_JUSTE
    assert list(juste) == list(VECTOR_JUSTE)
    assert await found(capsys, "--user", "@Juliette", *NOVEMBER, "--percent", "juste") == juste
    coop = await found(capsys, "--user", "juliette", *NOVEMBER, "--percent", "coop")
    assert [a["pourcent"] for a in coop["ages"].values()] == [0, 0, 6, 33, 60]
    assert [s["pourcent"] for s in coop["statuts"].values()] == [0, 6, 0, 60, 33]


async def test_an_empty_period_has_every_code_and_no_month(
    filled: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = await found(capsys, "--user", "juliette", "--from", "2025-01-01", "--to", "2025-12-31")
    assert empty["mois"] == {}
    assert (empty["personnes"], empty["poursuivis"]["pourcent"]) == (0, 0)
    assert empty["themes"] == dict.fromkeys(THEMES, 0)
    assert empty["canaux"] == dict.fromkeys([c.value for c in Canal], 0)
    assert empty["durees"] == dict.fromkeys([d.value for d in Duree], 0)
    assert empty["ages"] == {a.value: {"n": 0, "pourcent": 0} for a in Age}
    assert empty["statuts"] == {s.value: {"n": 0, "pourcent": 0} for s in Statut}


@pytest.mark.parametrize(
    ("scope", "accompagnements", "personnes"),
    [
        (("--user", "carl"), 1, 3),
        (("--departement", "69"), 4, 15),
        (("--departement", "rhone"), 4, 15),
        (("--region", "84"), 5, 18),
        (("--region", "auvergne-rhone-alpes"), 5, 18),
        (("--region", "04"), 1, 3),
        (("--departement", "2a"), 0, 0),
        (("--national",), 7, 24),
        ((), 7, 24),
    ],
)
async def test_every_scope(
    filled: Database,
    capsys: pytest.CaptureFixture[str],
    scope: tuple[str, ...],
    accompagnements: int,
    personnes: int,
) -> None:
    """CRAs of whoever has no structure count in the nation; nothing is masked for the operator."""
    f = await found(capsys, *scope, *NOVEMBER)
    assert (f["accompagnements"], f["personnes"]) == (accompagnements, personnes)
    assert set(f) == set(VECTOR_JUSTE)


async def test_both_days_are_included(filled: Database, capsys: pytest.CaptureFixture[str]) -> None:
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 3, 31), date(2026, 4, 1)]
    async with filled.transaction() as db:
        await store_reports(db, CARL, *(make_report(date=day) for day in days))
    for scope in (("--user", "carl"), ("--departement", "38"), ("--national",)):
        quarter = await found(capsys, *scope, "--from", "2026-01-01", "--to", "2026-03-31")
        assert quarter["mois"] == {"2026-01": 1, "2026-03": 1}
        day = await found(capsys, *scope, "--from", "2026-03-31", "--to", "31/03/2026")
        assert (day["accompagnements"], day["mois"]) == (1, {"2026-03": 1})
        always = await found(capsys, *scope, "--from", "0001-01-01", "--to", "9999-12-31")
        assert list(always["mois"]) == sorted(always["mois"])
        assert sum(always["mois"].values()) == always["accompagnements"] >= 5


async def test_deleted_reports_are_left_out(filled: Database, capsys: pytest.CaptureFixture[str]) -> None:
    async with filled.transaction() as db:
        [number] = await store_reports(db, CARL, make_report(activite=Activite.INDIVIDUEL))
        cra = await queries.find_own(db, CARL.id, number)
        assert cra
        await queries.delete_report(db, cra, NOON)
    assert (await found(capsys, "--user", "carl", *NOVEMBER))["individuels"] == 0
    assert (await found(capsys, "--region", "84", *NOVEMBER))["individuels"] == 1  # Juliette’s


async def test_to_be_read(filled: Database, capsys: pytest.CaptureFixture[str]) -> None:
    text = (await said(capsys, "stats", "--user", "juliette", *NOVEMBER)).replace("\u00a0", " ")
    assert text.startswith("Statistiques : juliette, novembre 2026\n")
    for line in (
        "  15 personnes accompagnées durant cette période",
        "  9 usagers ont bénéficié d’un accompagnement poursuivi (60 %)",
        "  Naviguer sur Internet : 2 (40 %)",
        "  Plus de 60 ans : 9 (60 %)",
        "  Total : 4 h 45",
        "  novembre 2026 : 4",
    ):
        assert line in text.splitlines()
    assert "À distance" not in text
    nation = await said(capsys, "stats", "--region", "93", *NOVEMBER)
    assert "Provence-Alpes-Côte d’Azur" in nation


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--user", "juliette", "--national", *NOVEMBER), "--national : à choisir, ou --user, mais pas les deux"),
        (("--departement", "99", *NOVEMBER), "« 99 » n’est pas un département"),
        (("--departement", "0", *NOVEMBER), "« 0 » n’est pas un département"),
        (("--region", "Lune", *NOVEMBER), "« Lune » n’est pas une région"),
        (("--region", "", *NOVEMBER), "n’est pas une région"),
        (("--national", "--from", "2026-02-30", "--to", "2026-03-01"), "--from : '2026-02-30' n’est pas une valeur"),
        (("--national", "--from", "2026-02-01"), "il manque : --to"),
        (("--national", "--percent", "vrai", *NOVEMBER), "'vrai' n’est pas un de"),
        (("--national", "--from", "2026-03-02", "--to", "2026-03-01"), "--from : ce jour est après celui de --to"),
    ],
)
async def test_what_is_asked_wrongly_is_said(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], sentence: str
) -> None:
    assert sentence in await said(capsys, "stats", *words, "--json", code=2)


async def test_somebody_unknown(filled: Database, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = await said(capsys, "stats", "--user", "Personne", *NOVEMBER, "--json", code=1)
    assert wrong == "coop-bot : Personne ne s’appelle « personne » dans le registre.\n"


async def test_a_database_that_is_not_ready(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "coop-bot migrate" in await said(capsys, "stats", "--national", *NOVEMBER, code=1)
    monkeypatch.setenv("COOP_DATABASE_URL", f"postgresql://u:motdepasse@127.0.0.1:{free_port()}/x")
    away = await said(capsys, "stats", "--national", *NOVEMBER, "--json", code=1)
    assert "ne répond pas" in away
    assert "motdepasse" not in away
