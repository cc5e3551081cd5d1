"""Story: what is not urgent comes in one message a day, at one's own hour, and less or more often as one likes."""

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete
from sqlmodel import col, select

from bot.forms import name_of
from commands.agenda.cards import OpenEvent
from commands.rappels import read_hour
from commands.rappels.day import SCOPE, is_due
from dialogs.rappels import read_days
from storage import rappels
from storage.claims import Claim
from storage.database import store
from storage.people import Person as Registered
from storage.people import Role
from storage.rappels import DailyChoice, DailyNews, Rhythm
from tests.people import Person, Post, unique
from tests.support.house import House, agathe, forget_kits, plain

__all__ = ["agathe"]

MONDAY = date(2026, 11, 30)
PARIS, REUNION = ZoneInfo("Europe/Paris"), ZoneInfo("Indian/Reunion")


@pytest.fixture
async def days(house: House, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """A house where people are told each working day, as they are where nobody chose otherwise; those of earlier
    stories, some of whom have no account any more, are not."""
    monkeypatch.setattr(rappels, "USUAL_RHYTHM", Rhythm.WORKDAYS)
    await forget_kits(house)
    async with house.bot.database.transaction() as db:  # the stories have the same days
        await db.execute(delete(Claim).where(col(Claim.scope) == SCOPE))
        told_never = select(DailyChoice.person_id).where(DailyChoice.rhythm == Rhythm.NEVER)
        for gone in (await db.exec(select(Registered.id).where(col(Registered.id).not_in(told_never)))).all():
            await rappels.choose(db, gone, rhythm=Rhythm.NEVER)
    yield house
    house.clock.is_right_again()


async def give(house: House, person: Person, text: str, *, number: int = 0, is_over: bool = False) -> None:
    """A feature has something for somebody that can wait."""
    news = DailyNews(person_id=person.id, text=text, data={}, is_over=is_over, at=house.clock())
    if number:
        news.label, news.name, news.data = f"Détails {number}", name_of(OpenEvent), {"event": number}
    async with house.bot.database.transaction() as db:
        await store(db, news)


async def strike(house: House, day: date, hour: int, zone: ZoneInfo = PARIS) -> None:
    """The clock strikes that hour of a day in a zone."""
    at = datetime.combine(day, datetime.min.time(), zone) + timedelta(hours=hour, seconds=1)
    await house.settled()  # what a job of the present hour began would wait for that hour
    house.clock.goes_to(at)
    await house.bot.runs.run(("job", "rappels.tell"), f"{unique('heure')}", zone)
    house.bot.workers.look()
    await house.settled()


async def days_of(person: Person) -> Sequence[Post]:
    """The messages of the day that somebody got."""
    return [post for post in await person.direct() if "Votre journée" in post.text]


@pytest.mark.every_mode
async def test_what_can_wait_comes_in_one_message_at_nine(days: House) -> None:
    lea = await days.conseiller("lea")
    await give(days, lea, "Votre fiche est publiée.\n> Merci !", number=1)
    await give(days, lea, "Le sondage est terminé.", is_over=True)
    await strike(days, MONDAY, 8)
    assert not await days_of(lea)
    await strike(days, MONDAY, 9)
    (told,) = await days_of(lea)
    said = plain(told)
    assert "Votre journée, lundi 30 novembre 2026" in said
    assert said.index("Nouveau") < said.index("Votre fiche est publiée.") < said.index("Terminé")
    assert "- Votre fiche est publiée.\n  > Merci !" in said
    assert told.buttons == ["Détails 1", "Moins", "Plus"]
    await lea.clicks(told, "Détails 1")
    answer = await lea.answered()  # whispered; a direct message where the old server was slow
    assert isinstance(answer, Post)
    assert answer.text, "the button goes where the feature’s own would"
    assert await days_of(lea) == [told], "and rewrites nothing"
    await give(days, lea, "Autre chose.")
    await strike(days, MONDAY, 10)
    await strike(days, MONDAY, 9)
    assert len(await days_of(lea)) == 1, "once a day, whatever the clock does"
    await strike(days, MONDAY + timedelta(days=1), 9)
    assert "Autre chose." in (await days_of(lea))[-1].text
    await strike(days, MONDAY + timedelta(days=2), 9)
    assert len(await days_of(lea)) == 2, "none where there is nothing to say"


async def test_two_replicas_and_a_bot_that_was_away_tell_once(days: House) -> None:
    lea = await days.conseiller("lea")
    await give(days, lea, "Une nouvelle.")
    async with days.replica() as other:
        days.clock.goes_to(datetime(2026, 11, 30, 11, 0, 1, tzinfo=PARIS))
        for app in (days.bot, other):
            await app.runs.run(("job", "rappels.tell"), "2026-11-30T11", PARIS)
        days.bot.workers.look()
        await days.settled()
        await strike(days, MONDAY, 12)
    (told,) = await days_of(lea)
    assert "Une nouvelle." in told.text, "nine had passed while the bot was away"


async def test_at_ones_own_hour_in_ones_own_zone(days: House) -> None:
    lea, marie = (
        await days.conseiller("lea"),
        await days.conseiller("marie", departements=["974"], timezone=REUNION.key),
    )
    assert "à 14 h" in plain(await lea.asks("/rappels 14h"))
    for line in ("23h", "7h30"):
        assert "heure ronde entre 6 h et 20 h" in plain(await lea.asks(f"/rappels {line}"))
    for person in (lea, marie):
        await give(days, person, "Une nouvelle.")
    await strike(days, MONDAY, 9, REUNION)
    assert [len(await days_of(who)) for who in (lea, marie)] == [0, 1]
    await strike(days, MONDAY, 9)
    assert not await days_of(lea)
    await strike(days, MONDAY, 14)
    assert [len(await days_of(who)) for who in (lea, marie)] == [1, 1]


@pytest.mark.every_mode
async def test_less_and_more_often_by_buttons_window_and_words(days: House) -> None:
    lea = await days.conseiller("lea")
    await give(days, lea, "Une nouvelle.")
    await strike(days, MONDAY, 9)
    (told,) = await days_of(lea)
    for label, words in (
        ("Moins", "une fois par semaine"),
        ("Moins", "Vous ne recevez pas"),
        ("Plus", "une fois par"),
    ):
        await lea.clicks(told, label)
        assert words in plain(await lea.whispered())
    await give(days, lea, "Une autre.")
    await strike(days, MONDAY + timedelta(days=1), 9)
    assert len(await days_of(lea)) == 1, "once a week"
    shown = await lea.asks("/rappels")
    assert "1 nouvelle vous attend" in plain(shown)
    assert shown.buttons == ["Lire maintenant", "Choisir l’heure", "Moins", "Plus"]
    window = await lea.opens_by(shown, "Choisir l’heure")
    assert (window.shown("heure"), window.shown("rythme")) == ("9", "semaine")
    assert (await window.fill(heure="7", rythme="jour").submit()).accepted
    assert "tous les jours à 7 h" in plain(await lea.whispered())
    assert "tous les jours à 8 h" in plain(await lea.asks("/rappels tous les jours à 8h"))
    assert "jours ouvrés à 9 h" in plain(await lea.asks("/rappels jours ouvrés 9h"))
    assert "tous les jours à 7 h" in plain(await lea.asks("/rappels chaque jour 7h"))
    await strike(days, MONDAY + timedelta(days=5), 7)
    assert "Une autre." in (await days_of(lea))[-1].text, "on a Saturday, who asks for it"


async def test_who_never_wants_it_reads_it_when_they_like(days: House) -> None:
    lea = await days.conseiller("lea")
    await lea.asks("/rappels jamais")
    for number in range(15):
        await give(days, lea, f"Nouvelle {number}.", number=number + 1)
    await strike(days, MONDAY, 9)
    assert not await days_of(lea)
    assert "15 nouvelles pour vous" in plain(await lea.asks("/aide"))
    await lea.runs("/rappels maintenant")
    first = await lea.told("Nouvelle 0.")
    assert "3 autres nouvelles" in plain(first)
    await lea.clicks(first, "Lire la suite")
    last = await lea.told("Nouvelle 14.")
    assert "Nouvelle 11." not in last.text, "told once"
    assert "Rien de nouveau" in plain(await lea.asks("/rappels maintenant"))
    assert "tapez" in plain(await lea.asks("/rappels n’importe quoi")).lower()
    assert "/rappels soir 18h" in plain(await lea.asks("/rappels soir non")), "no evening, and still no morning"
    back = plain(await lea.asks("/rappels soir 18h"))
    assert "Fin de journée, à 18 h" in back
    assert "jours ouvrés" in back, "as often as she had them, not once a week"
    await lea.asks("/rappels jamais")
    assert "à 10 h" in plain(await lea.asks("/rappels 10h"))


@pytest.mark.parametrize(("had", "said"), [("tous les jours", "tous les jours"), ("semaine", "une fois par semaine")])
async def test_who_comes_back_is_told_as_often_as_before(days: House, had: str, said: str) -> None:
    lea = await days.conseiller("lea")
    await lea.asks(f"/rappels {had}")
    await lea.asks("/rappels jamais")
    await lea.asks("/rappels jamais")
    back = plain(await lea.asks("/rappels 8h"))
    assert said in back
    assert "à 8 h" in back


async def test_what_waits_is_told_when_it_is_new(days: House, agathe: Person) -> None:
    lea = await days.conseiller("lea")
    form = await lea.opens("/agenda proposer Café des seniors")
    assert (await form.fill(quand="15/12 14h", lieu="Lyon", pour="69").submit()).accepted
    await days.settled()
    await strike(days, MONDAY, 9)
    (told,) = await days_of(agathe)
    assert "Ce qui vous attend" in told.text
    await strike(days, MONDAY + timedelta(days=1), 9)
    assert len(await days_of(agathe)) == 1, "what waited yesterday is no news"


@pytest.mark.every_mode
async def test_all_that_waits_is_a_click_away(days: House, agathe: Person) -> None:
    lea = await days.conseiller("lea")
    form = await lea.opens("/agenda proposer Café des seniors")
    assert (await form.fill(quand="15/12 14h", lieu="Lyon", pour="69").submit()).accepted
    for number in (1, 2):
        await give(days, agathe, f"Une nouvelle {number}.", number=number)
    await strike(days, MONDAY, 9)
    (told,) = await days_of(agathe)
    assert told.buttons[1:] == ["Moins", "Plus"]
    listed = set(told.action("Ouvrir…").options.values())
    assert {"Relire les événements", "Détails 1", "Détails 2"} <= listed.union(told.buttons)
    if "Relire les événements" in listed:  # what waits in other stories comes first
        await agathe.chooses(told, "Ouvrir…", "Relire les événements")
    else:
        await agathe.clicks(told, "Relire les événements")
    shown = plain(await agathe.told("être relu"))
    assert "Café des seniors" in shown or "voici les premiers" in shown, "other stories’ may stand before this one"


async def test_who_has_left_is_told_nothing(days: House) -> None:
    lea = await days.conseiller("lea", left_on=MONDAY - timedelta(days=1))
    await give(days, lea, "Une nouvelle.")
    await strike(days, MONDAY, 9)
    assert not await days_of(lea)
    async with days.bot.database.transaction() as db:
        assert await rappels.count_news(db, lea.id) == 1


@pytest.mark.parametrize(
    ("rhythm", "day", "departement", "due"),
    [
        (Rhythm.WORKDAYS, MONDAY, "69", True),
        (Rhythm.WORKDAYS, date(2026, 11, 28), "69", False),
        (Rhythm.WORKDAYS, date(2026, 12, 25), "69", False),
        (Rhythm.WORKDAYS, date(2026, 12, 20), "974", False),
        (Rhythm.DAILY, date(2026, 12, 25), "69", True),
        (Rhythm.WEEKLY, MONDAY, "69", True),
        (Rhythm.WEEKLY, date(2026, 12, 1), "69", False),
        (Rhythm.WEEKLY, date(2026, 5, 26), "69", True),
        (Rhythm.NEVER, MONDAY, "69", False),
    ],
)
def test_on_which_days(rhythm: Rhythm, day: date, departement: str, due: bool) -> None:
    assert is_due(DailyChoice(person_id="j" * 26, rhythm=rhythm), day, departement) is due


def test_days_away_and_days_of_the_week_count() -> None:
    weekly = DailyChoice(person_id="j" * 26, rhythm=Rhythm.WEEKLY)
    assert is_due(weekly, MONDAY + timedelta(days=1), "69", {MONDAY}), "the first day that is worked"
    assert not is_due(weekly, MONDAY + timedelta(days=2), "69", {MONDAY})
    part_time = DailyChoice(person_id="j" * 26, rhythm=Rhythm.WORKDAYS, days=read_days("mar-jeu et samedi"))
    assert [is_due(part_time, MONDAY + timedelta(days=n), "69") for n in range(6)] == [
        False,
        True,
        True,
        True,
        False,
        True,
    ]
    assert read_days("lundi, mercredi, ven") == 0b10101
    with pytest.raises(ValueError, match="jours de la semaine"):
        read_days("bientôt")


@pytest.mark.parametrize(("text", "hour"), [("8h", 8), ("à 8 heures", 8), ("18", 18), ("7 h 00", 7), ("bientôt", None)])
def test_hours_as_people_write_them(text: str, hour: int | None) -> None:
    assert read_hour(text) == hour


async def test_a_guest_for_whom_nothing_is_new_is_not_written_to(days: House) -> None:
    guest = await days.someone(Role.INVITE, "invite")
    assert "Demandez votre accès" in plain(await guest.asks("/aide"))
    await strike(days, MONDAY, 9)
    assert not await days_of(guest)
    await give(days, guest, "Votre fiche est publiée.")
    await strike(days, MONDAY + timedelta(days=1), 9)
    assert len(await days_of(guest)) == 1


async def test_an_evening_without_a_message_is_not_set(house: House) -> None:
    """Nothing answers « noted » where nothing changes."""
    camille, ines = await house.someone(Role.COORDINATEUR, "camille"), await house.someone(Role.ANIMATEUR, "ines")
    told = plain(await camille.asks("/rappels soir non"))
    assert "n’est que pour les conseillers" in told
    assert told.endswith("/rappels rdv non.")
    assert "rdv" not in plain(await ines.asks("/rappels fin de journée oui"))
    assert "la veille à 18 h" in plain(await camille.asks("/rappels soir 18h"))


async def test_who_has_no_more_messages_is_told_how_they_come_again(juliette: Person) -> None:
    stopped = await juliette.asks("/rappels jamais")
    assert "/rappels 9h" in plain(stopped)
    assert {"Choisir l’heure", "Plus"} <= set(stopped.buttons)
    await juliette.clicks(stopped, "Plus")
    assert "une fois par semaine" in plain(await juliette.whispered())


async def test_the_hour_of_the_evening_is_a_mere_number(juliette: Person) -> None:
    assert "à 18 h" in plain(await juliette.asks("/rappels soir 18"))
