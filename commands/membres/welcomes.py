"""Who was welcomed: shown to the animateurs, who catch up on those missed; one reminder after three working days."""

from datetime import date, timedelta

from pydantic import BaseModel

from bot.context import Context
from bot.replies import Button, Direct, Replies, Reply, Whisper
from bot.texts import render
from commands.membres.feature import ANIMATEURS, feature
from commands.membres.welcome import CHARTER, AcceptCharter, ReadCharter, greet
from storage.people import welcomes

SHOWN = 15
GREETED_AT_ONCE = 50
REMINDED_AT_ONCE = 200
PATIENCE = 3
"""Working days after which somebody who did nothing is reminded."""
SATURDAY = 5


class CatchUp(BaseModel):
    """« Accueillir » those who were missed."""


@feature.command("membres accueils", help="Voir qui a été accueilli, et accueillir les oubliés", roles=ANIMATEURS)
async def show_welcomes(ctx: Context, _: str) -> Replies:
    """The last ones, and how many were missed."""
    last, missed = await welcomes.latest(ctx.db, SHOWN), await welcomes.missed(ctx.db)
    rows = [(w, w.at.astimezone(ctx.zone).date(), w.charter is not None) for w in last]
    text = render("membres/welcomes", rows=rows, missed=len(missed), at_once=GREETED_AT_ONCE)
    return Whisper(text, [Button("Accueillir", CatchUp(), "primary")] if missed else [])


@feature.button(CatchUp, roles=ANIMATEURS)
async def catch_up(ctx: Context, _: CatchUp) -> Replies:
    """Some of those missed are welcomed now, each once."""
    missed = await welcomes.missed(ctx.db)
    told: list[Reply] = []
    for person in missed[:GREETED_AT_ONCE]:
        told += await greet(ctx, person)
    left = len(missed) - min(len(missed), GREETED_AT_ONCE)
    return [*told, Whisper(render("membres/caught_up", count=len(missed) - left, left=left))]


@feature.job("hour=9 minute=40", writes=True)
async def remind(ctx: Context) -> Replies:
    """Who did not accept the charter three working days after their welcome hears of it once more, then never again."""
    if ctx.settings.welcome == "non":
        return None
    waited = timedelta(days=(ctx.today - working_days_before(ctx.today, PATIENCE)).days)
    due = await welcomes.to_remind(ctx.db, ctx.now - waited, REMINDED_AT_ONCE)
    if due:
        await welcomes.note_reminded(ctx.db, [each.person_id for each in due], ctx.now)
    buttons = [Button("Lire la charte", ReadCharter()), Button("J’accepte la charte", AcceptCharter(version=CHARTER))]
    return [Direct(render("membres/reminder"), buttons, user_id=each.person_id) for each in due]


def working_days_before(day: date, count: int) -> date:
    """The day so many working days earlier. (Public holidays are taken for working days.)"""
    while count:
        day -= timedelta(days=1)
        count -= day.weekday() < SATURDAY
    return day
