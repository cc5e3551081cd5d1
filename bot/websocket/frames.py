"""A frame’s outside: what happened, where, and its number, read without what is in it, which is most of it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_EVENT = re.compile(r'\s*\{\s*"event":\s*"([^"\\]+)"')
_TARGET = '"broadcast"'
"""The last key but one: as a key it cannot stand in what people wrote, whose quotes are escaped."""


@dataclass(frozen=True, slots=True)
class Frame:
    """An event as it came. ``channel_id`` and ``team_id`` are those it was sent to, empty for others."""

    name: str
    number: int
    channel_id: str
    team_id: str
    text: str

    def data(self) -> Mapping[str, Any]:
        """What is in it. Raises ValueError or AttributeError where that makes no sense."""
        return json.loads(self.text).get("data") or {}

    def has(self, key: str, value: str) -> bool:
        """Whether its data say so, by a look that decodes nothing."""
        return f'"{key}":"{value}"' in self.text or f'"{key}": "{value}"' in self.text


def outside(text: str) -> Frame | None:
    """The outside of an event; None for anything else. Raises ValueError, KeyError, TypeError or AttributeError for
    what is not of this protocol."""
    found = _EVENT.match(text)
    if found is None:
        return None
    start = text.rfind(_TARGET)
    tail = json.loads(text if start < 0 else "{" + text[start:])
    target = tail.get("broadcast") or {}
    return Frame(found[1], int(tail["seq"]), target.get("channel_id") or "", target.get("team_id") or "", text)
