"""Measure (l), channels: the first « channels sync » of a whole team, then « channels check » beside a bare loop."""

import asyncio
import json
import re
import sqlite3
import sys
import time
from dataclasses import dataclass
from hashlib import sha256

from tests.bench.children import ROOT, clean_environment
from tests.bench.figures import Figure
from tests.bench.team import COORDINATES, PLACES, Team

CLI = """
import sys
from cli.main import main
from tests.bench.pages_by_hand import peak_mb
code = main()
print(f"PEAK {peak_mb():.1f}", file=sys.stderr)
sys.exit(code)
"""
MORE_CALLS, MOST_MB = 150, 150
CLEAN = 0


@dataclass(frozen=True, slots=True)
class Ran:
    """The result of one run: calls, those that may change something, seconds, peak of memory in MB, and its output."""

    code: int
    calls: int
    writes: int
    seconds: float
    peak: float
    out: str
    lines: int = 0
    """Lines that told how far it is."""

    def __str__(self) -> str:
        return f"{self.calls} appels, {self.seconds:.1f} s, {self.peak:.0f} Mo"


@dataclass(frozen=True, slots=True)
class Looked:
    """A check beside a bare loop over the same pages, and whether the database changed."""

    bot: Ran
    bare: Ran
    wrote: bool

    @property
    def is_frugal(self) -> bool:
        """Whether the check found no drift, wrote nothing, and made few calls besides the pages."""
        quiet = self.bot.code == CLEAN and not self.wrote and not self.bot.writes
        return quiet and self.bot.calls - self.bare.calls <= MORE_CALLS


async def measure(team: Team) -> list[Figure]:
    """Measure a sync, then a check, which finds in order what the sync made."""
    synced = await sync(team)
    looked = await look(team)
    place = f"{_channels(looked.bot)} canaux, {len(team.ids)} personnes"
    written = "a écrit" if looked.wrote or looked.bot.writes else "rien d’écrit"
    return [
        Figure(
            f"(l) channels sync, le premier, {place}",
            f"{synced} ({synced.calls / synced.seconds:.0f}/s), {synced.lines} lignes d’avancement",
            f"au moins {_least(team)} appels",
            "tout en place",
            synced.code == CLEAN and looked.bot.code == CLEAN,
        ),
        Figure(
            f"(l) channels check sans écart, {place}",
            f"{looked.bot}, {written}",
            str(looked.bare),
            f"≤ {MORE_CALLS} appels de plus, rien d’écrit, ≤ {MOST_MB} Mo",
            looked.is_frugal and looked.bot.peak <= MOST_MB,
        ),
    ]


async def sync(team: Team) -> Ran:
    """Make and fill all channels."""
    return await _run(team, "-c", CLI, "channels", "sync")


async def look(team: Team) -> Looked:
    """Check the channels, and read the same pages by hand."""
    before = _digest(team)
    bot = await _run(team, "-c", CLI, "channels", "check", "--json")
    wrote = _digest(team) != before
    token = team.variables["COOP_BOT_TOKEN"]
    bare = await _run(team, "-m", "tests.bench.pages_by_hand", team.server.url, token, team.site.team_id)
    told = json.loads(bare.out)
    return Looked(bot, Ran(bare.code, told["calls"], 0, told["seconds"], told["peak"], bare.out), wrote)


async def _run(team: Team, *command: str) -> Ran:
    team.server.calls.clear()
    begun = time.perf_counter()
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        cwd=ROOT,
        env=clean_environment() | team.variables,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, told = (printed.decode() for printed in await child.communicate())
    seconds = time.perf_counter() - begun
    if child.returncode not in (0, 3):
        raise RuntimeError(f"{command} failed: {told[-2000:]}")
    peak = re.search(r"^PEAK ([\d.]+)$", told, re.MULTILINE)
    calls, writes = team.server.calls.total(), team.server.writes
    return Ran(child.returncode, calls, writes, seconds, float(peak[1]) if peak else 0.0, out, told.count("canaux"))


def _least(team: Team) -> int:
    """Compute the least number of calls: pages of the team; a channel made, filled by fifties, its leaders set."""
    a_channel = -(-len(team.ids) // len(PLACES))
    return len(team.ids) // 200 + 1 + len(PLACES) * (1 + -(-a_channel // 50)) + len(team.ids[::COORDINATES])


def _channels(checked: Ran) -> int:
    return int(json.loads(checked.out)["channels"])


def _digest(team: Team) -> str:
    """Compute a digest of the whole database."""
    stored = sqlite3.connect(team.database_url.removeprefix("sqlite:///"))
    try:
        return sha256("\n".join(stored.iterdump()).encode()).hexdigest()
    finally:
        stored.close()
