"""Stories: a turn of duty is exchanged once the other accepts, and not before."""

import asyncio

import pytest

from bot.french.dates import say_days
from storage.people import Role
from tests.people import Person, Post
from tests.support.hotline import Rota, rota
from tests.support.house import plain
from tests.test_garde import on_duty

__all__ = ["rota"]


async def two_turns(rota: Rota) -> tuple[Person, Person]:
    """Agathe is on duty next week, Bilal the week after."""
    agathe, bilal = await rota.agent("agathe", Role.ANIMATEUR), await rota.agent("bilal")
    await agathe.asks(f"/garde moi {rota.days(7, 11)}")
    await bilal.asks(f"/garde moi {rota.days(14, 18)}")
    return agathe, bilal


async def who(rota: Rota) -> tuple[list[str], list[str]]:
    """Who is on duty next week, and the week after."""
    return await on_duty(rota, "metier", 7), await on_duty(rota, "metier", 14)


async def proposed(agathe: Person, bilal: Person) -> tuple[Post, Post]:
    """What Agathe reads of her proposal, and what Bilal does."""
    told = await agathe.asks(f"/garde echanger @{bilal.username}")
    asked = await bilal.told("vous propose")
    return told, asked


@pytest.mark.every_mode
async def test_turns_are_exchanged_when_the_other_accepts(rota: Rota) -> None:
    agathe, bilal = await two_turns(rota)
    told, asked = await proposed(agathe, bilal)
    first, second = say_days(rota.day(7), rota.day(11)), say_days(rota.day(14), rota.day(18))
    assert f"C’est proposé à @{bilal.username} : votre garde {first}" in plain(told)
    assert f"vous prenez la sienne, {first} (" in plain(asked)
    assert f"prend la vôtre, {second} (" in plain(asked)
    assert asked.buttons == ["Accepter", "Refuser"]
    assert await who(rota) == ([agathe.id], [bilal.id]), "nothing changes before the answer"
    await rota.house.settled()
    await bilal.clicks(asked, "Accepter")
    assert (await bilal.rewritten(asked, "Vous avez accepté")).buttons == []
    assert f"@{bilal.username} a accepté" in plain(await agathe.told())
    assert await who(rota) == ([bilal.id], [agathe.id])


async def test_who_refuses_changes_nothing(rota: Rota) -> None:
    agathe, bilal = await two_turns(rota)
    _, asked = await proposed(agathe, bilal)
    await rota.house.settled()
    await bilal.clicks(asked, "Refuser")
    await bilal.rewritten(asked, "Vous avez refusé")
    assert "a refusé votre proposition : vous restez de garde" in plain(await agathe.told())
    assert await who(rota) == ([agathe.id], [bilal.id])


async def test_a_proposal_is_made_once_and_can_be_taken_back(rota: Rota) -> None:
    agathe, bilal = await two_turns(rota)
    told, asked = await proposed(agathe, bilal)
    assert "déjà proposé" in plain(await agathe.asks(f"/garde échanger @{bilal.username}"))
    await rota.house.settled()
    await agathe.clicks(told, "Retirer ma proposition")
    assert "est retirée" in plain(await agathe.whispered())
    await rota.house.settled()
    gone = await bilal.sees(asked)
    assert "a retiré sa proposition" in plain(gone)
    assert gone.buttons == []
    assert await who(rota) == ([agathe.id], [bilal.id])
    await agathe.clicks(told, "Retirer ma proposition")
    assert "déjà" in plain(await agathe.whispered())


async def test_what_is_answered_and_taken_back_at_once_ends_one_way(rota: Rota) -> None:
    agathe, bilal = await two_turns(rota)
    told, asked = await proposed(agathe, bilal)
    await rota.house.settled()
    both = (bilal.clicks(asked, "Accepter"), agathe.clicks(told, "Retirer ma proposition"))
    await asyncio.gather(*both, bilal.clicks(asked, "Refuser"), return_exceptions=True)
    await rota.house.settled()
    ended = plain(await bilal.sees(asked))
    changed = await who(rota) == ([bilal.id], [agathe.id])
    assert changed == ("Vous avez accepté" in ended)
    assert changed or await who(rota) == ([agathe.id], [bilal.id])


async def test_somebody_without_a_turn_takes_one_over(rota: Rota) -> None:
    agathe, bilal = await rota.agent("agathe", Role.ANIMATEUR), await rota.agent("bilal")
    await agathe.asks(f"/garde moi {rota.days(7, 11)}")
    _, asked = await proposed(agathe, bilal)
    assert "vous propose de prendre sa garde" in plain(asked)
    await rota.house.settled()
    await bilal.clicks(asked, "Accepter")
    await bilal.rewritten(asked, "Vous avez accepté")
    assert (await who(rota))[0] == [bilal.id]


async def test_what_changed_meanwhile_is_not_exchanged(rota: Rota) -> None:
    agathe, bilal = await two_turns(rota)
    _, asked = await proposed(agathe, bilal)
    await agathe.asks(f"/garde retirer {rota.day(7):%d/%m/%Y}")
    await rota.house.settled()
    await bilal.clicks(asked, "Accepter")
    gone = await bilal.rewritten(asked, "Ce n’est plus possible")
    assert f"La garde de @{agathe.username} a commencé, ou a changé depuis" in plain(gone)
    assert "(retirée depuis)" in plain(gone)
    assert "ce n’est plus possible" in plain(await agathe.told())
    assert await who(rota) == ([], [bilal.id])


async def test_a_turn_that_began_is_not_exchanged(rota: Rota) -> None:
    agathe, bilal = await two_turns(rota)
    _, asked = await proposed(agathe, bilal)
    await rota.house.settled()
    rota.goes_to(8, 9)
    await bilal.clicks(asked, "Accepter")
    await bilal.rewritten(asked, "a commencé, ou a changé")
    assert await who(rota) == ([agathe.id], [bilal.id])
    assert "Vous n’avez pas de garde à venir" in plain(await agathe.asks(f"/garde echanger @{bilal.username}"))


async def test_nobody_is_on_duty_twice_by_an_exchange(rota: Rota) -> None:
    agathe, bilal = await rota.agent("agathe", Role.ANIMATEUR), await rota.agent("bilal")
    await agathe.asks(f"/garde moi {rota.days(7, 11)}")
    await bilal.asks(f"/garde moi {rota.days(4, 7)} métier")
    rota.goes_to(5, 9)
    refused = plain(await agathe.asks(f"/garde echanger @{bilal.username}"))
    assert f"@{bilal.username} est déjà de garde" in refused


@pytest.mark.every_mode
async def test_the_window_offers_all_turns_to_come_and_who_could_take_one(rota: Rota) -> None:
    agathe, bilal = await two_turns(rota)
    await agathe.asks(f"/garde moi {rota.days(21, 25)} métier")
    form = await agathe.opens_by(await agathe.asks("/garde"), "Échanger ma garde")
    own = {text: value for value, text in form.options("mienne").items()}
    assert list(own) == [
        f"{rota.day(7):%d/%m} au {rota.day(11):%d/%m}, toutes les files",
        f"{rota.day(21):%d/%m} au {rota.day(25):%d/%m}, Aide métier",
    ]
    others = {text: value for value, text in form.options("contre").items()}
    theirs = f"@{bilal.username}, {rota.day(14):%d/%m} au {rota.day(18):%d/%m}, toutes les files"
    assert theirs in others
    mine = own[f"{rota.day(21):%d/%m} au {rota.day(25):%d/%m}, Aide métier"]
    assert (await form.fill(mienne=mine, contre=others[theirs]).submit()).accepted
    await agathe.whispered("C’est proposé")
    asked = await bilal.told("vous propose d’échanger")
    await rota.house.settled()
    await bilal.clicks(asked, "Accepter")
    await bilal.rewritten(asked, "Vous avez accepté")
    assert await on_duty(rota, "metier", 21) == [bilal.id]
    assert sorted(await on_duty(rota, "metier", 14)) == [agathe.id]


async def test_with_whom_and_what_must_be_there(rota: Rota, juliette: Person) -> None:
    agathe = await rota.agent("agathe", Role.ANIMATEUR)
    assert "Vous n’avez pas de garde à venir" in plain(await agathe.asks("/garde echanger"))
    await agathe.asks(f"/garde moi {rota.days(7, 11)}")
    assert "Dites avec qui" in plain(await agathe.asks(f"/garde echanger @{agathe.username}"))
    assert "Dites avec qui" in plain(await agathe.asks("/garde echanger lundi"))
    assert "n’est ni agent" in plain(await agathe.asks(f"/garde echanger @{juliette.username}"))
