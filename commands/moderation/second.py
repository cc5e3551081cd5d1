"""A heavy measure waits for a second animateur, who approves it or does not."""

from bot.context import Context
from bot.errors import UserError
from bot.journaling import Deed, note
from bot.others import is_there, name_of
from bot.replies import Ask, Direct, Replies, Whisper
from bot.texts import quotation, render
from commands.moderation import cards, terms
from commands.moderation.buttons import Approve, Decline
from commands.moderation.carrying import carry_out
from commands.moderation.deciding import after, said_of, say_done, told_before
from commands.moderation.decision import proposed
from commands.moderation.feature import ANIMATEURS, feature
from commands.moderation.passing import thing_of
from commands.moderation.taking import found, locked
from dialogs.moderation.deciding import DeclineMeasure
from storage.database import change
from storage.journal import Act
from storage.moderation.cases import Case, State

OWN = "Vous l’avez proposé vous-même : un second animateur l’approuve, ou non."


@feature.button(Approve, roles=ANIMATEURS)
async def approve(ctx: Context, click: Approve) -> Replies:
    """It is carried out as it was proposed."""
    case = await locked(ctx, click.case)
    waiting = proposed(case)
    if waiting is None:
        return await told_before(ctx, case)
    _must_be_another(ctx, case)
    told = await carry_out(ctx, case, waiting)
    return [*say_done(case), *told, *await after(ctx, case)]


@feature.button(Decline, roles=ANIMATEURS, writes=False)
async def ask_why(ctx: Context, click: Decline) -> Replies:
    """The window of a reason."""
    case = await found(ctx, click.case)
    if proposed(case) is None:
        return await told_before(ctx, case)
    _must_be_another(ctx, case)
    return Ask(DeclineMeasure.draft(case=case.number, said=said_of(case)))


@feature.submit(DeclineMeasure, roles=ANIMATEURS)
async def decline(ctx: Context, form: DeclineMeasure) -> Replies:
    """The case is open again; who proposed it reads why."""
    case = await locked(ctx, form.case)
    waiting = proposed(case)
    if waiting is None:
        return await told_before(ctx, case)
    _must_be_another(ctx, case)
    first = str(case.proposed["by"])
    act = terms.say_decision(waiting)
    await note(ctx, Deed(Act.DECLINE, thing_of(case), case.author_id, form.text, before={"act": waiting.measure.value}))
    await change(ctx.db, case, state=State.OPEN, proposed={})
    text = render(
        "moderation/declined", case=case, by=await name_of(ctx, ctx.user.id), act=act, word=quotation(form.text, 1000)
    )
    told = [Direct(text, user_id=first)] if await is_there(ctx, first) else []
    return [Whisper(render("moderation/is_declined", case=case)), *told, *await cards.refresh(ctx, case)]


def _must_be_another(ctx: Context, case: Case) -> None:
    if case.proposed["by"] == ctx.user.id:
        raise UserError(OWN)
