"""Stories: the first day of somebody, from the first second to the first saved report, without a question."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import delete

from bot.events import TEAM
from storage import people
from storage.canaux import TEAM_ROOM, find_team_room, forget_channel
from storage.people import Awaited, Role, register
from storage.people.arrivals import AccessRequest
from storage.watchlist import find_members
from tests.people import Client, Mobile, Person, Post, unique
from tests.support.cra import WORKSHOP
from tests.support.house import DOMAIN, House, plain, wait_for
from tests.support.membership import join_team, make_surname, open_house, welcoming

__all__ = ["open_house", "welcoming"]

ASKED = {"departement": "Rhône", "structure": "Mairie de Bron", "mot": "Conseillère depuis lundi."}
FOLDED = 9
"""Lines after which clients fold a text."""


@pytest.fixture
async def team_room(open_house: House) -> AsyncIterator[str]:
    """The animateurs’ own channel, for as long as the story lasts, and no request of an earlier one."""
    made = await open_house.site.channel(unique("animation"))
    async with open_house.bot.database.transaction() as db:
        await db.execute(delete(AccessRequest))
        before = await find_team_room(db)
    await open_house.remembers({TEAM_ROOM: made})
    yield made
    async with open_house.bot.database.transaction() as db:
        await forget_channel(db, TEAM_ROOM)
    if before:
        await open_house.remembers({TEAM_ROOM: before})


async def comes(house: House, name: str, **more: object) -> tuple[Person, Post]:
    """Somebody whom nobody knows comes into the team; the welcome."""
    person = await house.site.person(name, in_team=False, **more)  # type: ignore[arg-type]
    person.acts()
    await join_team(house, person)
    return person, await person.told("Bienvenue")


def first_lines(post: Post) -> str:
    """What is read of a post before any client folds it."""
    return "\n".join(plain(post).splitlines()[:FOLDED])


async def seen(house: House, person: Person, post: Post) -> Post:
    """A post as it is once all is said."""
    await house.settled()
    return await person.sees(post)


async def changed(person: Person, post: Post) -> Post | None:
    """A post, once it says something else."""
    now = await person.sees(post)
    return now if now.text != post.text else None


async def asks(person: Person, welcome: Post, agathe: Person, room: str, **filled: str) -> Post:
    """Somebody asks for access; the card that the animateurs see."""
    agathe.acts()
    person.acts()
    form = await person.opens_by(welcome, "Demander mon accès")
    assert (await form.fill(**(ASKED | filled)).submit()).accepted
    assert "Votre demande est partie" in plain(await person.told("partie"))
    return await agathe.heard(room, "Demande d’accès")


@pytest.mark.both_databases
async def test_who_lives_here_is_known_as_who_came(house: House) -> None:
    """Most stories are told of people of whose coming nobody was told: server and bot know as much of them."""
    came, lives = await house.site.person("lea", domain=DOMAIN), await house.conseiller("lea", used=None)
    await house.has_seen(came)
    await house.registers(came, Role.CONSEILLER, departements=["69"], structure="Maison de quartier")
    server = house.site.embedded
    assert server is not None
    for path in ("", "/teams/members", "/preferences", "/status", f"/teams/{house.site.team_id}/channels"):
        first, second = [_without_names(await who.api.get(f"/users/{who.id}{path}"), who) for who in (came, lives)]
        assert first == second, path
    async with house.bot.database.transaction(writes=False) as db:
        members = await find_members(db, TEAM, [came.id, lives.id])
        rows = [await people.get(db, who.id) for who in (came, lives)]
    assert len({(m.is_in, m.is_admin, m.version) for m in members.values()}) == 1 < len(members)
    first, second = [
        _without_names(row.model_dump() if row else {}, who) for row, who in zip(rows, (came, lives), strict=True)
    ]
    assert first == second


def _without_names(said: Any, who: Person) -> Any:
    """The same without what is each one’s own: names, ids, and when something was."""
    if isinstance(said, list):
        return sorted((_without_names(each, who) for each in said), key=str)
    if isinstance(said, dict):
        return {
            k: _without_names(v, who) for k, v in said.items() if not k.endswith(("_at", "_update", "since", "_count"))
        }
    return "one’s own" if isinstance(said, str) and (who.id in said or who.username in said) else said


@pytest.mark.every_mode
@pytest.mark.both_databases
@pytest.mark.parametrize("client", [None, Mobile()], ids=["web", "phone"])
async def test_from_the_first_second_to_the_first_report(
    open_house: House, team_room: str, client: Client | None
) -> None:
    house = open_house
    agathe = await house.someone(Role.ANIMATEUR, "aaa-agathe")
    await house.site.add_members(team_room, agathe)
    lea, welcome = await comes(house, "lea", client=client)
    assert "1. Vous travaillez dans le réseau ? Demandez votre accès" in first_lines(welcome)
    assert welcome.buttons[0] == "Demander mon accès"

    card = await asks(lea, welcome, agathe, team_room)
    for words in (f"@{lea.username}", "Rhône (69)", "Mairie de Bron", "Conseillère depuis lundi."):
        assert words in plain(card)
    assert card.buttons == ["Accepter", "Refuser"]
    lea.acts()
    form = await agathe.opens_by(card, "Accepter")
    assert (form.shown("role"), form.shown("departements")) == ("conseiller", "69")
    assert (await form.submit()).accepted
    told = await lea.told("désormais conseiller numérique")
    assert f"Votre demande d’accès est acceptée par @{agathe.username}" in plain(told)
    assert "demande acceptée par" in plain(await agathe.rewritten(card, "acceptée"))
    changed = await lea.rewritten(welcome, "conseillers numériques")
    assert "Complétez votre profil d’un clic" in first_lines(changed)
    assert changed.buttons == ["Compléter mon profil", "Lire la charte", "J’accepte la charte"]

    form = await lea.opens_by(told, "Écrire un compte rendu")
    assert (await form.fill(**WORKSHOP).submit()).accepted
    (report,) = await house.reports(lea)
    assert report.departement == "69"


@pytest.mark.both_databases
async def test_who_is_refused_is_led_to_their_access(open_house: House, team_room: str) -> None:
    lea, _ = await comes(open_house, "lea")
    for line in ("/cra atelier 8p 2h mail 69500", "/aide cra", "/stats"):
        refused = await lea.asks(line)
        assert "Vous travaillez dans le réseau ? Demandez votre accès" in plain(refused), line
        assert refused.buttons == ["Demander mon accès"]
    await lea.says("j’ai animé un atelier avec 8 personnes hier, 2 h, mails", await lea.direct_channel())
    said = await lea.told("C’est réservé aux conseillers")
    assert said.buttons == ["Demander mon accès", "Voir ce qui vous est ouvert"]
    assert "Cette commande" not in plain(said), "who speaks in their own words typed none"
    form = await lea.opens_by(said, "Demander mon accès")
    assert (await form.fill(**ASKED).submit()).accepted
    again = await lea.asks("/cra")
    assert "Votre demande d’accès du" in plain(again), "who asked is not told to ask"
    assert again.buttons == ["Voir ma demande"]
    carl = await open_house.conseiller("carl")
    assert not (await carl.asks("/membres ajouter @lea")).buttons, "who has a role is told whom to ask"


@pytest.mark.parametrize("words", ["Demander mon accès", "je n’ai pas de rôle", "je suis conseillère numérique"])
async def test_who_speaks_of_their_access_is_offered_it(open_house: House, team_room: str, words: str) -> None:
    lea, _ = await comes(open_house, "lea")
    await lea.says(words, await lea.direct_channel())
    offered = await lea.told("cherchez peut-être")
    assert offered.buttons[0] == "Demander mon accès"
    await lea.opens_by(offered, "Demander mon accès")
    carl = await open_house.conseiller("carl")
    await carl.says(words, await carl.direct_channel())
    assert "Demander mon accès" not in (await carl.told("cherchez peut-être")).buttons, "who has a role needs none"


@pytest.mark.parametrize("words", ["c'est quoi ici ?", "je viens d'être embauchée, je fais quoi", "bonjour"])
async def test_a_guest_is_told_first_what_the_bot_is(open_house: House, team_room: str, words: str) -> None:
    lea, _ = await comes(open_house, "lea")
    await lea.says(words, await lea.direct_channel())
    told = await lea.told("Je suis le robot des conseillers numériques")
    assert told.buttons == ["Demander mon accès", "Voir ce qui vous est ouvert"]
    await lea.opens_by(told, "Demander mon accès")


@pytest.mark.both_databases
async def test_asked_twice_is_one_demand_and_can_be_taken_back(open_house: House, team_room: str) -> None:
    house = open_house
    agathe = await house.someone(Role.ANIMATEUR, "agathe")
    await house.site.add_members(team_room, agathe)
    lea, welcome = await comes(house, "lea")
    first, second = [await lea.opens_by(welcome, "Demander mon accès") for _ in range(2)]
    assert (await first.fill(**ASKED).submit()).accepted
    card = await agathe.heard(team_room, "Demande d’accès")
    assert "déjà partie" in str(await second.fill(**ASKED).submit())
    shown = await lea.asks("/aide")
    assert "attend une réponse" in plain(shown)
    await lea.clicks(shown, "Voir ma demande")
    waits = await lea.whispered("attend une réponse")
    await lea.says("où en est ma demande d’accès ?", await lea.direct_channel())
    told = await lea.told("attend une réponse")
    assert "Voir ma demande" in told.buttons
    sent = next(post for post in await lea.direct() if "Votre demande est partie" in plain(post))
    await lea.clicks(waits, "Retirer ma demande")
    await lea.whispered("est retirée")
    assert (await lea.rewritten(sent, "est retirée")).buttons == [], "nothing is left to withdraw"
    await lea.clicks(waits, "Retirer ma demande")
    await lea.whispered("plus de demande à retirer")
    assert not [post for post in await lea.direct() if "Il vous reste" in plain(post)]
    settled = await seen(house, agathe, card)
    assert "a retiré sa demande" in plain(settled)
    assert settled.buttons == []
    await asks(lea, welcome, agathe, team_room)


@pytest.mark.both_databases
async def test_decided_by_two_is_once_and_no_is_said_kindly(open_house: House, team_room: str) -> None:
    house = open_house
    agathe, boris = await house.someone(Role.ANIMATEUR, "agathe"), await house.someone(Role.ANIMATEUR, "boris")
    await house.site.add_members(team_room, agathe, boris)
    lea, welcome = await comes(house, "lea")
    card = await asks(lea, welcome, agathe, team_room)
    yes, no = await agathe.opens_by(card, "Accepter"), await boris.opens_by(card, "Refuser")
    lea.acts()
    assert (await no.fill(raison="Votre structure n’est pas conventionnée : écrivez à l’ANCT.").submit()).accepted
    told = plain(await lea.told("pas acceptée pour le moment"))
    assert f"@{boris.username} vous dit pourquoi" in told
    assert "> Votre structure n’est pas conventionnée" in told
    await house.settled()
    (receipt,) = [post for post in await lea.direct() if "a sa réponse" in plain(post)]
    assert receipt.buttons == [], "nothing is left to withdraw"
    assert f"@{boris.username} a déjà refusé" in str(await yes.submit()).replace("\u00a0", " ")
    settled = await seen(house, agathe, card)
    assert "demande refusée par" in plain(settled)
    assert settled.buttons == []
    assert (await house.bot.people.of(lea.id)).role is Role.INVITE


async def test_whoever_gives_the_role_otherwise_has_answered(open_house: House, team_room: str) -> None:
    house = open_house
    agathe = await house.someone(Role.ANIMATEUR, "agathe")
    await house.site.add_members(team_room, agathe)
    lea, welcome = await comes(house, "lea")
    card = await asks(lea, welcome, agathe, team_room)
    await house.settled()
    await agathe.asks(f"/membres role @{lea.username} coordinateur")
    assert "coordinateur" in plain(await agathe.rewritten(card, "acceptée par"))
    assert "Demander mon accès" not in (await seen(house, lea, welcome)).buttons


async def test_who_left_meanwhile_is_decided_about_no_more(open_house: House, team_room: str) -> None:
    house = open_house
    agathe = await house.someone(Role.ANIMATEUR, "agathe")
    await house.site.add_members(team_room, agathe)
    lea, welcome = await comes(house, "lea")
    card = await asks(lea, welcome, agathe, team_room)
    form = await agathe.opens_by(card, "Accepter")
    await house.settled()
    await house.site.admin.delete(f"/users/{lea.id}")
    assert "désactivé" in str(await form.submit())
    settled = await wait_for(lambda: changed(agathe, card))
    assert "n’a plus de compte" in plain(settled)
    assert settled.buttons == []


async def test_the_line_of_an_import_that_may_be_hers_is_offered(open_house: House, team_room: str) -> None:
    house = open_house
    agathe = await house.someone(Role.ANIMATEUR, "agathe")
    await house.site.add_members(team_room, agathe)
    lea = await house.site.person("lea", in_team=False)
    name = {"first_name": "Léa", "last_name": make_surname().capitalize()}
    await house.site.admin.put(f"/users/{lea.id}/patch", name)
    async with house.bot.database.transaction() as db:
        line = Awaited(
            email=f"{unique('autre')}@mairie.fr",
            role=Role.COORDINATEUR,
            prenom=name["last_name"].upper(),
            nom="Lea",
            siret="73282932000074",
            departements=["38"],
            imported_at=house.clock(),
        )
        await register.write_awaited(db, [line])
    lea.acts()
    await join_team(house, lea)
    card = await asks(lea, await lea.told("Bienvenue"), agathe, team_room)
    assert "Une ligne importée l’attend peut-être" in plain(card)
    form = await agathe.opens_by(card, "Accepter")
    assert form.shown("role") == "coordinateur"
    assert next(iter(form.options("ligne").values())).endswith("coordinateur, 38")
    assert (await form.submit()).accepted
    await house.settled()
    async with house.bot.database.transaction(writes=False) as db:
        row = await people.get(db, lea.id)
        assert not await register.find_awaited_among(db, [], [line.email or ""])
    assert row is not None
    assert (row.role, row.siret, row.departements) == (Role.COORDINATEUR, "73282932000074", ["69"])


async def test_who_asks_too_often_is_told_so(open_house: House, team_room: str) -> None:
    house = open_house
    lea, welcome = await comes(house, "lea")
    for _ in range(3):
        form = await lea.opens_by(welcome, "Demander mon accès")
        assert (await form.fill(**ASKED).submit()).accepted
        await lea.clicks(await lea.told("partie"), "Retirer ma demande")
    form = await lea.opens_by(welcome, "Demander mon accès")
    assert "3 demandes d’accès" in str(await form.fill(**ASKED).submit()).replace("\u00a0", " ")


async def test_without_a_room_each_animateur_is_asked(open_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house = open_house
    async with house.bot.database.transaction() as db:
        await forget_channel(db, TEAM_ROOM)
    agathe = await house.someone(Role.ANIMATEUR, "aaa-agathe")
    lea, welcome = await comes(house, "lea")
    agathe.acts()
    form = await lea.opens_by(welcome, "Demander mon accès")
    assert (await form.fill(departement="rhone").submit()).accepted
    assert (await agathe.told("Demande d’accès")).buttons == ["Accepter", "Refuser"]
