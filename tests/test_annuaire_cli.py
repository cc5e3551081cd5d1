"""« coop-bot search people » and « import contacts »: what is found as whom, and what a file brings in."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from storage.annuaire.entries import Contact, ContactState
from storage.database import Database
from storage.people import Audience, Awaited, Role
from tests.support.cra import NOON, register_all
from tests.support.databases import database
from tests.support.membership import make_person
from tests.support.workplace import elsewhere, run_command

__all__ = ["database", "elsewhere"]


HEADER = "nom,organisme,fonction,email,telephone,site,departement"


@pytest.fixture
async def filled(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A small réseau, of which one is announced and one follows Mattermost."""
    kind = "sqlite" if database.is_sqlite else "postgresql"
    address = database.url.set(drivername=kind).render_as_string(hide_password=False)
    monkeypatch.setenv("COOP_DATABASE_URL", address)
    secret = {"structure": Audience.ANIMATEURS.value}
    async with database.transaction() as db:
        await register_all(
            db,
            make_person("juliette", "Juliette Martin"),
            make_person("zoe", "Zoé Perrin", structure="Étoile", shown_to=secret),
            make_person("carl", "Carl Périn", Role.COORDINATEUR, departements=["01"]),
            make_person("agathe", "Agathe Blanc", Role.ANIMATEUR, departements=[]),
            make_person("ines", "Inès Noir", Role.INVITE),
            make_person("unnamed", role=Role.HOTLINE, departements=[]),
        )
        db.add(Awaited(username="noe", prenom="Noé", nom="Perrin", departements=["75"], imported_at=NOON))
    return database


async def said(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> tuple[str, str]:
    """What the command writes: its answer, and its complaints."""
    assert await asyncio.to_thread(run_command, *words) == code
    written = capsys.readouterr()
    return written.out, written.err


async def found(capsys: pytest.CaptureFixture[str], query: str, viewer: str) -> list[dict[str, Any]]:
    """The objects it prints, on one line."""
    out, err = await said(capsys, "search", "people", query, "--as", viewer, "--json")
    assert err == ""
    (line,) = out.splitlines()
    objects: list[dict[str, Any]] = json.loads(line)
    return objects


async def test_people_are_found_as_somebody_would_see_them(
    filled: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await found(capsys, "perrin", "@Juliette") == [
        {"id": "zoe", "username": "zoe", "nom": "Zoé Perrin", "role": "conseiller", "departement": "69", "score": 100},
        {"id": "", "username": "noe", "nom": "Noé Perrin", "role": None, "departement": "75", "score": 100},
        {
            **{"id": "carl", "username": "carl", "nom": "Carl Périn", "role": "coordinateur"},
            **{"departement": "01", "score": 85},
        },
    ]
    assert [one["id"] for one in await found(capsys, "etoile", "agathe")] == ["zoe"]
    assert await found(capsys, "etoile", "juliette") == []
    assert [one["nom"] for one in await found(capsys, "hotline", "juliette")] == ["@unnamed"]
    assert next(iter(await found(capsys, "", "noe")))["username"] == "noe"
    assert {one["username"] for one in await found(capsys, "", "juliette")} == {
        *("juliette", "zoe", "carl", "agathe", "ines", "unnamed", "noe")
    }


async def test_without_json_it_is_a_table(filled: Database, capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = await said(capsys, "search", "people", "perrin", "--as", "juliette")
    lines = out.splitlines()
    assert lines[0].split() == ["score", "nom", "utilisateur", "rôle", "département"]
    assert lines[1].split() == ["100", "Zoé", "Perrin", "@zoe", "conseiller", "69"]
    assert lines[-1] == "3 personnes."
    assert await said(capsys, "search", "people", "xyzzy", "--as", "juliette") == ("0 personne.\n", "")


async def test_who_is_unknown_or_may_not_is_said(filled: Database, capsys: pytest.CaptureFixture[str]) -> None:
    out, err = await said(capsys, "search", "people", "perrin", "--as", "personne", "--json", code=1)
    assert out == ""
    assert "Personne ne s’appelle « personne » dans le registre." in err
    out, err = await said(capsys, "search", "people", "perrin", "--as", "ines", "--json")
    assert json.loads(out) == []
    assert "n’est pas ouvert à @ines" in err
    await said(capsys, "search", "people", "perrin", code=2)


async def stored(database: Database) -> list[Contact]:
    """The contacts, in the order in which they came."""
    async with database.transaction(writes=False) as db:
        return list((await db.exec(select(Contact).order_by(col(Contact.id)))).all())


async def test_contacts_come_in_once_and_bad_lines_are_explained(
    filled: Database, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = elsewhere / "contacts.csv"
    lines = [
        ",Banque des Territoires,,accueil@banque.fr,3949,www.banquedesterritoires.fr,",
        "Guy Martin,Préfecture du Rhône,'=Chargé de mission,guy@rhone.gouv.fr,04 72 00 00 00,,Rhône",
        ",,fonction seule,,,,",
        "x,y,,pas une adresse,,,",
        "x,y,,,12 34 5,,",
        "x,y,,,,javascript:alert(1),",
        "x,y,,,,,Atlantide",
        f"{'n' * 121},,,,,,",
        "trop,peu",
        ",,,pas une adresse,12 34 5,,Atlantide",
    ]
    file.write_text("\n".join([HEADER, *lines]) + "\n", "utf-8")
    out, err = await said(capsys, "import", "contacts", str(file), code=1)
    assert out == "2 ajoutés, 0 changé, 0 inchangé, 8 refusés.\n"
    reasons = [
        "nom ou organisme",
        "email : ",
        "telephone : ",
        "site : ",
        "departement : ",
        "nom : 120",
        "2 cellules pour 7 colonnes",
        "nom ou organisme",
    ]
    for number, (line, reason) in enumerate(zip(err.splitlines(), reasons, strict=True), 4):
        assert line.startswith(f"ligne {number} : ")
        assert reason in line
    several = err.splitlines()[-1]
    assert all(f"{name} : " in several for name in ("email", "telephone", "departement")), (
        "all faults of a line at once"
    )
    banque, guy = await stored(filled)
    assert banque.says == (
        *("", "Banque des Territoires", "", "accueil@banque.fr", "3949", "https://www.banquedesterritoires.fr", ""),
    )
    assert (guy.nom, guy.fonction, guy.telephone, guy.departement) == (
        *("Guy Martin", "=Chargé de mission", "+33472000000", "69"),
    )
    assert {contact.state for contact in (banque, guy)} == {ContactState.PUBLISHED}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
async def test_the_same_file_again_changes_nothing_and_another_line_does(
    filled: Database, elsewhere: Path, capsys: pytest.CaptureFixture[str], delimiter: str
) -> None:
    file = elsewhere / "contacts.csv"
    text = 'site,organisme,inconnue\nanct.gouv.fr,ANCT,x\nhttps://cnfs.fr,"Hub\n« Alpes »",y\n'
    file.write_bytes(b"\xef\xbb\xbf" + text.replace(",", delimiter).encode())
    assert "il manque : nom" in (await said(capsys, "import", "contacts", str(file), code=1))[1]
    file.write_bytes(b"\xef\xbb\xbf" + text.replace("inconnue", "nom").replace(",", delimiter).encode())
    assert (await said(capsys, "import", "contacts", str(file)))[0].startswith("2 ajoutés")
    again = "0 ajouté, 0 changé, 2 inchangés, 0 refusé. Rien à changer.\n"
    assert (await said(capsys, "import", "contacts", str(file)))[0] == again
    before = await stored(filled)
    file.write_text(file.read_text("utf-8-sig").replace("anct.gouv.fr", "anct.fr"), "utf-8")
    assert (await said(capsys, "import", "contacts", str(file)))[0].startswith("0 ajouté, 1 changé, 1 inchangé")
    after = await stored(filled)
    assert [contact.id for contact in after] == [contact.id for contact in before]
    assert [contact.site for contact in after] == ["https://anct.fr", "https://cnfs.fr"]


async def test_what_was_taken_out_comes_back_only_with_news(
    filled: Database, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = elsewhere / "contacts.csv"
    file.write_text(f"{HEADER}\n,ANCT,,,,anct.gouv.fr,\n", "utf-8")
    await said(capsys, "import", "contacts", str(file))
    async with filled.transaction() as db:
        (contact,) = (await db.exec(select(Contact))).all()
        contact.state = ContactState.REFUSED
    assert "1 inchangé" in (await said(capsys, "import", "contacts", str(file)))[0]
    assert [each.state for each in await stored(filled)] == [ContactState.REFUSED]
    file.write_text(f"{HEADER}\n,ANCT,,,,anct.fr,\n", "utf-8")
    assert "1 changé" in (await said(capsys, "import", "contacts", str(file)))[0]
    assert [each.state for each in await stored(filled)] == [ContactState.PUBLISHED]


async def test_a_file_that_is_none_is_said(
    filled: Database, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "n’existe pas" in (await said(capsys, "import", "contacts", "rien.csv", code=1))[1]
    (elsewhere / "vide.csv").write_text("")
    assert "il manque : nom, organisme" in (await said(capsys, "import", "contacts", "vide.csv", code=1))[1]
    (elsewhere / "latin.csv").write_bytes(f"{HEADER}\n,Pr\xe9fecture,,,,,\n".encode("latin-1"))
    told = (await said(capsys, "import", "contacts", "latin.csv", code=1))[1]
    assert told.startswith("ligne 2 : organisme : des caractères sont illisibles")
