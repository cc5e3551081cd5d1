"""How tests are spread over processes: what shares something dear to build is told by one of them."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_UN, flock
from pathlib import Path, PurePosixPath
from typing import Any
from zlib import crc32

import pytest
from xdist.scheduler import LoadScopeScheduling

_PLACE = re.compile(r"[\[-](?P<place>(?:real|[\d.]+)-(?:sqlite|postgres))(?=[-\]])")
HOUSES = 6
"""So many have the stories of one place: one for all of them would still be told when all else is done."""


class ByHouse(LoadScopeScheduling):  # type: ignore[misc]
    """The stories of some rooms in one place have one house, and those of the page one browser; others go by file."""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)


def group(nodeid: str) -> str:
    """What a test is told together with."""
    file, _, name = nodeid.partition("::")
    if "/browser/" in file:
        return "browser"
    place = _PLACE.search(name)
    return f"{place['place']} {_house(file)}" if place else file


def _house(file: str) -> int:
    """Its number: a room’s stories are told in the same one."""
    room = PurePosixPath(file).stem.split("_")[1]
    return crc32(room.encode()) % HOUSES


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: Any, log: Any) -> ByHouse:
    """Called where tests are spread (``-n``): in the order of their files, of which the last ones are small."""
    config.option.loadscopereorder = False
    return ByHouse(config, log)


@contextmanager
def first_alone(lock: Path, processes: int) -> Iterator[None]:
    """Do something beside other processes, but only once the first of them has done it; the last one removes the file,
    which is of this run."""
    with lock.open("a") as file:
        flock(file, LOCK_EX)
        if lock.stat().st_size:
            flock(file, LOCK_UN)
        try:
            yield
        finally:
            file.write(".")
    with suppress(FileNotFoundError):
        if lock.stat().st_size == processes:
            lock.unlink()


def ports(everybodys: range, worker: str, workers: int) -> range:
    """The ports that one of so many processes may give away, gw0 the first: two must never pick the same."""
    return everybodys[int(worker.removeprefix("gw") or 0) :: workers]


@pytest.fixture(scope="session", autouse=True)
def own_ports() -> None:
    """Let this process keep to its own."""
    from cli.demo import stage

    variables = os.environ.get
    workers = int(variables("PYTEST_XDIST_WORKER_COUNT", "1"))
    stage.PORTS = ports(stage.PORTS, variables("PYTEST_XDIST_WORKER", ""), workers)
