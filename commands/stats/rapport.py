"""« /stats rapport »: each month, the month before as a PDF, for who asked for it."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from bot.context import Context
from bot.direct import in_direct
from bot.errors import UserError
from bot.french.periods import months_after
from bot.french.words import fold
from bot.replies import Button, Replies, SendFile
from bot.texts import render
from commands.stats.buttons import Export
from commands.stats.feature import CONSEILLERS, feature
from commands.stats.private import say
from dialogs.stats import Format
from storage.stats import subscriptions

HOUR = 8
"""When the report leaves on the 1st, where the person is."""
YES, NO = {"oui", "recevoir", "activer"}, {"non", "arreter", "desactiver", "stop"}


class Receive(BaseModel):
    """« Recevoir » the report, or « Ne plus recevoir »; ``direct`` where the button stands in the direct channel."""

    wanted: bool
    direct: bool = False


@feature.command(
    "stats rapport",
    help="Recevoir chaque mois vos statistiques en PDF",
    hint="[oui | non]",
    roles=CONSEILLERS,
    writes=True,
)
async def report(ctx: Context, text: str) -> Replies:
    """Whether it is sent, and the button to change that; « oui » and « non » do at once."""
    answer = fold(text)
    if answer not in YES | NO | {""}:
        raise UserError("Tapez /stats rapport oui pour le recevoir chaque mois, /stats rapport non pour l’arrêter.")
    direct = await in_direct(ctx)  # before the first statement: nobody waits for Mattermost along
    if answer:
        return await receive(ctx, Receive(wanted=answer in YES, direct=direct))
    sent = await subscriptions.is_subscribed(ctx.db, ctx.user.id)
    click = Receive(wanted=not sent, direct=direct)
    button = Button("Ne plus recevoir" if sent else "Recevoir", click, "default" if sent else "primary")
    return say(ctx, render("stats/report", sent=sent), [button], direct=direct)


@feature.button(Receive, roles=CONSEILLERS)
async def receive(ctx: Context, click: Receive) -> Replies:
    """It is sent from now on, or no more."""
    if click.wanted:
        await subscriptions.subscribe(ctx.db, ctx.user.id, ctx.now, months_after(ctx.today.replace(day=1), -1))
    else:
        await subscriptions.unsubscribe(ctx.db, ctx.user.id)
    return say(ctx, render("stats/report_changed", wanted=click.wanted), direct=click.direct)


# Every morning: a bot that was away, or somebody who moved to another zone on the 1st, makes up for it.
@feature.job(f"hour={HOUR} minute=0", name="stats.monthly", local=True, writes=True)
async def monthly(ctx: Context) -> Replies:
    """The report of the month that is over, to who is where it is eight o’clock; none of an empty month."""
    month = months_after(month_at(ctx.now, ctx.zone), -1)
    due = await subscriptions.find_waiting(ctx.db, month, ctx.zone.key)
    active = await subscriptions.deal_with(ctx.db, due, month)
    order = Export(start=month, end=months_after(month, 1), format=Format.PDF)
    return [SendFile(user_id=person_id, order=order) for person_id in due if person_id in active]


def month_at(now: datetime, zone: ZoneInfo) -> date:
    """The first day of the month in a zone, where it begins at eight o’clock: what is made up for at night waits."""
    return (now.astimezone(zone) - timedelta(hours=HOUR)).date().replace(day=1)
