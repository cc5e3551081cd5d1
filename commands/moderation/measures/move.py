"""Moves of a thread to another channel: all of it is copied there before the original is deleted, and can be brought
back."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from bot.actions import DeletePost
from bot.audit import AuditEntry
from bot.cards import RowCard
from bot.context import Context, ReadingContext
from bot.errors import UserError, unless_refused
from bot.french import plural, say_moment
from bot.mattermost import ChatChannel, ChatPost
from bot.permalinks import make_permalink
from bot.plain_text import to_one_line
from bot.replies import Button, Progress, Replies, Reply, Say, Start, Step, Whisper
from bot.texts import Markdown, quotation, relay_markdown, render, require
from commands.moderation.cards import describe_measure
from commands.moderation.cases import GONE, get_case, lock_case, mark_decided, read_thread, take_message
from commands.moderation.decisions import announce_decision, confirm_decision, say_already_decided
from commands.moderation.measures import ActPurpose, MeasureHandler, handles, store_measure
from commands.moderation.policy import ANIMATEURS, feature, find_channel_title, find_channel_zone, index_channels
from dialogs.moderation import MoveThread
from storage import claims, outbox
from storage.journal import REASON_MAX, AuditAct
from storage.moderation import CaseState, KeptPost, Measure, MeasureRecord, cases

MOVE_EXAMPLE = "/moderer deplacer https://…/pl/… ~aide-metier c’est une question de métier"
COPIED_BATCH = 20
"""How many messages one step copies."""


class TransferSurely(BaseModel):
    """Button « Déplacer ces messages »: moves a thread, by its first message."""

    root_id: str
    to: str
    reason: str


class Transfer(BaseModel):
    """A thread to move, with its messages as they are now."""

    posts: list[KeptPost]
    to: str
    reason: str


class Transferring(BaseModel):
    """Long work: copy a thread to another channel."""

    entry: int
    root_id: str


COPY_MAX = 15_000
"""The most characters of the original text in one copy, which also names its author and its hour."""


class PutBackThread(BaseModel):
    """Long work: bring a moved thread back; ``copy_id`` is the first message of the copy."""

    entry: int
    copy_id: str


COPY = RowCard[tuple[int, int, int]]("moderation.copy:", lambda c: f"{c[0]}.{c[1]}" + (f"+{c[2]}" if c[2] else ""))
"""The copy of one message of a moved thread, by the measure, the place of the message, and the part if it is long."""
POINTER = RowCard[Measure]("moderation.pointer:", lambda measure: measure.entry)
"""The message that takes the place of a moved thread and links to its copy."""


def list_copy_topics(entry: int, posts: Sequence[KeptPost]) -> Sequence[str]:
    """Return the topics of all copies."""
    return [COPY.of((entry, n, part)) for n, post in enumerate(posts) for part in range(len(_split_text(post.text)))]


async def find_copy(ctx: Context, entry: int) -> str:
    """Return the first message of the copy; "" while there is none."""
    found = await COPY.list_posts(ctx.db, (entry, 0, 0))
    return found[0].post_id if found else ""


def write_copy(zone: ZoneInfo, post: KeptPost) -> Markdown:
    """Write a copied message: its author’s name, its hour in the channel’s time zone, its text."""
    at = say_moment(post.at.astimezone(zone))
    first = _split_text(post.text)[0]
    return render("moderation/copy", author=f"@{post.author}", at=at, text=relay_markdown(first))


def copy_post(zone: ZoneInfo, entry: int, n: int, post: KeptPost, place: tuple[str, str]) -> Sequence[Say]:
    """Post the n-th message in a channel, as a reply to a message there ("" for the first), in several parts if it is
    long."""
    channel_id, root_id = place
    said = [write_copy(zone, post), *map(relay_markdown, _split_text(post.text)[1:])]
    return [
        COPY.post((entry, n, part), text, channel_id, root_id=root_id, files=() if part else post.files[:10])
        for part, text in enumerate(said)
    ]


def _split_text(text: str) -> Sequence[str]:
    return [text[at : at + COPY_MAX] for at in range(0, len(text), COPY_MAX)] or [""]


@handles
class ThreadMove(MeasureHandler):
    """The measure that moves a thread; a pointer to the copy takes its place."""

    act = AuditAct.MOVE
    by_hand = "supprimez le fil vous-même, par le menu « … » de son premier message"
    is_slow = is_told = True
    notice = "moderation/notice_move"
    contestable = False
    undone = "moderation/undone_move"
    lifted = "moderation/lifted_move"

    async def finish(self, ctx: Context, measure: Measure, record: MeasureRecord) -> Sequence[Reply]:
        """Post the pointer where the thread was, once that is deleted."""
        copy_id = await find_copy(ctx, measure.entry)
        text = render(
            "moderation/pointer",
            told=await describe_measure(ctx, measure),
            author=f"@{record.posts[0].author}",
            start=to_one_line(record.posts[0].text, 80),
            place=await find_channel_title(ctx, record.place),
            address=Markdown(make_permalink(ctx.settings, copy_id)),
        )
        return [POINTER.post(measure, text, record.posts[0].channel_id)]

    def clean_up(self, measure: Measure) -> Sequence[Reply]:
        return [Start(payload=PutBackThread(entry=measure.entry, copy_id=""), quiet=True)]

    def refuse_undoing(self, measure: Measure) -> None:
        """Refuse to undo a move between the copying and the deletion of the original."""
        record = cases.read_record(measure)
        if record.waits and not record.looking:
            raise UserError(render("moderation/move_ends_now"))

    async def lift(self, ctx: Context, measure: Measure, record: MeasureRecord) -> Sequence[Reply]:
        return [Start(payload=PutBackThread(entry=measure.entry, copy_id=await find_copy(ctx, measure.entry)))]


@feature.command(
    "moderer deplacer", help="Déplacer un fil vers un autre canal", hint="lien canal [raison]", roles=ANIMATEURS
)
async def preview_typed_move(ctx: ReadingContext, line: str) -> Replies:
    """Show what a line would move, before it is done."""
    seen, rest = await take_message(ctx, line, MOVE_EXAMPLE)
    to, reason = (await index_channels(ctx)).take(rest, MOVE_EXAMPLE)
    return await preview_move(ctx, seen.post.root_id or seen.post.id, seen.channel, to, " ".join(reason.split()))


async def preview_move(ctx: ReadingContext, root_id: str, there: ChatChannel, to: ChatChannel, reason: str) -> Whisper:
    """Show what would be moved, with a button that does it. Raises UserError and ChatError."""
    _check_destination(there, to)
    posts = require(await read_thread(ctx, root_id) or None, "moderation/message_gone")
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


def _check_destination(there: ChatChannel, to: ChatChannel) -> None:
    if there.id == to.id:
        raise UserError(render("moderation/same_channel"))
    if there.is_private and not to.is_private:
        raise UserError(render("moderation/private_thread"))


async def read_moved_thread(ctx: ReadingContext, click: TransferSurely) -> Transfer:
    """Read the thread as it is at the click. Raises UserError if it cannot be moved."""
    posts = require(await read_thread(ctx, click.root_id) or None, "moderation/thread_gone")
    _check_destination(await ctx.chat.channel(posts[0].channel_id), await ctx.chat.channel(click.to))
    return Transfer(posts=posts, to=click.to, reason=click.reason)


@feature.button(Transfer, roles=ANIMATEURS)
@feature.button(TransferSurely, roles=ANIMATEURS, asks=read_moved_thread)
async def start_move(ctx: Context, click: Transfer) -> Replies:
    """Move the thread."""
    return Start(payload=await _store_move(ctx, click))


async def _store_move(ctx: Context, click: "Transfer | MoveOfCase", case_id: int | None = None) -> Transferring:
    """Store the move of a thread. Raises UserError if it is being moved already."""
    root = click.posts[0]
    await claims.hold(ctx.db, "moderation.move", root.id, ctx.now)
    under_way = await cases.list_measures_in_force(ctx.db, [AuditAct.MOVE])
    if any(root.id in cases.read_record(each).waits for each in under_way):
        raise UserError(render("moderation/moving_already"))
    after = {"to": click.to, "messages": len(click.posts)}
    before = {"channel": root.channel_id}
    deed = AuditEntry(AuditAct.MOVE, f"message:{root.id}", root.author_id, click.reason, before, after)
    record = MeasureRecord(posts=click.posts, waits=[root.id], place=click.to, looking=True)
    measure = await store_measure(ctx, deed, record, case_id=case_id, channels=[root.channel_id])
    return Transferring(entry=measure.entry, root_id=root.id)


async def read_standing_thread(ctx: ReadingContext, asked: Transferring, _: Progress) -> Sequence[KeptPost]:
    """Read the thread that is being moved, as it is now."""
    return await read_thread(ctx, asked.root_id)


@feature.urgent_work(
    Transferring,
    name="moderation.Transferring",
    title="Déplacement du fil",
    unit=("message", "messages"),
    asks=read_standing_thread,
)
async def copy_thread(ctx: Context, asked: Transferring, so_far: Progress, posts: Sequence[KeptPost]) -> Step:
    """Copy the next messages; once all copies stand, delete the original."""
    measure = await cases.lock_measure(ctx.db, asked.entry)
    if measure is None or measure.ended_at or not cases.read_record(measure).looking:
        return Step(done=so_far.done, total=so_far.total, finished=True)
    record = cases.read_record(measure)
    known = {post.id for post in record.posts}
    record.posts += [post for post in posts if post.id not in known]
    await cases.store_record(ctx.db, measure, record)
    at, total = so_far.cursor or 0, len(record.posts)
    tally = await outbox.tally(ctx.db, list_copy_topics(asked.entry, record.posts), ctx.now)
    if tally.refused:
        failed = await ThreadMove().fail(ctx, measure, None)
        return Step(replies=failed, done=at, total=total, finished=True)
    if tally.waiting:
        return Step(cursor=at, done=at, total=total)
    if at < total:
        said = await _copy_batch(ctx, measure, record, at)
        after = min(at + COPIED_BATCH, total) if at else 1
        return Step(replies=said, cursor=after, done=after, total=total)
    record.looking = False
    await cases.store_record(ctx.db, measure, record)
    return Step(replies=[_remove_original(measure, record)], done=total, total=total, finished=True)


async def _copy_batch(ctx: Context, measure: Measure, record: MeasureRecord, at: int) -> Sequence[Reply]:
    """Copy the first message alone, since the others are replies to it."""
    root = await find_copy(ctx, measure.entry) if at else ""
    batch = record.posts[at : at + COPIED_BATCH] if at else record.posts[:1]
    place = (record.place, root)
    zone = await find_channel_zone(ctx, record.place)
    return [say for n, post in enumerate(batch, at) for say in copy_post(zone, measure.entry, n, post, place)]


def _remove_original(measure: Measure, record: MeasureRecord) -> DeletePost:
    root = record.posts[0]
    return DeletePost(root.id, channel_id=root.channel_id, topic=ActPurpose.ACT.about(measure.entry, root.id))


class MoveOfCase(BaseModel):
    """The thread of a case as it is now, read after the window was sent."""

    case: int
    posts: list[KeptPost]
    to: str
    reason: str


async def read_case_thread(ctx: ReadingContext, form: MoveThread) -> MoveOfCase:
    """Read the thread of a case; empty if the case is decided already. Raises UserError if it cannot be moved."""
    case = await get_case(ctx, form.case)
    if case.state is not CaseState.OPEN:
        return MoveOfCase(case=case.number, posts=[], to="", reason=form.reason)
    root_id = case.root_id or case.post_id
    there, to = await ctx.chat.channel(case.channel_id), await ctx.chat.channel(form.place)
    await preview_move(ctx, root_id, there, to, form.reason)  # says why it cannot be
    posts = await read_thread(ctx, root_id)
    return MoveOfCase(case=case.number, posts=posts, to=to.id, reason=form.reason)


@feature.button(MoveOfCase, roles=ANIMATEURS)
@feature.submit(MoveThread, roles=ANIMATEURS, asks=read_case_thread)
async def start_case_move(ctx: Context, asked: MoveOfCase) -> Replies:
    """Move the thread, which decides the case."""
    case = await lock_case(ctx, asked.case)
    if case.state is not CaseState.OPEN:
        return await say_already_decided(ctx, case)
    begun = await _store_move(ctx, asked, case.number)
    await mark_decided(ctx, case, AuditAct.MOVE, asked.reason, entry=begun.entry)
    return [*confirm_decision(case), Start(payload=begun), *await announce_decision(ctx, case)]


ALL_SAID = 1
"""The cursor once all messages are posted again and the copies still exist."""

RESTORED_OFFSET = 100_000
"""Added to the place of a message in the topic of its restored post, so that it differs from its copy’s."""


@dataclass(frozen=True, slots=True)
class StandingCopies:
    """The copies that still stand, and whether other people replied to them."""

    posts: Sequence[ChatPost]
    answered: bool


async def read_copies(ctx: ReadingContext, asked: PutBackThread, _: Progress) -> StandingCopies:
    """Read the copies of the moved thread."""
    posts: Sequence[ChatPost] = []
    if asked.copy_id:
        posts = await unless_refused(ctx.chat.thread(asked.copy_id), posts, GONE)
    me = (await ctx.chat.me()).id
    return StandingCopies(posts, any(post.user_id != me for post in posts))


@feature.urgent_work(
    PutBackThread, name="moderation.PutBack", title="Retour du fil", unit=("message", "messages"), asks=read_copies
)
async def restore_thread(ctx: Context, asked: PutBackThread, so_far: Progress, copies: StandingCopies) -> Step:
    """Post the whole thread again under its pointer; then delete the copies, unless other people replied to them."""
    measure = await cases.get_measure(ctx.db, asked.entry)
    if measure is None:
        return Step(finished=True)
    record = cases.read_record(measure)
    total = len(record.posts)
    if not record.done:  # the thread is still where it was
        return await _remove_copies(ctx, measure, record)
    if so_far.cursor is None:
        if await POINTER.is_sent(ctx.db, measure) and not await POINTER.list_posts(ctx.db, measure):
            return Step(done=0, total=total)  # what is rewritten must stand
        told = await _restore_posts(ctx, measure, record, copies.posts)
        return Step(replies=told, cursor=ALL_SAID, done=0, total=total)
    if (await outbox.tally(ctx.db, _list_restored_topics(measure, record), ctx.now)).waiting:
        return Step(cursor=ALL_SAID, done=so_far.done, total=total)
    gone = [] if copies.answered or not asked.copy_id else [DeletePost(asked.copy_id, channel_id=record.place)]
    return Step(
        replies=gone,
        done=total,
        total=total,
        finished=True,
        said=render("moderation/copy_stays") if copies.answered else "",
    )


async def _remove_copies(ctx: Context, measure: Measure, record: MeasureRecord) -> Step:
    """Delete the copies, once all have arrived: the first one, with all replies."""
    theirs, total = list_copy_topics(measure.entry, record.posts), len(record.posts)
    await outbox.recall_unsent(ctx.db, theirs, ctx.now)
    if (await outbox.tally(ctx.db, theirs, ctx.now)).waiting:
        return Step(done=0, total=total)
    copy_id = await find_copy(ctx, measure.entry)
    gone = [DeletePost(copy_id, channel_id=record.place)] if copy_id else []
    return Step(replies=gone, done=total, total=total, finished=True)


async def _restore_posts(
    ctx: Context, measure: Measure, record: MeasureRecord, standing: Sequence[ChatPost]
) -> Sequence[Reply]:
    """Post the messages again: the first one replaces the pointer, the others reply to it. Files come from the
    copies."""
    files = {post.id: list(post.file_ids) for post in standing}
    posts = [await _attach_files(ctx, measure, n, post, files) for n, post in enumerate(record.posts)]
    pointers = await POINTER.list_posts(ctx.db, measure)
    root_id = pointers[0].post_id if pointers else ""
    place, zone = (posts[0].channel_id, root_id), await find_channel_zone(ctx, posts[0].channel_id)
    said = write_copy(zone, posts[0])
    first: list[Reply] = [POINTER.rewrite(measure, said) if pointers else POINTER.post(measure, said, place[0])]
    if posts[0].files:
        key, text = (measure.entry, RESTORED_OFFSET, 0), render("moderation/files")
        first.append(COPY.post(key, text, place[0], root_id=root_id, files=posts[0].files))
    others = [
        s
        for n, post in enumerate(posts[1:], 1)
        for s in copy_post(zone, measure.entry, RESTORED_OFFSET + n, post, place)
    ]
    return [*first, *others]


async def _attach_files(
    ctx: Context, measure: Measure, n: int, post: KeptPost, files: dict[str, list[str]]
) -> KeptPost:
    copy = await COPY.list_posts(ctx.db, (measure.entry, n, 0))
    return post.model_copy(update={"files": files.get(copy[0].post_id, []) if copy else []})


def _list_restored_topics(measure: Measure, record: MeasureRecord) -> Sequence[str]:
    return [COPY.of((measure.entry, RESTORED_OFFSET + n, 0)) for n in range(len(record.posts))]
