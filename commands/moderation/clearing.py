"""What the bot wrote of a case among animateurs goes with it: when the nightly clean-up forgets a case
(storage/holdings), neither its card nor the files kept of it stand in a room any more."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import BaseModel

from bot.acts import DeletePost
from bot.context import Context
from bot.replies import Progress, Replies, Start, Step
from commands.moderation import cards, topics
from commands.moderation.feature import feature
from commands.moderation.topics import Part
from storage.holdings.kinds import months_before
from storage.moderation import cases, measures, records
from storage.moderation.cases import Case
from storage.outbox import Sent

AHEAD = timedelta(days=1)
"""So long before a case is forgotten: what is to go must still be known."""
AT_ONCE = 50


class ClearCases(BaseModel):
    """Cases that are about to be forgotten."""


@feature.job("hour=3 minute=40", name="moderation.clear_old")
async def clear_old(ctx: Context) -> Replies:
    """In steps, where there are any."""
    return Start(payload=ClearCases(), quiet=True) if await cases.decided_before(ctx.db, _before(ctx), 0, 1) else None


@feature.chore(
    ClearCases, name="moderation.ClearCases", title="Dossiers anciens", unit=("dossier", "dossiers"), writes=True
)
async def clear(ctx: Context, _: ClearCases, so_far: Progress) -> Step:
    """The next of them."""
    found = await cases.decided_before(ctx.db, _before(ctx), so_far.cursor or 0, AT_ONCE)
    gone = [DeletePost(post.post_id, channel_id=post.channel_id) for case in found for post in await _posts(ctx, case)]
    last = found[-1].number if found else 0
    return Step(replies=gone, cursor=last, done=so_far.done + len(found), finished=len(found) < AT_ONCE)


def _before(ctx: Context) -> datetime:
    return months_before(ctx.now + AHEAD, ctx.settings.case_months)


async def _posts(ctx: Context, case: Case) -> Sequence[Sent]:
    """Its cards, and the files that were kept of the person’s messages; those of others are theirs."""
    found = [*await ctx.posts_about(cards.topic_of(case.number))]
    for measure in await measures.of_case(ctx.db, case.number):
        record = records.read(measure)
        theirs = [post for post in record.posts if post.id in record.evidence]
        for post in theirs:
            if post.is_bot or post.author_id == measure.user_id:
                found += await ctx.posts_about(topics.topic(Part.KEPT, measure.entry, post.id))
    return found
