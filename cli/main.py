"""The command line, and how the process that was asked for one of its commands ends."""

import atexit
import codecs
import gc
import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from threading import current_thread, main_thread

import click

from cli.catalogue import COMMANDS
from cli.errors import INTERRUPTED
from cli.usage import CommandGroup, Value, explain
from cli.version import say_version

# At its end a process gives all its memory back at once: to look through it for garbage first took a third of a short
# command’s time.
atexit.register(gc.freeze)


@click.group(
    cls=CommandGroup,
    commands=COMMANDS,
    help="Le bot Mattermost des conseillers numériques.",
    subcommand_metavar="commande",
    # Lines are as wide as the terminal.
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 1_000},
)
@click.option(
    "--env-file",
    metavar="F",
    type=Value(Path),
    help="fichier de réglages (sinon .env, s’il est là)",
)
@click.option("--verbose", is_flag=True, help="montrer aussi la trace de ce qui échoue")
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=say_version, help="dire sa version"
)
def coop_bot(env_file: Path | None, verbose: bool) -> None:
    """Group all of the operator’s commands; each reads these two options when it needs them."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command the operator typed: 0 when all went well, 1 for a fault, 2 for a wrong command or setting."""
    print_anywhere()
    try:
        with _stoppable(), coop_bot.make_context("coop-bot", sys.argv[1:] if arguments is None else arguments) as ctx:
            code: int = coop_bot.invoke(ctx)
            return code
    except click.UsageError as error:
        print(explain(error), file=sys.stderr)
        return error.exit_code
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has enough (« | head »); nothing more may be written, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def print_anywhere() -> None:
    """Let output work on any terminal: characters that it lacks are escaped, which JSON reads as the same, instead of
    raising an error."""
    codecs.register_error("as-json", _as_json)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="as-json")


def _as_json(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


@contextmanager
def _stoppable() -> Iterator[None]:
    """Let SIGTERM interrupt a command like Ctrl-C, so that it cleans up; some commands handle both themselves."""
    if current_thread() is not main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(*_: object) -> None:
    """Interrupt the command as Ctrl-C does, even one in the background, where Ctrl-C is ignored."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        raise KeyboardInterrupt
    signal.raise_signal(signal.SIGINT)


if __name__ == "__main__":
    sys.exit(main())
