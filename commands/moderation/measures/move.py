"""A thread goes to another channel: all of it is copied there before the original goes; and it comes back."""

from collections.abc import Sequence

from pydantic import BaseModel

from bot.actions import DeletePost
from bot.audit import AuditEntry, record_entry
from bot.context import Context
from bot.errors import ChatError, Refusal, UserError
from bot.french.words import plural
from bot.mattermost import ChatChannel, ChatPost
from bot.replies import Button, Progress, Redirect, Refresh, Replies, Reply, Say, Start, Step, Whisper
from bot.texts import quotation, render
from commands.moderation import arguments, notices
from commands.moderation.cases import get_case, lock_case
from commands.moderation.channels import find_channel_zone
from commands.moderation.decisions import announce_decision, confirm_decision, say_already_decided
from commands.moderation.feature import ANIMATEURS, feature
from commands.moderation.notices import (
    ActPurpose,
    PutBack,
    copy_post,
    fail_measure,
    find_copy,
    list_copy_topics,
    make_copy_topic,
    make_pointer_topic,
    write_copy,
)
from dialogs.moderation.forms import MoveThread
from dialogs.moderation.lines import REASON_MAX
from storage import claims, outbox
from storage.database import change
from storage.journal import AuditAct
from storage.moderation import measures
from storage.moderation.cases import CaseState
from storage.moderation.measures import KeptPost, Measure, MeasureRecord

MOVE_EXAMPLE = "/moderer deplacer https://…/pl/… ~aide-metier c’est une question de métier"
COPIED_BATCH = 20
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
async def preview_typed_move(ctx: Context, line: str) -> Replies:
    """What would be moved is shown first."""
    seen, rest = await arguments.take_message(ctx, line, MOVE_EXAMPLE)
    to, reason = (await arguments.index_channels(ctx)).take(rest, MOVE_EXAMPLE)
    return await preview_move(ctx, seen.post.root_id or seen.post.id, seen.channel, to, " ".join(reason.split()))


async def preview_move(ctx: Context, root_id: str, there: ChatChannel, to: ChatChannel, reason: str) -> Whisper:
    """What would be moved, and the button that does it. Raises UserError and ChatError."""
    _check_destination(there, to)
    posts = await arguments.read_thread(ctx, root_id)
    if not posts:
        raise UserError(arguments.MESSAGE_GONE)
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
        raise UserError("Ce fil est déjà dans ce canal.")
    if there.is_private and not to.is_private:
        raise UserError(
            "Ce fil vient d’un canal privé : le déplacer dans un canal public le montrerait à tout le monde."
        )


@feature.button(TransferSurely, roles=ANIMATEURS, writes=False)
async def confirm_move(ctx: Context, click: TransferSurely) -> Replies:
    """The thread as it is at the click."""
    posts = await arguments.read_thread(ctx, click.root_id)
    if not posts:
        raise UserError(arguments.MESSAGE_GONE)
    _check_destination(await ctx.chat.channel(posts[0].channel_id), await ctx.chat.channel(click.to))
    return Redirect.to(Transfer(posts=posts, to=click.to, reason=click.reason))


@feature.button(Transfer, roles=ANIMATEURS)
async def start_move(ctx: Context, click: Transfer) -> Replies:
    """Noted, and begun."""
    root = click.posts[0]
    await claims.hold(ctx.db, "moderation.move", root.id, ctx.now)
    under_way = await measures.list_in_force(ctx.db, [AuditAct.MOVE])
    if any(root.id in measures.read_record(each).waits for each in under_way):
        raise UserError("Ce fil est déjà en cours de déplacement.")
    after = {"to": click.to, "messages": len(click.posts)}
    deed = AuditEntry(
        AuditAct.MOVE, f"message:{root.id}", root.author_id, click.reason, {"channel": root.channel_id}, after
    )
    entry = await record_entry(ctx, deed)
    record = MeasureRecord(posts=click.posts, waits=[root.id], place=click.to, looking=True)
    measure = Measure(
        entry=entry.id,
        act=AuditAct.MOVE,
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
async def copy_thread(ctx: Context, asked: Transferring, so_far: Progress) -> Step:
    """The next messages are said; once all of them stand, the thread goes where it was."""
    posts = await arguments.read_thread(ctx, asked.root_id)
    measure = await measures.lock(ctx.db, asked.entry)
    if measure is None or measure.ended_at or not measures.read_record(measure).looking:
        return Step(done=so_far.done, total=so_far.total, finished=True)
    record = measures.read_record(measure)
    known = {post.id for post in record.posts}
    record.posts += [post for post in posts if post.id not in known]
    await measures.store_record(ctx.db, measure, record)
    at, total = so_far.cursor or 0, len(record.posts)
    tally = await outbox.tally(ctx.db, list_copy_topics(asked.entry, record.posts), ctx.now)
    if tally.refused:
        failed = await fail_measure(ctx, measure, None)
        return Step(replies=failed, done=at, total=total, finished=True)
    if tally.waiting:
        return Step(cursor=at, done=at, total=total)
    if at < total:
        said = await _copy_batch(ctx, measure, record, at)
        after = min(at + COPIED_BATCH, total) if at else 1
        return Step(replies=said, cursor=after, done=after, total=total)
    record.looking = False
    await measures.store_record(ctx.db, measure, record)
    return Step(replies=[_remove_original(measure, record)], done=total, total=total, finished=True)


async def _copy_batch(ctx: Context, measure: Measure, record: MeasureRecord, at: int) -> Sequence[Reply]:
    """The first message alone, since the others answer it."""
    root = await find_copy(ctx, measure.entry) if at else ""
    batch = record.posts[at : at + COPIED_BATCH] if at else record.posts[:1]
    place = (record.place, root)
    zone = await find_channel_zone(ctx, record.place)
    return [say for n, post in enumerate(batch, at) for say in copy_post(zone, measure.entry, n, post, place)]


def _remove_original(measure: Measure, record: MeasureRecord) -> DeletePost:
    root = record.posts[0]
    return DeletePost(
        root.id, channel_id=root.channel_id, topic=notices.make_act_topic(ActPurpose.ACT, measure.entry, root.id)
    )


class MoveOfCase(BaseModel):
    """The thread as it is at this moment. (No button: what a window goes on with.)"""

    case: int
    posts: list[KeptPost]
    to: str
    reason: str


@feature.submit(MoveThread, roles=ANIMATEURS, writes=False)
async def prepare_case_move(ctx: Context, form: MoveThread) -> Replies:
    """What would be moved. (Mattermost, asked here, cannot be where something is written.)"""
    case = await get_case(ctx, form.case)
    if case.state is not CaseState.OPEN:
        return await say_already_decided(ctx, case)
    root_id = case.root_id or case.post_id
    there, to = await ctx.chat.channel(case.channel_id), await ctx.chat.channel(form.place)
    await preview_move(ctx, root_id, there, to, form.reason)  # says why it cannot be
    posts = await arguments.read_thread(ctx, root_id)
    return Redirect.to(MoveOfCase(case=case.number, posts=posts, to=to.id, reason=form.reason))


@feature.button(MoveOfCase, roles=ANIMATEURS)
async def start_case_move(ctx: Context, asked: MoveOfCase) -> Replies:
    """Begun, and decided."""
    case = await lock_case(ctx, asked.case)
    if case.state is not CaseState.OPEN:
        return await say_already_decided(ctx, case)
    begun = await start_move(ctx, Transfer(posts=asked.posts, to=asked.to, reason=asked.reason))
    assert isinstance(begun, Start)
    assert isinstance(begun.payload, Transferring)
    entry = begun.payload.entry
    decided = {"act": AuditAct.MOVE.value, "reason": asked.reason, "entry": entry}
    await change(ctx.db, case, state=CaseState.DECIDED, decided_at=ctx.now, decided_by=ctx.user.id, **decided)
    if (measure := await measures.get(ctx.db, entry)) is not None:
        await change(ctx.db, measure, case_id=case.number)
    return [*confirm_decision(case), begun, *await announce_decision(ctx, case)]


ALL_SAID, COPIES_DELETED = 1, 2
"""How far it is: all is said again, the copies are gone."""
COPY_STAYS = (
    "Des réponses ont été écrites dans le nouveau fil depuis : il y reste, et le fil est aussi revenu à sa place."
)
RESTORED_OFFSET = 100_000
"""Where the topics of what is said again begin."""


@feature.urgent_work(
    PutBack, name="moderation.PutBack", title="Retour du fil", unit=("message", "messages"), writes=True
)
async def restore_thread(ctx: Context, asked: PutBack, so_far: Progress) -> Step:
    """All is said again under what points to it, then the copies go, unless somebody answered them."""
    standing = await _read_copies(ctx, asked.copy_id)
    me = (await ctx.chat.me()).id
    measure = await measures.get(ctx.db, asked.entry)
    if measure is None:
        return Step(finished=True)
    record = measures.read_record(measure)
    total = len(record.posts)
    if not record.done:  # the thread is still where it was
        return await _remove_copies(ctx, measure, record)
    if so_far.cursor is None:
        return Step(replies=await _restore_posts(ctx, measure, record, standing), cursor=ALL_SAID, done=0, total=total)
    if (await outbox.tally(ctx.db, _list_restored_topics(measure, record), ctx.now)).waiting:
        return Step(cursor=ALL_SAID, done=so_far.done, total=total)
    answered = any(post.user_id != me for post in standing)
    gone = [] if answered or not asked.copy_id else [DeletePost(asked.copy_id, channel_id=record.place)]
    return Step(replies=gone, done=total, total=total, finished=True, said=COPY_STAYS if answered else "")


async def _remove_copies(ctx: Context, measure: Measure, record: MeasureRecord) -> Step:
    """The copies go, once none is on its way any more: the first, with all that answer it."""
    theirs, total = list_copy_topics(measure.entry, record.posts), len(record.posts)
    await outbox.recall_unsent(ctx.db, theirs, ctx.now)
    if (await outbox.tally(ctx.db, theirs, ctx.now)).waiting:
        return Step(done=0, total=total)
    copy_id = await find_copy(ctx, measure.entry)
    gone = [DeletePost(copy_id, channel_id=record.place)] if copy_id else []
    return Step(replies=gone, done=total, total=total, finished=True)


async def _read_copies(ctx: Context, copy_id: str) -> Sequence[ChatPost]:
    try:
        return await ctx.chat.thread(copy_id) if copy_id else []
    except ChatError as error:
        if error.refusal in {Refusal.UNKNOWN_POST, Refusal.FORBIDDEN}:
            return []
        raise


async def _restore_posts(
    ctx: Context, measure: Measure, record: MeasureRecord, standing: Sequence[ChatPost]
) -> Sequence[Reply]:
    """The first message takes the place of what pointed to it; the others answer it. Files are those of the copies."""
    files = {post.id: list(post.file_ids) for post in standing}
    posts = [await _attach_files(ctx, measure, n, post, files) for n, post in enumerate(record.posts)]
    pointers = await ctx.posts_about(make_pointer_topic(measure.entry))
    root_id = pointers[0].post_id if pointers else ""
    place, zone = (posts[0].channel_id, root_id), await find_channel_zone(ctx, posts[0].channel_id)
    first: list[Reply] = [Refresh(write_copy(zone, posts[0]), topic=make_pointer_topic(measure.entry))]
    if posts[0].files:
        text = render("moderation/files")
        first.append(
            Say(
                text,
                channel_id=place[0],
                root_id=root_id,
                files=posts[0].files,
                topic=make_copy_topic(measure.entry, RESTORED_OFFSET),
            )
        )
    others = [
        s
        for n, post in enumerate(posts[1:], 1)
        for s in copy_post(zone, measure.entry, RESTORED_OFFSET + n, post, place)
    ]
    return [*first, *others]


async def _attach_files(
    ctx: Context, measure: Measure, n: int, post: KeptPost, files: dict[str, list[str]]
) -> KeptPost:
    copy = await ctx.posts_about(make_copy_topic(measure.entry, n))
    return post.model_copy(update={"files": files.get(copy[0].post_id, []) if copy else []})


def _list_restored_topics(measure: Measure, record: MeasureRecord) -> Sequence[str]:
    return [make_copy_topic(measure.entry, RESTORED_OFFSET + n) for n in range(len(record.posts))]
