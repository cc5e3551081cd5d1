"""`python -m tests.bench.run_through [--list]`: how many of the project's files and functions one act passes through.

The three acts are told as stories are, in the same house: an animatrice types « /moderer masquer », somebody in need
writes a line in the thread of a ticket, the operator runs « channels sync ». What is counted are the frames entered
from the act until nothing is left to be delivered.
"""

import asyncio
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from bot import watchlist
from tests.people import unique
from tests.support.hotline import Hotline, helpdesk
from tests.support.house import ASKS_EVERY, reply_in_thread
from tests.support.membership import ChannelWorkplace, channel_workplace, register_team, room
from tests.support.moderation import MeasureStage, known, measure_stage

__all__ = ["channel_workplace", "helpdesk", "known", "measure_stage", "room"]

ROOT = Path(__file__).resolve().parents[2]
ROOMS = tuple(f"{ROOT / name}/" for name in ("bot", "cli", "commands", "config", "dialogs", "storage", "templates"))


@contextmanager
def traced(act: str, *, listed: bool) -> Iterator[None]:
    """Print how many files and functions are entered in the block."""
    entered: defaultdict[str, set[str]] = defaultdict(set)

    def note(frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(ROOMS) and not code.co_name.startswith("<"):
            entered[code.co_filename.removeprefix(f"{ROOT}/")].add(code.co_qualname)

    sys.setprofile(note)
    try:
        yield
    finally:
        sys.setprofile(None)
    print(f"\n{act}: {len(entered)} files, {sum(map(len, entered.values()))} functions")
    for file in sorted(entered) if listed else ():
        print(f"  {file}: {', '.join(sorted(entered[file]))}")


@pytest.fixture
async def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a house’s bot ask where its features listen as seldom as it does elsewhere: that is no part of an act."""
    monkeypatch.setattr(watchlist, "WATCHES_EVERY", 3600.0)
    await asyncio.sleep(ASKS_EVERY + 2 * watchlist.BREATH)


@pytest.fixture
def listed(request: pytest.FixtureRequest) -> bool:
    """Whether each file is printed, with its functions."""
    return bool(request.config.getoption("--verbose") >= 0)


@pytest.mark.parametrize("room", ["11.2"], indirect=True)
@pytest.mark.parametrize("channel_workplace", ["sqlite"], indirect=True)
async def test_channels_are_synced(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str], listed: bool
) -> None:
    await register_team(channel_workplace)
    await channel_workplace.checks(capsys)  # what is imported by then is no part of the act
    with capsys.disabled(), traced("channels sync", listed=listed):
        await channel_workplace.syncs(capsys)


async def test_a_message_is_hidden(stage: MeasureStage, quiet: None, listed: bool) -> None:
    post = await stage.lea.says(unique("Une pique"), stage.place)
    await stage.house.settled()
    with traced("masquer", listed=listed):
        await stage.moderates(f"masquer {stage.link(post)} propos blessants")
        await stage.stands(post, there=False)
        await stage.house.settled()


async def test_a_line_comes_to_the_hotline(helpdesk: Hotline, quiet: None, listed: bool) -> None:
    ticket, receipt = await helpdesk.asks(helpdesk.juliette, unique("L’export reste vide"))
    await helpdesk.is_where(ticket)
    await helpdesk.house.settled()
    with traced("a hotline line", listed=listed):
        await reply_in_thread(helpdesk.juliette, receipt, "Toujours rien")
        await helpdesk.under(helpdesk.agathe, await helpdesk.card(ticket), "Toujours rien")
        await helpdesk.house.settled()


if __name__ == "__main__":
    verbose = ["-v"] if "--list" in sys.argv[1:] else []
    where = ["--mode", "11.2", "--database", "sqlite"]
    command = [sys.executable, "-m", "pytest", __file__, "-s", "-p", "no:cacheprovider", *where, *verbose]
    sys.exit(subprocess.run(command, cwd=ROOT, check=False).returncode)
