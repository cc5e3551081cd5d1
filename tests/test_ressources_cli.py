"""« coop-bot search », « import » and « export resources »: what is found, what a file brings in, what goes out."""

import asyncio
import csv
import gc
import io
import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from cli import terminal
from cli.ressources.imports import ResourcesImport
from cli.terminal import ProgressBar
from storage.database import Database
from storage.ressources import Resource, ResourceState
from storage.ressources.resources import begin_writing, get_resource, write_resources
from tests.support.cra import register_all
from tests.support.databases import database
from tests.support.membership import make_person
from tests.support.ressources import NOW
from tests.support.workplace import elsewhere, run_command

__all__ = ["database", "elsewhere"]


HEADER = "titre,description,url,categorie,themes,type,licence,auteur,date"
LINES = (
    'Créer son adresse,"Pas à pas.\nAvec images.",https://exemple.fr/mail?b=1&utm_source=x&a=2,Courriel,'
    "courriel|internet,tutoriel,CC-BY,@Juliette,02/03/2025",
    "'=Formule,'+33 1,,,,,,,2024-01-05",
    "Guide des impôts,,http://www.impots.exemple/guide.pdf,démarches en ligne,,,,inconnue,2023-05-06",
)


@pytest.fixture
async def place(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A database that the commands find, with somebody in its register; however slow, no command says how far it is."""
    monkeypatch.setattr(terminal, "QUIET_FOR", 3600.0)
    kind = "sqlite" if database.is_sqlite else "postgresql"
    address = database.url.set(drivername=kind).render_as_string(hide_password=False)
    monkeypatch.setenv("COOP_DATABASE_URL", address)
    async with database.transaction() as db:
        await register_all(db, make_person("juliette", "Juliette Martin"))
    return database


async def said(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> tuple[str, str]:
    """What the command writes: its answer, and its complaints."""
    assert await asyncio.to_thread(run_command, *words) == code
    written = capsys.readouterr()
    return written.out, written.err


def _write(file: Path, text: str) -> None:
    file.write_text(text, "utf-8", newline="")


async def imported(
    capsys: pytest.CaptureFixture[str], file: Path, *lines: str, header: str = HEADER, code: int = 0
) -> tuple[str, str]:
    """The outcome of an import of these lines."""
    _write(file, "\n".join([header, *lines] if header else lines) + "\n")
    return await said(capsys, "import", "resources", str(file), code=code)


async def stored(database: Database) -> list[Resource]:
    """All, in the order in which they came."""
    async with database.transaction(writes=False) as db:
        return list((await db.exec(select(Resource).order_by(col(Resource.id)))).all())


async def test_a_file_is_taken_once_and_found(
    place: Database, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = elsewhere / "fiches.csv"
    assert await imported(capsys, file, *LINES) == ("3 fiches ajoutées, 0 changée, 0 inchangée, 0 refusée.\n", "")
    out, _ = await imported(capsys, file, *LINES)
    assert out == "0 fiche ajoutée, 0 changée, 3 inchangées, 0 refusée. Rien à changer.\n"
    mail, formula, guide = await stored(place)
    assert (mail.url, mail.categorie, mail.theme_codes) == (
        "https://exemple.fr/mail?b=1&a=2",
        "courriel",
        ("internet", "courriel"),
    )
    assert (mail.auteur, mail.auteur_id, mail.description) == ("juliette", "juliette", "Pas à pas.\nAvec images.")
    assert (formula.titre, formula.description, formula.type) == ("=Formule", "+33 1", "")
    assert (guide.type, guide.auteur, guide.auteur_id, guide.categorie) == ("document", "inconnue", "", "demarches")
    out, err = await said(capsys, "search", "resources", "impot pdf", "--json")
    (hit,) = json.loads(out)
    assert (hit["id"], hit["titre"], sorted(hit), err) == (guide.id, guide.titre, ["id", "score", "titre"], "")
    assert isinstance(hit["score"], int)


async def test_the_same_link_is_the_same_resource(
    place: Database, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = elsewhere / "fiches.csv"
    links = (
        "https://www.exemple.fr/a/?x=1&y=2",
        "http://exemple.fr/a?y=2&fbclid=z&x=1#:~:text=mot",
        "EXEMPLE.fr/a/?x=1&y=2#plus-bas",
    )
    out, _ = await imported(capsys, file, *(f"Titre {n},,{link},,,,,," for n, link in enumerate(links)))
    assert out == "1 fiche ajoutée, 2 changées, 0 inchangée, 0 refusée.\n"
    (one,) = await stored(place)
    assert one.titre == "Titre 2"
    out, _ = await imported(
        capsys, file, *(f"V,,{v},,,,,," for v in ("https://youtu.be/abc?si=q", "https://m.youtube.com/watch?v=abc"))
    )
    assert (await stored(place))[-1].type == "video"
    assert len(await stored(place)) == 2
    routes = (f"V,,https://exemple.fr/app#{route},,,,,," for route in ("/un", "/deux"))
    out, _ = await imported(capsys, file, *routes)
    assert out.startswith("2 fiches ajoutées"), "they are pages of their own"


async def test_bad_lines_are_told_by_number_and_reason(
    place: Database, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = {
        ",,,,,,,,": "",
        ",sans titre,,,,,,,": "titre : la valeur manque",
        f"{'t' * 201},,,,,,,,": "titre : 200 caractères au plus",
        f"x,{'d' * 4001},,,,,,,": "description : 4000 caractères au plus",
        "x,,javascript:alert(1),,,,,,": "url : ce lien ne convient pas",
        "x,,https://u:p@exemple.fr,,,,,,": "url : ce lien ne convient pas",
        "x,,http://exemple.fr/a b,,,,,,": "url : ce lien ne convient pas",
        f"x,,http://exemple.fr/{'a' * 1000},,,,,,": "url : un lien a 1000 caractères au plus",
        "x,,,zut,,,,,": "categorie : « zut » n’est pas un de : production",
        "x,,,,zut,,,,": "themes : « zut » n’est pas un thème",
        "x,,,,,zut,,,": "type : « zut » n’est pas un de : fiche atelier",
        "x,,,,,,,pas un nom,": "auteur : ce n’est pas un nom d’utilisateur",
        "x,,,,,,,,hier": "date : « hier » n’est pas une date",
        "x,,,zut,,,,,hier": " ; date : ",
        "trop,peu": "2 cellules pour 9 colonnes",
        "x\x00,,,,,,,,": "invisibles",
        "\ufffd,,,,,,,,": "illisibles",
    }
    out, err = await imported(capsys, elsewhere / "f.csv", *bad, "bonne,,,,,,,,", code=1)
    assert out == f"1 fiche ajoutée, 0 changée, 0 inchangée, {len(bad) - 1} refusées.\n"
    told = dict(line.split(" : ", 1) for line in err.splitlines())
    for number, reason in enumerate(bad.values(), 2):
        assert reason in told.get(f"ligne {number}", ""), (number, told)
    assert len(told) == len(bad) - 1


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
async def test_what_goes_out_comes_in_as_it_was(
    kind: str, place: Database, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await imported(capsys, elsewhere / "fiches.csv", *LINES)
    before = await stored(place)
    out, err = await said(capsys, "export", "resources", "--format", kind)
    assert err == ""
    if kind == "csv":
        header, *rows = csv.reader(io.StringIO(out.removeprefix("\ufeff")), delimiter=";")
        assert ",".join(header[:9]) == HEADER
        assert [row[:2] for row in rows][1] == ["'=Formule", "'+33 1"]
    else:
        assert json.loads(out.splitlines()[0])["themes"] == ["internet", "courriel"]
    _write(elsewhere / "out", out)
    told, _ = await said(capsys, "import", "resources", str(elsewhere / "out"))
    assert told == "0 fiche ajoutée, 0 changée, 3 inchangées, 0 refusée. Rien à changer.\n"
    ours = {"revision", "changed_at"}
    assert [r.model_dump(exclude=ours) for r in await stored(place)] == [r.model_dump(exclude=ours) for r in before]
    assert (await said(capsys, "export", "resources", "--format", kind))[0] == out


BASES: list[dict[str, Any]] = [
    {
        "id": "a1",
        "slug": "tableur",
        "title": "Le tableur",
        "url": "https://bases.exemple/t",
        "created": "2024-05-06T08:00:00Z",
    },
    {"id": "a2", "slug": "dessin", "title": "Dessiner", "url": "https://bases.exemple/d", "created": "2024-05-07"},
    {"id": "a3", "slug": "prive", "title": None, "url": None, "created": None},
]


@pytest.mark.parametrize("is_list", [True, False])
async def test_the_public_list_comes_in_and_takes_out(
    is_list: bool, place: Database, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def text(objects: list[dict[str, Any]]) -> str:
        return json.dumps(objects, indent=1) if is_list else "\n".join(map(json.dumps, objects))

    file = elsewhere / "bases.json"
    out, _ = await imported(capsys, file, text(BASES), header="")
    assert out == "2 fiches ajoutées, 0 changée, 1 inchangée, 0 refusée.\n"
    first = (await stored(place))[0]
    assert (first.source, first.date.isoformat(), first.type) == ("les-bases:a1", "2024-05-06", "lien")
    moved = {**BASES[1], "url": "https://bases.exemple/e"}
    out, _ = await imported(capsys, file, text([BASES[0] | {"title": None, "url": None}, moved]), header="")
    assert out == "0 fiche ajoutée, 1 changée, 1 retirée, 0 inchangée, 0 refusée.\n"
    assert [(one.state, one.url) for one in await stored(place)] == [
        (ResourceState.WITHDRAWN, "https://bases.exemple/t"),
        (ResourceState.PUBLISHED, "https://bases.exemple/e"),
    ]
    out, _ = await imported(capsys, file, text(BASES), header="")
    assert out == "0 fiche ajoutée, 2 changées, 1 inchangée, 0 refusée.\n"


async def test_what_animateurs_took_out_stays_out(
    place: Database, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await imported(capsys, elsewhere / "f.csv", *LINES)
    async with place.transaction() as db:
        revision = await begin_writing(db)
        one = await get_resource(db, 1)
        assert one is not None
        await write_resources(
            db, [one.sqlmodel_update({"state": ResourceState.REFUSED, "decided_by": "agathe"})], revision
        )
    out, _ = await imported(capsys, elsewhere / "f.csv", LINES[0].replace("Créer", "Ouvrir"))
    assert out == "0 fiche ajoutée, 0 changée, 1 inchangée, 0 refusée. Rien à changer.\n"
    assert (await stored(place))[0].state is ResourceState.REFUSED


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"titre": "x", "themes": {"a": 1}}', "ligne 1 : themes : un texte est attendu"),
        ('{"titre": "x"', "ligne 1 : ce n’est pas un objet JSON complet"),
        ('[{"titre": "x"}, 3]', "ligne 2 : ce n’est pas un objet JSON"),
        ('[{"titre": "x"}, {"titre"', "ligne 2 : la suite n’est pas une liste d’objets JSON"),
        (f"{'[' * 3000}", "ligne 1 : la suite n’est pas"),
        (f'{{"titre": "{"x" * 1_000_001}"}}', "ligne 1 : la ligne est trop longue"),
    ],
)
async def test_json_that_is_none_is_told(
    text: str, reason: str, place: Database, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, err = await imported(capsys, elsewhere / "f.json", text, header="", code=1)
    assert reason in err


async def test_a_table_is_read_by_people(place: Database, elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    await imported(capsys, elsewhere / "f.csv", *LINES)
    out, err = await said(capsys, "search", "resources", "adresse niveau:zut")
    assert out.splitlines()[0].split() == ["score", "nº", "titre", "type", "catégorie", "date"]
    assert out.splitlines()[1].split()[2:] == ["Créer", "son", "adresse", "Tutoriel", "Courriel", "02/03/2025"]
    assert (out.splitlines()[-1], err) == ("1 fiche.", "Filtre inconnu, ignoré : niveau:zut.\n")
    assert (await said(capsys, "search", "resources", "", "--limit", "1"))[0].endswith(
        "3 fiches, dont voici la première.\n"
    )
    assert await said(capsys, "search", "resources", "xyzzy") == ("0 fiche.\n", "")
    assert (await said(capsys, "search", "resources", "xyzzy", "--json"))[0] == "[]\n"
    for limit in ("0", "1001", "x"):
        await said(capsys, "search", "resources", "x", "--limit", limit, code=2)


@pytest.mark.slow
async def test_memory_does_not_grow_with_the_lines(database: Database) -> None:
    """What is held while a line is read is that of a few lines, whichever it is: more is written after each hundred."""
    held: list[int] = []

    def numbered(count: int) -> Iterator[tuple[int, dict[str, Any]]]:
        for n in range(count):
            if n % 100 == 0:
                gc.collect()
                held.append(tracemalloc.get_traced_memory()[0])
            yield n, {"titre": f"Fiche {n}", "description": "mots " * 50}

    gc.freeze()  # what other tests left is looked through no more: that took longer than the lines
    tracemalloc.start()
    outcome = await ResourcesImport(database, NOW, lambda *_: None).run(
        numbered(1_200), ProgressBar(io.StringIO(), "ligne")
    )
    tracemalloc.stop()
    assert outcome.added == 1_200
    assert max(held[7:]) < held[5] + 150_000, held


@pytest.mark.postgres_too
async def test_two_imports_at_once_take_each_line_once(database: Database) -> None:
    lines = [(n, {"titre": f"Fiche {n}"}) for n in range(1, 601)]
    runs = [ResourcesImport(database, NOW, lambda *_: None) for _ in range(2)]
    await asyncio.gather(*(one.run(lines, ProgressBar(io.StringIO(), "ligne")) for one in runs))
    assert len(await stored(database)) == 600
    assert sum(one.outcome.added for one in runs) == sum(one.outcome.same for one in runs) == 600


async def test_a_link_that_another_has_is_refused(
    place: Database, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = elsewhere / "bases.json"
    await imported(capsys, file, *map(json.dumps, BASES), header="")
    _, err = await imported(capsys, file, json.dumps({**BASES[0], "url": BASES[1]["url"]}), header="", code=1)
    assert err == "ligne 1 : url : ce lien est déjà celui de la fiche 2\n"
    await imported(capsys, elsewhere / "f.csv", "Le nôtre,,https://ici.exemple,,,,,,")
    told, _ = await imported(
        capsys, file, json.dumps({"id": "z", "slug": "z", "title": "Le leur", "url": "https://ici.exemple/"}), header=""
    )
    assert told == "0 fiche ajoutée, 0 changée, 1 inchangée, 0 refusée. Rien à changer.\n"
