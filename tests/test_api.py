"""Stories of programs that read over HTTP: pages, filters, figures, and who has no bearer, or asks in odd words."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from aiohttp import ClientSession
from sqlmodel import col, delete, select, update

from bot.api import ASKED_MAX, MISSED_MAX
from bot.app import App
from cli.main import main
from commands.lecture import AGES, STATUTS, THEMATIQUES, describe_figures
from config.themes import THEMES
from storage import people, programs
from storage.cra import Activite, Age, Cra, Statut
from storage.cra.tags import tag_report
from storage.programs import ApiClient
from storage.stats import Figures
from tests.people import Person, new_session
from tests.support.cra import make_report, store_reports
from tests.support.house import House

pytestmark = pytest.mark.postgres_too
UNKNOWN = (
    "",
    "Basic abc",
    "Bearer",
    "Bearer x",
    "Bearer 0:0",
    "Bearer " + "é:" * 5,
    "Bearer " + "a" * 5000,
    "Bearer ' OR 1=1 --:x",
)


@dataclass
class Program:
    """A program that has a bearer, and what it is answered."""

    app: App
    session: ClientSession
    bearer: str
    author: str

    async def asks(
        self,
        path: str,
        query: Mapping[str, str] | None = None,
        method: str = "GET",
        bearer: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, Any, Mapping[str, str]]:
        """Ask, and return the status, what it says and its headers."""
        sent = {"Authorization": f"Bearer {self.bearer}" if bearer is None else bearer} | dict(headers or {})
        url = f"http://127.0.0.1:{self.app.port}/api/v1/{path}"
        async with self.session.request(method, url, headers=sent, params=query or {}) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if text else None, answer.headers

    async def reads(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        """Ask for what there is."""
        status, said, _ = await self.asks(path, query)
        assert status == 200, said
        return said

    async def refuses(self, path: str, query: Mapping[str, str]) -> str:
        """Ask for what cannot be, and return why."""
        status, said, _ = await self.asks(path, query)
        assert status == 400, said
        assert said["error"] == "Bad Request"
        return str(said["detail"])


@pytest.fixture
async def program(house: House, juliette: Person) -> AsyncIterator[Program]:
    """A second bot on the same database, whose operator switched the interface on, and what Juliette did."""
    async with house.bot.database.transaction() as db:
        author = await people.get(db, juliette.id)
        assert author
        days = [date(2026, 9, day) for day in range(1, 8)]
        numbers = await store_reports(db, author, *(make_report(date=day, recurrents=3) for day in days))
        alone = {"activite": Activite.PONCTUEL, "ages": {Age.DE_18_A_35: 1}, "statuts": {Statut.HETEROGENE: 1}}
        one = make_report(date=date(2026, 10, 2), themes=("securite", "courriel"), **alone)
        [tagged] = await store_reports(db, author, one)
        await tag_report(db, author, tagged, ["pix", "Fibre"], house.clock())
        await db.execute(delete(ApiClient))
        _, bearer = await programs.add_client(db, "tableau", house.clock())
        await db.execute(update(Cra).where(col(Cra.id) == numbers[0]).values(deleted_at=house.clock()))
    settings = house.settings
    house.settings = settings.model_copy(update={"api": "oui", "feed_url": "https://coop.exemple.fr"})
    try:
        async with house.replica() as app, new_session() as session:
            yield Program(app, session, bearer, juliette.id)
    finally:
        house.settings = settings


async def test_reports_are_read_page_by_page_each_once(program: Program) -> None:
    # However many other stories left there: a program may ask 120 times a minute.
    size = max(3, (await program.reads("activites"))["meta"]["total_count"] // 20)
    first = await program.reads("activites", {"page[size]": str(size)})
    meta = first["meta"]
    assert meta == meta | {"items_per_page": size, "has_next_page": True, "has_prev_page": False}
    seen, pages, said = [], 1, first
    assert said["links"]["next"]["href"].startswith("https://coop.exemple.fr/api/v1/activites?"), (
        "where others reach it"
    )
    while "next" in said["links"]:
        seen += [row["id"] for row in said["data"]]
        query = dict(parse_qsl(urlsplit(said["links"]["next"]["href"]).query))
        before, said = said, await program.reads("activites", query)
        back = await program.reads("activites", dict(parse_qsl(urlsplit(said["links"]["prev"]["href"]).query)))
        assert back["data"] == before["data"]
        pages += 1
    seen += [row["id"] for row in said["data"]]
    assert len(seen) == len(set(seen)) == meta["total_count"]
    assert pages == meta["total_pages"]
    whole = await program.reads("activites")
    assert [row["id"] for row in whole["data"]] == seen
    mine = [row for row in whole["data"] if row["attributes"]["mediateur_id"] == program.author]
    assert len(mine) == 8
    assert len([row for row in mine if row["attributes"]["suppression"]]) == 1
    [told] = [row["attributes"] for row in mine if row["attributes"]["type"] == "individuel"]
    assert told["beneficiaires"]["tranches_age"]["dix_huit_trente_quatre"] == told["beneficiaires"]["total"] == 1
    assert sum(told["beneficiaires"]["tranches_age"].values()) == 1
    assert told["beneficiaires"]["statuts"] == dict.fromkeys(STATUTS.values(), 0) | {"non_communique": 1}
    assert (told["activite"], told["duree"], told["type_lieu"]) == ("ponctuel", 90, "lieu_activite")
    assert told["thematiques"] == ["email", "securite_numerique"]
    assert told["tags"] == ["Fibre", "pix"]
    assert [row["attributes"]["tags"] for row in mine].count([]) == 7
    assert (told["lieu_code_insee"], told["lieu_commune"]) == ("69256", "Vaulx-en-Velin")
    later = await program.reads("activites", {"filter[modification][depuis]": "2126-01-01T00:00:00Z"})
    assert (later["data"], later["meta"]["total_count"]) == ([], 0)
    assert "next" not in later["links"]


async def test_figures_are_those_of_the_reports(program: Program) -> None:
    mine = {"filter[mediateurs]": program.author}
    told = (await program.reads("statistiques", mine | {"filter[du]": "2026-09-01", "filter[au]": "2026-10-31"}))[
        "data"
    ]
    totaux = told["attributes"]["totaux"]
    assert totaux["activites"]["total"] == 7, "the one that was deleted is not counted"
    assert totaux["activites"]["collectifs"] == {"total": 6, "proportion": 85.714, "participants": 48}
    assert totaux["accompagnements"]["total"] == 49
    assert totaux["beneficiaires"] == {"total": 49, "nouveaux": 31, "suivis": 0, "anonymes": 49}
    assert told["attributes"]["accompagnements_par_mois"] == [
        {"label": "09/26", "count": 48},
        {"label": "10/26", "count": 1},
    ]
    by_day = told["attributes"]["accompagnements_par_jour"]
    assert (len(by_day), by_day[1]) == (61, {"label": "02/09", "count": 8})
    for more, total in (("Individuel", 1), ("Collectif", 6), ("demarche", 0), ("Individuel,Collectif", 7)):
        one = await program.reads("statistiques", mine | {"filter[types]": more})
        assert one["data"]["attributes"]["totaux"]["activites"]["total"] == total
    for name, value, total in (("communes", "69256", 7), ("communes", "01004", 0), ("departements", "69,2A", 7)):
        one = await program.reads("statistiques", mine | {f"filter[{name}]": value})
        assert one["data"]["attributes"]["totaux"]["activites"]["total"] == total
    nobody = await program.reads("statistiques", mine | {"filter[conseiller_numerique]": "0"})
    assert nobody["data"]["attributes"]["totaux"]["accompagnements"]["total"] == 0
    everybody = (await program.reads("statistiques"))["data"]["attributes"]
    assert everybody["totaux"]["activites"]["total"] >= 7
    assert (len(everybody["accompagnements_par_jour"]), len(everybody["accompagnements_par_mois"])) == (30, 12)


async def test_who_has_no_bearer_or_asks_otherwise_is_told_why(program: Program, house: House) -> None:
    for bearer in UNKNOWN:
        status, said, headers = await program.asks("activites", bearer=bearer)
        assert (status, headers["WWW-Authenticate"], said["error"]) == (401, "Bearer", "Unauthorized")
        assert "Jeton" in said["detail"]
    name, _, secret = program.bearer.partition(":")
    assert (await program.asks("activites", bearer=f"Bearer {name}:{secret[:-1]}"))[0] == 401
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        status, _, headers = await program.asks("activites", method=method)
        assert (status, headers["Allow"]) == (405, "GET, HEAD")
    assert (await program.asks("utilisateurs"))[0] == 404
    status, said, headers = await program.asks("statistiques", {"filter[au]": "2026-10-31"})
    assert (status, "application/json" in headers["Content-Type"]) == (200, True), said
    assert "noindex" in headers["X-Robots-Tag"]
    known = {"If-None-Match": headers["ETag"]}
    status, said, _ = await program.asks("statistiques", {"filter[au]": "2026-10-31"}, headers=known)
    assert (status, said) == (304, None)
    assert (await program.asks("statistiques", method="HEAD"))[0] == 200
    url = f"http://127.0.0.1:{house.bot.port}/api/v1/activites"
    async with program.session.get(url, headers={"Authorization": f"Bearer {program.bearer}"}) as answer:
        assert answer.status == 404, "it is off where nobody switched it on"
    async with house.bot.database.transaction() as db:
        assert secret not in str((await db.exec(select(ApiClient))).all())
        await programs.remove_client(db, name)
    assert (await program.asks("activites"))[0] == 401


async def test_odd_words_are_explained_and_harmless(program: Program) -> None:
    for name, value, why in (
        ("page[size]", "0", "de 1 à 500"),
        ("page[size]", "9" * 1000, "de 1 à 500"),
        ("page[size]", "-1", "de 1 à 500"),
        ("page[after]", "é", "curseur"),
        ("page[after]", "MjAyNi0wOS0wMXw5OTk5OTk5OTk5OTk=", "curseur"),
        ("page[before]", "A" * 1500, "curseur"),
        ("page[after]", "x" * 3000, "trop longue"),
        ("page[number]", "2", "Paramètre inconnu"),
        ("filter[creation][depuis]", "hier", "instant"),
        ("filter[creation][depuis]", "0001-01-01T00:00:00+23:59", "instant"),
        ("filter[modification][depuis]", "2026-09-01", "instant"),
    ):
        assert why in await program.refuses("activites", {name: value}), value
    for name, value, why in (
        ("filter[du]", "2026-13-01", "jour"),
        ("filter[au]", "9999-12-31", "jour"),
        ("filter[types]", "x", "Individuel"),
        ("filter[mediateurs]", "a\0b", "26 signes"),
        ("filter[communes]", ",".join(["69385"] * 101), "100 au plus"),
        ("filter[departements]", "69;DROP", "département"),
        ("filter[conseiller_numerique]", "2", "0 ou 1"),
        ("filter[beneficiaires]", "1", "Paramètre inconnu"),
    ):
        assert why in await program.refuses("statistiques", {name: value}), value
    backwards = {"filter[du]": "2026-10-01", "filter[au]": "2026-09-01"}
    assert "vient après" in await program.refuses("statistiques", backwards)
    seen = [(await program.asks("statistiques", backwards))[0] for _ in range(ASKED_MAX)]
    assert (seen[0], seen[-1]) == (400, 429)
    missed = [(await program.asks("activites", bearer="Bearer 0:0"))[0] for _ in range(MISSED_MAX + 1)]
    assert (missed[0], missed[-1]) == (401, 429)


def test_the_shapes_have_all_codes() -> None:
    assert set(THEMATIQUES) == set(THEMES)
    assert set(AGES) == set(Age)
    assert set(STATUTS) == set(Statut)
    nothing = describe_figures(Figures())
    assert json.dumps(nothing).count('"proportion": 0.0') >= 30


def test_an_operator_makes_lists_and_revokes_bearers(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    settings = tmp_path / ".env"
    settings.write_text(f"COOP_DATABASE_URL=sqlite:///{tmp_path}/coop.db\nCOOP_SECRET={'s' * 40}\n")

    def types(*words: str) -> tuple[int, str]:
        code = main(["--env-file", str(settings), *words])
        return code, capsys.readouterr().out

    assert types("migrate")[0] == 0
    code, made = types("api", "create", "Tableau de bord", "--json")
    assert code == 0
    bearer = json.loads(made)
    assert bearer["jeton"].startswith(f"{bearer['id']}:")
    code, listed = types("api", "list", "--json")
    assert [(row["id"], row["nom"]) for row in json.loads(listed)] == [(bearer["id"], "Tableau de bord")]
    assert "COOP_API=oui" in types("api")[1]
    assert bearer["jeton"] not in types("api", "list")[1]
    assert types("api", "create", "\n")[0] == 2
    assert types("api", "revoke", bearer["id"]) == (0, "Le jeton de « Tableau de bord » est révoqué.\n")
    assert types("api", "revoke", bearer["id"])[0] == 1
    assert "Aucun jeton" in types("api", "list")[1]
    assert "programme:" in types("journal", "--from", "2026-01-01", "--to", "2999-01-01")[1]
