"""What « /aide » reminds a conseiller of: a working day without a report."""

from collections.abc import Sequence
from datetime import date, timedelta

from pydantic import BaseModel

from bot.context import Context
from bot.french.dates import say_date
from bot.replies import Button, Replies, Waiting
from bot.working_days import working_days_before
from commands.cra.feature import CONSEILLERS, feature
from commands.cra.record import begin
from storage.cra.queries import days_filed
from storage.people import Role

QUIET_MAX = timedelta(days=14)
"""Who filed nothing for so long is away, or files elsewhere: a day without a report then tells nothing."""


class FileOf(BaseModel):
    """A report of a day that has none."""

    day: date


@feature.waiting
async def remind_of_yesterday(ctx: Context) -> Sequence[Waiting]:
    """The last working day, of who usually files and did not for that day."""
    if ctx.user.role is not Role.CONSEILLER:
        return []
    day = working_days_before(ctx.today, 1, ctx.user.departement)
    filed = await days_filed(ctx.db, ctx.user.id, ctx.today - QUIET_MAX)
    if day in filed or not any(earlier < day for earlier in filed):
        return []
    said = say_date(day, ctx.today)
    return [Waiting(f"Aucun compte rendu pour {said}", Button(f"Compte rendu ({day:%d/%m})", FileOf(day=day)))]


@feature.button(FileOf, roles=CONSEILLERS, writes=False)
async def file_of(ctx: Context, click: FileOf) -> Replies:
    """The dialog, dated of that day."""
    return await begin(ctx, click.day)
