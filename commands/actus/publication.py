"""Publication of a digest: its channels and quotes are checked, its PDF is made, and each post is sent once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.broadcasts import PostedBatches
from bot.context import Context, ReadingContext
from bot.destinations import TeamChannels
from bot.errors import unless_refused_for_good
from bot.mattermost import ChatReader
from bot.papers import page
from bot.replies import Message, Parcel, Progress, Reply, Say, SendFile, Step
from bot.texts import Markdown, escape, render
from commands.actus import drafts, editions, formats
from commands.actus.drafts import CheckPlaces, Document, PublishDigest
from commands.actus.editions import Edition, NewsContext, feature, find_channels, note_digest
from config.settings import Settings
from storage import canaux, journal, outbox
from storage.actus import digests, items, subscriptions
from storage.actus.digests import Digest, DigestEntry, DigestState
from storage.database import change


class QuotedEntry(BaseModel):
    """An entry of a digest that quotes a message."""

    entry: int
    post_id: str
    channel_id: str


@dataclass(frozen=True, slots=True)
class Destinations:
    """The channels in which a digest comes out, title by id, and what is said of those in which it cannot."""

    channels: Mapping[str, str]
    absent: Sequence[str]


async def read_own_channels(ctx: ReadingContext) -> TeamChannels:
    """Read the channels that the bot is in."""
    channels = await ctx.chat.own_channels()
    return TeamChannels(channels, await canaux.find_channel_ids(ctx.db))


async def find_destinations(db: AsyncSession, settings: Settings, edition: Edition, own: TeamChannels) -> Destinations:
    """Find the channels of an edition, place by place, so that a missing one does not stop the others. ``own`` are the
    bot’s channels, asked for before."""
    table = await canaux.list_planned(db, settings)
    found: dict[str, str] = {}
    absent: list[str] = []
    for target in edition.targets:
        try:
            wanted = find_channels([target], table)
        except ValueError as problem:
            absent.append(str(problem))
            continue
        for channel in wanted:
            try:
                found |= own.find([channel])
            except ValueError as problem:
                absent.append(str(problem))
    return Destinations(found, absent)


async def find_digest_destinations(desk: NewsContext, digest: Digest, own: TeamChannels) -> Destinations:
    """Find where a digest goes: nowhere once the operator’s table has its edition no more."""
    edition = await editions.find_edition(desk, digest)
    if edition is None:
        return Destinations({}, [render("actus/edition_not_planned")])
    return await find_destinations(desk.db, desk.settings, edition, own)


async def _list_items(db: AsyncSession, digest: Digest) -> Sequence[tuple[DigestEntry, items.Item | None]]:
    """List the entries of a digest, each with its item."""
    entries = await digests.list_entries(db, digest.number)
    known = await items.find_by_ids(db, {entry.item for entry in entries})
    return [(entry, known.get(entry.item)) for entry in entries]


async def find_quotes(db: AsyncSession, digest: Digest) -> Sequence[QuotedEntry]:
    """Find the entries of a digest that quote messages."""
    quoting = [(entry, item) for entry, item in await _list_items(db, digest) if item and item.post_id]
    return [QuotedEntry(entry=one.number, post_id=item.post_id, channel_id=item.channel_id) for one, item in quoting]


async def find_lost_quotes(chat: ChatReader, asked: Sequence[QuotedEntry]) -> Sequence[int]:
    """Find the entries whose message was deleted or is no longer in a public channel. Raises ChatError while Mattermost
    does not answer."""
    places = dict.fromkeys(one.channel_id for one in asked)
    channels = [await unless_refused_for_good(chat.channel(place)) for place in places]
    public = {each.id for each in channels if each and not each.is_private and not each.archived}
    lost: list[int] = []
    for one in asked:
        post = await unless_refused_for_good(chat.read_post(one.post_id)) if one.channel_id in public else None
        if post is None or post.channel_id != one.channel_id or post.delete_at:
            lost.append(one.entry)
    return lost


async def find_unfit(db: AsyncSession, digest: Digest, gone: Sequence[int]) -> Sequence[DigestEntry]:
    """Find the entries that may not come out: those in ``gone``, withdrawn items, and items by people who do not want
    to be quoted."""
    unquoted = await subscriptions.list_unquoted(db)
    return [
        entry
        for entry, item in await _list_items(db, digest)
        if entry.number in gone or (item and (item.withdrawn or (item.post_id and item.author_id in unquoted)))
    ]


async def drop_unfit(db: AsyncSession, digest: Digest, gone: Sequence[int]) -> Sequence[str]:
    """Drop the entries that may not come out; return their titles."""
    left_out = await find_unfit(db, digest, gone)
    for entry in left_out:
        await change(db, entry, dropped=True)
    return [entry.title for entry in left_out]


async def read_places(ctx: ReadingContext, _: CheckPlaces, __: Progress) -> TeamChannels:
    """Read the channels in which the bot can post."""
    return await read_own_channels(ctx)


@feature.work(CheckPlaces, name="actus.CheckPlaces", title="Canaux des actus", asks=read_places)
async def check_places(ctx: Context, asked: CheckPlaces, _: Progress, own: TeamChannels) -> Step:
    """Say where an approved digest cannot come out, while there is time to change that."""
    digest = await editions.get_digest(ctx, asked.digest)
    where = await find_digest_destinations(ctx, digest, own)
    if digest.state is not DigestState.APPROVED or not where.absent:
        return Step(finished=True)
    told = {"absent": [Markdown(each) for each in where.absent], "nowhere": not where.channels}
    said = await _tell_team(ctx, digest, "unplaced", at=editions.say_at(digest.at), **told)
    return Step(replies=said, finished=True)


async def _tell_team(ctx: Context, digest: Digest, what: str, **more: object) -> Sequence[Reply]:
    return await editions.tell_team(ctx, Message(render(f"actus/{what}", digest=digest, **more)))


PAPER_MAX = timedelta(minutes=3)
"""How long a digest waits for its PDF; after that it comes out without."""
UNIT = ("message", "messages")


class Phase(StrEnum):
    """A phase of the publication; each step of the work ends with the phase of the next one."""

    CHECK = "check"
    PAPER = "paper"
    WRITE = "write"
    ARRIVE = "arrive"


class PublicationPlan(BaseModel):
    """The cursor of the publication. ``document`` is the post that carries the PDF, ``until`` the time up to which it
    is awaited, ``at`` how many posts are written to the outbox."""

    phase: Phase
    quoted: list[QuotedEntry] = []
    until: datetime | None = None
    document: str = ""
    at: int = 0

    def step(self, replies: Sequence[Reply] = (), total: int | None = None) -> Step:
        """End a step that goes on from here."""
        return Step(replies=replies, cursor=self.model_dump(mode="json"), done=self.at, total=total)


@dataclass(frozen=True, slots=True)
class PublicationFacts:
    """What Mattermost answered for a step: first the bot’s channels, then the entries whose messages are gone, then the
    files of the PDF’s post."""

    own: TeamChannels | None = None
    lost: Sequence[int] = ()
    files: Sequence[str] = ()


async def read_publication_facts(ctx: ReadingContext, _: PublishDigest, so_far: Progress) -> PublicationFacts:
    """Ask Mattermost what the next step needs."""
    if so_far.cursor is None:
        return PublicationFacts(own=await read_own_channels(ctx))
    plan = PublicationPlan.model_validate(so_far.cursor)
    if plan.phase is Phase.CHECK:
        return PublicationFacts(lost=await find_lost_quotes(ctx.chat, plan.quoted))
    if plan.phase is Phase.WRITE and plan.document:
        paper = await unless_refused_for_good(ctx.chat.read_post(plan.document))
        return PublicationFacts(files=paper.file_ids if paper else ())  # somebody may have deleted it
    return PublicationFacts()


@feature.work(
    PublishDigest, name="actus.Publish", title="Publication des actus", unit=UNIT, asks=read_publication_facts
)
async def publish(ctx: Context, asked: PublishDigest, so_far: Progress, facts: PublicationFacts) -> Step:
    """Run the next step of the publication; each is one transaction with what it sends."""
    if facts.own is not None:
        return await _choose_channels(ctx, asked, so_far, facts.own)
    plan = PublicationPlan.model_validate(so_far.cursor)
    match plan.phase:
        case Phase.CHECK:
            return await _check_quotes(ctx, asked, so_far, facts.lost)
        case Phase.PAPER:
            return await _await_paper(ctx, asked, so_far, plan)
        case Phase.WRITE:
            return await _write_batch(ctx, asked, so_far, plan, facts.files)
        case Phase.ARRIVE:
            return await _await_arrival(ctx, asked, so_far, plan)


async def _lock_publishing(ctx: Context, asked: PublishDigest) -> Digest | None:
    """Lock the digest, if it is still being published."""
    found = await digests.lock(ctx.db, asked.digest)
    return found if found and found.state is DigestState.PUBLISHING else None


async def _choose_channels(ctx: Context, asked: PublishDigest, so_far: Progress, own: TeamChannels) -> Step:
    """Find where the digest goes, and what it quotes."""
    found = await _lock_publishing(ctx, asked)
    if found is None or found.written:
        return so_far.end()
    where = await find_digest_destinations(ctx, found, own)
    if not where.channels:
        await change(ctx.db, found, state=DigestState.HELD)
        why = Markdown(" ".join(where.absent))
        return Step(replies=await _tell_outcome(ctx, found, "nowhere", why=why), finished=True)
    await change(ctx.db, found, channels=dict(where.channels), published_at=ctx.now)
    absent = [Markdown(each) for each in where.absent]
    told = await _tell_team(ctx, found, "absent", absent=absent) if absent else []
    return PublicationPlan(phase=Phase.CHECK, quoted=list(await find_quotes(ctx.db, found))).step(told)


async def _tell_outcome(ctx: Context, found: Digest, what: str, **more: object) -> Sequence[Reply]:
    """Tell the team the outcome of the publication, and rewrite the card."""
    return [*await _tell_team(ctx, found, what, **more), await drafts.refresh_card(ctx, found)]


async def _check_quotes(ctx: Context, asked: PublishDigest, so_far: Progress, lost: Sequence[int]) -> Step:
    """Leave out what may not be quoted any more, then order the paper."""
    found = await _lock_publishing(ctx, asked)
    if found is None:
        return so_far.end()
    told = await _leave_out(ctx, found, lost)
    if not found.edito and not await digests.list_entries(ctx.db, found.number):
        await change(ctx.db, found, state=DigestState.HELD, published_at=None)
        return Step(replies=[*told, *await _tell_outcome(ctx, found, "emptied")], finished=True)
    room = await canaux.find_team_room(ctx.db)
    if not room:
        return PublicationPlan(phase=Phase.WRITE).step(told)
    if made := await editions.DOCUMENT.list_posts(ctx.db, found):
        return PublicationPlan(phase=Phase.WRITE, document=made[0].post_id).step(told)
    order = Document(digest=found.number, revision=found.revision)
    drafts = [post for post in await editions.DRAFT.list_posts(ctx.db, found) if post.channel_id == room]
    topic, root = editions.DOCUMENT.of(found), drafts[0].post_id if drafts else ""
    sent = SendFile(order=order, channel_id=room, root_id=root, topic=topic)
    return PublicationPlan(phase=Phase.PAPER, until=ctx.now + PAPER_MAX).step([*told, sent])


async def _leave_out(ctx: Context, found: Digest, lost: Sequence[int]) -> Sequence[Reply]:
    """Drop the entries that may no longer be quoted, and tell the team."""
    titles = await drop_unfit(ctx.db, found, lost)
    if not titles:
        return []
    await change(ctx.db, found, revision=found.revision + 1)
    return await _tell_team(ctx, found, "left_out", titles=titles)


async def _await_paper(ctx: Context, asked: PublishDigest, so_far: Progress, plan: PublicationPlan) -> Step:
    """Wait a while for the PDF’s post to arrive in the room."""
    found = await digests.get(ctx.db, asked.digest)
    if found is None or found.state is not DigestState.PUBLISHING:
        return so_far.end()
    if made := await editions.DOCUMENT.list_posts(ctx.db, found):
        return PublicationPlan(phase=Phase.WRITE, document=made[0].post_id).step()
    if plan.until and ctx.now < plan.until:
        return plan.step()
    return PublicationPlan(phase=Phase.WRITE).step(await _tell_team(ctx, found, "no_paper"))


async def _write_batch(
    ctx: Context, asked: PublishDigest, so_far: Progress, plan: PublicationPlan, files: Sequence[str]
) -> Step:
    """Write the next batch of posts to the outbox, channel by channel."""
    found = await _lock_publishing(ctx, asked)
    if found is None or found.written != plan.at:
        return so_far.end()
    drawn = formats.draw_posts(await editions.read_sheet(ctx, found))
    total = len(drawn) * len(found.channels)
    batch = make_messages(found, drawn, files)[plan.at : plan.at + outbox.BATCH]
    written = plan.at + len(batch)
    out = {"state": DigestState.PUBLISHED} if written >= total else {}
    await change(ctx.db, found, written=written, parts=len(drawn), document=plan.document, **out)
    if out:
        note_digest(ctx, journal.AuditAct.DIGEST_PUBLISH, found, canaux=list(found.channels.values()))
    phase = Phase.ARRIVE if out else Phase.WRITE
    card = [await drafts.refresh_card(ctx, found)] if out else []
    return PublicationPlan(phase=phase, document=plan.document, at=written).step([*batch, *card], total)


def make_messages(found: Digest, drawn: Sequence[Markdown], files: Sequence[str]) -> Sequence[Say]:
    """Make all messages of a digest, in the order in which they are written down."""
    return [
        Say(text, channel_id=channel, topic=editions.get_part_topic(found.number, n), files=() if n else files)
        for channel in found.channels
        for n, text in enumerate(drawn)
    ]


def get_posted(found: Digest) -> PostedBatches:
    """Return the batches of a digest’s posts, part by part."""
    return PostedBatches([editions.get_part_topic(found.number, n) for n in range(found.parts)], found.parts)


async def _await_arrival(ctx: Context, asked: PublishDigest, so_far: Progress, plan: PublicationPlan) -> Step:
    """Wait until nothing more is on its way, then tell the team where it came out."""
    found = await digests.get(ctx.db, asked.digest)
    if found is None or found.state is not DigestState.PUBLISHED:
        return so_far.end()
    topics = get_posted(found).topics
    if (await outbox.tally(ctx.db, topics, ctx.now)).waiting:
        return plan.step(total=so_far.total)
    missing = await outbox.find_unreached(ctx.db, topics)
    refused = [Markdown(escape(found.channels[place])) for place in missing if place in found.channels]
    reached = [Markdown(escape(title)) for place, title in found.channels.items() if place not in missing]
    said = await _tell_team(ctx, found, "out", reached=reached, refused=refused)
    return Step(replies=said, done=plan.at, total=so_far.total, finished=True)


@feature.stopped(PublishDigest, name="actus.Publish")
async def end_publication(ctx: Context, asked: PublishDigest, so_far: Progress) -> Step:
    """Finish a publication that was stopped or failed: what was not sent is cancelled, and the team is told."""
    found = await digests.lock(ctx.db, asked.digest)
    if found is None or found.state is not DigestState.PUBLISHING:
        return so_far.end()
    values = {"state": DigestState.PUBLISHED} if found.written else {"state": DigestState.HELD, "published_at": None}
    await change(ctx.db, found, **values)
    return so_far.end(await _tell_outcome(ctx, found, "cut_short", partly=found.written > 0))


@feature.file(Document, name="actus.Document")
async def make_document(ctx: ReadingContext, order: Document, folder: Path) -> Parcel:
    """Make the PDF of a digest, as it is now."""
    found = await editions.get_digest(ctx, order.digest)
    sheet = await editions.read_sheet(ctx, found)
    path = folder / formats.name_pdf(sheet)
    path.write_bytes(await ctx.compute(partial(formats.write_pdf, sheet, page.read_brand(ctx.settings))))
    return Parcel(render("actus/in_pdf", number=found.number), files=[path])
