"""Appeals: whoever a measure concerns contests it, once; another animateur upholds, lightens or cancels it, and is
reminded."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.account_status import is_active, read_display_name
from bot.audit import AuditEntry, record_entry
from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.events import DirectMessage, Spoken
from bot.french import say_date
from bot.permalinks import make_permalink
from bot.replies import Ask, Button, Direct, PlainTextReply, Replies, Reply, Whisper
from bot.texts import Markdown, quotation, render, require
from commands.moderation import cards
from commands.moderation.cases import Decision, get_case, lock_case, record_case_entry
from commands.moderation.decisions import carry_out
from commands.moderation.measures import choose_lifted_words, find_handler, undo_measure
from commands.moderation.policy import ANIMATEURS, MEASURES, YEAR, feature
from config import charte, time
from config.text import fold
from dialogs import moderation as forms
from storage.database import change, is_writing
from storage.journal import AuditAct, label_of
from storage.moderation import Appeal, Case, CaseState, Measure, cases

LIGHTER = (charte.MeasureKind.REMIND, charte.MeasureKind.WARN, charte.MeasureKind.SILENCE)


@dataclass(frozen=True, slots=True)
class AppealInHand:
    """An appeal with its measure and case."""

    appeal: Appeal
    measure: Measure
    case: Case


async def _take_appeal(ctx: Context, entry: int) -> AppealInHand:
    """Get an appeal with its measure and case, locked if the transaction writes. Raises UserError for whoever proposed
    or decided the measure."""
    known = require(await cases.get_appeal(ctx.db, entry), "moderation/no_appeal")
    held = is_writing(ctx.db)
    case = await (lock_case if held else get_case)(ctx, known.case_id)
    appeal = await cases.lock_appeal(ctx.db, entry) if held else known
    measure = await cases.get_measure(ctx.db, entry)
    if appeal is None or measure is None:
        raise UserError(render("moderation/no_appeal"))
    if ctx.user.id in {measure.by, case.decided_by}:
        raise UserError(render("moderation/own_decision"))
    if ctx.user.id == measure.proposed_by:
        raise UserError(render("moderation/own_proposed_measure"))
    return AppealInHand(appeal, measure, case)


async def _say_already_answered(ctx: Context, contested: AppealInHand) -> Sequence[Reply]:
    by = contested.appeal.decided_by
    named = "Vous avez" if by == ctx.user.id else f"{await read_display_name(ctx, by)} a"
    told = Whisper(render("moderation/appeal_answered_by", named=named))
    return [told, *await cards.refresh_card(ctx, contested.case)]


async def open_answer_window(ctx: Context, click: cards.AboutMeasure) -> Replies:
    """Open the window in which a measure is upheld, cancelled or, out of those that may replace it, lightened."""
    contested = await _take_appeal(ctx, click.entry)
    if contested.appeal.decided_at is not None:
        return await _say_already_answered(ctx, contested)
    about = {"entry": click.entry, "said": label_of(contested.measure.act)}
    match click:
        case cards.Uphold():
            return Ask(forms.UpholdMeasure.draft(**about))
        case cards.Overturn():
            return Ask(forms.CancelMeasure.draft(**about))
    lighter = {kind.value: MEASURES[kind] for kind in _list_lighter(contested.measure)}
    if not lighter:
        raise UserError(render("moderation/nothing_lighter"))
    return Ask(forms.LightenMeasure.draft(**about, lighter=lighter))


for payload in (cards.Uphold, cards.Overturn, cards.Lighten):
    feature.button(payload, roles=ANIMATEURS, writes=False)(open_answer_window)


def _list_lighter(measure: Measure) -> Sequence[charte.MeasureKind]:
    order = list(charte.MeasureKind)
    weight = find_handler(measure.act).weight
    if weight is None:
        return []
    lighter = [kind for kind in LIGHTER if order.index(kind) < order.index(weight)]
    return [*lighter, charte.MeasureKind.SILENCE] if weight is charte.MeasureKind.SILENCE else lighter


async def answer_appeal(ctx: Context, form: forms.AppealAnswerForm) -> Replies:
    """Answer an appeal: the measure stays, is undone, or gives way to a lighter one, which this answer approves as a
    second animateur where it is heavy."""
    contested = await _take_appeal(ctx, form.entry)
    if contested.appeal.decided_at is not None:
        return await _say_already_answered(ctx, contested)
    if isinstance(form, forms.UpholdMeasure):
        return await _record_answer(ctx, contested, form, kept=True)
    measure, decided = contested.measure, list[Reply]()
    if isinstance(form, forms.LightenMeasure):
        # The new one first: it takes over whom the old one keeps out, and nobody comes back in between.
        decided += await carry_out(ctx, contested.case, _read_replacement(ctx, measure, form), is_second=True)
    undone = await undo_measure(ctx, measure.entry, is_told=False) if measure.ended_at is None else []
    return [*undone, *decided, *await _record_answer(ctx, contested, form, kept=False)]


for window in (forms.UpholdMeasure, forms.CancelMeasure, forms.LightenMeasure):
    feature.submit(window, roles=ANIMATEURS)(answer_appeal)


def _read_replacement(ctx: Context, measure: Measure, form: forms.LightenMeasure) -> Decision:
    """Read the measure that replaces another. Raises UserError if it is not lighter."""
    kind = charte.MeasureKind(form.instead)
    if kind is not charte.MeasureKind.SILENCE:
        return Decision(kind, form.answer, instead_of=measure.entry)
    if form.lasts is None:
        raise UserError(fields={"duree": render("moderation/lighter_how_long")})
    if measure.until is not None and ctx.now + form.lasts > measure.until:
        raise UserError(fields={"duree": render("moderation/lighter_too_long")})
    place = measure.channels[0] if len(measure.channels) == 1 else ""
    return Decision(kind, form.answer, form.lasts, place, instead_of=measure.entry)


async def _record_answer(
    ctx: Context, contested: AppealInHand, form: forms.AppealAnswerForm, *, kept: bool
) -> Sequence[Reply]:
    """Tell the person the answer, in the notice of the lighter measure if there is one, and close the case."""
    case, measure = contested.case, contested.measure
    await record_case_entry(ctx, case, AuditAct.ANSWER_APPEAL, form.answer, after={"kept": kept})
    answered = {"decided_at": ctx.now, "decided_by": ctx.user.id, "kept": kept, "answer": form.answer}
    await change(ctx.db, contested.appeal, **answered)
    await change(ctx.db, case, state=CaseState.CLOSED)
    text = await _say_answer(ctx, measure, form.answer, kept=kept)
    there = not isinstance(form, forms.LightenMeasure) and await is_active(ctx, case.author_id)
    told = [Direct(text, user_id=case.author_id)] if there else []
    return [Whisper(render("moderation/appeal_answered")), *told, *await cards.refresh_card(ctx, case)]


async def _say_answer(ctx: Context, measure: Measure, answer: str, *, kept: bool) -> Markdown:
    """Say what became of a contested measure, and what changes for the person where this undid it just now."""
    is_undone = not kept and measure.ended_at == ctx.now
    words = await choose_lifted_words(ctx, measure) if is_undone else ""
    told = await cards.describe_measure(ctx, measure, measure.user_id)
    act, word = label_of(measure.act), quotation(answer, 1000)
    return render("moderation/answered", act=act, entry=measure.entry, kept=kept, words=words, told=told, word=word)


CONTESTED_WITHIN = timedelta(days=30)
"""How long after its end a measure can be contested."""


@feature.button(cards.AppealMeasure, name="moderation.Appeal", writes=False)
async def open_appeal_form(ctx: Context, click: cards.AppealMeasure) -> Replies:
    """Open the window in which a measure is contested."""
    measure = check_contestable(ctx, await cases.get_measure(ctx.db, click.entry))
    await _refuse_moot_appeal(ctx, measure)
    return Ask(forms.ContestMeasure.draft(entry=measure.entry, said=label_of(measure.act)))


@feature.submit(forms.ContestMeasure)
async def contest_measure(ctx: Context, form: forms.ContestMeasure) -> Replies:
    """Contest a measure, which must be answered within a delay."""
    appeal, told = await open_appeal(ctx, form.entry, form.word)
    return [Whisper(_say_thanks(ctx, appeal)), *told]


def check_contestable(ctx: Context, measure: Measure | None) -> Measure:
    """Return the measure. Raises UserError if the person may not contest it, or no longer."""
    if measure is None or measure.user_id != ctx.user.id:
        raise UserError(render("moderation/not_contestable"))
    if (end := find_end(measure)) is not None and end + CONTESTED_WITHIN < ctx.now:
        raise UserError(render("moderation/too_late_to_contest"))
    return measure


def find_end(measure: Measure) -> datetime | None:
    """Return when a measure ended or will end; None for one without an end."""
    if measure.ended_at or measure.until:
        return measure.ended_at or measure.until
    return None if find_handler(measure.act).keeps_out else measure.began_at


async def _refuse_moot_appeal(ctx: Context, measure: Measure) -> None:
    """Raise UserError where the person contested the case before, or the measure is undone already."""
    before = await cases.get_appeal(ctx.db, measure.entry)
    if before is None and measure.case_id is not None:
        before = await cases.find_newest_appeal(ctx.db, measure.case_id)
    if before is not None and before.user_id == ctx.user.id:
        is_answered = before.decided_at is not None
        raise UserError(render("moderation/contested_and_answered" if is_answered else "moderation/already_contested"))
    if measure.was_undone:
        raise UserError(render("moderation/measure_over", entry=measure.entry, is_undone=True))


async def open_appeal(ctx: Context, entry: int, word: str) -> tuple[Appeal, Sequence[Reply]]:
    """Store an appeal, and reopen its case. Raises UserError."""
    held, case = await cases.lock_with_case(ctx.db, entry)
    measure = check_contestable(ctx, held)
    if case is None:
        raise UserError(render("moderation/not_contestable"))
    await _refuse_moot_appeal(ctx, measure)
    due = ctx.now + timedelta(days=ctx.settings.appeal_days)
    appeal = Appeal(
        entry=entry, case_id=case.number, user_id=ctx.user.id, word=word[: forms.APPEAL_MAX], at=ctx.now, due_at=due
    )
    if not await cases.add_appeal(ctx.db, appeal):
        raise UserError(render("moderation/already_contested"))
    thing, after = f"dossier:{case.number}", {"measure": entry}
    await record_entry(ctx, AuditEntry(AuditAct.APPEAL, thing, ctx.user.id, word, after=after))
    await change(ctx.db, case, state=CaseState.APPEALED)
    return appeal, [*await cards.refresh_card(ctx, case), *await cards.post_card(ctx, case)]


def is_answer(event: DirectMessage) -> bool:
    """Return whether a direct message is a reply with text."""
    return bool(event.root_id and event.text.strip())


@feature.hears_words
async def recognise_answer(ctx: Context, message: Spoken) -> PlainTextReply:
    """Claim a reply to a measure’s notice: it contests the measure. Whoever says elsewhere that they disagree is
    offered the window."""
    if message.root_id and await _find_noticed_measure(ctx, message.root_id):
        return PlainTextReply(is_its=True)
    entry = await _find_contestable(ctx) if DISAGREES.search(fold(message.text)) else None
    return PlainTextReply(buttons=[Button("Contester", cards.AppealMeasure(entry=entry), "primary")] if entry else [])


DISAGREES = re.compile(
    r"\bconteste|\binjust|\bpas d.?accord|\b(?:appel|recours|reclamation)\b|\bpourquoi .*\bsuspend"
    r"|\bpas moi\b|\brien fait\b|\bpas (?:juste|normal)\b|\bpourquoi moi\b"
)
"""How people say that a measure is wrong, folded."""


async def _find_contestable(ctx: Context) -> int | None:
    """Find the last measure about the person that they may still contest."""
    for measure in reversed(await cases.list_measures_since(ctx.db, ctx.user.id, ctx.now - YEAR)):
        if measure.ended_by:  # it was undone
            continue
        try:
            await _refuse_moot_appeal(ctx, check_contestable(ctx, measure))
        except UserError:
            continue
        return measure.entry
    return None


async def find_contested(ctx: ReadingContext, event: DirectMessage) -> int | None:
    """Find the measure to whose notice somebody replies."""
    return await _find_noticed_measure(ctx, event.root_id)


@feature.event(DirectMessage, name="moderation.answered_in_thread.DirectMessage", only=is_answer, asks=find_contested)
async def contest_in_thread(ctx: Context, event: DirectMessage, entry: int) -> Replies:
    """Contest a measure by replying to its notice, as by the window."""
    try:
        appeal, told = await open_appeal(ctx, entry, event.text)
    except UserError as refusal:
        return Direct(refusal.text, user_id=ctx.user.id, root_id=event.root_id)
    return [Direct(_say_thanks(ctx, appeal), user_id=ctx.user.id, root_id=event.root_id), *told]


async def _find_noticed_measure(ctx: Context, post_id: str) -> int | None:
    """Find the measure whose notice a post is; None for other posts."""
    for measure in await cases.list_measures_since(ctx.db, ctx.user.id, ctx.now - YEAR):
        posts = await cards.NOTICE.list_posts(ctx.db, measure)
        if any(post.post_id == post_id for post in posts):
            return measure.entry
    return None


def _say_thanks(ctx: Context, appeal: Appeal) -> Markdown:
    return render("moderation/contested", due=say_date(appeal.due_at.astimezone(ctx.zone).date()))


DAY = timedelta(days=1)
REMINDED_AFTER = (timedelta(), 3 * DAY, 7 * DAY)
"""How long after the deadline of an appeal the animateurs are reminded again."""


@feature.job("hour=7-20 minute=10", name="moderation.remind", writes=True)
async def remind_of_appeals(ctx: Context) -> Replies:
    """Remind the animateurs of waiting appeals, once at each due time."""
    told: list[Reply] = []
    for appeal in await cases.list_open_appeals(ctx.db):
        if is_due(appeal, ctx.now):
            await change(ctx.db, appeal, reminded_at=ctx.now)
            told += await _draw_reminder(ctx, appeal)
    return told


def is_due(appeal: Appeal, now: datetime) -> bool:
    """Return whether a reminder of an appeal has come due since the last one."""
    half = appeal.at + (appeal.due_at - appeal.at) / 2
    last = appeal.reminded_at or appeal.at
    times = (half, appeal.due_at - DAY, *(appeal.due_at + later for later in REMINDED_AFTER))
    return any(last < time <= now for time in times)


async def _draw_reminder(ctx: Context, appeal: Appeal) -> Sequence[Reply]:
    """Say in the room that an appeal waits, with a link to its card."""
    case = await cases.get(ctx.db, appeal.case_id)
    if case is None:
        return []
    posts = await cards.CARD.list_posts(ctx.db, case)
    address = Markdown(make_permalink(ctx.settings, posts[0].post_id) if posts else "")
    due = say_date(appeal.due_at.astimezone(time.PARIS).date())
    late = appeal.due_at <= ctx.now
    text = render("moderation/appeal_waits", case=case, due=due, late=late, address=address)
    return await cards.tell_deciders(ctx, case, text)
