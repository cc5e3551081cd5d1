"""From a rdv to its report: asked once it is over, filled with what is known, or declined for that hour of it."""

import datetime as dt
from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import BaseModel

from bot.command_lines import RunCommand
from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.french.dates import say_hour, say_weekday
from bot.french.words import plural
from bot.replies import Ask, Button, Replies, Waiting, Whisper
from bot.texts import render
from commands.rdv.cards import describe, draw_lines, refresh
from commands.rdv.feature import About, Report, See, feature, get_own
from config.time import find_midnight
from dialogs.cra import NewCra
from dialogs.rdv.titles import say_what
from storage.communes import get_commune, make_label
from storage.cra.habits import read_usual
from storage.cra.practice import is_training
from storage.cra.report import DUREES, Activite
from storage.database import change
from storage.people import Role
from storage.rdv import Rdv, RdvState
from storage.rdv.appointments import count_unreported, find_reports, list_between, list_unreported
from storage.rdv.reports import make_report_key

FILING = (Role.CONSEILLER,)
ASKED_FOR = timedelta(days=30)
"""How long a rdv that is over waits for its report."""
TOLD_MAX, TODAY_MAX, LISTED_MAX = 3, 2, 5
UNDONE = (RdvState.PREVU, RdvState.HONORE)


class Decline(About):
    """« Sans compte rendu », for the rdv at that hour."""

    starts_at: datetime


class Undecline(About):
    """Undo of « Sans compte rendu »."""


class FileNext(BaseModel):
    """« Rendez-vous à traiter »: those that are over and have no report."""

    since: dt.date | None = None


@feature.button(Report, roles=FILING, writes=False)
async def open_report(ctx: ReadingContext, click: Report) -> Replies:
    """Open the window of a report, filled; its key is the rdv’s, so that it counts once."""
    rdv = await get_own(ctx, click.rdv)
    if report := (await find_reports(ctx.db, [rdv])).get(rdv.number):
        raise UserError(f"Ce rendez-vous a déjà son compte rendu, le n° {report} : /cra modifier {report}.")
    if rdv.state not in UNDONE:
        raise UserError(f"Le rendez-vous n° {rdv.number} est {rdv.state.label}.")
    if rdv.starts_at > ctx.now:
        raise UserError("Ce rendez-vous n’a pas encore eu lieu.")
    if await is_training(ctx.db, ctx.user.id):
        raise UserError("Vous vous entraînez : terminez avec /entrainement fin, puis faites ce compte rendu.")
    return Ask(await _fill(ctx, rdv), key=make_report_key(rdv), here=False)


async def _fill(ctx: ReadingContext, rdv: Rdv) -> NewCra:
    """Fill the window of a report with what a rdv says: the day, how long, where, what about, and how many."""
    usual = await ctx.recall(read_usual)
    commune = get_commune(rdv.commune) if rdv.commune else None
    known = {
        "date": rdv.starts_at.astimezone(ctx.zone).date(),
        "canal": rdv.canal,
        "commune": make_label(commune, rdv.code_postal) if commune else usual.commune or None,
        "activite": Activite.COLLECTIF if rdv.collective else Activite.INDIVIDUEL,
        "participants": (rdv.seats_taken or rdv.seats) if rdv.collective else None,
        "themes": rdv.theme_codes or None,
        "minutes": next((minutes for minutes in DUREES if minutes >= rdv.minutes), DUREES[-1]),
    }
    return NewCra.draft(**{name: value for name, value in known.items() if value is not None}, often=usual.minutes)


@feature.button(Decline, roles=FILING)
async def decline(ctx: Context, click: Decline) -> Replies:
    """Note that no report is wanted of a rdv at that hour; at another one it is asked again."""
    rdv = await get_own(ctx, click.rdv, locked=True)
    await change(ctx.db, rdv, declined_for=click.starts_at)
    undo = Button("Le demander de nouveau", Undecline(rdv=rdv.number))
    return [Whisper(render("rdv/declined", **describe(ctx, rdv)), [undo]), await refresh(ctx, rdv)]


@feature.undo(Undecline, roles=FILING)
async def undecline(ctx: Context, click: Undecline) -> Replies:
    """Ask for the report again."""
    rdv = await get_own(ctx, click.rdv, locked=True)
    await change(ctx.db, rdv, declined_for=None)
    return [Whisper(render("rdv/asked_again", **describe(ctx, rdv))), await refresh(ctx, rdv)]


@feature.command("rdv à traiter", help="Vos rendez-vous passés, sans compte rendu", roles=FILING, writes=False)
async def list_typed(ctx: ReadingContext, _: str) -> Replies:
    """List the rdv that are over and have no report."""
    return await list_to_file(ctx, FileNext())


@feature.button(FileNext, roles=FILING, writes=False)
async def list_to_file(ctx: Context, _: FileNext) -> Replies:
    """List the rdv that are over and have no report, the oldest first."""
    since = ctx.now - ASKED_FOR
    found = await list_unreported(ctx.db, ctx.user.id, since, ctx.now, LISTED_MAX)
    total = await count_unreported(ctx.db, ctx.user.id, since, ctx.now)
    text = render("rdv/to_file", total=total, more=total - len(found))
    again = [Button("Actualiser", FileNext())] if total > len(found) else []
    return Whisper(text, again, cards=await draw_lines(ctx, found))


@feature.waiting
async def list_waiting(ctx: Context) -> Sequence[Waiting]:
    """List which rdv wait for a report, and those of today."""
    if ctx.user.role not in (Role.CONSEILLER, Role.COORDINATEUR):
        return []
    until = find_midnight(ctx.today + timedelta(days=1), ctx.zone)
    today = await list_between(ctx.db, ctx.user.id, ctx.now, until, (RdvState.PREVU,))
    coming = [_tell_today(ctx, rdv) for rdv in today[:TODAY_MAX]]
    return [*(await _list_unreported(ctx) if ctx.user.role in FILING else []), *coming]


async def _list_unreported(ctx: Context) -> Sequence[Waiting]:
    since = ctx.now - ASKED_FOR
    found = await list_unreported(ctx.db, ctx.user.id, since, ctx.now, TOLD_MAX + 1)
    waiting = [ask_report(ctx, rdv) for rdv in found[:TOLD_MAX]]
    if len(found) > TOLD_MAX:
        total = await count_unreported(ctx.db, ctx.user.id, since, ctx.now)
        text = f"{plural(total, 'rendez-vous passé', 'rendez-vous passés')} sans compte rendu"
        waiting.append(Waiting(text, Button("Rendez-vous à traiter", RunCommand(line="rdv à traiter"))))
    return waiting


def ask_report(ctx: Context, rdv: Rdv) -> Waiting:
    """Ask for the report of a rdv, once for the hour that it has."""
    start = rdv.starts_at.astimezone(ctx.zone)
    text = f"{say_what(rdv)}, {say_weekday(start.date(), ctx.today)} à {say_hour(start)} : le compte rendu ?"
    none = Button("Sans compte rendu", Decline(rdv=rdv.number, starts_at=rdv.starts_at))
    key = f"rdv:{rdv.number}:{rdv.starts_at:%Y%m%d%H%M}"
    return Waiting(text, Button("Compte rendu", Report(rdv=rdv.number), "primary"), [none], key)


def _tell_today(ctx: Context, rdv: Rdv) -> Waiting:
    hour = say_hour(rdv.starts_at.astimezone(ctx.zone))
    return Waiting(f"Aujourd’hui à {hour} : {say_what(rdv)}", Button("Voir le rendez-vous", See(rdv=rdv.number)))
