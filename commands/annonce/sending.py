"""« Envoyer »: the announcement leaves, batch by batch, for each channel and each person once; stopped, it goes on."""

from collections.abc import Collection, Sequence
from datetime import datetime

from bot import quotas
from bot.context import Context
from bot.errors import UserError
from bot.forms import name_of
from bot.french.moments import say_moment
from bot.french.words import join, plural
from bot.journaling import Deed, note_at_end
from bot.quotas import Quota
from bot.replies import Direct, Press, Progress, Replies, Reply, Say, Start, Step
from bot.texts import escape, render
from commands.annonce import attaching, cards, places, words
from commands.annonce.buttons import Broadcast, Leave, Send
from commands.annonce.feature import SENDERS, UNIT, feature
from commands.annonce.words import must_be
from storage import annonce as annonces
from storage import journal, outbox, work
from storage.annonce import BATCH, Announcement, State

NAMED_MAX = 5
WAITS = (State.DRAFT, State.STOPPED)
"""How it stands while it may leave."""


@feature.button(Send, roles=SENDERS, writes=False)
async def send(ctx: Context, click: Send) -> Replies:
    """It leaves, if its files are still there. (Mattermost, asked here, cannot be where something is written.)"""
    shown = must_be(await annonces.get(ctx.db, click.annonce), *WAITS)
    must_be_there(shown, await attaching.gone(ctx.chat, shown.files))
    return Press.to(Leave(annonce=shown.id))


@feature.button(Leave, roles=SENDERS)
async def leave(ctx: Context, click: Leave) -> Replies:
    """Now or at its hour, to those who have not got it; a second click finds it on its way."""
    shown = must_be(await annonces.lock(ctx.db, click.annonce), *WAITS)
    if shown.state is State.DRAFT and shown.by != ctx.user.id:
        raise UserError("Cet aperçu est celui de quelqu’un d’autre : tapez /annonce pour écrire la vôtre.")
    words.own(ctx.user, shown, *WAITS)
    places.must_be_allowed(ctx.user, shown.targets)
    if not shown.total:
        raise UserError("Cette annonce n’atteindrait personne : choisissez d’autres destinataires avec « Modifier ».")
    left = await quotas.spend(ctx, Quota.ANNOUNCEMENT) if shown.state is State.DRAFT else []
    await annonces.change(ctx.db, shown, state=State.SENDING)
    sent = {"texte": shown.text, "a": list(shown.targets), "total": shown.total, "le": shown.at and str(shown.at)}
    note_at_end(ctx, Deed(journal.Act.ANNOUNCE, f"annonce:{shown.id}", shown.by, after=sent))
    return [await cards.refresh(ctx, shown, here=True), start(ctx, shown), *left]


def must_be_there(said: Announcement, missing: Collection[str]) -> None:
    """Raises UserError where a file of it was deleted."""
    if names := [f"« {name} »" for ident, name in said.files.items() if ident in missing]:
        raise UserError(render("annonce/gone", names=names, partly=said.written > 0))


def start(ctx: Context, shown: Announcement) -> Start:
    """Its sending, now or at its hour."""
    payload = Broadcast(annonce=shown.id, files=list(shown.files))
    if not shown.at or shown.at <= ctx.now:
        return Start(payload=payload)
    at: datetime = shown.at
    return Start(payload=payload, at=at, said=f"partira {say_moment(at.astimezone(ctx.zone))}.")


@feature.stopped(Broadcast, name="annonce.Broadcast")
async def stopped(ctx: Context, asked: Broadcast, so_far: Progress) -> Step:
    """What nobody tried to send is not sent; where nothing has left, it is a preview again."""
    found = await annonces.lock(ctx.db, asked.annonce)
    if found is None or found.state is not State.SENDING:
        return Step(done=so_far.done, total=so_far.total)
    await outbox.recall(ctx.db, found.topics, ctx.now)
    tally = await outbox.tally(ctx.db, found.topics, ctx.now)
    reached = tally.arrived + tally.waiting
    state = State.SENT if reached >= found.total else State.STOPPED if reached else State.DRAFT
    await annonces.change(ctx.db, found, state=state, written=found.written if reached else 0)
    replies: list[Reply] = [await cards.refresh(ctx, found)]
    if state is not State.SENT and await _stopped_by_itself(ctx, asked):
        count = cards.say_reached(found, tally)
        replies.append(Direct(render("annonce/stopped", partly=reached > 0, reached=count), user_id=found.by))
    return Step(replies=replies, done=reached, total=found.total)


async def _stopped_by_itself(ctx: Context, asked: Broadcast) -> bool:
    """Whether nobody clicked on « Arrêter »: then its author may be elsewhere, and what is rewritten calls nobody."""
    return bool(await work.waiting_for(ctx.db, name_of(Broadcast), asked.model_dump(mode="json")))


@feature.work(Broadcast, name="annonce.Broadcast", title="Annonce", unit=UNIT, roles=SENDERS, writes=True)
async def broadcast(ctx: Context, asked: Broadcast, so_far: Progress) -> Step:
    """The next batch; once all is written down, wait until it has arrived."""
    begins, ends = so_far.cursor is None, so_far.cursor is not None and so_far.cursor >= (so_far.total or 0)
    missing = [] if ends else await attaching.gone(ctx.chat, asked.files)
    found = await annonces.lock(ctx.db, asked.annonce)
    if found is None or found.state is not State.SENDING:
        return Step(done=so_far.done, total=so_far.total, finished=True, said="L’annonce est retirée.")
    places.must_be_allowed(ctx.user, found.targets)
    must_be_there(found, missing)
    tally = await outbox.tally(ctx.db, found.topics, ctx.now)
    if begins and found.written:
        return Step(replies=await _gaps(ctx, found), cursor=found.written, done=tally.arrived, total=found.total)
    if found.written < found.total:
        replies = batch(found, range(found.written, min(found.written + BATCH, found.total)))
        await annonces.change(ctx.db, found, written=found.written + len(replies))
        card = [await cards.refresh(ctx, found)] if begins and found.at else []
        return Step(replies=[*replies, *card], cursor=found.written, done=tally.arrived, total=found.total)
    if tally.waiting:
        return Step(cursor=found.written, done=tally.arrived, total=found.total)
    return await _end(ctx, found, tally.arrived)


async def _gaps(ctx: Context, found: Announcement) -> Sequence[Reply]:
    """What was written down and then taken back, when it was stopped."""
    reached = await outbox.reached(ctx.db, found.topics)
    crowd = [*found.channels, *found.people]
    return batch(found, [number for number in range(found.written) if crowd[number] not in reached])


def batch(found: Announcement, numbers: Sequence[int]) -> Sequence[Reply]:
    """The messages of those numbers: the channels come first, then the people."""
    text, files, channels = words.spoken(found), list(found.files), len(found.channels)
    crowd = [*found.channels, *found.people]
    return [
        Say(text, channel_id=crowd[n], topic=found.topic_of(n // BATCH), files=files)
        if n < channels
        else Direct(text, user_id=crowd[n], topic=found.topic_of(n // BATCH), files=files)
        for n in numbers
    ]


async def _end(ctx: Context, found: Announcement, arrived: int) -> Step:
    await annonces.change(ctx.db, found, state=State.SENT)
    said = _say_missing(await outbox.unreached(ctx.db, found.topics), found)
    refresh = await cards.refresh(ctx, found)
    return Step(replies=[refresh], done=arrived, total=found.total, finished=True, said=said)


def _say_missing(targets: Sequence[str], found: Announcement) -> str:
    """Who has not got it, as Mattermost refuses it."""
    if not targets:
        return ""
    named = [f"« {escape(found.channels[target])} »" for target in targets if target in found.channels][:NAMED_MAX]
    more = len(targets) - len(named)
    shown = [*named, *([plural(more, "autre" if named else "personne")] if more else [])]
    return f"Mattermost la refuse à {join(shown)} ; le bot réessaie pendant un jour."
