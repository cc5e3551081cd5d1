"""Reports of messages, by « /signaler » or 🚩. Reporters are told the outcome; many reports at once become one
summary."""

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from pydantic import BaseModel

from bot import guard, quotas
from bot.account_status import find_active
from bot.actions import Unreact
from bot.cards import RowCard, Topic
from bot.context import Context, ReadingContext
from bot.errors import ChatError, Refusal, UserError, unless_refused
from bot.events import Delivered, Reacted, Undelivered
from bot.mattermost import ChatChannel, ChatPost
from bot.menus import Choosing, Menu
from bot.permalinks import find_permalink
from bot.plain_text import strip_markdown, to_one_line
from bot.replies import Ask, Button, Direct, Message, Progress, Replies, Reply, Step, Whisper
from bot.texts import render, require
from commands.moderation import cards, cases, policy
from commands.moderation.policy import ANIMATEURS, drapeau, feature
from config.text import take_word
from config.time import PARIS
from dialogs.canaux import watch_planned_channels
from dialogs.moderation import PreciseReport, ReportMessage
from storage import claims, database, journal, moderation, outbox
from storage.moderation import Case, CaseSource, CaseState, MessageReport
from storage.moderation import cases as stored_cases


class FileReport(BaseModel):
    """A report with the message as it is now, read after the window was sent."""

    seen: cases.MessageSnapshot
    motive: str
    word: str = ""


class Precise(cards.AboutCase):
    """Button « Préciser »: opens the window of a motive for whoever flagged a message."""


DECIDED_STATES = {CaseState.DECIDED, CaseState.CLOSED}


async def tell_reporters(ctx: Context, case: Case) -> Sequence[Reply]:
    """Tell a case’s reporters the outcome, except the decider and people who left."""
    if case.state not in DECIDED_STATES:
        return []
    if case.act != journal.AuditAct.DISMISS:
        await stored_cases.judge_reports(ctx.db, case.number, was_right=True)
    whose = await stored_cases.mark_told(ctx.db, case.number, ctx.now)
    others = await find_active(ctx, [one for one in whose if one != ctx.user.id])
    text = render("moderation/told_reporter", case=case, nothing=case.act == journal.AuditAct.DISMISS)
    return [Direct(text, user_id=one) for one in whose if one in others]


def read_post_id(text: str) -> str:
    """Read the message id of a permalink. Raises UserError."""
    return require(find_permalink(text) or None, "moderation/report_link")


async def read_reportable_post(ctx: ReadingContext, link: str) -> ChatPost:
    """Read the message of a link if this person may report it, asking Mattermost only. Raises UserError."""
    try:
        post = await ctx.chat.read_post(read_post_id(link))
        channel = await ctx.chat.channel(post.channel_id)
    except ChatError as error:
        if error.is_temporary:
            raise
        raise UserError(_say_unreadable(ctx, link, error)) from None
    if not await _may_see(ctx, channel):
        raise UserError(render("moderation/report_not_found"))
    if fault := find_report_fault(post, ctx.user.id, (await ctx.chat.me()).id):
        raise UserError(fault)
    return post


def find_report_fault(post: ChatPost, user_id: str, bot_id: str) -> str:
    """Say why this person cannot report a message, in French; "" if they can."""
    if post.user_id == user_id:
        return render("moderation/report_own_message")
    if post.user_id == bot_id:
        return render("moderation/report_bot_message")
    return render("moderation/report_system_message") if post.type else ""


def _say_unreadable(ctx: Context, link: str, error: ChatError) -> str:
    """Explain why a message cannot be read; servers do not tell whether it is private or missing."""
    host = urlsplit(link.strip().strip("<>")).hostname
    if host and host != urlsplit(ctx.settings.mattermost_url).hostname:
        return render("moderation/report_other_server")
    is_out = error.refusal is Refusal.FORBIDDEN
    return render("moderation/out_of_reach") if is_out else render("moderation/report_not_found")


async def _may_see(ctx: ReadingContext, channel: ChatChannel) -> bool:
    """Return whether the person can read a channel: as a member or, for a public one, as anybody but a guest."""
    if await ctx.chat.channel_member(channel.id, ctx.user.id) is not None:
        return True
    if channel.is_private or channel.team_id != await ctx.chat.team_id():
        return False
    member = await ctx.chat.team_member(ctx.user.id)
    return member is not None and not member.is_guest


QUOTED_MAX = 100
"""The most characters of a message in the title of its window."""


@feature.command("signaler", help="Signaler un message aux animateurs", hint="[lien du message]")
async def open_report_form(ctx: ReadingContext, text: str) -> Replies:
    """Open the window of a report, filled with the link and words that were typed."""
    link, word = take_word(text)
    if not link:
        return Ask(ReportMessage.draft(motives=policy.list_motives(ctx)))
    post = await read_reportable_post(ctx, link)
    await refuse_second_report(ctx, post.id, post.message)
    said = to_one_line(strip_markdown(post.message), QUOTED_MAX)
    motives, word = policy.list_motives(ctx), word[: stored_cases.WORD_MAX]
    return Ask(ReportMessage.draft(link=link, motives=motives, said=said, word=word))


async def read_report(ctx: ReadingContext, form: ReportMessage) -> FileReport:
    """Read the message as it is now. Raises UserError under the field of its link."""
    try:
        await read_reportable_post(ctx, form.link)
        seen = await cases.take_snapshot(ctx, read_post_id(form.link))
    except UserError as refusal:
        raise UserError(fields={"lien": refusal.text}) from None
    return FileReport(seen=seen, motive=form.motive, word=form.word)


@feature.button(FileReport)
@feature.submit(ReportMessage, asks=read_report)
async def file_report(ctx: Context, given: FileReport) -> Replies:
    """Add a report to the case of its message; there is one case a message, whoever reports it."""
    await refuse_second_report(ctx, given.seen.post.id, given.seen.post.message)
    case, told = await add_report(ctx, given.seen, given.motive, given.word)
    masked = given.word != mask_personal_data(given.word)
    return [Whisper(render("moderation/reported", case=case, masked=masked)), *told]


async def refuse_second_report(ctx: Context, post_id: str, message: str) -> None:
    """Raise UserError if this person already reported that message and it has not changed since."""
    before = next(iter(await stored_cases.list_reported(ctx.db, post_id, ctx.user.id)), None)
    if before is None:
        return
    if before.state in stored_cases.UNDECIDED:
        raise UserError(render("moderation/reported_already"))
    if before.message == message:
        raise UserError(render("moderation/reported_and_decided"))


async def add_report(
    ctx: Context, seen: cases.MessageSnapshot, motive: str, word: str = ""
) -> tuple[Case, Sequence[Reply]]:
    """Add a report to the existing or a new case, and return the replies that show it. Raises UserError for a second
    one by the same person."""
    left = await quotas.spend(ctx, quotas.Quota.REPORT)  # first: one that is not taken opens no case
    case = await cases.open_case(ctx, seen, CaseSource.REPORTED)
    before = await stored_cases.list_reports(ctx.db, case.number)
    word = mask_personal_data(word)
    made = MessageReport(case_id=case.number, reporter_id=ctx.user.id, motive=motive, word=word, at=ctx.now)
    if not await stored_cases.add_report(ctx.db, made):
        raise UserError(render("moderation/reported_already"))
    is_new = not before and case.source is CaseSource.REPORTED
    return case, [*await (cards.post_card(ctx, case) if is_new else cards.refresh_card(ctx, case)), *left]


def mask_personal_data(word: str) -> str:
    """Mask personal data in a reporter’s comment, since many people read the card."""
    return guard.mask(word, guard.find(word))[: stored_cases.WORD_MAX]


FLAG = Topic[tuple[int, str]]("drapeau:", lambda flag: f"{flag[0]}:{flag[1]}")
"""The removal of a flag, by its case and by the id of whoever set it."""


drapeau.watches(watch_planned_channels)


def is_in_channel(event: Reacted) -> bool:
    """Return whether a reaction is visible to others, that is, not in a direct channel."""
    return not event.is_direct


async def read_flagged_message(ctx: ReadingContext, event: Reacted) -> tuple[cases.MessageSnapshot, str] | None:
    """Read the message marked with 🚩, and the reason why it cannot be reported ("" if it can)."""
    if event.emoji != ctx.settings.report_emoji:
        return None
    seen = await unless_refused(cases.take_snapshot(ctx, event.post_id), None)
    return (seen, find_report_fault(seen.post, ctx.user.id, (await ctx.chat.me()).id)) if seen else None


@drapeau.event(Reacted, name="drapeau.reacted.Reacted", only=is_in_channel, asks=read_flagged_message)
async def report_by_flag(ctx: Context, event: Reacted, flagged: tuple[cases.MessageSnapshot, str]) -> Replies:
    """Report a flagged message, once. The flag is removed first, and the thanks say whether that worked."""
    seen, fault = flagged
    if fault:
        return await _refuse_flag(ctx, event, fault)
    try:
        await refuse_second_report(ctx, event.post_id, seen.post.message)
        case, told = await add_report(ctx, seen, policy.find_motive(ctx, policy.OTHER_MOTIVE).key)
    except UserError as refusal:
        return await _refuse_flag(ctx, event, refusal.text)
    return [_remove_flag(event, FLAG.of((case.number, ctx.user.id))), *told]


def _remove_flag(event: Reacted, topic: str | None = None) -> Unreact:
    return Unreact(event.post_id, event.emoji, user_id=event.user_id, channel_id=event.channel_id, topic=topic)


async def _refuse_flag(ctx: Context, event: Reacted, why: str) -> Replies:
    """Remove a flag and explain why the message cannot be reported, once for each message."""
    told: list[Reply] = [_remove_flag(event)]
    if await claims.claim(ctx.db, "drapeau.refused", f"{event.post_id}:{ctx.user.id}", ctx.now):
        told.append(Direct(render("moderation/not_flagged", why=why), user_id=ctx.user.id))
    return told


@drapeau.event(Delivered, name="drapeau.taken_off.Delivered")
async def thank_for_removed_flag(ctx: Context, event: Delivered) -> Replies:
    """Thank the reporter after the flag was removed."""
    return _thank_reporter(event.topic, off=True)


@drapeau.event(Undelivered, name="drapeau.left_there.Undelivered")
async def thank_for_left_flag(ctx: Context, event: Undelivered) -> Replies:
    """Thank the reporter where the bot may not remove the flag."""
    return _thank_reporter(event.topic, off=False)


def _thank_reporter(topic: str, *, off: bool) -> Replies:
    number = FLAG.read_number(topic)
    if number is None:
        return None
    text = render("moderation/flagged", number=number, off=off)
    return Direct(text, [Button("Préciser", Precise(case=number))], user_id=topic.rpartition(":")[2])


@feature.button(Precise, writes=False)
async def open_motive_form(ctx: Context, click: Precise) -> Replies:
    """Open the window of a motive for a flagged message."""
    mine = await _get_own_report(ctx, click.case)
    motives = policy.list_motives(ctx)
    known = mine.motive if mine.motive in motives else None
    return Ask(PreciseReport.draft(case=click.case, motive=known, word=mine.word or None, motives=motives))


@feature.submit(PreciseReport)
async def change_motive(ctx: Context, form: PreciseReport) -> Replies:
    """Store the motive of a report, which the card shows without a name."""
    case = await stored_cases.lock(ctx.db, form.case)
    mine = await _get_own_report(ctx, form.case)
    if case is None or case.state not in stored_cases.UNDECIDED:
        raise UserError(render("moderation/decided_meanwhile"))
    await database.change(ctx.db, mine, motive=form.motive, word=mask_personal_data(form.word), at=ctx.now)
    noted = render("moderation/precised", masked=mine.word != form.word)
    return [Whisper(noted), *await cards.refresh_card(ctx, case)]


async def _get_own_report(ctx: Context, case: int) -> MessageReport:
    return require(await stored_cases.get_report(ctx.db, case, ctx.user.id), "moderation/case_gone")


SUMMARY = RowCard[str]("moderation.storm", lambda day: f":{day}")
"""The summary of a day (ISO), in the room."""
SUMMARY_MAX = 10
MENU_MAX = 25
LATELY = timedelta(minutes=6)


class SeeGathered(Choosing):
    """Menu of the summary: shows the card of the case whose number was chosen."""


@feature.work(cases.Summarise, name="moderation.Summarise", title="Résumé des signalements", writes=True)
async def post_summary(ctx: Context, work: cases.Summarise, _: Progress) -> Step:
    """Post the summary once a day, and rewrite it afterwards."""
    place, day = await policy.find_room(ctx), _find_day(ctx)
    if not place:
        return Step(finished=True)
    message = await draw_summary(ctx)
    if place in await outbox.find_reached(ctx.db, [SUMMARY.of(day)]):
        return Step(replies=[SUMMARY.rewrite(day, message)], finished=True)
    return Step(replies=[SUMMARY.post(day, message, place)], finished=True)


@feature.job("minute=*/5", name="moderation.keep_summary", writes=True)
async def update_summary(ctx: Context) -> Replies:
    """Rewrite the summary if cases were decided lately, or people joined."""
    if not await SUMMARY.is_sent(ctx.db, day := _find_day(ctx)):
        return None
    decided = await stored_cases.list_decided_since(ctx.db, ctx.now - LATELY)
    known = await claims.list_taken(ctx.db, cases.GATHERED_CLAIM, [str(number) for number in decided])
    joined = await claims.count_since(ctx.db, cases.JOINED_CLAIM, ctx.now - LATELY)
    return SUMMARY.rewrite(day, await draw_summary(ctx)) if known or joined else None


@feature.button(SeeGathered, roles=ANIMATEURS)
async def show_held_back_case(ctx: Context, click: SeeGathered) -> Replies:
    """Post the card of a case that only the summary mentioned."""
    case = await stored_cases.lock(ctx.db, int(click.chosen)) if click.chosen.isdecimal() else None
    if case is None or not await claims.is_taken(ctx.db, cases.GATHERED_CLAIM, click.chosen):
        raise UserError(render("moderation/not_in_summary"))
    replies: list[Reply] = []
    if await claims.claim(ctx.db, cases.SHOWN_CLAIM, click.chosen, ctx.now):
        replies += await cards.post_card(ctx, case)
    return [*replies, SUMMARY.rewrite(_find_day(ctx), await draw_summary(ctx))]


async def draw_summary(ctx: Context) -> Message:
    """Draw the summary: what waits, and how much came in."""
    waiting = await cases.list_held_back(ctx)
    lately = await stored_cases.list_reports_since(ctx.db, ctx.now - cases.STORM_WINDOW)
    rows = [await _draw_row(ctx, case) for case in waiting[:SUMMARY_MAX]]
    text = render(
        "moderation/storm",
        rows=rows,
        count=len(waiting),
        more=len(waiting) - len(rows),
        reports=len(lately),
        people=len({report.reporter_id for report in lately}),
        joined=await cases.count_arrivals(ctx),
        at=f"{ctx.now.astimezone(PARIS):%H:%M}",
    )
    options = {str(case.number): f"n° {case.number} · {case.author}" for case in waiting[:MENU_MAX]}
    return Message(text, menus=[Menu("Voir un cas", SeeGathered(), options)] if options else [])


async def _draw_row(ctx: Context, case: Case) -> tuple[Case, int, str]:
    """Return a case with its number of reporters and their motives, or the rules that found it."""
    theirs = await stored_cases.list_reports(ctx.db, case.number)
    said = policy.say_motives(ctx, theirs)
    return (case, len(theirs), said or cards.say_rules(await moderation.list_hits_of_case(ctx.db, case.number)))


def _find_day(ctx: Context) -> str:
    return str(ctx.now.astimezone(PARIS).date())
