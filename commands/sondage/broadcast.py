"""A poll is launched, sent in batches, kept up to date, extended, closed or withdrawn."""

from collections.abc import Sequence
from datetime import timedelta

import structlog

from bot import broadcasts, quotas, replies
from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.texts import render
from commands.sondage import cards, drafts
from commands.sondage.cards import feature, note_poll
from dialogs.sondage import ChangeEnd
from storage import outbox
from storage import sondage as polls
from storage.database import change
from storage.journal import AuditAct
from storage.seals import UnreadableError
from storage.sondage import ANONYMOUS_LEAST, Poll, PollState, Results, count_ballots, count_standing, votes

UNIT = ("envoi", "envois")


async def check_rooms(ctx: ReadingContext, click: cards.Launch) -> cards.LaunchNow:
    """Check that the person may post a poll in these channels. Raises UserError."""
    poll = cards.must_manage(ctx.user, await polls.get_poll(ctx.db, click.poll), PollState.DRAFT)
    for room in poll.rooms:
        await drafts.must_not_be_a_crowd(ctx, room)
    return cards.LaunchNow(poll=poll.id)


@feature.button(cards.LaunchNow)
@feature.button(cards.Launch, asks=check_rooms)
async def launch_now(ctx: Context, click: cards.LaunchNow) -> replies.Replies:
    """Launch a poll; a second click finds it open."""
    poll = cards.must_manage(ctx.user, await polls.lock_poll(ctx.db, click.poll), PollState.DRAFT)
    drafts.must_be_allowed(ctx.user, poll.targets)
    if not poll.total:
        raise UserError(render("sondage/reaches_nobody"))
    if poll.ends_at < ctx.now + cards.SHORTEST:
        raise UserError(render("sondage/end_past"))
    await change(ctx.db, poll, state=PollState.OPEN, opened_at=ctx.now)
    left = await quotas.spend(ctx, quotas.Quota.POLL)
    note_poll(ctx, AuditAct.POLL_LAUNCH, poll, {}, a=list(poll.targets), canaux=list(poll.rooms), total=poll.total)
    return [await cards.refresh_cards(ctx, poll, here=True), _start_broadcast(poll), *left]


def _start_broadcast(poll: Poll) -> replies.Start:
    return replies.Start(payload=cards.SendPoll(poll=poll.id), quiet=poll.total <= outbox.BATCH)


@feature.work(cards.SendPoll, name="sondage.Broadcast", title="Sondage", unit=UNIT, writes=True)
async def send_batch(ctx: Context, asked: cards.SendPoll, so_far: replies.Progress) -> replies.Step:
    """Send the next batch, while the poll is open."""
    poll = await polls.lock_poll(ctx.db, asked.poll)
    if poll is None or poll.is_over(ctx.now):
        return so_far.end(said=render("sondage/vote_over"))
    return await PollBroadcast(ctx, poll).send_batch(so_far)


class PollBroadcast(broadcasts.Broadcast[Poll]):
    """The broadcast of a poll."""

    async def list_people(self) -> Sequence[str]:
        return await polls.read_crowd(self.ctx.db, self.row.id) if self.row.people else ()

    def draw(self) -> replies.Message:
        return cards.draw_poll(self.row)

    async def note_written(self, count: int) -> None:
        await change(self.ctx.db, self.row, written=count)

    async def finish(self) -> tuple[Sequence[replies.Reply], str]:
        return [await cards.refresh_cards(self.ctx, self.row)], ""


@feature.stopped(cards.SendPoll, name="sondage.Broadcast")
async def stop_broadcast(ctx: Context, asked: cards.SendPoll, so_far: replies.Progress) -> replies.Step:
    """Cancel the messages that were not sent; the poll’s author can resume."""
    poll = await polls.lock_poll(ctx.db, asked.poll)
    if poll is None or poll.is_over(ctx.now) or not poll.by:
        return so_far.end()
    await outbox.recall_unsent(ctx.db, poll.topics, ctx.now)
    reached = len(await outbox.find_reached(ctx.db, poll.topics))
    text = render("sondage/stopped", poll=poll, reached=reached)
    resume = replies.Button("Reprendre", cards.ResumePoll(poll=poll.id), "primary")
    told = replies.Direct(text, [resume], user_id=poll.by)
    return replies.Step(replies=[told], done=reached, total=poll.total)


@feature.button(cards.ResumePoll, name="sondage.Resume")
async def resume_broadcast(ctx: Context, click: cards.ResumePoll) -> replies.Replies:
    """Send the poll to the channels that do not have it; a second click finds nothing to send."""
    poll = cards.must_manage(ctx.user, await polls.lock_poll(ctx.db, click.poll), PollState.OPEN)
    cards.must_be_open(poll, ctx.now)
    return [_start_broadcast(poll), await cards.refresh_cards(ctx, poll)]


GATHERED_FOR = timedelta(seconds=2)
"""The votes within that time are shown together."""
EACH = timedelta(seconds=0.3)
"""How much longer votes are gathered for each message that must be rewritten."""
MESSAGES = ("message", "messages")


async def refresh_soon(ctx: Context, poll: Poll) -> Sequence[replies.Reply]:
    """Update the poll’s messages in a moment, for all votes until then together."""
    if poll.telling:
        return []
    await change(ctx.db, poll, telling=True)
    at = ctx.now + max(GATHERED_FOR, EACH * poll.total)
    return [replies.Start(payload=cards.Retell(poll=poll.id), at=at, quiet=True)]


async def count_votes(ctx: Context, poll: Poll) -> Results:
    """Count the votes so far. Raises UnreadableError."""
    if not poll.anonymous:
        return count_ballots(len(poll.options), await votes.list_ballots(ctx.db, poll.id), anonymous=False)
    box = await votes.read_box(ctx.db, votes.BoxSeal(poll.id, ctx.settings.secrets))
    return count_ballots(len(poll.options), box.values(), anonymous=True)


async def _read_standing(ctx: Context, poll: Poll) -> Results | None:
    """Return the results to show in the messages of a locked poll, in total only; None while they are hidden."""
    if not poll.anonymous:
        now = await count_votes(ctx, poll)
        return Results(now.votes, now.counts)
    before = poll.known
    seal = votes.BoxSeal(poll.id, ctx.settings.secrets)
    box = await votes.read_box(ctx.db, seal)
    taken = votes.take_in_ballots(box)
    now = count_standing(len(poll.options), (box | taken).values())
    if not taken or (before and before.is_told and now.votes - before.votes < ANONYMOUS_LEAST):
        return before
    await votes.write_box(ctx.db, seal, box | taken)
    return now


@feature.work(cards.Retell, name="sondage.Retell", title="Mise à jour du sondage", unit=MESSAGES, writes=True)
async def refresh_batch(ctx: Context, asked: cards.Retell, so_far: replies.Progress) -> replies.Step:
    """Update the next batch of messages."""
    poll = await polls.lock_poll(ctx.db, asked.poll)
    if poll is None or (poll.state is not PollState.OPEN and not asked.always):
        return replies.Step(finished=True)
    if so_far.cursor is None and poll.state is PollState.OPEN:
        stands = await _read_standing(ctx, poll) if poll.live else poll.known
        voted = await votes.count_voters(ctx.db, poll.id)
        is_news = (stands, voted) != (poll.known, poll.voted) or asked.always
        await change(ctx.db, poll, telling=False, voted=voted, results=stands.stored() if stands else None)
        if not is_news:
            return replies.Step(finished=True)
    return await _rewrite_batch(ctx, poll, so_far)


@feature.work(
    cards.Conclude, name="sondage.Conclude", title="Publication des résultats du sondage", unit=MESSAGES, writes=True
)
async def conclude_batch(ctx: Context, asked: cards.Conclude, so_far: replies.Progress) -> replies.Step:
    """Rewrite the next batch of messages with the results, and announce them there once."""
    poll = await polls.lock_poll(ctx.db, asked.poll)
    if poll is None or poll.state is not PollState.ENDED or poll.known is None:
        return replies.Step(finished=True)
    return await _rewrite_batch(ctx, poll, so_far, poll.known)


async def _rewrite_batch(
    ctx: Context, poll: Poll, so_far: replies.Progress, results: Results | None = None
) -> replies.Step:
    """Rewrite the next batch of messages; with ``results``, announce these too."""

    async def rewrite(batch: int) -> Sequence[replies.Reply]:
        told = await _say_end(ctx, poll, results, batch) if results else []
        return [cards.draw_poll(poll).recast(replies.Refresh, topic=poll.topic_of(batch)), *told]

    return await broadcasts.PostedBatches.of(poll).visit(ctx, so_far, rewrite)


async def _say_end(ctx: Context, poll: Poll, results: Results, batch: int) -> Sequence[replies.Reply]:
    """Announce the end of a poll wherever it was posted, with its picture in channels."""
    reached = await outbox.find_reached(ctx.db, [poll.topic_of(batch)])
    everywhere = await PollBroadcast(ctx, poll).list_targets()
    there = [target for target in everywhere[batch * outbox.BATCH : (batch + 1) * outbox.BATCH] if target in reached]
    said = replies.Message(cards.say_results(poll, results))
    order = cards.Picture(poll=poll.id)
    shown = [target for target in there if target in poll.channels] if results.is_told else []
    pictures = [replies.SendFile(order=order, channel_id=target) for target in shown]
    return [*(broadcasts.address(said, target, poll.channels) for target in there), *pictures]


log = structlog.get_logger()


@feature.job("minute=*/5", name="sondage.end_due", writes=True)
async def end_due_polls(ctx: Context) -> replies.Replies:
    """End the polls whose time is over. A secret box that cannot be opened waits for the operator."""
    told: list[replies.Reply] = []
    for number in await polls.list_due(ctx.db, ctx.now):
        poll = await polls.lock_poll(ctx.db, number)
        if poll is None or poll.state is not PollState.OPEN:
            continue
        try:
            told += await _end_poll(ctx, poll)
        except UnreadableError:
            log.error("poll_box_not_opened", count=number)
    return told


async def _end_poll(ctx: Context, poll: Poll) -> Sequence[replies.Reply]:
    """Count a poll that ends, and delete the list of voters and the ballots of a secret vote."""
    results = await count_votes(ctx, poll)
    await change(ctx.db, poll, state=PollState.ENDED, ended_at=ctx.now, telling=False, results=results.stored())
    note_poll(ctx, AuditAct.POLL_END, poll, {"fin": str(poll.ends_at)}, fin=str(ctx.now))
    await _forget_ballots(ctx, poll)
    concludes = replies.Start(payload=cards.Conclude(poll=poll.id), quiet=True)
    told: list[replies.Reply] = [await cards.refresh_cards(ctx, poll, here=True), concludes]
    if poll.by and poll.by != ctx.user.id:  # who ends it reads the results on its card
        opens = replies.Button(f"Voir le sondage n° {poll.number}", cards.SeePoll(chosen=str(poll.number)))
        told.append(replies.News(user_id=poll.by, text=render("sondage/over", poll=poll), button=opens, is_over=True))
    return told


async def _forget_ballots(ctx: Context, poll: Poll) -> None:
    await votes.forget_box(ctx.db, poll.id)
    await votes.forget_voters(ctx.db, poll.id)


@feature.button(cards.ClosePoll, name="sondage.Close", writes=False)
async def ask_close(ctx: Context, click: cards.ClosePoll) -> replies.Replies:
    """Ask for confirmation before a poll is closed."""
    yes = replies.Button("Clore maintenant", cards.CloseNow(poll=click.poll), "primary")
    return await _ask_to_confirm(ctx, click.poll, "close", yes)


@feature.button(cards.WithdrawPoll, name="sondage.Withdraw", writes=False)
async def ask_withdraw(ctx: Context, click: cards.WithdrawPoll) -> replies.Replies:
    """Ask for confirmation before a poll is withdrawn."""
    yes = replies.Button("Retirer", cards.WithdrawPollNow(poll=click.poll), "danger")
    return await _ask_to_confirm(ctx, click.poll, "withdraw", yes)


async def _ask_to_confirm(ctx: Context, number: int, what: str, yes: replies.Button) -> replies.Update:
    poll = cards.must_manage(ctx.user, await polls.get_poll(ctx.db, number), PollState.OPEN)
    count = await votes.count_voters(ctx.db, poll.id)
    too_few = poll.anonymous and count < ANONYMOUS_LEAST
    text = render("sondage/sure", poll=poll, what=what, count=count, too_few=too_few)
    return replies.Update(text, [yes, replies.Button("Non, laisser ouvert", cards.KeepOpen(poll=poll.id))])


@feature.button(cards.KeepOpen, writes=False)
async def keep_open(ctx: Context, click: cards.KeepOpen) -> replies.Replies:
    """Show the card again: the poll goes on."""
    poll = cards.must_manage(ctx.user, await polls.get_poll(ctx.db, click.poll), *PollState)
    return (await cards.draw_card(ctx, poll)).recast(replies.Update)


@feature.button(cards.CloseNow)
async def close_poll(ctx: Context, click: cards.CloseNow) -> replies.Replies:
    """End a poll now; a second click finds it over."""
    return await _end_poll(ctx, cards.must_manage(ctx.user, await polls.lock_poll(ctx.db, click.poll), PollState.OPEN))


@feature.button(cards.WithdrawPollNow, name="sondage.WithdrawNow")
async def withdraw_poll(ctx: Context, click: cards.WithdrawPollNow) -> replies.Replies:
    """Withdraw a poll: nobody can vote, the votes are not told, and messages not yet sent are cancelled."""
    poll = cards.must_manage(ctx.user, await polls.lock_poll(ctx.db, click.poll), PollState.OPEN)
    await change(ctx.db, poll, state=PollState.WITHDRAWN, ended_at=ctx.now, telling=False, results=None)
    note_poll(ctx, AuditAct.POLL_WITHDRAW, poll, {"etat": PollState.OPEN.value}, etat=PollState.WITHDRAWN.value)
    await _forget_ballots(ctx, poll)
    await votes.erase_votes(ctx.db, poll.id)
    await outbox.recall_unsent(ctx.db, poll.topics, ctx.now)
    retell = replies.Start(payload=cards.Retell(poll=poll.id, always=True), quiet=True)
    return [await cards.refresh_cards(ctx, poll, here=True), retell]


@feature.button(cards.Extend, writes=False)
async def ask_new_end(ctx: Context, click: cards.Extend) -> replies.Replies:
    """Open the window of another end."""
    poll = cards.must_manage(ctx.user, await polls.get_poll(ctx.db, click.poll), PollState.OPEN)
    return replies.Ask(ChangeEnd.draft(poll=poll.id, ends=poll.ends_at.astimezone(ctx.zone)))


@feature.submit(ChangeEnd)
async def change_end(ctx: Context, form: ChangeEnd) -> replies.Replies:
    """Change when a poll ends, and update its messages."""
    poll = cards.must_manage(ctx.user, await polls.lock_poll(ctx.db, form.poll), PollState.OPEN)
    cards.must_be_open(poll, ctx.now)
    was = poll.ends_at
    await change(ctx.db, poll, ends_at=drafts.must_be_soon(form.ends, ctx.now))
    note_poll(ctx, AuditAct.POLL_EXTEND, poll, {"fin": str(was)}, fin=str(poll.ends_at))
    retell = replies.Start(payload=cards.Retell(poll=poll.id, always=True), quiet=True)
    return [await cards.refresh_cards(ctx, poll, here=True), retell]
