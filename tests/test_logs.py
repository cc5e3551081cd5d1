"""The log: one line an event, nothing personal in it, whatever is thrown at it."""

import errno
import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from bot import logs


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


def test_a_person_is_a_pseudonym() -> None:
    assert logs.pseudonym("a" * 26) == logs.pseudonym("a" * 26) != logs.pseudonym("b" * 26)
    assert len(logs.pseudonym("a" * 26)) == 8


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
