"""How the operator’s commands are declared and run: with the settings they ask for, each failure one sentence."""

import asyncio
import logging
import os
import sys
import traceback
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec

import click
import structlog

from bot.clock import utc_now
from cli import usage
from cli.environment import read_settings
from cli.errors import OperatorError
from cli.faults import as_sentence
from cli.usage import Value
from config.settings import Settings
from storage.cra import files

P = ParamSpec("P")


class Touches(Enum):
    """What a command does to the configured database."""

    NOTHING = "nothing"
    READS = "reads"
    WRITES = "writes"


@dataclass
class Call:
    """A command as it was typed. ``clock`` says what time it is, ``finish`` runs what takes a loop."""

    env_file: Path | None = None
    clock: Callable[[], datetime] = field(default_factory=lambda: utc_now)
    finish: Callable[[Coroutine[Any, Any, int]], int] = asyncio.run
    known: Settings | None = None
    """The settings, once they were read."""

    @property
    def settings(self) -> Settings:
        """The settings of the environment and the env file; raises OperatorError where they can’t be."""
        if self.known is None:
            self.known = read_settings(self.env_file)
        return self.known


Run = Callable[Concatenate[Call, P], int | Coroutine[Any, Any, int]]
"""Does it, and returns what the process exits with: 0 done, 1 refused in words, 2 badly written."""


class Command(usage.Command):
    """A command of the operator’s; while one ``is_quiet``, nothing that libraries log stands between its lines."""

    def __init__(self, *args: Any, touches: Touches, is_quiet: bool, **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.touches = touches
        self.is_quiet = is_quiet

    def invoke(self, ctx: click.Context) -> int:
        """Run it; what it raises is told."""
        call = ctx.ensure_object(Call)
        call.env_file = ctx.find_root().params.get("env_file")
        if self.is_quiet:
            hush()
        try:
            code: int = super().invoke(ctx)
            sys.stdout.flush()
        except (click.ClickException, click.exceptions.Exit, BrokenPipeError):
            raise
        except Exception as error:
            return _report_failure(error, call.known)
        return code


def command(
    *, touches: Touches = Touches.NOTHING, exclusive: tuple[str, ...] = (), is_quiet: bool = True
) -> Callable[[Run[P]], Command]:
    """Declare what a command of the table in ``cli.main`` does; Click’s options and arguments stand below."""

    def declare(run: Run[P]) -> Command:
        @wraps(run)
        def callback(*args: P.args, **options: P.kwargs) -> int:
            call = click.get_current_context().find_object(Call)
            assert call is not None
            done = run(call, *args, **options)
            return done if isinstance(done, int) else call.finish(done)

        attributes = {"touches": touches, "exclusive": exclusive, "is_quiet": is_quiet}
        return click.command(run.__name__, cls=Command, help="", **attributes)(callback)

    return declare


def hush() -> None:
    """What the bot logs while it serves would stand in the middle of a command’s own lines."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def _report_failure(error: Exception, settings: Settings | None) -> int:
    """One sentence; the traceback, whose lines may quote secrets, is for who asks for it."""
    sentence = as_sentence(error, settings)
    if os.environ.get("COOP_LOG_LEVEL", "").upper() == "DEBUG":
        traceback.print_exception(error)
    if sentence is None:
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__}, {Path(place.filename).name}:{place.lineno}"
        sentence = OperatorError(f"erreur inattendue, à signaler ({where} ; COOP_LOG_LEVEL=DEBUG en dit plus).")
    print(f"coop-bot : {sentence}", file=sys.stderr)
    return sentence.code


DAY = Value(files.read_day)
ADMIN_TOKEN = "COOP_ADMIN_TOKEN"  # noqa: S105  (the variable’s name)

admin_token = click.option(
    "--admin-token",
    metavar="T",
    envvar=ADMIN_TOKEN,
    default="",
    help=f"jeton d’un administrateur système (ou variable {ADMIN_TOKEN}, que « ps » ne montre pas)",
)
"""The token of an administrator, lent for one command."""
from_file = click.argument("file", metavar="FICHIER", help="le fichier, ou « - » pour l’entrée standard")
"""The file that an import reads."""
json_list = click.option("--json", "as_json", is_flag=True, help="un tableau JSON, sur une ligne (docs/wire.md)")
json_object = click.option("--json", "as_json", is_flag=True, help="un objet JSON, sur une ligne (docs/wire.md)")
