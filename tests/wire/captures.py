"""The captures: calls, frames and outgoing requests of the recordings, read from the condensed files."""

import json
import lzma
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

VERSIONS = ("5.37", "9.11", "11.2", "11.6")
ANY = "⟨*⟩"
"""Stands for any text that is not empty (tokens, translated messages)."""
MOMENT = "⟨t⟩"
"""Stands for any time in milliseconds."""
NUMBER = "⟨n⟩"
"""Stands for any number."""
JSON = "⟨json⟩"
"""Key of an object that was a JSON text inside JSON."""
CUT = re.compile(r"^(.*)… \((\d+) characters\)$", re.DOTALL)
MORE = re.compile(r"^… (\d+) more$")


@dataclass(frozen=True)
class Call:
    """One request and what the server answered; `events`: who heard what because of it."""

    name: str
    actor: str
    method: str
    path: str
    status: int
    body: Any = None
    type: str = ""
    reply: Any = None
    text: str | None = None
    length: int | None = None
    events: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sent:
    """One request of the server to an integration, and how that answered and went on."""

    name: str
    method: str
    path: str
    headers: dict[str, str]
    answer: dict[str, Any]
    form: dict[str, list[str]] | None = None
    json: Any = None
    then: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Frame:
    """One WebSocket frame: in the rooms `after` a call to several receivers, else in order for one actor."""

    frame: dict[str, Any]
    actor: str = ""
    way: str = "in"
    after: str = ""
    event: str = ""
    to: str = ""


@dataclass(frozen=True)
class Scenario:
    """All captures of one scenario with one server version."""

    version: str
    calls: list[Call]
    sent: list[Sent]
    frames: list[Frame]


@cache
def scenario(version: str, name: str) -> Scenario:
    text = lzma.decompress((Path(__file__).parent / f"{version}.jsonl.xz").read_bytes()).decode()
    found: dict[str, list[Any]] = {"call": [], "sent": [], "frame": []}
    kinds: dict[str, type[Any]] = {"call": Call, "sent": Sent, "frame": Frame}
    for line in text.splitlines():
        record = json.loads(line)
        if record.pop("scenario") == name:
            kind = record.pop("kind")
            known = kinds[kind].__dataclass_fields__
            found[kind].append(kinds[kind](**{key: value for key, value in record.items() if key in known}))
    return Scenario(version, found["call"], found["sent"], found["frame"])


def cut(text: str) -> str:
    """A long monotonous text in short; others are kept."""
    if len(text) < 200 or CUT.match(text) or len(set(text[40:])) > 8:
        return text
    return f"{text[:40]}… ({len(text)} characters)"


def whole(text: str) -> str:
    """The long text that a cut one stands for: its beginning repeated to the length told."""
    found = CUT.match(text)
    if not found:
        return text
    start, length = found[1], int(found[2])
    for period in range(1, len(start) + 1):
        unit = start[:period]
        if (unit * len(start))[: len(start)] == start:
            return (unit * (length // period + 1))[:length]
    return start
