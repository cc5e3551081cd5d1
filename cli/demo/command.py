"""« coop-bot demo »: the bot and an embedded Mattermost, two processes, with people and a history already there."""

import asyncio
import contextlib
import fcntl
import os
import signal
import sys
import tempfile
from collections.abc import Awaitable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cli.command import Call
from cli.demo import entrance
from cli.demo.cast import ADMIN, CAST, PASSWORD, TEAM, everybody
from cli.demo.plan import DemoPlan
from cli.demo.stage import LOCK, empty, free_port, run
from cli.demo.tour import play
from cli.errors import INTERRUPTED, OperatorError
from storage import private_files

FOLDER = Path(".demo")
AT_LAST = 4
"""The seconds after a signal when the process ends whatever is under way; 0 if it is not the demo’s alone."""
_STOPS = (signal.SIGINT, signal.SIGTERM)


def demo_command(
    _: Call, reset: bool, tour: bool, is_to_open: bool, port: int, bot_port: int, server_version: str
) -> Coroutine[Any, Any, int]:
    """Run it, or play the tour."""
    if tour:
        return take_tour(server_version)
    return demo(DemoPlan(FOLDER.absolute(), port, bot_port, server_version), reset=reset, is_to_open=is_to_open)


async def take_tour(version: str) -> int:
    """Run the tour and stop."""
    return 0 if await wait_for_stop(_tour(version)) else INTERRUPTED


async def demo(plan: DemoPlan, *, reset: bool = False, is_to_open: bool = False) -> int:
    """Run the demo until it is told to stop."""
    with _lock(plan.folder):
        if reset:
            empty(plan.folder)
        await wait_for_stop(_show(plan, is_to_open=is_to_open))
    return 0


async def _tour(version: str) -> None:
    with tempfile.TemporaryDirectory(prefix="coop-demo-") as name:
        plan = DemoPlan(Path(name), free_port(), free_port(), version)
        async with run(plan, _quiet):
            await play(plan.url, print)


async def _show(plan: DemoPlan, *, is_to_open: bool) -> None:
    async with run(plan, _complain):
        print(f"Prêt : {plan.url}", flush=True)
        print(_how_to_go_on(plan), flush=True)
        if is_to_open:
            await asyncio.to_thread(entrance.open_browser, plan.url)
        await asyncio.Event().wait()


async def wait_for_stop(work: Awaitable[None]) -> bool:
    """Run ``work`` until SIGINT or SIGTERM, let it clean up whatever signals follow, and return whether it finished."""
    task, loop = asyncio.ensure_future(work), asyncio.get_running_loop()
    stopped = False

    def stop(*_: object) -> None:
        nonlocal stopped
        if not stopped:
            _be_gone()
            loop.call_soon_threadsafe(task.cancel)
        stopped = True

    # Not the loop’s own way: that waits until the loop is free, and it may be at something long just now.
    before = {number: signal.signal(number, stop) for number in _STOPS}
    try:
        with contextlib.suppress(asyncio.CancelledError):
            await task
        return not stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _be_gone() -> None:
    """Have the system kill this process after a while, with its children."""
    if sys.platform == "linux":
        signal.alarm(AT_LAST)


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Lock the folder, so that one demo at a time uses it; the lock ends with the process."""
    private_files.make_private_folder(folder)
    with (folder / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise OperatorError(f"Une démo tourne déjà dans ce dossier ({folder}) : arrêtez-la d’abord.") from None
        yield


def _complain(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _quiet(_: str) -> None:
    """Silence the log, so that the tour shows no internals."""


def _how_to_go_on(plan: DemoPlan) -> str:
    env = os.path.relpath(plan.env)
    names = ", ".join(actor.username for actor in CAST)
    others = len(everybody()) - len(CAST)
    return f"""
Un Mattermost {plan.version} embarqué : ouvrez cette adresse dans un navigateur et choisissez qui vous êtes ;
le bot y est @coop. L’API v4 répond à la même adresse.
  Équipe        {TEAM}
  Comptes       {ADMIN}, {names}
                et {others} autres conseillers, de quarante départements (liste à l’entrée de la page)
  Mot de passe  {PASSWORD}
  Qui fait quoi {entrance.who_may_what()}
À essayer dans la page :
  /cra                                                       le formulaire
  /cra atelier 8p 1h30 mail, internet 69120 hier +60 retraités   en une ligne
  /cra liste, /stats, /stats departement, /stats national, /aide
  en agathe, « Salle de modération »                         un signalement attend
Dans un autre terminal :
  make demo TOUR=1                                           une visite guidée
  {sys.argv[0]} --env-file {env} doctor          tout vérifier
  {sys.argv[0]} --env-file {env} export cra      sortir les comptes rendus
Ctrl-C arrête tout ; « make demo RESET=1 » recommence à zéro."""
