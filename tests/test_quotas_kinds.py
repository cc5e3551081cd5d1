"""The bounds of a day in each feature: what an account asks of the bot, others see only so often."""

from datetime import timedelta
from typing import Any

import pytest

from config.policies import read_quotas
from storage.hotline import Urgency
from tests.people import Person, unique
from tests.support.actus import NewsStage, news_stage
from tests.support.hotline import USUAL, Hotline, helpdesk
from tests.support.house import House, plain, react
from tests.support.moderation import CaseStage, room
from tests.support.publications import AgendaStage, agenda

__all__ = ["agenda", "helpdesk", "news_stage", "room"]


HOUR = timedelta(hours=1)


@pytest.fixture
def bounded(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bot of which one thing of each kind may be asked in a day."""
    monkeypatch.setitem(house.settings.__dict__, "quotas", dict.fromkeys(read_quotas(""), 1))


async def sends(who: Person, line: str, channel: str = "", **filled: Any) -> str:
    """What is answered to a window that is filled like that; "" where it was taken."""
    form = await who.opens(line, channel)
    answer = await form.fill(**filled).submit()
    return "" if answer.accepted else str(answer).replace("\xa0", " ")


@pytest.mark.both_databases
async def test_the_second_blocking_demand_of_an_hour_is_not_until_an_agent_says_so(helpdesk: Hotline) -> None:
    first, _ = await helpdesk.asks(helpdesk.juliette, unique("Tout est bloqué"), urgence="bloquant")
    second, _ = await helpdesk.asks(helpdesk.juliette, unique("Bloqué aussi"), urgence="bloquant")
    assert [first.urgency, second.urgency] == [Urgency.BLOQUANT, Urgency.GENANT]
    told = plain(await helpdesk.juliette.told("dite bloquante"))
    assert f"vous avez déjà une demande bloquante de moins d’une heure, la n° {first.number}" in told
    assert "dite bloquante, comme la n°" in plain(await helpdesk.agathe.asks(f"/ticket {second.number}"))
    helpdesk.house.clock.goes_to(helpdesk.house.clock() + HOUR + timedelta(minutes=1))
    third, _ = await helpdesk.asks(helpdesk.juliette, unique("Encore bloqué"), urgence="bloquant")
    assert third.urgency is Urgency.BLOQUANT
    helpdesk.house.clock.is_right_again()


@pytest.mark.usefixtures("bounded")
async def test_demands_for_help(helpdesk: Hotline) -> None:
    await helpdesk.asks(helpdesk.juliette, unique("Une"))
    refused = await sends(helpdesk.juliette, "/hotline", **(USUAL | {"sujet": unique("Deux")}))
    assert "Vous en êtes à 1 demande d’aide pour aujourd’hui" in refused
    for subject in ("Trois", "Quatre"):
        await helpdesk.asks(helpdesk.agathe, unique(subject))


@pytest.mark.usefixtures("bounded")
async def test_reports_and_flags(room: CaseStage) -> None:
    await room.opened()
    more = await room.writes()
    refused = await sends(room.juliette, f"/signaler {room.link(more)}", motif="propos", mot="")
    assert "Vous en êtes à 1 signalement" in refused
    await react(room.juliette, more, "triangular_flag_on_post")
    assert "Vous en êtes à 1 signalement" in plain(await room.juliette.told("1 signalement"))
    await room.reports(room.paul, more)
    assert await room.case(more)


@pytest.mark.usefixtures("bounded")
async def test_newspapers_under_messages(newsroom: NewsStage) -> None:
    posts = [await newsroom.lea.says(f"Une {unique('idée')} pour les ateliers", newsroom.place) for _ in range(2)]
    for post in posts:
        await newsroom.heard(newsroom.juliette, post)
    assert "Vous en êtes à 1 proposition d’actu" in plain(await newsroom.juliette.told("Vous en êtes"))
    assert await newsroom.of_post(posts[1]) is None


@pytest.mark.usefixtures("bounded")
async def test_news_that_are_written(newsroom: NewsStage) -> None:
    juliette = newsroom.juliette
    assert await sends(juliette, f"/actus proposer {unique('Une première')}") == ""
    assert "1 proposition d’actu" in await sends(juliette, f"/actus proposer {unique('Une seconde')}")


@pytest.mark.usefixtures("bounded")
async def test_events(agenda: AgendaStage) -> None:
    await agenda.proposes(agenda.juliette)
    assert "1 événement" in str(await agenda.sends(agenda.juliette, titre=unique("Atelier"))).replace("\xa0", " ")
