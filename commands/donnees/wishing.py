"""« /mes-donnees effacer » and « annuler »: what goes and what stays is said first, and there is a week to think."""

from bot.context import Context
from bot.errors import UserError
from bot.french.words import plural
from bot.replies import Button, Direct, Refresh, Replies, Whisper
from bot.texts import render
from commands.donnees.buttons import Confirm, KeepData
from commands.donnees.feature import PATIENCE, feature, topic_of
from storage.holdings import HOLDINGS, Fate
from storage.holdings.duties import duties_of
from storage.people import erasures
from storage.people.erasures import Erasure

NONE = "Aucun effacement de vos données n’est prévu."


@feature.command("mes-donnees effacer", help="Faire effacer ce que le bot garde de vous")
async def explain(ctx: Context, _: str) -> Replies:
    """What goes, what stays and why; nothing happens before it is confirmed."""
    waiting = await erasures.waiting(ctx.db, ctx.user.id)
    if waiting and not waiting.asleep:
        return Whisper(render("donnees/already", due=_day(ctx, waiting)), [Button("Annuler l’effacement", KeepData())])
    duties = await duties_of(ctx.db, ctx.user.id, ctx.now)
    kept = [(one.what, one.because) for one in HOLDINGS if one.fate is Fate.KEPT]
    said = {
        "kept": kept,
        "asked": plural(duties.asked, "demande d’aide ouverte", "demandes d’aide ouvertes") if duties.asked else "",
        "held": plural(duties.held, "demande", "demandes") if duties.held else "",
        "turns": plural(duties.turns, "tour de garde", "tours de garde") if duties.turns else "",
        "animates": ctx.user.animates,
        "months": ctx.settings.journal_months,
        "days": PATIENCE.days,
    }
    return Whisper(render("donnees/explain", **said), [Button("Effacer mes données", Confirm(), "danger")])


@feature.button(Confirm)
async def confirm(ctx: Context, _: Confirm) -> Replies:
    """It is done in a week; the message in the direct channel can stop it until then."""
    waiting = await erasures.waiting(ctx.db, ctx.user.id)
    if waiting and not waiting.asleep:
        raise UserError(render("donnees/already", due=_day(ctx, waiting)))
    wish = Erasure(user_id=ctx.user.id, asked_at=ctx.now, due_at=ctx.now + PATIENCE)
    await erasures.wish(ctx.db, wish)
    text = render("donnees/asked", due=_day(ctx, wish))
    button = Button("Annuler l’effacement", KeepData())
    return [
        Direct(text, [button], user_id=ctx.user.id, topic=topic_of(ctx.user.id)),
        Whisper(render("donnees/noted", due=_day(ctx, wish))),
    ]


@feature.command("mes-donnees annuler", help="Annuler l’effacement de vos données", writes=True)
async def cancel_line(ctx: Context, _: str) -> Replies:
    """It is not done."""
    return await keep(ctx, KeepData())


@feature.button(KeepData)
async def keep(ctx: Context, _: KeepData) -> Replies:
    """« Annuler l’effacement », « Garder mes données »."""
    waiting = await erasures.waiting(ctx.db, ctx.user.id)
    if waiting is None:
        raise UserError(NONE)
    if not await erasures.cancel(ctx.db, ctx.user.id, ctx.now):
        raise UserError("L’effacement a commencé : il ne peut plus être annulé.")
    text = render("donnees/kept")
    return [Refresh(text, topic=topic_of(ctx.user.id), here=True), Whisper(text)]


def _day(ctx: Context, erasure: Erasure) -> str:
    return f"{erasure.due_at.astimezone(ctx.user.zone):%d/%m/%Y à %H:%M}"
