"""Where files are made: a private folder for each order, gone when its files are sent."""

import fcntl
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from storage import private


class Folders:
    """Folders under ``folder``. Each process locks its own part while it lives; the next one to start clears away
    those of the dead, since what they hold is personal."""

    def __init__(self, folder: Path) -> None:
        root = private.folder(folder / "files")
        self._own = root / secrets.token_hex(8)
        with _alone(root):  # a part that is made and not locked yet looks like one of the dead
            self._own.mkdir(mode=0o700)
            self._lock: int | None = os.open(self._own, os.O_RDONLY)
            fcntl.flock(self._lock, fcntl.LOCK_EX)
            for other in root.iterdir():
                if other != self._own:
                    _clear(other)

    @contextmanager
    def fresh(self) -> Iterator[Path]:
        """An empty folder for the length of the block."""
        # A thread that was left at its work may still write into it.
        with tempfile.TemporaryDirectory(dir=self._own, ignore_cleanup_errors=True) as folder:
            yield Path(folder)

    def close(self) -> None:
        """Take away this process’s part."""
        if self._lock is not None:
            shutil.rmtree(self._own, ignore_errors=True)
            os.close(self._lock)
            self._lock = None


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """No other process that starts is in the block meanwhile."""
    lock = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _clear(folder: Path) -> None:
    """Take away the part of a process that died."""
    with suppress(OSError):  # another process clears it away too
        lock = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)
