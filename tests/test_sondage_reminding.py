"""The reminder of a poll: once, by day, to those only who have not answered and want it."""

from collections.abc import Collection
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from commands.sondage import find_reminder_time
from storage.people import Role
from tests.people import Person
from tests.support.house import House, agathe
from tests.support.publications import (
    POLL_NOW,
    RHONE,
    ask_poll,
    find_poll,
    find_said,
    launch_poll,
    make_club,
    make_poll,
    plain_spaces,
    preview_poll,
    read_poll,
    read_poll_number,
    run_job,
    vote_and_wait,
)

__all__ = ["agathe"]


REUNION = "Indian/Reunion"


async def reminds(house: House, number: int, zone: str = "Europe/Paris", period: str = "") -> None:
    """The day before its end has come, in that zone."""
    house.clock.goes_to((await read_poll(house, number)).ends_at - timedelta(hours=23))
    await run_job(house, "sondage.remind_due", f"{number} {zone}{period}", zone=ZoneInfo(zone))
    house.bot.workers.look()
    await house.settled()


async def reminded(person: Person, number: int) -> int:
    """How often somebody was reminded of it."""
    return sum(f"encore répondu au **sondage n° {number} " in plain_spaces(post.text) for post in await person.direct())


async def counts(number: int, people: Collection[Person]) -> list[int]:
    return [await reminded(person, number) for person in people]


@pytest.mark.both_databases
async def test_only_members_who_have_not_voted_are_reminded_once(house: House) -> None:
    author, voter, silent = [await house.conseiller(name) for name in ("autrice", "marc", "lea")]
    gone = await house.conseiller("partie", left_on=house.today - timedelta(days=2))
    elsewhere = await house.conseiller("ailleurs")
    channel = await make_club(house, author, voter, silent, gone)
    post = await ask_poll(house, author, channel)
    await vote_and_wait(house, voter, post, "1")
    number = read_poll_number(post)
    await reminds(house, number)
    await reminds(house, number, period=" encore")
    assert await counts(number, [author, voter, silent, gone, elsewhere]) == [1, 0, 1, 0, 0]
    (reminder,) = [one for one in await silent.direct() if "encore répondu" in one.text]
    assert reminder.buttons == ["Voter", "Ne plus me rappeler"]
    assert " »**. Le vote se termine" in plain_spaces(reminder.text), (
        "a question keeps its mark, and no full stop follows it"
    )
    assert (await (await silent.opens_by(reminder, "Voter")).fill(reponse="2").submit()).accepted
    house.clock.is_right_again()


async def test_who_wants_no_reminders_gets_none_until_they_do(house: House) -> None:
    author, lea = await house.conseiller("autrice"), await house.conseiller("lea")
    channel = await make_club(house, author, lea)
    first = read_poll_number(await ask_poll(house, author, channel))
    await reminds(house, first)
    house.clock.is_right_again()
    (reminder,) = [one for one in await lea.direct() if "encore répondu" in one.text]
    await lea.clicks(reminder, "Ne plus me rappeler")
    assert "ne recevez plus" in (await lea.rewritten(reminder)).text
    second = read_poll_number(await ask_poll(house, author, channel))
    await reminds(house, second)
    assert await reminded(lea, second) == 0
    house.clock.is_right_again()
    assert "un seul par sondage" in (await lea.asks("/sondage rappels oui")).text
    third = read_poll_number(await ask_poll(house, author, channel))
    await reminds(house, third)
    assert await reminded(lea, third) == 1
    house.clock.is_right_again()


async def test_by_the_register_and_in_their_own_zone(house: House, agathe: Person) -> None:
    rhone = await house.site.channel(*RHONE)
    here = await house.conseiller("marc")
    far = await house.conseiller("fatou", timezone=REUNION)
    other = await house.conseiller("ailleurs", departements=["38"])
    zoe = await house.someone(Role.HOTLINE, "zoe")
    preview = await preview_poll(agathe, destinataires=["69", "role:hotline"])
    number = await launch_poll(agathe, preview)
    await house.settled()
    await reminds(house, number)
    assert await counts(number, [here, far, other, zoe]) == [1, 0, 0, 1]
    await reminds(house, number, REUNION)
    assert await counts(number, [here, far, other, zoe]) == [1, 1, 0, 1]
    assert "sondage n°" in plain_spaces((await find_poll(house, rhone, number)).text).lower()
    assert await find_said(house, rhone, "encore répondu") == []
    house.clock.is_right_again()


@pytest.mark.parametrize(
    ("lasts", "after"),
    [
        (timedelta(days=7), timedelta(days=6)),
        (timedelta(days=2), timedelta(days=1)),
        (timedelta(hours=10), timedelta(hours=8)),
        (timedelta(hours=4), timedelta(hours=3.2)),
        (timedelta(hours=3), None),
    ],
)
def test_when_it_comes(lasts: timedelta, after: timedelta | None) -> None:
    assert find_reminder_time(make_poll(opened_at=POLL_NOW, ends_at=POLL_NOW + lasts)) == (
        POLL_NOW + after if after else None
    )
