"""« Envoyer »: the announcement leaves, batch by batch, for each channel and each person once."""

from collections.abc import Sequence
from datetime import datetime

from bot.context import Context
from bot.errors import UserError
from bot.french.moments import say_moment
from bot.french.words import join, plural
from bot.replies import Direct, Progress, Refresh, Replies, Reply, Say, Start, Step, Update
from bot.texts import escape
from commands.annonce import places, words
from commands.annonce.buttons import Broadcast, Send
from commands.annonce.feature import SENDERS, UNIT, feature
from commands.annonce.words import desk_of, must_be
from storage import annonce as annonces
from storage import outbox
from storage.annonce import BATCH, Announcement, State

NAMED_MAX = 5


@feature.button(Send, roles=SENDERS)
async def send(ctx: Context, click: Send) -> Replies:
    """It leaves, now or at its hour; a second click finds it on its way."""
    shown = must_be(await annonces.lock(ctx.db, click.annonce), State.DRAFT)
    if shown.by != ctx.user.id:
        raise UserError("Cet aperçu est celui de quelqu’un d’autre : tapez /annonce pour écrire la vôtre.")
    places.must_be_allowed(ctx.user, shown.targets)
    if not shown.total:
        raise UserError("Cette annonce n’atteindrait personne : choisissez d’autres destinataires avec « Modifier ».")
    await annonces.change(ctx.db, shown, state=State.SENDING)
    told = words.card(shown, desk_of(ctx))
    return [Update(told.text, told.buttons, told.facts), _start(ctx, shown)]


def _start(ctx: Context, shown: Announcement) -> Start:
    if not shown.at or shown.at <= ctx.now:
        return Start(payload=Broadcast(annonce=shown.id))
    at: datetime = shown.at
    return Start(payload=Broadcast(annonce=shown.id), at=at, said=f"partira {say_moment(at.astimezone(ctx.zone))}.")


@feature.work(Broadcast, title="Annonce", unit=UNIT, roles=SENDERS, writes=True)
async def broadcast(ctx: Context, work: Broadcast, so_far: Progress) -> Step:
    """The next batch; once all is written down, wait until it has arrived."""
    found = await annonces.lock(ctx.db, work.annonce)
    if found is None or found.state is not State.SENDING:
        return Step(done=so_far.done, total=so_far.total, finished=True, said="L’annonce est retirée.")
    places.must_be_allowed(ctx.user, found.targets)
    tally = await outbox.tally(ctx.db, found.topics, ctx.now)
    if found.written < found.total:
        replies = batch(found)
        await annonces.change(ctx.db, found, written=found.written + len(replies))
        return Step(replies=replies, cursor=found.written, done=tally.arrived, total=found.total)
    if tally.waiting:
        return Step(cursor=found.written, done=tally.arrived, total=found.total)
    return await _end(ctx, found, tally.arrived)


def batch(found: Announcement) -> Sequence[Reply]:
    """The messages that come next."""
    text, topic, begin = words.spoken(found), found.topic_of(found.written // BATCH), found.written
    crowd = [(False, channel) for channel in found.channels] + [(True, person) for person in found.people]
    return [
        Direct(text, user_id=target, topic=topic) if is_person else Say(text, channel_id=target, topic=topic)
        for is_person, target in crowd[begin : begin + BATCH]
    ]


async def _end(ctx: Context, found: Announcement, arrived: int) -> Step:
    await annonces.change(ctx.db, found, state=State.SENT)
    told = words.card(found, desk_of(ctx))
    topic = words.topic_of(found)
    refresh = Refresh(told.text, told.buttons, told.facts, topic=topic)
    said = _say_missing(await outbox.unreached(ctx.db, found.topics), found)
    return Step(replies=[refresh], done=arrived, total=found.total, finished=True, said=said)


def _say_missing(targets: Sequence[str], found: Announcement) -> str:
    """Who has not got it, as Mattermost refuses it."""
    if not targets:
        return ""
    named = [f"« {escape(found.channels[target])} »" for target in targets if target in found.channels][:NAMED_MAX]
    more = len(targets) - len(named)
    shown = [*named, *([plural(more, "autre" if named else "personne")] if more else [])]
    return f"Mattermost la refuse à {join(shown)} ; le bot réessaie pendant un jour."
