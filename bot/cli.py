"""The command line: « coop-bot serve », « setup », « doctor » … each says what it did, and fails with a sentence.

Each command imports what it needs when it runs: « --help » and the demo’s supervisor start at once.
"""

import asyncio
import logging
import os
import sys
import traceback
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from bot.clock import utc_now
from bot.operator.arguments import parser
from bot.operator.errors import INTERRUPTED, OperatorError

if TYPE_CHECKING:
    from config.settings import Settings


def main(arguments: list[str] | None = None) -> int:
    """Run the command the operator typed: 0 when all went well, 1 for a fault, 2 for a wrong command or setting."""
    options = parser().parse_args(arguments)
    if options.command != "serve":
        hush()
    try:
        code = COMMANDS[options.command](options)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has enough (« | head »); nothing more may be written, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return _failed(error, getattr(options, "settings", None))


def hush() -> None:
    """What the bot logs while it serves would stand in the middle of a command’s own lines."""
    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def _failed(error: Exception, settings: "Settings | None") -> int:
    """One sentence; the traceback, whose lines may quote secrets, is for who asks for it."""
    from bot.operator.faults import as_sentence

    sentence = as_sentence(error, settings)
    if os.environ.get("COOP_LOG_LEVEL", "").upper() == "DEBUG":
        traceback.print_exception(error)
    if sentence is None:
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__}, {Path(place.filename).name}:{place.lineno}"
        sentence = OperatorError(f"erreur inattendue, à signaler ({where} ; COOP_LOG_LEVEL=DEBUG en dit plus).")
    print(f"coop-bot : {sentence}", file=sys.stderr)
    return sentence.code


def settings_of(options: Namespace) -> "Settings":
    """The settings from the environment and the env file, noted in the options for who explains a fault.

    Raises OperatorError where that file is missing, or says something that can’t be.
    """
    from sqlalchemy.exc import ArgumentError

    from bot.operator.places import text_of
    from config import settings as configuration
    from storage.database import async_url

    path: Path | None = options.env_file
    if path is not None and not path.is_file():
        raise OperatorError(
            f"Le fichier de réglages {path} n’existe pas, ou n’est pas un fichier : corrigez --env-file.", code=2
        )
    usual = path or Path(".env")
    is_there = usual.is_file()
    if is_there:
        text_of(usual)
    settings = configuration.read(usual if is_there else None)
    try:
        async_url(settings.database_url)
    except (ValueError, ArgumentError):
        raise OperatorError("COOP_DATABASE_URL : sqlite:///fichier.db ou postgresql://…", code=2) from None
    options.settings = settings
    return settings


def _serve(options: Namespace) -> int:
    from bot.app import serve
    from bot.operator.opening import data_dir_fault
    from storage import migrate

    settings = settings_of(options)
    if missing := settings.missing():
        raise OperatorError(f"Réglages manquants : {', '.join(missing)}. « coop-bot setup » les écrit.", code=2)
    if fault := settings.secret_fault():
        raise OperatorError(fault, code=2)
    if fault := data_dir_fault(settings, make=True):
        raise OperatorError(fault)

    async def run() -> None:
        await migrate.prepare(settings.database_url)
        await serve(settings)

    asyncio.run(run())
    return 0


def _migrate(options: Namespace) -> int:
    from storage import migrate

    change = asyncio.run(migrate.upgrade(settings_of(options).database_url))
    if change.before == change.after:
        print(f"La base de données est à jour (étape {change.after}). Rien à changer.")
    else:
        print(f"Base de données : de l’étape {change.before or 'vide'} à l’étape {change.after}.")
    return 0


def _setup(options: Namespace) -> int:
    from bot.operator.setup import setup

    return asyncio.run(setup(options, print))


def _doctor(options: Namespace) -> int:
    from bot.operator.doctor import examine

    return asyncio.run(examine(settings_of(options), options.admin_token, print))


def _role(options: Namespace) -> int:
    from bot.operator.register import role

    return asyncio.run(role(settings_of(options), options, utc_now()))


def _people(options: Namespace) -> int:
    from bot.operator.register import show

    return asyncio.run(show(settings_of(options), options))


def _backup(options: Namespace) -> int:
    from bot.operator.backup import backup

    return asyncio.run(backup(settings_of(options), options, utc_now()))


def _restore(options: Namespace) -> int:
    from bot.operator.backup import restored

    return asyncio.run(restored(settings_of(options), options))


def _import(options: Namespace) -> int:
    from bot.operator.transfer import import_cra

    return asyncio.run(import_cra(settings_of(options), options.file, utc_now))


def _export(options: Namespace) -> int:
    if options.kind == "stats":
        from bot.operator.stats_files import export_stats

        return asyncio.run(export_stats(settings_of(options), options, utc_now()))
    from bot.operator.transfer import export_cra

    return asyncio.run(export_cra(settings_of(options), options))


def _stats(options: Namespace) -> int:
    from bot.operator.stats import tell

    return asyncio.run(tell(settings_of(options), options))


def _demo_data(options: Namespace) -> int:
    from bot.operator.demo_data import demo_data

    return asyncio.run(demo_data(settings_of(options), options, utc_now().date()))


def _demo(options: Namespace) -> int:
    from bot.operator.demo import FOLDER, demo

    return asyncio.run(demo(options, FOLDER.absolute()))


COMMANDS: dict[str, Callable[[Namespace], int]] = {
    "serve": _serve,
    "migrate": _migrate,
    "setup": _setup,
    "doctor": _doctor,
    "role": _role,
    "people": _people,
    "backup": _backup,
    "restore": _restore,
    "import": _import,
    "export": _export,
    "stats": _stats,
    "demo-data": _demo_data,
    "demo": _demo,
}

if __name__ == "__main__":
    sys.exit(main())
