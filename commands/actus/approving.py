"""« Approuver » and « Reprendre »: what comes out was read by somebody, as it is."""

from collections.abc import Sequence

from bot.context import Context
from bot.errors import UserError
from bot.replies import Message, Progress, Replies, Reply, Start, Step, Whisper
from bot.texts import Markdown, render
from commands.actus import cards, checking, words
from commands.actus.buttons import Approve, CheckPlaces, Publish, PublishNow, Unapprove
from commands.actus.cards import NOW
from commands.actus.feature import ANIMATEURS, feature
from commands.actus.noting import note_digest
from storage.actus import digests
from storage.actus.digests import Digest, State
from storage.database import change
from storage.journal import Act


@feature.button(Approve, roles=ANIMATEURS)
async def approve(ctx: Context, click: Approve) -> Replies:
    """It comes out at its hour, or at once where that is past; of two who approve the second reads who was first. Where
    it cannot come out is looked at beside."""
    digest = await words.locked(ctx, click.digest)
    words.must_be_open(digest)
    if digest.state is State.APPROVED:
        by = "vous" if digest.approved_by == ctx.user.id else await words.name_of(ctx, digest.approved_by)
        return [
            Whisper(f"Le n° {digest.number} est déjà approuvé, par {by}."),
            await cards.refresh(ctx, digest, here=True),
        ]
    if digest.revision != click.revision:
        changed = f"Le n° {digest.number} a changé depuis ce que vous voyez : relisez-le, puis approuvez-le."
        return [Whisper(changed), await cards.refresh(ctx, digest, here=True)]
    await must_have_something(ctx, digest)
    begun = await let_out(ctx, digest)
    said = render("actus/approved", digest=digest, at=words.say_at(digest.at), now=digest.state is State.PUBLISHING)
    return [Whisper(said), await cards.refresh(ctx, digest, here=True), *begun]


async def must_have_something(ctx: Context, digest: Digest) -> None:
    """Raises UserError for what would be empty."""
    if not digest.edito and not await digests.entries(ctx.db, digest.number):
        raise UserError(f"Le n° {digest.number} est vide : ajoutez-y un élément ou un édito avec « Modifier… ».")


async def let_out(ctx: Context, digest: Digest) -> Sequence[Reply]:
    """It is approved; where its hour is past it comes out."""
    late = digest.at <= ctx.now
    state, was = State.PUBLISHING if late else State.APPROVED, digest.state
    await change(ctx.db, digest, state=state, approved_by=ctx.user.id, approved_at=ctx.now)
    note_digest(ctx, Act.DIGEST_APPROVE, digest, {"etat": was.value})
    number = digest.number
    return [Start(payload=Publish(digest=number)) if late else Start(payload=CheckPlaces(digest=number), quiet=True)]


@feature.work(CheckPlaces, name="actus.CheckPlaces", title="Canaux des actus", writes=True)
async def check_places(ctx: Context, asked: CheckPlaces, so_far: Progress) -> Step:
    """Where what was just approved cannot come out is said now, while there is time."""
    own = await checking.own(ctx)
    digest = await words.found(ctx, asked.digest)
    where = await checking.where_of(ctx, digest, own)
    if digest.state is not State.APPROVED or not where.absent:
        return Step(finished=True)
    told = {"absent": [Markdown(each) for each in where.absent], "nowhere": not where.channels}
    said = Message(render("actus/unplaced", digest=digest, at=words.say_at(digest.at), **told))
    return Step(replies=await words.tell_team(ctx, said), finished=True)


@feature.button(PublishNow, roles=ANIMATEURS)
async def publish_now(ctx: Context, click: PublishNow) -> Replies:
    """What was approved comes out before its hour."""
    return await begin_now(ctx, click.digest)


async def begin_now(ctx: Context, number: int) -> Sequence[Reply]:
    """It comes out. Raises UserError for what nobody approved."""
    digest = await words.locked(ctx, number)
    words.must_be_open(digest)
    if digest.state is not State.APPROVED:
        raise UserError(f"Le n° {number} n’est pas approuvé : « Approuver », sous son brouillon, puis « {NOW} ».")
    await must_have_something(ctx, digest)
    await change(ctx.db, digest, state=State.PUBLISHING)
    told = Whisper(f"Le n° {number} sort maintenant.")
    return [told, await cards.refresh(ctx, digest, here=True), Start(payload=Publish(digest=number))]


@feature.button(Unapprove, roles=ANIMATEURS)
async def take_up(ctx: Context, click: Unapprove) -> Replies:
    """It is edited again."""
    digest = await words.locked(ctx, click.digest)
    words.must_be_open(digest)
    if digest.state is State.APPROVED:
        await change(ctx.db, digest, state=State.DRAFT, approved_by="", approved_at=None)
        note_digest(ctx, Act.DIGEST_UNAPPROVE, digest, {"etat": State.APPROVED.value})
    told = f"Le n° {digest.number} est de nouveau un brouillon : il attend un accord."
    return [Whisper(told), await cards.refresh(ctx, digest, here=True)]
