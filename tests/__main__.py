"""« make test »: the tests of minutes, side by side; what failed is told once more, alone, and named at the end.

« make test-all » tells the rest, too (tests/parts.py). What is reached of the product is measured in the first part.

Four processes on two cores: half of their time they wait, for a clock or a child.
« make test ROOM=stats » tells those of one room only, quickly: on the newest server, with SQLite; nothing is measured.
« make test DAY=2028-02-29T23:50 » tells them on another day.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fixed_day import NoSuchDayError, surroundings
from tests.measured import measuring, reached
from tests.parts import PARTS

ROOT = Path(__file__).resolve().parents[1]
LEAST = 95
"""Per cent of the product’s lines and branches that the tests must reach."""
SLOWEST = "--durations=20"
MOST = 40
"""So many failures are no accident: nothing is told again."""
QUICK = ("--mode", "11.2", "--database", "sqlite")


@dataclass(frozen=True, slots=True)
class Told:
    """How a run ended: pytest’s code; who failed and then passed; who failed twice."""

    code: int
    twice: Sequence[str] = ()
    never: Sequence[str] = ()

    def __str__(self) -> str:
        lines = [f"Raconté deux fois (échec, puis réussite) : {name}" for name in self.twice]
        return "\n".join([*lines, *(f"En échec : {name}" for name in self.never)])


def tell(folder: Path, *options: str, begun: Sequence[str] = ()) -> Told:
    """Tell the tests of a folder; then, in one process, those that failed: a busy machine can hold a story up.

    ``begun``: what comes between Python and pytest the first time.
    """
    code = _pytest(folder, "--cache-clear", *options, begun=begun)
    failed = _failed(folder)
    if code != pytest.ExitCode.TESTS_FAILED or len(failed) > MOST or not all("::" in name for name in failed):
        return Told(code, never=failed)
    code = _pytest(folder, *failed)
    never = _failed(folder)
    return Told(code, [name for name in failed if name not in never], never)


def _pytest(folder: Path, *options: str, begun: Sequence[str] = ()) -> int:
    command = [sys.executable, *begun, "-m", "pytest", *options]
    return subprocess.run(command, cwd=folder, env=_surroundings(), check=False).returncode


def _surroundings() -> dict[str, str]:
    """Those of this process, where code that was read once is kept: hundreds of programs begin by reading it all."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _failed(folder: Path) -> list[str]:
    """What pytest noted as failed in its last run; nothing where it never noted any."""
    noted = folder / ".pytest_cache" / "v" / "cache" / "lastfailed"
    return sorted(json.loads(noted.read_text("utf-8"))) if noted.exists() else []


def files_of(room: str) -> list[Path]:
    """The files of tests whose names have that word, in the browser too."""
    return [path for path in _files() if room in _words(path)]


def rooms() -> list[str]:
    """The words that files begin with."""
    return sorted({_words(path)[0] for path in _files()})


def _files() -> list[Path]:
    return [*sorted((ROOT / "tests").glob("test_*.py")), *sorted((ROOT / "tests" / "browser").glob("test_*.py"))]


def _words(path: Path) -> list[str]:
    return path.stem.split("_")[1:]


def main(arguments: Sequence[str]) -> int:
    """Tell what is asked for: 0 when all is well."""
    parser = argparse.ArgumentParser(prog="make test", description=__doc__)
    parser.add_argument("room", nargs="?", default="", metavar="ROOM")
    parser.add_argument("--processes", default="4")
    parser.add_argument("--day", default="", metavar="2028-02-29T23:50")
    parser.add_argument("--part", choices=PARTS, default="quick")
    asked = parser.parse_args(arguments)
    if asked.day:
        try:
            os.environ.update(surroundings(asked.day))
        except NoSuchDayError as problem:
            print(problem, file=sys.stderr)
            return 2
    spread = ("-n", asked.processes)
    if asked.room:
        return _tell_room(asked.room, spread)
    if asked.part == "rest":
        told = tell(ROOT, *spread, SLOWEST, "--part", asked.part)
        print(told)
        return told.code
    with tempfile.TemporaryDirectory(prefix="coop-measured-") as folder:
        noted = Path(folder) / "reached.json"
        told = tell(ROOT, *spread, SLOWEST, "--part", asked.part, begun=measuring(noted))
        found = reached(noted)
    print(found)
    print(told)
    return told.code or int(found.percent < LEAST)


def _tell_room(room: str, spread: Sequence[str]) -> int:
    found = files_of(room)
    if not found:
        print(f"ROOM={room} : aucun test de ce nom. Il y a : {', '.join(rooms())}.", file=sys.stderr)
        return 2
    return _pytest(ROOT, *spread, *QUICK, *map(str, found))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # else the tests would go on without « make »
    sys.exit(main(sys.argv[1:]))
