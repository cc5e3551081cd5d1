"""The log: one line an event, nothing personal in it, whatever is thrown at it."""

import ast
import errno
import io
import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from structlog import DropEvent

from bot import logs
from bot.logs import THROTTLED_KINDS, LogThrottle


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    before = structlog.get_config()
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    stream = io.StringIO()
    logs.configure("INFO", stream)
    yield stream
    structlog.contextvars.clear_contextvars()
    structlog.configure(**before)
    root.handlers[:] = handlers
    root.setLevel(level)


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_line_holds_what_is_allowed_and_no_more(out: io.StringIO) -> None:
    log = structlog.get_logger()
    log.info("request_failed", kind="command", status=500, text="Bonjour", email="j@x.fr", token="s3cret", user_id="u")
    (line,) = lines(out)
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "request_failed", "level": "info", "kind": "command", "status": 500}


def test_values_are_short_and_hold_no_address(out: io.StringIO) -> None:
    structlog.get_logger().info("x", path="/" + "a" * 999, name="j@x.fr", count=None, given_up=True)
    (line,) = lines(out)
    assert line["path"] == "/" + "a" * 199
    assert (line["name"], line["count"], line["given_up"]) == ("…", None, True)


def failing() -> None:
    try:
        raise KeyError("Juliette")
    except KeyError as error:
        raise ValueError("son adresse est j@x.fr") from error


def test_an_exception_is_its_kinds_and_places(out: io.StringIO) -> None:
    log = structlog.get_logger()
    try:
        failing()
    except ValueError as error:
        log.error("one", exc_info=error)
        log.exception("two")
        log.error("three", exc_info=sys.exc_info())
    assert "Juliette" not in out.getvalue()
    assert "adresse" not in out.getvalue()
    for line in lines(out):
        assert line["fault"] == "ValueError < KeyError"
        assert line["where"].endswith("failing")
        assert "tests/test_logs.py" in line["where"]


def test_without_an_exception_there_is_no_fault(out: io.StringIO) -> None:
    structlog.get_logger().error("x", exc_info=True)
    assert "fault" not in lines(out)[0]


def test_libraries_tell_no_details(out: io.StringIO) -> None:
    logging.getLogger("aiohttp.server").warning("Error handling request from %s\n%s", "10.0.0.1", "Juliette")
    logging.getLogger("asyncio").error("Task exception was never retrieved\nfuture: <Task 'Juliette'>")
    logging.getLogger("sqlalchemy").info("SELECT 1")
    assert [(line["logger"], line["event"], line["level"]) for line in lines(out)] == [
        ("aiohttp.server", "Error handling request from %s", "warning"),
        ("asyncio", "Task exception was never retrieved", "error"),
    ]


def test_the_level_is_the_operators(out: io.StringIO) -> None:
    logs.configure("ERROR", out)
    structlog.get_logger().warning("no")
    structlog.get_logger().error("yes")
    assert [line["event"] for line in lines(out)] == ["yes"]


def test_a_reference_is_on_every_line_of_a_request(out: io.StringIO) -> None:
    first = logs.begin_request()
    structlog.get_logger().info("one")
    second = logs.begin_request()
    structlog.get_logger().info("two")
    assert [line["reference"] for line in lines(out)] == [first, second]
    assert first != second


def test_words_on_a_terminal(out: io.StringIO) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    logs.configure("INFO", terminal)
    structlog.get_logger().info("serving", port=8066, token="s3cret")
    assert "serving" in terminal.getvalue()
    assert "8066" in terminal.getvalue()
    assert "s3cret" not in terminal.getvalue()


@pytest.mark.usefixtures("out")
def test_a_log_on_a_full_disk_fails_nobody() -> None:
    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(errno.ENOSPC, "full")

        def flush(self) -> None:
            raise OSError(errno.ENOSPC, "full")

    logs.configure("INFO", Full())
    structlog.get_logger().error("request_failed")
    logging.getLogger("a.library").warning("something")


def test_what_somebody_outside_can_repeat_is_told_once_a_minute(out: io.StringIO) -> None:
    """A hostile client must not fill the disk by the log: neither through our lines nor through the libraries’."""
    for number in range(5_000):
        logging.getLogger("asyncio").error("socket.accept() out of system resource")
        logging.getLogger("aiohttp.server").error("Error handling request from %s", f"10.0.0.{number}")
        logging.getLogger("asyncio").error(f"Exception in callback {'x' * 40} at {number:x}")
        structlog.get_logger().warning("http_refused", path=f"/{number}", status=400)
    assert len(lines(out)) == 4


def test_what_happens_to_people_is_told_each_time(out: io.StringIO) -> None:
    """Each has a reference that somebody may quote."""
    for _ in range(3):
        structlog.get_logger().error("request_failed", kind="command")
    assert len(lines(out)) == 3


@pytest.mark.parametrize("event", ["stamina.retry_scheduled", "clicked_post_not_noted"])
def test_what_happens_with_each_call_while_much_is_slow_is_told_once_a_minute(out: io.StringIO, event: str) -> None:
    for _ in range(30):
        structlog.get_logger().warning(event)
    assert len(lines(out)) == 1


def test_the_next_line_says_how_many_it_stands_for() -> None:
    now = 0.0
    seldom = LogThrottle(lambda: now)

    def told(**line: object) -> object:
        try:
            return seldom(None, "", {"event": "http_refused", **line}).get("count", 1)
        except DropEvent:
            return 0

    assert [told(status=400) for _ in range(10)] == [1] + [0] * 9
    assert told(status=404) == 1, "another kind"
    now = 59.0
    assert told(status=400) == 0
    now = 60.0
    assert [told(status=400), told(status=400)] == [11, 0]


def test_kinds_without_end_are_not_remembered_without_end() -> None:
    seldom = LogThrottle(lambda: 0.0)
    for number in range(3 * THROTTLED_KINDS):
        seldom(None, "", {"event": f"{number}", "logger": "x"})
    with pytest.raises(DropEvent):
        seldom(None, "", {"event": f"{3 * THROTTLED_KINDS - 1}", "logger": "x"})
    assert seldom(None, "", {"event": "0", "logger": "x"}), "forgotten, and told again"


def test_whatever_the_bot_says_of_itself_is_written_down() -> None:
    """A key that is not among those allowed is dropped without a word: who reads the log looks for it in vain."""
    root = Path(logs.__file__).parents[1]
    files = [path for room in ("bot", "cli", "commands", "dialogs", "storage") for path in (root / room).rglob("*.py")]
    texts = {path.name: text for path in files if "structlog.get_logger" in (text := path.read_text("utf-8"))}
    assert texts
    dropped = {
        f"{name}:{call.lineno} {word.arg}"
        for name, text in texts.items()
        for call in ast.walk(ast.parse(text))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
        if isinstance(call.func.value, ast.Name) and call.func.value.id == "log"
        for word in call.keywords
        if word.arg and word.arg not in logs.LOGGED_KEYS | {"exc_info"}
    }
    assert not dropped
