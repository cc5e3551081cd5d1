"""The spool: each submission is written down before it is worked on and struck out once it is safe elsewhere."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Submission:
    """A dialog as it was sent: its form’s name, one-time key, sender, what was typed and what travelled hidden."""

    form: str
    key: str
    user_id: str
    raw: dict[str, Any]
    hidden: dict[str, Any]


class Spool:
    """A folder with one small file for each submission at work (mode 0600: it holds what people typed).

    What a crash or a database outage left there becomes a draft (bot/drafts.py). Not synced to the disk: it
    guards against the end of this process, and a submission lost with the machine was never answered.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "spool"
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def write(self, submission: Submission) -> None:
        """Write a submission down, in place of an earlier sending of the same dialog."""
        path = self._path(submission.key)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(json.dumps({name: getattr(submission, name) for name in Submission.__slots__}))

    def strike(self, key: str) -> None:
        """It is safe elsewhere."""
        self._path(key).unlink(missing_ok=True)

    def left(self) -> Iterator[Submission]:
        """All that is still written down; a file cut short by a crash is dropped."""
        for path in sorted(self._folder.glob("*.json")):
            try:
                yield Submission(**json.loads(path.read_text("utf-8")))
            except FileNotFoundError:
                continue
            except (ValueError, TypeError):
                path.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        # The key comes out of a signed state; hashed all the same, no name given from outside becomes a path.
        return self._folder / f"{sha256(key.encode()).hexdigest()[:32]}.json"
