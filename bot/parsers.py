"""A separate process that parses remote documents with limits of memory and time: ``python -m bot.parsers feed``.

Its standard input is a line of JSON about the document, then its bytes; it answers in JSON. It imports nothing of the
bot but the parsers, since imports are most of its cost.
"""

import json
import os
import resource
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.documents import NotAFeedError, allows_robot, parse_feed, parse_title

MEMORY_MAX = 200 * 1024 * 1024
"""Bytes of memory that it may have, its libraries included."""
CPU_S = 5
"""Seconds of processor that it may take."""
_NICE = 5
"""By how much it gives way to the bot."""


def _feed(body: bytes, told: Mapping[str, str]) -> object:
    try:
        return {"feed": asdict(parse_feed(body, {"content-type": told["kind"]}, told["url"]))}
    except NotAFeedError as error:
        return {"fault": str(error)}


PARSERS: Mapping[str, Callable[[bytes, Mapping[str, str]], object]] = {
    "feed": _feed,
    "title": lambda body, told: parse_title(body, told["kind"]),
    "robots": lambda body, told: allows_robot(body, told["name"], told["url"]),
}


def _limit() -> None:
    """Limit the memory and time of the process; where the system has no such limits, the parent’s timeout remains."""
    os.nice(_NICE)
    limits = {resource.RLIMIT_AS: MEMORY_MAX, resource.RLIMIT_CPU: CPU_S, resource.RLIMIT_CORE: 0}
    for what, most in limits.items():
        try:
            resource.setrlimit(what, (most, most))
        except (ValueError, OSError):
            continue


def _plain(value: Any) -> str:
    assert isinstance(value, datetime)
    return value.isoformat()


def main(name: str) -> None:
    """Parse what standard input holds. Whatever fails ends it with a traceback that nobody reads."""
    _limit()
    told = json.loads(sys.stdin.buffer.readline())
    found = PARSERS[name](sys.stdin.buffer.read(), told)
    sys.stdout.buffer.write(json.dumps(found, default=_plain, ensure_ascii=False).encode("utf-8", "replace"))


if __name__ == "__main__":
    main(sys.argv[1])
