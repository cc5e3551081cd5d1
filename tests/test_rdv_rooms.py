"""Stories: a rdv that is a visio has its room, opened once; and its card says what became of its report."""

import json
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import ClientSession, web
from icalendar import Calendar
from sqlalchemy import delete
from sqlmodel import col, select

from bot.clock import utc_now
from commands.rdv.rooms import needs_room
from dialogs.rdv.entrances import name_key
from storage.rdv import PlaceKind, Rdv
from storage.visio import VisioRoom
from storage.work import Work
from tests.people import Person
from tests.support.house import PARIS, House, plain
from tests.support.rdv import read_calendar
from tests.support.servers import serve
from tests.support.workplace import operate

SECRET = "639259d4-9dd8-4b25-bf01-95f9567eaf4b"


@asynccontextmanager
async def set_up(house: House, **said: str | bool) -> AsyncIterator[House]:
    """The house with these settings."""
    usual = house.settings
    await house.stop()
    house.settings = type(usual).model_validate(usual.model_dump() | {"visio_secret": SECRET} | said)
    await house.start()
    try:
        yield house
    finally:
        await house.stop()
        house.settings = usual
        await house.start()


async def rdvs_of(house: House, who: Person) -> Sequence[Rdv]:
    """Somebody’s rdv, in the order in which they were noted."""
    async with house.bot.database.transaction(writes=False) as db:
        return (await db.exec(select(Rdv).where(Rdv.user_id == who.id).order_by(col(Rdv.id)))).all()


async def notes(house: House, who: Person, line: str) -> Rdv:
    """Somebody notes a line as it is understood."""
    await who.clicks(await who.asks(f"/rdv {line}"), "Enregistrer")
    await house.settled()
    return (await rdvs_of(house, who))[-1]


async def card_of(who: Person, rdv: Rdv, containing: str = "") -> Any:
    """The card of a rdv, as it stands in the direct channel."""
    about = f"n° {rdv.number}"
    (card,) = [post for post in await who.direct() if about in plain(post) and containing in plain(post)]
    return card


def test_a_meeting_has_one_room_that_of_its_organiser() -> None:
    when: dict[str, Any] = dict.fromkeys(("starts_at", "ends_at", "created_at", "changed_at"), utc_now())
    lead, guest = (Rdv(id=number, user_id="l" * 26, meeting=5, place_kind=PlaceKind.VISIO, **when) for number in (5, 6))
    assert name_key(guest) == name_key(lead) == "rdv:5"
    assert (needs_room(lead), needs_room(guest)) == (True, False)


@pytest.mark.every_mode
@pytest.mark.usefixtures("no_holiday")
async def test_a_visio_opens_its_room_once_and_tells_it_everywhere(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    async with set_up(house, visio="jitsi https://visio.exemple.fr coop"):
        lea = await house.conseiller("lea")
        rdv = await notes(house, lea, "demain 10h 45 min impots en visio")
        assert rdv.visio_url.startswith("https://visio.exemple.fr/")
        card = await card_of(lea, rdv, rdv.visio_url)
        assert card.buttons == ["Entrer pour animer", "Déplacer", "Annuler"]
        assert "jwt" not in card.text
        await lea.clicks(card, "Entrer pour animer")
        assert f"{rdv.visio_url}?jwt=" in (await lea.whispered("animer")).text

        form = await lea.opens_by(card, "Déplacer")
        assert (await form.fill(ou="domicile").submit()).accepted
        form = await lea.opens_by(card, "Déplacer")
        assert (await form.fill(ou="visio", quand="demain 16h").submit()).accepted
        await house.settled()
        (again,) = await rdvs_of(house, lea)
        assert (again.visio_url, again.starts_at.astimezone(PARIS).hour) == (rdv.visio_url, 16)
        async with house.bot.database.transaction(writes=False) as db:
            kept = (await db.exec(select(VisioRoom).where(VisioRoom.by == lea.id))).all()
        assert [room.key for room in kept] == [f"rdv:{rdv.number}"]
        assert kept[0].at == rdv.ends_at, "it is kept as long after that as others"

        capsys.readouterr()
        assert await operate(house.settings, "rdv", "--user", lea.username, "--json") == 0
        assert json.loads(capsys.readouterr().out)[0]["visio"] == rdv.visio_url
        address = re.search(r"https?://\S+\.ics", (await lea.asks("/agenda flux")).text)
        assert address
        path = urlsplit(address[0]).path
        async with ClientSession() as session, session.get(f"http://127.0.0.1:{house.bot.port}{path}") as answer:
            body = await answer.read()
        read_calendar(body)
        events = Calendar.from_ical(body).walk("VEVENT")
        (event,) = [one for one in events if one.get("URL") == rdv.visio_url]
        assert str(event["LOCATION"]) == str(event["URL"]) == rdv.visio_url

        until = house.today + timedelta(days=30)
        preview = await lea.asks(f"/rdv tous les mardis 14h jusqu’au {until:%d/%m/%Y} internet visio")
        await lea.clicks(preview, "Enregistrer")
        await house.settled()
        series = (await rdvs_of(house, lea))[1:]
        assert len({one.visio_url for one in series if one.visio_url}) == len(series) >= 3
        undo = next(post for post in await lea.direct() if any("Annuler ces" in label for label in post.buttons))
        await lea.clicks(undo, undo.buttons[0])
        await lea.rewritten(undo, "annulés")


@pytest.mark.usefixtures("no_holiday")
async def test_a_server_that_fails_loses_nothing_and_is_asked_again(house: House) -> None:
    works = False

    async def answer(_: web.Request) -> web.Response:
        said = "<returncode>SUCCESS</returncode>" if works else "<returncode>FAILED</returncode>"
        return web.Response(text=f"<response>{said}</response>")

    async with (
        serve(answer) as address,
        set_up(house, visio=f"bbb {address}/bigbluebutton/api", allow_private_feeds=True),
    ):
        lea = await house.conseiller("lea")
        await lea.clicks(await lea.asks("/rdv demain 10h 45 min impots en visio"), "Enregistrer")
        card = await lea.told("pas encore là")
        (rdv,) = await rdvs_of(house, lea)
        assert (rdv.place_kind, rdv.visio_url) == (PlaceKind.VISIO, "")
        await lea.clicks(card, "Créer le lien")
        assert "n’a pas ouvert la salle" in (await lea.whispered()).text
        works = True
        await lea.clicks(card, "Créer le lien")
        await lea.whispered("à donner")
        card = await lea.rewritten(card, "/visio/")
        (rdv,) = await rdvs_of(house, lea)
        path = urlsplit(rdv.visio_url).path
        async with ClientSession() as session:
            here = f"http://127.0.0.1:{house.bot.port}"
            async with session.get(f"{here}{path}", allow_redirects=False) as led:
                said = parse_qs(urlsplit(led.headers["Location"]).query)
            async with session.get(f"{here}/visio/devine", allow_redirects=False) as led:
                assert led.status == 404
        assert (said["role"], said["fullName"], said["meetingID"]) == (["VIEWER"], ["Invité"], [path[7:]])
        await lea.clicks(card, "Entrer pour animer")
        assert "role=MODERATOR" in (await lea.whispered("animer")).text
        async with house.bot.database.transaction() as db:
            # It would be tried again in a minute, and the next story would wait for that.
            await db.execute(delete(Work).where(col(Work.name) == "rdv.OpenRooms"))


@pytest.mark.every_mode
@pytest.mark.usefixtures("no_holiday")
async def test_without_a_server_the_link_is_pasted(house: House) -> None:
    lea = await house.conseiller("lea")
    rdv = await notes(house, lea, "demain 10h 45 min impots en visio")
    card = await card_of(lea, rdv, f"/rdv visio {rdv.number} https://")
    assert card.buttons == ["Déplacer", "Annuler"]
    assert "ne convient pas" in (await lea.asks(f"/rdv visio {rdv.number} http://127.0.0.1/salle")).text
    assert "Collez le lien" in (await lea.asks(f"/rdv visio {rdv.number}")).text
    link = "https://visio.numerique.gouv.fr/abc-defg-hij"
    assert link in (await lea.asks(f"/rdv visio {rdv.number} {link}")).text
    await lea.rewritten(card, link)
    house_rdv = await notes(house, lea, "demain 14h 45 min impots à domicile Bron")
    assert "pas en visio" in (await lea.asks(f"/rdv visio {house_rdv.number} {link}")).text


@pytest.mark.every_mode
@pytest.mark.usefixtures("no_holiday")
async def test_the_card_says_that_a_report_was_filed_deleted_and_restored(house: House) -> None:
    lea = await house.conseiller("lea")
    rdv = await notes(house, lea, "demain 10h 45 min impots à Bron")
    card = await card_of(lea, rdv)
    house.clock.goes_to(rdv.ends_at + timedelta(minutes=5))
    try:
        form = await lea.opens_by(await lea.asks("/rdv à traiter"), "Compte rendu")
        assert (await form.fill(age="+60", statut="retraite").submit()).accepted
        told = await lea.rewritten(card, "honoré")
        assert "Compte rendu n°" in told.text
        (cra,) = await house.reports(lea)
        await lea.clicks(await lea.told("Compte rendu n°"), "Supprimer")
        given_back = await lea.rewritten(card)
        assert "honoré" not in given_back.text
        assert "Compte rendu" in given_back.buttons
        await lea.asks(f"/cra rétablir {cra.number}")
        assert not (await lea.rewritten(card, "honoré")).buttons
    finally:
        house.clock.is_right_again()
