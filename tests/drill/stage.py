"""The processes of the drill, each on ports of loopback: Mattermost, the balancer, three replicas, the databases."""

import asyncio
import shutil
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.children import COOP_BOT, ROOT, clean_environment, free_port, resident, spawn, stop, until_ready
from tests.bench.forks import RunningProcess
from tests.drill.cluster import Cluster

BALANCER = ROOT / "deploy" / "haproxy.cfg"
LINK = """
defaults
    mode tcp
    timeout connect 5s
    timeout client 1h
    timeout server 1h
listen first
    bind 127.0.0.1:{first}
    server db 127.0.0.1:{to_first}
listen standby
    bind 127.0.0.1:{standby}
    server db 127.0.0.1:{to_standby}
"""
"""A way to both databases that can be held up: nothing comes through any more, and nobody is told so."""


@dataclass(slots=True)
class Process:
    """A program that is started again and again, with one log."""

    name: str
    url: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    ready: str
    log: Path
    code: Path = ROOT
    process: RunningProcess | None = None

    async def start(self, ready: str = "", **more: str) -> float:
        """Start the program with further variables, and wait until it is ready; return the seconds that took."""
        begun = time.perf_counter()
        with self.log.open("ab") as log:
            self.process = spawn(self.arguments, {**self.environment, **more}, log, self.code)
        try:
            await until_ready(self.process, self.url + (ready or self.ready))
        except TimeoutError:
            raise RuntimeError(f"{self.name} is not ready:\n{self.log.read_text('utf-8')[-3000:]}") from None
        return time.perf_counter() - begun

    async def stop(self) -> None:
        """Ask the program to end, and wait for that."""
        if self.process:
            await asyncio.to_thread(stop, self.process)

    def kill(self) -> None:
        """Kill the program in the middle of what it does."""
        if self.process:
            self.process.kill()
            self.process.wait()

    @property
    def pid(self) -> int:
        """The id of the process."""
        assert self.process
        return self.process.pid

    @property
    def runs(self) -> bool:
        """Whether the process is alive."""
        return self.process is not None and self.process.poll() is None


@dataclass(frozen=True, slots=True)
class Size:
    """The size of a process at a moment: MB of memory, open files and threads; bytes written to its log."""

    at: float
    memory: float
    files: int
    threads: int
    log: int


def size(process: Process) -> Size | None:
    """Measure a process; None where it is not running."""
    if not process.runs:
        return None
    there = Path(f"/proc/{process.pid}")
    try:
        counts = len([*(there / "fd").iterdir()]), len([*(there / "task").iterdir()])
        return Size(time.time(), resident(process.pid), *counts, process.log.stat().st_size)
    except OSError:
        return None


class HeldLink:
    """The link of a replica to both databases, which can be cut without a word, and restored."""

    def __init__(self, pair: Cluster, folder: Path) -> None:
        self.ports = (free_port(), free_port())
        self._file = folder / "link.cfg"
        places = {"to_first": pair.first.port, "to_standby": pair.standby.port}
        self._file.write_text(LINK.format(first=self.ports[0], standby=self.ports[1], **places), "utf-8")
        self._process: subprocess.Popen[bytes] | None = None

    def open(self) -> None:
        """Let everything through."""
        self._process = _haproxy(self._file, {})

    def cut(self) -> None:
        """Let nothing through."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)

    def mend(self) -> None:
        """Let everything through again, beginning with what was sent meanwhile."""
        assert self._process
        self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """Close the link, cut or not."""
        if self._process:
            self._process.kill()
            self._process.wait()


def _haproxy(file: Path, environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    # In the foreground and without a master: the process that is started is the one that carries.
    command = ["haproxy", "-db", "-f", str(file)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command, env=clean_environment() | dict(environment), **quiet)  # type: ignore[call-overload,no-any-return]


def fault() -> str:
    """Say what the balancer lacks on this machine; "" where it has everything."""
    return "" if shutil.which("haproxy") else "HAProxy"


@dataclass(slots=True)
class Stage:
    """All processes. ``entrance`` is where Mattermost finds the bot: the balancer."""

    folder: Path
    pair: Cluster
    mattermost: Process
    entrance: str
    link: HeldLink
    replicas: list[Process] = field(default_factory=list)


@asynccontextmanager
async def balancer(port: int, replicas: Sequence[Process]) -> AsyncIterator[None]:
    """Run the balancer that operators are given (deploy/haproxy.cfg), before these three replicas."""
    places = {f"BOT{n}": each.url.removeprefix("http://") for n, each in enumerate(replicas, 1)}
    binds = {"BIND": port, "BIND_OUTSIDE": free_port(), "BIND_FIGURES": free_port()}
    environment = places | {name: f"127.0.0.1:{bound}" for name, bound in binds.items()}
    process = _haproxy(BALANCER, environment)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def server(folder: Path, bulk: Path) -> Process:
    """Make Mattermost, with everybody in it; its messages survive its stops."""
    port = free_port()
    kept = ["--snapshot", str(folder / "mattermost.db"), "--bulk", str(bulk)]
    arguments = ["-m", "sandbox", "--port", str(port), *kept]
    return Process(
        "Mattermost", f"http://127.0.0.1:{port}", arguments, {}, "/api/v4/system/ping", folder / "mattermost.log"
    )


def replica(number: int, folder: Path, environment: Mapping[str, str]) -> Process:
    """Make a replica of the bot, with a data folder of its own, as on a machine of its own."""
    port, own = free_port(), folder / f"replica-{number}"
    own.mkdir()
    told = {"COOP_PORT": str(port), "COOP_HOST": "127.0.0.1", "COOP_DATA_DIR": str(own)}
    place = f"http://127.0.0.1:{port}"
    log = folder / f"replica-{number}.log"
    return Process(f"réplique {number}", place, ["-c", COOP_BOT, "serve"], {**environment, **told}, "/readyz", log)


def new_version(folder: Path, migration: str, name: str) -> Path:
    """Make the code of today with one more migration, in a folder of its own."""
    made = folder / "new-version"
    for part in ("bot", "cli", "commands", "config", "dialogs", "storage", "templates"):
        shutil.copytree(ROOT / part, made / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", made)
    (made / "storage" / "migrations" / "versions" / name).write_text(migration, "utf-8")
    return made
