"""The feature of the automatic rules: beside that of moderation, to be switched off by itself, and to listen where
rules look."""

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.context import Context
from bot.features import Feature
from config.canaux import Family
from config.settings import Settings
from storage import canaux

regles = Feature("regles")


async def looked_at(db: AsyncSession, settings: Settings) -> frozenset[str]:
    """The ids of the channels that rules look at: all planned ones but the rooms."""
    table, known = await canaux.planned(db, settings), await canaux.by_key(db)
    return frozenset(known[key] for key in known if key in table and table[key].family is not Family.SALLE)


async def passed_by(ctx: Context) -> Sequence[str]:
    """What the team’s public channels are called that rules do not look at, as nobody planned them. Raises
    ChatError."""
    places = await looked_at(ctx.db, ctx.settings)
    others = [c async for page in ctx.chat.public_channels() for c in page if c.id not in places and not c.archived]
    return sorted(channel.display_name or channel.name for channel in others)
