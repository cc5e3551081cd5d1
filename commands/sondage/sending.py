"""« Lancer »: the poll is asked, batch by batch, once in each channel and of each person."""

from collections.abc import Sequence

from bot import quotas
from bot.context import Context
from bot.errors import UserError
from bot.quotas import Quota
from bot.replies import Button, Direct, Message, Press, Progress, Replies, Reply, Say, Start, Step
from bot.texts import render
from commands.sondage import cards, rules, words
from commands.sondage.buttons import Broadcast, Launch, LaunchNow, Resume
from commands.sondage.feature import SHORTEST, feature
from commands.sondage.noting import note_poll
from storage import outbox
from storage import sondage as polls
from storage.database import change
from storage.journal import Act
from storage.sondage import BATCH, Poll, State

UNIT = ("envoi", "envois")


@feature.button(Launch, writes=False)
async def launch(ctx: Context, click: Launch) -> Replies:
    """It is asked, where who clicks may ask now. (Mattermost, asked here, cannot be where something is written.)"""
    poll = words.own(ctx.user, await polls.get(ctx.db, click.poll), State.DRAFT)
    for room in poll.rooms:
        await rules.must_not_be_a_crowd(ctx, room)
    return Press.to(LaunchNow(poll=poll.id))


@feature.button(LaunchNow)
async def launch_now(ctx: Context, click: LaunchNow) -> Replies:
    """Now; a second click finds it open."""
    poll = words.own(ctx.user, await polls.lock(ctx.db, click.poll), State.DRAFT)
    rules.must_be_allowed(ctx.user, poll.targets)
    if not poll.total:
        raise UserError("Ce sondage ne serait posé à personne : choisissez d’autres destinataires avec « Modifier ».")
    if poll.ends_at < ctx.now + SHORTEST:
        raise UserError("La fin du vote est passée, ou presque : changez-la avec « Modifier ».")
    await change(ctx.db, poll, state=State.OPEN, opened_at=ctx.now)
    left = await quotas.spend(ctx, Quota.POLL)
    note_poll(ctx, Act.POLL_LAUNCH, poll, {}, a=list(poll.targets), canaux=list(poll.rooms), total=poll.total)
    return [await cards.refresh(ctx, poll, here=True), _start(poll), *left]


def _start(poll: Poll) -> Start:
    return Start(payload=Broadcast(poll=poll.id), quiet=poll.total <= BATCH)


@feature.work(Broadcast, name="sondage.Broadcast", title="Sondage", unit=UNIT, writes=True)
async def broadcast(ctx: Context, asked: Broadcast, so_far: Progress) -> Step:
    """The next batch; what was written down and then taken back, when it was stopped, comes first. Once all is written
    down, wait until it has arrived."""
    poll = await polls.lock(ctx.db, asked.poll)
    if poll is None or poll.is_over(ctx.now):
        return Step(done=so_far.done, total=so_far.total, finished=True, said="Le vote est terminé.")
    tally = await outbox.tally(ctx.db, _topics(poll), ctx.now)
    gaps = await _gaps(ctx, poll) if so_far.cursor is None and poll.written else []
    numbers = [*gaps, *range(poll.written, min(poll.written + BATCH, poll.total))]
    if numbers:
        replies = await _batch(ctx, poll, numbers)
        await change(ctx.db, poll, written=max(poll.written, numbers[-1] + 1))
        return Step(replies=replies, cursor=poll.written, done=tally.arrived, total=poll.total)
    if tally.waiting:
        return Step(cursor=poll.written, done=tally.arrived, total=poll.total)
    card = await cards.refresh(ctx, poll)
    return Step(replies=[card], cursor=poll.written, done=tally.arrived, total=poll.total, finished=True)


def _topics(poll: Poll) -> Sequence[str]:
    return [poll.topic_of(batch) for batch in range(poll.batches)]


async def _gaps(ctx: Context, poll: Poll) -> Sequence[int]:
    reached = await outbox.reached(ctx.db, _topics(poll))
    targets = await targets_of(ctx, poll)
    return [number for number in range(poll.written) if targets[number] not in reached]


async def targets_of(ctx: Context, poll: Poll) -> Sequence[str]:
    """All to whom it goes, in their order: the channels come first, then the people."""
    return [*poll.channels, *(await polls.crowd(ctx.db, poll.id) if poll.people else ())]


async def _batch(ctx: Context, poll: Poll, numbers: Sequence[int]) -> Sequence[Reply]:
    targets = await targets_of(ctx, poll)
    message = cards.asked(poll)
    return [to(poll, targets[number], message, poll.topic_of(number // BATCH)) for number in numbers]


def to(poll: Poll, target: str, message: Message, topic: str | None = None) -> Say | Direct:
    """Say something there."""
    if target in poll.channels:
        return Say(message.text, message.buttons, channel_id=target, topic=topic)
    return Direct(message.text, message.buttons, user_id=target, topic=topic)


@feature.stopped(Broadcast, name="sondage.Broadcast")
async def stopped(ctx: Context, asked: Broadcast, so_far: Progress) -> Step:
    """What nobody tried to send is not sent; its author may go on."""
    poll = await polls.lock(ctx.db, asked.poll)
    if poll is None or poll.is_over(ctx.now) or not poll.by:
        return Step(done=so_far.done, total=so_far.total)
    await outbox.recall(ctx.db, _topics(poll), ctx.now)
    reached = len(await outbox.reached(ctx.db, _topics(poll)))
    text = render("sondage/stopped", poll=poll, reached=reached)
    told = Direct(text, [Button("Reprendre", Resume(poll=poll.id), "primary")], user_id=poll.by)
    return Step(replies=[told], done=reached, total=poll.total)


@feature.button(Resume)
async def resume(ctx: Context, click: Resume) -> Replies:
    """It goes on to those who have not got it; a second click too, which finds nothing more to send."""
    poll = words.own(ctx.user, await polls.lock(ctx.db, click.poll), State.OPEN)
    words.must_be_open(poll, ctx.now)
    return [_start(poll), await cards.refresh(ctx, poll)]
