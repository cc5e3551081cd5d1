"""« /stats rapport »: each month, the month before as a PDF, for who asked for it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from bot.context import Context
from bot.errors import UserError
from bot.french.periods import months_after
from bot.french.words import fold
from bot.replies import Button, Replies, SendFile
from bot.texts import render
from commands.stats.buttons import Export
from commands.stats.feature import CONSEILLERS, feature
from commands.stats.private import in_direct, said
from dialogs.stats import Format
from storage.stats import subscriptions

HOUR = 8
"""When the report leaves on the 1st, where the person is."""
EARLIEST = timedelta(hours=14)
"""How far ahead of UTC a day begins at most."""
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
    sent = await subscriptions.subscribed(ctx.db, ctx.user.id)
    click = Receive(wanted=not sent, direct=direct)
    button = Button("Ne plus recevoir" if sent else "Recevoir", click, "default" if sent else "primary")
    return said(ctx, render("stats/report", sent=sent), [button], direct=direct)


@feature.button(Receive, roles=CONSEILLERS)
async def receive(ctx: Context, click: Receive) -> Replies:
    """It is sent from now on, or no more."""
    if click.wanted:
        await subscriptions.subscribe(ctx.db, ctx.user.id, ctx.now, months_after(ctx.today.replace(day=1), -1))
    else:
        await subscriptions.unsubscribe(ctx.db, ctx.user.id)
    return said(ctx, render("stats/report_changed", wanted=click.wanted), direct=click.direct)


# Every half hour: there are zones of half hours, and a bot that was away makes up for it.
@feature.job("hour=0-1,3-23 minute=0,30")
async def monthly(ctx: Context) -> Replies:
    """The report of the month that is over, where the 1st has come to eight o’clock; none of an empty month."""
    month = months_after((ctx.now + EARLIEST).date().replace(day=1), -1)
    waiting = await subscriptions.waiting(ctx.db, month)
    due = [person.id for person in waiting if is_due(ctx.now, person.zone)]
    active = await subscriptions.deal_with(ctx.db, due, month)
    order = Export(start=month, end=months_after(month, 1), format=Format.PDF)
    return [SendFile(user_id=person_id, order=order) for person_id in due if person_id in active]


def is_due(now: datetime, zone: ZoneInfo) -> bool:
    """Whether the month that EARLIEST makes current has, where somebody is, come to its first morning."""
    here, month = now.astimezone(zone), (now + EARLIEST).date().replace(day=1)
    return here.date() > month or (here.date() == month and here.hour >= HOUR)
