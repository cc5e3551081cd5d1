"""Stories: reports have tags, of one’s own or of the département, by which they are found and counted."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from commands.stats.papers import SHEET_COLUMNS
from dialogs.cra.line.batch import read_lines
from dialogs.cra.tags import read_tag, read_tags
from storage.cra.habits import Usual
from storage.cra.tags import REPORT_MAX, list_names, take_tags
from storage.people import Role
from tests.people import Dialog, Person
from tests.support.cra import CLUES, fill_workshop, read_number
from tests.support.house import House, plain
from tests.test_cra_line_any import LINES

LINE = "atelier 8p 1h30 mail 69120 hier +60 retraités"


@pytest.fixture
async def ines(house: House) -> Person:
    """A coordinatrice of the Rhône."""
    person = await house.site.person("ines")
    await house.registers(person, Role.COORDINATEUR, departements=["69"])
    return person


def choose(form: Dialog, *names: str) -> Dialog:
    """Choose these tags in a window: in a list, or in the text that older servers have."""
    return form.fill(etiquettes=list(names) if form.element("etiquettes").get("multiselect") else ", ".join(names))


async def names_of(house: House, number: int) -> tuple[str, ...]:
    """The tags of a report."""
    async with house.bot.database.transaction(writes=False) as db:
        return (await list_names(db, [number])).get(number, ())


async def files_line(person: Person, line: str) -> int:
    """Somebody saves a line: its number."""
    preview = await person.asks(f"/cra {line}")
    await person.clicks(preview, "Enregistrer")
    return read_number(await person.told("enregistré"))


async def test_a_line_with_tags_is_found_counted_changed_and_copied(house: House, juliette: Person) -> None:
    assert "etiquettes" not in (await juliette.opens("/cra")).names, "who has no tags has no field for them"
    preview = await juliette.asks(f"/cra {LINE} #Caf #séniors #caf")
    assert "Étiquettes : caf, séniors." in plain(preview)
    await juliette.clicks(preview, "Enregistrer")
    receipt = await juliette.told("enregistré")
    assert "Étiquettes : caf, séniors." in plain(receipt)
    number = read_number(receipt)
    await files_line(juliette, f"{LINE} #seniors")
    await files_line(juliette, LINE)

    assert f"n° {number}" in plain(await juliette.asks("/cra liste #CAF"))
    assert "2 comptes rendus" in plain(await juliette.asks("/cra liste #Seniors mail"))
    assert "Aucun compte rendu" in plain(await juliette.asks("/cra liste #zorglub"))
    assert "**16 personnes" in plain(await juliette.asks("/stats tout #seniors"))
    assert "sur cette période n’a cette étiquette" in plain(await juliette.asks("/stats tout #zorglub"))
    assert "vos propres chiffres" in plain(await juliette.asks("/stats departement 69 #seniors"))

    window = await juliette.opens_by(receipt, "Modifier")
    assert "etiquettes" in window.names
    assert (await choose(window, "caf").submit()).accepted
    receipt = await juliette.rewritten(receipt, "modifié")
    assert await names_of(house, number) == ("caf",)
    copied = await juliette.opens_by(receipt, "Dupliquer")
    assert (await copied.submit()).accepted
    assert "Étiquettes : caf" in plain(await juliette.told("Étiquettes"))


async def test_own_tags_are_added_renamed_deleted_and_restored(house: House, juliette: Person) -> None:
    assert "pas encore d’étiquette" in plain(await juliette.asks("/cra étiquettes"))
    await juliette.asks("/cra étiquettes ajouter France Services")
    number = await files_line(juliette, f"{LINE} #france-services")
    assert "#france-services (1)" in plain(await juliette.asks("/cra etiquettes"))
    renamed = await juliette.asks("/cra étiquettes renommer france-services fs")
    assert await names_of(house, number) == ("fs",)
    await juliette.clicks(renamed, "Annuler")
    await juliette.whispered("maintenant")
    assert await names_of(house, number) == ("france-services",)
    deleted = await juliette.asks("/cra étiquettes supprimer #France-Services")
    assert "1 compte rendu" in plain(deleted)
    assert await names_of(house, number) == ()
    assert "Aucun" in plain(await juliette.asks("/cra liste #france-services"))
    await juliette.clicks(deleted, "Rétablir")
    await juliette.whispered("rétablie")
    assert await names_of(house, number) == ("france-services",)
    assert "allongez « é »" in plain(await juliette.asks("/cra étiquettes ajouter é"))
    for wrong in (
        "Mme Martin",
        "Sophie-Martin",
        "jean dupont",
        "martin-sophie",
        "06 12 34 56 78",
        "a.b@exemple.fr",
        "x" * 31,
        "12",
    ):
        assert "✅" not in plain(await juliette.asks(f"/cra étiquettes ajouter {wrong}"))
    assert "n’avez pas d’étiquette" in plain(await juliette.asks("/cra étiquettes supprimer zorglub"))


async def test_a_departement_s_tags_are_kept_by_its_coordinateur(house: House, juliette: Person, ines: Person) -> None:
    assert "à tous les conseillers" in plain(await ines.asks("/cra étiquettes ajouter bus-numérique"))
    assert "existe déjà" in plain(await ines.asks("/cra étiquettes ajouter Bus numerique"))
    carl = await house.conseiller("carl", departements=["38"])
    assert "bus" not in plain(await carl.asks("/cra étiquettes"))
    juliette.acts()
    assert "#bus-numérique (0)" in plain(await juliette.asks("/cra étiquettes"))
    form = choose(await fill_workshop(juliette), "bus-numérique")
    assert "etiquettes" in form.names
    assert (await form.submit()).accepted
    number = read_number(await juliette.told("enregistré"))
    await ines.asks("/cra étiquettes renommer bus-numérique bus")
    assert await names_of(house, number) == ("bus",)
    assert "n’avez pas d’étiquette" in plain(await juliette.asks("/cra étiquettes supprimer bus")), "hers it is not"


async def test_too_many_or_personal_tags_are_explained_and_practice_has_none(house: House, juliette: Person) -> None:
    many = " ".join(f"#mot{letter}" for letter in string.ascii_lowercase[: REPORT_MAX + 1])
    preview = await juliette.asks(f"/cra {LINE} {many}")
    assert f"{REPORT_MAX} étiquettes au plus" in plain(preview)
    assert "Enregistrer" not in preview.buttons
    assert "ne nomme personne" in plain(await juliette.asks(f"/cra {LINE} #Sophie-Martin"))
    await juliette.asks("/entrainement")
    preview = await juliette.asks(f"/cra {LINE} #caf")
    assert "n’a pas d’étiquettes" in plain(preview)
    await juliette.clicks(preview, "Enregistrer")
    assert "Étiquettes" not in plain(await juliette.told("enregistré"))
    assert "pas encore d’étiquette" in plain(await juliette.asks("/cra étiquettes"))


async def test_without_tags_a_report_asks_the_database_nothing_more(house: House, juliette: Person) -> None:
    asked: list[str] = []
    engine = house.bot.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    form = await fill_workshop(juliette)
    assert (await form.submit()).accepted
    await juliette.told("enregistré")
    assert not [statement for statement in asked if "cra_tag" in statement]


def test_a_file_has_a_column_of_tags() -> None:
    (column,) = [column for column in SHEET_COLUMNS if column.title == "Étiquettes"]
    assert column.says({"tags": ("caf", "seniors")}) == "caf; seniors"
    assert column.says({}) == ""


@given(line=LINES, names=st.lists(st.text(string.ascii_lowercase, min_size=2, max_size=12), max_size=REPORT_MAX))
def test_a_line_with_tags_has_the_same_words_as_without(line: str, names: list[str]) -> None:
    rest, found = take_tags(" ".join([line, *(f"#{name}" for name in names)]))
    assert set(names) <= set(found)
    assert rest.split() == take_tags(line)[0].split()


@pytest.mark.parametrize("line", [f"#atelier {LINE} #3e-âge", f"{LINE}, #mail (#caf) puis 2 ponctuels 15 min"])
def test_a_line_with_tags_makes_the_same_reports_as_without(line: str) -> None:
    rest, found = take_tags(line)
    assert found
    plainly = read_lines(
        line.replace("#atelier", "").replace("#3e-âge", "").replace("#mail (#caf)", ""), CLUES, Usual()
    )
    assert [one.raw for one in read_lines(rest, CLUES, Usual())] == [one.raw for one in plainly]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("atelier #mail", ["mail"]),
        ("cra n° #12", []),
        ("C#, a#b", []),
        ("(#caf),#msa", ["caf", "msa"]),
        ("#3e-âge #l’été", ["3e-âge", "l’été"]),
    ],
)
def test_a_tag_begins_a_word_and_has_a_letter(text: str, found: list[str]) -> None:
    assert take_tags(text)[1] == found


def test_names_are_the_same_without_capitals_and_accents() -> None:
    assert read_tag("#France Services") == "france-services"
    assert read_tags(["Été", "ete", "bus"]) == ("été", "bus")
