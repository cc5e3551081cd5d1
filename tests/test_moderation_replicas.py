"""Stories: two replicas, in processes of their own, look at the same messages, each with a memory of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.bench.children import COOP_BOT, Child, environment_of, free_port, program, use_forks
from tests.people import Person
from tests.support.house import plain, wait_for
from tests.support.moderation import RuleStage, rule_stage

__all__ = ["rule_stage"]


pytestmark = [pytest.mark.replicas, pytest.mark.both_databases]


@asynccontextmanager
async def another(stage: RuleStage, folder: Path) -> AsyncIterator[Child]:
    """A replica in a process of its own."""
    port, settings = free_port(), stage.house.settings
    own = {"port": port, "public_url": f"http://{settings.host}:{port}", "data_dir": folder}
    environment = environment_of(settings.model_copy(update=own)) | {"COOP_DATA_DIR": str(folder)}
    use_forks()
    async with program(["-c", COOP_BOT, "serve"], port, "/readyz", environment) as child:
        yield child


async def hears(child: Child) -> None:
    """Wait until a replica’s websocket is up: what it reads again later than what comes, it counts in that order."""
    async with aiohttp.ClientSession() as session:

        async def is_up() -> bool:
            async with session.get(f"{child.url}/metrics") as reply:
                return "\ncoop_websocket_up 1.0\n" in await reply.text()

        await wait_for(is_up)


async def floods(stage: RuleStage, who: Person) -> None:
    """Somebody writes four messages at once: the rule takes no more of them."""
    for number in range(4):
        await who.says(f"Message {number}", stage.place)


async def cards(stage: RuleStage, who: Person) -> int:
    """How many cards stand about somebody."""
    return sum(f"@{who.username}" in plain(post) for post in await stage.ana.reads(stage.room))


async def test_what_both_find_is_one_case_and_what_one_finds_is_one_too(stage: RuleStage, tmp_path: Path) -> None:
    await stage.tunes("flood proposer 4 en 1h")
    async with another(stage, tmp_path) as child:
        await hears(child)
        await floods(stage, stage.lea)
        await stage.said(f"@{stage.lea.username}")
        await stage.is_idle()
        await stage.house.stop()
        await hears(child)
        await floods(stage, stage.paul)
        await stage.said(f"@{stage.paul.username}")
        await stage.house.start()
        await stage.is_idle()
        for who in (stage.lea, stage.paul):
            (case,) = await stage.cases(who)
            assert [hit.case_id for hit in await stage.hits()].count(case.id) == 1
        assert [await cards(stage, who) for who in (stage.lea, stage.paul)] == [1, 1]
