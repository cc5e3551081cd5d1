"""Each night the channels are held against what they are to be; the animateurs read of it when it is something new."""

from collections.abc import Sequence
from hashlib import sha256

from bot.context import Context
from bot.replies import Replies, Say
from bot.texts import render
from commands.canaux.arrivals import ROOM
from commands.canaux.drift import Finding
from commands.canaux.feature import feature
from commands.canaux.survey import Survey, plan
from config import canaux

SHOWN = 12
"""Lines of a message that is to be read on one screen."""


@feature.job("hour=5 minute=20")
async def watch_over(ctx: Context) -> Replies:
    """One message in the animateurs’ channel; none where all is well, or as it was said already.

    Nothing is repaired: « coop-bot channels sync » does, when its operator has looked at it.
    """
    wanted = await plan(ctx.db, canaux.read(ctx.settings.channels), ctx.now)
    room = wanted.known.get(ROOM)
    if room is None:
        return None
    known = [key for key in wanted.table if key in wanted.known]
    findings = [finding async for found in Survey(ctx.chat, wanted).look(known) for finding in found.findings]
    topic = f"canaux.drift:{_digest(findings)}"
    if not findings or await ctx.posts_about(topic):
        return None
    text = render("canaux/drift", findings=findings[:SHOWN], count=len(findings), more=len(findings) - SHOWN)
    return Say(text, channel_id=room, topic=topic)


def _digest(findings: Sequence[Finding]) -> str:
    """What tells one night’s findings from another’s, in whatever order."""
    said = sorted(f"{f.drift} {f.key} {f.user_id} {f.reason}" for f in findings)
    return sha256("\n".join(said).encode()).hexdigest()[:20]
