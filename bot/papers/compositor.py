"""Documents composed by typst in a process of its own, which takes with it what typst keeps of them."""

import atexit
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from threading import Lock, Timer
from typing import Any

TEMPLATES = Path(str(files("templates")))
PROGRAM = Path(__file__).with_name("compositor_program.py")
KEPT_S, DOCUMENTS_MAX = 60.0, 40
"""Seconds without a document after which the process ends, and documents after which another takes its place: the first
of each costs 50 ms more, and typst would keep some 90 MB of forty, for ever."""
COMPOSED_IN_S = 60.0
"""The most seconds that composing documents may take."""


class NotComposedError(Exception):
    """A document was not composed; its text is what typst says."""


@dataclass(frozen=True, slots=True)
class AskedDocument:
    """A document: a template of templates/reports, its data, and typst’s options for the file."""

    template: str
    told: Mapping[str, Any]
    form: Mapping[str, Any]

    def describe(self) -> dict[str, Any]:
        """Describe it for the program."""
        source, fonts = TEMPLATES / "reports" / f"{self.template}.typ", TEMPLATES / "fonts"
        places = {"source": str(source), "root": str(TEMPLATES), "fonts": str(fonts)}
        return places | {"page": json.dumps(self.told), "form": dict(self.form)}


class Compositor:
    """Composes what any thread asks for, one request after the other; those of one request in parallel."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._left = 0
        self._ending: Timer | None = None

    @property
    def pid(self) -> int | None:
        """The id of the process; None while there is none."""
        process = self._process
        return process.pid if process else None

    def compose(self, asked: Sequence[AskedDocument]) -> list[bytes]:
        """Return the documents. Raises NotComposedError; a process that ended meanwhile is not asked again."""
        with self._lock:
            process = self._find_process()
            self._left -= len(asked)
            try:
                return _ask(process, [each.describe() for each in asked])
            except (OSError, ValueError) as problem:
                self._left = 0
                raise NotComposedError(f"the program ended: {problem}") from problem
            finally:
                if self._left > 0:
                    self._end_later()
                else:
                    self._end()

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def _find_process(self) -> "subprocess.Popen[bytes]":
        if self._ending:
            self._ending.cancel()
        if self._process and self._process.poll() is not None:
            self._end()
        if self._process is None:
            program, pipe, null = [sys.executable, "-P", str(PROGRAM)], subprocess.PIPE, subprocess.DEVNULL
            self._process = subprocess.Popen(program, stdin=pipe, stdout=pipe, stderr=null)  # noqa: S603 (our own)
            self._left = DOCUMENTS_MAX
        return self._process

    def _end_later(self) -> None:
        self._ending = Timer(KEPT_S, self.close)
        self._ending.daemon = True
        self._ending.start()

    def _end(self) -> None:
        if self._ending:
            self._ending.cancel()
        if process := self._process:
            self._process = None
            process.kill()
            process.communicate()


def _ask(process: "subprocess.Popen[bytes]", asked: Sequence[Mapping[str, Any]]) -> list[bytes]:
    """Return the documents that a process makes. Raises NotComposedError, and ValueError or OSError where it ends."""
    assert process.stdin
    assert process.stdout
    limit = Timer(COMPOSED_IN_S, process.kill)
    limit.start()
    try:
        process.stdin.write(json.dumps(asked).encode() + b"\n")
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
        made = [process.stdout.read(size) for size in answer["sizes"]]
    finally:
        limit.cancel()
    if [*map(len, made)] != answer["sizes"]:
        raise ValueError("it ended within a document")
    if answer["fault"]:
        names = ", ".join(Path(each["source"]).name for each in asked)
        raise NotComposedError(f"{names}: {answer['fault']}")
    return made


compositor = Compositor()
atexit.register(compositor.close)
