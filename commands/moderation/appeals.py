"""Who a measure concerns contests it, once; another animateur upholds, lightens or cancels it, and is reminded."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Protocol, TypeVar

from bot.account_status import is_active, read_display_name
from bot.audit import AuditEntry, record_entry
from bot.context import Context
from bot.errors import UserError
from bot.events import DirectMessage
from bot.french.dates import say_date
from bot.permalinks import make_permalink
from bot.replies import Ask, Direct, Message, PlainTextReply, Replies, Reply, Whisper
from bot.texts import Markdown, quotation, render
from commands.moderation import cards
from commands.moderation.cards import Appeal as AppealButton
from commands.moderation.cards import Lighten, Overturn, Uphold
from commands.moderation.cases import Decision, get_case, lock_case, name_case_object
from commands.moderation.decisions import carry_out
from commands.moderation.feature import ANIMATEURS, MEASURES, YEAR, feature
from commands.moderation.measures import find_handler, undo_measure
from config import charte
from config.time import PARIS
from dialogs.moderation.forms import (
    APPEAL_MAX,
    AppealAnswerForm,
    CancelMeasure,
    ContestMeasure,
    LightenMeasure,
    UpholdMeasure,
)
from storage import moderation
from storage.database import change, is_writing
from storage.journal import AuditAct, label_of
from storage.moderation import Appeal, Measure, appeals, cases, measures
from storage.moderation.cases import Case, CaseState

NO_APPEAL = "Ce recours n’est plus là."
OWN_DECISION = "Vous avez décidé de cette mesure : un autre animateur répond au recours."
OWN_PROPOSAL = "Vous avez proposé cette mesure : un autre animateur répond au recours."
TOO_LONG = "Une mesure allégée ne dure pas plus longtemps que ce qui reste de la première."
NO_LENGTH = "Dites pour combien de temps : « 2h », « 3j »."
LIGHTER = (charte.MeasureKind.REMIND, charte.MeasureKind.WARN, charte.MeasureKind.SILENCE)


@dataclass(frozen=True, slots=True)
class AppealInHand:
    """An appeal in hand, with its measure and case."""

    appeal: Appeal
    measure: Measure
    case: Case


async def _take_appeal(ctx: Context, entry: int) -> AppealInHand:
    """Held until the transaction ends, if it writes. Raises UserError for who proposed or decided."""
    known = await appeals.get(ctx.db, entry)
    if known is None:
        raise UserError(NO_APPEAL)
    held = is_writing(ctx.db)
    case = await (lock_case if held else get_case)(ctx, known.case_id)
    appeal = await appeals.lock(ctx.db, entry) if held else known
    measure = await measures.get(ctx.db, entry)
    if appeal is None or measure is None:
        raise UserError(NO_APPEAL)
    if ctx.user.id in {measure.by, case.decided_by}:
        raise UserError(OWN_DECISION)
    if ctx.user.id == measure.proposed_by:
        raise UserError(OWN_PROPOSAL)
    return AppealInHand(appeal, measure, case)


class AboutAppeal(Protocol):
    """A button or window about an appeal."""

    @property
    def entry(self) -> int: ...


A = TypeVar("A", bound=AboutAppeal)
AppealHandler = Callable[[Context, A, AppealInHand], Awaitable[Replies]]


def on_open_appeal(handler: AppealHandler[A]) -> Callable[[Context, A], Awaitable[Replies]]:
    """A handler gets the appeal in hand; where somebody answered it already, who acts reads that instead."""

    @wraps(handler)
    async def run(ctx: Context, asked: A) -> Replies:
        contested = await _take_appeal(ctx, asked.entry)
        if contested.appeal.decided_at is not None:
            return await _say_already_answered(ctx, contested)
        return await handler(ctx, asked, contested)

    return run


async def _say_already_answered(ctx: Context, contested: AppealInHand) -> Sequence[Reply]:
    by = contested.appeal.decided_by
    named = "Vous avez" if by == ctx.user.id else f"{await read_display_name(ctx, by)} a"
    return [Whisper(f"{named} déjà répondu à ce recours."), *await cards.refresh_card(ctx, contested.case)]


@feature.button(Uphold, roles=ANIMATEURS, writes=False)
@on_open_appeal
async def open_uphold_form(_: Context, click: Uphold, contested: AppealInHand) -> Replies:
    """Open the window of an answer."""
    return Ask(UpholdMeasure.draft(entry=click.entry, said=label_of(contested.measure.act)))


@feature.button(Overturn, roles=ANIMATEURS, writes=False)
@on_open_appeal
async def open_cancel_form(_: Context, click: Overturn, contested: AppealInHand) -> Replies:
    """Open the window of an answer."""
    return Ask(CancelMeasure.draft(entry=click.entry, said=label_of(contested.measure.act)))


@feature.button(Lighten, roles=ANIMATEURS, writes=False)
@on_open_appeal
async def open_lighten_form(_: Context, click: Lighten, contested: AppealInHand) -> Replies:
    """Open the window of an answer, and of what takes the place of the measure."""
    lighter = {kind.value: MEASURES[kind] for kind in _list_lighter(contested.measure)}
    if not lighter:
        raise UserError("Il n’y a rien de plus léger : maintenez la mesure, ou annulez-la.")
    return Ask(LightenMeasure.draft(entry=click.entry, said=label_of(contested.measure.act), lighter=lighter))


def _list_lighter(measure: Measure) -> Sequence[charte.MeasureKind]:
    order = list(charte.MeasureKind)
    weight = find_handler(measure.act).weight
    if weight is None:
        return []
    lighter = [kind for kind in LIGHTER if order.index(kind) < order.index(weight)]
    return [*lighter, charte.MeasureKind.SILENCE] if weight is charte.MeasureKind.SILENCE else lighter


@feature.submit(UpholdMeasure, roles=ANIMATEURS)
@on_open_appeal
async def uphold_measure(ctx: Context, form: UpholdMeasure, contested: AppealInHand) -> Replies:
    """The measure stands."""
    return await _answer_appeal(ctx, contested, form, kept=True)


@feature.submit(CancelMeasure, roles=ANIMATEURS)
@on_open_appeal
async def cancel_measure(ctx: Context, form: CancelMeasure, contested: AppealInHand) -> Replies:
    """The measure is undone."""
    undone = await _undo_standing(ctx, contested.measure)
    return [*undone, *await _answer_appeal(ctx, contested, form, kept=False)]


@feature.submit(LightenMeasure, roles=ANIMATEURS)
@on_open_appeal
async def lighten_measure(ctx: Context, form: LightenMeasure, contested: AppealInHand) -> Replies:
    """It is undone, and a lighter one takes its place; this answer is the approval that a heavy one needs."""
    decision = _read_replacement(ctx, contested.measure, form)
    # The new one first: it takes over whom the old one keeps out, and nobody comes back in between.
    decided = await carry_out(ctx, contested.case, decision, is_second=True)
    undone = await _undo_standing(ctx, contested.measure, is_replaced=True)
    return [*undone, *decided, *await _answer_appeal(ctx, contested, form, kept=False)]


async def _undo_standing(ctx: Context, measure: Measure, *, is_replaced: bool = False) -> Sequence[Reply]:
    return await undo_measure(ctx, measure.entry, is_replaced=is_replaced) if measure.ended_at is None else []


def _read_replacement(ctx: Context, measure: Measure, form: LightenMeasure) -> Decision:
    """What takes its place. Raises UserError where that is none, or no lighter."""
    kind = charte.MeasureKind(form.instead)
    if kind is not charte.MeasureKind.SILENCE:
        return Decision(kind, form.answer, instead_of=measure.entry)
    if form.lasts is None:
        raise UserError(fields={"duree": NO_LENGTH})
    if measure.until is not None and ctx.now + form.lasts > measure.until:
        raise UserError(fields={"duree": TOO_LONG})
    place = measure.channels[0] if len(measure.channels) == 1 else ""
    return Decision(kind, form.answer, form.lasts, place, instead_of=measure.entry)


async def _answer_appeal(
    ctx: Context, contested: AppealInHand, form: AppealAnswerForm, *, kept: bool
) -> Sequence[Reply]:
    """The answer is told to the person, by the notice of the lighter measure where there is one; the case is closed."""
    case, measure = contested.case, contested.measure
    deed = AuditEntry(AuditAct.ANSWER_APPEAL, name_case_object(case), case.author_id, form.answer, after={"kept": kept})
    await record_entry(ctx, deed)
    answered = {"decided_at": ctx.now, "decided_by": ctx.user.id, "kept": kept, "answer": form.answer}
    await change(ctx.db, contested.appeal, **answered)
    await change(ctx.db, case, state=CaseState.CLOSED)
    act, word = label_of(measure.act), quotation(form.answer, 1000)
    text = render("moderation/answered", act=act, entry=measure.entry, kept=kept, word=word)
    there = not isinstance(form, LightenMeasure) and await is_active(ctx, case.author_id)
    told = [Direct(text, user_id=case.author_id)] if there else []
    return [Whisper("C’est répondu : la personne le lit."), *told, *await cards.refresh_card(ctx, case)]


CONTESTED_WITHIN = timedelta(days=30)
"""After the end of a measure nobody contests it any more."""
NOT_CONTESTABLE = "Cette mesure n’est plus là, ou ne vous concerne pas."
TOO_LATE = "Cette mesure est finie depuis plus de trente jours : elle ne se conteste plus."
ALREADY_CONTESTED = "Vous avez déjà contesté cette décision : la réponse vous est dite ici dès qu’elle est là."
ALREADY_ANSWERED = "Vous avez déjà contesté cette décision, et un autre animateur y a répondu."


@feature.button(AppealButton, writes=False)
async def open_appeal_form(ctx: Context, click: AppealButton) -> Replies:
    """The window."""
    measure = check_contestable(ctx, await measures.get(ctx.db, click.entry))
    await _refuse_second_appeal(ctx, measure)
    return Ask(ContestMeasure.draft(entry=measure.entry, said=label_of(measure.act)))


@feature.submit(ContestMeasure)
async def contest_measure(ctx: Context, form: ContestMeasure) -> Replies:
    """It is among the animateurs, with a deadline."""
    appeal, told = await open_appeal(ctx, form.entry, form.word)
    return [Whisper(_say_thanks(ctx, appeal)), *told]


def check_contestable(ctx: Context, measure: measures.Measure | None) -> measures.Measure:
    """Raises UserError where somebody may not contest it, or not any more."""
    if measure is None or measure.user_id != ctx.user.id:
        raise UserError(NOT_CONTESTABLE)
    if (end := find_end(measure)) is not None and end + CONTESTED_WITHIN < ctx.now:
        raise UserError(TOO_LATE)
    return measure


def find_end(measure: measures.Measure) -> datetime | None:
    """When it was over, or is; None for what holds until somebody ends it."""
    if measure.ended_at or measure.until:
        return measure.ended_at or measure.until
    return None if find_handler(measure.act).keeps_out else measure.began_at


async def _refuse_second_appeal(ctx: Context, measure: measures.Measure) -> None:
    before = await appeals.get(ctx.db, measure.entry)
    if before is None and measure.case_id is not None:
        before = await appeals.find_newest_of_case(ctx.db, measure.case_id)
    if before is not None and before.user_id == ctx.user.id:
        raise UserError(ALREADY_ANSWERED if before.decided_at else ALREADY_CONTESTED)


async def open_appeal(ctx: Context, entry: int, word: str) -> tuple[moderation.Appeal, Sequence[Reply]]:
    """The case is to be decided again. Raises UserError."""
    held, case = await measures.lock_with_case(ctx.db, entry)
    measure = check_contestable(ctx, held)
    if case is None:
        raise UserError(NOT_CONTESTABLE)
    await _refuse_second_appeal(ctx, measure)
    due = ctx.now + timedelta(days=ctx.settings.appeal_days)
    appeal = moderation.Appeal(
        entry=entry, case_id=case.number, user_id=ctx.user.id, word=word[:APPEAL_MAX], at=ctx.now, due_at=due
    )
    if not await appeals.add(ctx.db, appeal):
        raise UserError(ALREADY_CONTESTED)
    await record_entry(
        ctx, AuditEntry(AuditAct.APPEAL, name_case_object(case), ctx.user.id, word, after={"measure": entry})
    )
    await change(ctx.db, case, state=CaseState.APPEALED)
    return appeal, [*await cards.refresh_card(ctx, case), *await cards.post_card(ctx, case)]


def is_answer(event: DirectMessage) -> bool:
    """Whether it answers something, in words."""
    return bool(event.root_id and event.text.strip())


@feature.hears_words
async def recognise_answer(ctx: Context, message: DirectMessage) -> PlainTextReply:
    """What is said in the thread of a notice contests it."""
    return PlainTextReply(is_its=bool(message.root_id and await _find_noticed_measure(ctx, message.root_id)))


@feature.event(DirectMessage, name="moderation.answered_in_thread.DirectMessage", only=is_answer)
async def contest_in_thread(ctx: Context, event: DirectMessage) -> Replies:
    """The same as the window."""
    entry = await _find_noticed_measure(ctx, event.root_id)
    if not entry:
        return None
    try:
        appeal, told = await open_appeal(ctx, entry, event.text)
    except UserError as refusal:
        return Direct(refusal.text, user_id=ctx.user.id, root_id=event.root_id)
    return [Direct(_say_thanks(ctx, appeal), user_id=ctx.user.id, root_id=event.root_id), *told]


async def _find_noticed_measure(ctx: Context, post_id: str) -> int:
    """The measure of which a message of the bot’s is the notice; 0 for other messages."""
    for measure in await measures.list_since(ctx.db, ctx.user.id, ctx.now - YEAR):
        posts = await ctx.posts_about(cards.make_notice_topic(measure.entry))
        if any(post.post_id == post_id for post in posts):
            return measure.entry
    return 0


def _say_thanks(ctx: Context, appeal: moderation.Appeal) -> Markdown:
    return render("moderation/contested", due=say_date(appeal.due_at.astimezone(ctx.zone).date()))


DAY = timedelta(days=1)
REMINDED_AFTER = (timedelta(), 3 * DAY, 7 * DAY)
"""When it is said that a deadline is over, from there on."""


@feature.job("hour=7-20 minute=10", name="moderation.remind", writes=True)
async def remind_of_appeals(ctx: Context) -> Replies:
    """Each time once, by day."""
    told: list[Reply] = []
    for appeal in await appeals.list_open(ctx.db):
        if is_due(appeal, ctx.now):
            await change(ctx.db, appeal, reminded_at=ctx.now)
            told += await _draw_reminder(ctx, appeal)
    return told


def is_due(appeal: Appeal, now: datetime) -> bool:
    """Whether one of its times came since it was last said."""
    half = appeal.at + (appeal.due_at - appeal.at) / 2
    last = appeal.reminded_at or appeal.at
    times = (half, appeal.due_at - DAY, *(appeal.due_at + later for later in REMINDED_AFTER))
    return any(last < time <= now for time in times)


async def _draw_reminder(ctx: Context, appeal: Appeal) -> Sequence[Reply]:
    """In the room, with the way to the card."""
    case = await cases.get(ctx.db, appeal.case_id)
    if case is None:
        return []
    posts = await ctx.posts_about(cards.make_card_topic(case.number))
    address = Markdown(make_permalink(ctx.settings, posts[0].post_id) if posts else "")
    due = say_date(appeal.due_at.astimezone(PARIS).date())
    late = appeal.due_at <= ctx.now
    text = render("moderation/appeal_waits", case=case, due=due, late=late, address=address)
    return await cards.tell_animateurs(ctx, case, Message(text))
