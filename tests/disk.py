"""A disk that fails: at the calls of the journal that a test names, in the ways disks do."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

FULL = ("write", "open")
"""The calls that a full disk refuses; the others need no room."""
BROKEN = (*FULL, "ftruncate", "rename")
WAYS = ("refused", "short", "nothing")


@dataclass
class Disk:
    """``fails`` says of the call of that number whether it fails; ``way`` how a write does: refused, cut short, or
    taking nothing."""

    fails: Callable[[int], bool] = lambda _: False
    calls: tuple[str, ...] = FULL
    way: str = "refused"
    error: int = errno.ENOSPC
    made: int = 0
    failed: list[str] = field(default_factory=list)

    def asked(self, name: str) -> bool:
        """Count a call; whether it fails."""
        number, self.made = self.made, self.made + 1
        if name not in self.calls or not self.fails(number):
            return False
        self.failed.append(name)
        return True

    def write(self, file: int, content: bytes) -> int:
        """os.write"""
        if not self.asked("write"):
            return _write(file, content)
        if self.way == "refused":
            raise OSError(self.error, "refused")
        return _write(file, content[: len(content) // 2]) if self.way == "short" else 0

    def other(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        """Another call."""

        def call(*args: Any, **options: Any) -> Any:
            if self.asked(name):
                raise OSError(self.error, "refused")
            return real(*args, **options)

        return call


_write = os.write


@contextmanager
def failing(disk: Disk) -> Iterator[Disk]:
    """What is written by file numbers is written to that disk: in this program, only the journal is."""
    calls: dict[str, Any] = {name: disk.other(name, getattr(os, name)) for name in ("open", "ftruncate", "rename")}
    with patch.multiple(os, **calls | {"write": disk.write}):
        yield disk
