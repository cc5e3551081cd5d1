"""The demo stopped: whenever the signal comes, on a busy machine too, none of its processes is left."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cli.demo.command import AT_LAST
from cli.demo.stage import free_port
from tests.support.house import wait_until

pytestmark = pytest.mark.slow

PROMISED = 5.0
"""Seconds within which everything has ended; the machine of a test may be much slower than that of a person."""
GENEROUS = 4 * PROMISED
START = 100.0
"""Seconds for a demo to be ready, or to be on its way beside busy loops, at most."""


def left(folder: Path) -> list[str]:
    """The processes that have to do with a folder: the demo’s children name it in their command."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue  # it ended meanwhile
            if str(folder) in command:
                found.append(f"{process.name} {command}")
    return found


@contextmanager
def busy(loops: int = 4) -> Iterator[None]:
    """Other things that the machine has to do."""
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(loops)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


@contextmanager
def demo(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """« coop-bot demo » in a process of its own, whose lines go to a file."""
    ports = ["--port", str(free_port()), "--bot-port", str(free_port()), "--no-open"]
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen([sys.executable, "-m", "cli", "demo", *ports], cwd=folder, stdout=said, stderr=said)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def ended(process: subprocess.Popen[bytes], folder: Path, number: signal.Signals) -> str:
    """Send the signal, wait until nothing is left, and tell how long that took."""
    began = time.monotonic()
    process.send_signal(number)
    await wait_until(lambda: process.poll() is not None and not left(folder), within=GENEROUS)
    # Where the machine was too busy for a good end, the system made one.
    assert process.returncode in {0, -signal.SIGALRM}, (folder / "said").read_text()
    return f"{number.name} : {time.monotonic() - began:.1f} s"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where one demo after another is at work: the first to be ready has filled it."""
    return tmp_path_factory.mktemp("demo")


async def test_no_process_is_left_whenever_the_signal_comes(folder: Path) -> None:
    """While it starts for the first time, and once it is ready; the machine is busy whenever the signal comes."""
    with busy(), demo(folder) as process:
        await wait_until(lambda: bool(left(folder)), within=START)
        print(f"pendant le démarrage, {await ended(process, folder, signal.SIGTERM)}")
    with demo(folder) as process:
        await wait_until(lambda: "Prêt" in (folder / "said").read_text(), within=START)
        assert len(left(folder)) == 2
        with busy():
            print(f"une fois prêt, {await ended(process, folder, signal.SIGTERM)}")


DEAF = """
import asyncio, os, signal, time
from cli.demo.command import wait_for_stop

async def work():
    os.kill(os.getpid(), signal.SIGTERM)
    print(signal.getitimer(signal.ITIMER_REAL)[0], flush=True)
    while True:
        try:
            await asyncio.sleep(0)
        except asyncio.CancelledError:
            time.sleep(1000)

asyncio.run(wait_for_stop(work()))
"""
"""Something that says when its system ends it, and neither gives way nor lets others work."""


@pytest.mark.skipif(sys.platform != "linux", reason="the system’s own alarm and the end of children are Linux’s")
def test_the_system_itself_ends_a_demo_in_time_whatever_it_is_at() -> None:
    """No load of the machine puts that off: the alarm is set as soon as the signal is there, and needs nobody."""
    began = time.monotonic()
    ended = subprocess.run([sys.executable, "-c", DEAF], capture_output=True, check=False, text=True)
    print(f"sourd : {time.monotonic() - began:.1f} s")
    assert ended.returncode == -signal.SIGALRM, ended.stderr
    assert 0 < float(ended.stdout) <= AT_LAST < PROMISED


async def test_children_that_do_not_listen_end_all_the_same(folder: Path) -> None:
    """Stopped in their tracks they hear no SIGTERM, and go when the demo does."""
    with demo(folder) as process:
        await wait_until(lambda: "Prêt" in (folder / "said").read_text(), within=START)
        for child in left(folder):
            os.kill(int(child.split()[0]), signal.SIGSTOP)
        print(f"enfants sourds, {await ended(process, folder, signal.SIGTERM)}")


async def test_children_die_with_a_demo_that_is_killed(tmp_path: Path) -> None:
    with demo(tmp_path) as process:
        await wait_until(lambda: bool(left(tmp_path)), within=START)
        os.kill(process.pid, signal.SIGKILL)
        await wait_until(lambda: not left(tmp_path), within=GENEROUS)
