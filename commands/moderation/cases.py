"""Cases: opened, found and locked; reading of lines; who may be the target, and who may decide. In a storm (more
reports or arrivals than can be read one by one) a summary replaces the cards."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median_low
from typing import Any

from pydantic import BaseModel

from bot import mattermost
from bot.audit import AuditEntry, record_entry
from bot.context import Context, ReadingContext
from bot.errors import ChatError, Refusal, UserError, unless_refused
from bot.mattermost.wire import ChatChannel, ChatPost, ChatUser
from bot.permalinks import find_permalink
from bot.replies import POST_MAX, Reply, Start
from bot.texts import quote, render, require
from commands.moderation.policy import weigh_motive
from config.charte import MeasureKind
from config.text import take_word
from dialogs.moderation import Fate
from storage import claims, database, moderation, people
from storage.database import store
from storage.journal import REASON_MAX, AuditAct, JournalEntry
from storage.moderation import Case, CaseSource, CaseState, KeptPost, cases

AROUND_MAX = 3
"""Messages kept before, and after."""
LOOKED_THROUGH = 30
"""How many earlier messages are read to find those: replies in threads are left out."""


GONE = {Refusal.UNKNOWN_POST, Refusal.UNKNOWN_CHANNEL, Refusal.FORBIDDEN}
"""Mattermost’s refusals for things that were deleted, or that the bot may not see."""


@dataclass(frozen=True, slots=True)
class MessageSnapshot:
    """A message as it is now, with its author, its channel and the messages around it."""

    post: ChatPost
    author: ChatUser
    channel: ChatChannel
    context: Sequence[dict[str, Any]] = ()
    files: Sequence[str] = field(default=())


async def take_snapshot(ctx: ReadingContext, post_id: str) -> MessageSnapshot:
    """Read a message and those around it. Raises ChatError if the bot may not read it."""
    post = await ctx.chat.read_post(post_id)
    author = await ctx.chat.user(post.user_id)
    channel = await ctx.chat.channel(post.channel_id)
    files = [(await ctx.chat.file(file_id)).name for file_id in post.file_ids]
    return MessageSnapshot(post, author, channel, await _read_around(ctx, post), files)


async def open_case(ctx: Context, seen: MessageSnapshot, source: CaseSource) -> Case:
    """Return the undecided case of a message, or a new one, locked until the transaction ends."""
    post = seen.post
    await claims.hold(ctx.db, "moderation.case", post.id, ctx.now)  # others who report it wait for this transaction
    if found := await cases.find_undecided(ctx.db, post.id):
        return found
    case = Case(
        source=source,
        author_id=seen.author.id,
        author=seen.author.username,
        channel_id=post.channel_id,
        channel=seen.channel.display_name,
        post_id=post.id,
        root_id=post.root_id,
        message=post.message[:POST_MAX],
        files=list(seen.files),
        context=list(seen.context),
        posted_at=post.posted_at,
        opened_at=ctx.now,
    )
    return await store(ctx.db, case)


async def open_case_about(ctx: Context, author: ChatUser, channel: ChatChannel | None = None) -> Case:
    """Open a case about a person, perhaps in a channel, without a message."""
    case = Case(source=CaseSource.DIRECT, author_id=author.id, author=author.username, opened_at=ctx.now)
    if channel is not None:
        case.channel_id, case.channel = channel.id, channel.display_name
    return await store(ctx.db, case)


async def _read_around(ctx: ReadingContext, post: ChatPost) -> Sequence[dict[str, Any]]:
    """Read the nearest messages before and after one: of its thread or, outside threads, of its channel."""
    if post.root_id:
        all_of_them = [p for p in await ctx.chat.thread(post.root_id) if not p.type]
    else:
        near = await ctx.chat.posts_before(post.channel_id, post.id, LOOKED_THROUGH)
        near = [*near, *await ctx.chat.posts_after(post.channel_id, post.id)]
        all_of_them = [p for p in near if not p.type and not p.root_id]
    before = [p for p in all_of_them if p.create_at < post.create_at][-AROUND_MAX:]
    after = [p for p in all_of_them if p.create_at > post.create_at][:AROUND_MAX]
    return [_dump_post(p, after=p.create_at > post.create_at) for p in (*before, *after)]


def _dump_post(post: ChatPost, *, after: bool) -> dict[str, Any]:
    """Return a post as stored in a case, with its author’s id rather than name, so that an erased person is not named
    later."""
    about = {"at": post.posted_at.isoformat(), "author_id": post.user_id}
    return about | {"message": post.message[:2000], "after": after}


async def take_account(ctx: ReadingContext, line: str, example: str) -> tuple[ChatUser, str]:
    """Split off the person named at the beginning of a line. Raises UserError and ChatError."""
    name, rest = take_word(line)
    if not name:
        raise UserError(render("moderation/which_person", example=example))
    account = require(await ctx.chat.user_by_name(name), "moderation/unknown_person", username=name.removeprefix("@"))
    check_target(ctx, account)
    return account, rest


async def take_message(ctx: ReadingContext, line: str, example: str) -> tuple[MessageSnapshot, str]:
    """Split off the message link at the beginning of a line, and read that message. Raises UserError and ChatError."""
    word, rest = take_word(line)
    post_id = require(find_permalink(word) or None, "moderation/which_message", example=example)
    seen = await unless_refused(take_snapshot(ctx, post_id), None, GONE)
    if seen is None:
        raise UserError(await _say_gone(ctx, post_id))
    if seen.channel.type not in {"O", "P"}:
        raise UserError(render("moderation/direct_message"))
    if seen.post.type:
        raise UserError(render("moderation/system_message"))
    return seen, rest


async def _say_gone(ctx: ReadingContext, post_id: str) -> str:
    """Explain why a message is not found: a colleague has just hidden it, or it is unknown."""
    case = await cases.find_newest(ctx.db, post_id)
    if case is None or case.act != AuditAct.HIDE or not case.entry:
        return render("moderation/message_gone")
    return render("moderation/already_hidden", number=case.number, entry=case.entry)


async def read_thread(ctx: ReadingContext, post_id: str) -> list[KeptPost]:
    """Read the messages of a thread, oldest first; empty if it was deleted. Raises ChatError."""
    posts = await unless_refused(ctx.chat.thread(post_id), list[ChatPost](), GONE)
    return await keep_posts(ctx, [post for post in posts if not post.type])


async def keep_posts(ctx: ReadingContext, posts: Sequence[ChatPost]) -> list[KeptPost]:
    """Return messages with their authors’ names, to be kept. Raises ChatError."""
    authors = {u.id: u async for page in ctx.chat.users({post.user_id for post in posts}) for u in page}
    return [_keep_post(post, authors.get(post.user_id, ChatUser(post.user_id, ""))) for post in posts]


def _keep_post(post: ChatPost, author: ChatUser) -> KeptPost:
    return KeptPost(
        id=post.id,
        channel_id=post.channel_id,
        root_id=post.root_id,
        author_id=post.user_id,
        author=author.username,
        text=post.message,
        at=post.posted_at,
        files=list(post.file_ids),
        is_bot=author.is_bot,
    )


def take_reason(rest: str, example: str) -> str:
    """Return the reason at the end of a line. Raises UserError if there is none."""
    reason = require(" ".join(rest.split()) or None, "moderation/which_reason", example=example)
    return reason[:REASON_MAX]


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision about a case. ``lasts`` is None for a measure without an end; ``channel_id`` limits it to a channel
    ("" for all that the bot moderates); ``instead_of`` is the number of the measure that an appeal replaced by this
    one."""

    measure: MeasureKind
    reason: str
    lasts: timedelta | None = None
    channel_id: str = ""
    instead_of: int = 0


def read_proposal(case: Case) -> Decision | None:
    """Return the decision that waits for a second animateur; None if none does."""
    return get_proposal(case) if case.state is CaseState.SECOND and case.proposed else None


def get_proposal(case: Case) -> Decision:
    """Return the decision that waits for a second animateur, in a case that has one."""
    found = case.proposed
    lasts = timedelta(seconds=found["seconds"]) if found["seconds"] else None
    return Decision(MeasureKind(found["act"]), found["reason"], lasts, found["channel_id"])


async def mark_decided(ctx: Context, case: Case, act: AuditAct, reason: str, **more: object) -> None:
    """Store that the person who acts decided a case; ``more`` are other columns."""
    by = {"decided_at": ctx.now, "decided_by": ctx.user.id, "proposed": {}}
    values = {"state": CaseState.DECIDED, "act": act.value, "reason": reason, "until": None} | by | more
    await database.change(ctx.db, case, **values)


def check_target(ctx: Context, account: mattermost.ChatUser) -> None:
    """Check that a measure may be taken against an account, freshly read from Mattermost. Raises UserError."""
    if account.is_bot:
        raise UserError(render("moderation/target_is_bot", username=account.username))
    if account.id == ctx.user.id:
        raise UserError(render("moderation/target_is_oneself"))
    if account.is_system_admin:
        raise UserError(render("moderation/target_is_admin", username=account.username))


async def check_target_by_id(ctx: ReadingContext, user_id: str) -> None:
    """Read an account from Mattermost and check it likewise. Raises UserError and ChatError."""
    check_target(ctx, await ctx.chat.user(user_id))


async def check_decider(ctx: Context, case: Case) -> None:
    """Check, by the register, that the person may decide a case that is still undecided. Raises UserError."""
    if ctx.user.id and case.author_id == ctx.user.id:
        raise UserError(render("moderation/own_case"))
    person = await people.get(ctx.db, case.author_id)
    if person and person.role is people.Role.ADMINISTRATEUR:
        raise UserError(render("moderation/target_is_admin", username=case.author))
    if not case.is_waiting:
        decider = await people.get(ctx.db, case.decided_by) if case.decided_by else None
        by = f" par @{quote(decider.username)}" if decider else ""
        raise UserError(render("moderation/case_decided", number=case.number, by=by))


def refuse_own_proposal(ctx: Context, by: str) -> None:
    """Raise UserError for somebody who answers their own proposal."""
    if by == ctx.user.id:
        raise UserError(render("moderation/own_proposal"))


async def get_case(ctx: Context, number: int) -> Case:
    """Get a case. Raises UserError if it was deleted, or is about the person who acts."""
    return _refuse_own_case(ctx, await cases.get(ctx.db, number))


async def lock_case(ctx: Context, number: int) -> Case:
    """Get a case, locked until the transaction ends. Raises UserError like ``get_case``."""
    return _refuse_own_case(ctx, await cases.lock(ctx.db, number))


def _refuse_own_case(ctx: Context, case: Case | None) -> Case:
    if case is None:
        raise UserError(render("moderation/case_gone"))
    if case.author_id == ctx.user.id:
        raise UserError(render("moderation/about_oneself"))
    return case


async def read_fate(ctx: ReadingContext, case: Case) -> Fate:
    """Return what became of a case’s message (unknown if the bot may no longer read it)."""
    if not case.post_id:
        return Fate.SAME
    try:
        post = await ctx.chat.read_post(case.post_id)
    except ChatError as error:
        if error.is_temporary:
            raise
        return Fate.GONE if error.refusal is Refusal.UNKNOWN_POST else Fate.SAME
    return Fate.EDITED if post.message != case.message else Fate.SAME


async def record_case_entry(
    ctx: Context, case: Case, act: AuditAct, reason: str, **states: Mapping[str, object]
) -> JournalEntry:
    """Record in the audit log what was done about a case; ``states`` are the values before and after."""
    return await record_entry(ctx, AuditEntry(act, f"dossier:{case.number}", case.author_id, reason, **states))


STORM_WINDOW = timedelta(minutes=5)
STORM_REPORTS, STORM_JOINS = 10, 20
"""More reporters than that, or so many arrivals, within ``STORM_WINDOW`` are a storm; so are more reports by one
person."""
LIGHT_WEIGHT = 0.5
"""A case whose reports weigh less gets no card, only a line in the summary."""
SUMMARY_SLOT = 5
"""The seconds within which changes of the summary are gathered."""
GATHERED_CLAIM, SHOWN_CLAIM, JOINED_CLAIM = "moderation.gathered", "moderation.shown", "regles.joined.JoinedTeam"
"""The claims of cases that are in the summary, of those whose card was asked for there, and of arrivals."""


class Summarise(BaseModel):
    """Long work: rewrite the summary of a storm."""


async def is_in_storm(ctx: Context, case: Case) -> bool:
    """Return whether a case is part of a storm: too many people report at once, or all reporters of this case report
    very much. What rules find counts together with reports, but hides none."""
    since = ctx.now - STORM_WINDOW
    counted = Counter(report.reporter_id for report in await cases.list_reports_since(ctx.db, since))
    theirs = await cases.list_reports(ctx.db, case.number)
    if not theirs:
        return len(counted) + await moderation.count_cases_since(ctx.db, since) > STORM_REPORTS
    return len(counted) > STORM_REPORTS or all(counted[report.reporter_id] > STORM_REPORTS for report in theirs)


async def is_graver(ctx: Context, case: Case) -> bool:
    """Return whether a report of this case has a motive that weighs more than the median of those given recently, each
    counted once a person and motive."""
    found = await cases.list_reports_since(ctx.db, ctx.now - STORM_WINDOW)
    lately = {(report.reporter_id, report.motive) for report in found}
    usual = median_low([weigh_motive(ctx, motive) for _, motive in lately] or [0])
    theirs = await cases.list_reports(ctx.db, case.number)
    return any(weigh_motive(ctx, report.motive) > usual for report in theirs)


async def weigh_reporter(ctx: Context, reporter_id: str) -> float:
    """Weigh somebody’s reports: 1 if nothing is known, towards 2 if they were always right, towards 0 if never
    (Laplace’s rule of succession)."""
    right, wrong = await cases.count_judged(ctx.db, reporter_id)
    return 2 * (right + 1) / (right + wrong + 2)


async def is_light(ctx: Context, case: Case) -> bool:
    """Return whether a case rests only on reports by people who were often wrong."""
    told = await cases.list_reports(ctx.db, case.number)
    if case.source is not CaseSource.REPORTED or not told:
        return False
    return sum([await weigh_reporter(ctx, report.reporter_id) for report in told]) < LIGHT_WEIGHT


async def is_held_back(ctx: Context, case: Case) -> bool:
    """Return whether only the summary mentions a case, which gets its card when somebody asks for it."""
    is_new = case.state is CaseState.OPEN and case.source is not CaseSource.DIRECT
    if not is_new or await claims.is_taken(ctx.db, SHOWN_CLAIM, str(case.number)):
        return False
    return await is_light(ctx, case) or (await is_in_storm(ctx, case) and not await is_graver(ctx, case))


async def release_card(ctx: Context, case: Case) -> bool:
    """Return whether a case that only the summary mentioned gets its card now, and mark it so."""
    key = str(case.number)
    if case.state not in cases.UNDECIDED or not await claims.is_taken(ctx.db, GATHERED_CLAIM, key):
        return False
    return not await is_held_back(ctx, case) and await claims.claim(ctx.db, SHOWN_CLAIM, key, ctx.now)


async def add_to_summary(ctx: Context, case: Case) -> Sequence[Reply]:
    """Add a case to the summary."""
    await claims.claim(ctx.db, GATHERED_CLAIM, str(case.number), ctx.now)
    return await schedule_summary(ctx)


async def schedule_summary(ctx: Context) -> Sequence[Reply]:
    """Schedule one rewriting of the summary for all that changes until then."""
    moment = int(ctx.now.timestamp()) // SUMMARY_SLOT + 1
    if not await claims.claim(ctx.db, "moderation.summary", str(moment), ctx.now):
        return []
    at = datetime.fromtimestamp(moment * SUMMARY_SLOT, ctx.now.tzinfo)
    return [Start(payload=Summarise(), at=at, quiet=True)]


async def count_arrivals(ctx: Context) -> int:
    """Return how many people joined the team lately, if they are many; else 0."""
    count = await claims.count_since(ctx.db, JOINED_CLAIM, ctx.now - STORM_WINDOW)
    return count if count >= STORM_JOINS else 0


async def list_held_back(ctx: Context) -> Sequence[Case]:
    """Return the undecided cases without a card, oldest first."""
    waiting = await cases.list_in_states(ctx.db, cases.UNDECIDED)
    numbers = [str(case.number) for case in waiting]
    known = set(await claims.list_taken(ctx.db, GATHERED_CLAIM, numbers))
    known -= set(await claims.list_taken(ctx.db, SHOWN_CLAIM, numbers))
    return [case for case in waiting if str(case.number) in known]
