"""Backups: the whole database in one file (docs/wire.md describes it), and restored into an empty database of either
kind. Each scheduled backup is restored on trial before it counts."""

import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection, table, text
from sqlalchemy.exc import SQLAlchemyError

from storage import schema
from storage.backup.file import BackupError, BackupWriter, Content, Identity, Recipient, encrypting, make_pair
from storage.backup.transfer import OnRows, Restoration, check_backup, count_rows, read_content, restore, save

LAST_GOOD = "sauvegarde"
"""The name under which the instant of the last backup that was tried stands (storage.claims.read_cursor)."""
LEFT_AFTER = timedelta(days=1)
"""The age from which a temporary file is a leftover of a process that ended."""
_NAME = re.compile(r"coop-\d{4}-\d{2}-\d{2}T\d{6}Z\.gz(\.age)?")
_TRIAL, _UNFINISHED = "essai-sauvegarde-", ".part"


@dataclass(frozen=True, slots=True)
class BackupPlan:
    """The settings of a backup: the database, the folder, how many files are kept, for whom they are encrypted (nobody:
    in clear), and the folder in which each is restored on trial."""

    database_url: str
    folder: Path
    keep: int
    recipients: Sequence[Recipient]
    scratch: Path


@dataclass(frozen=True, slots=True)
class MadeBackup:
    """A backup file that was restored on trial: its path, what it holds, and the older files that were removed for
    it."""

    path: Path
    content: Content
    removed: Sequence[Path]


async def make_backup(plan: BackupPlan, now: datetime) -> MadeBackup:
    """Write a backup, restore it on trial, and only then give it its final name and remove the oldest ones. Raises
    BackupError, OSError and what the database raises; no file of that name is left then."""
    _clear_leftovers(plan, now)
    path = plan.folder / f"coop-{now:%Y-%m-%dT%H%M%SZ}.gz{'.age' if plan.recipients else ''}"
    # The operator’s private key is elsewhere: the trial opens the file with one of its own, forgotten at its end.
    key, lock = make_pair()
    with unfinished(path) as (raw, beside):
        await write_backup(plan.database_url, raw, now, [*plan.recipients, lock] if plan.recipients else [])
        tried = await try_backup(beside, plan.scratch, [key])
        finish(beside, path)
    return MadeBackup(path, tried.content, _remove_old(plan))


async def write_backup(
    database_url: str, raw: BinaryIO, now: datetime, recipients: Sequence[Recipient], on_rows: OnRows = lambda *_: None
) -> Content:
    """Write a database to a file, synced to the disk, encrypted if there are keys."""
    with encrypting(raw, recipients) if recipients else nullcontext(raw) as stream:
        content = await save(database_url, BackupWriter(stream), now, on_rows)
    raw.flush()
    os.fsync(raw.fileno())
    return content


async def try_backup(path: Path, scratch: Path, identities: Sequence[Identity] = ()) -> Restoration:
    """Restore a backup into a temporary database, and read it back whole. Raises BackupError."""
    with tempfile.TemporaryDirectory(prefix=_TRIAL, dir=scratch) as folder:
        url = f"sqlite:///{folder}/essai.db"
        try:
            done = await restore(url, path, lambda *_: None, identities)
            if done.step == done.content.step:  # else steps were taken, which change tables
                await schema.in_transaction(url, lambda connection: _must_be_sound(connection, done, path))
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise BackupError(
                f"La sauvegarde « {path.name} » n’a pas pu être restaurée pour essai dans COOP_DATA_DIR "
                f"({_name(error)}) : vérifiez qu’il y reste deux fois la place de la base."
            ) from error
    return done


def _name(error: Exception) -> str:
    """Return the name that SQLite gives an error: « SQLITE_FULL »."""
    cause = getattr(error, "orig", None) or error
    return getattr(cause, "sqlite_errorname", None) or type(cause).__name__


def _must_be_sound(connection: Connection, done: Restoration, path: Path) -> None:
    """Raise BackupError for a trial that is damaged, or lacks rows that the database had."""
    is_whole = connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    is_linked = connection.execute(text("PRAGMA foreign_key_check")).first() is None
    counts = {name: count_rows(connection, table(name)) for name in done.content.counts}
    if not (is_whole and is_linked and counts == dict(done.content.counts)):
        raise BackupError(f"La sauvegarde « {path} », restaurée pour essai, n’est pas saine : ne comptez pas sur elle.")


@contextmanager
def unfinished(path: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """Open a temporary file beside a path, readable by its owner alone, and give it with its own path; it is removed at
    the end unless ``finish`` renamed it."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=_UNFINISHED, dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as raw:
            yield raw, Path(name)
    finally:
        with suppress(OSError):
            Path(name).unlink()


def finish(beside: Path, path: Path) -> None:
    """Give a temporary file its final name, once its content is on the disk."""
    beside.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _remove_old(plan: BackupPlan) -> Sequence[Path]:
    """Remove all but the newest; files of other names are not ours."""
    ours = sorted(path for path in plan.folder.iterdir() if _NAME.fullmatch(path.name) and path.is_file())
    old = ours[: -plan.keep]
    for path in old:
        path.unlink(missing_ok=True)
    return old


def _clear_leftovers(plan: BackupPlan, now: datetime) -> None:
    """Remove what killed processes left: temporary files and trials."""
    before = (now - LEFT_AFTER).timestamp()
    for path in (*plan.folder.glob(f".coop-*{_UNFINISHED}"), *plan.scratch.glob(f"{_TRIAL}*")):
        with suppress(OSError):
            if path.stat().st_mtime < before:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
