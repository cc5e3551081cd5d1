"""Child processes: started, started again when they die, stopped together in time."""

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.operator.errors import OperatorError

AGAIN_AFTER = 0.5
PATIENCE = 20.0
"""Seconds for a child to become ready."""
GOODBYE = 2.0
"""Seconds for a child to end by itself."""
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


@dataclass(slots=True)
class Child:
    """A process with its log file. ``ready`` says whether it answers."""

    name: str
    command: Sequence[str]
    log: Path
    ready: Callable[[], Awaitable[bool]]
    say: Callable[[str], None]
    process: asyncio.subprocess.Process | None = None
    _keeper: asyncio.Task[None] | None = field(default=None, init=False)

    async def start(self) -> None:
        """Start it, and return when it is ready; raises OperatorError with the end of its log when it does not come."""
        await self._spawn()
        await self._until_ready()
        self._keeper = asyncio.create_task(self._keep())

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

    async def _until_ready(self) -> None:
        assert self.process is not None
        for _ in range(int(PATIENCE / 0.05)):
            if self.process.returncode is not None:
                break
            if await self.ready():
                return
            await asyncio.sleep(0.05)
        raise OperatorError(f"{self.name} ne démarre pas (journal : {self.log}).\n{self._last_words()}")

    def _last_words(self) -> str:
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-5:])

    async def _keep(self) -> None:
        while self.process is not None:
            code = await self.process.wait()
            self.say(f"{self.name} s’est arrêté (code {code}) : je le relance.")
            await asyncio.sleep(AGAIN_AFTER)
            await self._spawn()

    async def stop(self) -> None:
        """Ask it to end; make it end when it takes too long."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        if self.process is None or self.process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(self.process.wait(), GOODBYE)
            except TimeoutError:
                self.process.kill()
                await self.process.wait()


def _die_with_parent() -> None:
    """Whatever becomes of the supervisor, no child is left behind holding its port."""
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGTERM)
