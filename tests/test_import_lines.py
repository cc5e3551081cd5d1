"""Single lines of files: the bad ones explained, by their number, whatever they hold."""

import contextlib
import io
import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.cra.imports import Authors, CraImport, ImportLines, ImportOutcome, check
from cli.errors import OperatorError
from cli.terminal import ProgressBar
from cli.texts import LINE_BYTES_MAX
from storage.cra.files import LINE_COLUMNS, BadLineError, read_entry
from storage.database import Database
from tests.support.cra import JSON_LINE, NOW, cra_database, import_reports, write_jsonl

__all__ = ["cra_database"]


BAD: list[tuple[dict[str, Any], str]] = [
    ({"auteur": None}, "auteur"),
    ({"auteur": "../x"}, "nom d’utilisateur"),
    ({"date": "2026-02-30"}, "n’est pas une date"),
    ({"date": "2019-12-31"}, "01/01/2020"),
    ({"canal": "rue"}, "rattachement, autre"),
    ({"code_commune": "99999"}, "aucune commune"),
    ({"code_commune": "", "commune": "Saint-Denis"}, "aucune commune"),
    ({"code_commune": ""}, "code INSEE"),
    ({"commune": "Lyon"}, "code de Vaulx-en-Velin"),
    ({"code_postal": "69001"}, "69120"),
    ({"activite": "x"}, "collectif"),
    ({"participants": None}, "nombre de participants"),
    ({"participants": 101, "ages": {"+60": 101}, "statuts": {"retraite": 101}}, "1 à 100"),
    ({"participants": 4.5}, "nombre entier"),
    ({"participants": True}, "nombre entier"),
    ({"activite": "individuel"}, "une seule personne"),
    ({"ages": {"+60": 3}}, "3 pour 4"),
    ({"ages": {"60+": 4}}, "« 60+ »"),
    ({"ages": [4]}, "nombres par code"),
    ({"statuts": {"retraite": 5, "etudiant": -1}}, "négatif"),
    ({"suite": {"atelier": 5}}, "suites"),
    ({"recurrents": 5}, "0 à 4"),
    ({"themes": []}, "thème"),
    ({"themes": ["internet", "internet"]}, "deux fois"),
    ({"themes": ["tricot"]}, "« tricot »"),
    ({"themes": 3}, "liste de codes"),
    ({"minutes": 20}, "durée"),
    ({"minutes": None}, "minutes"),
    ({"numero": 0}, "numéro positif"),
    ({"numero": 9_999_999_999}, "numéro positif"),
    ({"cree": "hier"}, "instant"),
    ({"cree": "2027-01-01T00:00:00Z"}, "avenir"),
    ({"cree": "2026-11-21T00:00:00Z", "modifie": "2026-11-20T00:00:00Z"}, "précède"),
    ({"structure": "x" * 201}, "200"),
    ({"structure": "a\u0000b"}, "invisibles"),
    ({"structure": "a\ufffdb"}, "UTF-8"),
    ({"structure": "a\ud800b"}, "invisibles"),
    ({"structure": ["x"]}, "texte"),
]


@pytest.mark.parametrize(("change", "reason"), BAD, ids=[next(iter(change)) + why[:12] for change, why in BAD])
def test_a_bad_line_is_explained(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadLineError) as caught:
        judged(JSON_LINE | change)
    assert reason in str(caught.value)


def judged(line: dict[str, Any]) -> None:
    """What an import thinks of one line, without a database."""
    text = json.dumps(line)
    for _, found in ImportLines(io.BytesIO(text.encode())):
        if isinstance(found, BadLineError):
            raise found
        entry = read_entry(found)
        check(entry, NOW, NOW.date())


async def test_bad_lines_are_told_by_their_number(database: Database) -> None:
    faults: dict[int, str] = {}
    text = (
        write_jsonl(JSON_LINE)
        + "\n{broken\n[1]\n"
        + write_jsonl(JSON_LINE | {"minutes": 1})
        + '"x"\n'
        + write_jsonl(JSON_LINE)
    )
    text = text.replace("[1]", '{"a": ' + "[" * 5000 + "}")
    outcome = await import_reports(database, text, None, faults.__setitem__)
    assert outcome == ImportOutcome(added=2, refused=4)
    assert sorted(faults) == [3, 4, 5, 6]


async def test_cells_on_several_lines_keep_the_count(database: Database) -> None:
    faults: dict[int, str] = {}
    head = "auteur,date,canal,commune,code_postal,activite,age_+60,statut_retraite,themes,minutes,structure,extra"
    good = "juliette,2026-11-20,autre,Vaulx-en-Velin,69120,ponctuel,1,1,internet,30,"
    table = f'\n{head}\n{good}"a\nb",\n\n{good}ok,\n{good}ok\n{good}ok,,\n{good}ok,,more\n'
    lines = ImportLines(io.BytesIO(table.encode()))
    work = CraImport(database, Authors(database, None, lambda: NOW), lambda: NOW, faults.__setitem__)
    outcome = await work.run(lines, ProgressBar(io.StringIO(), "ligne"))
    assert outcome == ImportOutcome(added=2, refused=3)
    assert list(faults) == [3, 7, 9]
    assert "invisibles" in faults[3]
    assert "cellules" in faults[7]
    assert lines.ignored == {"extra"}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04rest", "CSV UTF-8"),
        (b"\xff\xfea\x00", "CSV UTF-8"),
        (b"[\n{}\n]", "un objet par ligne"),
        (b"nom;prenom\na;b\n", "auteur, date, canal, activite, themes, minutes, code_commune"),
    ],
)
def test_a_file_of_another_kind_is_refused_whole(data: bytes, reason: str) -> None:
    with pytest.raises(OperatorError, match=reason):
        list(ImportLines(io.BytesIO(data)))


def test_an_empty_file_is_no_fault() -> None:
    assert list(ImportLines(io.BytesIO(b"\n\n"))) == []


def test_a_line_without_end_does_not_fill_the_memory() -> None:
    huge = b'{"a": "' + b"x" * (3 * LINE_BYTES_MAX) + b'"}\n{}\n'
    (_, first), (number, second) = ImportLines(io.BytesIO(huge))
    assert isinstance(first, BadLineError)
    assert (number, second) == (2, {})


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from(LINE_COLUMNS), _ANYTHING))
def test_any_line_is_taken_or_explained(change: dict[str, Any]) -> None:
    with contextlib.suppress(BadLineError):
        assert read_entry(JSON_LINE | change).auteur


@given(st.binary())
def test_any_file_is_read_or_refused(data: bytes) -> None:
    try:
        found: Iterable[Any] = list(ImportLines(io.BytesIO(data)))
    except OperatorError:
        return
    assert all(isinstance(line, (dict, BadLineError)) for _, line in found)
