"""The feature that the files of this folder add their handlers to."""

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.events import Watched
from bot.features import Feature
from bot.fronts import Front
from bot.rights import Right
from config.settings import Settings
from storage.canaux import listened_to
from storage.people import Role

feature = Feature(
    "canaux",
    rights=(Right.MEMBER, Right.ADD_MEMBERS),
    front=Front("Canaux", "voir vos canaux, en rejoindre d’autres", lambda _: "canaux"),
)

ROOM = "animation"
"""The key of the animateurs’ own channel."""
LEADERS = (Role.ANIMATEUR, Role.COORDINATEUR)
"""Who looks after channels: animateurs after all, coordinateurs after those of their own départements."""
ANIMATEURS = (Role.ANIMATEUR,)


@feature.watches
async def where(db: AsyncSession, settings: Settings) -> Watched:
    """Who comes into the team; who comes into the private channels, and leaves them. Of the public ones, in which
    everybody is or may be, how they are."""
    found = await listened_to(db, settings)
    return Watched(found.private, team=True, crowded=found.public)
