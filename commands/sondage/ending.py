"""The end of a poll: at its time, or by its author before; put off; or taken back, votes and all."""

from collections.abc import Sequence

import structlog

from bot.context import Context
from bot.replies import Ask, Button, Direct, Replies, Reply, Start, Update
from bot.texts import render
from commands.sondage import cards, rules, telling, words
from commands.sondage.buttons import (
    Close,
    CloseNow,
    Conclude,
    Extend,
    KeepOpen,
    Retell,
    Withdraw,
    WithdrawNow,
)
from commands.sondage.feature import feature
from commands.sondage.noting import note_poll
from dialogs.sondage import ChangeEnd
from storage import outbox
from storage import sondage as polls
from storage.database import change
from storage.journal import Act
from storage.sondage import Poll, State, ballots, votes
from storage.sondage.ballots import UnreadableBoxError

log = structlog.get_logger()


@feature.job("hour=0-1,3-23 minute=*/5", name="sondage.end_due", writes=True)
async def end_due(ctx: Context) -> Replies:
    """Those whose time is over; a box that no secret opens any more waits for the operator."""
    told: list[Reply] = []
    for number in await polls.due(ctx.db, ctx.now):
        poll = await polls.lock(ctx.db, number)
        if poll is None or poll.state is not State.OPEN:
            continue
        try:
            told += await _end(ctx, poll)
        except UnreadableBoxError:
            log.error("poll_box_not_opened", count=number)
    return told


async def _end(ctx: Context, poll: Poll) -> Sequence[Reply]:
    """It is counted; who took part, and the ballots of a secret vote, are forgotten."""
    results = await telling.counted(ctx, poll)
    await change(ctx.db, poll, state=State.ENDED, ended_at=ctx.now, telling=False, results=results.stored())
    note_poll(ctx, Act.POLL_END, poll, {"fin": str(poll.ends_at)}, fin=str(ctx.now))
    await _forget(ctx, poll)
    told: list[Reply] = [await cards.refresh(ctx, poll, here=True), Start(payload=Conclude(poll=poll.id), quiet=True)]
    if poll.by:
        buttons = cards.result_buttons(poll, managed=True)
        told.append(Direct(cards.results_of(poll, results), buttons, user_id=poll.by))
    return told


async def _forget(ctx: Context, poll: Poll) -> None:
    await ballots.forget(ctx.db, poll.id)
    await votes.forget(ctx.db, poll.id)


@feature.button(Close, writes=False)
async def close(ctx: Context, click: Close) -> Replies:
    """It asks once more."""
    return await _ask_again(ctx, click.poll, "close", Button("Clore maintenant", CloseNow(poll=click.poll), "primary"))


@feature.button(Withdraw, writes=False)
async def withdraw(ctx: Context, click: Withdraw) -> Replies:
    """It asks once more."""
    return await _ask_again(ctx, click.poll, "withdraw", Button("Retirer", WithdrawNow(poll=click.poll), "danger"))


async def _ask_again(ctx: Context, number: int, what: str, yes: Button) -> Update:
    poll = words.own(ctx.user, await polls.get(ctx.db, number), State.OPEN)
    count = await votes.participants(ctx.db, poll.id)
    text = render("sondage/sure", poll=poll, what=what, count=count)
    return Update(text, [yes, Button("Non, laisser ouvert", KeepOpen(poll=poll.id))])


@feature.button(KeepOpen, writes=False)
async def keep_open(ctx: Context, click: KeepOpen) -> Replies:
    """The card again."""
    told = await cards.card(ctx, words.own(ctx.user, await polls.get(ctx.db, click.poll), *State))
    return Update(told.text, told.buttons, told.facts)


@feature.button(CloseNow)
async def close_now(ctx: Context, click: CloseNow) -> Replies:
    """It is over; a second click finds it so."""
    return await _end(ctx, words.own(ctx.user, await polls.lock(ctx.db, click.poll), State.OPEN))


@feature.button(WithdrawNow)
async def withdraw_now(ctx: Context, click: WithdrawNow) -> Replies:
    """Nobody can vote any more, and nothing is said of the votes; what nobody tried to send is not sent."""
    poll = words.own(ctx.user, await polls.lock(ctx.db, click.poll), State.OPEN)
    await change(ctx.db, poll, state=State.WITHDRAWN, ended_at=ctx.now, telling=False, results=None)
    note_poll(ctx, Act.POLL_WITHDRAW, poll, {"etat": State.OPEN.value}, etat=State.WITHDRAWN.value)
    await _forget(ctx, poll)
    await votes.erase(ctx.db, poll.id)
    await outbox.recall(ctx.db, [poll.topic_of(batch) for batch in range(poll.batches)], ctx.now)
    retell = Start(payload=Retell(poll=poll.id, always=True), quiet=True)
    return [await cards.refresh(ctx, poll, here=True), retell]


@feature.button(Extend, writes=False)
async def extend(ctx: Context, click: Extend) -> Replies:
    """The window, with the end as it is."""
    poll = words.own(ctx.user, await polls.get(ctx.db, click.poll), State.OPEN)
    return Ask(ChangeEnd.draft(poll=poll.id, ends=poll.ends_at.astimezone(ctx.zone)))


@feature.submit(ChangeEnd)
async def change_end(ctx: Context, form: ChangeEnd) -> Replies:
    """Another end, which is said wherever it stands."""
    poll = words.own(ctx.user, await polls.lock(ctx.db, form.poll), State.OPEN)
    words.must_be_open(poll, ctx.now)
    was = poll.ends_at
    await change(ctx.db, poll, ends_at=rules.must_be_soon(form.ends, ctx.now))
    note_poll(ctx, Act.POLL_EXTEND, poll, {"fin": str(was)}, fin=str(poll.ends_at))
    return [
        await cards.refresh(ctx, poll, here=True),
        Start(payload=Retell(poll=poll.id, always=True), quiet=True),
    ]
