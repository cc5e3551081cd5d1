"""A digest comes out: its channels and quotes are checked, its paper is made, its posts are sent once each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.broadcasts import PostedBatches
from bot.context import Context
from bot.destinations import TeamChannels
from bot.errors import ChatError
from bot.mattermost import ChatReader
from bot.papers import brand
from bot.replies import Message, Parcel, Progress, Reply, Say, SendFile, Step
from bot.texts import Markdown, escape, render
from commands.actus import cards, editions, formats
from commands.actus.cards import CheckPlaces, Document, Publish
from commands.actus.editions import Edition, NewsContext, find_channels, note_digest, read_editions
from commands.actus.feature import feature
from commands.actus.formats import draw_posts
from config.settings import Settings
from storage import canaux, outbox
from storage.actus import digests, items, subscriptions
from storage.actus.digests import Digest, DigestEntry, DigestState
from storage.actus.items import Item
from storage.database import change
from storage.journal import AuditAct
from storage.outbox import BATCH


class QuotedEntry(BaseModel):
    """An entry that quotes a message."""

    entry: int
    post_id: str
    channel_id: str


@dataclass(frozen=True, slots=True)
class Destinations:
    """The channels in which it comes out, title by id, and what is said of those in which it cannot."""

    channels: Mapping[str, str]
    absent: Sequence[str]


async def read_own_channels(ctx: Context) -> TeamChannels:
    """The channels that the bot is in; asked before anything is locked."""
    channels = await ctx.chat.own_channels()
    return TeamChannels(channels, await canaux.find_channel_ids(ctx.db))


async def find_destinations(db: AsyncSession, settings: Settings, edition: Edition, own: TeamChannels) -> Destinations:
    """Each of its places by itself: one that is not there keeps the others from nothing. ``own`` was asked before."""
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
    """The same of a digest; nowhere once the operator’s table has its edition no more."""
    edition = (await read_editions(desk)).get(digest.edition)
    if edition is None:
        return Destinations({}, ["Son édition n’est plus dans la table."])
    return await find_destinations(desk.db, desk.settings, edition, own)


async def find_quotes(db: AsyncSession, digest: Digest) -> Sequence[QuotedEntry]:
    """Its entries that quote messages."""
    entries = await digests.list_entries(db, digest.number)
    known = await items.find_by_ids(db, {entry.item for entry in entries})
    found = [(entry, known[entry.item]) for entry in entries if entry.item in known]
    return [QuotedEntry(entry=e.number, post_id=i.post_id, channel_id=i.channel_id) for e, i in found if i.post_id]


async def find_lost_quotes(chat: ChatReader, asked: Sequence[QuotedEntry]) -> Sequence[int]:
    """The entries whose message is gone, or is not in a public channel any more. Raises ChatError while Mattermost
    does not answer."""
    closed: dict[str, bool] = {}
    found = []
    for one in asked:
        if one.channel_id not in closed:
            closed[one.channel_id] = await _is_closed(chat, one.channel_id)
        if closed[one.channel_id] or await _is_gone(chat, one):
            found.append(one.entry)
    return found


async def _is_closed(chat: ChatReader, channel_id: str) -> bool:
    try:
        channel = await chat.channel(channel_id)
    except ChatError as error:
        return _is_refused(error)
    return channel.is_private or channel.archived


async def _is_gone(chat: ChatReader, one: QuotedEntry) -> bool:
    try:
        post = await chat.read_post(one.post_id)
    except ChatError as error:
        return _is_refused(error)
    return post.channel_id != one.channel_id or bool(post.delete_at)


def _is_refused(error: ChatError) -> bool:
    """Refused for good: what may pass is raised, and asked again later."""
    if error.is_temporary:
        raise error
    return True


async def find_unfit(db: AsyncSession, digest: Digest, gone: Sequence[int]) -> Sequence[DigestEntry]:
    """Its entries that may not come out: those, what was withdrawn, what is by who is not to be quoted."""
    entries = await digests.list_entries(db, digest.number)
    known = await items.find_by_ids(db, {entry.item for entry in entries})
    unquoted = await subscriptions.list_unquoted(db)
    return [entry for entry in entries if entry.number in gone or _is_hidden(known.get(entry.item), unquoted)]


def _is_hidden(item: Item | None, unquoted: Collection[str]) -> bool:
    return item is not None and (item.withdrawn or (bool(item.post_id) and item.author_id in unquoted))


async def drop_unfit(db: AsyncSession, digest: Digest, gone: Sequence[int]) -> Sequence[str]:
    """Leave out what may not come out; the titles of that."""
    left_out = await find_unfit(db, digest, gone)
    for entry in left_out:
        await change(db, entry, dropped=True)
    return [entry.title for entry in left_out]


@feature.work(CheckPlaces, name="actus.CheckPlaces", title="Canaux des actus", writes=True)
async def check_places(ctx: Context, asked: CheckPlaces, so_far: Progress) -> Step:
    """Where what was just approved cannot come out is said now, while there is time."""
    own = await read_own_channels(ctx)
    digest = await editions.get_digest(ctx, asked.digest)
    where = await find_digest_destinations(ctx, digest, own)
    if digest.state is not DigestState.APPROVED or not where.absent:
        return Step(finished=True)
    told = {"absent": [Markdown(each) for each in where.absent], "nowhere": not where.channels}
    said = Message(render("actus/unplaced", digest=digest, at=editions.say_at(digest.at), **told))
    return Step(replies=await editions.tell_team(ctx, said), finished=True)


PAPER_MAX = timedelta(minutes=3)
"""How long its paper is waited for; then it comes out without."""
UNIT = ("message", "messages")


class Phase(StrEnum):
    """Where the work is; the next step begins with it."""

    CHECK = "check"
    PAPER = "paper"
    WRITE = "write"
    ARRIVE = "arrive"


class PublicationPlan(BaseModel):
    """From where a step goes on. ``document`` is the post that carries the paper, ``until`` up to when it is waited
    for, ``at`` how many posts are written down."""

    phase: Phase
    quoted: list[QuotedEntry] = []
    until: datetime | None = None
    document: str = ""
    at: int = 0

    def step(self, replies: Sequence[Reply] = (), total: int | None = None) -> Step:
        """The end of a step that goes on from here."""
        return Step(replies=replies, cursor=self.model_dump(mode="json"), done=self.at, total=total)


@feature.work(Publish, name="actus.Publish", title="Publication des actus", unit=UNIT, writes=True)
async def publish(ctx: Context, asked: Publish, so_far: Progress) -> Step:
    """The next step; each is one transaction with what it sends."""
    if so_far.cursor is None:
        return await _choose_channels(ctx, asked, so_far)
    plan = PublicationPlan.model_validate(so_far.cursor)
    match plan.phase:
        case Phase.CHECK:
            return await _check_quotes(ctx, asked, so_far, plan)
        case Phase.PAPER:
            return await _await_paper(ctx, asked, so_far, plan)
        case Phase.WRITE:
            return await _write_batch(ctx, asked, so_far, plan)
        case Phase.ARRIVE:
            return await _await_arrival(ctx, asked, so_far, plan)


async def _lock_publishing(ctx: Context, asked: Publish) -> Digest | None:
    """The digest, if it is coming out. What is asked of Mattermost is asked before."""
    found = await digests.lock(ctx.db, asked.digest)
    return found if found and found.state is DigestState.PUBLISHING else None


async def _choose_channels(ctx: Context, asked: Publish, so_far: Progress) -> Step:
    """Where it goes, and what it quotes."""
    own = await read_own_channels(ctx)
    found = await _lock_publishing(ctx, asked)
    if found is None or found.written:
        return so_far.end()
    where = await find_digest_destinations(ctx, found, own)
    if not where.channels:
        await change(ctx.db, found, state=DigestState.HELD)
        why = Markdown(" ".join(where.absent))
        return Step(replies=await _tell_outcome(ctx, found, "nowhere", why=why), finished=True)
    await change(ctx.db, found, channels=dict(where.channels), published_at=ctx.now)
    told = await editions.tell_team(ctx, _draw_absent(found, where.absent)) if where.absent else []
    return PublicationPlan(phase=Phase.CHECK, quoted=list(await find_quotes(ctx.db, found))).step(told)


def _draw_absent(found: Digest, absent: Sequence[str]) -> Message:
    return Message(render("actus/absent", digest=found, absent=[Markdown(each) for each in absent]))


async def _tell_outcome(ctx: Context, found: Digest, what: str, **more: object) -> Sequence[Reply]:
    """Said to the team, with its card."""
    said = Message(render(f"actus/{what}", digest=found, **more))
    return [*await editions.tell_team(ctx, said), await cards.refresh_card(ctx, found)]


async def _check_quotes(ctx: Context, asked: Publish, so_far: Progress, plan: PublicationPlan) -> Step:
    """What may not be quoted any more is left out; then its paper is ordered."""
    lost = await find_lost_quotes(ctx.chat, plan.quoted)
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
    """What may not be quoted any more is not in it, and the team hears so."""
    titles = await drop_unfit(ctx.db, found, lost)
    if not titles:
        return []
    await change(ctx.db, found, revision=found.revision + 1)
    return await editions.tell_team(ctx, Message(render("actus/left_out", digest=found, titles=titles)))


async def _await_paper(ctx: Context, asked: Publish, so_far: Progress, plan: PublicationPlan) -> Step:
    """Until it stands in the room, for a while."""
    found = await digests.get(ctx.db, asked.digest)
    if found is None or found.state is not DigestState.PUBLISHING:
        return so_far.end()
    made = await editions.DOCUMENT.list_posts(ctx.db, found)
    if made:
        return PublicationPlan(phase=Phase.WRITE, document=made[0].post_id).step()
    if plan.until and ctx.now < plan.until:
        return plan.step()
    return PublicationPlan(phase=Phase.WRITE).step(
        await editions.tell_team(ctx, Message(render("actus/no_paper", digest=found)))
    )


async def _write_batch(ctx: Context, asked: Publish, so_far: Progress, plan: PublicationPlan) -> Step:
    """The next batch of its posts: all of them in one channel, then in the next."""
    files = await _read_files(ctx, plan.document)
    found = await _lock_publishing(ctx, asked)
    if found is None or found.written != plan.at:
        return so_far.end()
    drawn = draw_posts(await editions.read_sheet(ctx, found))
    total = len(drawn) * len(found.channels)
    batch = make_messages(found, drawn, files)[plan.at : plan.at + BATCH]
    written = plan.at + len(batch)
    out = {"state": DigestState.PUBLISHED} if written >= total else {}
    await change(ctx.db, found, written=written, parts=len(drawn), document=plan.document, **out)
    if out:
        note_digest(ctx, AuditAct.DIGEST_PUBLISH, found, canaux=list(found.channels.values()))
    phase = Phase.ARRIVE if out else Phase.WRITE
    card = [await cards.refresh_card(ctx, found)] if out else []
    return PublicationPlan(phase=phase, document=plan.document, at=written).step([*batch, *card], total)


def make_messages(found: Digest, drawn: Sequence[Markdown], files: Sequence[str]) -> Sequence[Say]:
    """All its messages, in the order in which they are written down."""
    return [
        Say(text, channel_id=channel, topic=editions.get_part_topic(found.number, n), files=() if n else files)
        for channel in found.channels
        for n, text in enumerate(drawn)
    ]


async def _read_files(ctx: Context, post_id: str) -> Sequence[str]:
    """What the post in the room carries; nothing where somebody deleted it."""
    if not post_id:
        return ()
    try:
        return (await ctx.chat.read_post(post_id)).file_ids
    except ChatError as error:
        if error.is_temporary:
            raise
        return ()


def get_topics(found: Digest) -> Sequence[str]:
    """What its posts are filed under."""
    return [editions.get_part_topic(found.number, n) for n in range(found.parts)]


def get_posted(found: Digest) -> PostedBatches:
    """Its posts where they stand, part by part."""
    return PostedBatches(get_topics(found), found.parts)


async def _await_arrival(ctx: Context, asked: Publish, so_far: Progress, plan: PublicationPlan) -> Step:
    """Once nothing more is on its way, the team hears where it came out."""
    found = await digests.get(ctx.db, asked.digest)
    if found is None or found.state is not DigestState.PUBLISHED:
        return so_far.end()
    tally = await outbox.tally(ctx.db, get_topics(found), ctx.now)
    if tally.waiting:
        return plan.step(total=so_far.total)
    missing = await outbox.find_unreached(ctx.db, get_topics(found))
    refused = [escape(found.channels[place]) for place in missing if place in found.channels]
    reached = [escape(title) for place, title in found.channels.items() if place not in missing]
    said = Message(
        render("actus/out", digest=found, reached=list(map(Markdown, reached)), refused=list(map(Markdown, refused)))
    )
    return Step(replies=await editions.tell_team(ctx, said), done=plan.at, total=so_far.total, finished=True)


@feature.stopped(Publish, name="actus.Publish")
async def end_publication(ctx: Context, asked: Publish, so_far: Progress) -> Step:
    """Somebody stopped it, or it failed: what was not said is not; the team hears so."""
    found = await digests.lock(ctx.db, asked.digest)
    if found is None or found.state is not DigestState.PUBLISHING:
        return so_far.end()
    values = {"state": DigestState.PUBLISHED} if found.written else {"state": DigestState.HELD, "published_at": None}
    await change(ctx.db, found, **values)
    return so_far.end(await _tell_outcome(ctx, found, "cut_short", partly=found.written > 0))


@feature.file(Document, name="actus.Document")
async def make_document(ctx: Context, order: Document, folder: Path) -> Parcel:
    """Its paper, as it is now."""
    found = await editions.get_digest(ctx, order.digest)
    sheet = await editions.read_sheet(ctx, found)
    path = folder / formats.name_pdf(sheet)
    path.write_bytes(await ctx.compute(partial(formats.write_pdf, sheet, brand.read_brand(ctx.settings))))
    return Parcel(f"Le n° {found.number} en PDF.", files=[path])
