"""The blows that befall the stage, one after the other; each is noted when it begins, and when its cause is removed."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.children import ROOT, clean_environment
from tests.drill.checker import Window
from tests.drill.plan import DrillPlan
from tests.drill.stage import Process, Stage, new_version
from tests.fixed_day import SITE
from tests.support.backups import LATER, LATER_STEP

AGAIN_S = 3.0
"""Seconds after which a supervisor starts anew what was killed."""
NOTICED_S = 2.0
"""Seconds after which somebody, or a program, promotes the standby."""
SKEW_S = 300


@dataclass
class Blows:
    """Strikes the stage; ``windows`` are the blows so far, ``faults`` what did not go as it should."""

    plan: DrillPlan
    stage: Stage
    environment: Mapping[str, str]
    windows: list[Window] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    _code: Path = ROOT

    async def strike(self) -> None:
        """Strike all blows of the plan, in turn."""
        await asyncio.sleep(self.plan.first_blow_s)
        for name in self.plan.blows:
            begun = time.perf_counter()
            print(f"… {name}", file=sys.stderr, flush=True)
            await self._known[name]()
            over = time.perf_counter()
            await asyncio.sleep(self.plan.pause_s)
            self.windows.append(Window(name, begun, over, time.perf_counter()))

    @property
    def _known(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        kills = {f"kill{n}": lambda each=each: self._kill(each) for n, each in enumerate(self.stage.replicas, 1)}
        return {
            **kills,
            "upgrade": self._upgrade,
            "failover": lambda: self.stage.pair.fail_over(NOTICED_S),
            "mattermost": self._leave,
            "cut": self._cut,
            "clocks": self._skew,
        }

    async def _kill(self, replica: Process) -> None:
        replica.kill()
        await asyncio.sleep(AGAIN_S)
        await replica.start()

    async def _upgrade(self) -> None:
        """Upgrade to a version with one more migration: announce it, migrate while all serve, then replace one replica
        after the other; the version before is refused from then on."""
        self._code = await asyncio.to_thread(new_version, self.stage.folder, LATER_STEP, f"v{LATER}_drill.py")
        for arguments, wanted in ((("--check",), 1), ((), 0), (("--check",), 0)):
            code, said = await self._coop_bot(self._code, "migrate", *arguments)
            if code != wanted:
                self.faults.append(f"migrate {' '.join(arguments)} : {code}, {said}")
        for replica in self.stage.replicas:
            replica.code = self._code
            await self._restart(replica)
        code, said = await self._coop_bot(ROOT, "serve")
        if code != 2 or "version plus récente" not in said or len(said.splitlines()) != 1:
            self.faults.append(f"l’ancienne version n’est pas refusée en une phrase : {code}, {said}")

    async def _coop_bot(self, code: Path, *words: str) -> tuple[int, str]:
        """Run the operator’s command of a version; return its exit code and its output."""
        run = "import sys; from cli.main import main; sys.exit(main())"
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-c", run, *words],
            cwd=code,
            env=clean_environment() | dict(self.environment) | {"COOP_DATA_DIR": str(self.stage.folder)},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        return done.returncode, (done.stdout + done.stderr).strip()

    async def _leave(self) -> None:
        """Stop Mattermost for a while, as for an upgrade of its own."""
        await self.stage.mattermost.stop()
        await asyncio.sleep(self.plan.away_s)
        await self.stage.mattermost.start()

    async def _cut(self) -> None:
        """Cut the link between the second replica and the database."""
        self.stage.link.cut()
        await asyncio.sleep(self.plan.cut_s)
        self.stage.link.mend()

    async def _skew(self) -> None:
        """Set two clocks five minutes off, one fast and one slow."""
        ahead, behind = self.stage.replicas[1:]
        await asyncio.gather(self._is_off(ahead, SKEW_S), self._is_off(behind, -SKEW_S))
        await asyncio.sleep(self.plan.skewed_s)
        await asyncio.gather(*(self._restart(replica) for replica in (ahead, behind)))

    async def _is_off(self, replica: Process, by: float) -> None:
        """Restart a replica with a clock that is so many seconds fast."""
        await replica.stop()
        await replica.start(ready="/healthz", TESTS_AHEAD_S=str(by), PYTHONPATH=f"{SITE}:{ROOT}")

    async def _restart(self, replica: Process) -> None:
        await replica.stop()
        await replica.start()
