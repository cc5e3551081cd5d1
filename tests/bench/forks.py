"""Bots, and other programs of tests, forked from a process that has read all of their code.

Each is a process of its own, with its own environment and end, begun without the two seconds of processor time that
reading takes. What is measured is started anew.
"""

import atexit
import gc
import json
import os
import runpy
import select
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

_CODE = struct.Struct("i")
_LONGEST = 1_000_000


class RunningProcess(Protocol):
    """What is done with a process, whether it was started or forked."""

    @property
    def pid(self) -> int:
        """Its id."""

    def poll(self) -> int | None:
        """Return its exit code once it has ended."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""

    def send_signal(self, sig: int) -> None:
        """Send it a signal."""

    def kill(self) -> None:
        """End it at once."""


@dataclass(slots=True)
class Fork:
    """A bot that was forked; how it ended comes through ``status``."""

    pid: int
    status: int
    returncode: int | None = None

    def poll(self) -> int | None:
        """Return its exit code once it has ended, negative for a signal."""
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end. Raises TimeoutExpired."""
        code = self._ended(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("a forked bot", timeout or 0)
        return code

    def send_signal(self, sig: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):  # it ends just now, and its status is on its way
                os.kill(self.pid, sig)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def _ended(self, seconds: float | None) -> int | None:
        if self.returncode is None and select.select([self.status], [], [], seconds)[0]:
            told = os.read(self.status, _CODE.size)
            os.close(self.status)
            self.returncode = _CODE.unpack(told)[0] if told else -signal.SIGKILL
        return self.returncode


class ForkServer:
    """The process that has read the code, begun when it is first asked for a bot; it ends with this one."""

    def __init__(self) -> None:
        self._door: socket.socket | None = None

    def spawn(
        self, words: Sequence[str], environment: Mapping[str, str], out: IO[bytes], errors: IO[bytes], folder: Path
    ) -> Fork:
        """Begin ``python words`` in that folder: « -c » and a program, or « -m » and a module, and what it is told."""
        if self._door is None:
            self._door = _begin(folder)
        read, write = os.pipe()
        asked = json.dumps({"words": [*words], "environment": {**environment}, "folder": str(folder)}).encode()
        socket.send_fds(self._door, [asked], [out.fileno(), errors.fileno(), write])
        os.close(write)
        return Fork(_CODE.unpack(self._door.recv(_CODE.size))[0], read)


def _begin(folder: Path) -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        command = [sys.executable, "-m", "tests.bench.forks", str(theirs.fileno())]
        bare = {name: value for name, value in os.environ.items() if not name.startswith("COOP_")}
        process = subprocess.Popen(command, cwd=folder, env=bare, pass_fds=[theirs.fileno()])
    atexit.register(_end, ours, process)
    return ours


def _end(door: socket.socket, process: "subprocess.Popen[bytes]") -> None:
    door.close()
    process.wait()


def serve(door: socket.socket) -> int:
    """Fork a bot whenever one is asked for, and tell how each ended; a fork returns its own exit code."""
    bots: dict[int, tuple[int, int]] = {}
    """By a file that is readable once it has ended: its process, and where its end is told."""
    while True:
        ends, _, _ = select.select([door.fileno(), *bots], [], [])
        for end in bots.keys() & ends:
            _tell(end, *bots.pop(end))
        if door.fileno() not in ends:
            continue
        asked, given, _, _ = socket.recv_fds(door, _LONGEST, 3)
        if not asked:
            return 0
        *written, status = given
        if (pid := os.fork()) == 0:
            return _become(json.loads(asked), written, [door.detach(), status, *_flat(bots)])
        for each in written:
            os.close(each)
        bots[os.pidfd_open(pid)] = pid, status
        door.send(_CODE.pack(pid))


def _tell(end: int, pid: int, status: int) -> None:
    with suppress(BrokenPipeError):  # who asked for it wants to know no more
        os.write(status, _CODE.pack(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])))
    os.close(end)
    os.close(status)


def _flat(bots: Mapping[int, tuple[int, int]]) -> list[int]:
    return [each for end, (_, status) in bots.items() for each in (end, status)]


def _become(asked: Mapping[str, Any], written: Sequence[int], others: Sequence[int]) -> int:
    """Be the bot that was asked for, until it ends."""
    for each in others:
        os.close(each)
    for file, each in zip((sys.stdout, sys.stderr), written, strict=True):
        os.dup2(each, file.fileno())
        os.close(each)
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    time.tzset()
    option, what, *told = asked["words"]
    sys.argv = [option, *told]
    if option == "-m":
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        exec(what, {"__name__": "__main__"})
    return 0


def _read_all() -> None:
    """Read what a bot, and the others, read at their start. None gives way to others: beside four processes of tests it
    would not come to its turn."""
    os.nice = lambda _: 0
    gc.disable()
    import tests.support.work  # noqa: F401

    gc.enable()
    gc.freeze()


if __name__ == "__main__":
    _read_all()
    sys.exit(serve(socket.socket(fileno=int(sys.argv[1]))))
