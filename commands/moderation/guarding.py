"""Personal data in a channel: a private word to who wrote it first; the animateurs only if it is still there later."""

from collections.abc import Sequence
from datetime import timedelta

from pydantic import BaseModel

from bot import guard
from bot.context import Context
from bot.errors import ChatError
from bot.french.durations import say_delay
from bot.linked import address_of
from bot.replies import Direct, Progress, Replies, Reply, Start, Step
from bot.texts import Markdown, link, render
from commands.moderation import cards, opening, safety
from commands.moderation.listening import regles
from commands.moderation.opening import Seen
from commands.moderation.rules import RuleName, Tuning
from commands.moderation.rules.stored import tuned
from storage import claims
from storage.moderation import rules
from storage.moderation.cases import Source
from storage.moderation.rules import Mode

LATEST = timedelta(days=2)
"""After which nobody asks any more: nothing was done for that long."""


class LookAgain(BaseModel):
    """Whether a message is still as it was."""

    post: str


def warn(ctx: Context, seen: Seen, tuning: Tuning) -> Sequence[Reply]:
    """Its author is told what to do, and until when nobody else hears of it."""
    found = [each for each in guard.find(seen.post.message) if each.kind in tuning.items]
    if not found:
        return []
    delay = timedelta(seconds=tuning.seconds)
    said = {"named": guard.name(found), "delay": Markdown(say_delay(delay)), "channel": seen.channel.display_name}
    text = render("moderation/guard", **said, link=link("votre message", address_of(ctx.settings, seen.post.id)))
    return [Direct(text, user_id=seen.author.id)]


@regles.job("hour=0-1,3-23 minute=*/5", name="regles.find_old", writes=True)
async def find_old(ctx: Context) -> Replies:
    """What was told to its author long enough ago is looked at again, once."""
    if await safety.fault(ctx.db, ctx.settings):
        return None
    until = ctx.now - timedelta(seconds=(await tuned(ctx.db))[RuleName.GUARD].seconds)
    told = await rules.without_case(ctx.db, RuleName.GUARD, until - LATEST, until)
    new = [post_id for post_id in told if await claims.claim(ctx.db, "moderation.look", post_id, ctx.now)]
    return [Start(payload=LookAgain(post=post_id)) for post_id in new]


@regles.chore(LookAgain, name="moderation.LookAgain", title="Données personnelles", writes=True)
async def look_again(ctx: Context, work: LookAgain, _: Progress) -> Step:
    """The animateurs hear of what is still there; what was changed or taken away is nobody’s concern any more."""
    try:
        seen = await opening.look(ctx, work.post)
    except ChatError as error:
        if error.may_pass:
            raise
        return Step(finished=True)
    return Step(replies=await _propose(ctx, seen), finished=True)


async def _propose(ctx: Context, seen: Seen) -> Sequence[Reply]:
    if await safety.fault(ctx.db, ctx.settings):
        return []
    tuning = (await tuned(ctx.db))[RuleName.GUARD]
    stands = any(found.kind in tuning.items for found in guard.find(seen.post.message))
    if tuning.mode is Mode.OFF or not stands:
        return []
    case = await opening.open_case(ctx, seen, Source.RULE)
    await rules.belong_to(ctx.db, seen.post.id, {RuleName.GUARD}, case.number)
    return await (cards.put_up if case.opened_at == ctx.now else cards.refresh)(ctx, case)
