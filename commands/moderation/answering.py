"""An appeal is answered by another animateur than those who proposed and decided the measure: it stands, is lightened
or undone."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.context import Context
from bot.errors import UserError
from bot.journaling import Deed, note
from bot.others import is_there, name_of
from bot.replies import Ask, Direct, Replies, Reply, Whisper
from bot.texts import quotation, render
from commands.moderation import cards, terms
from commands.moderation.buttons import Lighten, Overturn, Uphold
from commands.moderation.carrying import carry_out, undo
from commands.moderation.decision import Decision
from commands.moderation.feature import ANIMATEURS, feature
from commands.moderation.passing import thing_of
from commands.moderation.taking import found, locked
from config import charte
from dialogs.moderation.appealing import AnswerAppeal, CancelMeasure, LightenMeasure, UpholdMeasure
from storage.database import change, is_writing
from storage.journal import Act, label_of
from storage.moderation import Appeal, Measure, appeals, measures
from storage.moderation.cases import Case, State

NO_APPEAL = "Ce recours n’est plus là."
FIRST = "Vous avez décidé de cette mesure : un autre animateur répond au recours."
PROPOSER = "Vous avez proposé cette mesure : un autre animateur répond au recours."
LONGER = "Une mesure allégée ne dure pas plus longtemps que ce qui reste de la première."
NO_LENGTH = "Dites pour combien de temps : « 2h », « 3j »."
WEIGHTS = {
    Act.REMIND: charte.Measure.REMIND,
    Act.WARN: charte.Measure.WARN,
    Act.SILENCE: charte.Measure.SILENCE,
    Act.EXCLUDE: charte.Measure.EXCLUDE,
    Act.HIDE: charte.Measure.WARN,
}
"""What a measure weighs; the lighter ones can take its place."""
LIGHTER = (charte.Measure.REMIND, charte.Measure.WARN, charte.Measure.SILENCE)


@dataclass(frozen=True, slots=True)
class Contested:
    """An appeal in hand, with its measure and case."""

    appeal: Appeal
    measure: Measure
    case: Case


async def _taken(ctx: Context, entry: int) -> Contested:
    """Held until the transaction ends, if it writes. Raises UserError for who proposed or decided."""
    known = await appeals.get(ctx.db, entry)
    if known is None:
        raise UserError(NO_APPEAL)
    held = is_writing(ctx.db)
    case = await (locked if held else found)(ctx, known.case_id)
    appeal = await appeals.lock(ctx.db, entry) if held else known
    measure = await measures.get(ctx.db, entry)
    if appeal is None or measure is None:
        raise UserError(NO_APPEAL)
    if ctx.user.id in {measure.by, case.decided_by}:
        raise UserError(FIRST)
    if ctx.user.id == measure.proposed_by:
        raise UserError(PROPOSER)
    return Contested(appeal, measure, case)


async def _told_before(ctx: Context, contested: Contested) -> Sequence[Reply]:
    by = contested.appeal.decided_by
    named = "Vous avez" if by == ctx.user.id else f"{await name_of(ctx, by)} a"
    return [Whisper(f"{named} déjà répondu à ce recours."), *await cards.refresh(ctx, contested.case)]


@feature.button(Uphold, roles=ANIMATEURS, writes=False)
async def ask_uphold(ctx: Context, click: Uphold) -> Replies:
    """The window of an answer."""
    return await _ask(ctx, click.entry, UpholdMeasure)


@feature.button(Overturn, roles=ANIMATEURS, writes=False)
async def ask_overturn(ctx: Context, click: Overturn) -> Replies:
    """The window of an answer."""
    return await _ask(ctx, click.entry, CancelMeasure)


@feature.button(Lighten, roles=ANIMATEURS, writes=False)
async def ask_lighten(ctx: Context, click: Lighten) -> Replies:
    """The window of an answer, and of what takes the place of the measure."""
    return await _ask(ctx, click.entry, LightenMeasure)


async def _ask(ctx: Context, entry: int, window: type[AnswerAppeal]) -> Replies:
    contested = await _taken(ctx, entry)
    if contested.appeal.decided_at is not None:
        return await _told_before(ctx, contested)
    more: dict[str, object] = {}
    if window is LightenMeasure:
        more["lighter"] = {kind.value: terms.MEASURES[kind] for kind in _lighter(contested.measure)}
        if not more["lighter"]:
            raise UserError("Il n’y a rien de plus léger : maintenez la mesure, ou annulez-la.")
    return Ask(window.draft(entry=entry, said=label_of(contested.measure.act), **more))


def _lighter(measure: Measure) -> Sequence[charte.Measure]:
    order = list(charte.Measure)
    weight = WEIGHTS.get(Act(measure.act))
    if weight is None:
        return []
    lighter = [kind for kind in LIGHTER if order.index(kind) < order.index(weight)]
    return [*lighter, charte.Measure.SILENCE] if weight is charte.Measure.SILENCE else lighter


@feature.submit(UpholdMeasure, roles=ANIMATEURS)
async def uphold(ctx: Context, form: UpholdMeasure) -> Replies:
    """It stands."""
    contested = await _taken(ctx, form.entry)
    if contested.appeal.decided_at is not None:
        return await _told_before(ctx, contested)
    return await _answer(ctx, contested, form, kept=True)


@feature.submit(CancelMeasure, roles=ANIMATEURS)
async def overturn(ctx: Context, form: CancelMeasure) -> Replies:
    """It is undone."""
    contested = await _taken(ctx, form.entry)
    if contested.appeal.decided_at is not None:
        return await _told_before(ctx, contested)
    undone = [] if _is_over(contested.measure) else await undo(ctx, form.entry)
    return [*undone, *await _answer(ctx, contested, form, kept=False)]


@feature.submit(LightenMeasure, roles=ANIMATEURS)
async def lighten(ctx: Context, form: LightenMeasure) -> Replies:
    """It is undone, and a lighter one takes its place; this answer is the approval that a heavy one needs."""
    contested = await _taken(ctx, form.entry)
    if contested.appeal.decided_at is not None:
        return await _told_before(ctx, contested)
    decision = _instead(ctx, contested.measure, form)
    # The new one first: it takes over whom the old one keeps out, and nobody comes back in between.
    decided = await carry_out(ctx, contested.case, decision, is_second=True)
    undone = [] if _is_over(contested.measure) else await undo(ctx, form.entry)
    return [*undone, *decided, *await _answer(ctx, contested, form, kept=False)]


def _is_over(measure: Measure) -> bool:
    return measure.ended_at is not None


def _instead(ctx: Context, measure: Measure, form: LightenMeasure) -> Decision:
    """What takes its place. Raises UserError where that is none, or no lighter."""
    kind = charte.Measure(form.instead)
    if kind is not charte.Measure.SILENCE:
        return Decision(kind, form.answer)
    if form.lasts is None:
        raise UserError(fields={"duree": NO_LENGTH})
    if measure.until is not None and ctx.now + form.lasts > measure.until:
        raise UserError(fields={"duree": LONGER})
    place = measure.channels[0] if len(measure.channels) == 1 else ""
    return Decision(kind, form.answer, form.lasts, place)


async def _answer(ctx: Context, contested: Contested, form: AnswerAppeal, *, kept: bool) -> Sequence[Reply]:
    """The answer is told to the person, and the case is closed."""
    case, measure = contested.case, contested.measure
    deed = Deed(Act.ANSWER_APPEAL, thing_of(case), case.author_id, form.answer, after={"kept": kept})
    await note(ctx, deed)
    answered = {"decided_at": ctx.now, "decided_by": ctx.user.id, "kept": kept, "answer": form.answer}
    await change(ctx.db, contested.appeal, **answered)
    await change(ctx.db, case, state=State.CLOSED)
    lighter = isinstance(form, LightenMeasure)
    act, word = label_of(measure.act), quotation(form.answer, 1000)
    text = render("moderation/answered", act=act, entry=measure.entry, kept=kept, lighter=lighter, word=word)
    there = await is_there(ctx, case.author_id)
    told = [Direct(text, user_id=case.author_id)] if there else []
    return [Whisper("C’est répondu : la personne le lit."), *told, *await cards.refresh(ctx, case)]
