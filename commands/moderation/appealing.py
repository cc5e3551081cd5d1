"""Who a measure concerns answers its notice, once: another animateur decides."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.context import Context
from bot.errors import UserError
from bot.events import DirectMessage
from bot.french.dates import say_date
from bot.journaling import Deed, note
from bot.replies import Ask, Direct, Heard, Replies, Reply, Whisper
from bot.texts import Markdown, render
from commands.moderation import cards, terms, topics
from commands.moderation.buttons import Appeal
from commands.moderation.feature import feature
from commands.moderation.passing import thing_of
from dialogs.moderation.appealing import APPEAL_MAX, ContestMeasure
from storage import moderation
from storage.database import change
from storage.journal import Act, label_of
from storage.moderation import appeals, holding, measures
from storage.moderation.cases import State
from storage.moderation.measures import Measure

LATE = timedelta(days=30)
"""After the end of a measure nobody contests it any more."""
ENDLESS = {Act.SILENCE, Act.EXCLUDE}
"""What holds until it ends; the other measures are over once they are told."""
NOT_YOURS = "Cette mesure n’est plus là, ou ne vous concerne pas."
TOO_LATE = "Cette mesure est finie depuis plus de trente jours : elle ne se conteste plus."
ONCE = "Vous avez déjà contesté cette décision : la réponse vous est dite ici dès qu’elle est là."
ANSWERED = "Vous avez déjà contesté cette décision, et un autre animateur y a répondu."


@feature.button(Appeal, writes=False)
async def ask(ctx: Context, click: Appeal) -> Replies:
    """The window."""
    measure = must_be_contestable(ctx, await measures.get(ctx.db, click.entry))
    await _must_be_first(ctx, measure)
    return Ask(ContestMeasure.draft(entry=measure.entry, said=label_of(measure.act)))


@feature.submit(ContestMeasure)
async def contest(ctx: Context, form: ContestMeasure) -> Replies:
    """It is among the animateurs, with a deadline."""
    appeal, told = await reopen(ctx, form.entry, form.word)
    return [Whisper(_thanks(ctx, appeal)), *told]


def must_be_contestable(ctx: Context, measure: Measure | None) -> Measure:
    """Raises UserError where somebody may not contest it, or not any more."""
    if measure is None or measure.user_id != ctx.user.id:
        raise UserError(NOT_YOURS)
    if (end := end_of(measure)) is not None and end + LATE < ctx.now:
        raise UserError(TOO_LATE)
    return measure


def end_of(measure: Measure) -> datetime | None:
    """When it was over, or is; None for what holds until somebody ends it."""
    if measure.ended_at or measure.until:
        return measure.ended_at or measure.until
    return None if measure.act in ENDLESS else measure.began_at


async def _must_be_first(ctx: Context, measure: Measure) -> None:
    before = await appeals.get(ctx.db, measure.entry)
    if before is None and measure.case_id is not None:
        before = await appeals.of_case(ctx.db, measure.case_id)
    if before is not None and before.user_id == ctx.user.id:
        raise UserError(ANSWERED if before.decided_at else ONCE)


async def reopen(ctx: Context, entry: int, word: str) -> tuple[moderation.Appeal, Sequence[Reply]]:
    """The case is to be decided again. Raises UserError."""
    held, case = await holding.lock(ctx.db, entry)
    measure = must_be_contestable(ctx, held)
    if case is None:
        raise UserError(NOT_YOURS)
    await _must_be_first(ctx, measure)
    due = ctx.now + timedelta(days=ctx.settings.appeal_days)
    appeal = moderation.Appeal(
        entry=entry, case_id=case.number, user_id=ctx.user.id, word=word[:APPEAL_MAX], at=ctx.now, due_at=due
    )
    if not await appeals.put(ctx.db, appeal):
        raise UserError(ONCE)
    await note(ctx, Deed(Act.APPEAL, thing_of(case), ctx.user.id, word, after={"measure": entry}))
    await change(ctx.db, case, state=State.APPEALED)
    return appeal, [*await cards.refresh(ctx, case), *await cards.put_up(ctx, case)]


def is_answer(event: DirectMessage) -> bool:
    """Whether it answers something, in words."""
    return bool(event.root_id and event.text.strip())


@feature.hears_words
async def overhear(ctx: Context, message: DirectMessage) -> Heard:
    """What is said in the thread of a notice contests it."""
    return Heard(is_its=bool(message.root_id and await _noticed_by(ctx, message.root_id)))


@feature.event(DirectMessage, name="moderation.answered_in_thread.DirectMessage", only=is_answer)
async def answered_in_thread(ctx: Context, event: DirectMessage) -> Replies:
    """The same as the window."""
    entry = await _noticed_by(ctx, event.root_id)
    if not entry:
        return None
    try:
        appeal, told = await reopen(ctx, entry, event.text)
    except UserError as refusal:
        return Direct(refusal.text, user_id=ctx.user.id, root_id=event.root_id)
    return [Direct(_thanks(ctx, appeal), user_id=ctx.user.id, root_id=event.root_id), *told]


async def _noticed_by(ctx: Context, post_id: str) -> int:
    """The measure of which a message of the bot’s is the notice; 0 for other messages."""
    for measure in await measures.since(ctx.db, ctx.user.id, ctx.now - terms.YEAR):
        posts = await ctx.posts_about(topics.notice(measure.entry))
        if any(post.post_id == post_id for post in posts):
            return measure.entry
    return 0


def _thanks(ctx: Context, appeal: moderation.Appeal) -> Markdown:
    return render("moderation/contested", due=say_date(appeal.due_at.astimezone(ctx.zone).date()))
