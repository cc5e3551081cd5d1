"""Stories: the figures of départements, régions and the nation, for who may see them; few people are not told of."""

import csv
import io
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

import openpyxl
import pytest

from bot.french.periods import months_after
from commands.stats.territory.answers import Decided
from commands.stats.territory.places import Kind, named
from storage.cra import Age, Report
from storage.people import Role
from storage.stats import Figures
from storage.stats.queries import Crowd
from storage.stats.territories import Gathered, Shown
from tests.house import House
from tests.people import Person, Post, unique
from tests.reports import file, registered, report, someone

_months: dict[int, Iterator[int]] = defaultdict(count)
GUARD = "Tous les chiffres de ce territoire sont masqués"


@pytest.fixture
def month(house: House) -> date:
    """A month of long ago in which nobody else’s story happens, nor in the one after it."""
    year, number = divmod(2 * next(_months[id(house)]), 12)
    return date(2021 + year, number + 1, 1)


@pytest.fixture
async def agathe(house: House) -> Person:
    """Animatrice."""
    return await house.someone(Role.ANIMATEUR, "agathe")


@pytest.fixture
async def work(house: House, month: date) -> Callable[..., Awaitable[list[str]]]:
    """In a département some conseillers file reports, the same each; their ids."""

    async def done(code: str, conseillers: int, *reports: Report) -> list[str]:
        there = [someone(unique("c")[:26], code or None) for _ in range(conseillers)]
        async with house.bot.database.transaction() as db:
            await registered(db, *there)
            for author in there:
                await file(db, author, *(Report(**_fields(r) | {"date": month.replace(day=10)}) for r in reports))
        return [author.id for author in there]

    return done


def _fields(said: Report) -> dict[str, Any]:
    return {name: getattr(said, name) for name in Report.__dataclass_fields__}


OLD = report()
CHILDREN = report(ages={Age.MOINS_12: 1, Age.PLUS_60: 7})
Work = Callable[..., Awaitable[list[str]]]


def plain(post: Post) -> str:
    """Its words, with usual spaces."""
    return post.text.replace("\u00a0", " ").replace("\u202f", " ")


def said(month: date) -> str:
    """A month as it is typed."""
    return f"{month:%m/%Y}"


async def files(person: Person, post: Post) -> list[tuple[str, bytes]]:
    """The files of a post, by name."""
    found = []
    for info in await person.api.get(f"/posts/{post.id}/files/info"):
        url = f"{person.api.url}/api/v4/files/{info['id']}"
        async with person.api.session.get(url, headers=person.api.headers) as reply:
            assert reply.status == 200
            found.append((info["name"], await reply.read()))
    return found


@pytest.mark.every_mode
async def test_a_conseiller_sees_her_departement(juliette: Person, work: Work, month: date) -> None:
    await work("69", 3, OLD, OLD)
    answer = await juliette.asks(f"/stats departement {said(month)}")
    text = plain(answer)
    for told in ("Rhône (69)", "Conseillers actifs : 3", "48 personnes accompagnées", "6 ateliers réalisés"):
        assert told in text.replace("*", ""), text
    assert "Plus de 60 ans 48 (100 %)" in text
    assert "masqué" not in text

    sent = await juliette.told("Rhône")
    pictures = await files(juliette, sent)
    assert [content[:4] for _, content in pictures] == [b"\x89PNG"] * 2
    assert "Exporter" not in sent.buttons


async def test_in_the_direct_channel_the_answer_stays(juliette: Person, work: Work, month: date) -> None:
    await work("69", 3, OLD)
    await juliette.runs(f"/stats departement {said(month)}", await juliette.direct_channel())
    answer = await juliette.told("Rhône")
    assert not answer.ephemeral
    assert await files(juliette, answer)


async def test_few_persons_are_masked_and_it_is_said_why(juliette: Person, work: Work, month: date) -> None:
    """Three children in the Rhône; with another département to compare, and none."""
    await work("69", 3, OLD, CHILDREN)
    await work("01", 3, CHILDREN, CHILDREN)
    text = plain(await juliette.asks(f"/stats departement {said(month)}"))
    assert "-12 ans masqué" in text
    assert "moins de 5 personnes" in text
    assert "48** personnes" in text
    region = plain(await juliette.asks(f"/stats region {said(month)}"))
    assert "-12 ans 9" in region, "nobody can subtract: the Ain is masked too"


async def test_two_conseillers_are_not_told_of(juliette: Person, agathe: Person, work: Work, month: date) -> None:
    await work("69", 2, OLD)
    await work("38", 3, OLD)
    for person in (juliette, agathe):
        assert GUARD in plain(await person.asks(f"/stats departement 69 {said(month)}"))


async def test_an_empty_month_is_said(juliette: Person, month: date) -> None:
    assert "aucun compte rendu sur cette période" in plain(await juliette.asks(f"/stats departement {said(month)}"))
    assert "aucun compte rendu sur cette période" in plain(await juliette.asks(f"/stats national {said(month)}"))


async def test_each_sees_what_is_theirs(house: House, juliette: Person, agathe: Person) -> None:
    camille = await house.site.person("camille")
    await house.registers(camille, Role.COORDINATEUR, departements=["35", "22"])
    ines = await house.someone(Role.INVITE, "ines")
    for person, line, seen in (
        (juliette, "departement Rhône", "Rhône (69)"),
        (juliette, "region", "Auvergne-Rhône-Alpes"),
        (juliette, "national", "France entière"),
        (camille, "departement", "Ille-et-Vilaine (35)"),
        (camille, "departement cotes d'armor", "Côtes-d"),
        (camille, "region bretagne", "Bretagne"),
        (agathe, "departement la réunion", "La Réunion (974)"),
        (agathe, "region paca", "Provence"),
    ):
        assert seen in plain(await person.asks(f"/stats {line} mars 2020")), line
    for person, line, told in (
        (juliette, "departement 75", "Vous pouvez voir la France entière, Rhône (69) et Auvergne-Rhône-Alpes"),
        (juliette, "region bretagne", "réservés aux animateurs"),
        (camille, "departement 69", "Ille-et-Vilaine (35), Côtes-d’Armor (22) et Bretagne"),
        (agathe, "departement", "De quel territoire"),
        (ines, "national", "agent invité"),
        (juliette, "departement exporter csv", "réservé aux animateurs"),
        (juliette, "carte", "Cette commande est réservée aux animateurs"),
    ):
        refusal = plain(await person.asks(f"/stats {line}")).replace("'", "’")
        assert told in refusal, refusal


async def test_somebody_of_no_known_departement_is_told(house: House) -> None:
    nouveau = await house.conseiller("nouveau", departements=[])
    assert "pas encore votre département" in plain(await nouveau.asks("/stats departement"))
    assert "France entière" in plain(await nouveau.asks("/stats national mars 2020"))


@pytest.mark.parametrize("line", ["departement Lugdunum", "departement 69 brumaire", "region Gaule", "national 99"])
async def test_what_is_not_understood_is_said(agathe: Person, line: str) -> None:
    text = plain(await agathe.asks(f"/stats {line}"))
    assert "Je n’ai reconnu" in text
    assert "mois dernier" in text


async def test_those_who_left_or_moved_stay_counted(house: House, juliette: Person, work: Work, month: date) -> None:
    """And where the work was done is where the structure was, not where the persons live."""
    left, moved, _ = await work("69", 3, report(departement="01", commune="01053"))
    async with house.bot.database.transaction() as db:
        gone = someone(left, None)
        gone.role = Role.INVITE
        await registered(db, gone, someone(moved, "38"))
    assert "24** personnes" in plain(await juliette.asks(f"/stats departement {said(month)}"))


async def test_days_become_whole_months(juliette: Person, work: Work, month: date) -> None:
    await work("69", 3, OLD)
    text = plain(await juliette.asks(f"/stats departement du {month:15/%m/%Y} au {month:20/%m/%Y}"))
    assert f"par mois entiers : voici du {month:01/%m/%Y} au" in text
    assert "24** personnes" in text


async def test_the_month_in_progress_goes_up_to_today(house: House, juliette: Person) -> None:
    house.clock.goes_to(datetime(2034, 3, 12, 12, tzinfo=UTC))
    text = plain(await juliette.asks("/stats national"))
    assert "du 1er au 12 mars 2034" in text
    assert "mois entiers" not in text


async def test_the_months_beside_are_a_click_away(house: House, juliette: Person, work: Work, month: date) -> None:
    await work("69", 3, OLD, OLD, OLD)
    later = months_after(month, 1)
    there = [someone(unique("d")[:26]) for _ in range(3)]
    async with house.bot.database.transaction() as db:
        await registered(db, *there)
        for author in there:
            await file(db, author, report(date=later), report(date=later))
    answer = await juliette.asks(f"/stats departement {said(later)}")
    assert "24 personnes accompagnées de moins et 3 accompagnements de moins" in plain(answer)
    await juliette.clicks(answer, answer.buttons[0])
    assert "72** personnes" in plain(await juliette.whispered("personnes"))


async def test_the_table_of_departements(agathe: Person, work: Work, month: date) -> None:
    await work("69", 3, OLD, OLD)
    await work("38", 2, OLD)
    await work("01", 3, OLD)
    await agathe.runs(f"/stats departement exporter csv {said(month)}")
    sent = await agathe.told("Voici les chiffres de tous les départements")
    [(name, content)] = await files(agathe, sent)
    assert name.startswith("Departements_")
    assert name.endswith(".csv")
    rows = {row["Code"]: row for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")}
    persons = {code: rows[code]["Personnes accompagnées"] for code in ("69", "38", "01")}
    assert persons == {"69": "48", "38": "masqué", "01": "masqué"}, "the Isère would be what is left of the région"
    assert rows["75"]["Accompagnements enregistrés"] == "0"


async def test_the_button_gives_the_table_for_excel(agathe: Person, work: Work, month: date) -> None:
    await work("69", 3, OLD, OLD)
    answer = await agathe.asks(f"/stats departement 69 {said(month)}")
    await agathe.clicks(answer, "Exporter")
    sent = await agathe.told("Voici les chiffres de tous les départements")
    [(name, content)] = await files(agathe, sent)
    assert name.endswith(".xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    head, *rows = list(sheet.iter_rows(values_only=True))
    (rhone,) = [dict(zip(head, row, strict=True)) for row in rows if row[0] == "69"]
    assert (rhone["Conseillers actifs"], rhone["Personnes accompagnées"]) == (3, 48)


async def test_the_form_of_the_table_is_asked_for(agathe: Person) -> None:
    assert "En quelle forme" in plain(await agathe.asks("/stats departement exporter"))


async def test_the_departements_side_by_side(agathe: Person, work: Work, month: date) -> None:
    await work("69", 3, OLD, OLD, OLD)
    await work("75", 3, OLD, OLD)
    await agathe.runs(f"/stats carte {said(month)}")
    sent = await agathe.told("Accompagnements par département")
    assert "Rhône (69) 9, Paris (75) 6" in plain(sent)
    [(name, content)] = await files(agathe, sent)
    assert (name[-10:], content[:4]) == ("_carte.png", b"\x89PNG")


async def test_no_picture_of_nothing(agathe: Person, month: date) -> None:
    await agathe.runs(f"/stats carte {said(month)}")
    waiting = await agathe.told()
    told = waiting if "aucun" in waiting.text else await agathe.rewritten(waiting, "aucun compte rendu")
    assert "aucun compte rendu à cette période" in plain(told)


async def test_somebody_whose_rights_went_gets_no_file(house: House, agathe: Person, work: Work, month: date) -> None:
    """A button clicked by who is no longer an animateur."""
    await work("69", 3, OLD)
    answer = await agathe.asks(f"/stats departement 69 {said(month)}")
    await house.registers(agathe, Role.CONSEILLER, departements=["75"])
    await agathe.clicks(answer, "Exporter")
    refusal = plain(await agathe.whispered())
    assert "réservé" in refusal


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (Kind.DEPARTEMENT, "69", ("69", "")),
        (Kind.DEPARTEMENT, "2a septembre", ("2A", "septembre")),
        (Kind.DEPARTEMENT, "01 septembre", ("01", "septembre")),
        (Kind.DEPARTEMENT, "loire atlantique mois dernier", ("44", "mois dernier")),
        (Kind.DEPARTEMENT, "Loire 2025", ("42", "2025")),
        (Kind.DEPARTEMENT, "de l’Ain", ("01", "")),
        (Kind.DEPARTEMENT, "RHONE", ("69", "")),
        (Kind.DEPARTEMENT, "la semaine", (None, "la semaine")),
        (Kind.DEPARTEMENT, "septembre", (None, "septembre")),
        (Kind.REGION, "ile-de-france 2025", ("11", "2025")),
        (Kind.REGION, "en Bretagne", ("53", "")),
        (Kind.NATIONAL, "2025", (None, "2025")),
    ],
)
def test_territories_are_read_by_code_and_name(kind: Kind, text: str, expected: tuple[str | None, str]) -> None:
    assert named(kind, text) == expected


@pytest.mark.newest_only
async def test_what_takes_long_to_mask_comes_in_private(
    agathe: Person, work: Work, month: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    await work("69", 4, OLD)
    monkeypatch.setattr("commands.stats.territory.shown.PATIENCE", 0.0)
    whisper = await agathe.asks(f"/stats departement 69 {said(month)}")
    assert "arrivent dans notre conversation privée" in plain(whisper)
    assert "32** personnes accompagnées" in plain(await agathe.told("Rhône"))


def test_what_was_decided_is_not_decided_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def masked(found: Gathered) -> dict[str, Shown]:
        asked.extend(found)
        return {}

    monkeypatch.setattr("commands.stats.territory.answers.masked", masked)
    decided, nothing = Decided(most=1), (Crowd(Figures(), 0, {}), dict[date, tuple[int, int]]())
    for name in ("a", "a", "b", "a"):
        decided.of({name: nothing})
    assert asked == ["a", "b", "a"]


@pytest.mark.newest_only
async def test_a_territory_that_was_recognised_is_not_asked_for_again(agathe: Person) -> None:
    text = plain(await agathe.asks("/stats departement Rhone nimporte"))
    assert "Je n’ai reconnu aucune période dans « nimporte ». Pour la période, essayez :" in text
    assert "ni département" not in text
