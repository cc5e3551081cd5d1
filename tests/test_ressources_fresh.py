"""« À revoir »: its author is told once, animateurs two weeks later; « C’est encore bon » puts it off for a year."""

from datetime import date, timedelta

import pytest
from structlog.testing import capture_logs

from bot.errors import UserError
from bot.french.dates import say_date
from bot.french.periods import months_after
from commands.ressources.upkeep import read_review_day
from tests.support.house import House, plain
from tests.support.ressources import ShelfStage, in_days, kept_shelf, paris_time

__all__ = ["kept_shelf"]


def monday(house: House) -> date:
    today = house.today
    return today + timedelta(days=7 - today.weekday())


@pytest.mark.every_mode
async def test_the_author_hears_once_of_all_then_animateurs(stage: ShelfStage) -> None:
    day = monday(stage.house)
    titles = ["Le compte Ameli *ancien*", "La CAF [ici](https://evil.example)"]
    numbers = [(await stage.holds(title, review_on=day)).number for title in titles]
    await stage.runs("remind", paris_time(day - timedelta(days=3)))
    assert not await stage.told(stage.juliette, "à revoir")
    await stage.runs("remind", paris_time(day))
    (told,) = await stage.told(stage.juliette, "2 de vos ressources sont à revoir")
    assert r"Le compte Ameli \*ancien\*" in plain(told)
    assert r"La CAF \[ici\](https://" in plain(told)
    assert told.buttons.count("C’est encore bon") == 2
    await stage.runs("remind", paris_time(day + timedelta(days=1)))
    await stage.runs("remind", paris_time(day + timedelta(days=11)))
    assert len(await stage.told(stage.juliette, "à revoir")) == 1
    await stage.runs("remind", paris_time(day + timedelta(days=14)))
    card = await stage.said(f"n° {numbers[0]} :")
    assert "2 ressources à revoir" in plain(card)
    before = len(await stage.ana.reads(stage.room))
    await stage.runs("remind", paris_time(day + timedelta(days=40)))
    assert len(await stage.ana.reads(stage.room)) == before
    assert len(await stage.told(stage.juliette, "à revoir")) == 1
    assert {(await stage.now(number)).reviews for number in numbers} == {2}


async def test_a_reminder_that_arrived_is_nobody_s_card(stage: ShelfStage) -> None:
    day = monday(stage.house)
    await stage.holds("Le guide des aides", review_on=day)
    with capture_logs() as said:
        await stage.runs("remind", paris_time(day))
        assert await stage.told(stage.juliette, "à revoir")
        await stage.house.settled()
    assert not [line for line in said if line["event"] == "event_failed"]


@pytest.mark.every_mode
async def test_still_good_for_a_year(stage: ShelfStage) -> None:
    day = monday(stage.house)
    one, other = await stage.holds("Une bonne ressource", review_on=day), await stage.holds("L’autre", review_on=day)
    await stage.runs("remind", paris_time(day))
    (told,) = await stage.told(stage.juliette, "2 de vos ressources sont à revoir")
    await stage.juliette.clicks(told, "C’est encore bon")
    after = await stage.juliette.rewritten(told, "Encore bonne")
    later = months_after(day, 12)
    assert say_date(later) in plain(after)
    assert after.buttons.count("C’est encore bon") == 1
    assert ((await stage.now(one.number)).review_on, (await stage.now(one.number)).reviews) == (later, 0)
    assert (await stage.now(other.number)).reviews == 1
    await stage.runs("remind", paris_time(later + timedelta(days=(7 - later.weekday()) % 7)))
    assert await stage.told(stage.juliette, "Une de vos ressources est à revoir")


async def test_of_who_left_animateurs_hear_at_once(stage: ShelfStage) -> None:
    day = monday(stage.house)
    camille = await stage.house.conseiller("camille")
    await stage.house.registers(camille, None, left_on=day - timedelta(days=2))
    one = await stage.holds("De quelqu’un qui est parti", review_on=day, auteur_id=camille.id)
    await stage.runs("remind", paris_time(day))
    card = await stage.said(f"n° {one.number} :")
    assert not await stage.told(camille, "à revoir")
    await stage.ana.clicks(card, "C’est encore bon")
    await stage.said(f"La ressource n° {one.number} (")
    assert (await stage.now(one.number)).review_on == months_after(day, 12)


async def test_it_is_morning_where_the_author_is(stage: ShelfStage) -> None:
    day = monday(stage.house)
    await stage.house.registers(stage.juliette, None, timezone="Indian/Reunion", departements=["974"])
    await stage.holds("Depuis La Réunion", review_on=day)
    await stage.runs("remind", paris_time(day))
    assert not await stage.told(stage.juliette, "à revoir")


async def test_many_are_one_message(stage: ShelfStage) -> None:
    day = monday(stage.house)
    numbers = [(await stage.holds(f"Ressource du lot {at}", review_on=day)).number for at in range(30)]
    await stage.runs("remind", paris_time(day))
    (told,) = await stage.told(stage.juliette, "30 de vos ressources")
    assert f"n° {numbers[5]}" in plain(told)
    assert told.buttons.count("C’est encore bon") == 5
    assert {(await stage.now(number)).reviews for number in numbers} == {1}


async def test_by_command(stage: ShelfStage) -> None:
    one = await stage.holds("À dater")
    year = stage.house.clock().year + 1
    said = await stage.juliette.asks(f"/ressources revoir {one.number} {year}-03")
    assert f"sera à revoir le {say_date(date(year, 3, 1))}" in plain(said)
    assert (await stage.now(one.number)).review_on == date(year, 3, 1)
    assert "À dater" in plain(await stage.juliette.asks(f"/ressources revoir {one.number}"))
    await stage.juliette.asks(f"/ressources revoir {one.number} jamais")
    assert (await stage.now(one.number)).review_on is None
    assert "Aucune ressource n’est à revoir" in plain(await stage.juliette.asks("/ressources revoir"))
    await stage.changes(one.number, review_on=in_days(stage.house, -1).date())
    assert f"n° {one.number}" in plain(await stage.juliette.asks("/ressources revoir"))
    assert f"n° {one.number}" in plain(await stage.ana.asks("/ressources revoir"))
    camille = await stage.house.conseiller("camille")
    assert f"n° {one.number}" not in plain(await camille.asks("/ressources revoir"))
    for line, words in {
        f"{one.number} 2027-03": "peuvent changer cette ressource",
        "999999 2027-03": "Il n’y a pas de ressource n° 999999",
        "demain @all": "Tapez",
    }.items():
        assert words in plain(await camille.asks(f"/ressources revoir {line}"))


@pytest.mark.parametrize("text", ["2027-13", "2026-01", "0000-01", "9999-12", "hier", "n’importe quoi", "2026-11-24"])
def test_what_is_no_day_to_come(text: str) -> None:
    with pytest.raises(UserError):
        read_review_day(text, date(2026, 11, 24))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2027-03", date(2027, 3, 1)),
        ("jamais", None),
        ("15/03/2027", date(2027, 3, 15)),
        ("demain", date(2026, 11, 25)),
    ],
)
def test_how_a_day_is_said(text: str, day: date | None) -> None:
    assert read_review_day(text, date(2026, 11, 24)) == day
