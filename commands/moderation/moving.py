"""« /moderer deplacer »: a thread goes to another channel; all of it is there before the original goes."""

from collections.abc import Sequence

from pydantic import BaseModel

from bot.acts import DeletePost
from bot.context import Context
from bot.errors import UserError
from bot.french.words import plural
from bot.journaling import Deed, note
from bot.mattermost import ChatChannel
from bot.replies import Button, Press, Progress, Replies, Reply, Start, Step, Whisper
from bot.texts import quotation, render
from commands.moderation import asking, topics
from commands.moderation.copying import copies, copy_of, topics_of
from commands.moderation.ending import fail
from commands.moderation.feature import ANIMATEURS, feature
from commands.moderation.places import zone_at
from commands.moderation.topics import Part
from dialogs.moderation.lines import REASON_MAX
from storage import claims, outbox
from storage.journal import Act
from storage.moderation import measures, records
from storage.moderation.measures import Measure
from storage.moderation.records import KeptPost, Record

EXAMPLE = "/moderer deplacer https://…/pl/… ~aide-metier c’est une question de métier"
AT_ONCE = 20
"""Messages said in one step."""


class TransferSurely(BaseModel):
    """« Déplacer ces messages »: a thread by its first message."""

    root_id: str
    to: str
    reason: str


class Transfer(BaseModel):
    """The same, with the thread as it is now."""

    posts: list[KeptPost]
    to: str
    reason: str


class Transferring(BaseModel):
    """A thread on its way."""

    entry: int
    root_id: str


@feature.command(
    "moderer deplacer", help="Déplacer un fil vers un autre canal", hint="lien canal [raison]", roles=ANIMATEURS
)
async def ask(ctx: Context, line: str) -> Replies:
    """What would be moved is shown first."""
    seen, rest = await asking.linked(ctx, line, EXAMPLE)
    to, reason = (await asking.channels(ctx)).take(rest, EXAMPLE)
    return await preview(ctx, seen.post.root_id or seen.post.id, seen.channel, to, " ".join(reason.split()))


async def preview(ctx: Context, root_id: str, there: ChatChannel, to: ChatChannel, reason: str) -> Whisper:
    """What would be moved, and the button that does it. Raises UserError and ChatError."""
    _must_fit(there, to)
    posts = await asking.thread(ctx, root_id)
    if not posts:
        raise UserError(asking.GONE)
    surely = TransferSurely(root_id=root_id, to=to.id, reason=reason[:REASON_MAX])
    text = render(
        "moderation/move_preview",
        count=len(posts),
        files=sum(len(post.files) for post in posts),
        start=quotation(posts[0].text, 300),
        there=there.display_name or there.name,
        to=to.display_name or to.name,
        people=len({post.author_id for post in posts}),
    )
    return Whisper(text, [Button(f"Déplacer {plural(len(posts), 'message')}", surely, "danger")])


def _must_fit(there: ChatChannel, to: ChatChannel) -> None:
    if there.id == to.id:
        raise UserError("Ce fil est déjà dans ce canal.")
    if there.is_private and not to.is_private:
        raise UserError(
            "Ce fil vient d’un canal privé : le déplacer dans un canal public le montrerait à tout le monde."
        )


@feature.button(TransferSurely, roles=ANIMATEURS, writes=False)
async def look_again(ctx: Context, click: TransferSurely) -> Replies:
    """The thread as it is at the click."""
    posts = await asking.thread(ctx, click.root_id)
    if not posts:
        raise UserError(asking.GONE)
    _must_fit(await ctx.chat.channel(posts[0].channel_id), await ctx.chat.channel(click.to))
    return Press.to(Transfer(posts=posts, to=click.to, reason=click.reason))


@feature.button(Transfer, roles=ANIMATEURS)
async def move(ctx: Context, click: Transfer) -> Replies:
    """Noted, and begun."""
    root = click.posts[0]
    await claims.hold(ctx.db, "moderation.move", root.id, ctx.now)
    under_way = await measures.in_force(ctx.db, [Act.MOVE])
    if any(root.id in records.read(each).waits for each in under_way):
        raise UserError("Ce fil est déjà en cours de déplacement.")
    after = {"to": click.to, "messages": len(click.posts)}
    deed = Deed(Act.MOVE, f"message:{root.id}", root.author_id, click.reason, {"channel": root.channel_id}, after)
    entry = await note(ctx, deed)
    record = Record(posts=click.posts, waits=[root.id], place=click.to, looking=True)
    measure = Measure(
        entry=entry.id,
        act=Act.MOVE,
        user_id=root.author_id,
        channels=[root.channel_id],
        reason=click.reason,
        by=ctx.user.id,
        began_at=ctx.now,
        before=record.model_dump(mode="json"),
    )
    ctx.db.add(measure)
    await ctx.db.flush()
    return Start(payload=Transferring(entry=entry.id, root_id=root.id))


@feature.urgent_work(
    Transferring, name="moderation.Transferring", title="Déplacement du fil", unit=("message", "messages"), writes=True
)
async def transfer(ctx: Context, asked: Transferring, so_far: Progress) -> Step:
    """The next messages are said; once all of them stand, the thread goes where it was."""
    posts = await asking.thread(ctx, asked.root_id)
    measure = await measures.lock(ctx.db, asked.entry)
    if measure is None or measure.ended_at or not records.read(measure).looking:
        return Step(done=so_far.done, total=so_far.total, finished=True)
    record = records.read(measure)
    known = {post.id for post in record.posts}
    record.posts += [post for post in posts if post.id not in known]
    await records.keep(ctx.db, measure, record)
    at, total = so_far.cursor or 0, len(record.posts)
    tally = await outbox.tally(ctx.db, topics_of(asked.entry, record.posts), ctx.now)
    if tally.refused:
        failed = await fail(ctx, measure, None)
        return Step(replies=failed, done=at, total=total, finished=True)
    if tally.waiting:
        return Step(cursor=at, done=at, total=total)
    if at < total:
        said = await _next(ctx, measure, record, at)
        after = min(at + AT_ONCE, total) if at else 1
        return Step(replies=said, cursor=after, done=after, total=total)
    record.looking = False
    await records.keep(ctx.db, measure, record)
    return Step(replies=[_removal(measure, record)], done=total, total=total, finished=True)


async def _next(ctx: Context, measure: Measure, record: Record, at: int) -> Sequence[Reply]:
    """The first message alone, since the others answer it."""
    root = await copy_of(ctx, measure.entry) if at else ""
    batch = record.posts[at : at + AT_ONCE] if at else record.posts[:1]
    place = (record.place, root)
    zone = await zone_at(ctx, record.place)
    return [say for n, post in enumerate(batch, at) for say in copies(zone, measure.entry, n, post, place)]


def _removal(measure: Measure, record: Record) -> DeletePost:
    root = record.posts[0]
    return DeletePost(root.id, channel_id=root.channel_id, topic=topics.topic(Part.ACT, measure.entry, root.id))
