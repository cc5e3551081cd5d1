"""The feature that the files of this folder add their handlers to, where it listens, and who may pull what."""

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.events import WatchedPlaces
from bot.features import Feature, Front, Right
from config.settings import Settings
from storage.people import Role

feature = Feature(
    "membres",
    rights=(Right.MEMBER,),
    front=Front("Membres", "trouver quelqu’un, son rôle, son département, son départ", lambda _: "membres"),
)
bienvenue = Feature("bienvenue", always=True)
"""What everybody has of it: their own welcome and the charter, which « /aide » need not name."""

LEADERS = (Role.ANIMATEUR, Role.COORDINATEUR)
"""Who looks after people: animateurs after all, coordinateurs after those of their own départements."""
ANIMATEURS = (Role.ANIMATEUR,)


@feature.watches
async def watch_team(_: AsyncSession, __: Settings) -> WatchedPlaces:
    """Who comes into the team."""
    return WatchedPlaces(team=True)
