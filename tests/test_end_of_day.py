"""Stories of the end of the day: what was of it and has no report is asked once, at one's hour, and never otherwise."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import delete

from storage import rappels
from storage.cra.habits import RecurringReport
from storage.cra.report import Canal
from storage.people import Role
from storage.rappels import DailyNews, Rhythm
from storage.rdv import Rdv
from tests.people import Person, Post, unique
from tests.support.house import House, plain

MONDAY = date(2026, 11, 30)
PARIS, REUNION = ZoneInfo("Europe/Paris"), ZoneInfo("Indian/Reunion")


@pytest.fixture
async def evening(house: House, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """A house on Monday, 30 November 2026, where no rdv of other stories is."""
    monkeypatch.setattr(rappels, "USUAL_RHYTHM", Rhythm.WORKDAYS)
    house.clock.goes_to(datetime.combine(MONDAY, time(8), PARIS))
    async with house.bot.database.transaction() as db:
        await db.execute(delete(Rdv))
        await db.execute(delete(DailyNews))
    yield house
    house.clock.is_right_again()


async def has_rdv(house: House, person: Person, day: date, hour: int, zone: ZoneInfo = PARIS) -> Rdv:
    """Somebody has a rdv of 45 minutes at that hour."""
    start = datetime.combine(day, time(hour), zone).astimezone(UTC)
    usual: dict[str, Any] = {"themes": 2, "commune": "69029", "code_postal": "69500", "canal": Canal.AUTRE}
    made: dict[str, Any] = {"created_at": start - timedelta(days=3), "changed_at": start - timedelta(days=3)}
    rdv = Rdv(user_id=person.id, starts_at=start, ends_at=start + timedelta(minutes=45), **usual, **made)
    async with house.bot.database.transaction() as db:
        db.add(rdv)
    return rdv


async def has_reported(person: Person) -> None:
    """Somebody filed a report before."""
    await person.clicks(await person.asks("/cra individuel mail 30 min bron hier 35-60 retraité"), "Enregistrer")
    await person.told()


async def comes(house: House, day: date, at: time, zone: ZoneInfo = PARIS) -> None:
    """The clock comes to that time of a day in a zone."""
    house.clock.goes_to(datetime.combine(day, at, zone) + timedelta(seconds=1))
    await house.bot.runs.run(("job", "rdv.evening"), unique("heure"), zone)
    house.bot.workers.look()
    await house.settled()


async def evenings_of(person: Person) -> Sequence[Post]:
    """The ends of day that somebody was told."""
    return [post for post in await person.direct() if "Fin de journée" in post.text]


@pytest.mark.every_mode
async def test_the_rdv_of_the_day_are_asked_about_once_at_ones_hour(evening: House) -> None:
    lea, paul, marie = await evening.conseillers("lea", "paul", "marie")
    for who in (lea, marie):
        await has_reported(who)
    for who in (lea, paul, marie):
        await has_rdv(evening, who, MONDAY, 10)
    moved = await has_rdv(evening, lea, MONDAY, 14)
    await has_rdv(evening, lea, MONDAY + timedelta(days=1), 9)
    assert "Fin de journée, à 18 h" in plain(await lea.asks("/rappels soir 18h"))
    await marie.asks("/rappels jours mar mer jeu ven")
    await comes(evening, MONDAY, time(17, 30))
    assert not await evenings_of(lea), "hers is at six"
    await comes(evening, MONDAY, time(18))
    (told,) = await evenings_of(lea)
    assert "2 comptes rendus à faire" in plain(told)
    assert "Demain" in plain(told), "and nothing else in the evening"
    assert {"Rien aujourd’hui", "Me redemander plus tard", "En congés jusqu’au…"} <= set(told.buttons)
    assert told.buttons.count("Compte rendu") == 2
    for at in (time(18, 30), time(21)):
        await comes(evening, MONDAY, at)
    assert len(await evenings_of(lea)) == 1
    assert not await evenings_of(paul), "who never filed a report is not asked"
    assert not await evenings_of(marie), "nor is who does not work on Mondays"
    window = await lea.opens_by(told, "Compte rendu")
    assert window.shown("date")
    await lea.clicks(told, "Rien aujourd’hui")
    none = await lea.told("sans compte rendu")
    await lea.clicks(none, "Les demander de nouveau")
    assert "2 comptes rendus vous seront demandés" in plain(await lea.whispered("seront demandés"))
    await lea.asks(f"/rdv décaler {moved.number} {MONDAY + timedelta(days=2):%d/%m/%Y} 15h")
    await lea.clicks(told, "Rien aujourd’hui")
    assert "1 rendez-vous sans compte rendu" in plain(await lea.told("1")), "the other is asked about another day"
    await lea.clicks(told, "Me redemander plus tard")
    assert "prochain message du jour, à 9 h" in plain(await lea.whispered("Ce sera"))
    leave = await lea.opens_by(told, "En congés jusqu’au…")
    assert (await leave.fill(jours="du 2/12 au 4/12").submit()).accepted
    assert "de retour le lundi 7 décembre" in plain(await lea.told("notée"))


async def test_nobody_is_disturbed_and_nothing_comes_twice_or_is_lost(evening: House) -> None:
    lea, marie = (
        await evening.conseiller("lea"),
        await evening.conseiller("marie", departements=["974"], timezone=REUNION.key),
    )
    for who, zone in ((lea, PARIS), (marie, REUNION)):
        await has_reported(who)
        for day in (MONDAY, date(2026, 12, 20) + timedelta(days=1), date(2026, 12, 25)):
            await has_rdv(evening, who, day, 10, zone)
    await comes(evening, MONDAY, time(17, 30), REUNION)
    assert [len(await evenings_of(who)) for who in (lea, marie)] == [0, 1], "each in their own zone"
    await lea.api.put(f"/users/{lea.id}/status", {"user_id": lea.id, "status": "dnd"})
    await comes(evening, MONDAY, time(17, 30))
    assert not await evenings_of(lea)
    await lea.api.put(f"/users/{lea.id}/status", {"user_id": lea.id, "status": "online"})
    async with evening.replica() as other:
        evening.clock.goes_to(datetime.combine(MONDAY, time(19), PARIS))
        await asyncio.gather(*(bot.runs.run(("job", "rdv.evening"), "19h", PARIS) for bot in (evening.bot, other)))
        evening.bot.workers.look()
        await evening.settled()
    assert len(await evenings_of(lea)) == 1, "once she may be disturbed, once for both"
    await lea.asks("/absence du 21/12 au 22/12")
    await comes(evening, date(2026, 12, 21), time(17, 30))
    assert len(await evenings_of(lea)) == 1, "nor on a day of leave"
    await comes(evening, date(2026, 12, 25), time(17, 30))
    assert len(await evenings_of(lea)) == 1, "not on a public holiday"
    assert "Fin de journée : aucun message" in plain(await lea.asks("/rappels soir non"))
    assert "une heure avant : non" in plain(await lea.asks("/rappels rdv non"))
    assert "entre 12 h et 20 h 30" in plain(await lea.asks("/rappels soir 3h"))


async def test_over_the_night_in_which_clocks_jump_each_day_ends_once_at_its_hour(evening: House) -> None:
    lea = await evening.conseiller("lea")
    marie = await evening.conseiller("marie", departements=["974"], timezone=REUNION.key)
    for who in (lea, marie):
        await has_reported(who)
        await who.asks("/rappels jours sam dim mar")
    days = [date(2027, 3, 27), date(2027, 3, 28), date(2027, 3, 30)]
    for who, zone in ((marie, REUNION), (lea, PARIS)):
        for day in days:
            await has_rdv(evening, who, day, 10, zone)
    for told, day in enumerate(days):
        for who, zone in ((marie, REUNION), (lea, PARIS)):
            for at, come in ((time(17), told), (time(17, 30), told + 1), (time(18), told + 1)):
                await comes(evening, day, at, zone)
                assert len(await evenings_of(who)) == come, (zone.key, day, at)
    first, second, _ = await evenings_of(lea)
    assert "10 h" in plain(first), "tomorrow’s, by the clock of tomorrow"
    assert "1 compte rendu à faire" in plain(second)


async def test_rappels_shows_all_and_its_window_changes_all(evening: House) -> None:
    lea = await evening.conseiller("lea")
    await lea.asks("/rappels absence 7/12")
    shown = await lea.asks("/rappels")
    for words in ("à 17 h 30", "lundi, mardi, mercredi, jeudi et vendredi", "une heure avant : oui"):
        assert words in plain(shown)
    assert "Absence notée le lundi 7 décembre 2026" in plain(shown)
    window = await lea.opens_by(shown, "Choisir l’heure")
    wrong = await window.fill(jours="bientôt").submit()
    assert "jours" in wrong.errors
    assert (await window.fill(rythme="jour", heure="8", jours="lun-jeu", soir="non", rdv="non").submit()).accepted
    told = plain(await lea.whispered())
    for words in ("tous les jours à 8 h", "Fin de journée : aucun", "lundi, mardi, mercredi et jeudi", "avant : non"):
        assert words in told
    animateur = await evening.someone(Role.ANIMATEUR, "ana")
    assert "Fin de journée" not in plain(await animateur.asks("/rappels"))


async def test_rappels_lists_what_comes_back_and_all_absences_and_leads_to_them(evening: House) -> None:
    lea = await evening.conseiller("lea")
    assert {"Voir mes absences", "Voir ce qui revient"}.isdisjoint((await lea.asks("/rappels")).buttons)
    for day in ("mardis", "mercredis", "jeudis", "vendredis"):
        asked = await lea.asks(f"/rappels tous les {day} atelier smartphone 8p 2h 35-60 retraités")
        await lea.clicks(asked, "Me le proposer")
        await lea.whispered("Je vous le proposerai")
    for absence in ("7/12", "9/12", "11/12", "14/12", "16/12"):
        await lea.asks(f"/absence {absence}")
    shown = await lea.asks("/rappels")
    for words in ("8 personnes, tous les mardis", "et 1 autre : ", "le vendredi 11 décembre", "et 2 autres : "):
        assert words in plain(shown), words
    await lea.clicks(shown, "Voir mes absences")
    assert "16 décembre" in plain(await lea.whispered("Vos absences"))
    await lea.clicks(shown, "Voir ce qui revient")
    assert "tous les vendredis" in plain(await lea.whispered("Comptes rendus proposés"))


async def test_what_comes_back_is_changed_by_its_number(evening: House) -> None:
    lea = await evening.conseiller("lea")
    await lea.clicks(await lea.asks("/cra tous les mardis atelier smartphone 8p 2h 35-60 retraités"), "Me le proposer")
    await lea.whispered("Je vous le proposerai")
    found = re.search(r"n° (\d+) : ", plain(await lea.asks("/cra habitudes")))
    assert found
    assert "Dites les jours" in plain(await lea.asks(f"/cra habitudes {found[1]} atelier"))
    assert "plus proposé" in plain(
        await lea.asks(f"/cra habitudes {int(found[1]) + 999} tous les jeudis atelier 6p 1h")
    )
    asked = await lea.asks(f"/cra habitudes {found[1]} tous les jeudis atelier smartphone 6p 1h 35-60 retraités")
    assert "Tous les jeudis" in plain(asked)
    assert "tous les mardis" in plain(await lea.asks("/cra habitudes")), "not yet"
    for _ in range(2):
        await lea.clicks(asked, "Me le proposer")
        await lea.whispered("Je vous le proposerai tous les jeudis")
    listed = plain(await lea.asks("/cra habitudes"))
    assert "6 personnes, tous les jeudis" in listed
    assert "mardis" not in listed


async def test_a_coordinateur_sees_at_what_hour_the_next_day_is_told(evening: House) -> None:
    carl = await evening.someone(Role.COORDINATEUR, "carl")
    await carl.asks("/rappels soir 19h")
    assert "la veille à 19 h et une heure avant : oui" in plain(await carl.asks("/rappels"))


@pytest.mark.every_mode
async def test_a_report_that_comes_back_is_proposed_and_filed_by_a_click_alone(evening: House) -> None:
    lea = await evening.conseiller("lea")
    for nothing in ("/cra tous les mardis", "/cra tous les mardis jusqu’au 30/06"):
        assert "Dites aussi quel compte rendu" in plain(await lea.asks(nothing))
    asked = await lea.asks("/rappels tous les mardis atelier smartphone 8p 2h 35-60 retraités")
    assert "Tous les mardis" in plain(asked)
    assert "dès le mardi 1er décembre 2026" in plain(asked)
    for _ in range(2):
        await lea.clicks(asked, "Me le proposer")
        await lea.whispered("Je vous le proposerai tous les mardis")
    again = await lea.asks("/cra tous les mardis atelier smartphone 8p 2h 35-60 retraités")
    await lea.clicks(again, "Me le proposer")
    await lea.whispered("Je vous le proposerai")
    listed = plain(await lea.asks("/cra habitudes"))
    assert listed.count("tous les mardis") == 1, "what comes back already does not come back twice"
    assert "8 personnes, tous les mardis" in listed
    assert "Atelier du" not in listed, "it has no day of its own"
    await comes(evening, MONDAY, time(17, 30))
    assert not await evenings_of(lea)
    tuesday = MONDAY + timedelta(days=1)
    await comes(evening, tuesday, time(17, 30))
    (told,) = await evenings_of(lea)
    assert "combien de personnes" in plain(told)
    assert not await evening.reports(lea), "nothing is filed by itself"
    window = await lea.opens_by(told, "Autre nombre")
    assert (window.shown("participants"), window.shown("date")[:10]) == ("8", window.shown("date")[:10])
    for _ in range(2):
        await lea.clicks(told, "8 personnes")
        await lea.whispered("enregistré")
    (report,) = await evening.reports(lea)
    assert (report.date, report.participants, report.minutes) == (tuesday, 8, 120)
    await comes(evening, tuesday + timedelta(days=7), time(17, 30))
    last = (await evenings_of(lea))[-1]
    await lea.clicks(last, "Pas cette fois")
    assert "pas de compte rendu" in plain(await lea.whispered("Noté"))
    assert len(await evening.reports(lea)) == 1
    shown = await lea.asks("/cra habitudes")
    assert "tous les mardis" in plain(shown)
    await lea.clicks(shown, "Ne plus proposer")
    stopped = await lea.whispered("ne vous le propose plus")
    assert "Aucun compte rendu ne vous est proposé" in plain(await lea.asks("/cra habitudes"))
    await comes(evening, tuesday + timedelta(days=14), time(17, 30))
    assert len(await evenings_of(lea)) == 2
    await lea.clicks(stopped, "Le proposer de nouveau")
    assert "tous les mardis" in plain(await lea.asks("/cra habitudes"))
    await lea.clicks(await lea.asks("/cra tous les jeudis individuel 1h mail 35-60 retraités"), "Me le proposer")
    await lea.whispered("Je vous le proposerai tous les jeudis")
    both = await lea.asks("/cra habitudes")
    assert [label.startswith("Ne plus proposer") for label in both.buttons] == [True, True]
    assert "Je n’ai pas compris" in plain(await lea.asks("/cra tous les jeudis atelier trucmuche 8p"))


async def test_a_report_comes_back_on_all_days_but_some(evening: House) -> None:
    lea = await evening.conseiller("lea", departements=["69"])
    left_out = "tous les jours sauf le mercredi, le 1/12 et vacances de Noël"
    line = f"/rappels {left_out} atelier mail 8p 2h 35-60 retraités"
    asked = await lea.asks(line)
    assert "**Tous les jours sauf le mercredi, sauf vacances de Noël et le 01/12**, dès le lundi 30" in plain(asked)
    await lea.clicks(asked, "Me le proposer")
    await lea.whispered("Je vous le proposerai tous les jours sauf le mercredi")
    await lea.clicks(await lea.asks(line), "Me le proposer")
    await lea.whispered("Je vous le proposerai")
    assert plain(await lea.asks("/cra habitudes")).count("tous les jours") == 1
    for back, told in ((0, 1), (1, 1), (2, 1), (3, 2), (4, 3), (5, 3), (22, 3), (35, 4)):
        await comes(evening, MONDAY + timedelta(days=back), time(17, 30))
        assert len(await evenings_of(lea)) == told, back
    thursday, friday = (await evenings_of(lea))[1:3]
    evening.clock.goes_to(datetime.combine(MONDAY + timedelta(days=4), time(18), PARIS))
    await lea.clicks(thursday, "Pas cette fois")
    await lea.whispered("Noté")
    await lea.clicks(friday, "Pas cette fois")
    await lea.whispered("Noté")
    evening.clock.goes_to(datetime.combine(MONDAY + timedelta(days=7), time(9), PARIS))
    nothing = await lea.asks("/rappels maintenant")
    assert "Rien de nouveau" in plain(nothing), "neither of what she skipped nor of her days off"


def test_on_which_days_a_report_comes_back() -> None:
    def days(**rule: Any) -> list[int]:
        first, at = MONDAY + timedelta(days=1), datetime(2026, 11, 30, tzinfo=UTC)
        habit = RecurringReport(
            author_id="j" * 26, key="k", first=first, raw={}, created_at=at, **{"weekday": 1} | rule
        )
        return [n for n in range(62) if habit.comes_on(MONDAY + timedelta(days=n))]

    assert days() == [1, 8, 15, 22, 29, 36, 43, 50, 57]
    assert days(every=2) == [1, 15, 29, 43, 57]
    assert days(nth=2) == [8, 43]
    assert days(nth=-1) == [29, 57]
    assert days(weekday=-0b0000110)[:4] == [1, 2, 8, 9]
    assert days(weekday=-0b0000110, every=2)[:4] == [1, 2, 15, 16]
