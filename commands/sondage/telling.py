"""What is rewritten where a poll stands: how many voted and how it stands; at its end what came of it, said once."""

from collections.abc import Sequence
from datetime import timedelta

from bot.context import Context
from bot.replies import Message, Progress, Refresh, Reply, SendFile, Start, Step
from commands.sondage import cards
from commands.sondage.buttons import Conclude, Picture, Retell
from commands.sondage.feature import feature
from commands.sondage.sending import targets_of, to
from storage import outbox
from storage import sondage as polls
from storage.database import change
from storage.sondage import BATCH, Poll, Results, State, ballots, count, standing, votes
from storage.sondage.ballots import Seal, take_in
from storage.sondage.results import ANONYMOUS_LEAST

GATHERED_FOR = timedelta(seconds=5)
"""What is voted within that time is shown together."""
EACH = timedelta(seconds=0.3)
"""How much longer for each message that is rewritten then."""
MESSAGES = ("message", "messages")


async def soon(ctx: Context, poll: Poll) -> Sequence[Reply]:
    """That a vote came is seen where it was asked in a moment, together with what else is voted until then."""
    if poll.telling:
        return []
    await change(ctx.db, poll, telling=True)
    at = ctx.now + max(GATHERED_FOR, EACH * poll.total)
    return [Start(payload=Retell(poll=poll.id), at=at, quiet=True)]


async def counted(ctx: Context, poll: Poll) -> Results:
    """What came of it so far. Raises UnreadableBoxError."""
    if not poll.anonymous:
        return count(len(poll.options), await votes.named_ballots(ctx.db, poll.id), anonymous=False)
    box = await ballots.read(ctx.db, Seal(poll.id, ctx.settings.secrets))
    return count(len(poll.options), box.values(), anonymous=True)


async def _stands(ctx: Context, poll: Poll) -> Results | None:
    """How it stands, as it is shown from now on (None: nothing is yet); nothing by département. The poll is locked."""
    if not poll.anonymous:
        now = await counted(ctx, poll)
        return Results(now.votes, now.counts)
    before = poll.known
    seal = Seal(poll.id, ctx.settings.secrets)
    box = await ballots.read(ctx.db, seal)
    taken = take_in(box)
    now = standing(len(poll.options), (box | taken).values())
    if not taken or (before and before.is_told and now.votes - before.votes < ANONYMOUS_LEAST):
        return before
    await ballots.write(ctx.db, seal, box | taken)
    return now


@feature.work(Retell, name="sondage.Retell", title="Sondage : ce qui est affiché", unit=MESSAGES, writes=True)
async def retell(ctx: Context, asked: Retell, so_far: Progress) -> Step:
    """The next batch of what stands, as it is now."""
    poll = await polls.lock(ctx.db, asked.poll)
    if poll is None or (poll.state is not State.OPEN and not asked.always):
        return Step(finished=True)
    if so_far.cursor is None and poll.state is State.OPEN:
        stands = await _stands(ctx, poll) if poll.live else poll.known
        voted = await votes.participants(ctx.db, poll.id)
        is_news = (stands, voted) != (poll.known, poll.voted) or asked.always
        await change(ctx.db, poll, telling=False, voted=voted, results=stands.stored() if stands else None)
        if not is_news:
            return Step(finished=True)
    return await _rewritten(ctx, poll, so_far)


@feature.work(Conclude, name="sondage.Conclude", title="Sondage : les résultats", unit=MESSAGES, writes=True)
async def conclude(ctx: Context, asked: Conclude, so_far: Progress) -> Step:
    """The next batch of what stands, with the results, which are said there once, and shown in channels."""
    poll = await polls.lock(ctx.db, asked.poll)
    if poll is None or poll.state is not State.ENDED or poll.known is None:
        return Step(finished=True)
    return await _rewritten(ctx, poll, so_far, poll.known)


async def _rewritten(ctx: Context, poll: Poll, so_far: Progress, results: Results | None = None) -> Step:
    """Rewrite the batch at hand, unless some of it is still on its way; with ``results``, say them there too."""
    at, total = so_far.cursor or 0, poll.written
    if at >= poll.batches:
        return Step(done=so_far.done, total=total, finished=True)
    topic = poll.topic_of(at)
    if (await outbox.tally(ctx.db, [topic], ctx.now)).waiting:
        return Step(cursor=at, done=so_far.done, total=total)
    message = cards.asked(poll)
    told = await _end(ctx, poll, results, at) if results else []
    done = min((at + 1) * BATCH, total)
    replies = [Refresh(message.text, message.buttons, topic=topic), *told]
    return Step(replies=replies, cursor=at + 1, done=done, total=total, finished=at + 1 >= poll.batches)


async def _end(ctx: Context, poll: Poll, results: Results, batch: int) -> Sequence[Reply]:
    """The word that it is over, in each place that it came to, and its picture in channels."""
    reached = await outbox.reached(ctx.db, [poll.topic_of(batch)])
    everywhere = (await targets_of(ctx, poll))[batch * BATCH : (batch + 1) * BATCH]
    there = [target for target in everywhere if target in reached]
    said = Message(cards.results_of(poll, results))
    order = Picture(poll=poll.id)
    pictures = [SendFile(order=order, channel_id=t) for t in there if t in poll.channels] if results.is_told else []
    return [*(to(poll, target, said) for target in there), *pictures]
