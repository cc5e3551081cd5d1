"""How people enter the room of a rdv that is a visio, beside its link: by telephone, and let in by who hosts it."""

from collections.abc import Mapping, Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from bot import visio
from config.settings import Settings
from storage.rdv import Rdv
from storage.visio import find_rooms


def name_key(rdv: Rdv) -> str:
    """Make the key of the room of a rdv: a meeting of colleagues has one, that of its organiser."""
    return f"rdv:{rdv.meeting or rdv.number}"


async def list_ways_in(db: AsyncSession, settings: Settings, rdvs: Sequence[Rdv]) -> Mapping[int, Sequence[str]]:
    """List by the number of a rdv what else is to be known of its room; nothing of a link that was pasted instead."""
    held = {rdv.number: name_key(rdv) for rdv in rdvs if rdv.visio_url}
    rooms = {room.key: room for room in await find_rooms(db, set(held.values()))}
    return {
        rdv.number: visio.tell_ways_in(room)
        for rdv in rdvs
        if (room := rooms.get(held.get(rdv.number, "")))
        and visio.find_guest_address(settings, room.kind, room.name, room.url) == rdv.visio_url
    }


async def find_ways_in(db: AsyncSession, settings: Settings, rdv: Rdv) -> Sequence[str]:
    """List what else is to be known of the room of a rdv."""
    return (await list_ways_in(db, settings, [rdv])).get(rdv.number, ())
