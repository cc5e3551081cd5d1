"""« coop-bot import people », « import structures » and « export people », as an operator types them."""

from pathlib import Path

import pytest

from tests.support.workplace import elsewhere, run_command

__all__ = ["elsewhere"]


HEADER = "username;nom;role;siret;departement;depart\n"


def test_files_go_in_and_come_out(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COOP_DATABASE_URL", f"sqlite:///{elsewhere}/coop.db")
    people, structures = elsewhere / "people.csv", elsewhere / "structures.csv"
    structures.write_text("nom,siret\nVille de Lyon,732 829 320 00074\n", "utf-8")
    assert run_command("import", "structures", str(structures)) == 0
    told = capsys.readouterr()
    assert told.out == "1 structure ajoutée, 0 changée, 0 inchangée, 0 refusée.\n"
    assert "Colonnes absentes, laissées comme elles sont : code_commune." in told.err

    people.write_text(f"{HEADER}lea;Perrin;conseiller;73282932000074;69;\npaul;Durand;chef;;;\n", "utf-8")
    assert run_command("import", "people", str(people)) == 1
    told = capsys.readouterr()
    assert told.out.startswith("0 personne inscrite, 0 changée, 0 inchangée, 1 en attente de son compte, 1 refusée.")
    assert "ligne 3 : role : « chef » n’est pas un rôle" in told.err
    assert "Mattermost n’a pas répondu" in told.err

    assert run_command("export", "people") == 0
    written = capsys.readouterr().out
    assert "lea;;Perrin;;conseiller;Ville de Lyon;73282932000074;;69;;" in written
    people.write_text(written, "utf-8")
    assert run_command("import", "people", str(people)) == 0
    assert capsys.readouterr().out.endswith("0 refusée. Rien à changer.\n")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("people", "nowhere.csv"), "n’existe pas"),
        (("structures", "names.csv"), "La première ligne doit nommer les colonnes : nom, siret, code_commune"),
        (("people", "people.csv"), "COOP_CHANNELS : "),
    ],
)
def test_what_cannot_be_read_is_said(
    words: tuple[str, str],
    reason: str,
    elsewhere: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COOP_DATABASE_URL", f"sqlite:///{elsewhere}/coop.db")
    (elsewhere / "names.csv").write_text("nom\nVille\n", "utf-8")
    (elsewhere / "people.csv").write_text(HEADER, "utf-8")
    if words[1] == "people.csv":
        (elsewhere / "table.tsv").write_text("pas une table\n", "utf-8")
        monkeypatch.setenv("COOP_CHANNELS", str(elsewhere / "table.tsv"))
    assert run_command("import", *words) != 0
    assert reason in capsys.readouterr().err
