"""Stories: a coordinateur notes animations, events and partnerships, which count apart from comptes rendus."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from dialogs.cra.coordination import judge_line, read_coordination_line
from storage.cra.coordination import CoordinationKind, CoordinationReport
from storage.people import Role
from tests.people import Person
from tests.support.conversation import answered
from tests.support.cra import CLUES
from tests.support.house import House, plain, wait_until

LINE = "/cra coordination animation réunion d’équipe 2h 12 participants hier"


@pytest.fixture
async def ines(house: House) -> Person:
    """A coordinatrice of the Rhône."""
    person = await house.site.person("ines")
    await house.registers(person, Role.COORDINATEUR, departements=["69"])
    return person


async def stored(house: House, person: Person) -> list[CoordinationReport]:
    """All reports of somebody’s, deleted ones too."""
    async with house.bot.database.transaction(writes=False) as db:
        mine = select(CoordinationReport).where(CoordinationReport.author_id == person.id)
        return list((await db.exec(mine.order_by(col(CoordinationReport.id)))).all())


async def test_a_line_is_previewed_saved_once_changed_deleted_and_restored(house: House, ines: Person) -> None:
    preview = await ines.asks(LINE)
    assert preview.buttons == ["Enregistrer", "Compléter", "Annuler"]
    for words in ("Animation, ", "réunion de coordination", "« réunion d’équipe »", "2 h", "12 autres personnes"):
        assert words in plain(preview)
    assert await stored(house, ines) == []
    await ines.clicks(preview, "Enregistrer")
    await ines.clicks(preview, "Enregistrer")
    receipt = await ines.told("enregistré")
    (row,) = await stored(house, ines)
    assert (row.kind, row.sort, row.minutes, row.autres, row.departement) == ("animation", "reunion", 120, 12, "69")
    assert row.date == house.today - timedelta(days=1)

    window = await ines.opens_by(receipt, "Modifier")
    assert window.shown("sujet") == "réunion d’équipe"
    assert "au moins un médiateur" in (await window.fill(autres="0").submit()).errors["mediateurs"]
    assert (await window.fill(mediateurs="9", structures="2", autres="", themes=["reseau"]).submit()).accepted
    receipt = await ines.rewritten(receipt, "9 médiateurs, 2 structures")
    assert "maillage territorial" in plain(receipt)

    await ines.clicks(receipt, "Supprimer")
    receipt = await ines.rewritten(receipt, "supprimé")
    assert "pas encore" in plain(await ines.asks("/cra coordination liste"))
    await ines.clicks(receipt, "Rétablir")
    await ines.rewritten(receipt, "rétabli")
    shown = await ines.asks(f"/cra coordination {row.number}")
    assert shown.buttons == ["Modifier", "Supprimer"]


async def test_windows_of_each_kind_lists_in_pages_figures_and_files(house: House, ines: Person) -> None:
    kinds = await ines.asks("/cra coordination")
    assert kinds.buttons == ["Animation", "Événement", "Partenariat", "Voir mes comptes rendus"]
    window = await ines.opens_by(kinds, "Événement")
    window.fill(sujet="Forum des aidants", type="grand_public", participants="80", organisateurs=["commune", "etat"])
    assert "mot de passe" in (await window.fill(sujet="Mon mot de passe est Tr0ub4dor!").submit()).errors["sujet"]
    assert (await window.fill(sujet="Forum des aidants", duree="4h").submit()).accepted
    assert (await window.submit()).accepted, "a second sending is the same report"
    receipt = await ines.told("Forum des aidants")
    assert "Organisé par : une commune et état (préfecture" in plain(receipt)
    window = await ines.opens_by(await ines.asks("/cra coordination partenariat avec l’agglo subvention"), "Compléter")
    assert (window.shown("type"), window.chosen("partenaires")) == ("subvention", ["epci"])
    assert (await window.submit()).accepted
    for hours in (1, 2, 3):
        preview = await ines.asks(f"/cra coordination animation webinaire {hours}h 5 conseillers 01/10/2026")
        await ines.clicks(preview, "Enregistrer")
        await ines.whispered("C’est enregistré")

    first = await ines.asks("/cra coordination liste")
    assert "5 comptes rendus de coordination" in plain(first)
    assert "page 1 sur 2" in plain(first)
    await ines.clicks(first, "Voir la suite")
    assert "page 2 sur 2" in plain(await ines.whispered("page 2"))
    assert "Aucun" in plain(await ines.asks("/cra coordination liste 2025"))

    assert "Mes chiffres de coordination" in (await ines.asks("/stats")).buttons
    told = await ines.asks("/stats coordination tout")
    for row in (
        "Animation | 3 | 6 h | 15",
        "Événement | 1 | 4 h | 80",
        "Partenariat | 1 | 0 min | 0",
        "Total | 5 | 10 h",
    ):
        assert row in plain(told)
    assert "octobre 2026 | 3 | 6 h | 15" in plain(told)
    assert "1 compte rendu ne dit pas sa durée" in plain(told)
    await ines.clicks(told, "Exporter")
    files = await ines.told("5 comptes rendus")
    assert len(files.file_ids) == 2
    assert await house.reports(ines) == [], "the conseillers’ figures know nothing of it"


async def test_who_coordinates_is_led_from_cra_to_their_own(house: House, ines: Person, juliette: Person) -> None:
    refused = await ines.asks("/cra")
    assert "Pour vous, c’est /cra coordination." in plain(refused).replace("`", "")
    await ines.clicks(refused, "/cra coordination")
    assert "Qu’avez-vous fait" in plain(await ines.whispered("Choisissez"))
    assert "coordination" not in plain(await juliette.asks("/annonce")), "who coordinates nothing is not led there"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("j’ai fait une animation avec 3 conseillers hier matin, 2h", "rien n’est encore enregistré"),
        ("atelier coordination 2h hier", "Qu’avez-vous fait"),
        ("j’ai animé une réunion d’équipe de 12 personnes jeudi, 3h", "Qu’avez-vous fait"),
    ],
)
async def test_what_a_coordinatrice_tells_is_hers_at_once(house: House, ines: Person, said: str, shown: str) -> None:
    """A preview, or which kind it is, with her words kept: no button that leads there, and no refusal."""
    await wait_until(lambda: house.bot.events.connected)
    told = await answered(ines, said, shown)
    assert "dites-le en une ligne" not in plain(told), "she has"


async def test_it_is_for_coordinateurs_and_each_sees_only_theirs(house: House, ines: Person, juliette: Person) -> None:
    carl = await house.someone(Role.COORDINATEUR, "carl")
    await ines.clicks(await ines.asks(LINE), "Enregistrer")
    await ines.told("enregistré")
    (row,) = await stored(house, ines)
    assert "pas de compte rendu de coordination n°" in plain(await carl.asks(f"/cra coordination {row.number}"))
    refused = await juliette.asks(LINE)
    assert not refused.buttons or "Enregistrer" not in refused.buttons
    assert await stored(house, juliette) == []
    preview = await carl.asks("/cra coordination partenariat maire de Bron")
    await carl.clicks(preview, "Annuler")
    assert "Rien n’a été enregistré" in plain(await carl.whispered("Rien"))


CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("animation copil 1h30 8 conseillers et 3 structures 12/11", "animation", {"type": "comite", "duree": "1h30"}),
    ("2 h réunion animation 4 médiateurs", "animation", {"type": "reunion", "mediateurs": 4, "duree": "2 h"}),
    ("événement NEC local 120 visiteurs avec la préfecture", "evenement", {"type": "nec", "organisateurs": ["etat"]}),
    ("evenement forum 30p 3h hier", "evenement", {"type": "grand_public", "organisateurs": ["ma_structure"]}),
    ("partenariat rendez-vous maire de Bron 45 min", "partenariat", {"type": "elu", "duree": "45 min"}),
    ("partenariat parcours usager avec le hub et la région", "partenariat", {"partenaires": ["region", "hub"]}),
    ("copil avec le département ce matin 2h 8 conseillers", "animation", {"type": "comite", "mediateurs": 8}),
    ("forum des associations hier 60 visiteurs", "evenement", {"type": "grand_public", "participants": 60}),
    ("monté un partenariat avec la région hier", "partenariat", {"sujet": "monté un partenariat avec la région"}),
    ("une animation du réseau hier 3h 15 conseillers", "animation", {"sujet": "animation du réseau"}),
    ("partenariat mercredi une heure trente on était six", "partenariat", {"duree": "1h30", "participants": 6}),
    ("partenariat caf deux heures quinze 8 participants", "partenariat", {"duree": "2h15", "participants": 8}),
    ("animation quelque chose 20 min 5 personnes", "animation", {"type": "autre_animation", "autres": 5}),
]


@pytest.mark.parametrize(("line", "kind", "says"), CASES)
def test_a_line_is_read_whatever_its_order(line: str, kind: str, says: dict[str, Any]) -> None:
    found = read_coordination_line(line, CLUES)
    assert found.kind == kind
    assert says.items() <= found.raw.items()
    assert judge_line(CoordinationKind(kind), found.raw, CLUES).said is not None


def test_a_day_that_does_not_exist_is_a_mistake_and_no_subject() -> None:
    found = read_coordination_line("animation réunion 2h 5 médiateurs le 32/13", CLUES)
    assert (found.raw["date"], found.raw["sujet"], found.assumed) == ("32/13", "réunion", [])
    assert "date" in judge_line(CoordinationKind.ANIMATION, found.raw, CLUES).mistakes


def test_nothing_of_a_line_is_taken_twice_and_long_ones_are_read_quickly() -> None:
    found = read_coordination_line("animation réunion 2h puis 3h 12 participants", CLUES)
    assert (found.raw["duree"], found.raw["sujet"]) == ("2h", "réunion puis 3h")
    assert read_coordination_line("réunion d’équipe 2h", CLUES).kind is None
    assert read_coordination_line("hier réunion d’animation 2h", CLUES).kind is CoordinationKind.ANIMATION
    assert len(read_coordination_line("animation " + "1 1h " * 5000, CLUES).raw["sujet"]) <= 400


AMENDED = (
    ("c'était avant-hier", "2 h"),
    ("15 participants", "15 autres personnes"),
    ("en fait 3h", "3 h"),
    ("c'était un webinaire", "webinaire"),
    ("patati patata", "Je n’ai pas compris"),
)
"""What is said of a previewed report of coordination, and what the preview says then."""


@pytest.mark.every_mode
async def test_a_preview_is_put_right_by_words(house: House, ines: Person) -> None:
    await wait_until(lambda: house.bot.events.connected)
    await ines.asks(LINE, await ines.direct_channel())
    for words, shown in AMENDED:
        await ines.says(words, await ines.direct_channel())
        assert shown in plain(await ines.told("rien n’est encore enregistré")), words
    await ines.says("oui", await ines.direct_channel())
    await ines.told("enregistré")
    (row,) = await stored(house, ines)
    assert (row.sort, row.minutes, row.autres) == ("webinaire", 180, 15)
    assert row.date == house.today - timedelta(days=2)


@pytest.mark.every_mode
async def test_what_is_wrong_is_asked_for_and_a_dropped_preview_comes_back(house: House, ines: Person) -> None:
    await wait_until(lambda: house.bot.events.connected)
    channel = await ines.direct_channel()
    await ines.asks(LINE, channel)
    for words in ("la durée est fausse", "non", "patati patata"):
        await ines.says(words, channel)
        asked = await ines.told("Quelle est la bonne durée")
        assert "Enregistrer" not in asked.buttons, words
        await house.settled()
    await ines.says("45", channel)
    right = await ines.told("rien n’est encore enregistré")
    assert ("45 min" in plain(right), right.buttons[0]) == (True, "Enregistrer")
    await ines.says("annule", channel)
    dropped = await ines.rewritten(right)
    assert dropped.buttons == ["Reprendre"]
    await house.settled()
    await ines.says("reprendre", channel)
    assert (await ines.rewritten(dropped)).buttons[0] == "Enregistrer"
    await ines.says("oui", channel)
    await ines.told("enregistré")
    (row,) = await stored(house, ines)
    assert row.minutes == 45
