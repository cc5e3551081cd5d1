"""`python -m tests.bench.peers`: « /cra » → dialog opened → answered, by the bot, bare aiohttp, and others’ frameworks.

Each framework is installed into an environment of its own, in a folder that goes away; where pip does not reach it,
that is said, and it is left out. They are favoured: one session for what goes out, no check of tokens or signatures, a
dialog made beforehand. The bot checks token and role, and seals the state of the dialog.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import IO

import aiohttp

from tests.bench.children import bot, clean_environment, free_port, resident, stop
from tests.bench.client import FORM, JSON, Chatter
from tests.bench.load import closed
from tests.bench.stub import PEOPLE, Stub

HERE = Path(__file__).parent / "peer_programs"
BARE = Path(__file__).with_name("commands_by_hand.py")
ROUNDS, COMMANDS = 5, 400


@dataclass(frozen=True, slots=True)
class Peer:
    """A framework: what pip installs, its program, the path that takes commands, and in which form: ``telegram`` as
    Telegram’s updates."""

    name: str
    packages: Sequence[str]
    program: str
    path: str = "/commands"
    takes: str = "form"


PEERS = (
    Peer("slack-bolt", ("slack-bolt", "aiohttp"), "slack_bolt_app.py"),
    Peer("aiogram", ("aiogram",), "aiogram_app.py", takes="telegram"),
)
INSTALLED_S = 300


def install(peer: Peer, folder: Path) -> Path | None:
    """Install a framework into an environment of its own; its Python, or None where pip does not reach it."""
    place = folder / peer.name
    python = place / "bin" / "python"
    for command in (
        [sys.executable, "-m", "venv", str(place)],
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *peer.packages],
    ):
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=INSTALLED_S, env=clean_environment())
        except (subprocess.SubprocessError, OSError):
            print(f"{peer.name} : pip ne l’installe pas ici, non mesuré.", file=sys.stderr)
            return None
    return python


def make_body(takes: str, number: int, chatter: Chatter) -> tuple[bytes, dict[str, str]]:
    """Make a command in the form that a framework takes."""
    form = chatter.command(number)
    if takes == "form":
        return form, FORM
    sender = {"id": 1, "is_bot": False, "first_name": "Zoé"}
    said = {"message_id": number, "date": 1, "chat": {"id": 1, "type": "private"}, "from": sender}
    update = {"update_id": number, "message": said | {"text": f"/cra trigger{number}"}}
    return json.dumps(update).encode(), JSON


@dataclass(frozen=True, slots=True)
class Program:
    """A running program: where it takes commands, in which form, and its process."""

    url: str
    takes: str
    pid: int


async def open_form(program: Program, chatter: Chatter, number: int) -> bool:
    """Send a command; return whether it is answered with 200 and its dialog was opened."""
    body, head = make_body(program.takes, number, chatter)
    async with chatter.session.post(program.url, data=body, headers=head) as reply:
        await reply.read()
        return reply.status == 200 and f"trigger{number}" in chatter.stub.opened


async def measure(chatter: Chatter, programs: Mapping[str, Program]) -> Mapping[str, list[float]]:
    """Measure how many forms a second each program opens, ten at once, one program after the other, round by round."""
    rates: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(ROUNDS):
        for name, program in programs.items():
            chatter.stub.forget()
            run = await closed(partial(open_form, program, chatter), COMMANDS)
            if run.failed:
                print(f"{name} : {run.failed} sans réponse ou sans formulaire.", file=sys.stderr)
            rates[name].append(run.rate)
    return rates


@asynccontextmanager
async def started(python: Path | str, program: Path, stub: Stub, opening: Path) -> AsyncIterator[tuple[str, int]]:
    """Run a program until the end of the block; its address and process."""
    port = free_port()
    command = [str(python), str(program), str(port), stub.url, str(opening)]
    with tempfile.TemporaryFile() as said:
        process = _begin(command, said)
        try:
            await until_listening(process, port)
            yield f"http://127.0.0.1:{port}", process.pid
        except TimeoutError:
            said.seek(0)
            raise RuntimeError(f"{program.name}: {said.read().decode()[-2000:]}") from None
        finally:
            stop(process)


def _begin(command: Sequence[str], said: IO[bytes]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(command, env=clean_environment() | {"PYTHONPATH": ""}, stdout=said, stderr=said)


async def until_listening(process: "subprocess.Popen[bytes]", port: int) -> None:
    """Wait until something listens. Raises TimeoutError, also where the process ends before."""
    async with asyncio.timeout(60):
        while process.poll() is None:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return
    raise TimeoutError


def pin(programs: Sequence[int]) -> None:
    """Put the programs on one core, and this process on another, so that the generator disturbs none of them."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > 1:
        for process in programs:
            for thread in Path(f"/proc/{process}/task").iterdir():
                os.sched_setaffinity(int(thread.name), {cores[1]})
        os.sched_setaffinity(0, {cores[0]})


async def compare(chatter: Chatter, folder: Path) -> None:
    """Start all programs, measure, and print a line for each."""
    async with AsyncExitStack() as stack:
        tested = await stack.enter_async_context(bot(chatter.stub.url, f"sqlite:///{folder}/peers.db", folder))
        chatter.url = tested.url
        await closed(chatter.opens, PEOPLE, 1)
        opening = folder / "dialog.json"
        opening.write_text(json.dumps(chatter.stub.dialog))
        programs = {"coop-bot": Program(f"{tested.url}/commands", "form", tested.process.pid)}
        bare = await stack.enter_async_context(started(sys.executable, BARE, chatter.stub, opening))
        programs["aiohttp nu"] = Program(f"{bare[0]}/commands", "form", bare[1])
        for peer in PEERS:
            if python := install(peer, folder):
                url, pid = await stack.enter_async_context(started(python, HERE / peer.program, chatter.stub, opening))
                programs[peer.name] = Program(f"{url}{peer.path}", peer.takes, pid)
        pin([program.pid for program in programs.values()])
        rates = await measure(chatter, programs)
        bare_rate = median(rates["aiohttp nu"])
        for name, program in programs.items():
            rate = median(rates[name])
            print(f"{name:<12} {rate:6.0f}/s  {rate / bare_rate:.2f} de aiohttp nu  {resident(program.pid):4.0f} Mo")


async def main() -> None:
    """Measure once."""
    stub = Stub()
    await stub.start()
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        with tempfile.TemporaryDirectory(prefix="coop-peers-") as name:
            await compare(Chatter(session, stub), Path(name))
    await stub.stop()


if __name__ == "__main__":
    asyncio.run(main())
