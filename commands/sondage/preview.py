"""The preview: a poll is kept, shown to its author as it will look, and asked of nobody yet."""

from hashlib import sha256

from bot.context import Context
from bot.replies import Direct, Replies, Update
from commands.sondage import cards, rules, words
from commands.sondage.buttons import Abandon, Keep
from commands.sondage.feature import feature
from storage import reach, targets
from storage import sondage as polls
from storage.database import change
from storage.sondage import Poll, State
from storage.sondage.poll import drop


@feature.button(Keep)
async def keep(ctx: Context, asked: Keep) -> Replies:
    """It is written down and shown, in place of what was shown before or anew; a window sent twice makes one."""
    rules.must_be_allowed(ctx.user, asked.targets)
    people = await reach.with_roles(ctx.db, targets.asked_roles(asked.targets), ctx.today)
    invited = None if asked.rooms else await reach.count(ctx.db, asked.targets, ctx.today)
    values = asked.model_dump(exclude={"poll"}) | {"people": len(people), "invited": invited}
    if asked.poll:
        poll = words.own(ctx.user, await polls.lock(ctx.db, asked.poll), State.DRAFT)
        await change(ctx.db, poll, **values)
    else:
        poll = Poll(key=_key_of(ctx), by=ctx.user.id, created_at=ctx.now, **values)
        if await polls.put(ctx.db, poll) is None:
            return None
    await polls.keep_crowd(ctx.db, poll.id, people)
    if asked.poll:
        return await cards.refresh(ctx, poll, here=True)
    shown = await cards.preview(ctx, poll)
    return Direct(shown.text, shown.buttons, shown.facts, user_id=ctx.user.id, topic=cards.topic_of(poll))


def _key_of(ctx: Context) -> str:
    """The window’s one-time key, as short as an id."""
    return sha256(ctx.request.key.encode()).hexdigest()[:26]


@feature.button(Abandon)
async def abandon(ctx: Context, click: Abandon) -> Replies:
    """It is forgotten, unless it is asked already."""
    poll = words.own(ctx.user, await polls.lock(ctx.db, click.poll), State.DRAFT)
    await drop(ctx.db, poll.id)
    return Update("Sondage abandonné : la question n’a été posée à personne.")
