"""The programs under test, each in a process of its own on a port of loopback."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import aiohttp

from config.settings import Settings as BotSettings
from tests.bench.forks import ForkServer, RunningProcess

ROOT = Path(__file__).resolve().parents[2]
COOP_BOT = "import sys; from cli.main import main; sys.exit(main())"
SECRETS = {"COOP_BOT_TOKEN": "jeton-du-bot-" + "x" * 13, "COOP_COMMAND_TOKEN": "c" * 26, "COOP_SECRET": "s" * 40}
START_S, STOP_S, IDLE_S = 300, 10, 0.1


_forks: list[ForkServer] = []


def use_forks() -> None:
    """Fork bots from now on, where that can be done: nothing of their start is to be measured."""
    if not _forks and hasattr(os, "pidfd_open"):
        _forks.append(ForkServer())


@dataclass(frozen=True, slots=True)
class Child:
    """A running program; ``started_in`` is the time from its start to its first « ready », in seconds."""

    process: RunningProcess
    url: str
    started_in: float

    @property
    def resident(self) -> float:
        """The memory that the process holds, in MB."""
        return resident(self.process.pid)

    @property
    def processor(self) -> float:
        """The processor time that the process took so far, in seconds."""
        user, system = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def pin(self, core: int) -> None:
        """Keep the process on one core, so that generator and program do not disturb each other."""
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(self.process.pid, {cores[core % len(cores)]})


def resident(pid: int) -> float:
    """Return the memory that a process holds, in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    # One that ended a moment ago has no memory any more.
    kilobytes = next((line for line in status.splitlines() if line.startswith("VmRSS")), "VmRSS: 0 kB").split()[1]
    return int(kilobytes) / 1024


async def settled(child: Child) -> None:
    """Wait until a program has done what it does after its start, as the bot looks at all channels and reads its
    indexes: it takes next to no processor time for a second. Half a minute at most."""
    for _ in range(30):
        before = child.processor
        await asyncio.sleep(1)
        if child.processor - before < IDLE_S:
            return


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def program(
    arguments: Sequence[str], port: int, ready: str, environment: Mapping[str, str], code: Path = ROOT
) -> AsyncIterator[Child]:
    """Start ``python arguments`` on the code in that folder, wait until ``ready`` answers 200, and stop it at the
    end."""
    with tempfile.TemporaryFile() as errors:
        begun = time.perf_counter()
        process = spawn(arguments, environment, errors, code)
        try:
            url = f"http://127.0.0.1:{port}"
            await until_ready(process, url + ready)
            yield Child(process, url, time.perf_counter() - begun)
        except TimeoutError:
            errors.seek(0)
            raise RuntimeError(f"{arguments} is not ready:\n{errors.read().decode()[-2000:]}") from None
        finally:
            stop(process)


@asynccontextmanager
async def bot(
    mattermost_url: str, database_url: str, folder: Path, code: Path = ROOT, **more: str
) -> AsyncIterator[Child]:
    """Run `coop-bot serve` of the checkout in ``code`` on a server and a database, with further variables."""
    port = free_port()
    environment = settings(mattermost_url, database_url, folder, port) | more
    async with program(["-c", COOP_BOT, "serve"], port, "/readyz", environment, code) as child:
        yield child


def settings(mattermost_url: str, database_url: str, folder: Path, port: int) -> dict[str, str]:
    """Return the variables of a bot under test."""
    return SECRETS | {
        "COOP_MATTERMOST_URL": mattermost_url,
        "COOP_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "COOP_PORT": str(port),
        "COOP_HOST": "127.0.0.1",
        "COOP_TEAM": "cnum",
        "COOP_DATABASE_URL": database_url,
        "COOP_DATA_DIR": str(folder),
        "COOP_LOG_LEVEL": "WARNING",
        # A crowd pushes as hard as it can, not ten calls a second.
        "COOP_WORK_CALLS": "1000",
    }


def spawn(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    errors: IO[bytes],
    code: Path = ROOT,
    out: IO[bytes] | None = None,
) -> RunningProcess:
    """Start ``python arguments`` on the code in that folder, or fork a program where ``use_forks`` was called."""
    env = clean_environment() | dict(environment)
    with Path(os.devnull).open("wb") as nowhere:
        if _forks and code == ROOT:
            return _forks[0].spawn(arguments, env, out or nowhere, errors, code)
        return subprocess.Popen([sys.executable, *arguments], cwd=code, env=env, stdout=out or nowhere, stderr=errors)


@dataclass(frozen=True, slots=True)
class Ended:
    """A program that has ended: its exit code, and what it wrote."""

    code: int
    out: str
    errors: str


async def run(arguments: Sequence[str], environment: Mapping[str, str]) -> Ended:
    """Run ``python arguments`` to its end."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        process = spawn(arguments, environment, errors, out=out)
        code = await asyncio.to_thread(process.wait)
        out.seek(0)
        errors.seek(0)
        return Ended(code, out.read().decode(), errors.read().decode())


async def until_ready(process: RunningProcess, url: str) -> None:
    """Wait until an address answers 200. Raises TimeoutError, also where the process ends before."""
    async with aiohttp.ClientSession() as session, asyncio.timeout(START_S):
        while process.poll() is None:
            try:
                async with session.get(url) as reply:
                    if reply.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.01)
    raise TimeoutError


def stop(process: RunningProcess) -> None:
    """Ask a process to end; end it where it does not."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def clean_environment() -> dict[str, str]:
    """Return the environment without any setting of a bot, with modules compiled once as in the image."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("COOP_")}
    return {name: value for name, value in others.items() if name != "PYTHONDONTWRITEBYTECODE"}


def environment_of(settings: BotSettings) -> dict[str, str]:
    """Return the environment in which another process reads these settings; lists are passed as they are."""
    told = settings.model_dump(mode="json", exclude_unset=True)
    secrets = {name: getattr(settings, name).get_secret_value() for name in ("bot_token", "command_token", "secret")}
    plain = {name: str(value) for name, value in (told | secrets).items() if isinstance(value, str | int | float)}
    return clean_environment() | {f"COOP_{name.upper()}": value for name, value in plain.items()}
