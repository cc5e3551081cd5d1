"""Safe mode: with a charter or rules that cannot be used nothing automatic is done, and the room is told, once."""

from collections.abc import Mapping

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.context import Context
from bot.replies import Replies, Say
from bot.texts import render
from commands.moderation.feature import feature
from commands.moderation.places import room
from commands.moderation.rules.stored import tuned
from commands.moderation.rules.tuning import BrokenRuleError
from config import charte
from config.charte import Motive, TableError
from config.settings import Settings
from storage import claims

SCOPE = "moderation.safe"
"""The claim that stands while the room knows of it."""


def charter(settings: Settings) -> Mapping[str, Motive]:
    """The motives by key; none while the charter cannot be used: then no measure is proposed."""
    try:
        return charte.read(settings.charter)
    except (TableError, OSError, UnicodeError):
        return {}


def charter_fault(settings: Settings) -> str:
    """What is wrong with the charter, in French; "" where nothing is."""
    try:
        charte.read(settings.charter)
    except TableError as error:
        return str(error)
    except (OSError, UnicodeError):
        return "Le fichier de la charte (COOP_CHARTER) ne peut pas être lu."
    return ""


async def fault(db: AsyncSession, settings: Settings) -> str:
    """What keeps the bot from acting by itself, in French; "" where nothing does."""
    if said := charter_fault(settings):
        return said
    try:
        await tuned(db)
    except BrokenRuleError as error:
        return f"Règles automatiques : {error}."
    return ""


@feature.job("hour=0-1,3-23 minute=*/5", name="moderation.watch_tables", writes=True)
async def watch_tables(ctx: Context) -> Replies:
    """The room is told when it begins, and when it is over."""
    place = await room(ctx)
    if not place:
        return None
    if said := await fault(ctx.db, ctx.settings):
        begins = await claims.claim(ctx.db, SCOPE, "told", ctx.now)
        return Say(render("moderation/safe", fault=said), channel_id=place) if begins else None
    over = await claims.release(ctx.db, SCOPE, "told")
    return Say(render("moderation/safe_over"), channel_id=place) if over else None
