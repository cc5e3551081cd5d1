"""Meeting rooms on the operator’s server: created, and entered by guests and hosts.

Sources: lib-jitsi-meet on its tokens, BigBlueButton on its API (checksum), LaSuite Meet on its external API.
"""

import asyncio
import hashlib
import hmac
import json
import re
import secrets
import string
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import quote_plus, urlencode, urlsplit

from bot.context import ReadingContext
from bot.errors import UserError
from bot.texts import render, require
from bot.web import Trouble, WebClient, WebError, WebResponse
from bot.web.client import Method
from config.settings import Settings
from config.visio import VisioKind, VisioServer
from storage.people import Person

PATIENCE = 4.0
"""Seconds that a server of rooms may take: somebody waits."""
ANSWER_MAX = 64 * 1024
TOKEN_LIFE = timedelta(hours=1)
NAME_SIZE = 24
"""Letters and figures of a name that nobody guesses."""
_SIGNS = string.ascii_lowercase + string.digits
_LOBBIES = frozenset({"trusted", "restricted"})
"""Access levels of Meet at which who has no account waits until somebody lets them in."""
PLACEHOLDER = "613-555-1234"
"""The telephone number that BigBlueButton tells where none is set up."""


@dataclass(frozen=True, slots=True)
class Server:
    """The meeting server of the settings, its secret, and the web client to call it."""

    known: VisioServer
    secret: str
    web: WebClient


@dataclass(slots=True)
class Room:
    """A room on the server. ``name`` cannot be guessed; ``url`` is the common entrance, "" if everybody has an address
    of their own. Guests without an account wait in its ``lobby``."""

    kind: VisioKind
    name: str
    subject: str = ""
    url: str = ""
    phone: str = ""
    pin: str = ""
    lobby: bool = False


def get_server(ctx: ReadingContext) -> Server | None:
    """Return the operator’s meeting server; None if there is none."""
    known = ctx.settings.visio
    if known is None:
        return None
    web = ctx.web.anywhere() if ctx.settings.allow_private_feeds else ctx.web
    return Server(known, ctx.settings.visio_secret.get_secret_value(), web.hurried(PATIENCE))


GUESTS = "visio"
"""The first part of the bot’s own address at which guests enter a room that has none for all."""


def find_guest_address(settings: Settings, kind: VisioKind, name: str, url: str) -> str:
    """Return the guests’ address of a room: its common one, or a page of the bot that leads each guest to their own."""
    return f"{_find_base(settings)}/{GUESTS}/{name}" if kind is VisioKind.BBB else url


def _find_base(settings: Settings) -> str:
    return settings.feed_url or settings.public_url


class Entered(Protocol):
    """A room as far as it says how one enters."""

    phone: str
    pin: str
    lobby: bool


def tell_ways_in(room: Entered) -> Sequence[str]:
    """Tell what guests are to know beside the address, a sentence each: that they wait in the lobby without an account,
    and where they call instead. Nobody else writes it."""
    waits = [str(render("visio/lobby"))] if room.lobby else []
    return waits + ([str(render("visio/by_phone", room=room))] if room.phone else [])


def hosts_apart(settings: Settings, kind: VisioKind) -> bool:
    """Return whether rooms of that kind have a separate entrance for hosts."""
    has_secret = bool(settings.visio_secret.get_secret_value())
    return kind is VisioKind.BBB or (kind is VisioKind.JITSI and has_secret)


def is_hosted_apart(settings: Settings, address: str) -> bool:
    """Return whether the room at this guests’ address has a separate entrance for hosts; a pasted address has not."""
    known = settings.visio
    if known is None or not hosts_apart(settings, known.kind):
        return False
    base = f"{_find_base(settings)}/{GUESTS}" if known.kind is VisioKind.BBB else known.url
    return address.startswith(f"{base}/")


def make_name() -> str:
    """Make a room’s name of small letters and digits, since some clients distinguish no others."""
    return "".join(secrets.choice(_SIGNS) for _ in range(NAME_SIZE))


async def open_room(ctx: ReadingContext, subject: str) -> Room:
    """Create a room; the caller stores it, so that it is created once. Raises UserError."""
    server = require(get_server(ctx), "visio/none_set")
    email = (await ctx.chat.user(ctx.user.id)).email if server.known.kind is VisioKind.MEET else ""
    return await make_room(server, Room(server.known.kind, make_name(), subject), email)


async def make_room(server: Server, room: Room, email: str) -> Room:
    """Complete a room with its common address, if it has one. Raises UserError."""
    match server.known.kind:
        case VisioKind.JITSI:
            room.url = f"{server.known.url}/{room.name}"
        case VisioKind.LINK:
            room.url = server.known.url
        case VisioKind.BBB:
            phone, pin = await create_meeting(server, room.name, room.subject)
            room.phone, room.pin = phone[:40], pin[:20]
        case VisioKind.MEET:
            await _create_meet_room(server, room, email)
    return room


async def enter(server: Server, room: Room, person: Person, now: datetime, *, hosts: bool) -> str:
    """Make the present address of one person, as host or guest, which must not be shown to others. Raises UserError."""
    if room.kind is VisioKind.BBB:
        await create_meeting(server, room.name, room.subject)
        role = "MODERATOR" if hosts else "VIEWER"
        asked = {"fullName": person.full_name[:64] or person.username, "meetingID": room.name, "role": role}
        return sign_call(server, "join", asked)
    if room.kind is VisioKind.JITSI and hosts and server.secret:
        return f"{room.url}?jwt={make_jitsi_token(server, room.name, person, now + TOKEN_LIFE)}"
    return room.url


def make_jitsi_token(server: Server, room: str, person: Person, until: datetime) -> str:
    """Make the token with which one person moderates one room, up to ``until``."""
    user = {
        "id": person.id,
        "name": person.full_name or person.username,
        "email": "",
        "avatar": "",
        "moderator": "true",
    }
    claims = {"aud": "jitsi", "iss": server.known.ident, "sub": urlsplit(server.known.url).hostname, "room": room}
    return sign_jwt({**claims, "exp": int(until.timestamp()), "context": {"user": user}}, server.secret)


def sign_jwt(claims: Mapping[str, Any], secret: str) -> str:
    """Sign claims as a JWT (RFC 7519) with HMAC-SHA256."""
    parts = [{"alg": "HS256", "typ": "JWT"}, claims]
    signed = ".".join(_encode(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
    return f"{signed}.{_encode(hmac.digest(secret.encode(), signed.encode(), 'sha256'))}"


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def sign_call(server: Server, call: str, asked: Mapping[str, str]) -> str:
    """Make the address of a BigBlueButton call, signed over its query."""
    query = urlencode(asked, quote_via=quote_plus)
    return f"{server.known.url}/{call}?{query}&checksum={make_checksum(call, query, server.secret)}"


def make_checksum(call: str, query: str, secret: str, algorithm: str = "sha256") -> str:
    """Return the checksum of a BigBlueButton call: the server knows by its length by which algorithm."""
    return hashlib.new(algorithm, f"{call}{query}{secret}".encode()).hexdigest()


async def create_meeting(server: Server, name: str, subject: str) -> tuple[str, str]:
    """Create a BigBlueButton meeting, which may be repeated and is needed again once everybody left. Return its
    telephone number and code, if any. Raises UserError."""
    called = {"name": (subject or "Visio").ljust(2, ".")[:64], "meetingID": name, "record": "false"}
    answer = await _ask(server, "GET", sign_call(server, "create", called))
    said = answer.body.decode(errors="replace")
    if _read_tag(said, "returncode") != "SUCCESS":
        raise UserError(_refused(_read_tag(said, "messageKey") or f"code {answer.status}"))
    phone = _read_tag(said, "dialNumber")
    return (phone, _read_tag(said, "voiceBridge")) if phone and phone != PLACEHOLDER else ("", "")


def _read_tag(text: str, name: str) -> str:
    found = re.search(rf"<{name}>([^<]{{0,200}})</{name}>", text)
    return found[1].strip() if found else ""


async def _create_meet_room(server: Server, room: Room, email: str) -> None:
    """Create a Meet room in the name of whoever asks. Raises UserError."""
    if not email:
        raise UserError(render("visio/no_address"))
    base = f"{server.known.url}/external-api/v1.0"
    asked = {"client_id": server.known.ident, "client_secret": server.secret, "grant_type": "client_credentials"}
    token = _read_json(await _ask(server, "POST", f"{base}/application/token/", {**asked, "scope": email}), email)
    made = _read_json(await _ask(server, "POST", f"{base}/rooms/", {}, str(token.get("access_token", ""))), email)
    room.url, room.name = str(made.get("url", "")), str(made.get("slug", ""))[:NAME_SIZE]
    if not room.url.startswith(("https://", "http://")):
        raise UserError(_refused("réponse sans adresse"))
    room.lobby = made.get("access_level") in _LOBBIES
    phone = made.get("telephony") or {}
    if isinstance(phone, dict) and phone.get("phone_number"):
        room.phone, room.pin = str(phone["phone_number"])[:40], str(phone.get("pin_code") or "")[:20]


def _read_json(answer: WebResponse, email: str) -> dict[str, Any]:
    if answer.status in {400, 403, 404}:
        raise UserError(render("visio/no_account", email=email))
    try:
        said = json.loads(answer.body) if answer.status in {200, 201} else None
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise UserError(_refused(f"code {answer.status}"))
    return said


def _refused(why: str) -> str:
    return render("visio/refused", why=why[:60])


_UNSENT = frozenset({Trouble.REFUSED, Trouble.NAME})
"""What keeps a call from leaving: it may be made once more."""


async def _ask(
    server: Server, method: Method, url: str, said: Mapping[str, str] | None = None, token: str = ""
) -> WebResponse:
    """Call the server with JSON, within the time limit. Raises UserError."""
    body = None if said is None else json.dumps(said).encode()
    headers = {"Content-Type": "application/json"} if body else {}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    try:
        async with asyncio.timeout(PATIENCE):
            return await _call(server, method, url, headers, body)
    except (WebError, TimeoutError) as error:
        slow = not isinstance(error, WebError) or error.trouble is Trouble.SLOW
        raise UserError(_refused("il ne répond pas à temps" if slow else "il ne répond pas")) from error


async def _call(
    server: Server, method: Method, url: str, headers: Mapping[str, str], body: bytes | None
) -> WebResponse:
    """Call the server, once more if the connection failed before anything was sent."""
    try:
        return await server.web.call(method, url, ANSWER_MAX, headers, body)
    except WebError as error:
        if error.trouble not in _UNSENT:
            raise
    return await server.web.call(method, url, ANSWER_MAX, headers, body)
