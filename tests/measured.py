"""What is measured: each test where it is told first. The tracer costs as much again as the test that it follows."""

import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

_MODE = re.compile(r"(?<=[\[-])(?:real|\d+\.\d+)(?=[\]-])")
_DATABASE = re.compile(r"(?<=[\[-])(?:sqlite|postgres(?:ql)?)(?=[\]-])")
_UNMEASURED = re.compile(
    r"/(browser/|test_(sandbox_\w+|wire|wire_\w+|page|bench|architecture|telling|readers_time|cra_line_any)\b)"
)
"""Files about the sandbox, the bench and the tests themselves, and those that go one way with very many values."""
_IS_UNMEASURED = pytest.StashKey[bool]()


def unmeasured(names: Sequence[str]) -> list[bool]:
    """Which of these tests tell what one before them told on another server or database, or what is not the product’s.

    What is about several servers and no database is about forms: cheap, and measured each time.
    """
    told: set[str] = set()
    found = []
    for name in names:
        story = _MODE.sub("", _DATABASE.sub("", name)) if _DATABASE.search(name) else name
        found.append(story in told or bool(_UNMEASURED.search(name)))
        told.add(story)
    return found


def note_what_is_unmeasured(items: Sequence[pytest.Item]) -> None:
    """Note it on each, once it is known what is told at all."""
    for item, is_unmeasured in zip(items, unmeasured([item.nodeid for item in items]), strict=True):
        item.stash[_IS_UNMEASURED] = is_unmeasured


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """Tell it, with its fixtures, measured or not."""
    if not item.stash[_IS_UNMEASURED]:
        return (yield)
    with _unmeasured(item.config):
        return (yield)


@contextmanager
def _unmeasured(config: pytest.Config) -> Iterator[None]:
    plugin = config.pluginmanager.getplugin("_cov")
    controller = plugin.cov_controller if plugin else None
    if controller is None or not controller.started:
        yield
        return
    controller.pause()
    try:
        yield
    finally:
        controller.resume()
