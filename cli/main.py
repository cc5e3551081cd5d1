"""The command line: what the operator typed is found in the list of tools and run; a failure is one sentence."""

import codecs
import json
import logging
import os
import signal
import sys
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from io import TextIOWrapper
from itertools import chain
from pathlib import Path
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, Any

from bot.clock import utc_now
from cli import TOOLS
from cli.arguments import Parser
from cli.command import Call, Command, Tool
from cli.errors import INTERRUPTED, OperatorError

if TYPE_CHECKING:
    from config.settings import Settings

GROUPS = {
    "import": "faire entrer des données",
    "export": "faire sortir des données",
    "channels": "les canaux de l’équipe",
    "digest": "les numéros des actus",
    "search": "chercher comme une personne chercherait",
}
"""What the first word of two means."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command the operator typed: 0 when all went well, 1 for a fault, 2 for a wrong command or setting."""
    print_anywhere()
    options = parser().parse_args(arguments)
    command: Command = options.run
    if command.name != "serve":
        hush()
    try:
        with _stoppable():
            code = command.run(Call(options, utc_now))
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has enough (« | head »); nothing more may be written, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return _report_failure(error, getattr(options, "settings", None))


def parser(tools: Iterable[Tool] = TOOLS) -> Parser:
    """All commands with their arguments, in the order of the list."""
    root = Parser(prog="coop-bot", description="Le bot Mattermost des conseillers numériques.")
    root.add_argument("--env-file", type=Path, metavar="F", help="fichier de réglages (sinon .env, s’il est là)")
    root.add_argument("--version", action="version", version=f"coop-bot {version('coop-bot')}", help="dire sa version")
    commands = root.add_subparsers(dest="command", required=True, metavar="commande", title="commandes\u00a0")
    groups: dict[str, Any] = {}
    for command in chain.from_iterable(tool.commands for tool in tools):
        first, _, second = command.name.partition(" ")
        if second and first not in groups:
            group = commands.add_parser(first, help=GROUPS[first])
            groups[first] = group.add_subparsers(dest="kind", required=True, metavar="quoi", title="quoi\u00a0")
        place = groups[first] if second else commands
        own = place.add_parser(second or first, help=command.help)
        command.arguments(own)
        own.set_defaults(run=command)
    return root


def print_anywhere() -> None:
    """A terminal that has no « é » is shown « \\u00e9 », which JSON reads as the same letter, instead of an error."""
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
    """SIGTERM ends a command as Ctrl-C does, so that it puts away what is half done; some have ways of their own."""
    if current_thread() is not main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(*_: object) -> None:
    """As Ctrl-C, also for a command that was begun in the background, where Ctrl-C is ignored."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        raise KeyboardInterrupt
    signal.raise_signal(signal.SIGINT)


def hush() -> None:
    """What the bot logs while it serves would stand in the middle of a command’s own lines."""
    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def _report_failure(error: Exception, settings: "Settings | None") -> int:
    """One sentence; the traceback, whose lines may quote secrets, is for who asks for it."""
    from cli.faults import as_sentence

    sentence = as_sentence(error, settings)
    if os.environ.get("COOP_LOG_LEVEL", "").upper() == "DEBUG":
        traceback.print_exception(error)
    if sentence is None:
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__}, {Path(place.filename).name}:{place.lineno}"
        sentence = OperatorError(f"erreur inattendue, à signaler ({where} ; COOP_LOG_LEVEL=DEBUG en dit plus).")
    print(f"coop-bot : {sentence}", file=sys.stderr)
    return sentence.code


if __name__ == "__main__":
    sys.exit(main())
