"""The communes: the table is whole, and a text finds the one it names, or says which it may mean."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import communes
from storage.communes import (
    CommunePlace,
    find_begun_place,
    find_meant_places,
    find_place,
    find_place_exactly,
    get_commune,
    list_communes,
    make_label,
    reduce_name,
    shorten_label,
)
from storage.data import build_communes
from tests import one_in


def found(text: str, *near: str) -> str | None:
    place = find_place(text, near).place
    return f"{place.label} {place.commune.code}" if place else None


@pytest.mark.parametrize(
    "text",
    [
        *("69120", " 69 120 ", "Vaulx-en-Velin", "vaulx en velin", "VAULX EN VELIN", "Vaulx\u00a0en Velin "),
        *("69120 Vaulx-en-Velin", "Vaulx-en-Velin 69120", "Vaulx-en-Velin (69120)", "Vaulx-en-Velin, 69120"),
        *("69256", "Vaulx-en-Velin (69256)", "69120 Vaulx-en-Velin (69256)", "69120 Vaulx-en-Velin Cedex"),
        *("Vaulx-en-Velin (69)", "Vaulx-en-Velin 69"),
    ],
)
def test_one_commune_by_any_of_its_names(text: str) -> None:
    assert found(text) == "69120 Vaulx-en-Velin 69256"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2A004", "20000 Ajaccio 2A004"),
        ("2b033", "20200 Bastia 2B033"),
        ("Saint-Denis 974", "97400 Saint-Denis 97411"),
        ("St Denis (93)", "93200 Saint-Denis 93066"),
        ("97400 st-denis", "97400 Saint-Denis 97411"),
        ("97150", "97150 Saint-Martin 97801"),
        ("Saint-Barthélemy 977", "97133 Saint-Barthélemy 97701"),
        ("Nouméa", "98800 Nouméa 98818"),
        ("01200 éloise", "01200 Éloise 74109"),
        ("l’hay les roses", "94240 L'Haÿ-les-Roses 94038"),
        ("Ste Foy l'Argentière", "69610 Sainte-Foy-l'Argentière 69201"),
        ("Chalon s/ Saône", "71100 Chalon-sur-Saône 71076"),
        ("fontenay s/s bois", "94120 Fontenay-sous-Bois 94033"),
        ("51480 oeuilly", "51480 Œuilly 51410"),
        ("Lyon", "69001 Lyon 69123"),
        ("Lyon 3", "69003 Lyon 69123"),
        ("lyon 3ème arrondissement", "69003 Lyon 69123"),
        ("Marseille 1er", "13001 Marseille 13055"),
        ("Lyon 69008", "69008 Lyon 69123"),
        ("75116", "75116 Paris 75056"),
        ("69383", "69003 Lyon 69123"),
        ("Bâgé-la-Ville", "01380 Bâgé-Dommartin 01025"),
        ("Archipel des Crozet", "Archipel des Crozet (98413) 98413"),
        ("58120 Château-Chinon (Ville)", "58120 Château-Chinon (Ville) 58062"),
    ],
)
def test_one_commune(text: str, expected: str) -> None:
    assert found(text) == expected


def test_a_shared_postcode_asks_which() -> None:
    answer = find_place("51300")
    assert answer.place is None
    assert (len(answer.choices), answer.more) == (12, 34)
    assert answer.choices[0].label == "51300 Vitry-le-François"
    assert {place.code_postal for place in answer.choices} == {"51300"}


def test_a_shared_name_asks_which_the_near_ones_first() -> None:
    departements = [place.commune.departement for place in find_place("Sainte-Colombe").choices]
    assert len(departements) == 12
    assert departements[0] != "05"
    assert find_place("Sainte-Colombe", near=("05",)).choices[0].commune.departement == "05"
    assert [place.commune.departement for place in find_place("st denis", ["11"]).choices][:2] == ["11", "974"]


@pytest.mark.parametrize(
    ("text", "suggested"),
    [
        ("Vaulx-en-V", "69120 Vaulx-en-Velin"),
        ("69120 Vaulx", "69120 Vaulx-en-Velin"),
        ("69100 Vaulx-en-Velin", "69120 Vaulx-en-Velin"),
        ("Vaux en velin", "69120 Vaulx-en-Velin"),
        ("Villeurbane", "69100 Villeurbanne"),
        ("Villeurb", "69100 Villeurbanne"),
        ("69129", "69120 Vaulx-en-Velin"),
        ("Château-Chinon", "58120 Château-Chinon (Ville)"),
        ("69000 Lyon", "69001 Lyon"),
    ],
)
def test_nothing_near_enough_is_suggested_never_taken(text: str, suggested: str) -> None:
    answer = find_place(text, ("69",))
    assert (answer.place, answer.choices) == (None, ())
    assert suggested in [place.label for place in answer.suggestions]


@pytest.mark.parametrize("text", ["", "   ", "?", "xyzxyzxyz", "99999", "69120 69100", "Paris 93 75001"])
def test_no_commune(text: str) -> None:
    answer = find_place(text)
    assert (answer.place, answer.choices) == (None, ())


def test_every_label_finds_exactly_its_commune() -> None:
    for commune in one_in(7, list(communes.list_communes())):
        for code_postal in commune.codes_postaux or ("",):
            place = find_place(make_label(commune, code_postal)).place
            assert place is not None, make_label(commune, code_postal)
            assert (place.commune, place.code_postal) == (commune, code_postal)


@given(st.one_of(st.text(max_size=200), st.from_regex(r"[0-9]{5} [A-Za-zéÉ'() -]{0,20}")))
def test_any_text_is_answered(text: str) -> None:
    answer = find_place(text, ("69",))
    assert not (answer.place and answer.choices)
    for place in (*answer.choices, *answer.suggestions):
        assert get_commune(place.commune.code) == place.commune


def test_the_departement_is_never_the_postcodes() -> None:
    for commune in communes.list_communes():
        digits = 3 if commune.code[:2] in ("97", "98") else 2
        assert commune.departement == commune.code[:digits]
    strangers = [c for c in communes.list_communes() if c.codes_postaux and c.departement[:2] not in c.codes_postaux[0]]
    assert get_commune("74109") in strangers
    corsicans = [c for c in communes.list_communes() if c.departement in ("2A", "2B")]
    assert len(corsicans) == 360
    assert all(code_postal.startswith("20") for commune in corsicans for code_postal in commune.codes_postaux)


def test_the_table_is_whole() -> None:
    every = list(communes.list_communes())
    assert len(every) == 34_969
    lyon = get_commune("69123")
    assert lyon is not None
    assert lyon.codes_postaux == tuple(f"6900{n}" for n in range(1, 10))
    assert lyon.population > 500_000
    assert len([commune for commune in every if not commune.codes_postaux]) == 5
    assert get_commune("99999") is None


def test_the_build_script_keeps_todays_communes_and_the_other_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build_communes, "HERE", tmp_path)
    (tmp_path / "communes.json").write_text(SOURCE, "utf-8")
    build_communes.main(str(tmp_path))
    today, former = tmp_path / "communes.tsv.gz", tmp_path / "former_communes.tsv.gz"
    before = today.read_bytes()
    assert gzip.decompress(before).decode() == (
        "01025\tBâgé-Dommartin\t\t01380\t01\n69123\tLyon\t519127\t69001 69003\t69\n"
    )
    assert gzip.decompress(former.read_bytes()).decode() == (
        "01024\tBâgé-la-Ville\t01025\t\n69383\tLyon 3e Arrondissement\t69123\t69003\n"
    )
    build_communes.main(str(tmp_path))
    assert today.read_bytes() == before, "same rows, same bytes"


def test_the_kept_indexes_are_those_of_the_tables() -> None:
    table = communes.load_table()
    today = [(code, *line.split("\t")) for code, line in table.lines.rows()]
    former = [(code, *line.split("\t")) for code, line in table.former.rows()]
    index = build_communes.index
    assert dict(table.by_name.rows()) == dict(index((reduce_name(row[1]), row[0]) for row in today))
    assert dict(table.by_former_name.rows()) == dict(index((reduce_name(row[1]), row[0]) for row in former))
    assert dict(table.by_postcode.rows()) == dict(index((cp, row[0]) for row in today for cp in row[3].split()))


def test_each_line_is_found_by_its_key_and_no_other() -> None:
    kept = {"a": "1", "a b": "2\t3", "b": "", "é": "4"}
    lines = communes.TextLines(b"".join(sorted(f"{key}\t{value}\n".encode() for key, value in kept.items())))
    assert (dict(lines.rows()), len(lines)) == (kept, 4)
    assert {key: lines[key] for key in kept} == kept
    assert not [key for key in ("", "A", "a ", "a b c", "aa", "c", "1", "2\t3", "ê") if key in lines]
    assert "a" not in communes.TextLines(b"")


SOURCE = """[
  {"code": "69123", "nom": "Lyon", "departement": "69", "type": "commune-actuelle",
   "codesPostaux": ["69003", "69001"], "population": 519127},
  {"code": "01025", "nom": "Bâgé-Dommartin", "departement": "01", "type": "commune-actuelle",
   "codesPostaux": ["01380"]},
  {"code": "69383", "nom": "Lyon 3e Arrondissement", "departement": "69", "type": "arrondissement-municipal",
   "commune": "69123", "codesPostaux": ["69003"]},
  {"code": "01024", "nom": "Bâgé-la-Ville", "departement": "01", "type": "commune-deleguee", "chefLieu": "01025"}
]"""


def test_the_shortest_text_for_a_place_names_just_this_place() -> None:
    for commune in list(list_communes())[::40]:
        place = CommunePlace(commune, (commune.codes_postaux or ("",))[0])
        text = shorten_label(place)
        assert (find_place_exactly(text).place or find_begun_place(text)) == place, text
        assert len(text) <= len(place.label)


@pytest.mark.parametrize(("typed", "meant"), [("paris", []), ("chalon", ["71076"])])
def test_a_city_is_no_short_name_of_a_village_near_by(typed: str, meant: list[str]) -> None:
    """There are a Paris-l’Hôpital and a Chalon-sur-Saône in Saône-et-Loire."""
    named = find_place(typed, ("71",)).place
    assert named
    assert [place.commune.code for place in find_meant_places(typed, named, ("71",))] == meant
