"""Stories: agents are who is in the room of a queue, too: what is for agents is theirs, and shown to them."""

from tests.people import Person
from tests.support.hotline import Hotline, helpdesk
from tests.support.house import plain, wait_for

__all__ = ["helpdesk"]


async def test_who_is_in_a_room_only_is_an_agent_everywhere(helpdesk: Hotline) -> None:
    lea = await helpdesk.house.conseiller("lea")
    for line in ("/garde", "/ticket liste", "/ticket panne"):
        assert "réservée aux" in plain(await lea.asks(line)), line
    assert "une de vos demandes : /ticket 12" in plain(await lea.asks("/ticket la mienne"))
    commands = plain(await lea.asks("/aide hotline"))
    assert "/ticket liste" not in commands
    assert "/hotline demandes" in commands
    assert "/garde" not in plain(await lea.asks("/aide 2"))
    place = helpdesk.rooms["espace-coop"]
    await helpdesk.house.site.add_members(place, lea)
    await wait_for(lambda: _is_let_in(helpdesk, lea))
    assert "La garde de la hotline" in (await lea.asks("/garde")).text
    assert "/ticket liste" in plain(await lea.asks("/aide hotline"))
    assert "garde" in plain(await lea.asks("/aide garde"))
    assert "vous êtes de garde" in plain(await lea.asks("/garde moi lundi"))
    assert "réserv" not in plain(await lea.asks("/ticket panne"))
    assert "absen" in plain(await helpdesk.agathe.asks(f"/garde absent @{lea.username} lundi"))
    await helpdesk.house.site.admin.delete(f"/channels/{place}/members/{lea.id}")
    await wait_for(lambda: _is_put_out(helpdesk, lea))


async def _is_let_in(helpdesk: Hotline, who: Person) -> bool:
    helpdesk.house.bot.people.forget(who.id)
    return "réservée" not in plain(await who.asks("/garde"))


async def _is_put_out(helpdesk: Hotline, who: Person) -> bool:
    return not await _is_let_in(helpdesk, who)
