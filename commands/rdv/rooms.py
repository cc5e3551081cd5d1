"""The room of a rdv that is a visio: opened once on the operator’s server, or pasted; who hosts it may enter apart."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta

from pydantic import BaseModel

from bot import visio
from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.replies import Direct, Progress, Redirect, Replies, Reply, Start, Step, Whisper
from bot.texts import render, require
from commands.rdv import cards
from commands.rdv.cards import CONSEILLERS, feature
from config.visio import VisioKind
from dialogs.rdv.entrances import name_key
from dialogs.rdv.titles import say_what
from storage import people, urls
from storage.rdv import PlaceKind, Rdv, RdvSource, RdvState
from storage.rdv.appointments import change_rdv, find_rdv
from storage.rdv.bookings import list_seats
from storage.visio import SUBJECT_MAX, URL_MAX, VisioRoom, find_room, remember_room

PAUSES = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
"""After which a server is asked again that opened no room."""
_TYPED = re.compile(r"(?:n ?° ?|#)?([0-9]{1,9})(?: (\S.*))?")
EXAMPLE = "/rdv visio 12 https://visio.exemple.fr/abc"


class OpenRooms(BaseModel):
    """Work: the rooms of these rdv are opened, one after the other; they were tried for so many times before."""

    numbers: list[int]
    tries: int = 0


def needs_room(rdv: Rdv) -> bool:
    """Return whether a rdv is a visio that is sure to take place, and nobody knows yet where."""
    is_ours = rdv.source is not RdvSource.RDV_SP and rdv.meeting in (None, rdv.number)
    is_visio = rdv.place_kind is PlaceKind.VISIO and is_ours
    return is_visio and not rdv.visio_url and rdv.state is RdvState.PREVU


def start_rooms(ctx: Context, rdvs: Sequence[Rdv]) -> Sequence[Start]:
    """Have the rooms of these rdv opened that need one; nothing where the operator set up no server."""
    numbers = [rdv.number for rdv in rdvs if needs_room(rdv)]
    return [Start(payload=OpenRooms(numbers=numbers), quiet=True)] if numbers and ctx.settings.visio else []


async def _make(ctx: ReadingContext, rdv: Rdv) -> visio.Room:
    """Have the server make the room of a rdv, unless it did before. Raises UserError."""
    known, owner = await find_room(ctx.db, name_key(rdv)), await people.get(ctx.db, rdv.user_id)
    if known is not None:
        return visio.Room(known.kind, known.name, known.subject, known.url, known.phone, known.pin, known.lobby)
    return await visio.open_room(replace(ctx, user=owner or ctx.user), say_what(rdv)[:SUBJECT_MAX])


async def make_next(ctx: ReadingContext, asked: OpenRooms, so_far: Progress) -> visio.Room | None:
    """Have the next room made; None where the server does not, or none is needed any more."""
    rdv = await ctx.db.get(Rdv, asked.numbers[so_far.done])
    try:
        return await _make(ctx, rdv) if rdv and needs_room(rdv) else None
    except UserError:
        return None


@feature.urgent_work(OpenRooms, name="rdv.OpenRooms", title="Salles de visio", unit=("salle", "salles"), asks=make_next)
async def open_next(ctx: Context, asked: OpenRooms, so_far: Progress, made: visio.Room | None) -> Step:
    """Note the room of the next rdv; where the server opened none, it is asked again later, and the rdv stays."""
    left = asked.numbers[so_far.done :]
    rdv = await find_rdv(ctx.db, left[0])
    replies = await _keep(ctx, rdv, made) if rdv and made else []
    if rdv and made is None and needs_room(rdv):
        again = OpenRooms(numbers=left, tries=asked.tries + 1)
        at = ctx.now + PAUSES[asked.tries] if asked.tries < len(PAUSES) else None
        return so_far.end([Start(payload=again, at=at, quiet=True)] if at else [])
    return Step(replies=replies, cursor=left[0], done=so_far.done + 1, finished=len(left) == 1)


async def _keep(ctx: Context, rdv: Rdv, made: visio.Room) -> Sequence[Reply]:
    """Note a room and show it wherever the rdv stands; the first one counts. It is remembered as long after the rdv as
    others are after they were opened."""
    if not needs_room(rdv):
        return []
    new = VisioRoom(key=name_key(rdv), by=rdv.user_id, at=max(ctx.now, rdv.ends_at), **asdict(made))
    room = await remember_room(ctx.db, new)
    address = visio.find_guest_address(ctx.settings, room.kind, room.name, room.url)
    return [*await show_address(ctx, rdv, address), *await _tell_booked(ctx, rdv)]


async def show_address(ctx: Context, rdv: Rdv, address: str) -> Sequence[Reply]:
    """Note where guests of a rdv enter, for all who take part in it, and draw their cards again."""
    seats = await list_seats(ctx.db, rdv.meeting, locked=True) if rdv.meeting else [rdv]
    for seat in seats:
        await change_rdv(ctx.db, seat, ctx.now, visio_url=address)
    return [drawn for seat in seats for drawn in await cards.refresh_for_owner(ctx, seat)]


async def _tell_booked(ctx: Context, rdv: Rdv) -> Sequence[Direct]:
    """Tell a conseiller where the visio is that was booked on their page: the card of a booking does not say it."""
    owner = await people.get(ctx.db, rdv.user_id) if rdv.source is RdvSource.PAGE else None
    if owner is None:
        return []
    text = render("rdv/room", **await cards.describe_whole(replace(ctx, user=owner), rdv))
    return [Direct(text, cards.draw_entrance(ctx, rdv), user_id=owner.id)]


@feature.button(cards.EnterRoom, roles=CONSEILLERS, writes=False)
async def enter_room(ctx: ReadingContext, click: cards.EnterRoom) -> Replies:
    """Give whose rdv it is the address by which they host its room."""
    rdv = await cards.get_own(ctx, click.rdv)
    return Redirect("visio.Host", {"room": name_key(rdv)})


@dataclass(frozen=True, slots=True)
class WantedRoom:
    """The room that a rdv is to have, made by the server or pasted."""

    rdv: int
    room: visio.Room
    is_pasted: bool = False


async def ask_room(ctx: ReadingContext, click: cards.CreateRoom) -> WantedRoom | Whisper:
    """Have the room of a rdv made now. Raises UserError where the server does not."""
    rdv = await cards.get_own(ctx, click.rdv)
    if rdv.visio_url:
        return Whisper(render("rdv/room", **await cards.describe_whole(ctx, rdv)), cards.draw_entrance(ctx, rdv))
    _must_be_visio(rdv)
    if ctx.settings.visio is None:
        return Whisper(render("rdv/no_server", number=rdv.number))
    if not needs_room(rdv):
        raise UserError(render("rdv/link_once_confirmed"))
    return WantedRoom(rdv.number, await _make(ctx, rdv))


def _must_be_visio(rdv: Rdv) -> None:
    if rdv.meeting not in (None, rdv.number):
        raise UserError(render("rdv/link_by_host"))
    if rdv.source is RdvSource.RDV_SP:
        raise UserError(render("rdv/link_there", number=rdv.number))
    if rdv.state not in (RdvState.PREVU, RdvState.PROPOSE):
        raise UserError(render("rdv/in_state", number=rdv.number, label=rdv.state.label))
    if rdv.place_kind is not PlaceKind.VISIO:
        raise UserError(render("rdv/not_in_visio", number=rdv.number))


@feature.button(cards.CreateRoom, roles=CONSEILLERS, asks=ask_room)
async def create_room(ctx: Context, wanted: WantedRoom) -> Replies:
    """Note the room that was made; of two clicks the first one counts."""
    rdv = await cards.get_own(ctx, wanted.rdv, locked=True)
    told = [] if rdv.visio_url else await _keep(ctx, rdv, wanted.room)
    return [Whisper(render("rdv/room", **await cards.describe_whole(ctx, rdv)), courtesy=True), *told]


async def read_room(ctx: ReadingContext, text: str) -> WantedRoom | Whisper:
    """Read « 12 https://… »; without an address the server is asked for a room. Raises UserError."""
    typed = require(_TYPED.fullmatch(" ".join(text.split())), "rdv/link_which", example=EXAMPLE)
    number, said = int(typed[1]), typed[2] or ""
    if not said:
        return await ask_room(ctx, cards.CreateRoom(rdv=number))
    _must_be_visio(await cards.get_own(ctx, number))
    link = urls.first_link(said)
    if not link or len(link) > URL_MAX:
        raise UserError(render("rdv/link_unfit", example=EXAMPLE))
    return WantedRoom(number, visio.Room(VisioKind.LINK, "", url=link), is_pasted=True)


@feature.command(
    "rdv visio",
    help="Le lien de visio d’un de vos rendez-vous : le vôtre, ou une salle qui s’ouvre",
    hint="12 [https://…]",
    roles=CONSEILLERS,
    asks=read_room,
)
async def set_room(ctx: Context, wanted: WantedRoom) -> Replies:
    """Note the link that was pasted in place of the one before, or the room that was made."""
    if not wanted.is_pasted:
        return await create_room(ctx, wanted)
    rdv = await cards.get_own(ctx, wanted.rdv, locked=True)
    told = await show_address(ctx, rdv, wanted.room.url) if rdv.visio_url != wanted.room.url else []
    return [Whisper(render("rdv/room", **await cards.describe_whole(ctx, rdv))), *told]
