"""An hour of an animateur’s work on the demo: what it does is shown where it was asked for, not in a second message."""

from pathlib import Path

import pytest

from cli.demo import stage
from cli.demo.plan import Plan
from tests.support import hour

HER_MOST = 15
"""Messages that she may be sent; there were 38, of which 9 said that something was « terminé »."""


@pytest.mark.slow
async def test_an_hour_of_work_brings_few_messages(tmp_path: Path) -> None:
    plan = Plan(tmp_path, stage.free_port(), stage.free_port(), "11.6")
    async with stage.run(plan, print):
        received = await hour.play(plan.url)
    assert received.count <= HER_MOST, received
    assert not [text for text in received.direct if "terminé" in text and text.startswith("✅")]
    assert not [text for text in received.notices if "coop" in text], "what the bot did in channels is not told there"
