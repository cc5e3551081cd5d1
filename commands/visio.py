"""« /visio »: a meeting room, created on the operator’s server or pasted as a link, with a separate entrance for its
host."""

import secrets
from dataclasses import asdict, dataclass

from pydantic import BaseModel

from bot import visio
from bot.context import Context, ReadingContext
from bot.destinations import find_place_to_speak
from bot.errors import UserError
from bot.features import Feature, Front, Right
from bot.french import say_hour
from bot.replies import Button, Direct, Replies, Say, Whisper
from bot.texts import render
from bot.visits import PageAnswer, PageRequest
from config.visio import VisioKind
from dialogs.personal_data import fault_of_subject
from storage.people import Person, Role
from storage.urls import first_link, strip_links
from storage.visio import SUBJECT_MAX, URL_MAX, VisioRoom, find_room, find_room_named, remember_room

feature = Feature(
    "visio",
    rights=(Right.MEMBER,),
    front=Front("Visio", "ouvrir une salle de visioconférence ici, ou partager la vôtre", lambda _: "visio"),
)
GUEST = "Invité"
"""What who enters without an account is called in a room."""


class Enter(BaseModel):
    """Button « Entrer dans la salle »: gives whoever clicks their own address."""

    room: str


class Host(Enter):
    """Button « Entrer pour animer », in the direct channel of whoever opened the room."""


@dataclass(frozen=True, slots=True)
class OpenedRoom:
    """A room that was created, and whether the bot may post in the channel."""

    room: visio.Room
    may_speak: bool


async def read_line(ctx: ReadingContext, line: str) -> OpenedRoom | Whisper:
    """Create the room, or read the pasted address. Raises UserError."""
    words = " ".join(line.split())
    link = first_link(words)
    if len(link) > URL_MAX or ("://" in words and not link):
        raise UserError(render("visio/link_unfit"))
    subject = (strip_links(words) if link else words)[:SUBJECT_MAX].strip()
    if fault := fault_of_subject(subject):
        raise UserError(fault)
    if link:
        room = visio.Room(VisioKind.LINK, "", subject, link)
    elif ctx.settings.visio is None:
        return Whisper(render("visio/unset", operates=ctx.user.role is Role.ADMINISTRATEUR))
    else:
        room = await visio.open_room(ctx, subject)
    return OpenedRoom(room, await find_place_to_speak(ctx) is not None)


@feature.command(
    "visio",
    help="Ouvrir une salle de visioconférence",
    hint="[sujet | lien de votre salle]",
    tells=True,
    asks=read_line,
)
async def open_visio(ctx: Context, opened: OpenedRoom) -> Replies:
    """Post the room in the channel, and tell only its host how to host it."""
    key = f"salle:{secrets.token_hex(12)}"
    made = VisioRoom(key=key, by=ctx.user.id, at=ctx.now, **asdict(opened.room))
    room = await remember_room(ctx.db, made)
    card = render("visio/room", room=room, ways=visio.tell_ways_in(room), username=ctx.user.username)
    enter = [Button("Entrer dans la salle", Enter(room=room.key), "primary")]
    guests = enter if room.kind is VisioKind.BBB else []
    shown = Say(card, guests, channel_id=ctx.channel_id) if opened.may_speak else None
    hosts = visio.hosts_apart(ctx.settings, room.kind)
    if shown and not hosts:
        return shown
    text = render("visio/host", room=room, apart=hosts, here=shown is not None)
    buttons = [Button("Entrer pour animer", Host(room=room.key), "primary")] if hosts else []
    told = Direct(text, buttons, user_id=ctx.user.id)
    if not shown:
        return [Whisper(render("visio/not_here")), told, Direct(card, guests, user_id=ctx.user.id)]
    return [shown, told]


@feature.button(Enter, writes=False)
async def enter_room(ctx: ReadingContext, click: Enter) -> Replies:
    """Give who clicks an address of their own."""
    return await _mint(ctx, click.room, hosts=False)


@feature.button(Host, writes=False)
async def host_room(ctx: ReadingContext, click: Host) -> Replies:
    """Give whoever opened the room the host’s address."""
    return await _mint(ctx, click.room, hosts=True)


async def _mint(ctx: ReadingContext, key: str, *, hosts: bool) -> Replies:
    room, server = await find_room(ctx.db, key), visio.get_server(ctx)
    if room is None or server is None or server.known.kind is not room.kind:
        raise UserError(render("visio/gone"))
    if hosts and room.by != ctx.user.id:
        raise UserError(render("visio/not_your_room"))
    there = visio.Room(room.kind, room.name, room.subject, room.url)
    address = await visio.enter(server, there, ctx.user, ctx.now, hosts=hosts)
    until = (ctx.now + visio.TOKEN_LIFE).astimezone(ctx.zone) if room.kind is VisioKind.JITSI else None
    said = say_hour(until) if until else ""
    ways = visio.tell_ways_in(visio.Room(room.kind, room.name, phone=room.phone, pin=room.pin))
    return Whisper(render("visio/enter", address=address, hosts=hosts, until=said, ways=ways))


@feature.page(visio.GUESTS)
async def let_guest_in(ctx: ReadingContext, asked: PageRequest) -> PageAnswer | None:
    """Redirect a guest without an account to a room that has no common address; its name cannot be guessed."""
    room = await find_room_named(ctx.db, asked.parts[0]) if len(asked.parts) == 1 else None
    server = visio.get_server(ctx)
    if room is None or server is None or server.known.kind is not room.kind or room.kind is not VisioKind.BBB:
        return None
    there = visio.Room(room.kind, room.name, room.subject, room.url)
    guest = Person(id="", username="", prenom=GUEST, since=ctx.now)
    address = await visio.enter(server, there, guest, ctx.now, hosts=False)
    return PageAnswer("", status=303, location=address)
