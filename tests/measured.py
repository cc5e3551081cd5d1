"""What is measured of a story: where it is told first. The tracer costs as much again as the story it follows."""

import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

_MODE = re.compile(r"(?<=[\[-])(?:real|\d+\.\d+)(?=[\]-])")
_DATABASE = re.compile(r"(?<=[\[-])(?:sqlite|postgres(?:ql)?)(?=[\]-])")
_AGAIN = pytest.StashKey[bool]()


def again(names: Sequence[str]) -> list[bool]:
    """Which of these tests tell what one before them told on another server or database.

    Only what has both goes for a story; what is about forms, servers or databases alone is cheap, and always measured.
    """
    told: set[str] = set()
    found = []
    for name in names:
        story = _DATABASE.sub("", _MODE.sub("", name)) if _MODE.search(name) and _DATABASE.search(name) else name
        found.append(story in told)
        told.add(story)
    return found


def note_what_is_told_again(items: Sequence[pytest.Item]) -> None:
    """Note it on each, once it is known what is told at all."""
    for item, is_told_again in zip(items, again([item.nodeid for item in items]), strict=True):
        item.stash[_AGAIN] = is_told_again


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """Tell it, with its fixtures, unmeasured where it was measured before."""
    if not item.stash[_AGAIN]:
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
