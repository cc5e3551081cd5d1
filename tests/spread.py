"""How tests are spread over processes: what shares something dear to build is told by one of them."""

import re
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

_PLACE = re.compile(r"[\[-](?P<place>(?:real|[\d.]+)-(?:sqlite|postgres))(?=[-\]])")


class ByHouse(LoadScopeScheduling):  # type: ignore[misc]
    """The stories of one place have one house, and those of the browser one browser; other tests go by file."""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)


def group(nodeid: str) -> str:
    """What a test is told together with."""
    file, _, name = nodeid.partition("::")
    place = _PLACE.search(name)
    if "/browser/" in file:
        return f"browser {place['place'] if place else ''}"
    return place["place"] if place else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: Any, log: Any) -> ByHouse:
    """Called where tests are spread (``-n``)."""
    return ByHouse(config, log)
