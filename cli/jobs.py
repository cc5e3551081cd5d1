"""« coop-bot jobs »: when each enabled job is due next, when it last ran, and with what result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.features import Feature, Trigger
from bot.job_runner import Schedule, find_zones
from cli.actus import NewsDesk, editions
from cli.checks import choose_features
from cli.command import Call
from cli.environment import open_to_read
from cli.terminal import make_table, write
from commands import FEATURES
from commands.actus import drafts
from commands.actus.editions import feature as actus
from config import tables
from config.settings import Settings
from config.time import PARIS
from storage import claims, people
from storage.actus import digests
from storage.claims import JobResult, JobRun

JOBS = tables.read_titles("job")
"""What the operator reads instead of the names that jobs have in the database."""
HEADINGS = ("tâche", "prochaine fois", "dernière fois", "résultat")
RESULTS = {"done": "faite", "failed": "échouée"}


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job; instants are in Paris, to the second."""

    name: str
    next_run: datetime | None
    last_run: datetime | None
    last_result: str | None
    title: str = ""

    def as_object(self) -> dict[str, str | None]:
        """Describe the job as docs/wire.md does."""
        instants = {"next_run": self.next_run, "last_run": self.last_run}
        told = {name: at.isoformat(timespec="seconds") if at else None for name, at in instants.items()}
        return {"name": self.name, **told, "last_result": self.last_result}

    def as_row(self) -> tuple[str, str, str, str]:
        """Return the row for people, with the job’s title."""
        first, last = (f"{at:%d/%m/%Y %H:%M}" if at else "—" for at in (self.next_run, self.last_run))
        return self.title or JOBS.get(self.name, self.name), first, last, RESULTS.get(self.last_result or "", "—")


NO_BACKUP = JobLine("sauvegarde.begin", None, None, None, "Sauvegarde (aucune n’est programmée)")
"""The line for the backup job if no backup is planned: its result « faite » would promise one."""


async def jobs(call: Call, as_json: bool) -> int:
    """Print the due times and last results of all jobs."""
    return await show(call.settings, call.clock(), as_json=as_json)


async def show(settings: Settings, now: datetime, features: Sequence[Feature] = FEATURES, *, as_json: bool) -> int:
    """Print the jobs by name."""
    on = choose_features(features, settings)
    async with open_to_read(settings) as db:
        zones = find_zones(await people.zones(db))
        ran = {run.name: run for run in await claims.list_runs(db)}
        out = await _editions(NewsDesk(db, settings, now)) if any(f.name == actus.name for f in on) else []
    triggers = sorted((t for f in on for t in f.triggers if t.key[0] == "job"), key=lambda t: t.key)
    found = sorted([*(_line(trigger, zones, ran, now) for trigger in triggers), *out], key=lambda line: line.name)
    if settings.backup_at is None and not as_json:
        found = [NO_BACKUP if line.name == NO_BACKUP.name else line for line in found]
    table = make_table(HEADINGS, [line.as_row() for line in found], "Heures de Paris.")
    write([line.as_object() for line in found], table, as_json=as_json)
    return 0


def _line(trigger: Trigger, zones: Sequence[ZoneInfo], ran: Mapping[str, JobRun], now: datetime) -> JobLine:
    schedule, name = Schedule(trigger.schedule, local=trigger.local), trigger.key[1]
    times = [schedule.next_due(now, zone) for zone in (zones if trigger.local else [PARIS])]
    due, last = min((time for time in times if time), default=None), ran.get(name)
    next_run = due.astimezone(PARIS) if due else None
    return (
        JobLine(name, next_run, last.at.astimezone(PARIS), last.result) if last else JobLine(name, next_run, None, None)
    )


async def _editions(desk: NewsDesk) -> Sequence[JobLine]:
    """Return when each edition of the news comes out next, and last did."""
    lines = []
    for edition in (await editions(desk)).values():
        coming = await drafts.find_next_occasion(desk, edition)
        last = await digests.find_last_published(desk.db, edition.key)
        before = last.published_at.astimezone(PARIS) if last and last.published_at else None
        name, result = f"{actus.name}.{edition.key}", JobResult.DONE if before else None
        title = f"Prochain numéro : {edition.name}"
        lines.append(JobLine(name, coming.at.astimezone(PARIS), before, result, title))
    return lines
