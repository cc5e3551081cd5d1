"""« coop-bot backup » and « coop-bot restore »: the whole database in one file, verified and restored."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from bot.french import group
from cli.command import Call
from cli.environment import open_database
from cli.errors import OperatorError
from cli.faults import data_dir_fault, folder_fault, place_fault
from cli.terminal import ProgressBar, count, write
from cli.texts import must_be_a_file
from config.settings import Settings
from storage import backup as backups
from storage import claims, schema
from storage.backup import BackupError, BackupPlan
from storage.backup.file import Identity, read_identities, read_recipients
from storage.backup.transfer import read_erasures
from storage.database import place
from storage.people.transitions import Erasure


def plan_backups(settings: Settings) -> BackupPlan:
    """Read the settings of scheduled backups. Raises OperatorError if they are incomplete, or the key is wrong."""
    if settings.backup_dir is None:
        raise OperatorError("COOP_BACKUP_DIR n’est pas réglé : donnez le dossier des sauvegardes.", code=2)
    try:
        keys = read_recipients(settings.backup_age_recipient)
    except BackupError as fault:
        raise OperatorError(str(fault), code=2) from None
    return BackupPlan(settings.database_url, settings.backup_dir, settings.backup_keep, keys, settings.data_dir)


def check_backups(settings: Settings) -> None:
    """Raise OperatorError if no scheduled backup could be made."""
    if settings.backup_at is not None:
        plan_backups(settings)


async def backup(call: Call, file: Path) -> None:
    """Write everything to a new file."""
    settings = call.settings
    await _must_be_ours(settings)
    recipients = read_recipients(settings.backup_age_recipient)
    with _new(file) as raw:
        content = await backups.write_backup(settings.database_url, raw, call.clock(), recipients, _progress())
    print(f"Sauvegarde écrite : {file} ({_size(file)}, étape {content.step}{', chiffrée' if recipients else ''}).")
    print("\n".join(_tell(content)))


async def run(call: Call, as_json: bool) -> None:
    """Make a backup like the scheduled one: write a file in the folder, verify it, delete the oldest."""
    settings, now = call.settings, call.clock()
    await _must_be_ours(settings)
    plan = plan_backups(settings)
    if fault := folder_fault(plan.folder, make=True):
        raise OperatorError(f"COOP_BACKUP_DIR : {fault}")
    if fault := data_dir_fault(settings, make=True):
        raise OperatorError(fault)
    made = await _make(plan, now)
    await _note(settings, now)
    told = {"file": str(made.path), "rows": made.content.total, "removed": len(made.removed)}
    write(told, _tell_made(made), as_json=as_json)


def _tell_made(made: backups.MadeBackup) -> Iterator[str]:
    yield f"Sauvegarde écrite, et restaurée pour essai : {made.path} ({_size(made.path)})."
    yield from _tell(made.content)
    if made.removed:
        yield f"Retirées, plus anciennes : {count(len(made.removed), 'sauvegarde')}."


async def check(call: Call, file: Path, identity: Path | None) -> None:
    """Verify a backup by restoring it into a temporary database."""
    must_be_a_file(file)
    if fault := data_dir_fault(call.settings, make=True):
        raise OperatorError(fault)
    done = await backups.try_backup(file, call.settings.data_dir, _identities(identity))
    print(f"Sauvegarde du {_day(done.content.made_at)}, restaurée pour essai : elle est bonne.")
    print("\n".join(_tell(done.content)))


async def restore(call: Call, file: Path, identity: Path | None, erasures: Path | None) -> None:
    """Restore a backup into the empty database of the settings."""
    url, keys = call.settings.database_url, _identities(identity)
    must_be_a_file(file)
    erased = await _erased(file, erasures, keys)
    done = await backups.restore(url, file, _progress(), keys, erased)
    print(f"Base restaurée : {place(url)}, d’après la sauvegarde du {_day(done.content.made_at)}.")
    print("\n".join(_tell(done.content)))
    if done.step != done.content.step:
        print(f"Elle était à l’étape {done.content.step}, et a été mise au niveau de cette version ({done.step}).")
    if again := sum(not one.done_at and not one.cancelled_at for one in erased):
        told = count(again, "effacement")
        print(f"{told} à faire ou à refaire, d’après {erasures} : le bot s’en charge une fois démarré.")


async def _make(plan: BackupPlan, now: datetime) -> backups.MadeBackup:
    try:
        return await backups.make_backup(plan, now)
    except ConnectionError:
        raise
    except OSError as error:
        raise OperatorError(place_fault(error, plan.folder)) from error


async def _must_be_ours(settings: Settings) -> None:
    """Raise OperatorError if the database is not one of this version. An older one is backed up by the new version
    before it migrates."""
    found = await schema.current(settings.database_url)
    schema.check_known(settings.database_url, found)
    if found is None and (fault := schema.mismatch(settings.database_url, found)):
        raise OperatorError(fault)


async def _note(settings: Settings, now: datetime) -> None:
    """Record the time of the last good backup’s data, unless the database must be migrated first."""
    if await schema.current(settings.database_url) != schema.head():
        return
    async with open_database(settings) as database, database.transaction() as db:
        await claims.move_cursor(db, backups.LAST_GOOD, now)


async def _erased(file: Path, newer: Path | None, keys: Sequence[Identity]) -> Sequence[Erasure]:
    if newer is None:
        return ()
    must_be_a_file(newer)
    return read_erasures(newer, backups.read_content(file, keys).made_at, keys)


def _identities(path: Path | None) -> Sequence[Identity]:
    if path is None:
        return ()
    must_be_a_file(path)
    try:
        return read_identities(path)
    except OSError as error:
        raise OperatorError(place_fault(error, path)) from error


def _size(path: Path) -> str:
    return f"{group(max(1, path.stat().st_size // 1000))} ko"


@contextmanager
def _new(path: Path) -> Iterator[BinaryIO]:
    """Open a new file, readable by its owner only, that gets its name once complete; otherwise nothing is left."""
    _must_be_new(path)
    try:
        with backups.unfinished(path) as (raw, beside):
            yield raw
            _must_be_new(path)
            backups.finish(beside, path)
    except ConnectionError:
        raise
    except OSError as error:
        if error.errno is not None:
            raise OperatorError(place_fault(error, path)) from error
        raise


def _must_be_new(path: Path) -> None:
    if os.path.lexists(path):
        raise OperatorError(f"« {path} » existe déjà : donnez un autre nom, ou déplacez ce qui s’y trouve.")


def _progress() -> Callable[[int, int], None]:
    shown: list[ProgressBar] = []

    def at(done: int, total: int) -> None:
        if not shown:
            shown.append(ProgressBar(sys.stderr, "ligne", total=total))
        shown[0].at(done)
        if done == total:
            shown[0].end()

    return at


def _tell(content: backups.Content) -> Iterator[str]:
    """Yield the number of rows of each table that has some, and their sum: a hundred empty ones would hide it."""
    yield from (f"  {name} : {group(rows)}" for name, rows in content.counts.items() if rows)
    empty = sum(not rows for rows in content.counts.values())
    beside = f" {count(empty, 'table')} sans aucune ligne." if empty else ""
    yield f"{count(content.total, 'ligne')} en tout.{beside}"


def _day(moment: datetime) -> str:
    return f"{moment:%d/%m/%Y à %H:%M} UTC"
