"""Child processes: started, started again when they die, stopped together in time."""

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cli.errors import OperatorError

AGAIN_AFTER, OFTEN_AFTER = 0.1, 1.5
"""The seconds before a child that died is started again, and before one that keeps dying at once is."""
SHORT_LIFE = 5.0
READY_WITHIN = 60.0
"""The most seconds that a child may take to become ready; one that died is noticed at once."""
GOODBYE = 2.0
"""The seconds that a child gets to end by itself."""
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


@dataclass(slots=True)
class Child:
    """A process with its log file; ``ready`` returns whether it answers."""

    name: str
    command: Sequence[str]
    log: Path
    ready: Callable[[], Awaitable[bool]]
    say: Callable[[str], None]
    process: asyncio.subprocess.Process | None = None
    _keeper: asyncio.Task[None] | None = field(default=None, init=False)

    async def start(self) -> None:
        """Start the process, if it is not running; ``until_ready`` waits for it."""
        if self.process is None:
            await self._spawn()

    async def _spawn(self) -> None:
        # The operator’s own COOP_* variables would win over the demo’s file.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("COOP_")}
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *self.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                # Ctrl-C goes to the whole group: the children are to be stopped in order.
                start_new_session=True,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            )

    async def until_ready(self) -> None:
        """Wait until the process answers, then restart it if it dies. Raises OperatorError if it does not answer."""
        assert self.process is not None
        for _ in range(int(READY_WITHIN / 0.05)):
            if self.process.returncode is not None:
                break
            if await self.ready():
                self._keeper = asyncio.create_task(self._keep())
                return
            await asyncio.sleep(0.05)
        raise OperatorError(f"{self.name} ne démarre pas (journal : {self.log}).\n{self._last_words()}")

    def _last_words(self) -> str:
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-5:])

    async def _keep(self) -> None:
        deaths = 0
        while self.process is not None:
            born = time.monotonic()
            code = await self.process.wait()
            self.say(f"{self.name} s’est arrêté (code {code}) : je le relance.")
            deaths = deaths + 1 if time.monotonic() - born < SHORT_LIFE else 0
            await asyncio.sleep(OFTEN_AFTER if deaths > 2 else AGAIN_AFTER)
            await self._spawn()

    async def stop(self) -> None:
        """Ask the process to end, and kill it if that takes too long."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        if self.process is None or self.process.returncode is not None:
            self.process = None
            return
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(self.process.wait(), GOODBYE)
            except TimeoutError:
                self.process.kill()
                await self.process.wait()
        self.process = None


def _die_with_parent() -> None:
    """Have the child killed with its parent, so that no child ever keeps a port."""
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
