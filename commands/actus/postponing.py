"""« Reporter »: a number comes out later, under the same number; two of one edition for one day become one."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bot.context import Context
from bot.errors import UserError
from bot.replies import Ask, Replies, Reply, Whisper
from bot.schedules import DOUBLED_HOUR, ZONE
from bot.texts import render
from commands.actus import approving, cards, words
from commands.actus.buttons import Postpone
from commands.actus.feature import ANIMATEURS, feature
from commands.actus.noting import note_digest
from commands.actus.places import Edition
from dialogs.actus.programming import NOW, PutOff
from storage.actus import digests
from storage.actus.digests import Digest, State
from storage.database import change
from storage.journal import Act

LONGEST = timedelta(days=30)


@feature.button(Postpone, roles=ANIMATEURS, writes=False)
async def ask_when(ctx: Context, click: Postpone) -> Replies:
    """The window."""
    digest = await words.found(ctx, click.digest)
    words.must_be_open(digest)
    return Ask(PutOff.draft(digest=digest.number))


@feature.submit(PutOff, roles=ANIMATEURS)
async def postpone(ctx: Context, form: PutOff) -> Replies:
    """Until then; what nobody approved still waits for somebody to. « maintenant » is no later: it comes out."""
    if form.moment == NOW:
        return await approving.begin_now(ctx, form.digest)
    digest = await words.locked(ctx, form.digest)
    words.must_be_open(digest)
    state = State.DRAFT if digest.state is State.HELD else digest.state
    merged, was = list[Reply](), str(digest.at)
    if form.moment is not None:
        await change(ctx.db, digest, at=_checked(ctx, form.moment), reminded=0, state=state)
    else:
        merged += await _to_next(ctx, digest, await words.must_have_edition(ctx, digest))
        await change(ctx.db, digest, reminded=0, state=state)
    note_digest(ctx, Act.DIGEST_POSTPONE, digest, {"le": was}, le=str(digest.at))
    card = await cards.refresh(ctx, digest, here=True)
    return [Whisper(_say(digest, merged)), card, *merged]


def _say(digest: Digest, merged: Sequence[Reply]) -> str:
    return render("actus/postponed", digest=digest, at=words.say_at(digest.at), merged=bool(merged))


def _checked(ctx: Context, moment: datetime) -> datetime:
    """Raises UserError for what is past, far away, or an hour that one night a year has twice."""
    if not ctx.now < moment <= ctx.now + LONGEST:
        raise UserError(fields={"quand": "Choisissez un moment à venir, dans les 30 jours."})
    if moment.astimezone(ZONE).hour == DOUBLED_HOUR.hour:
        raise UserError(fields={"quand": "Choisissez une autre heure : pas entre 2 h et 3 h."})
    return moment


async def _to_next(ctx: Context, digest: Digest, edition: Edition) -> Sequence[Reply]:
    """To the next time of its edition that has not come out yet; what is drafted for it comes in here."""
    for occasion in edition.rhythm.after(max(digest.at, ctx.now)):
        other = await digests.covering(ctx.db, edition.key, occasion.day) if occasion.day != digest.day else None
        if other is None or other.number == digest.number:
            await move(ctx, digest, occasion.day, occasion.at)
            return []
        if other.state in digests.OPEN:
            return await _join(ctx, digest, other)
    raise AssertionError("there is always another occasion")


async def _join(ctx: Context, digest: Digest, other: Digest) -> Sequence[Reply]:
    """One number of two: the one that was put off, with what the other had."""
    day, at = other.day, other.at
    gone = words.rewrite(Whisper(render("actus/joined", gone=other.number, digest=digest)), other)
    edito = digest.edito or other.edito
    await digests.merge(ctx.db, other.number, digest.number)
    await change(ctx.db, digest, edito=edito, revision=digest.revision + 1)
    await move(ctx, digest, day, at)
    return [gone]


def is_put_off(digest: Digest, edition: Edition) -> bool:
    """Whether somebody chose when it comes out: another day, or another moment, than its edition’s rhythm says."""
    return digest.first_day < digest.day or digest.at != edition.rhythm.on(digest.day).at


async def move(ctx: Context, digest: Digest, day: date, at: datetime) -> None:
    """It has another day by its rhythm."""
    await change(ctx.db, digest, day=day, at=at, first_day=min(digest.first_day, day))
