"""How the operator’s commands run: with the settings they need, and one sentence for each failure.

Modules that only some commands need (settings, database, event loop) are imported on demand, so that simple commands
start at once.
"""

import gc
import logging
import os
import sys
import traceback
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.errors import OperatorError
from cli.usage import load

if TYPE_CHECKING:
    from config.settings import Settings


def read_clock() -> datetime:
    """Return the current time, in UTC."""
    now: datetime = load("bot.clock:utc_now")()
    return now


def _finish(work: Coroutine[Any, Any, int | None]) -> int | None:
    code: int | None = load("cli.environment:run_in_loop")(work)
    return code


@dataclass
class Call:
    """A command that was typed. ``clock`` returns the time, ``finish`` runs a coroutine."""

    env_file: Path | None = None
    clock: Callable[[], datetime] = field(default_factory=lambda: read_clock)
    finish: Callable[[Coroutine[Any, Any, int | None]], int | None] = _finish
    known: "Settings | None" = None
    """The settings, once they were read."""

    @property
    def settings(self) -> "Settings":
        """The settings of the environment and the env file. Raises OperatorError."""
        if self.known is None:
            self.known = load("cli.environment:read_settings")(self.env_file)
        return self.known


def run(ctx: click.Context, where: str) -> int:
    """Run the function of a command, report what it raises, and return the exit code: its own, or 0 done, 1 refused,
    2 wrong usage."""
    call = ctx.ensure_object(Call)
    call.env_file = ctx.find_root().params.get("env_file")
    try:
        function = load(where)
        keep_imports()
        hush()
        check_days(ctx.params)
        done = function(call, **ctx.params)
        code = call.finish(done) if isinstance(done, Coroutine) else done
        sys.stdout.flush()
    except (click.ClickException, click.exceptions.Exit, BrokenPipeError):
        raise
    except Exception as error:
        return _report_failure(error, call.known, is_verbose=ctx.find_root().params.get("verbose", False))
    return code or 0


def check_days(params: Mapping[str, object]) -> None:
    """Raise OperatorError if the first day is after the last: an empty result would hide the slip."""
    first, last = (params.get(name) for name in ("start", "end"))
    if isinstance(first, date) and isinstance(last, date) and first > last:
        raise OperatorError("--from : ce jour est après celui de --to.", code=2)


@cache
def keep_imports() -> None:
    """Exclude imported objects from garbage collection, which took a tenth of the time of a command that needs all
    features."""
    gc.freeze()  # once: only to count what is frozen already goes through all of it


def hush() -> None:
    """Silence the bot’s log, which would mix with the command’s output; « serve » turns it on."""
    if structlog := sys.modules.get("structlog"):
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def _report_failure(error: Exception, settings: "Settings | None", *, is_verbose: bool) -> int:
    """Print a failure as one sentence; its traceback, which may quote secrets, only with --verbose."""
    sentence: OperatorError | None = load("cli.faults:as_sentence")(error, settings)
    if is_verbose or os.environ.get("COOP_LOG_LEVEL", "").upper() == "DEBUG":
        traceback.print_exception(error)
    if sentence is None:
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__}, {Path(place.filename).name}:{place.lineno}"
        sentence = OperatorError(f"erreur inattendue, à signaler ({where} ; « coop-bot --verbose … » en dit plus).")
    print(f"coop-bot : {sentence}", file=sys.stderr)
    return sentence.code
