"""Stories of « /rdv »: noted in a line or the window, listed, moved, cancelled, undone; overlaps are told."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from storage.rdv import PlaceKind, Rdv, RdvState
from tests.people import Person
from tests.support.house import House, plain, wait_until

PARIS = ZoneInfo("Europe/Paris")


async def rdvs_of(house: House, who: Person) -> Sequence[Rdv]:
    """Somebody’s rdv, in the order in which they were noted."""
    async with house.bot.database.transaction(writes=False) as db:
        mine = select(Rdv).where(Rdv.user_id == who.id).order_by(col(Rdv.id))
        return (await db.exec(mine)).all()


def day_after(house: House, days: int) -> date:
    return house.today + timedelta(days=days)


@pytest.mark.every_mode
@pytest.mark.usefixtures("no_holiday")
async def test_a_line_is_previewed_noted_moved_and_undone(house: House, juliette: Person) -> None:
    day = day_after(house, 8)
    preview = await juliette.asks(f"/rdv {day:%d/%m/%Y} 10h 45 min impots à Bron J.M.")
    assert preview.buttons == ["Enregistrer", "Compléter", "Annuler"]
    assert await rdvs_of(house, juliette) == []
    await juliette.clicks(preview, "Enregistrer")
    card = await juliette.told("enregistré")
    await juliette.clicks(preview, "Enregistrer")
    await juliette.whispered("déjà enregistré")
    (rdv,) = await rdvs_of(house, juliette)
    assert rdv.starts_at == datetime(day.year, day.month, day.day, 10, tzinfo=PARIS).astimezone(UTC)
    assert (rdv.minutes, rdv.commune, rdv.memo, rdv.theme_codes) == (45, "69029", "J.M.", ("demarche en ligne",))
    assert card.buttons == ["Déplacer", "Annuler"]

    told = await juliette.asks(f"/rdv décaler {rdv.number} 15h")
    assert told.buttons == ["Remettre à l’ancienne heure"]
    await juliette.rewritten(card, "15")
    await juliette.clicks(told, "Remettre à l’ancienne heure")
    await juliette.whispered("10")
    (back,) = await rdvs_of(house, juliette)
    assert (back.starts_at, back.sequence) == (rdv.starts_at, 2)

    await juliette.clicks(await juliette.sees(card), "Annuler")
    gone = await juliette.rewritten(card, "annulé")
    assert gone.buttons == ["Remettre"]
    await juliette.clicks(gone, "Remettre")
    await juliette.rewritten(card, "10")
    (back,) = await rdvs_of(house, juliette)
    assert (back.state, back.sequence) == (RdvState.PREVU, 4)


@pytest.mark.every_mode
@pytest.mark.usefixtures("no_holiday")
async def test_the_window_notes_what_it_says_once_and_changes_it(house: House, juliette: Person) -> None:
    form = await juliette.opens("/rdv")
    answer = await form.fill(quand="hier 10h", duree="60", ou="visio").submit()
    assert not answer.accepted
    answer = await form.fill(quand="demain 14h30", repere="Sophie Martin").submit()
    assert not answer.accepted
    assert "initiales" in str(answer.errors)
    assert (await form.fill(repere="S. M.", places="6").submit()).accepted
    card = await juliette.told("enregistré")
    await form.submit()
    (rdv,) = await rdvs_of(house, juliette)
    assert (rdv.place_kind, rdv.collective, rdv.seats, rdv.memo) == (PlaceKind.VISIO, True, 6, "S. M.")

    form = await juliette.opens_by(card, "Déplacer")
    assert form.shown("ou") == "visio"
    assert (await form.fill(quand="demain 16h", duree="90").submit()).accepted
    await juliette.rewritten(card, "16")
    (rdv,) = await rdvs_of(house, juliette)
    assert (rdv.starts_at.astimezone(PARIS).hour, rdv.minutes, rdv.sequence) == (16, 90, 1)


@pytest.mark.usefixtures("no_holiday")
async def test_what_is_doubtful_is_asked_and_overlaps_are_told(house: House, juliette: Person) -> None:
    doubtful = await juliette.asks("/rdv demain 10h avec Jean Dupont internet 69120")
    assert "pas compris" in doubtful.text
    assert "Enregistrer" not in doubtful.buttons
    await juliette.clicks(doubtful, "Ignorer ces mots")
    sure = await juliette.whispered("Vaulx")
    await juliette.clicks(sure, "Enregistrer")
    await juliette.told("enregistré")
    other = await juliette.asks("/rdv demain 10h30 mail Bron")
    assert "vous avez déjà" in other.text
    await juliette.clicks(other, "Enregistrer quand même")
    assert "vous avez déjà" in (await juliette.told("enregistré")).text
    gone = await juliette.asks("/rdv hier 10h impots")
    assert "passé" in gone.text
    number = "06 12 34 56 78"
    refused = await juliette.asks(f"/rdv demain 9h « {number} » impots Bron")
    assert "numéro de téléphone" in refused.text
    assert "Enregistrer" not in refused.buttons


@pytest.mark.every_mode
async def test_lists_have_pages_and_what_became_of_each_is_one_click(house: House, juliette: Person) -> None:
    assert "Aucun rendez-vous" in (await juliette.asks("/rdv aujourd’hui")).text
    now = house.clock()
    async with house.bot.database.transaction() as db:
        for at in range(6):
            begins = now - timedelta(minutes=50) + timedelta(minutes=at)
            db.add(Rdv(user_id=juliette.id, starts_at=begins, ends_at=begins + timedelta(minutes=30),
                       created_at=now, changed_at=now))  # fmt: skip
    days = {(now - timedelta(minutes=50 - at)).astimezone(PARIS).date() for at in (0, 5)}
    shown = await juliette.asks(f"/rdv liste {min(days):%d/%m/%Y}" if max(days) != house.today else "/rdv aujourd’hui")
    assert {"Rendez-vous honoré", "Personne absente", "Rendez-vous annulé"} <= set(shown.buttons)
    await juliette.clicks(shown, "Rendez-vous honoré")
    told = await juliette.whispered("honoré")
    assert [rdv.state for rdv in await rdvs_of(house, juliette)].count(RdvState.HONORE) == 1
    await juliette.clicks(told, "Remettre")
    await juliette.whispered("remis")
    assert {rdv.state for rdv in await rdvs_of(house, juliette)} == {RdvState.PREVU}


@pytest.mark.usefixtures("no_holiday")
async def test_nobody_sees_or_changes_anybody_elses(house: House, juliette: Person) -> None:
    paul = await house.conseiller("paul")
    await juliette.clicks(await juliette.asks("/rdv demain 10h impots Bron"), "Enregistrer")
    await juliette.told("enregistré")
    (rdv,) = await rdvs_of(house, juliette)
    for line in (f"/rdv {rdv.number}", f"/rdv annuler {rdv.number}", f"/rdv décaler {rdv.number} 15h"):
        assert "Vous n’avez pas de rendez-vous" in (await paul.asks(line)).text


async def test_of_what_comes_back_today_s_hour_may_be_past(house: House, juliette: Person) -> None:
    house.clock.goes_to(datetime.combine(house.today, time(16), PARIS))
    preview = await juliette.asks("/rdv tous les jours 9h 30 min mail Bron 3 fois sauf vacances scolaires zone Z")
    assert "Je n’ai pas compris" in plain(preview), "there is no such zone"
    preview = await juliette.asks("/rdv tous les jours 9h 30 min mail Bron")
    await juliette.clicks(preview, "Enregistrer")
    await juliette.told("tous les jours")
    first = (await rdvs_of(house, juliette))[0]
    assert first.starts_at > house.clock()


async def test_only_what_was_said_is_understood(juliette: Person) -> None:
    nothing = plain(await juliette.asks("/rdv n’importe quoi"))
    assert "rien compris" in nothing
    assert "J’ai compris" not in nothing
    for line in ("hier 10h", "demain 25h"):
        wrong = plain(await juliette.asks(f"/rdv {line}"))
        assert "ne peut pas encore être noté" in wrong, line
        assert "rien compris" not in wrong, line
    assert "- Durée : 45 min" in plain(await juliette.asks("/rdv 45 min"))


async def test_what_comes_back_is_written_out_and_each_is_its_own(house: House, juliette: Person) -> None:
    until = day_after(house, 60)
    preview = await juliette.asks(f"/rdv tous les mardis 14h jusqu'au {until:%d/%m/%Y} atelier smartphone 8p Bron")
    assert "tous les mardis" in preview.text
    await juliette.clicks(preview, "Enregistrer")
    receipt = await juliette.told("tous les mardis")
    rdvs = await rdvs_of(house, juliette)
    assert len(rdvs) >= 5
    assert {rdv.starts_at.astimezone(PARIS).hour for rdv in rdvs} == {14}
    assert len({rdv.series for rdv in rdvs}) == 1
    second = rdvs[1]
    await juliette.asks(f"/rdv décaler {second.number} 16h")
    shown = await juliette.asks(f"/rdv {rdvs[2].number}")
    await juliette.clicks(shown, "Annuler la suite")
    told = await juliette.whispered("annulés")
    states = [rdv.state for rdv in await rdvs_of(house, juliette)]
    assert states[:2] == [RdvState.PREVU] * 2
    assert set(states[2:]) == {RdvState.ANNULE}
    await juliette.clicks(told, "Rétablir")
    await juliette.whispered("rétablis")
    await juliette.clicks(receipt, next(label for label in receipt.buttons if label.startswith("Annuler ces")))
    await juliette.rewritten(receipt, "reste")
    left = [rdv.number for rdv in await rdvs_of(house, juliette) if rdv.state is RdvState.PREVU]
    assert left == [rdv.number for rdv in rdvs[1:]], "what was touched since stays"


async def test_a_holiday_is_told_before_it_is_noted_and_days_are_listed_either_way(
    house: House, juliette: Person
) -> None:
    christmas = next(day for n in range(1, 366) if (day := day_after(house, n)).month == 12 and day.day == 25)
    preview = await juliette.asks(f"/rdv {christmas:%d/%m/%Y} 10h mail")
    assert "jour férié" in preview.text
    await juliette.clicks(preview, "Enregistrer quand même")
    before = christmas - timedelta(days=20)
    listed = await juliette.asks(f"/rdv du {christmas:%d/%m/%Y} au {before:%d/%m/%Y}")
    assert f"du 5 au 25 décembre {christmas.year}" in plain(listed)
    assert "courriels" in listed.text
    listed = await juliette.asks(f"/rdv décembre {christmas.year}")  # in January, that of the year before is meant else
    assert f"au 31 décembre {christmas.year}" in plain(listed)
    assert "Vous n’avez pas de rendez-vous n° 999" in plain(await juliette.asks("/rdv honoré 999"))


@pytest.mark.usefixtures("no_holiday")
async def test_plain_words_show_the_week_or_preview_a_rdv(house: House) -> None:
    lea = await house.conseiller("lea")
    await wait_until(lambda: house.bot.events.connected)
    await lea.says("mes rendez-vous de la semaine", await lea.direct_channel())
    shown = await lea.told()
    assert "Aucun rendez-vous" in shown.text, shown
    await lea.says("prends-moi un rdv demain 10h pour les impots", await lea.direct_channel())
    preview = await lea.told("10")
    assert "Enregistrer" in preview.buttons
    await lea.clicks(preview, "Enregistrer")
    await lea.told("enregistré")
    assert len(await rdvs_of(house, lea)) == 1
