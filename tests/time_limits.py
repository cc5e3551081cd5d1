"""A test that takes too long, in itself or in a fixture, is one failed test, and never the end of the run.

Each part of a test has its own time, which begins and ends inside of what pytest takes for a failure of that part. What
counted the whole of it (pytest-timeout) stopped it between two parts, too, which ends the process; and it stopped it
only once, which nobody hears of where a task of its own is what takes long.
"""

import gc
import signal
from collections.abc import Generator

import pytest

SECONDS = 120.0
"""The time of a part of a test; ``@pytest.mark.timeout(300)`` gives a test more."""
AGAIN_S = 5.0
"""Seconds after which what did not stop is stopped again."""


class TooSlow(BaseException):
    """A test took too long. It is no ``Exception``, lest the test or a library takes it for something else."""


def _in_time(item: pytest.Item) -> Generator[None]:
    """Stop this part of a test once its time is over."""
    mark = item.get_closest_marker("timeout")
    seconds = float(mark.args[0]) if mark else SECONDS

    def stop(*_: object) -> None:
        raise TooSlow(f"more than {seconds:g} s")

    try:
        signal.signal(signal.SIGALRM, stop)
        signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN_S)
        try:
            return (yield)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    finally:  # it may be stopped just where it ends
        signal.setitimer(signal.ITIMER_REAL, 0)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None]:
    """Stop fixtures that take too long."""
    return (yield from _in_time(item))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Stop a test that takes too long."""
    return (yield from _in_time(item))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """Stop what is cleared up for too long."""
    return (yield from _in_time(item))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Write a failure down while nothing is cleared away: a task that was stopped would say so in the middle of it, and
    Python 3.11 fails where it is to read a source for the one while it reads another for the other."""
    was_looked_for = gc.isenabled()
    gc.disable()
    try:
        return (yield)
    finally:
        if was_looked_for:
            gc.enable()
