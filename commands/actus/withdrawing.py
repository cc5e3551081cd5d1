"""« /actus retirer »: what came out is taken away everywhere; the archive says that it was withdrawn, and « Restaurer »
makes it a draft again."""

from datetime import date, timedelta
from typing import Any

from bot.acts import DeletePost
from bot.context import Context
from bot.errors import UserError
from bot.forms import name_of
from bot.replies import Button, Progress, Replies, Start, Step, StopWork, Whisper
from bot.texts import render
from commands.actus import cards, words
from commands.actus.buttons import Removal, Restore, Rewrite, Withdraw, WithdrawSurely
from commands.actus.feature import ANIMATEURS, feature
from commands.actus.noting import note_digest
from commands.actus.numbers import read_number
from commands.actus.publishing import UNIT, topics
from commands.actus.sheet import day_of
from storage import outbox, work
from storage.actus import candidates, digests
from storage.actus.digests import Digest, State
from storage.database import change
from storage.journal import Act


@feature.command("actus retirer", help="Retirer un numéro de partout", hint="numéro", roles=ANIMATEURS)
async def ask_by_line(ctx: Context, line: str) -> Replies:
    """Asked once more."""
    return _ask(await words.found(ctx, read_number(line, "retirer")))


@feature.button(Withdraw, roles=ANIMATEURS, writes=False)
async def ask_by_button(ctx: Context, click: Withdraw) -> Replies:
    """The same."""
    return _ask(await words.found(ctx, click.digest))


def _ask(digest: Digest) -> Whisper:
    _must_be_out(digest)
    surely = Button("Retirer partout", WithdrawSurely(digest=digest.number), "danger")
    return Whisper(render("actus/withdraw", digest=digest), [surely])


def _must_be_out(digest: Digest) -> None:
    if digest.state is State.WITHDRAWN:
        raise UserError(f"Le n° {digest.number} est déjà retiré.")
    if digest.state is not State.PUBLISHED:
        raise UserError(f"Le n° {digest.number} n’est pas encore sorti : « Reporter », sous son brouillon, le retarde.")


@feature.button(WithdrawSurely, roles=ANIMATEURS)
async def withdraw(ctx: Context, click: WithdrawSurely) -> Replies:
    """Nothing more of it is said, and what stands is deleted beside."""
    digest = await words.locked(ctx, click.digest)
    _must_be_out(digest)
    await change(ctx.db, digest, state=State.WITHDRAWN, withdrawn_by=ctx.user.id)
    if digest.at > ctx.now:
        await _give_back(ctx, digest)
    note_digest(ctx, Act.DIGEST_WITHDRAW, digest, {"etat": State.PUBLISHED.value})
    asked = Rewrite(digest=digest.number)
    under_way = await work.waiting_for(ctx.db, name_of(Rewrite), asked.model_dump(mode="json"))
    stopped = [StopWork(row.id) for row in under_way]
    removal = Start(payload=Removal(digest=digest.number))
    told = Whisper(f"Le n° {digest.number} est retiré : ses messages disparaissent.")
    return [told, await cards.refresh(ctx, digest), *stopped, removal]


async def _give_back(ctx: Context, digest: Digest) -> None:
    """What came out early and is withdrawn before its hour leaves that to another: its day is the one on which it came
    out, or the next before that which is free."""
    day = day_of(digest)
    while (other := await digests.of_day(ctx.db, digest.edition, day)) and other.number != digest.number:
        day -= timedelta(days=1)
    await change(ctx.db, digest, day=day, first_day=day)


@feature.button(Restore, roles=ANIMATEURS)
async def restore(ctx: Context, click: Restore) -> Replies:
    """What was withdrawn is a draft again, with all that it had, and for its own day where no other has that."""
    digest = await words.locked(ctx, click.digest)
    if digest.state is not State.WITHDRAWN:
        raise UserError(f"Le n° {digest.number} n’est pas retiré.")
    removal = Removal(digest=digest.number).model_dump(mode="json")
    if await work.waiting_for(ctx.db, name_of(Removal), removal):
        raise UserError("Ses messages sont encore en train de disparaître : réessayez dans un instant.")
    await outbox.forget_ended(ctx.db, topics(digest))
    await _take_up(ctx, digest)
    note_digest(ctx, Act.DIGEST_RESTORE, digest, {"etat": State.WITHDRAWN.value})
    told = render("actus/restored", digest=digest, at=words.say_at(digest.at), past=digest.at <= ctx.now)
    return [Whisper(told), await cards.refresh(ctx, digest, here=True)]


async def _take_up(ctx: Context, digest: Digest) -> None:
    """It never came out, and what it has comes out nowhere else."""
    late = digest.at <= ctx.now
    anew: dict[str, Any] = {
        "approved_by": "",
        "approved_at": None,
        "published_at": None,
        "withdrawn_by": "",
        "channels": {},
    }
    counts = {"parts": 0, "written": 0, "document": "", "reminded": 2 if late else 0}
    own = await _own_day(ctx, digest)
    state = State.HELD if late else State.DRAFT
    await change(ctx.db, digest, state=state, day=own, first_day=own, revision=digest.revision + 1, **anew, **counts)
    there = await digests.entries(ctx.db, digest.number)
    await candidates.take_from_later(ctx.db, digest, [entry.item for entry in there])


async def _own_day(ctx: Context, digest: Digest) -> date:
    """The day that its edition’s rhythm gives to its hour, where that is free."""
    edition = await words.edition_of(ctx, digest)
    named = edition.rhythm.naming(digest.at) if edition else None
    if named is None or await digests.covering(ctx.db, digest.edition, named):
        return digest.day
    return named


@feature.work(Removal, name="actus.Removal", title="Retrait des actus", unit=UNIT, writes=True)
async def remove(ctx: Context, asked: Removal, so_far: Progress) -> Step:
    """The next of its posts, in all channels; what nobody tried to send is not sent, the rest arrives first."""
    digest = await digests.get(ctx.db, asked.digest)
    if digest is None or not digest.parts:
        return Step(finished=True)
    at, total = so_far.cursor or 0, digest.parts
    topic = words.part_topic(digest.number, at)
    await outbox.recall(ctx.db, [topic], ctx.now)
    posts = await ctx.posts_about(topic)
    if (await outbox.tally(ctx.db, [topic], ctx.now)).waiting:
        return Step(cursor=at, done=at, total=total)
    gone = [DeletePost(post.post_id, channel_id=post.channel_id) for post in posts]
    return Step(replies=gone, cursor=at + 1, done=at + 1, total=total, finished=at + 1 >= total)
