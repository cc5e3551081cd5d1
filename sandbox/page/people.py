"""The people whom a demo presents at the entrance, with the password they share."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NOBODY: dict[str, Any] = {"password": "", "people": []}


@dataclass(frozen=True, slots=True)
class Presented:
    """The people shown at the entrance: the file that the demo wrote, read at each visit; nobody where there is
    none."""

    file: Path | None

    def as_json(self) -> dict[str, Any]:
        """Return ``password``, ``people`` (each ``username``, ``name``, ``role``, ``place``), and perhaps ``others``.

        Those have no card; each has ``value``, the username, and ``text``, by which they are found.
        """
        if self.file is None:
            return NOBODY
        try:
            told: dict[str, Any] = json.loads(self.file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return NOBODY
        return told
