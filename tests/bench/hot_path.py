"""`python -m tests.bench.hot_path CHECKOUT`: « /cra » opened and stored, beside an earlier commit and bare programs.

Each is a process of its own; they have their turns in one run, so that what slows the machine slows all of them. Two
figures for each: requests a second, ten at once, and the processor time of a request, which other programs disturb less
(of what is stored, with its receipt).
"""

import argparse
import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import aiohttp

from tests.bench import store
from tests.bench.children import ROOT, Child, bot, free_port, program
from tests.bench.client import Chatter
from tests.bench.load import Run, closed
from tests.bench.store import Stores
from tests.bench.stub import PEOPLE, Stub
from tests.bench.submissions import today

BEFORE, NOW, BARE, WHOLE = "before", "now", "bare", "whole"
PATIENCE_S = 120

Turn = Callable[[], Awaitable[Run]]
"""What is measured, of what was made ready before."""


@dataclass(frozen=True, slots=True)
class _Race:
    """Programs that do the same, each in its turn."""

    what: str
    programs: Mapping[str, Child]
    ready: Callable[[str], Awaitable[Turn]]

    async def run(self, rounds: int) -> None:
        """Print the medians of so many rounds, after one that warms up."""
        rates: dict[str, list[float]] = {name: [] for name in self.programs}
        costs: dict[str, list[float]] = {name: [] for name in self.programs}
        for _ in range(rounds + 1):
            for name, child in self.programs.items():
                turn, begun = await self.ready(name), child.processor
                run = await turn()
                rates[name].append(run.rate)
                costs[name].append((child.processor - begun) / run.done * 1000)
        rate = {name: median(found[1:]) for name, found in rates.items()}
        for name, found in costs.items():
            ratios = ", ".join(f"{rate[name] / rate[each]:.2f} of {each}" for each in rate if each != NOW)
            print(f"{self.what}, {name}: {rate[name]:.0f}/s ({ratios}); {median(found[1:]):.2f} ms", flush=True)


@dataclass(frozen=True, slots=True)
class _Track:
    """Where races are run: the side of Mattermost, a folder, the earlier checkout, numbers of requests and rounds."""

    chatter: Chatter
    folder: Path
    before: Path
    count: int
    rounds: int

    async def opened(self) -> None:
        """Race from « /cra » typed until its dialog is open."""
        chatter = self.chatter
        async with AsyncExitStack() as stack:
            urls = {name: f"sqlite:///{self.folder}/opening-{name}.db" for name in (BEFORE, NOW)}
            programs = await self._bots(stack, urls)
            opening, port = self.folder / "dialog.json", free_port()
            opening.write_text(json.dumps(chatter.stub.dialog))
            by_hand = ["-m", "tests.bench.commands_by_hand", str(port), chatter.stub.url, str(opening)]
            programs[BARE] = await stack.enter_async_context(program(by_hand, port, "/readyz", {}))

            async def ready(name: str) -> Turn:
                chatter.url = programs[name].url
                chatter.stub.forget()
                return lambda: closed(chatter.opens, self.count)

            await _Race("opened", programs, ready).run(self.rounds)

    async def stored(self, stores: Mapping[str, Stores]) -> None:
        """Race from a dialog sent until it is accepted."""
        async with AsyncExitStack() as stack:
            programs = await self._bots(stack, {name: each.bot for name, each in stores.items()})
            for name in (BEFORE, NOW):
                await (await self._sending(programs[name], programs[name], receipts=True))()
            post = self.folder / "post.json"
            post.write_text(json.dumps(next(iter(self.chatter.stub.posts.values()))))
            # Each writes where nobody else does: the bare one has the other database of before.
            for name, own, more in ((BARE, BEFORE, ()), (WHOLE, NOW, (self.chatter.stub.url, str(post)))):
                like, port = stores[NOW], free_port()
                hand = stores[own].raw(stores[own].hand)
                by_hand = ["-m", "tests.bench.submissions_by_hand", str(port), like.raw(like.bot), hand, *more]
                programs[name] = await stack.enter_async_context(program(by_hand, port, "/readyz", {}))

            async def ready(name: str) -> Turn:
                opens = programs[NOW if name in (BARE, WHOLE) else name]
                return await self._sending(opens, programs[name], receipts=name != BARE)

            await _Race(f"stored, {like.name}", programs, ready).run(self.rounds)

    async def _bots(self, stack: AsyncExitStack, urls: Mapping[str, str]) -> dict[str, Child]:
        programs = {}
        for name, code in ((BEFORE, self.before), (NOW, ROOT)):
            folder = self.folder / name
            folder.mkdir(exist_ok=True)
            programs[name] = await stack.enter_async_context(bot(self.chatter.stub.url, urls[name], folder, code))
            self.chatter.url = programs[name].url
            await closed(self.chatter.opens, PEOPLE, 1)
        return programs

    async def _sending(self, opens: Child, takes: Child, *, receipts: bool) -> Turn:
        """Open so many dialogs; the turn is to send them."""
        chatter, count = self.chatter, self.count
        chatter.url = opens.url
        bodies = await chatter.dialogs(count, today())
        chatter.stub.forget()

        async def send() -> Run:
            chatter.url = takes.url
            run = await closed(lambda number: chatter.sends(bodies[number]), count)
            if receipts:
                await chatter.stub.until_posts(run.done, PATIENCE_S)
            return run

        return send


async def measure(before: Path, parts: str, count: int, rounds: int) -> None:
    """Print each figure of these parts: o(pened), s(qlite), p(ostgresql)."""
    async with _chatter() as chatter:
        with tempfile.TemporaryDirectory(prefix="coop-bench-") as name:
            track = _Track(chatter, Path(name), before, count, rounds)
            if "o" in parts:
                await track.opened()
            if "s" in parts:
                await track.stored({each: await store.sqlite(Path(name), each) for each in (BEFORE, NOW)})
            if "p" in parts:
                async with store.postgresql() as server:
                    assert server is not None, "no PostgreSQL on this machine"
                    async with store.databases(server) as first, store.databases(server) as second:
                        await track.stored({BEFORE: first, NOW: second})


@asynccontextmanager
async def _chatter() -> AsyncIterator[Chatter]:
    stub = Stub()
    await stub.start()
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield Chatter(session, stub)
    await stub.stop()


def main() -> None:
    """Read which checkout is « before », and how much is measured."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.hot_path")
    parser.add_argument("before", type=Path, help="a checkout of an earlier commit (git worktree add)")
    parser.add_argument("parts", nargs="?", default="osp", help="o: opened, s: stored on SQLite, p: on PostgreSQL")
    parser.add_argument("--count", type=int, default=500, help="requests of a turn")
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    asyncio.run(measure(asked.before, asked.parts, asked.count, asked.rounds))


if __name__ == "__main__":
    main()
