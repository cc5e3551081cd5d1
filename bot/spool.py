"""The spool: each submission is written down before it is worked on, and struck out once it is safe elsewhere."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

EMPTIED_AT = 16_384
"""Bytes of struck-out lines that are kept at most while nobody is at work."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A dialog as it was sent: its form’s name, one-time key, sender, what was typed and what travelled hidden."""

    form: str
    key: str
    user_id: str
    raw: dict[str, Any]
    hidden: dict[str, Any]


class Spool:
    """A journal that only grows by lines while people are at work (mode 0600: it holds what they typed).

    What a crash or a database outage leaves in it becomes a draft (bot/drafts.py). Each process has a journal of
    its own, locked while it lives; the next one to start takes over those of the dead. Not synced to the disk: it
    guards against the end of this process, and a submission lost with the machine was never answered.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "spool"
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = self._folder / f"{secrets.token_hex(8)}.jsonl"
        self._journal = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        fcntl.flock(self._journal, fcntl.LOCK_EX)
        self._size = 0
        self._left: dict[str, Submission] = {}
        for path in sorted(self._folder.glob("*.jsonl")):
            if path != self._path:
                self._take_over(path)

    def write(self, submission: Submission) -> None:
        """Write a submission down, in place of an earlier sending of the same dialog."""
        self._left[submission.key] = submission
        self._append({name: getattr(submission, name) for name in Submission.__slots__})

    def strike(self, key: str) -> None:
        """It is safe elsewhere."""
        if self._left.pop(key, None) is None:
            return
        self._append({"struck": key})
        if not self._left and self._size > EMPTIED_AT:
            os.ftruncate(self._journal, 0)
            self._size = 0

    def left(self) -> list[Submission]:
        """All that is still written down."""
        return list(self._left.values())

    def close(self) -> None:
        """Leave the journal to the next process if something is left in it."""
        if not self._left:
            self._path.unlink(missing_ok=True)
        os.close(self._journal)

    def _append(self, line: dict[str, Any]) -> None:
        self._size += os.write(self._journal, f"{json.dumps(line)}\n".encode())

    def _take_over(self, path: Path) -> None:
        """Make the journal of a process that died part of this one."""
        with path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            for submission in _unstruck(file):
                self.write(submission)
            path.unlink(missing_ok=True)


def _unstruck(lines: Iterable[bytes]) -> list[Submission]:
    """The submissions of a journal that were not struck out; a line cut short by a crash is dropped."""
    found: dict[str, Submission] = {}
    for line in lines:
        try:
            read = json.loads(line)
            if "struck" in read:
                found.pop(read["struck"], None)
            else:
                submission = Submission(**read)
                found[submission.key] = submission
        except (ValueError, TypeError):
            continue
    return list(found.values())
