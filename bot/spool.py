"""The spool: each submission is written to a private file before it is handled, and removed once it is safe
elsewhere."""

import errno
import fcntl
import json
import os
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from bot.clock import utc_now
from storage import private_files
from storage.drafts import DRAFTS_PER_PERSON

JOURNAL, RENEWED = ".jsonl", ".new"
"""How the names of journals end, and of those about to take the place of one."""


class JournalFile:
    """The file of a spool; ``size`` is in bytes; every method may raise OSError.

    It is not synced to disk: it protects against a crash of the process, not of the machine.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self._file: int | None = None

    def append(self, line: bytes) -> None:
        """Append a line. If it does not fit, nothing of it stays (or ``renew`` is needed)."""
        if self._file is None:
            raise OSError(errno.EBADF, "not opened")
        try:
            _write_whole(self._file, line)
        except OSError:
            os.ftruncate(self._file, self.size)
            raise
        self.size += len(line)

    def empty(self) -> None:
        """Remove all lines, which needs no disk space."""
        if self._file is not None:
            os.ftruncate(self._file, 0)
        self.size = 0

    def renew(self, lines: Iterable[bytes]) -> None:
        """Replace all lines atomically."""
        new, content = self.path.with_suffix(RENEWED), b"".join(lines)
        file = os.open(new, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            _write_whole(file, content)
            new.rename(self.path)
        except OSError:
            os.close(file)
            new.unlink(missing_ok=True)
            raise
        self.close()
        self._file, self.size = file, len(content)

    def close(self) -> None:
        """Leave it to whoever comes next."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


class AbandonedJournal:
    """The locked journal of a dead process."""

    def __init__(self, path: Path, file: int) -> None:
        self.path = path
        self._file = file

    @classmethod
    def take(cls, path: Path) -> "AbandonedJournal | None":
        """Lock a journal; None if its process lives, another process was faster, or it cannot be opened."""
        try:
            file = os.open(path, os.O_RDWR)
        except OSError:
            return None
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(file).st_ino == path.stat().st_ino:  # else it was renewed a moment ago
                return cls(path, file)
        os.close(file)
        return None

    def lines(self) -> list[bytes]:
        """Return all lines; the last may be incomplete."""
        with self.path.open("rb") as file:
            return file.readlines()

    def drop(self) -> None:
        """Delete the file."""
        with suppress(OSError):
            self.path.unlink(missing_ok=True)
        self.close()

    def close(self) -> None:
        """Leave the file in place."""
        os.close(self._file)


def append_whole(path: Path, lines: Iterable[bytes]) -> None:
    """Append lines to a private file, all or none."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        size = os.fstat(file).st_size
        try:
            _write_whole(file, b"".join(line.rstrip(b"\n") + b"\n" for line in lines))
        except OSError:
            os.ftruncate(file, size)
            raise
    finally:
        os.close(file)


def _write_whole(file: int, content: bytes) -> None:
    """Write all of a text, or raise."""
    if content and os.write(file, content) != len(content):
        raise OSError(errno.ENOSPC, "cut short")


log = structlog.get_logger()

EMPTIED_AT = 16_384
"""Bytes of struck-out lines that are kept at most while nobody is at work."""
RENEWED_AT = 262_144
"""Bytes of struck-out lines after which the journal is written anew though somebody always is."""
SPOOL_MAX = 8_000_000
"""Bytes that all of them may take."""
JOURNAL_RETRY = 1.0
"""Seconds until a journal that could not be written is tried again."""
ASIDE = ".aside"
"""How the names of files end that hold what was not understood."""
DAY = 24 * 3600.0
ASIDE_KEPT = 30 * DAY
"""Seconds after its last line for which such a file is kept: what people typed waits for an operator, but not for
ever."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A submitted dialog: its form’s name, one-time key, sender, typed and hidden values, and time in seconds since
    1970 (0: unknown)."""

    form: str
    key: str
    user_id: str
    raw: dict[str, Any]
    hidden: dict[str, Any]
    at: float = 0.0


FIELD_TYPES: dict[str, type] = {"form": str, "key": str, "user_id": str, "raw": dict, "hidden": dict, "at": float}


class Spool:
    """Submissions that are not safe yet, in memory and in a journal, which holds what people typed (mode 0600).

    It never fails because of the disk: while the journal cannot be written, memory goes on, and the journal is
    rewritten once there is room. What a crash or an outage leaves becomes a draft (bot/recovery.py). Each process has
    its own journal; the next one to start takes over those of dead processes.
    """

    def __init__(self, folder: Path, seconds: Callable[[], float] = time.monotonic) -> None:
        self._folder = private_files.make_private_folder(folder / "spool")
        self._journal = JournalFile(self._folder / f"{secrets.token_hex(8)}{JOURNAL}")
        self._seconds = seconds
        self._tried_at = seconds()
        self._trouble = False
        """Whether the journal could not be written, and so does not say what is here."""
        self._left: dict[str, Submission] = {}
        self._lines: dict[str, bytes] = {}
        self._size = 0
        self._swept_at = self._forget_aside()
        self._inherited = [found for path in sorted(self._folder.iterdir()) if (found := self._take_over(path))]
        self._renew()

    def __contains__(self, key: str) -> bool:
        return key in self._left

    def write(self, submission: Submission) -> None:
        """Store a submission, replacing an earlier sending of the same dialog."""
        if self._seconds() - self._swept_at > DAY:
            self._swept_at = self._forget_aside()
        self._keep(submission)
        self._note(self._lines[submission.key])
        self._make_room(submission.user_id)

    def strike(self, key: str) -> None:
        """Remove a submission that is safe elsewhere."""
        if self._drop(key):
            self._note(_encode_line({"struck": key}))

    def set_aside(self, key: str) -> None:
        """Move an unusable submission aside for the operator. Raises OSError."""
        path = self._journal.path.with_suffix(ASIDE)
        _lay_aside(path, [self._lines[key]])
        self.strike(key)

    def submissions(self) -> list[Submission]:
        """Return the submissions that are not safe yet, oldest first."""
        return list(self._left.values())

    def mend(self) -> None:
        """Rewrite the journal if an earlier write failed."""
        if self._trouble and self._seconds() - self._tried_at >= JOURNAL_RETRY:
            self._renew()

    def close(self) -> None:
        """Close the spool; a journal with submissions stays for the next process."""
        if self._trouble:
            self._renew()
        if not self._left:
            self._journal.path.unlink(missing_ok=True)
        self._journal.close()
        for left in self._inherited:
            left.close()

    def _forget_aside(self) -> float:
        """Delete what was set aside too long ago by any process, and return the time of that."""
        for path in self._folder.glob(f"*{ASIDE}"):
            with suppress(OSError):
                if utc_now().timestamp() - path.stat().st_mtime > ASIDE_KEPT:
                    path.unlink()
                    log.warning("spool_aside_forgotten", path=str(path))
        return self._seconds()

    def _keep(self, submission: Submission) -> None:
        self._drop(submission.key)
        self._left[submission.key] = submission
        line = _encode_line({name: getattr(submission, name) for name in FIELD_TYPES})
        self._lines[submission.key] = line
        self._size += len(line)

    def _drop(self, key: str) -> bool:
        if self._left.pop(key, None) is None:
            return False
        self._size -= len(self._lines.pop(key))
        return True

    def _make_room(self, user_id: str) -> None:
        """Drop the oldest submissions beyond the limits of one person, memory and disk."""
        theirs = [key for key, submission in self._left.items() if submission.user_id == user_id]
        for key in theirs[:-DRAFTS_PER_PERSON]:
            self.strike(key)
        while self._size > SPOOL_MAX:
            self.strike(next(iter(self._left)))

    def _note(self, line: bytes) -> None:
        """Write the latest change to the journal."""
        if self._trouble:
            self.mend()
            return
        try:
            if not self._left and self._journal.size + len(line) > EMPTIED_AT:
                self._journal.empty()
            elif self._journal.size > RENEWED_AT + 2 * self._size:
                self._renew()
            else:
                self._journal.append(line)
        except OSError:
            self._note_failure()

    def _renew(self) -> None:
        self._tried_at = self._seconds()
        try:
            self._journal.renew(self._lines.values())
        except OSError:
            self._note_failure()
            return
        if self._trouble:
            log.info("spool_written_again")
        self._trouble = False
        for left in self._inherited:
            left.drop()
        self._inherited = []

    def _note_failure(self) -> None:
        """Log a failed write (within ``except OSError``), once until it is over."""
        if not self._trouble:
            log.warning("spool_not_written", exc_info=True)
        self._trouble = True

    def _take_over(self, path: Path) -> AbandonedJournal | None:
        """Take over the journal of a dead process."""
        if path.suffix not in (JOURNAL, RENEWED) or (left := AbandonedJournal.take(path)) is None:
            return None
        if path.suffix == RENEWED:  # the journal that it was to replace is still there
            left.drop()
            return None
        try:
            submissions, strange = _read_journal(left.lines())
            for submission in submissions:
                self._keep(submission)
            if strange:
                _lay_aside(path.with_suffix(ASIDE), strange)
        except OSError:
            log.warning("spool_not_taken_over", path=str(path), exc_info=True)
            left.close()
            return None
        return left


def _lay_aside(path: Path, lines: Sequence[bytes]) -> None:
    append_whole(path, lines)
    log.warning("spool_laid_aside", count=len(lines), path=str(path))


def _encode_line(content: dict[str, Any]) -> bytes:
    return f"{json.dumps(content)}\n".encode()


def _read_journal(lines: Iterable[bytes]) -> tuple[list[Submission], list[bytes]]:
    """Return the submissions of a journal that were not removed, and the lines that this version cannot read."""
    found: dict[str, Submission] = {}
    strange: list[bytes] = []
    for line in lines:
        read = _decode_line(line)
        if isinstance(read, Submission):
            found.pop(read.key, None)  # an earlier sending of the same dialog, which has lost its place
            found[read.key] = read
        elif isinstance(read, str):
            found.pop(read, None)
        else:
            strange.append(line)
    return list(found.values()), strange


def _decode_line(line: bytes) -> Submission | str | None:
    """Decode a line: a submission, or the key of a removed one; None for anything else."""
    try:
        read = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(read, dict):
        return None
    if read.keys() == {"struck"}:
        return read["struck"] if isinstance(read["struck"], str) else None
    read.setdefault("at", 0.0)
    if read.keys() != FIELD_TYPES.keys() or not all(isinstance(read[name], kind) for name, kind in FIELD_TYPES.items()):
        return None
    return Submission(**read)
