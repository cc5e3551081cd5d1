"""The feature that the files of this folder add their handlers to, and where it listens."""

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.context import Context
from bot.events import Watched
from bot.features import Feature
from bot.fronts import Front
from bot.rights import Right
from config.hotline import read
from config.settings import Settings
from storage.canaux import by_key, keys_of


def room_keys(settings: Settings) -> frozenset[str]:
    """The keys of the rooms."""
    return frozenset(queue.room_key for queue in read(settings.hotline).values())


feature = Feature(
    "hotline",
    rights=(Right.MEMBER, Right.ADD_MEMBERS),
    front=Front("Demander de l’aide", "une question, une panne : l’équipe vous répond", lambda _: "hotline"),
)


@feature.admits
async def answers(ctx: Context) -> bool:
    """Whether somebody is in the room of a queue: an agent, whatever their role."""
    return not room_keys(ctx.settings).isdisjoint(await ctx.recall(keys_of))


@feature.watches
async def where(db: AsyncSession, settings: Settings) -> Watched:
    """The rooms, for what agents write and who they are."""
    rooms, known = room_keys(settings), await by_key(db)
    return Watched(frozenset(known[key] for key in rooms & known.keys()))
