"""A digest comes out: where and what is checked, its paper made, then each of its posts said once in each channel."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path

from pydantic import BaseModel

from bot.context import Context
from bot.errors import ChatError
from bot.papers import brand
from bot.replies import Message, Parcel, Progress, Reply, Say, SendFile, Step
from bot.texts import Markdown, escape, render
from commands.actus import cards, checking, paper, places, words
from commands.actus.buttons import Document, Publish
from commands.actus.checking import Quoted
from commands.actus.feature import feature
from commands.actus.noting import note_digest
from commands.actus.posts import posts
from storage import outbox
from storage.actus import digests
from storage.actus.digests import Digest, State
from storage.database import change
from storage.journal import Act

BATCH = 20
"""How many of its posts are written down at once."""
PAPER_MAX = timedelta(minutes=3)
"""How long its paper is waited for; then it comes out without."""
UNIT = ("message", "messages")


class Phase(StrEnum):
    """Where the work is; the next step begins with it."""

    CHECK = "check"
    PAPER = "paper"
    WRITE = "write"
    ARRIVE = "arrive"


class Plan(BaseModel):
    """From where a step goes on. ``document`` is the post that carries the paper, ``until`` up to when it is waited
    for, ``at`` how many posts are written down."""

    phase: Phase
    quoted: list[Quoted] = []
    until: datetime | None = None
    document: str = ""
    at: int = 0

    def step(self, replies: Sequence[Reply] = (), total: int | None = None) -> Step:
        """The end of a step that goes on from here."""
        return Step(replies=replies, cursor=self.model_dump(mode="json"), done=self.at, total=total)


def _gone(so_far: Progress) -> Step:
    """Somebody else sees to it, or nobody has to."""
    return Step(done=so_far.done, total=so_far.total, finished=True)


@feature.work(Publish, name="actus.Publish", title="Publication des actus", unit=UNIT, writes=True)
async def publish(ctx: Context, asked: Publish, so_far: Progress) -> Step:
    """The next step; each is one transaction with what it sends."""
    if so_far.cursor is None:
        return await _begin(ctx, asked, so_far)
    plan = Plan.model_validate(so_far.cursor)
    match plan.phase:
        case Phase.CHECK:
            return await _check(ctx, asked, so_far, plan)
        case Phase.PAPER:
            return await _await_paper(ctx, asked, so_far, plan)
        case Phase.WRITE:
            return await _write(ctx, asked, so_far, plan)
        case Phase.ARRIVE:
            return await _arrive(ctx, asked, so_far, plan)


async def _held(ctx: Context, asked: Publish) -> Digest | None:
    """The digest, if it is coming out. What is asked of Mattermost is asked before."""
    found = await digests.lock(ctx.db, asked.digest)
    return found if found and found.state is State.PUBLISHING else None


async def _begin(ctx: Context, asked: Publish, so_far: Progress) -> Step:
    """Where it goes, and what it quotes."""
    own = await checking.own(ctx)
    found = await _held(ctx, asked)
    if found is None or found.written:
        return _gone(so_far)
    where = await checking.where_of(ctx, found, own)
    if not where.channels:
        await change(ctx.db, found, state=State.HELD)
        why = Markdown(" ".join(where.absent))
        return Step(replies=await _told(ctx, found, "nowhere", why=why), finished=True)
    await change(ctx.db, found, channels=dict(where.channels), published_at=ctx.now)
    told = await words.tell_team(ctx, _absent(found, where.absent)) if where.absent else []
    return Plan(phase=Phase.CHECK, quoted=list(await checking.quoted(ctx.db, found))).step(told)


def _absent(found: Digest, absent: Sequence[str]) -> Message:
    return Message(render("actus/absent", digest=found, absent=[Markdown(each) for each in absent]))


async def _told(ctx: Context, found: Digest, what: str, **more: object) -> Sequence[Reply]:
    """Said to the team, with its card."""
    said = Message(render(f"actus/{what}", digest=found, **more))
    return [*await words.tell_team(ctx, said), await cards.refresh(ctx, found)]


async def _check(ctx: Context, asked: Publish, so_far: Progress, plan: Plan) -> Step:
    """What may not be quoted any more is left out; then its paper is ordered."""
    lost = await checking.lost(ctx.chat, plan.quoted)
    found = await _held(ctx, asked)
    if found is None:
        return _gone(so_far)
    told = await _leave_out(ctx, found, lost)
    if not found.edito and not await digests.entries(ctx.db, found.number):
        await change(ctx.db, found, state=State.HELD, published_at=None)
        return Step(replies=[*told, *await _told(ctx, found, "emptied")], finished=True)
    room = await places.room(ctx)
    if not room:
        return Plan(phase=Phase.WRITE).step(told)
    topic = words.document_topic(found.number, found.revision)
    if made := await ctx.posts_about(topic):
        return Plan(phase=Phase.WRITE, document=made[0].post_id).step(told)
    order = Document(digest=found.number, revision=found.revision)
    drafts = [post for post in await ctx.posts_about(words.topic_of(found)) if post.channel_id == room]
    sent = SendFile(order=order, channel_id=room, root_id=drafts[0].post_id if drafts else "", topic=topic)
    return Plan(phase=Phase.PAPER, until=ctx.now + PAPER_MAX).step([*told, sent])


async def _leave_out(ctx: Context, found: Digest, lost: Sequence[int]) -> Sequence[Reply]:
    """What may not be quoted any more is not in it, and the team hears so."""
    titles = await checking.drop(ctx.db, found, lost)
    if not titles:
        return []
    await change(ctx.db, found, revision=found.revision + 1)
    return await words.tell_team(ctx, Message(render("actus/left_out", digest=found, titles=titles)))


async def _await_paper(ctx: Context, asked: Publish, so_far: Progress, plan: Plan) -> Step:
    """Until it stands in the room, for a while."""
    found = await digests.get(ctx.db, asked.digest)
    if found is None or found.state is not State.PUBLISHING:
        return _gone(so_far)
    made = await ctx.posts_about(words.document_topic(found.number, found.revision))
    if made:
        return Plan(phase=Phase.WRITE, document=made[0].post_id).step()
    if plan.until and ctx.now < plan.until:
        return plan.step()
    return Plan(phase=Phase.WRITE).step(await words.tell_team(ctx, Message(render("actus/no_paper", digest=found))))


async def _write(ctx: Context, asked: Publish, so_far: Progress, plan: Plan) -> Step:
    """The next batch of its posts: all of them in one channel, then in the next."""
    files = await _files_of(ctx, plan.document)
    found = await _held(ctx, asked)
    if found is None or found.written != plan.at:
        return _gone(so_far)
    drawn = posts(await words.sheet_of(ctx, found))
    total = len(drawn) * len(found.channels)
    batch = lay(found, drawn, files)[plan.at : plan.at + BATCH]
    written = plan.at + len(batch)
    out = {"state": State.PUBLISHED} if written >= total else {}
    await change(ctx.db, found, written=written, parts=len(drawn), document=plan.document, **out)
    if out:
        note_digest(ctx, Act.DIGEST_PUBLISH, found, canaux=list(found.channels.values()))
    phase = Phase.ARRIVE if out else Phase.WRITE
    card = [await cards.refresh(ctx, found)] if out else []
    return Plan(phase=phase, document=plan.document, at=written).step([*batch, *card], total)


def lay(found: Digest, drawn: Sequence[Markdown], files: Sequence[str]) -> Sequence[Say]:
    """All its messages, in the order in which they are written down."""
    return [
        Say(text, channel_id=channel, topic=words.part_topic(found.number, n), files=() if n else files)
        for channel in found.channels
        for n, text in enumerate(drawn)
    ]


async def _files_of(ctx: Context, post_id: str) -> Sequence[str]:
    """What the post in the room carries; nothing where somebody deleted it."""
    if not post_id:
        return ()
    try:
        return (await ctx.chat.read_post(post_id)).file_ids
    except ChatError as error:
        if error.may_pass or error.status == 401:
            raise
        return ()


def topics(found: Digest) -> Sequence[str]:
    """What its posts are filed under."""
    return [words.part_topic(found.number, n) for n in range(found.parts)]


async def _arrive(ctx: Context, asked: Publish, so_far: Progress, plan: Plan) -> Step:
    """Once nothing more is on its way, the team hears where it came out."""
    found = await digests.get(ctx.db, asked.digest)
    if found is None or found.state is not State.PUBLISHED:
        return _gone(so_far)
    tally = await outbox.tally(ctx.db, topics(found), ctx.now)
    if tally.waiting:
        return plan.step(total=so_far.total)
    missing = await outbox.unreached(ctx.db, topics(found))
    refused = [escape(found.channels[place]) for place in missing if place in found.channels]
    reached = [escape(title) for place, title in found.channels.items() if place not in missing]
    said = Message(
        render("actus/out", digest=found, reached=list(map(Markdown, reached)), refused=list(map(Markdown, refused)))
    )
    return Step(replies=await words.tell_team(ctx, said), done=plan.at, total=so_far.total, finished=True)


@feature.stopped(Publish, name="actus.Publish")
async def stopped(ctx: Context, asked: Publish, so_far: Progress) -> Step:
    """Somebody stopped it, or it failed: what was not said is not; the team hears so."""
    found = await digests.lock(ctx.db, asked.digest)
    step = Step(done=so_far.done, total=so_far.total)
    if found is None or found.state is not State.PUBLISHING:
        return step
    values = {"state": State.PUBLISHED} if found.written else {"state": State.HELD, "published_at": None}
    await change(ctx.db, found, **values)
    replies = await _told(ctx, found, "cut_short", partly=found.written > 0)
    return Step(replies=replies, done=so_far.done, total=so_far.total)


@feature.file(Document, name="actus.Document")
async def document(ctx: Context, order: Document, folder: Path) -> Parcel:
    """Its paper, as it is now."""
    found = await words.found(ctx, order.digest)
    sheet = await words.sheet_of(ctx, found)
    path = folder / paper.file_name(sheet)
    path.write_bytes(await ctx.compute(partial(paper.write, sheet, brand.of(ctx.settings))))
    return Parcel(f"Le n° {found.number} en PDF.", files=[path])
