"""Stories: each mistake comes back under its own field, in one sentence that says what to do; nothing typed is lost."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.people import AppsWeb, Dialog, LegacyWeb, Mobile, Person
from tests.support.cra import ALONE, file_workshop, fill_workshop, read_mistake, send_workshop
from tests.support.house import Clock, House, next_evening_before_midnight

CLIENTS = pytest.mark.parametrize("client", [AppsWeb, Mobile], ids=lambda c: c.name)


@pytest.mark.every_mode
@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"commune": "69999"}, "commune", "Aucune commune"),
        ({"commune": "Vaulx-en-Veln"}, "commune", "Vaulx-en-Velin"),
        ({"participants": ""}, "participants", "de 1 à 100"),
        ({"participants": 0}, "participants", "de 1 à 100"),
        ({"participants": 101}, "participants", "de 1 à 100"),
        ({"activite": "individuel", "participants": 2}, "participants", "une seule personne"),
        ({"activite": "ponctuel", "participants": 3}, "participants", "une seule personne"),
        ({"recurrents": 9}, "recurrents", "de 0 à 8"),
        ({"recurrents": -1}, "recurrents", "de 0 à 8"),
        ({"date": date(2019, 12, 31)}, "date", "01/01/2020"),
    ],
)
async def test_a_mistake_is_explained_under_its_field(
    house: House, juliette: Person, changes: dict[str, Any], field: str, says: str
) -> None:
    form = await fill_workshop(juliette, **changes)
    before = dict(form.values)
    answer = await form.submit()

    sentence = read_mistake(answer, field)
    assert says in sentence.replace("\u00a0", " "), sentence
    assert sentence.endswith((".", "?"))
    assert form.is_open
    assert form.values == before, "all values stay in the client"
    assert await house.reports(juliette) == []


async def test_a_corrected_dialog_is_accepted(house: House, juliette: Person) -> None:
    form = await fill_workshop(juliette, participants=101)
    read_mistake(await form.submit(), "participants")

    assert (await form.fill(participants=100).submit()).accepted
    assert [c.participants for c in await house.reports(juliette)] == [100]


async def test_several_mistakes_are_told_at_once(juliette: Person) -> None:
    answer = await send_workshop(juliette, commune="Nulleville", participants=500, recurrents=-2)

    assert {"commune", "participants"} <= set(answer.errors)
    foot = answer.error.replace("\u00a0", " ").replace("\u202f", " ")
    assert foot == "À corriger : Commune, Participants, Déjà venus.", "without it, new clients say it in English"


@pytest.mark.every_mode
async def test_of_a_postcode_of_several_communes_three_letters_more_are_enough(house: House, juliette: Person) -> None:
    form = await fill_workshop(juliette, commune="01200")
    sentence = read_mistake(await form.submit(), "commune")
    assert "«\u00a001200 Val\u00a0» pour Valserhône" in sentence
    assert "«\u00a001200 Élo\u00a0» pour Éloise" in sentence

    assert (await form.fill(commune="01200 elo").submit()).accepted
    assert [c.departement for c in await house.reports(juliette)] == ["74"]


async def test_one_commune_alone_is_no_choice(juliette: Person) -> None:
    sentence = read_mistake(await send_workshop(juliette, commune="Oyonax"), "commune")
    assert sentence == "Commune introuvable. Si c’est Oyonnax, écrivez «\u00a001100 Oyo\u00a0»."


async def test_of_a_name_of_several_communes_the_postcode_is_enough(house: House, juliette: Person) -> None:
    form = await fill_workshop(juliette, commune="Saint-Denis")
    sentence = read_mistake(await form.submit(), "commune")
    assert "«\u00a097400\u00a0» pour Saint-Denis" in sentence

    assert (await form.fill(commune="97400").submit()).accepted
    assert [(c.commune, c.departement) for c in await house.reports(juliette)] == [("97411", "974")]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Villefranche", ["69400 Vil\u00a0» pour Villefranche-sur-Saône", "89120\u00a0» pour Charny Orée de Puisaye"]),
        ("Chalon", ["71100 Cha\u00a0» pour Chalon-sur-Saône", "38122 Cha\u00a0» pour Chalon"]),
        ("Vaulx", ["69120\u00a0» pour Vaulx-en-Velin", "74150 Vau\u00a0» pour Vaulx"]),
    ],
)
async def test_a_village_is_not_taken_for_the_town_of_a_longer_name(
    house: House, juliette: Person, typed: str, meant: list[str]
) -> None:
    form = await fill_workshop(juliette, commune=typed)
    sentence = read_mistake(await form.submit(), "commune")
    assert sentence.startswith("Plusieurs communes correspondent. Écrivez «")
    assert all(each in sentence for each in meant)
    assert await house.reports(juliette) == []

    town = meant[0].partition("\u00a0")[0]
    assert (await form.fill(commune=town).submit()).accepted


async def test_a_theme_given_twice_is_refused(house: House, juliette: Person) -> None:
    form = await fill_workshop(juliette)
    field = "themes" if "themes" in form.names else "theme2"
    _choose(form, ["internet", "internet"])

    assert "deux fois" in read_mistake(await form.submit(), field)
    assert await house.reports(juliette) == []


def _choose(form: Dialog, themes: list[str]) -> None:
    """What no client’s list lets one pick, but the API lets anyone send."""
    if "themes" in form.names:
        form.values["themes"] = themes
    else:
        form.fill(themes=themes)


async def test_words_for_further_themes_are_read_or_named(house: House, juliette: Person) -> None:
    form = await fill_workshop(juliette)
    if "themes_plus" not in form.names:
        pytest.skip("this server chooses several themes in one list")
    form.fill(theme2="", themes_plus="mail, banque en ligne, xyzzy")
    assert "xyzzy" in read_mistake(await form.submit(), "themes_plus")

    form.fill(themes_plus="mail, banque en ligne; scolaire")
    assert (await form.submit()).accepted
    (cra,) = await house.reports(juliette)
    assert set(cra.report.themes) == {"internet", "courriel", "budget", "scolaire"}


async def test_without_a_theme_nothing_is_filed(house: House, juliette: Person) -> None:
    form = await fill_workshop(juliette)
    field = "themes" if "themes" in form.names else "theme1"
    kept = {n: v for n, v in form.values.items() if not n.startswith("theme")}

    assert "thème" in read_mistake(await form.send(kept), field)


@pytest.mark.parametrize(
    ("field", "forged"),
    [
        ("canal", "ailleurs"),
        ("activite", "fete"),
        ("age", "99"),
        ("age", "garder"),
        ("statut", "heureux"),
        ("duree", "17"),
        ("duree", "100000"),
        ("suite", "fin"),
        ("participants", "huit"),
        ("participants", "1e3"),
        ("participants", "9" * 400),
        ("recurrents", "2,5"),
        ("date", "2026-13-45"),
        ("date", "un jour"),
    ],
)
async def test_what_no_client_could_send_is_refused_under_its_field(
    house: House, juliette: Person, field: str, forged: str
) -> None:
    form = await fill_workshop(juliette)
    submission = juliette.client.sent(form.elements, form.values) | {field: forged}

    read_mistake(await form.send(submission), field)
    assert await house.reports(juliette) == []


async def test_a_day_to_come_is_refused(house: House, juliette: Person) -> None:
    tomorrow = house.clock().astimezone(ZoneInfo("Europe/Paris")).date() + timedelta(days=1)
    form = await fill_workshop(juliette)
    value = tomorrow.isoformat() if form.element("date")["type"] == "date" else f"{tomorrow:%d/%m/%Y}"
    submission = juliette.client.sent(form.elements, form.values) | {"date": value}

    assert "pas encore" in read_mistake(await form.send(submission), "date")


async def test_today_begins_where_the_person_is(house: House, clock: Clock) -> None:
    """It is tomorrow in La Réunion, still today in Paris, and in the Antilles even hours before midnight."""
    evening = next_evening_before_midnight()
    clock.goes_to(evening)
    marie = await house.conseiller("marie", departements=["974"], timezone="Indian/Reunion")
    paul = await house.conseiller("paul")
    luce = await house.conseiller("luce", departements=["971"], timezone="America/Guadeloupe")

    tomorrow = evening.date() + timedelta(days=1)
    assert (await _day_offered(marie), await _day_offered(paul)) == (tomorrow, evening.date())
    await file_workshop(marie, date=tomorrow)
    await file_workshop(paul, date=evening.date())
    for person in (paul, luce):
        form = await fill_workshop(person)
        iso = form.element("date")["type"] == "date"
        forged = {"date": tomorrow.isoformat() if iso else f"{tomorrow:%d/%m/%Y}"}
        answer = await form.send(person.client.sent(form.elements, form.values) | forged)
        assert "pas encore" in read_mistake(answer, "date")


async def test_yesterday_is_where_the_person_is_too(house: House, clock: Clock) -> None:
    evening = next_evening_before_midnight()
    clock.goes_to(evening)
    marie = await house.conseiller("marie", departements=["974"], timezone="Indian/Reunion")
    paul = await house.conseiller("paul")
    for person in (marie, paul):
        preview = await person.asks("/cra individuel 30min internet 69120 hier +60 retraités")
        await person.clicks(preview, "Enregistrer")
        await person.told("enregistré")

    assert [c.date for c in await house.reports(marie)] == [evening.date()]
    assert [c.date for c in await house.reports(paul)] == [evening.date() - timedelta(days=1)]


async def _day_offered(person: Person) -> date:
    form = await person.opens("/cra")
    shown = form.shown("date")
    if form.element("date")["type"] == "date":
        return date.fromisoformat(shown)
    return datetime.strptime(shown, "%d/%m/%Y").date()  # noqa: DTZ007  (a day has no zone)


@CLIENTS
async def test_new_clients_show_mistakes_and_stay_open(house: House, client: type[AppsWeb]) -> None:
    if house.site.version < (11, 0):
        pytest.skip("this server delivers the legacy client")
    paul = await house.conseiller("paul", client=client())
    form = await fill_workshop(paul, participants=200)

    read_mistake(await form.submit(), "participants")
    assert (await form.fill(participants=20).submit()).accepted


async def test_the_legacy_client_never_closes_on_a_mistake(house: House) -> None:
    """It closes without a word on any failure it does not know how to show; the bot gives it none."""
    paul = await house.conseiller("paul", client=LegacyWeb() if house.site.version < (11, 0) else AppsWeb())
    for changes in ({"commune": "?"}, {"participants": 900}, {"recurrents": 900}):
        answer = await send_workshop(paul, **changes)
        assert not answer.closed
        assert not answer.lost


async def test_someone_alone_cannot_have_been_met_twice(juliette: Person) -> None:
    form = await juliette.opens("/cra")
    answer = await form.fill(**(ALONE | {"recurrents": 2})).submit()

    assert "de 0 à 1" in read_mistake(answer, "recurrents")
