"""The feature that the files of this folder add their handlers to, and where it listens."""

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.context import Context
from bot.events import WatchedPlaces
from bot.features import Feature, Front, Right
from config.hotline import read
from config.settings import Settings
from storage.canaux import find_channel_ids, list_keys_of


def read_room_keys(settings: Settings) -> frozenset[str]:
    """The keys of the rooms."""
    return frozenset(queue.room_key for queue in read(settings.hotline).values())


feature = Feature(
    "hotline",
    rights=(Right.MEMBER, Right.ADD_MEMBERS),
    front=Front("Demander de l’aide", "une question, une panne : l’équipe vous répond", lambda _: "hotline"),
)


@feature.admits
async def is_agent(ctx: Context) -> bool:
    """Whether somebody is in the room of a queue: an agent, whatever their role."""
    return not read_room_keys(ctx.settings).isdisjoint(await ctx.recall(list_keys_of))


@feature.watches
async def watch_rooms(db: AsyncSession, settings: Settings) -> WatchedPlaces:
    """The rooms, for what agents write and who they are."""
    rooms, known = read_room_keys(settings), await find_channel_ids(db)
    return WatchedPlaces(frozenset(known[key] for key in rooms & known.keys()))
