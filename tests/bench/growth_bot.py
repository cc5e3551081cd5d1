"""The bot of tests/bench/growth.py: `coop-bot serve` that does what a line on its standard input says, and answers with
a line of JSON: ``hours N`` moves its clock, ``jobs`` runs every job once, ``look`` says what it holds."""

import asyncio
import ctypes
import gc
import json
import sys
import threading
import tracemalloc
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

from bot import logs
from bot.app import GARBAGE_AFTER, App
from bot.clock import utc_now
from commands import FEATURES
from config import settings

FRAMES = 25
SMALL = 30
"""Fewer entries are no growth worth a look."""
REMEMBERING = type(lru_cache(len))
OWN = tuple(f"/{name}/" for name in ("bot", "commands", "config", "dialogs", "storage"))


class Ahead:
    """A clock that goes ahead by hours."""

    hours = 0.0

    def __call__(self) -> datetime:
        return utc_now() + timedelta(hours=self.hours)


async def serve(traced: bool) -> None:
    """Run the bot until its standard input ends."""
    gc.set_threshold(GARBAGE_AFTER)
    ahead = Ahead()
    app = App(settings.read(), FEATURES, ahead)
    await app.start()
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := (await reader.readline()).decode().split():
        said: object = None
        if line[0] == "hours":
            ahead.hours += float(line[1])
        elif line[0] == "jobs":
            await _run_jobs(app, line[1])
        else:
            said = look(traced)
        print(json.dumps(said), flush=True)
    await app.stop()


async def _run_jobs(app: App, period: str) -> None:
    """Run each job once, as if it were due."""
    for name in sorted(app.jobs.schedules):
        await app.runs.run(("job", name), period)


def look(traced: bool) -> dict[str, Any]:
    """Say what this process holds, once garbage and free memory are given back."""
    said: dict[str, Any] = {"before": _kilobytes(), "garbage": gc.collect() + gc.collect(), "collected": _kilobytes()}
    ctypes.CDLL("libc.so.6").malloc_trim(0)
    said |= {
        "kB": _kilobytes(),
        "malloc": _allocated(),
        "files": Counter(_files()),
        "threads": threading.active_count(),
    }
    said["tasks"] = Counter(getattr(t.get_coro(), "__qualname__", "?") for t in asyncio.all_tasks())
    held = gc.get_objects()
    said["types"] = Counter(f"{type(each).__module__}.{type(each).__qualname__}" for each in held)
    said["sizes"] = _sizes(held)
    said["sites"] = _sites() if traced else {}
    return said


def _kilobytes() -> int:
    """Read the memory that is this process’s own."""
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()[1:]
    return next(
        int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines) if name == "Anonymous"
    )


class _Mallinfo(ctypes.Structure):
    """What the C library says of its memory (mallinfo2), in bytes."""

    _names = ("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "used", "free", "keepcost")
    _fields_ = tuple((name, ctypes.c_size_t) for name in _names)


def _allocated() -> dict[str, int]:
    asked = ctypes.CDLL("libc.so.6").mallinfo2
    asked.restype = _Mallinfo
    told = asked()
    return {"in use": (told.used + told.hblkhd) // 1024, "free": told.free // 1024}


def _files() -> Iterator[str]:
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            yield str(entry.readlink()).partition(":[")[0]


def _sizes(held: list[Any]) -> dict[str, int]:
    """Count the entries of each collection and memory of results, by where it is."""
    names = _names(held)
    sizes: Counter[str] = Counter()
    for each in held:
        if isinstance(each, REMEMBERING):
            info = each.cache_info()
            wrapped = getattr(each, "__wrapped__", each)
            sizes[f"lru {wrapped!r:.80} of {info.maxsize}"] = info.currsize
            continue
        for other in (each, *(r for r in gc.get_referents(each) if type(r) is dict and not gc.is_tracked(r))):
            if isinstance(other, dict | list | set | deque) and len(other) >= SMALL:
                sizes[names.get(id(other), f"{type(other).__name__} {id(other)}")] += len(other)
    return dict(sizes)


def _names(held: list[Any]) -> dict[int, str]:
    """Name collections by the module or the object whose attribute they are."""
    names: dict[int, str] = {}
    for each in held:
        if isinstance(each, ModuleType):
            pairs: Any = vars(each).items()
            owner = each.__name__
        elif isinstance(each, dict | list | set | tuple):
            continue
        else:
            owner = f"{type(each).__module__}.{type(each).__qualname__}"
            slots = [s for c in type(each).__mro__ for s in getattr(c, "__slots__", ()) if isinstance(s, str)]
            try:
                pairs = {**getattr(each, "__dict__", {}), **{s: getattr(each, s) for s in slots if hasattr(each, s)}}
                pairs = pairs.items()
            except Exception:
                continue
        for name, value in pairs:
            if isinstance(value, dict | list | set | deque):
                names.setdefault(id(value), f"{owner}.{name}")
    return names


def _sites() -> dict[str, int]:
    """Sum what is allocated by the line that asked for it and the line of ours on whose behalf."""
    taken: Counter[str] = Counter()
    for trace in tracemalloc.take_snapshot().traces:
        frames = [f"{frame.filename}:{frame.lineno}" for frame in reversed(trace.traceback)]
        if "growth_bot" in frames[0] or "tracemalloc" in frames[0]:
            continue
        ours = next((f for f in frames if any(o in f for o in OWN) and "site-packages" not in f), "-")
        taken[f"{_short(frames[0])} < {_short(ours)}"] += trace.size
    return {site: size for site, size in taken.items() if size > 2000}


def _short(frame: str) -> str:
    return "/".join(frame.split("/")[-3:])


if __name__ == "__main__":
    traced = "--traced" in sys.argv
    if traced:
        tracemalloc.start(FRAMES)
    logs.configure("WARNING", sys.stderr)
    asyncio.run(serve(traced))
