"""The bot’s log: one line an event, without personal data, and no kind of line by the thousand."""

import logging
import secrets
import sys
import time
import traceback
from collections import OrderedDict
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO, cast

import structlog
from structlog import DropEvent

BETWEEN_LINES = 60.0
"""Seconds between two lines of a kind."""
REPEATED = frozenset({
    "http_refused", "http_failed", "link_refused", "lookup_refused", "connections_full", "clicked_post_not_noted",
    "stamina.retry_scheduled",
})  # fmt: skip
"""Our own events that are told so; those of libraries all are."""
THROTTLED_KINDS, THROTTLED_WORDS = 500, 40
"""How many kinds are remembered, and how much of a library’s sentence tells one: the rest may differ each time."""


class LogThrottle:
    """Drops a line if one of its kind was written less than a minute ago; the next one written has the number of lines
    in ``count``."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._told: OrderedDict[tuple[object, ...], tuple[float, int]] = OrderedDict()

    def __call__(self, _: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Process a line, as a structlog processor."""
        event = str(line.get("event"))
        if "logger" not in line and event not in REPEATED:
            return line
        kind = (line.get("logger"), event[:THROTTLED_WORDS], line.get("status"), line.get("kind"))
        now = self._clock()
        at, dropped = self._told.get(kind, (now - BETWEEN_LINES, 0))
        if now - at < BETWEEN_LINES:
            self._told[kind] = (at, dropped + 1)
            raise DropEvent
        self._remember(kind, now)
        if dropped:
            line["count"] = dropped + 1
        return line

    def _remember(self, kind: tuple[object, ...], now: float) -> None:
        self._told[kind] = (now, 0)
        self._told.move_to_end(kind)
        if len(self._told) > THROTTLED_KINDS:
            self._told.popitem(last=False)


LOGGED_KEYS = frozenset({
    "event", "level", "timestamp", "logger", "reference", "kind", "name", "path", "status", "error_id", "fault",
    "where", "attempts", "given_up", "count", "outcome", "job", "period", "person", "seconds", "port", "version",
    "ahead", "channel", "crowd", "names", "parser", "rows", "size", "table", "why",
})  # fmt: skip
"""All a line may hold. Whoever wants another key adds it here, and asks first what it tells of people."""
LOGGED_TEXT_MAX = 200
FRAMES = 6

LogLine = MutableMapping[str, Any]


def configure(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Log to ``stream`` (stderr): JSON, or readable text on a terminal. Warnings of libraries go there too."""
    out = stream or sys.stderr
    renderer: Any = structlog.dev.ConsoleRenderer() if out.isatty() else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            LogThrottle(),
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _describe_fault,
            _keep_allowed,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, _SteadyStream(out))),
    )
    logging.basicConfig(level=logging.WARNING, handlers=[_Libraries()], force=True)


def begin_request() -> str:
    """Return a new reference that is logged on every line until the next one, and that people can quote when something
    failed."""
    reference = secrets.token_hex(4)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(reference=reference)
    return reference


class _SteadyStream:
    """A stream that ignores failed writes: a log on a full disk must not fail a request."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._stream.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


def _keep_allowed(_: Any, __: str, line: LogLine) -> LogLine:
    return {key: _simplify(value) for key, value in line.items() if key in LOGGED_KEYS}


def _simplify(value: object) -> object:
    """Keep numbers; shorten texts, and hide those that may be addresses."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    text = str(value)
    return "…" if "@" in text else text[:LOGGED_TEXT_MAX]


def _describe_fault(_: Any, __: str, line: LogLine) -> LogLine:
    """Describe an exception by its types and places only, since its text may quote what somebody typed."""
    problem = line.pop("exc_info", None)
    if problem is True:
        problem = sys.exc_info()
    if isinstance(problem, tuple):
        problem = problem[1]
    if isinstance(problem, BaseException):
        line["fault"] = " < ".join(_list_kinds(problem))
        line["where"] = " > ".join(_places(problem.__traceback__))
    return line


def _list_kinds(problem: BaseException) -> list[str]:
    kinds: list[str] = []
    following: BaseException | None = problem
    while following is not None and len(kinds) < FRAMES:
        kinds.append(type(following).__name__)
        following = following.__cause__ or following.__context__
    return kinds


def _places(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-FRAMES:]
    return [f"{'/'.join(Path(f.filename).parts[-2:])}:{f.lineno} {f.name}" for f in frames]


class _Libraries(logging.Handler):
    """Forwards the log records of libraries: the first line of the message template, without its values."""

    def emit(self, record: logging.LogRecord) -> None:
        words = str(record.msg).partition("\n")[0]
        line = structlog.get_logger().bind(logger=record.name)
        line.log(record.levelno, words, exc_info=record.exc_info)
