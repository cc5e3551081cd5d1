"""How the operator’s commands are run: with the settings they ask for, each failure one sentence.

What only some need (settings, the database, the loop) is imported when it is asked for: a text is read at once.
"""

import gc
import logging
import os
import sys
import traceback
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.errors import OperatorError
from cli.usage import load

if TYPE_CHECKING:
    from config.settings import Settings


def read_clock() -> datetime:
    """Return what time it is, in UTC."""
    now: datetime = load("bot.clock:utc_now")()
    return now


def _finish(work: Coroutine[Any, Any, int]) -> int:
    code: int = load("cli.environment:run_in_loop")(work)
    return code


@dataclass
class Call:
    """A command as it was typed. ``clock`` says what time it is, ``finish`` runs what takes a loop."""

    env_file: Path | None = None
    clock: Callable[[], datetime] = field(default_factory=lambda: read_clock)
    finish: Callable[[Coroutine[Any, Any, int]], int] = _finish
    known: "Settings | None" = None
    """The settings, once they were read."""

    @property
    def settings(self) -> "Settings":
        """The settings of the environment and the env file; raises OperatorError where they can’t be."""
        if self.known is None:
            self.known = load("cli.environment:read_settings")(self.env_file)
        return self.known


def run(ctx: click.Context, where: str) -> int:
    """Run the function of a command, and return what the process exits with: 0 done, 1 refused in words, 2 badly
    written; what it raises is told."""
    call = ctx.ensure_object(Call)
    call.env_file = ctx.find_root().params.get("env_file")
    try:
        function = load(where)
        keep_imports()
        hush()
        check_days(ctx.params)
        done = function(call, **ctx.params)
        code: int = done if isinstance(done, int) else call.finish(done)
        sys.stdout.flush()
    except (click.ClickException, click.exceptions.Exit, BrokenPipeError):
        raise
    except Exception as error:
        return _report_failure(error, call.known, is_verbose=ctx.find_root().params.get("verbose", False))
    return code


def check_days(params: Mapping[str, object]) -> None:
    """Raise OperatorError for a first day after the last one: an empty answer would hide the slip."""
    first, last = (params.get(name) for name in ("start", "end"))
    if isinstance(first, date) and isinstance(last, date) and first > last:
        raise OperatorError("--from : ce jour est après celui de --to.", code=2)


def keep_imports() -> None:
    """Leave what was imported, which stays, out of every later look for garbage: that took a tenth of the time of a
    command that needs all features."""
    if not gc.get_freeze_count():
        gc.freeze()


def hush() -> None:
    """Silence the bot’s log, whose lines would stand in the middle of a command’s own; « serve » begins to log once it
    runs."""
    if structlog := sys.modules.get("structlog"):
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def _report_failure(error: Exception, settings: "Settings | None", *, is_verbose: bool) -> int:
    """Say in one sentence what failed; the traceback, whose lines may quote secrets, is for who asks for it."""
    sentence: OperatorError | None = load("cli.faults:as_sentence")(error, settings)
    if is_verbose or os.environ.get("COOP_LOG_LEVEL", "").upper() == "DEBUG":
        traceback.print_exception(error)
    if sentence is None:
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__}, {Path(place.filename).name}:{place.lineno}"
        sentence = OperatorError(f"erreur inattendue, à signaler ({where} ; « coop-bot --verbose … » en dit plus).")
    print(f"coop-bot : {sentence}", file=sys.stderr)
    return sentence.code
