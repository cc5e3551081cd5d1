"""The contract: every capture of the recorded servers passes here, or is listed with its reason."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest
import time_machine

from tests.wire import commands, rooms
from tests.wire.captures import VERSIONS
from tests.wire.report import verdict

RECORDED_IN = timezone(timedelta(hours=1))
"""Where the searches were made: `time_zone_offset` is 3600."""
REPLAYS = {"commands": commands.replay, "rooms": rooms.replay}


@pytest.fixture
def on_one_day() -> Iterator[None]:
    """The recorded posts are searched for by their day: shortly before midnight it is the next one already."""
    now = datetime.now(RECORDED_IN)
    if (later := now + timedelta(minutes=5)).date() == now.date():
        yield
        return
    with time_machine.travel(later):
        yield


@pytest.mark.recorded
@pytest.mark.usefixtures("on_one_day")
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("scenario", REPLAYS)
async def test_the_sandbox_answers_as_the_recorded_server(version: str, scenario: str) -> None:
    results = await REPLAYS[scenario](version)
    assert len(results) > 400
    problems = verdict(version, scenario, results)
    assert not problems, f"{len(problems)} captures\n" + "\n".join(problems[:80])
