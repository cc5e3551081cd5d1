"""« coop-bot channels »: what is not as planned in the team’s channels, told or put right."""

import sys
from argparse import Namespace
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from bot.mattermost import Mattermost, pacing
from cli.canaux.journal import Journal
from cli.canaux.mending import Mending, Outcome
from cli.canaux.telling import tell, tell_check
from cli.canaux.unread import mark_read
from cli.errors import OperatorError
from cli.opening import check_channels, open_chat, open_up_to_date
from cli.progress import ProgressBar
from commands.canaux.repair.comparing import Plan, Surveyed, compare, plan
from commands.canaux.repair.survey import Place, Survey
from config.settings import Settings
from storage.canaux.drift import Drift, Finding
from storage.database import Database

CLEAN, DRIFTED = 0, 3
"""How a check ends that could tell; 1, as everywhere, where it could not."""


async def check(settings: Settings, options: Namespace, now: datetime) -> int:
    """Say what is not as planned, and change nothing."""
    check_channels(settings)
    async with open_up_to_date(settings) as database, _chat(settings) as chat:
        wanted = await _plan(database, settings, now)
        surveyed = [found async for found in _survey(Survey(chat), wanted)]
    tell_check(surveyed, as_json=options.json)
    return DRIFTED if any(found.findings for found in surveyed) else CLEAN


async def sync(settings: Settings, options: Namespace, clock: Callable[[], datetime]) -> int:
    """Bring each channel to what is planned, one after the other; what was done stays when it is interrupted."""
    left_alone = frozenset[Drift]() if options.strangers else frozenset({Drift.STRANGER})
    token = "" if options.dry_run else options.admin_token
    told, left = await bring_to_plan(settings, clock, left_alone, admin_token=token, pretend=options.dry_run)
    tell(told, left, options)
    return 1 if told.failed else CLEAN


async def bring_to_plan(
    settings: Settings,
    clock: Callable[[], datetime],
    left_alone: frozenset[Drift] = frozenset(),
    *,
    admin_token: str = "",
    pretend: bool = False,
) -> tuple[Outcome, Sequence[Finding]]:
    """Put right all that differs, except these kinds: what was done, and what was left alone.

    With ``pretend`` nothing is changed; with an administrator’s token, who is brought in finds the channel read.
    """
    check_channels(settings)
    told, left = Outcome(), list[Finding]()
    async with open_up_to_date(settings) as database, _chat(settings) as chat:
        wanted, survey = await _plan(database, settings, clock()), Survey(chat)
        mending = Mending(chat, journal := Journal(database, clock), left_alone)
        await journal.open()
        async for found in _survey(survey, wanted):
            told += mending.pretend(found) if pretend else await mending.mend(found)
            if found.to_join and not pretend:
                seen = await survey.look(Place.of(found.planned, wanted.known))
                found = compare(wanted, survey, found.planned, seen)  # noqa: PLW2901
                told += await mending.mend(found) if seen.members is not None else Outcome()
            left += [finding for finding in found.findings if finding.drift in left_alone]
        await journal.end()
    if admin_token and told.came:
        await mark_read(settings, admin_token, told.came)
    return told, left


@asynccontextmanager
async def _chat(settings: Settings) -> AsyncIterator[Mattermost]:
    async with open_chat(settings) as chat:
        if chat is None:
            raise OperatorError("COOP_BOT_TOKEN n’est pas réglé : « coop-bot setup » l’écrit.")
        with pacing():
            yield chat


async def _plan(database: Database, settings: Settings, now: datetime) -> Plan:
    async with database.transaction(writes=False) as db:
        return await plan(db, settings, now)


async def _survey(survey: Survey, wanted: Plan) -> AsyncIterator[Surveyed]:
    """One channel after the other, with a line on the terminal that says how far it is."""
    bar = ProgressBar(sys.stderr, "canal", len(wanted.table), many="canaux")
    await survey.begin()
    try:
        for done, planned in enumerate(wanted.table.values(), 1):
            yield compare(wanted, survey, planned, await survey.look(Place.of(planned, wanted.known)))
            bar.at(done)
    finally:
        bar.end()
