"""Removals of messages: one with its thread (hide), or somebody’s last ones (clean). Their files are first copied to
where evidence is kept, so that they can be restored with the text."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import BaseModel

from bot.actions import DeletePost
from bot.audit import AuditEntry
from bot.context import Context, ReadingContext
from bot.errors import Refusal, UserError, unless_refused
from bot.french import plural
from bot.mattermost import ChatChannel, ChatPost
from bot.permalinks import make_permalink
from bot.replies import POST_MAX, Button, Direct, Progress, Replies, Reply, RunCommand, Say, Start, Step, Whisper
from bot.texts import quotation, relay_markdown, render, require
from commands.moderation import cards, cases
from commands.moderation.decisions import decide_at_once
from commands.moderation.measures import ActAnswer, ActPurpose, MeasureHandler, handles, store_measure
from commands.moderation.policy import ANIMATEURS, feature, find_room, index_channels
from config.charte import MeasureKind
from config.text import take_word
from dialogs.moderation import HideMessage
from storage import journal, outbox, people
from storage.database import store
from storage.moderation import Case, CaseSource, KeptPost, Measure, MeasureRecord
from storage.moderation import cases as stored_cases
from storage.outbox import queue
from storage.personal_data.declarations import months_before


class Removal(MeasureHandler):
    """Base of hide and clean: messages are deleted once their files are copied, and can be posted again for their
    authors."""

    is_told = quotes = True
    undone = "moderation/undone_removal"
    lifted = "moderation/lifted_removal"
    over = "moderation/over_removal"

    async def lift(self, ctx: Context, measure: Measure, record: MeasureRecord) -> Sequence[Reply]:
        gone = [] if record.looking else [post for post in record.posts if record.is_safe(post)]
        return [_restore_post(measure, post) for post in await self._leave_out_standing(ctx, measure, gone)]

    async def _leave_out_standing(
        self, ctx: Context, measure: Measure, posts: Sequence[KeptPost]
    ) -> Sequence[KeptPost]:
        """Cancel the deletions that have not begun, and leave out their messages, which still stand."""
        removals = {ActPurpose.ACT.about(measure.entry, post.id): post.id for post in posts}
        standing = {removals[topic] for topic in await queue.withdraw(ctx.db, removals, ctx.now)}
        return [post for post in posts if post.id not in standing]

    def list_removals(self, measure: Measure, record: MeasureRecord, target: str = "") -> Sequence[Reply]:
        """Return the deletions that are possible now; ``target`` is the message whose files have just been copied."""
        safe = [post for post in record.posts if record.is_safe(post) and target in {"", post.id}]
        return [_remove_post(measure, post) for post in safe]

    async def keep_or_remove(self, ctx: Context, measure: Measure, record: MeasureRecord) -> Sequence[Reply]:
        """Delete messages without files at once; those with files wait for the copies."""
        kept = [await _keep_files(ctx, measure, post) for post in record.posts if not record.is_safe(post)]
        return [*kept, *self.list_removals(measure, record)]

    async def handle_answer(self, ctx: Context, known: Measure, answer: ActAnswer) -> Sequence[Reply]:
        if answer.refusal is not Refusal.TAKEN_BACK and answer.part is ActPurpose.KEPT:
            return await self._remove_once_kept(ctx, answer)
        if answer.refusal is not Refusal.TAKEN_BACK and answer.part is ActPurpose.BACK and not answer.is_done:
            posts = [post for post in stored_cases.read_record(known).posts if post.id == answer.target]
            return [_restore_post(known, post, outside=True) for post in posts]
        return await super().handle_answer(ctx, known, answer)

    async def _remove_once_kept(self, ctx: Context, about: ActAnswer) -> Sequence[Reply]:
        """Delete a message whose files are copied or cannot be, unless the measure was undone meanwhile."""
        measure = await stored_cases.lock_measure(ctx.db, about.entry)
        if measure is None or measure.ended_at:
            return []
        record = stored_cases.read_record(measure)
        if about.target in record.evidence:
            return []
        record.evidence[about.target] = list(about.files)
        replies = self.list_removals(measure, record, about.target)
        await stored_cases.store_record(ctx.db, measure, record)
        return replies


def _remove_post(measure: Measure, post: KeptPost) -> DeletePost:
    return DeletePost(post.id, channel_id=post.channel_id, topic=ActPurpose.ACT.about(measure.entry, post.id))


async def _keep_files(ctx: Context, measure: Measure, post: KeptPost) -> Reply:
    """Copy the files of a message: to animateurs for those of the person concerned, otherwise back to their author."""
    about = ActPurpose.KEPT.about(measure.entry, post.id)
    if post.author_id != measure.user_id and not post.is_bot:
        return await cards.hand_back(ctx, post, about)
    text = render("moderation/evidence", entry=measure.entry, case=measure.case_id, author=f"@{post.author}")
    author = await people.get(ctx.db, measure.user_id)
    place = "" if author and author.animates else await find_room(ctx)
    if place:
        return Say(text, channel_id=place, files=post.files, topic=about)
    return Direct(text, user_id=measure.by, files=post.files, topic=about)


def _restore_post(measure: Measure, post: KeptPost, *, outside: bool = False) -> Say:
    """Post a deleted message again for its author, with the files that were kept; ``outside`` its thread if that was
    deleted."""
    files = stored_cases.read_record(measure).evidence.get(post.id, [])
    lost = bool(post.files) and not files
    text = render("moderation/put_back", author=f"@{post.author}", text=relay_markdown(post.text), lost=lost)
    about = ActPurpose.BACK.about(measure.entry, "outside" if outside else post.id)
    return Say(text, channel_id=post.channel_id, root_id="" if outside else post.root_id, topic=about, files=files)


class HideThread(BaseModel):
    """Long work: delete a message, after its replies are kept."""

    entry: int
    post_id: str


@handles
class Hide(Removal):
    """The measure that deletes a message with its replies, which are handed back to their authors."""

    act = journal.AuditAct.HIDE
    kind = MeasureKind.HIDE
    form = HideMessage
    weight = MeasureKind.WARN
    notice = "moderation/notice_hide"
    answer = "moderation/answer_hide"
    by_hand = "supprimez le message vous-même, par son menu « … »"
    is_slow = True

    async def complete(self, ctx: Context, case: Case, decision: cases.Decision) -> cases.Decision:
        if not case.post_id:
            raise UserError(render("moderation/nothing_to_hide"))
        for each in await stored_cases.list_standing_measures(ctx.db, case.author_id):
            if case.post_id in stored_cases.read_record(each).waits:
                raise UserError(render("moderation/hidden_in_a_moment", entry=each.entry))
        return decision

    def find_place(self, case: Case, decision: cases.Decision) -> str:
        return decision.channel_id or case.channel_id

    async def start(self, ctx: Context, case: Case, measure: Measure, record: MeasureRecord) -> Sequence[Reply]:
        kept = KeptPost(
            id=case.post_id,
            channel_id=case.channel_id,
            root_id=case.root_id,
            author_id=case.author_id,
            author=case.author,
            text=case.message,
            at=case.posted_at or case.opened_at,
        )
        record.posts, record.waits, record.looking = [kept], [case.post_id], True
        await stored_cases.store_record(ctx.db, measure, record)
        return [Start(payload=HideThread(entry=measure.entry, post_id=case.post_id), quiet=True)]

    def list_removals(self, measure: Measure, record: MeasureRecord, target: str = "") -> Sequence[Reply]:
        """Return the deletions of the whole thread, once all its files are copied."""
        record.looking = not all(record.is_safe(post) for post in record.posts)
        return [] if record.looking else [_remove_post(measure, record.posts[0])]

    async def _leave_out_standing(
        self, ctx: Context, measure: Measure, posts: Sequence[KeptPost]
    ) -> Sequence[KeptPost]:
        """Leave out the whole thread if any of it still stands."""
        gone = await super()._leave_out_standing(ctx, measure, posts)
        return gone if len(gone) == len(posts) else []


async def read_hidden_thread(ctx: ReadingContext, asked: HideThread, _: Progress) -> Sequence[KeptPost]:
    """Read the message with its replies, as they are now."""
    return await cases.read_thread(ctx, asked.post_id)


@feature.urgent_work(HideThread, name="moderation.HideThread", title="Message masqué", asks=read_hidden_thread)
async def hide_thread(ctx: Context, asked: HideThread, _: Progress, thread: Sequence[KeptPost]) -> Step:
    """Keep a message with its replies and files, hand the replies back to their authors, then delete the thread."""
    measure = await stored_cases.lock_measure(ctx.db, asked.entry)
    if measure is None or measure.ended_at:
        return Step(finished=True)
    record = stored_cases.read_record(measure)
    hidden = record.posts[0]
    hidden.files = next((post.files for post in thread if post.id == hidden.id), [])
    answers = [] if hidden.root_id else [post for post in thread if post.id != hidden.id]
    record.posts = [hidden, *answers]
    replies = await Hide().keep_or_remove(ctx, measure, record)
    await stored_cases.store_record(ctx.db, measure, record)
    others = [post for post in answers if post.author_id != measure.user_id and not post.is_bot and not post.files]
    given = [await cards.hand_back(ctx, post) for post in others]
    return Step(replies=[*given, *replies], done=1, finished=True)


HIDE_EXAMPLE = "/moderer masquer https://…/pl/… données personnelles d’une personne accompagnée"


async def read_thread_to_hide(ctx: ReadingContext, line: str) -> tuple[cases.MessageSnapshot, str]:
    """Read the message to hide, and why."""
    seen, rest = await cases.take_message(ctx, line, HIDE_EXAMPLE)
    cases.check_target(ctx, seen.author)
    return seen, cases.take_reason(rest, HIDE_EXAMPLE)


async def read_message_to_hide(ctx: ReadingContext, line: str) -> tuple[cases.MessageSnapshot, str] | Whisper:
    """Read the message to hide, and why; ask for confirmation if it has replies, which would be deleted too."""
    seen, reason = await read_thread_to_hide(ctx, line)
    answers = [] if seen.post.root_id else await cases.read_thread(ctx, seen.post.id)
    others = [post for post in answers if post.author_id != seen.author.id]
    if others:
        link = make_permalink(ctx.settings, seen.post.id)
        text = render("moderation/hide_preview", count=len(others), start=quotation(seen.post.message, 300))
        whole = Button("Masquer tout le fil", RunCommand(line=f"moderer masquer-fil {link} {reason}"), "danger")
        return Whisper(text, [whole])
    return seen, reason


@feature.command(
    "moderer masquer-fil", help="Retirer un fil entier", hint="lien raison", roles=ANIMATEURS, asks=read_thread_to_hide
)
@feature.command(
    "moderer masquer",
    help="Retirer un message, gardé comme pièce",
    hint="lien raison",
    roles=ANIMATEURS,
    asks=read_message_to_hide,
)
async def hide_typed_message(ctx: Context, asked: tuple[cases.MessageSnapshot, str]) -> Replies:
    """Hide a message with its replies."""
    seen, reason = asked
    case = await cases.open_case(ctx, seen, CaseSource.DIRECT)
    return await decide_at_once(ctx, case, cases.Decision(MeasureKind.HIDE, reason))


@handles
class Clean(Removal):
    """The measure that deletes somebody’s last messages in a channel."""

    act = journal.AuditAct.CLEAN
    notice = "moderation/notice_clean"
    by_hand = "supprimez ces messages vous-même, par leur menu « … »"


CLEAN_EXAMPLE = "/moderer nettoyer @nina.roux 10 ~general publicité répétée"
CLEAN_MAX = 20
PAGES, PAGE = 5, 200
"""How many pages of a channel’s newest messages are read, and the messages of a page."""
PREVIEW_MAX = 300
"""The most characters of each message in the preview."""


class SweepSurely(BaseModel):
    """Button « Retirer ces messages »: deletes the messages that were shown."""

    user_id: str
    post_ids: list[str]
    reason: str


class SweptPosts(BaseModel):
    """The messages to delete, as they are now."""

    posts: list[KeptPost]
    reason: str
    channel: str


@feature.command(
    "moderer nettoyer",
    help="Retirer les derniers messages de quelqu’un",
    hint="@nom 10 [canal] raison",
    roles=ANIMATEURS,
)
async def preview_clean(ctx: ReadingContext, line: str) -> Replies:
    """Show the messages that would be deleted."""
    account, rest = await cases.take_account(ctx, line, CLEAN_EXAMPLE)
    word, rest = take_word(rest)
    if not word.isdecimal() or not 0 < int(word) <= CLEAN_MAX:
        raise UserError(render("moderation/clean_how_many", most=CLEAN_MAX, example=CLEAN_EXAMPLE))
    known = await index_channels(ctx)
    named, rest = known.take_optional(rest, CLEAN_EXAMPLE)
    channel = require(named or known.by_id.get(ctx.channel_id), "moderation/clean_where", example=CLEAN_EXAMPLE)
    reason = cases.take_reason(rest, CLEAN_EXAMPLE)
    found, left = await _find_newest(ctx, channel, account.id, int(word))
    if not found:
        raise UserError(render("moderation/clean_nothing"))
    surely = SweepSurely(user_id=account.id, post_ids=[post.id for post in found], reason=reason)
    text = render(
        "moderation/sweep_preview",
        author=account.username,
        where=channel.display_name or channel.name,
        texts=[quotation(post.message, PREVIEW_MAX) for post in found],
        left=left,
    )
    return Whisper(text, [Button(f"Retirer {plural(len(found), 'message')}", surely, "danger")])


async def _find_newest(
    ctx: ReadingContext, channel: ChatChannel, user_id: str, most: int
) -> tuple[Sequence[ChatPost], int]:
    """Find somebody’s last messages in a channel, oldest first, and how many were left out because other people replied
    to them."""
    theirs: list[ChatPost] = []
    for page in range(PAGES):
        posts = await ctx.chat.newest_posts(channel.id, page, PAGE)
        theirs += [post for post in posts if post.user_id == user_id and not post.type]
        if len(theirs) >= most or len(posts) < PAGE:
            break
    theirs = theirs[:most]
    kept = [post for post in theirs if not post.root_id and await _has_answers(ctx, post)]
    return [post for post in reversed(theirs) if post not in kept], len(kept)


async def _has_answers(ctx: ReadingContext, post: ChatPost) -> bool:
    """Return whether other people replied to a message: their replies would be deleted with it."""
    return any(each.user_id != post.user_id for each in await ctx.chat.thread(post.id))


async def read_swept_posts(ctx: ReadingContext, click: SweepSurely) -> SweptPosts:
    """Read those of the messages that still stand at the click. Raises UserError if none does."""
    await cases.check_target_by_id(ctx, click.user_id)
    found = [await unless_refused(ctx.chat.read_post(ident), None, cases.GONE) for ident in click.post_ids]
    posts = [post for post in found if post and post.user_id == click.user_id]
    if not posts:
        raise UserError(render("moderation/posts_gone"))
    channel = await ctx.chat.channel(posts[0].channel_id)
    kept = await cases.keep_posts(ctx, posts)
    return SweptPosts(posts=kept, reason=click.reason, channel=channel.display_name)


@feature.button(SweptPosts, name="moderation.Sweep", roles=ANIMATEURS)
@feature.button(SweepSurely, roles=ANIMATEURS, asks=read_swept_posts)
async def clean_messages(ctx: Context, click: SweptPosts) -> Replies:
    """Keep the messages in a case, and delete them."""
    first = click.posts[0]
    case = await _store_case(ctx, click)
    after = {"case": case.number, "messages": len(click.posts)}
    deed = AuditEntry(journal.AuditAct.CLEAN, f"canal:{first.channel_id}", first.author_id, click.reason, after=after)
    record = MeasureRecord(posts=click.posts, waits=[post.id for post in click.posts])
    measure = await store_measure(ctx, deed, record, case_id=case.number, channels=[first.channel_id])
    await cases.mark_decided(ctx, case, journal.AuditAct.CLEAN, click.reason, entry=measure.entry)
    replies = await Clean().keep_or_remove(ctx, measure, record)
    said = render("moderation/swept", entry=measure.entry, count=len(click.posts), author=first.author)
    return [*replies, Whisper(said)]


async def _store_case(ctx: Context, click: SweptPosts) -> Case:
    first = click.posts[0]
    case = Case(
        source=CaseSource.DIRECT,
        author_id=first.author_id,
        author=first.author,
        channel_id=first.channel_id,
        channel=click.channel[:64],
        message="\n\n".join(post.text for post in click.posts)[:POST_MAX],
        context=[
            {"at": p.at.isoformat(), "author": p.author, "message": p.text[:2000], "after": True} for p in click.posts
        ],
        posted_at=first.at,
        opened_at=ctx.now,
    )
    await cases.check_decider(ctx, case)
    return await store(ctx.db, case)


CLEARED_AHEAD = timedelta(days=1)
"""How long before a case is erased its posts are deleted, since they are found by the case."""
CLEARED_BATCH = 50


class ClearCases(BaseModel):
    """Long work: clear cases that are about to be deleted."""


@feature.job("hour=3 minute=40", name="moderation.clear_old")
async def start_clearing(ctx: Context) -> Replies:
    """Start to clear old cases, if there are any."""
    found = await stored_cases.list_decided_before(ctx.db, _find_limit(ctx), 0, 1)
    return Start(payload=ClearCases(), quiet=True) if found else None


@feature.chore(
    ClearCases, name="moderation.ClearCases", title="Dossiers anciens", unit=("dossier", "dossiers"), writes=True
)
async def clear_cases(ctx: Context, _: ClearCases, so_far: Progress) -> Step:
    """Delete the posts of the next old cases."""
    found = await stored_cases.list_decided_before(ctx.db, _find_limit(ctx), so_far.cursor or 0, CLEARED_BATCH)
    posts = [post for case in found for post in await _list_posts(ctx, case)]
    gone = [DeletePost(post.post_id, channel_id=post.channel_id) for post in posts]
    last = found[-1].number if found else 0
    return Step(replies=gone, cursor=last, done=so_far.done + len(found), finished=len(found) < CLEARED_BATCH)


def _find_limit(ctx: Context) -> datetime:
    return months_before(ctx.now + CLEARED_AHEAD, ctx.settings.case_months)


async def _list_posts(ctx: Context, case: Case) -> Sequence[outbox.Sent]:
    """Return the cards of a case, and the copies of the person’s own files; other authors keep theirs."""
    found = [*await cards.CARD.list_posts(ctx.db, case)]
    for measure in await stored_cases.list_measures_of_case(ctx.db, case.number):
        record = stored_cases.read_record(measure)
        for post in record.posts:
            if post.id in record.evidence and (post.is_bot or post.author_id == measure.user_id):
                found += await ctx.posts_about(ActPurpose.KEPT.about(measure.entry, post.id))
    return found
