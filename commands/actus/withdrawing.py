"""« /actus retirer »: what came out is taken away everywhere; the archive says that it was withdrawn."""

from bot.acts import DeletePost
from bot.context import Context
from bot.errors import UserError
from bot.forms import name_of
from bot.replies import Button, Progress, Replies, Start, Step, StopWork, Whisper
from bot.texts import render
from commands.actus import cards, words
from commands.actus.buttons import Removal, Rewrite, Withdraw, WithdrawSurely
from commands.actus.feature import ANIMATEURS, feature
from commands.actus.noting import note_digest
from commands.actus.numbers import read_number
from commands.actus.publishing import UNIT
from storage import outbox, work
from storage.actus import digests
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
    note_digest(ctx, Act.DIGEST_WITHDRAW, digest, {"etat": State.PUBLISHED.value})
    asked = Rewrite(digest=digest.number)
    under_way = await work.waiting_for(ctx.db, name_of(Rewrite), asked.model_dump(mode="json"))
    stopped = [StopWork(row.id) for row in under_way]
    removal = Start(payload=Removal(digest=digest.number))
    told = Whisper(f"Le n° {digest.number} est retiré : ses messages disparaissent.")
    return [told, await cards.refresh(ctx, digest), *stopped, removal]


@feature.work(Removal, title="Retrait des actus", unit=UNIT, writes=True)
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
