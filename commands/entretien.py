"""Maintenance of the data: the nightly clean-up, which deletes what has reached its retention time, and the scheduled
backup, made by one replica as long work through « coop-bot backup run » in a process of its own.

A process of its own, because every row passes through Python: in the bot’s process people would wait, and memory would
stay taken.
"""

import asyncio
import math
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.features import Feature
from bot.french import say_date
from bot.metrics import BACKUP_AGE
from bot.replies import Direct, Progress, Replies, Start, Step
from bot.texts import render
from bot.work import find_work
from config.settings import Settings
from config.time import PARIS
from storage.backup import LAST_GOOD
from storage.claims import claim, move_cursor, read_cursor
from storage.people import Role, with_role
from storage.personal_data.retention import delete_expired

log = structlog.get_logger()

menage = Feature("menage", always=True)


class Sweep(BaseModel):
    """Long work: what is left to delete after a night’s first part."""


@menage.job("hour=4 minute=10", name="menage.tidy", writes=True)
async def tidy(ctx: Context) -> Replies:
    """Delete what has reached its retention time (storage/personal_data), a limited number of rows of each table; the
    rest follows in steps."""
    count, is_more = await _sweep(ctx)
    return Start(payload=Sweep(), quiet=True) if is_more and count else None


@menage.chore(Sweep, name="menage.Sweep", title="Ménage", unit=("ligne", "lignes"), writes=True)
async def go_on(ctx: Context, _: Sweep, so_far: Progress) -> Step:
    """Delete the next part."""
    count, is_more = await _sweep(ctx)
    return Step(done=so_far.done + count, finished=not is_more)


async def _sweep(ctx: Context) -> tuple[int, bool]:
    gone, is_more = await delete_expired(ctx.db, ctx.settings, ctx.now)
    for table, rows in gone.items():
        if rows:
            log.info("retention", table=table, rows=rows)
    return sum(gone.values()), is_more


sauvegarde = Feature("sauvegarde", always=True)

TOLD_MAX = 20
"""People who are told of a failure."""
LONGEST = timedelta(hours=6)
"""After so long a backup has failed."""
COMMAND = (sys.executable, "-P", "-m", "cli", "backup", "run", "--json")
NICE = 10
"""How far it steps back behind the bot that answers people."""
FAILED = "sauvegarde.failed"
"""The name under which it stands of which day those who administer were told that its backup failed."""
WANTED, WANTED_FOR = "sauvegarde.wanted", timedelta(hours=3)
"""The name under which it stands that there is to be a backup each day, and for how long that is believed."""


class MakeBackup(BaseModel):
    """Long work: make the backup that is due."""


class Made(BaseModel):
    """What « coop-bot backup run --json » prints (docs/wire.md)."""

    file: str
    rows: int


async def measure_age(db: AsyncSession, now: datetime) -> None:
    """Set the gauge of the age of the last good backup."""
    wanted, last = await read_cursor(db, WANTED), await read_cursor(db, LAST_GOOD)
    is_wanted = wanted is not None and now - wanted < WANTED_FOR
    age = (now - last).total_seconds() if last else math.inf
    BACKUP_AGE.set(age if is_wanted else math.nan)


sauvegarde.figures.append(measure_age)


def find_due(hour: int, now: datetime) -> datetime:
    """Return when the last scheduled backup was due: at ``hour`` in Paris, today or yesterday."""
    due = now.astimezone(PARIS).replace(hour=hour, minute=0, second=0, microsecond=0)
    return due if due <= now else due - timedelta(days=1)


@sauvegarde.job("minute=5", name="sauvegarde.begin", writes=True)
async def begin(ctx: Context) -> Replies:
    """Start the backup that is due; if it fails, try again each hour until one succeeds."""
    hour = ctx.settings.backup_at
    if hour is None:
        return None
    await move_cursor(ctx.db, WANTED, ctx.now)
    last = await read_cursor(ctx.db, LAST_GOOD)
    if (last and last >= find_due(hour, ctx.now)) or await find_work(ctx.db, MakeBackup()):
        return None
    return Start(payload=MakeBackup(), quiet=True)


async def make(ctx: ReadingContext, _: MakeBackup, __: Progress) -> Made:
    """Make and verify a backup. Raises UserError with a sentence for the operator."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=_environment(ctx.settings),
    )
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, process.pid, os.getpriority(os.PRIO_PROCESS, 0) + NICE)
    try:
        told, fault = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        lines = fault.decode(errors="replace").strip().splitlines() or [render("sauvegarde/unexplained")]
        why = lines[-1].removeprefix("coop-bot : ")
        log.error("backup_failed", fault=why, status=process.returncode)
        raise UserError(why)
    return Made.model_validate_json(told)


def _environment(settings: Settings) -> Mapping[str, str]:
    """Return the environment of the backup’s process: the bot’s settings, wherever they came from, without its
    tokens."""
    given = {name: value for name, value in os.environ.items() if not name.startswith("COOP_")}
    ours = {
        "COOP_DATABASE_URL": settings.database_url,
        "COOP_DATA_DIR": settings.data_dir,
        "COOP_BACKUP_DIR": settings.backup_dir or "",
        "COOP_BACKUP_KEEP": settings.backup_keep,
        "COOP_BACKUP_AGE_RECIPIENT": settings.backup_age_recipient,
    }
    return given | {name: str(value) for name, value in ours.items()}


@sauvegarde.chore(
    MakeBackup,
    name="sauvegarde.MakeBackup",
    title="Sauvegarde",
    unit=("sauvegarde", "sauvegardes"),
    asks=make,
    longest=LONGEST,
)
async def note(ctx: Context, _: MakeBackup, __: Progress, made: Made) -> Step:
    """Record when the last good backup was started: it lacks what came later."""
    await move_cursor(ctx.db, LAST_GOOD, ctx.now)
    log.info("backup_made", path=made.file, count=made.rows)
    return Step(done=1, total=1, finished=True)


@sauvegarde.stopped(MakeBackup, name="sauvegarde.MakeBackup")
async def tell_failure(ctx: Context, _: MakeBackup, so_far: Progress) -> Step:
    """Tell the administrators of a failed backup, once a day however often it is tried."""
    due = find_due(ctx.settings.backup_at or 0, ctx.now)
    step = Step(done=so_far.done, total=so_far.total)
    if not await claim(ctx.db, FAILED, f"{due:%Y-%m-%d}", ctx.now):
        return step
    admins = await with_role(ctx.db, Role.ADMINISTRATEUR, ctx.today, limit=TOLD_MAX)
    last = await read_cursor(ctx.db, LAST_GOOD)
    day = say_date(last.astimezone(PARIS).date(), ctx.now.astimezone(PARIS).date()) if last else ""
    text = render("sauvegarde/failed", last=day)
    return replace(step, replies=[Direct(text, user_id=person.id) for person in admins])
