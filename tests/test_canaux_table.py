"""The table of channels: 101 départements by the platform’s own rule, and an operator’s table in its place."""

from pathlib import Path

import pytest

from config import canaux
from config.canaux import ADDRESS, COLUMNS, HEADER_MAX, NAME_MAX, PURPOSE_MAX, Family, PlannedChannel
from config.tables import TableError
from config.territories import DEPARTEMENTS
from config.text import fold

PLANNED = canaux.read()
OF_DEPARTEMENTS = [planned for planned in PLANNED.values() if planned.family is Family.DEPARTEMENT]
HEADING = "\t".join(COLUMNS)


def test_each_departement_has_a_private_channel_named_by_the_rule_of_the_platform() -> None:
    """Its name without accents, spaces, hyphens and apostrophes; its number is in the title only."""
    assert len(OF_DEPARTEMENTS) == 101
    for planned in OF_DEPARTEMENTS:
        nom = DEPARTEMENTS[planned.departement].nom
        assert planned.address == fold(nom).replace(" ", "")
        assert planned.name == f"{planned.departement} - {nom}"
        assert planned.private


@pytest.mark.parametrize(
    ("code", "name", "address"),
    [
        ("64", "64 - Pyrénées-Atlantiques", "pyreneesatlantiques"),
        ("21", "21 - Côte-d'Or", "cotedor"),
        ("01", "01 - Ain", "ain"),
        ("2A", "2A - Corse-du-Sud", "corsedusud"),
        ("95", "95 - Val-d'Oise", "valdoise"),
        ("90", "90 - Territoire de Belfort", "territoiredebelfort"),
        ("974", "974 - La Réunion", "lareunion"),
    ],
)
def test_some_by_name(code: str, name: str, address: str) -> None:
    planned = PLANNED[f"departement:{code}"]
    assert (planned.name, planned.address) == (name, address)


def test_mattermost_takes_them_all_and_none_twice() -> None:
    assert len({planned.address for planned in PLANNED.values()}) == len(PLANNED)
    for planned in PLANNED.values():
        assert ADDRESS.fullmatch(planned.address)
        assert 0 < len(planned.name) <= NAME_MAX
        assert 0 < len(planned.purpose) <= PURPOSE_MAX
        assert 0 < len(planned.header) <= HEADER_MAX


@pytest.mark.parametrize(
    ("code", "home"),
    [("69", "69"), ("2B", "2B"), ("976", "976"), ("977", "971"), ("978", "971"), ("988", ""), ("975", ""), ("00", "")],
)
def test_the_territories_without_a_channel_share_one_or_have_none(code: str, home: str) -> None:
    assert canaux.home_of(code) == home


def written(folder: Path, *lines: str) -> Path:
    """A table of an operator’s."""
    path = folder / "canaux.tsv"
    path.write_text("\n".join(["# à nous", HEADING, *lines]), "utf-8")
    return path


def test_an_operators_table_takes_its_place(tmp_path: Path) -> None:
    line = "accueil\tnational\tAccueil\taccueil\tnon\ttous\tSujet\tEntête"
    assert list(canaux.read(written(tmp_path, line)).values()) == [
        PlannedChannel(
            key="accueil", family=Family.NATIONAL, name="Accueil", address="accueil", private=False,
            belonging=canaux.Belonging.TOUS, roles=frozenset(), purpose="Sujet", header="Entête",
        )
    ]  # fmt: skip


def test_a_table_may_be_of_some_departements_only(tmp_path: Path) -> None:
    line = "departement:38|69\tdepartement\t{nom}\t{canal}\toui\tdepartement\t\t"
    assert list(canaux.read(written(tmp_path, line))) == ["departement:38", "departement:69"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("a\tnational\tA\taa\tnon", "et non 5"),
        ("a\tville\tA\taa\tnon\ttous\t\t", "ville"),
        ("a\tnational\tA\tÀ l’eau\tnon\ttous\t\t", "adresse"),
        ("a\tnational\t\taa\tnon\ttous\t\t", "nom"),
        (f"a\tnational\tA\taa\tnon\ttous\t{'x' * 251}\t", "sujet"),
        ("general\tnational\tA\taa\tnon\ttous\t\t", "y est déjà"),
        ("a\tnational\tA\taa\tpeut-être\ttous\t\t", "oui ou non"),
        ("a\tnational\tA\taa\tnon\tchef\t\t", "chef"),
        ("a\tdepartement\t{code\taa\tnon\ttous\t\t", "accolade"),
        ("departement:69|988\tdepartement\t{nom}\taa\tnon\ttous\t\t", "988"),
        ("a\tdepartement\t{truc}\taa\tnon\ttous\t\t", "truc"),
    ],
)
def test_a_line_that_is_wrong_is_named_with_the_reason(line: str, why: str, tmp_path: Path) -> None:
    first = "general\tnational\tGénéral\ttown-square\tnon\ttous\t\t"
    with pytest.raises(TableError, match=why) as told:
        canaux.read(written(tmp_path, first, line))
    assert str(told.value).startswith("ligne 4 :")


def test_a_table_without_its_columns_is_refused(tmp_path: Path) -> None:
    (tmp_path / "canaux.tsv").write_text("nom\tadresse\n")
    with pytest.raises(TableError, match="famille"):
        canaux.read(tmp_path / "canaux.tsv")
