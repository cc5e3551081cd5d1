"""A private file that takes whole lines or none, and is its process’s own while that lives."""

import errno
import fcntl
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

JOURNAL, RENEWED = ".jsonl", ".new"
"""How the names of journals end, and of those about to take the place of one."""


class Journal:
    """``size`` in bytes; every method may raise OSError.

    Not synced to the disk: it guards against the end of this process, not of the machine.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self._file: int | None = None

    def append(self, line: bytes) -> None:
        """Write a line at the end. When it does not fit nothing of it stays (or ``renew`` is needed)."""
        if self._file is None:
            raise OSError(errno.EBADF, "not opened")
        try:
            _write(self._file, line)
        except OSError:
            os.ftruncate(self._file, self.size)
            raise
        self.size += len(line)

    def empty(self) -> None:
        """Drop all lines; that needs no room."""
        if self._file is not None:
            os.ftruncate(self._file, 0)
        self.size = 0

    def renew(self, lines: Iterable[bytes]) -> None:
        """Have these lines and no others, from one instant to the next."""
        new, content = self.path.with_suffix(RENEWED), b"".join(lines)
        file = os.open(new, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            _write(file, content)
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


class Legacy:
    """The journal of a process that died, held while it is open."""

    def __init__(self, path: Path, file: int) -> None:
        self.path = path
        self._file = file

    @classmethod
    def take(cls, path: Path) -> "Legacy | None":
        """Hold it; None while its process lives, when another one was faster, or when it can’t be opened."""
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
        """All its lines, of which the last may be cut short."""
        with self.path.open("rb") as file:
            return file.readlines()

    def drop(self) -> None:
        """It is needed no more."""
        with suppress(OSError):
            self.path.unlink(missing_ok=True)
        self.close()

    def close(self) -> None:
        """Leave it where it is."""
        os.close(self._file)


def append_whole(path: Path, lines: Iterable[bytes]) -> None:
    """Add lines to a private file, all or none."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        size = os.fstat(file).st_size
        try:
            _write(file, b"".join(line.rstrip(b"\n") + b"\n" for line in lines))
        except OSError:
            os.ftruncate(file, size)
            raise
    finally:
        os.close(file)


def _write(file: int, content: bytes) -> None:
    """Write all of it, at once: what is cut short does not fit."""
    if content and os.write(file, content) != len(content):
        raise OSError(errno.ENOSPC, "cut short")
