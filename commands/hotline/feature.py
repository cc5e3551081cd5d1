"""The feature that the files of this folder add their handlers to, and where it listens."""

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.events import Watched
from bot.features import Feature, Front
from bot.rights import Right
from config.hotline import read
from config.settings import Settings
from storage.canaux import by_key

feature = Feature(
    "hotline",
    rights=(Right.MEMBER, Right.ADD_MEMBERS),
    front=Front("Demander de l’aide", "une question, une panne : l’équipe vous répond", lambda _: "hotline"),
)


@feature.watches
async def where(db: AsyncSession, settings: Settings) -> Watched:
    """The rooms, for what agents write and who they are."""
    rooms, known = {queue.room_key for queue in read(settings.hotline).values()}, await by_key(db)
    return Watched(frozenset(known[key] for key in rooms & known.keys()))
