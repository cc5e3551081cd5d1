"""What is proposed about somebody: the charter’s measure for that motive, by how often there was one in a year."""

from datetime import timedelta

from bot.context import Context
from config import charte
from config.charte import Graded
from storage.journal import Act
from storage.moderation import measures

LOOKED_BACK = timedelta(days=365)
SANCTIONS = frozenset({Act.REMIND, Act.WARN, Act.HIDE, Act.CLEAN, Act.SILENCE, Act.EXCLUDE})
"""The acts that count against somebody."""
OTHER = "autre"


async def before(ctx: Context, author_id: str) -> int:
    """How many times something was decided against somebody in the last twelve months, and not taken back: several
    measures of one case are one time."""
    found = await measures.since(ctx.db, author_id, ctx.now - LOOKED_BACK)
    return len({m.case_id or -m.entry for m in found if m.counts and m.act in SANCTIONS})


async def propose(ctx: Context, author_id: str, motive: str) -> Graded:
    """What the charter proposes for a motive (its key; one that it has no more is the last). Raises charte.TableError
    and OSError where the charter cannot be read."""
    motives = charte.read(ctx.settings.charter)
    asked = motives.get(motive) or motives.get(OTHER) or list(motives.values())[-1]
    return asked.grade(await before(ctx, author_id))
