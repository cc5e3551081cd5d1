"""Stories and stand-ins: a room is opened where it is asked for, hosts enter apart, servers answer as documented."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, NoReturn, cast
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import web

from bot import visio
from bot.context import ReadingContext
from bot.errors import UserError
from bot.visio import Server, make_checksum, make_name, sign_jwt
from bot.web import HostRateLimit, Reach, WebClient
from bot.web.client import Trouble, WebError
from commands.visio import Host, OpenedRoom, host_room, read_line
from config.settings import Settings
from config.time import PARIS
from config.visio import VisioKind, VisioServer, read_visio
from storage.people import Person as Registered
from storage.people import Role
from storage.visio import VisioRoom, remember_room
from tests.people import Person, unique
from tests.support.conversation import make_own_channel
from tests.support.house import House, plain
from tests.support.servers import HERE, Handler, serve

NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)
SECRET = "639259d4-9dd8-4b25-bf01-95f9567eaf4b"
LEA = Registered(id="l" * 26, username="lea", prenom="Léa", nom="Perrin", since=NOW)


def room_of(kind: VisioKind) -> visio.Room:
    """A room that is to be made."""
    return visio.Room(kind, "abc123", "Point d’équipe")


@asynccontextmanager
async def stands_in(handler: Handler, known: str) -> AsyncIterator[Server]:
    """A server of the tests’ own, asked as the bot asks."""
    async with serve(handler) as address:
        port = urlsplit(address).port
        assert port
        client = WebClient("coop-bot/1", Reach(frozenset({(HERE, port)})), HostRateLimit(0, 1000))
        server = read_visio(known.format(address))
        assert server
        try:
            yield Server(server, SECRET, client.hurried(visio.PATIENCE))
        finally:
            await client.close()


def test_calls_and_tokens_are_signed_as_documented() -> None:
    query = "name=Test+Meeting&meetingID=abc123&attendeePW=111222&moderatorPW=333444"
    assert make_checksum("create", query, SECRET) == "da9185f7f333cfdfcd6eeac32dca3777510c4c436020d8b887ba5515bd1d189e"
    assert make_checksum("create", query, SECRET, "sha1") == "1fcbb0c4fc1f039f73aa6d697d2db9ba7f803f17"
    token = sign_jwt({"sub": "1234567890", "name": "John Doe", "iat": 1516239022}, "your-256-bit-secret")
    assert token.endswith(".SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c")
    names = {make_name() for _ in range(200)}
    assert len(names) == 200
    assert all(len(name) == 24 and name.isascii() and name.isalnum() and name == name.lower() for name in names)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", None),
        ("jitsi https://visio.fr/", VisioServer(VisioKind.JITSI, "https://visio.fr")),
        ("Jitsi https://visio.fr coop", VisioServer(VisioKind.JITSI, "https://visio.fr", "coop")),
        ("bbb https://bbb.fr/bigbluebutton/api", VisioServer(VisioKind.BBB, "https://bbb.fr/bigbluebutton/api")),
        ("meet https://meet.fr app", VisioServer(VisioKind.MEET, "https://meet.fr", "app")),
        ("https://visio.fr/salle", VisioServer(VisioKind.LINK, "https://visio.fr/salle")),
    ],
)
def test_the_setting_is_read(text: str, found: VisioServer | None) -> None:
    assert read_visio(text) == found


@pytest.mark.parametrize(
    "text", ["zoom https://z.fr", "jitsi", "jitsi visio.fr", "meet https://m.fr", "bbb https://a:b@c.fr"]
)
def test_a_setting_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"https://|COOP_VISIO_SECRET"):
        read_visio(text)


async def test_bigbluebutton_holds_a_meeting_and_lets_each_in_by_name() -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        query, _, checksum = request.raw_path.partition("?")[2].rpartition("&checksum=")
        asked.append(query)
        if checksum != make_checksum("create", query, SECRET):
            return web.Response(
                text="<response><returncode>FAILED</returncode><messageKey>checksumError</messageKey></response>"
            )
        told = "<dialNumber>04 78 00 00 00</dialNumber><voiceBridge>70757</voiceBridge>"
        return web.Response(text=f"<response><returncode>SUCCESS</returncode>{told}</response>")

    async with stands_in(answer, "bbb {}/bigbluebutton/api") as server:
        room = await visio.make_room(server, room_of(VisioKind.BBB), "")
        assert (room.url, room.phone, room.pin) == ("", "04 78 00 00 00", "70757")
        address = await visio.enter(server, room, LEA, NOW, hosts=True)
        wrong = Server(server.known, "faux", server.web)
        with pytest.raises(UserError, match="checksumError"):
            await visio.make_room(wrong, room_of(VisioKind.BBB), "")
    assert asked[0] == asked[1]
    said = parse_qs(urlsplit(address).query)
    assert (said["fullName"], said["meetingID"], said["role"]) == (["Léa Perrin"], ["abc123"], ["MODERATOR"])


async def test_what_a_server_has_not_is_told_to_nobody() -> None:
    """BigBlueButton tells a number where none is set up; at an open room of Meet nobody waits."""

    async def answer(request: web.Request) -> web.Response:
        if "/api/create" in request.path:
            told = f"<dialNumber>{visio.PLACEHOLDER}</dialNumber><voiceBridge>70757</voiceBridge>"
            return web.Response(text=f"<response><returncode>SUCCESS</returncode>{told}</response>")
        return web.json_response({"access_token": "t", "url": "https://meet.fr/abc", "access_level": "public"})

    async with stands_in(answer, "bbb {}/bigbluebutton/api") as server:
        room = await visio.make_room(server, room_of(VisioKind.BBB), "")
        assert (room.phone, room.pin) == ("", "")
    async with stands_in(answer, "meet {} app") as server:
        assert not (await visio.make_room(server, room_of(VisioKind.MEET), "lea@exemple.fr")).lobby


async def test_meet_makes_a_room_in_the_name_of_who_asks() -> None:
    status, calls = 201, list[str]()

    async def answer(request: web.Request) -> web.Response:
        calls.append(request.path)
        said = json.loads(await request.text())
        if request.path.endswith("/token/"):
            known = said == {
                **{"client_id": "app", "client_secret": SECRET, "grant_type": "client_credentials"},
                "scope": "lea@exemple.fr",
            }
            return web.json_response(
                {"access_token": "t", "expires_in": 3600} if known else {}, status=200 if known else 404
            )
        assert request.headers["Authorization"] == "Bearer t"
        phone = {"phone_number": "+33 1 00 00 00 00", "pin_code": "123"}
        made = {"id": "1", "slug": "abc-defg-hij", "access_level": "trusted", "url": "https://meet.fr/abc-defg-hij"}
        return web.json_response({**made, "telephony": phone}, status=status)

    async with stands_in(answer, "meet {} app") as server:
        room = await visio.make_room(server, room_of(VisioKind.MEET), "lea@exemple.fr")
        assert (room.url, room.lobby, room.pin) == ("https://meet.fr/abc-defg-hij", True, "123")
        assert calls == [f"/external-api/v1.0/{path}/" for path in ("application/token", "rooms")]
        with pytest.raises(UserError, match=r"pas de salle pour carl@exemple\.fr"):
            await visio.make_room(server, room_of(VisioKind.MEET), "carl@exemple.fr")
        status = 500
        with pytest.raises(UserError, match="code 500"):
            await visio.make_room(server, room_of(VisioKind.MEET), "lea@exemple.fr")
        assert len(calls) == 5


async def test_a_server_that_is_slow_or_inside_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visio, "PATIENCE", 0.2)

    async def answer(_: web.Request) -> web.Response:
        await asyncio.sleep(5)
        return web.Response()

    async with stands_in(answer, "bbb {}/api") as server:
        with pytest.raises(UserError, match="à temps"):
            await visio.make_room(server, room_of(VisioKind.BBB), "")
        inside = Server(server.known, SECRET, WebClient("coop-bot/1"))
        with pytest.raises(UserError, match="ne répond pas"):
            await visio.make_room(inside, room_of(VisioKind.BBB), "")
        await inside.web.close()


async def test_jitsi_gives_its_host_a_token_at_the_click() -> None:
    server = Server(VisioServer(VisioKind.JITSI, "https://visio.fr", "coop"), SECRET, WebClient("coop-bot/1"))
    room = await visio.make_room(server, room_of(VisioKind.JITSI), "")
    assert room.url == "https://visio.fr/abc123"
    assert await visio.enter(server, room, LEA, NOW, hosts=False) == room.url
    assert (await visio.enter(server, room, LEA, NOW, hosts=True)).startswith(f"{room.url}?jwt=eyJ")


@pytest.mark.every_mode
async def test_without_a_server_a_link_is_shared_all_the_same(house: House, juliette: Person) -> None:
    admin = await house.someone(Role.ADMINISTRATEUR, "ada")
    assert "Collez plutôt le lien" in plain(await juliette.asks("/visio Point d’équipe"))
    assert "COOP_VISIO=" in plain(await admin.asks("/visio"))
    place = (await make_own_channel(juliette, "P"))["id"]
    await house.site.admin.post(f"/channels/{place}/members", {"user_id": house.site.bot_id})
    juliette.acts()
    await juliette.runs("/visio https://visio.exemple.fr/abc-defg-hij Point d’équipe", place)
    card = await juliette.heard(place, "Point d’équipe")
    assert "https://visio.exemple.fr/abc-defg-hij" in card.text
    assert "ne convient pas" in plain(await juliette.asks("/visio http://127.0.0.1/salle", place))


async def test_the_bot_speaks_in_no_archived_channel(house: House, juliette: Person) -> None:
    """Older servers take a command there; a post they refuse."""
    place = (await make_own_channel(juliette, "P"))["id"]
    await house.site.admin.post(f"/channels/{place}/members", {"user_id": house.site.bot_id})
    asked = SimpleNamespace(chat=house.bot.chat, channel_id=place, user=SimpleNamespace(id=juliette.id))
    for may_speak in (True, False):
        if not may_speak:
            await house.site.admin.delete(f"/channels/{place}")
        opened = await read_line(cast(ReadingContext, asked), "https://visio.exemple.fr/abc Point")
        assert isinstance(opened, OpenedRoom)
        assert opened.may_speak is may_speak


async def test_a_room_is_opened_and_its_host_told_apart(house: House, juliette: Person) -> None:
    place = (await make_own_channel(juliette, "P"))["id"]
    await house.site.admin.post(f"/channels/{place}/members", {"user_id": house.site.bot_id})
    usual = house.settings
    await house.stop()
    house.settings = type(usual).model_validate(
        usual.model_dump() | {"visio": "jitsi https://visio.exemple.fr coop", "visio_secret": SECRET}
    )
    await house.start()
    try:
        juliette.acts()
        await juliette.runs("/visio Point d’équipe ?", place)
        card = await juliette.heard(place, "https://visio.exemple.fr/")
        assert "jwt" not in card.text
        told = await juliette.told("animer")
        assert "Votre salle est prête : « Point d’équipe ? »." in plain(told)
        await juliette.clicks(told, "Entrer pour animer")
        assert "?jwt=" in (await juliette.whispered("animer")).text
    finally:
        await house.stop()
        house.settings = usual
        await house.start()


async def test_a_room_is_hosted_by_who_opened_it_alone(house: House, juliette: Person) -> None:
    settings = type(house.settings).model_validate(
        house.settings.model_dump() | {"visio": "jitsi https://visio.exemple.fr coop", "visio_secret": SECRET}
    )
    key, at = unique("salle"), house.clock()
    async with house.bot.database.transaction() as db:
        kept: dict[str, Any] = {"kind": VisioKind.JITSI, "name": key, "url": "https://visio.exemple.fr/abc"}
        await remember_room(db, VisioRoom(key=key, by=juliette.id, at=at, **kept))
        for who, may in ((LEA, False), (LEA.copy_with(id=juliette.id), True)):
            asked = SimpleNamespace(db=db, settings=settings, user=who, now=at, zone=PARIS, web=WebClient("coop-bot/1"))
            with nullcontext() if may else pytest.raises(UserError, match="l’anime"):
                assert "?jwt=" in cast(Any, await host_room(cast(ReadingContext, asked), Host(room=key))).text


def test_guests_enter_where_the_bot_is_reached_from_outside() -> None:
    settings = cast(Settings, SimpleNamespace(feed_url="https://coop.exemple.fr", public_url="http://10.0.0.1"))
    assert visio.find_guest_address(settings, VisioKind.BBB, "abc", "") == "https://coop.exemple.fr/visio/abc"


@pytest.mark.parametrize(
    ("address", "is_apart"),
    [
        ("https://visio.exemple.fr/coop/abc", True),
        ("https://visio.exemple.fr/cooperative/abc", False),
        ("https://visio.exemple.fr.ailleurs.net/coop/abc", False),
    ],
)
def test_only_a_room_on_the_own_server_has_an_entrance_for_hosts(address: str, is_apart: bool) -> None:
    known = read_visio("jitsi https://visio.exemple.fr/coop coop")
    hidden = SimpleNamespace(get_secret_value=lambda: SECRET)
    settings = cast(Settings, SimpleNamespace(visio=known, visio_secret=hidden))
    assert visio.is_hosted_apart(settings, address) is is_apart


@pytest.mark.parametrize(("trouble", "count"), [(Trouble.SLOW, 1), (Trouble.REFUSED, 2), (Trouble.NAME, 2)])
async def test_what_may_have_left_is_not_asked_twice(trouble: Trouble, count: int) -> None:
    asked: list[object] = []

    async def call(*what: object) -> NoReturn:
        asked.append(what)
        raise WebError(trouble)

    known = VisioServer(VisioKind.MEET, "https://visio.fr", "coop")
    server = Server(known, SECRET, cast(WebClient, SimpleNamespace(call=call)))
    with pytest.raises(UserError, match="ne répond pas"):
        await visio.make_room(server, room_of(VisioKind.MEET), "lea@exemple.fr")
    assert len(asked) == count
