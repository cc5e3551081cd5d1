"""Stories: what the home shows besides what waits: one’s month, what is new, links, and who is reachable now."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete
from sqlmodel import col

from bot.errors import ChatError
from bot.mattermost import AioClient, Mattermost
from bot.presence import Presence
from commands.stats.conseiller import draw_bars
from config import liens
from config.tables import TableError
from sandbox.faults import Faults
from storage.actus import digests
from storage.actus.digests import Digest, DigestState
from storage.people import Role
from tests.people import Person, Post
from tests.support.conversation import doors, takes
from tests.support.cra import file_workshop
from tests.support.house import House
from tests.support.membership import add_to_directory, make_surname
from tests.support.membership import plain_words as said
from tests.support.ressources import empty_shelves, make_resource, shelve

FAR = "48"
"""A département in which no other story has anybody who can be asked."""


async def is_there(*people: Person, status: str = "online") -> None:
    """What they choose in the menu of their picture."""
    for person in people:
        await person.api.put(f"/users/{person.id}/status", {"user_id": person.id, "status": status})


def forget_presence(house: House) -> None:
    """The bot has asked nobody’s status yet."""
    house.bot.people.presence = Presence(house.bot.chat, house.clock)


def find_line(home: Post, title: str) -> str:
    """The line of the home that begins so; empty where there is none."""
    return next((line for line in said(home).splitlines() if line.startswith(f"- **{title}")), "")


@pytest.mark.every_mode
async def test_the_home_shows_the_month_what_is_new_and_what_one_keeps(house: House, juliette: Person) -> None:
    await empty_shelves(house)
    first = await juliette.asks("/accueil")
    assert not find_line(first, "Votre mois")
    assert not find_line(first, "Nouvelles ressources")
    await file_workshop(juliette)
    (kept, _) = await shelve(
        house,
        make_resource("Trier ses *mots* de passe", url="https://exemple.fr/mots"),
        make_resource("Vieille ressource", url="https://exemple.fr/vieille", date=date(2020, 1, 1)),
    )
    await juliette.clicks(await juliette.asks(f"/ressources {kept}"), "⭐ Favori")
    at = house.clock()
    async with house.bot.database.transaction() as db:
        made = Digest(
            number=0, edition="essai", day=at.date(), first_day=at.date(), at=at, since=at, until=at, created_at=at
        )
        made.state, made.published_at = DigestState.PUBLISHED, at
        number = (await digests.begin(db, made)).number

    home = await juliette.asks("/accueil")
    assert "8 personnes accompagnées, 1 compte rendu" in find_line(home, "Votre mois")
    assert "█" in find_line(home, "Votre mois")
    assert "/actus n°" in find_line(home, "Actus")
    latest = find_line(home, "Nouvelles ressources")
    assert latest.index("Trier ses *mots* de passe") < latest.index("Vieille ressource")
    assert "(<https://exemple.fr/mots>)" in find_line(home, "Vos favoris")
    again = await juliette.asks("/aide")
    assert (again.text, again.buttons) == (home.text, home.buttons), "one way"
    assert not find_line(await juliette.asks("/aide 2"), "Votre mois")
    async with house.bot.database.transaction() as db:
        await db.execute(delete(Digest).where(col(Digest.number) == number))  # it has no post, which others look for


@pytest.mark.every_mode
async def test_who_is_reachable_is_counted_and_named_only_if_they_accept(house: House, juliette: Person) -> None:
    await house.registers(juliette, Role.CONSEILLER, departements=[FAR])
    names = {who: f"{who.capitalize()} {make_surname()}" for who in ("carl", "marie", "jean", "lea")}
    carl = await add_to_directory(house, names["carl"], departements=[FAR], helps=True)
    marie = await add_to_directory(house, names["marie"], departements=[FAR])
    jean = await add_to_directory(house, names["jean"], departements=[FAR], helps=True)
    lea = await add_to_directory(house, names["lea"], departements=[FAR], helps=True, is_hidden=True)
    await is_there(juliette, carl, marie, lea)
    await is_there(jean, status="dnd")
    forget_presence(house)
    line = find_line(await juliette.asks("/accueil"), "Joignables maintenant")
    assert f"[{names['carl']}](<{house.settings.mattermost_url}/" in line
    await juliette.says("accueil", await juliette.direct_channel())
    assert not find_line(await juliette.told("Ce que vous pouvez faire"), "Joignables"), "that message stays"
    assert not any(names[who] in line for who in ("marie", "jean", "lea")), line
    count = int(line.partition(": ")[2].partition(" ")[0])
    assert count >= 3

    await is_there(carl, status="away")
    assert find_line(await juliette.asks("/accueil"), "Joignables maintenant") == line, "kept for a minute"
    house.clock.goes_to(house.clock() + timedelta(seconds=61))
    line = find_line(await juliette.asks("/accueil"), "Joignables maintenant")
    assert names["carl"] not in line
    assert int(line.partition(": ")[2].partition(" ")[0]) == count - 1
    guest = await house.someone(Role.INVITE, "ines")
    home = await guest.asks("/accueil")
    assert not find_line(home, "Joignables maintenant"), "an agent invité may be anybody"
    assert "Liens utiles" not in await doors(guest, home)


@pytest.mark.every_mode
async def test_a_server_that_tells_no_status_costs_that_line_alone(
    house: House, juliette: Person, faults: Faults
) -> None:
    await is_there(await add_to_directory(house, f"Carl {make_surname()}", helps=True))
    await file_workshop(juliette)
    forget_presence(house)
    faults.slow = "/users/status/ids"
    home = await juliette.asks("/accueil")
    faults.slow = ""
    assert not find_line(home, "Joignables")
    assert find_line(home, "Votre mois")
    forget_presence(house)
    assert find_line(await juliette.asks("/accueil"), "Joignables")


@pytest.mark.every_mode
async def test_links_are_the_operator_s_and_those_with_a_name_are_made_for_who_clicks(
    house: House, juliette: Person, tmp_path: Path
) -> None:
    await house.registers(juliette, Role.CONSEILLER, prenom="Élise & Co", nom="D’Arc")
    home = await juliette.asks("/accueil")
    assert "pix.fr" not in home.text
    links = await takes(juliette, home, "Liens utiles")
    assert isinstance(links, Post)
    assert "[Pix Orga](<https://orga.pix.fr/connexion>)" in links.text
    assert "(<https://rdv.anct.gouv.fr/agents/sign_in>)" in links.text
    assert "Webmail" not in links.text, "it has no address"
    assert juliette.username not in links.text
    await juliette.clicks(links, "ABC Pix : demander l’accès")
    address = (await juliette.whispered("Votre lien")).text
    assert (
        f"?control1714940=%C3%89lise%20%26%20Co&control1714939=D%E2%80%99Arc&control1714941={juliette.username}>"
        in address
    )

    table, usual = tmp_path / "liens.tsv", house.settings
    table.write_text("cle\ttitre\tadresse\nwebmail\tCourriel\thttps://mail.exemple.fr/\n", "utf-8")
    house.settings = usual.model_copy(update={"links": table})
    await house.restart()
    try:
        assert "https://mail.exemple.fr/" in (await juliette.asks("/accueil liens")).text
        await juliette.clicks(links, "ABC Pix : demander l’accès")
        assert "n’existe plus" in said(await juliette.whispered())
        table.write_text("n’importe quoi", "utf-8")
        assert "Liens utiles" not in await doors(juliette, await juliette.asks("/accueil"))
        assert "pas de lien" in said(await juliette.asks("/accueil liens"))
    finally:
        house.settings = usual
        await house.restart()


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("rdv\tRDV", ""),
        ("rdv\tRDV\tftp://exemple.fr", "http ou https"),
        ("rdv\tRDV\thttps://exemple.fr/?a={siret}", "http ou https"),
        ("rdv\tRDV\thttps://exemple.fr/{nom}", "après le « ? »"),
        ("rdv\tRDV\thttps://exemple.fr/)[x](y", "http ou https"),
        ("rdv\t\thttps://exemple.fr", "un titre"),
        ("R D V\tRDV\thttps://exemple.fr", "pas une clé"),
        ("rdv", "trois colonnes"),
        ("rdv\tRDV\thttps://exemple.fr\tencore", "trois colonnes"),
    ],
)
def test_a_table_of_links_says_what_is_wrong_with_a_line(tmp_path: Path, line: str, why: str) -> None:
    table = tmp_path / "liens.tsv"
    table.write_text(f"cle\ttitre\tadresse\n{line}\n", "utf-8")
    if not why:
        assert liens.read(table)["rdv"].address == ""
        return
    with pytest.raises(TableError, match="ligne 2") as told:
        liens.read(table)
    assert why in str(told.value)


def test_days_are_drawn_week_by_week() -> None:
    monday = date(2026, 11, 2)
    drawn = draw_bars({date(2026, 11, 3): 7, date(2026, 11, 7): 1, date(2026, 11, 9): 3}, monday, date(2026, 11, 10))
    assert drawn == "▁█▁▁▁▂ ▄▁"
    assert draw_bars({}, monday, monday) == "▁"


class Pages(Mattermost):
    """A server that says who is there, and counts how often it is asked."""

    def __init__(self, told: Sequence[object]) -> None:
        super().__init__(AioClient("http://nulle-part.exemple"), "cnum")
        self.told, self.asked = list(told), 0
        self.client.ask = self.answer  # type: ignore[method-assign]

    async def answer(self, endpoint: str, ids: Sequence[str]) -> object:
        self.asked += 1
        told = self.told[min(self.asked, len(self.told)) - 1]
        if isinstance(told, Exception):
            raise told
        return [{"user_id": one, "status": told} for one in ids] if isinstance(told, str) else told


@pytest.mark.parametrize("told", [ChatError(500, "boom"), [], None, [{"user_id": 3}], "dnd", "ooo", "away", "offline"])
async def test_nobody_is_reachable_who_is_not_online(told: object) -> None:
    now = datetime(2026, 11, 24, 9, tzinfo=UTC)

    async def list_ids() -> Sequence[str]:
        return ["a" * 26, "not an id"]

    server = Pages([told, "online"])
    presence = Presence(server, lambda: now)
    assert await presence.find_reachable(list_ids) == frozenset()
    assert await presence.find_reachable(list_ids) == frozenset()
    assert server.asked == 1, "what was not told is not asked again at once"
    now += timedelta(seconds=60)
    assert await presence.find_reachable(list_ids) == {"a" * 26}


async def test_four_thousand_people_are_asked_about_in_pages_once_for_all() -> None:
    async def list_ids() -> Sequence[str]:
        return [f"{number:026d}" for number in range(4000)]

    server = Pages(["online"])
    presence = Presence(server, lambda: datetime(2026, 11, 24, 9, tzinfo=UTC))
    assert len(await presence.find_reachable(list_ids)) == 4000
    assert len(await presence.find_reachable(list_ids)) == 4000
    assert server.asked == 20
