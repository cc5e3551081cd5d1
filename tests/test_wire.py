"""The contract: every capture of the recorded servers passes here, or is listed with its reason."""

import pytest

from tests.wire import commands, rooms
from tests.wire.captures import VERSIONS
from tests.wire.report import verdict

REPLAYS = {"commands": commands.replay, "rooms": rooms.replay}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("scenario", REPLAYS)
async def test_the_sandbox_answers_as_the_recorded_server(version: str, scenario: str) -> None:
    results = await REPLAYS[scenario](version)
    assert len(results) > 400
    problems = verdict(version, scenario, results)
    assert not problems, f"{len(problems)} captures\n" + "\n".join(problems[:80])
