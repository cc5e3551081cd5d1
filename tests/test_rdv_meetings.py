"""Stories: colleagues meet at a moment at which all are free; each answers, and all know what becomes of it."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from bot.errors import UserError
from config.territories import DEPARTEMENTS, say_of
from config.time import PARIS
from dialogs.rdv.line import read_meeting_line
from dialogs.rdv.slots import Busy, Calendar, cut_moments, find_shared
from storage.absences import Absence
from storage.database import store
from storage.people import Role
from storage.rdv import PlaceKind, Rdv, RdvState
from storage.rdv.bookings import WeeklyRange
from tests.people import Person, Post
from tests.support.house import House, plain
from tests.test_rdv_readings import CLUES
from tests.test_rdv_rooms import set_up

MINUTE = timedelta(minutes=1)


async def seats_of(house: House, who: Person) -> Sequence[Rdv]:
    """The rdv of the last meeting that somebody organised, the organiser’s first."""
    async with house.bot.database.transaction(writes=False) as db:
        last = select(Rdv.meeting).where(Rdv.user_id == who.id, Rdv.meeting == Rdv.id).order_by(col(Rdv.id).desc())
        number = (await db.exec(last)).first()
        seats = select(Rdv).where(Rdv.meeting == number).order_by(col(Rdv.id))
        return (await db.exec(seats)).all() if number else []


async def states_of(house: House, who: Person) -> list[RdvState]:
    return [seat.state for seat in await seats_of(house, who)]


async def count_asked(house: House, who: Person) -> int:
    await house.settled()
    return sum("vous propose une réunion" in post.text for post in await who.direct())


async def presses(house: House, who: Person, card: Post, label: str) -> None:
    """Somebody clicks on a card as it stands by now."""
    await house.settled()
    await who.clicks(await who.sees(card), label)


@pytest.mark.every_mode
async def test_a_moment_is_proposed_accepted_by_all_moved_and_cancelled(house: House) -> None:
    async with set_up(house, visio="jitsi https://visio.exemple.fr coop"):
        lea, carl, marie = await house.conseillers("lea", "carl", "marie")
        shown = await lea.asks(f"/rdv @{carl.username} @{marie.username} 30 min point kit en visio")
        assert len(shown.buttons) == 4
        assert shown.buttons[3] == "Voir des moments plus tard"
        assert "point kit" in shown.text
        await lea.clicks(shown, "Voir des moments plus tard")
        later = await lea.whispered("tous libres")
        assert not set(later.buttons[:3]) & set(shown.buttons[:3])
        await lea.clicks(shown, shown.buttons[0])
        await lea.whispered("C’est proposé")
        cards = {who.id: await who.told("point kit") for who in (lea, carl, marie)}
        await lea.clicks(shown, shown.buttons[0])
        await lea.whispered("déjà proposé")
        assert "pas encore de réponse" in cards[lea.id].text
        assert cards[carl.id].buttons == ["Accepter", "Proposer un autre moment", "Refuser"]
        assert cards[lea.id].buttons == ["Proposer un autre moment", "Annuler"]
        seats = await seats_of(house, lea)
        assert [seat.user_id for seat in seats] == [lea.id, carl.id, marie.id]
        assert await states_of(house, lea) == [RdvState.PROPOSE] * 3
        assert {seat.place_kind for seat in seats} == {PlaceKind.VISIO}

        await carl.clicks(cards[carl.id], "Accepter")
        await carl.races(cards[carl.id], "Accepter")
        await house.settled()
        assert await states_of(house, lea) == [RdvState.PROPOSE] * 3
        assert "accepte" in (await lea.sees(cards[lea.id])).text
        await presses(house, marie, cards[marie.id], "Accepter")
        for who in (lea, carl, marie):
            await who.told("Réunion confirmée")
        await house.settled()
        sure = await seats_of(house, lea)
        assert await states_of(house, lea) == [RdvState.PREVU] * 3
        assert len({seat.visio_url for seat in sure}) == 1
        assert sure[0].visio_url.startswith("https://visio.exemple.fr/")
        assert "Entrer pour animer" in (await lea.sees(cards[lea.id])).buttons
        assert (await carl.sees(cards[carl.id])).buttons == ["Me retirer"]

        await lea.asks(f"/rdv décaler {sure[0].number} {house.today + timedelta(days=9):%d/%m/%Y} 15h")
        again = await carl.told("vous propose une réunion")
        moved = await seats_of(house, lea)
        assert {seat.state for seat in moved} == {RdvState.PROPOSE}
        assert all(new.sequence > old.sequence and new.uid == old.uid for new, old in zip(moved, sure, strict=True))
        await presses(house, carl, again, "Refuser")
        await lea.told("ne vient pas")
        await lea.asks(f"/rdv annuler {moved[0].number}")
        await marie.told("annule la réunion")
        assert await states_of(house, lea) == [RdvState.ANNULE, RdvState.REFUSE, RdvState.ANNULE]


async def test_a_fixed_hour_a_refusal_and_who_comes_without_the_others(house: House) -> None:
    lea, carl, marie = await house.conseillers("lea", "carl", "marie")
    day = house.today + timedelta(days=8)
    start = datetime.combine(day, time(10), PARIS)
    async with house.bot.database.transaction() as db:
        db.add(Rdv(user_id=carl.id, starts_at=start, ends_at=start + 30 * MINUTE, memo="J. M.",
                   created_at=house.clock(), changed_at=house.clock()))  # fmt: skip
    shown = await lea.asks(f"/rdv @{carl.username} @{marie.username} {day:%d/%m/%Y} 10h 30 min")
    assert "pas libre" in plain(shown)
    assert carl.username in shown.text
    assert "J. M." not in plain(shown)
    await lea.clicks(shown, "Proposer quand même")
    card = await lea.told("Réunion entre collègues")
    told = {who.id: await who.told("vous propose") for who in (carl, marie)}
    await presses(house, marie, told[marie.id], "Accepter")
    await presses(house, carl, told[carl.id], "Refuser")
    await lea.told("ne vient pas")
    await house.settled()
    assert await states_of(house, lea) == [RdvState.PROPOSE, RdvState.REFUSE, RdvState.PROPOSE]
    await presses(house, lea, card, "Maintenir sans attendre")
    await marie.told("Réunion confirmée")
    assert await states_of(house, lea) == [RdvState.PREVU, RdvState.REFUSE, RdvState.PREVU]
    await presses(house, marie, told[marie.id], "Me retirer")
    await lea.rewritten(card, "annulé")
    assert await states_of(house, lea) == [RdvState.ANNULE, RdvState.REFUSE, RdvState.REFUSE]
    assert "annulée" in (await carl.asks(f"/rdv annuler {(await seats_of(house, lea))[1].number}")).text


@pytest.mark.every_mode
async def test_a_guest_proposes_another_moment_which_the_organiser_takes_or_not(house: House) -> None:
    lea, carl, marie = await house.conseillers("lea", "carl", "marie")
    async with house.bot.database.transaction() as db:
        until = house.today + timedelta(days=2)
        now = house.clock()
        away = Absence(user_id=marie.id, starts=house.today, ends=until, word="formation", by=marie.id, at=now)
        await store(db, away)
    shown = await lea.asks(f"/rdv @{carl.username} @{marie.username} 30 min point kit")
    assert f"@{marie.username} : de retour le" in plain(shown)
    assert "(formation)" in plain(shown)
    await lea.clicks(shown, shown.buttons[1])
    cards = {who.id: await who.told("point kit") for who in (lea, carl, marie)}
    seats, at = await seats_of(house, lea), house.today + timedelta(days=9)
    await presses(house, carl, cards[carl.id], "Proposer un autre moment")
    others = await carl.told("Quel autre moment")
    assert others.buttons[-1] == "Voir des moments plus tard"
    await carl.clicks(others, "Voir des moments plus tard")
    later = await carl.told("Quel autre moment")
    assert later.buttons[:-1]
    assert not set(later.buttons[:-1]) & set(others.buttons), "the second page begins after the first"
    await carl.clicks(others, others.buttons[0])
    said = await carl.told("C’est proposé")
    asked = await lea.told("pour la réunion")
    assert asked.buttons == ["Accepter", "Garder l’heure"]
    assert "La personne qui organise décide" in (await marie.told("pour la réunion")).text
    await carl.clicks(said, "Retirer ma proposition")
    await lea.rewritten(asked, "retirée")
    await marie.told("retire sa proposition")
    assert (await seats_of(house, lea))[0].starts_at == seats[0].starts_at

    await carl.asks(f"/rdv décaler {seats[1].number} {at:%d/%m/%Y} 15h")
    await house.settled()
    asked = [post for post in await lea.direct() if "pour la réunion" in post.text][-1]
    assert asked.buttons == ["Accepter", "Garder l’heure"]
    await presses(house, lea, asked, "Garder l’heure")
    await carl.told("garde l’heure")
    await marie.told("garde l’heure")
    before = await count_asked(house, marie)
    await presses(house, lea, asked, "Accepter")
    assert await count_asked(house, marie) == before + 1
    moved = await seats_of(house, lea)
    assert {seat.starts_at for seat in moved} == {datetime.combine(at, time(15), PARIS).astimezone(UTC)}
    assert [seat.agreed for seat in moved] == [True, True, False]
    await presses(house, lea, asked, "Remettre l’heure d’avant")
    assert await count_asked(house, marie) == before + 2
    assert {seat.starts_at for seat in await seats_of(house, lea)} == {seats[0].starts_at}
    assert (await lea.sees(asked)).buttons == ["Accepter"]


@pytest.mark.usefixtures("no_holiday")
async def test_each_reads_with_what_of_their_own_a_moved_meeting_shares_time(house: House) -> None:
    lea, carl, marie = await house.conseillers("lea", "carl", "marie")
    day = house.today + timedelta(days=9)
    busy = {lea.id: 15, carl.id: 16, marie.id: 17}
    async with house.bot.database.transaction() as db:
        for who, hour in busy.items():
            start = datetime.combine(day, time(hour), PARIS)
            await store(db, Rdv(user_id=who, starts_at=start, ends_at=start + 30 * MINUTE, memo="J. M.",
                                created_at=house.clock(), changed_at=house.clock()))  # fmt: skip
    shown = await lea.asks(f"/rdv @{carl.username} @{marie.username} 30 min point kit")
    await lea.clicks(shown, shown.buttons[0])
    await lea.whispered("C’est proposé")
    seats = await seats_of(house, lea)

    async def who_is_told() -> list[str]:
        await house.settled()
        last = {
            who.id: [post for post in await who.direct() if "point kit" in post.text][-1] for who in (lea, carl, marie)
        }
        assert not [post for post in last.values() if "J. M." in post.text]
        return [one for one, post in last.items() if "déjà à ce moment-là" in plain(post)]

    assert await who_is_told() == []
    for _ in range(2):
        await lea.asks(f"/rdv décaler {seats[0].number} {day:%d/%m/%Y} 16h15")
    assert await who_is_told() == [carl.id]
    assert await count_asked(house, marie) == 2, "typed twice, it is asked once"
    await carl.asks(f"/rdv décaler {seats[1].number} {day:%d/%m/%Y} 15h")
    await house.settled()
    asked = [post for post in await lea.direct() if "pour la réunion" in post.text][-1]
    await presses(house, lea, asked, "Accepter")
    assert await who_is_told() == [lea.id]
    await presses(house, lea, asked, "Remettre l’heure d’avant")
    assert await who_is_told() == [carl.id]


@pytest.mark.every_mode
async def test_two_who_ask_for_the_same_moment_and_who_cannot_be_asked(house: House) -> None:
    lea, paul, carl = await house.conseillers("lea", "paul", "carl")
    day = house.today + timedelta(days=8)
    mine, his = [await who.asks(f"/rdv @{carl.username} {day:%d/%m/%Y} 45 min") for who in (lea, paul)]
    assert mine.buttons[0] == his.buttons[0]
    await lea.clicks(mine, mine.buttons[0])
    await lea.whispered("C’est proposé")
    await paul.clicks(his, his.buttons[0])
    assert "n’est plus libre" in (await paul.whispered()).text
    assert not await seats_of(house, paul)

    guest = await house.someone(Role.INVITE, "hote")
    gone = await house.conseiller("gone", left_on=house.today - timedelta(days=1))
    bot = (await house.site.admin.get(f"/users/{house.site.bot_id}"))["username"]
    for names, why in (
        ("@personne.de.ce.nom", "Personne ne s’appelle"),
        (f"@{lea.username}", "déjà de la réunion"),
        (f"@{bot}", "est un bot"),
        (f"@{guest.username}", "pas du réseau"),
        (f"@{gone.username}", "plus là"),
        (" ".join(f"@un{n}" for n in range(9)), "8 collègues au plus"),
        (f"@{carl.username} 06 39 98 12 34", "numéro"),
        (f"@{carl.username} hier 10h", "passé"),
    ):
        assert why in plain(await lea.asks(f"/rdv {names} 30 min")), names


async def test_a_meeting_that_is_past_is_answered_no_more(house: House) -> None:
    lea, carl = await house.conseillers("lea", "carl")
    shown = await lea.asks(f"/rdv @{carl.username} 30 min")
    await lea.clicks(shown, shown.buttons[0])
    card = await carl.told("vous propose")
    (hers, _) = await seats_of(house, lea)
    house.clock.goes_to(hers.starts_at + MINUTE)
    await carl.clicks(card, "Accepter")
    assert "est passée" in (await carl.whispered()).text
    assert await states_of(house, lea) == [RdvState.PROPOSE] * 2


async def test_a_departements_meeting_goes_through_the_agenda(house: House) -> None:
    lea = await house.conseiller("lea")
    boss = await house.someone(Role.COORDINATEUR, "boss")
    await house.registers(boss, Role.COORDINATEUR, departements=["42"])
    form = await lea.opens("/rdv point 69")
    assert form.shown("titre") == "Point du Rhône"
    assert form.shown("pour") == "69"
    refused = await lea.asks("/rdv point 42 budget")
    assert "Un point de la Loire se propose depuis ce département" in plain(refused)
    assert boss.username in refused.text
    assert "Indiquez le département" in (await lea.asks("/rdv point budget")).text


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("@carl @marie 30 min point kit", (("carl", "marie"), 30, None, None, "point kit")),
        ("avec @carl et @Marie, 1h30 pour le budget", (("carl", "marie"), 90, None, None, "le budget")),
        ("@carl mardi 10h 45 min", (("carl",), 45, date(2026, 12, 1), time(10), "")),
        ("@carl mardi 1er décembre de 14h à 15h30 visio", (("carl",), 90, date(2026, 12, 1), time(14), "")),
        ("point @carl. jeudi", (("carl",), 30, date(2026, 12, 3), None, "point")),
    ],
)
def test_lines_of_meetings_are_read(line: str, said: tuple[object, ...]) -> None:
    found = read_meeting_line(line, CLUES)
    assert (found.names, found.minutes, found.day, found.hour, found.subject) == said


def test_a_length_that_cannot_be_is_refused() -> None:
    with pytest.raises(UserError, match="dure de"):
        read_meeting_line("@carl 900 min", CLUES)


def test_common_moments_equal_those_that_a_slow_walk_finds() -> None:
    zones = [ZoneInfo(name) for name in ("Europe/Paris", "Indian/Reunion", "America/Cayenne")]
    first, last = date(2026, 10, 23), date(2026, 10, 27)
    base = datetime(2026, 10, 23, tzinfo=UTC)
    for seed in range(60):
        rng = random.Random(seed)
        calendars = [_make_calendar(rng, zones, base) for _ in range(rng.randint(1, 3))]
        shared = calendars[0].list_open(first, last)
        for calendar in calendars[1:]:
            shared = find_shared(shared, calendar.list_open(first, last))
        minutes = rng.choice([15, 30, 50])
        found = list(cut_moments(shared, base, minutes))
        for start in (base + number * 15 * MINUTE for number in range(5 * 96)):
            is_free = all(_is_open(one, start + step * 5 * MINUTE) for one in calendars for step in range(minutes // 5))
            if is_free:
                assert any(start - minutes * MINUTE < one < start + minutes * MINUTE for one in found)
            else:
                assert start not in found


def _make_calendar(rng: random.Random, zones: Sequence[ZoneInfo], base: datetime) -> Calendar:
    ranges = [
        WeeklyRange(user_id="a" * 26, weekday=rng.randrange(7), start=hour * 60, end=(hour + 3) * 60, length=30)
        for hour in rng.sample(range(7, 18), 3)
    ]
    starts = [base + timedelta(minutes=5 * rng.randrange(5 * 288)) for _ in range(6)]
    busy = [Busy(start, start + timedelta(minutes=rng.choice([20, 60, 240]))) for start in starts]
    away = [Absence(user_id="a" * 26, starts=date(2026, 10, 26), ends=date(2026, 10, 27), by="a" * 26, at=base)]
    return Calendar(rng.choice(zones), ranges if rng.random() < 0.5 else [], away if rng.random() < 0.3 else [], busy)


def _is_open(calendar: Calendar, moment: datetime) -> bool:
    """Whether somebody is free at that instant, said slowly."""
    local = moment.astimezone(calendar.zone)
    minute = local.hour * 60 + local.minute
    working = local.weekday() < 5 and (540 <= minute < 720 or 840 <= minute < 1080)
    inside = [one for one in calendar.ranges if one.weekday == local.weekday() and one.start <= minute < one.end]
    away = any(one.has(local.date()) for one in calendar.absences)
    taken = any(one.start <= moment < one.end for one in calendar.busy)
    return bool(inside if calendar.ranges else working) and not away and not taken


def test_departements_are_said_as_one_says_them() -> None:
    said = {"69": "du Rhône", "01": "de l’Ain", "42": "de la Loire", "40": "des Landes", "75": "de Paris"}
    said |= {"43": "de la Haute-Loire", "05": "des Hautes-Alpes", "34": "de l’Hérault", "35": "d’Ille-et-Vilaine"}
    assert {code: say_of(code) for code in said} == said
    assert all(say_of(code) for code in DEPARTEMENTS)
