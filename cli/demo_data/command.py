"""« coop-bot demo-data » as it is called: what is refused, how far it is, what it did."""

import os
import sys
from argparse import Namespace
from asyncio import CancelledError
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.french.periods import Period
from bot.french.words import group
from cli.demo_data import storing
from cli.demo_data.crowd import Conseiller, conseillers
from cli.demo_data.rows import HistoryPlan
from cli.errors import OperatorError
from cli.progress import ProgressBar
from config.programme import FIRST_DAY
from config.settings import Settings
from storage import migrate

POLITENESS = 10
"""How far it steps back for the bot on the same machine (the « nice » of Unix)."""
YEARS = 3


async def demo_data(settings: Settings, options: Namespace, today: date) -> int:
    """Write the history asked for, or what is missing of it."""
    wanted = _plan(options, today)
    crowd = list(conseillers(options.conseillers))
    os.nice(POLITENESS)
    await migrate.prepare(settings.database_url)
    async with storing.engine(settings.database_url) as engine, engine.connect() as connection:
        if not options.force and await storing.real_reports(connection):
            raise OperatorError(
                "Cette base contient de vrais comptes rendus : l’historique inventé se mêlerait à leurs statistiques. "
                "Choisissez une autre base (COOP_DATABASE_URL), ou ajoutez --force si c’est voulu."
            )
        added = await _fill(connection, wanted, crowd)
    print(_outcome(wanted, added, len(crowd)))
    return 0


async def _fill(connection: AsyncConnection, wanted: HistoryPlan, crowd: list[Conseiller]) -> int:
    """Store what is missing, and say how many rows it was."""
    filling = storing.fill(connection, wanted, crowd)
    first = done = await anext(filling)
    progress = ProgressBar(sys.stderr, "compte rendu", total=wanted.count, done=first)
    try:
        async for done in filling:
            progress.at(done)
    except (CancelledError, KeyboardInterrupt):
        progress.end()
        print(f"Interrompu : {_say(done - first)} sont là, la même commande ajoutera le reste.", file=sys.stderr)
        raise
    progress.end()
    return max(0, done - first)


def _plan(options: Namespace, today: date) -> HistoryPlan:
    """The whole history ends yesterday if nobody says when: today is not over."""
    last = options.end or today - timedelta(days=1)
    start = options.start or date(last.year - YEARS, last.month, min(last.day, 28)) + timedelta(days=1)
    start = start if options.start else max(start, FIRST_DAY)
    if start > last:
        raise OperatorError("--from : ce jour est après celui de --to.", code=2)
    if start < FIRST_DAY or last > today:
        raise OperatorError(
            f"Un compte rendu date du {FIRST_DAY:%d/%m/%Y} au plus tôt, et d’aujourd’hui au plus tard.", code=2
        )
    return HistoryPlan(options.cras, options.seed, start, last)


def _outcome(wanted: HistoryPlan, added: int, people: int) -> str:
    if not added:
        return f"Rien à changer : les {_say(wanted.count)} de la graine {wanted.seed} sont déjà là."
    period = Period(wanted.start, wanted.last + timedelta(days=1)).label
    return f"{_say(added)} ajoutés ({people} conseillers, demo-0001 et suivants ; {period}), graine {wanted.seed}."


def _say(count: int) -> str:
    return f"{group(count, least=1_000)} comptes rendus"
