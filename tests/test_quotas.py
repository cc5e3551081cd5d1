"""What one person may ask of the bot in a day: bounded, told kindly, and counted once."""

from datetime import date, timedelta

import pytest

from config.policies import QUOTA_KINDS, USUAL_QUOTAS, read_quotas
from storage import claims
from storage.database import Database
from storage.people import Role
from tests.people import Person
from tests.support.databases import database
from tests.support.house import House, agathe
from tests.support.publications import (
    ask_poll,
    find_said,
    launch_poll,
    make_club,
    plain_spaces,
    preview_poll,
    read_poll,
    read_poll_number,
)
from tests.test_sondage_reminding import reminded, reminds

__all__ = ["agathe", "database"]

pytestmark = pytest.mark.postgres_too


DAY = date(2026, 11, 28)


def test_those_that_are_not_named_are_as_usual() -> None:
    assert read_quotas("Sondage 5, événement 0") == {**read_quotas(USUAL_QUOTAS), "sondage": 5, "evenement": 0}
    assert set(read_quotas(USUAL_QUOTAS)) == set(QUOTA_KINDS)


async def test_so_many_a_day_of_each_kind_and_person(database: Database) -> None:
    async with database.transaction() as db:
        assert [await claims.spend_quota(db, "j" * 26, "sondage", DAY, 2) for _ in range(4)] == [1, 0, None, None]
        assert await claims.spend_quota(db, "p" * 26, "sondage", DAY, 2) == 1
        assert await claims.spend_quota(db, "j" * 26, "demande", DAY, 2) == 1
        assert await claims.spend_quota(db, "j" * 26, "sondage", DAY + timedelta(days=1), 2) == 1
        assert await claims.spend_quota(db, "j" * 26, "partage", DAY, 0) is None
        assert await claims.spend_quota_each(db, ["j" * 26, "p" * 26, "z" * 26], "sondage", DAY, 2) == {
            "p" * 26,
            "z" * 26,
        }


async def test_of_two_quotas_the_second_is_spent_only_where_the_first_was_left(database: Database) -> None:
    def here(who: str) -> claims.DailyQuota:
        return claims.DailyQuota(who * 26, "rdv-adresse", 2)

    page = claims.DailyQuota("j" * 26, "rdv-page", 3)
    async with database.transaction() as db:
        assert [await claims.spend_both(db, DAY, here("a"), page) for _ in range(3)] == [True, True, False]
        assert await claims.spend_both(db, DAY, here("b"), page), "an address that is stopped took nothing of the page"
        assert not await claims.spend_both(db, DAY, here("b"), page)
        assert await claims.spend_both(db, DAY + timedelta(days=1), here("a"), page)


async def test_the_polls_of_a_day_are_counted_and_what_remains_is_told(house: House) -> None:
    juliette = await house.conseiller()
    channel = await make_club(house, juliette)
    for left in ("Il vous reste 2 sondages", "Il vous reste 1 sondage", "C’était le nombre prévu de sondages"):
        await launch_poll(juliette, await preview_poll(juliette, channel))
        assert left in plain_spaces((await juliette.whispered(left[:14])).text)
    fourth = await preview_poll(juliette, channel)
    await juliette.clicks(fourth, "Lancer")
    assert "Vous en êtes à 3 sondages pour aujourd’hui" in plain_spaces((await juliette.whispered("Vous en")).text)
    await house.settled()
    assert (await read_poll(house, read_poll_number(fourth))).state == "draft", "it can be launched tomorrow"
    assert len(await find_said(house, channel, "Sondage n°")) == 3


async def test_who_animates_has_no_bound(house: House, agathe: Person) -> None:
    channel = await make_club(house, agathe)
    for _ in range(4):
        await launch_poll(agathe, await preview_poll(agathe, channel, destinataires=["ici"]))
    await house.settled()
    assert len(await find_said(house, channel, "Sondage n°")) == 4


@pytest.mark.every_mode
async def test_an_account_that_nobody_knows_asks_no_questions(house: House) -> None:
    stranger = await house.someone(Role.INVITE, "inconnue")
    channel = await make_club(house, stranger)
    assert "réservé aux membres du réseau" in plain_spaces((await stranger.asks("/sondage Achetez", channel)).text)
    assert await find_said(house, channel, "Achetez") == []


async def test_who_is_a_guest_by_now_launches_nothing(house: House) -> None:
    juliette = await house.conseiller()
    channel = await make_club(house, juliette)
    preview = await preview_poll(juliette, channel)
    await house.registers(juliette, Role.INVITE)
    await juliette.clicks(preview, "Lancer")
    assert "réservé aux membres du réseau" in plain_spaces((await juliette.whispered()).text)


async def test_in_a_crowd_only_who_animates_or_coordinates_asks(
    house: House, agathe: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    juliette = await house.conseiller()
    channel = await make_club(house, juliette, agathe)
    begun = await preview_poll(juliette, channel)
    form = await juliette.opens("/sondage Achetez ?", channel)
    monkeypatch.setitem(house.settings.__dict__, "crowd", 2)
    answer = await form.fill(reponses="Oui\nNon").submit()
    assert "seuls les animateurs et les coordinateurs" in plain_spaces(str(answer))
    await juliette.clicks(begun, "Lancer")
    assert "seuls les animateurs et les coordinateurs" in plain_spaces((await juliette.whispered()).text)
    await launch_poll(agathe, await preview_poll(agathe, channel, destinataires=["ici"]))
    await house.registers(juliette, Role.COORDINATEUR, departements=["69"])
    await launch_poll(juliette, await preview_poll(juliette, channel))


async def test_nobody_is_reminded_of_more_than_two_polls_a_day(house: House) -> None:
    authors, lea = [await house.conseiller(name) for name in ("ana", "bob", "cid")], await house.conseiller("lea")
    channel = await make_club(house, lea, *authors)
    numbers = [read_poll_number(await ask_poll(house, author, channel)) for author in authors]
    for number in numbers:
        await reminds(house, number)
    assert sorted([await reminded(lea, number) for number in numbers]) == [0, 1, 1]
    house.clock.is_right_again()
