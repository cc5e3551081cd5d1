"""Stories: the channel of a département reads who is new there: once each, in one message a day, where it is wanted."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete
from sqlmodel import col, select

from bot.clock import utc_now
from commands.membres.arrivals import TellNewcomers
from storage.canaux import forget_channel, remember_channel
from storage.outbox import Outgoing, TargetKind
from storage.people import Audience, Awaited, Role, arrivals, register
from storage.people.arrivals import Newcomer
from storage.work import Work, WorkState
from tests.people import Person, unique
from tests.support.house import PARIS, House, plain, wait_for
from tests.support.membership import join_team, leave_team, open_house, welcoming

__all__ = ["open_house", "welcoming"]


KEY = "departement:69"


@pytest.fixture
async def rhone(open_house: House) -> AsyncIterator[str]:
    """The id of the Rhône’s channel of this story."""
    made = await open_house.bot.chat.create_channel(unique("dept"), "69 - Rhône", private=True)
    async with open_house.bot.database.transaction() as db:
        await db.execute(delete(Newcomer))
        await remember_channel(db, KEY, made.id, open_house.clock())
    yield made.id
    async with open_house.bot.database.transaction() as db:
        await forget_channel(db, KEY)
        await arrivals.unhush_departements(db, ["69"])


async def comes(house: House, name: str, **line: Any) -> Person:
    """Somebody who was announced by an import comes into the team, and is welcomed."""
    person = await enters(house, name, **line)
    await person.told("Bienvenue")
    return person


async def enters(house: House, name: str, **line: Any) -> Person:
    """Somebody who was announced by an import comes into the team."""
    person = await house.site.person(name, in_team=False)
    usual = {"role": Role.CONSEILLER, "prenom": name.capitalize(), "nom": "Perrin", "departements": ["69"]}
    async with house.bot.database.transaction() as db:
        row = Awaited(username=person.username, imported_at=house.clock(), **(usual | line))
        await register.write_awaited(db, [row])
    await join_team(house, person)
    return person


async def read(house: House, channel_id: str) -> list[str]:
    """What the bot said in a channel, once all is said."""
    await house.settled()
    posts = await house.site.admin.get(f"/channels/{channel_id}/posts")
    found = [posts["posts"][i] for i in reversed(posts["order"])]
    ours = [post for post in found if post["user_id"] == house.site.bot_id and not post["type"]]
    return [post["message"].replace("\u00a0", " ") for post in ours]


@pytest.mark.every_mode
async def test_newcomers_of_a_day_are_in_one_message_of_their_channel(open_house: House, rhone: str) -> None:
    lea = await comes(open_house, "lea", structure="Mairie de Bron", code_commune="69029")
    (told,) = await read(open_house, rhone)
    who = f"Lea Perrin (@{lea.username}), conseiller numérique, Mairie de Bron, Bron"
    assert told == f"**Nouvelle inscription** : {who}. Bienvenue !"
    omar = await comes(open_house, "omar", role=Role.COORDINATEUR, departements=["38", "69"])
    zoe = await comes(open_house, "zoe")
    (told,) = await read(open_house, rhone)
    assert told.startswith("**Nouveaux inscrits** du ")
    assert "(3) :" in told
    assert f"- {who}\n- Omar Perrin (@{omar.username}), coordinateur\n- Zoe Perrin (@{zoe.username})" in told

    await leave_team(open_house, lea)
    await join_team(open_house, lea)
    await open_house.restart()
    assert await read(open_house, rhone) == [told], "nobody is announced twice"


async def test_who_hides_or_works_elsewhere_is_not_announced(open_house: House, rhone: str) -> None:
    house = open_house
    await comes(house, "nina", departements=["38"])
    await comes(house, "agathe", role=Role.ANIMATEUR)
    hidden = await house.site.person("eve", in_team=False)
    discreet = await house.site.person("iris", in_team=False)
    shown_to = {"structure": Audience.ANIMATEURS.value, "commune": Audience.PERSONNE.value}
    place: dict[str, Any] = {"departements": ["69"], "structure": "Mairie de Bron", "code_commune": "69029"}
    await house.registers(hidden, Role.CONSEILLER, is_hidden=True, **place)
    await house.registers(discreet, Role.CONSEILLER, shown_to=shown_to, **place)
    for person in (hidden, discreet):
        await join_team(house, person)
        await person.told("Bienvenue")
    (told,) = await read(house, rhone)
    assert discreet.username in told
    assert "Bron" not in told


async def test_who_hides_afterwards_is_taken_out_of_the_message(open_house: House, rhone: str) -> None:
    house = open_house
    lea = await comes(house, "lea")
    assert lea.username in (await read(house, rhone))[0]
    await house.registers(lea, Role.CONSEILLER, is_hidden=True, departements=["69"])
    zoe = await comes(house, "zoe")
    (told,) = await read(house, rhone)
    assert lea.username not in told
    assert zoe.username in told


async def test_who_was_in_the_team_before_the_bot_is_welcomed_but_not_announced(open_house: House, rhone: str) -> None:
    house = open_house
    agathe = await house.someone(Role.ANIMATEUR, "agathe")
    house.settings = house.settings.model_copy(update={"welcome": "non", "newcomers": "non"})
    await house.restart()
    lea = await house.conseiller("lea")
    await house.has_seen(lea)
    house.settings = house.settings.model_copy(update={"welcome": "oui", "newcomers": "oui"})
    await house.restart()
    for _ in range(20):
        shown = await agathe.asks("/membres accueils")
        if not shown.buttons:
            break
        await agathe.clicks(shown, "Accueillir")
        await agathe.whispered("accueillie")
    await house.settled()
    assert [post for post in await lea.direct() if "Bienvenue" in post.text]
    assert await read(house, rhone) == []


@pytest.mark.both_databases
async def test_a_guest_is_announced_once_it_is_known_where_they_work(open_house: House, rhone: str) -> None:
    house = open_house
    agathe = await house.someone(Role.ANIMATEUR, "aab-agathe")
    paul = await house.site.person("paul", in_team=False)
    await join_team(house, paul)
    await paul.told("Bienvenue")
    await agathe.asks(f"/membres role @{paul.username} conseiller")
    assert await read(house, rhone) == []
    await agathe.asks(f"/membres deplacer @{paul.username} 69")
    (told,) = await read(house, rhone)
    assert f"**Nouvelle inscription** : @\u200b{paul.username}, conseiller numérique" in told
    await agathe.asks(f"/membres deplacer @{paul.username} 38")
    await agathe.asks(f"/membres deplacer @{paul.username} 69")
    assert await read(house, rhone) == [told]


async def test_a_departement_may_do_without(open_house: House, rhone: str) -> None:
    house = open_house
    agathe = await house.someone(Role.ANIMATEUR, "agathe")
    omar = await house.someone(Role.COORDINATEUR, "omar", departements=["69"])
    assert "ne sont pas annoncés" in plain(await omar.asks("/membres nouveaux non"))
    assert "sauf dans celui-ci : Rhône (69)" in plain(await agathe.asks("/membres nouveaux"))
    await comes(house, "lea")
    assert await read(house, rhone) == []
    assert "que pour vos départements" in plain(await omar.asks("/membres nouveaux non 38"))
    assert "de quel département" in plain(await agathe.asks("/membres nouveaux non"))
    assert "oui ou non" in plain(await agathe.asks("/membres nouveaux peut-être 69"))
    assert "n’est pas un département" in plain(await agathe.asks("/membres nouveaux oui 69, 120"))
    assert "sauf" not in plain(await agathe.asks("/membres nouveaux oui 69"))
    zoe = await comes(house, "zoe")
    (told,) = await read(house, rhone)
    assert zoe.username in told


async def test_the_operator_may_do_without_everywhere(open_house: House, rhone: str) -> None:
    open_house.settings = open_house.settings.model_copy(update={"newcomers": "non"})
    await open_house.restart()
    agathe = await open_house.someone(Role.ANIMATEUR, "agathe")
    await comes(open_house, "lea")
    assert await read(open_house, rhone) == []
    assert "L’exploitant a coupé ces annonces" in plain(await agathe.asks("/membres nouveaux"))


@pytest.mark.both_databases
async def test_who_is_not_welcomed_is_announced_all_the_same(open_house: House, rhone: str) -> None:
    house = open_house
    house.settings = house.settings.model_copy(update={"welcome": "non"})
    await house.restart()
    agathe = await house.someone(Role.ANIMATEUR, "agathe")
    assert "coupé" not in plain(await agathe.asks("/membres nouveaux"))
    lea = await enters(house, "lea")
    assert "**Nouvelle inscription** : Lea Perrin" in (await wait_for(lambda: read(house, rhone)))[0]
    paul = await house.site.person("paul", in_team=False)
    await join_team(house, paul)
    await house.knows_the_team()
    await agathe.asks(f"/membres role @{paul.username} conseiller")
    await agathe.asks(f"/membres deplacer @{paul.username} 69")
    (told,) = await read(house, rhone)
    assert paul.username in told, "who came as a guest is still new where they are found to work"

    await agathe.asks("/membres nouveaux non 69")
    zoe = await enters(house, "zoe")
    await house.has_seen(zoe)
    await leave_team(house, zoe)
    await agathe.asks("/membres nouveaux oui 69")
    await join_team(house, zoe)
    await house.knows_the_team()
    assert await read(house, rhone) == [told], "nobody is new twice"
    for person in (lea, paul, zoe):
        assert not [post for post in await person.direct() if "Bienvenue" in post.text]


@pytest.mark.both_databases
@pytest.mark.replicas
async def test_many_in_a_minute_are_told_in_few_messages_by_two_replicas(open_house: House, rhone: str) -> None:
    house = open_house
    async with house.replica():
        people_ = [await house.site.person(unique("venu")[:20], in_team=False) for _ in range(20)]
        for person in people_:
            await house.registers(person, Role.CONSEILLER, departements=["69"])
        for person in people_:
            await join_team(house, person)
        for person in people_:
            await person.told("Bienvenue")
        (told,) = await read(house, rhone)
    assert "(20) :" in told
    assert "… et 5 autres" in told


@pytest.mark.both_databases
async def test_while_the_message_is_on_its_way_another_is_not_sent(open_house: House, rhone: str) -> None:
    house, now = open_house, open_house.clock()
    topic = f"membres.new:{rhone}:{now.astimezone(PARIS).date()}"
    sent = Outgoing(
        id=unique("sent")[:26], where=TargetKind.CHANNEL, target=rhone, content={"message": "…"}, created_at=now
    )
    sent.topic, sent.not_before = topic, now + timedelta(hours=1)
    async with house.bot.database.transaction() as db:
        db.add(sent)
    lea = await comes(house, "lea")

    async def is_tried_again() -> bool:
        async with house.bot.database.transaction(writes=False) as db:
            tried = select(Work).where(Work.name == "membres.TellNewcomers", Work.state == WorkState.WAITING)
            return any(work.data["tries"] and work.data["key"] == KEY for work in (await db.exec(tried)).all())

    await wait_for(is_tried_again)
    async with house.bot.database.transaction() as db:
        await db.execute(delete(Outgoing).where(col(Outgoing.topic) == topic))
    (told,) = await read(house, rhone)
    assert lea.username in told


def test_it_is_not_tried_for_ever() -> None:
    work, now = TellNewcomers(key=KEY, day=utc_now().date()), utc_now()
    (later,) = work.again(now)
    assert later.payload == work.model_copy(update={"tries": 1})
    assert work.model_copy(update={"tries": 10}).again(now) == []
