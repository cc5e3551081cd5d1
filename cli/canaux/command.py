"""« coop-bot channels »: what is not as planned in the team’s channels, told or put right."""

import json
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from bot.french.words import NBSP, plural
from bot.mattermost import Mattermost
from cli.canaux.mending import Mending, Outcome
from cli.errors import OperatorError
from cli.opening import open_chat, open_up_to_date, planned_channels
from cli.progress import ProgressBar
from commands.canaux.drift import OUTSIDERS, Drift, Finding
from commands.canaux.survey import Survey, Surveyed, plan
from config.canaux import PlannedChannel
from config.settings import Settings
from storage.canaux import remember
from storage.database import Database

CLEAN, DRIFTED = 0, 3
"""How a check ends that could tell; 1, as everywhere, where it could not."""
SHOWN, NAMED = 50, 5
"""Lines that are told to who reads, and names in one of them."""


async def check(settings: Settings, options: Namespace, now: datetime) -> int:
    """Say what is not as planned, and change nothing."""
    table = planned_channels(settings)
    async with open_up_to_date(settings) as database, _chat(settings) as chat:
        surveyed = [found async for found in _survey(await _begin(chat, database, table, now))]
    findings = [finding for found in surveyed for finding in found.findings]
    if options.json:
        print(json.dumps(_as_object(surveyed), ensure_ascii=False))
    else:
        print("\n".join(_lines(findings, len(surveyed))))
    return DRIFTED if findings else CLEAN


async def sync(settings: Settings, options: Namespace, clock: Callable[[], datetime]) -> int:
    """Bring each channel to what is planned, one after the other; what was done stays when it is interrupted."""
    table = planned_channels(settings)
    left_alone = frozenset[Drift]() if options.strangers else frozenset({Drift.STRANGER})
    async with open_up_to_date(settings) as database, _chat(settings) as chat:

        async def note(key: str, channel_id: str) -> None:
            async with database.transaction() as db:
                await remember(db, key, channel_id, clock())

        survey = await _begin(chat, database, table, clock())
        mending = Mending(chat, survey.plan, note, left_alone)
        told, left = Outcome(), list[Finding]()
        async for found in _survey(survey):
            if found.to_join and not options.dry_run:
                await chat.add_member(found.to_join, (await chat.me()).id)
                found = await survey.look_again(found.planned.key)  # noqa: PLW2901
            left += [finding for finding in found.findings if finding.drift in left_alone]
            outcome = _pretend(found, left_alone) if options.dry_run else await mending.mend(found)
            told.done += outcome.done
            told.failed += outcome.failed
    _tell(told, left, options)
    return 1 if told.failed else CLEAN


def _pretend(found: Surveyed, left_alone: frozenset[Drift]) -> Outcome:
    return Outcome([finding for finding in found.findings if finding.drift not in left_alone])


@asynccontextmanager
async def _chat(settings: Settings) -> AsyncIterator[Mattermost]:
    async with open_chat(settings) as chat:
        if chat is None:
            raise OperatorError("COOP_BOT_TOKEN n’est pas réglé : « coop-bot setup » l’écrit.")
        yield chat


async def _begin(chat: Mattermost, database: Database, table: Mapping[str, PlannedChannel], now: datetime) -> Survey:
    async with database.transaction(writes=False) as db:
        return Survey(chat, await plan(db, table, now))


async def _survey(survey: Survey) -> AsyncIterator[Surveyed]:
    """One channel after the other, with a line on the terminal that says how far it is."""
    bar = ProgressBar(sys.stderr, "canaux", len(survey.plan.table))
    done = 0
    try:
        async for found in survey.look():
            yield found
            done += 1
            bar.at(done)
    finally:
        bar.end()


def _as_object(surveyed: Sequence[Surveyed]) -> dict[str, object]:
    """As docs/wire.md describes it."""
    findings = [finding for found in surveyed for finding in found.findings]
    people = [f for f in findings if f.drift is Drift.MISSING or f.drift in OUTSIDERS]
    return {
        "channels": len(surveyed),
        "members": sum(found.members for found in surveyed),
        "missing": [_of_somebody(f) for f in people if f.drift is Drift.MISSING],
        "intruders": [_of_somebody(f) for f in people if f.drift in OUTSIDERS],
        "wrong": [{"channel": f.address, "reason": _reason(f)} for f in findings if f not in people],
    }


def _of_somebody(finding: Finding) -> dict[str, str]:
    return {"channel": finding.address, "user": finding.username, "reason": finding.reason}


def _reason(finding: Finding) -> str:
    return f"@{finding.username} {finding.reason}" if finding.username else finding.reason


def _lines(findings: Sequence[Finding], channels: int) -> Iterator[str]:
    """What is not as planned, to be read: those who are missing in a channel for one reason stand together."""
    told = [f"{finding.address} : {_reason(finding)}" for finding in findings if finding.drift is not Drift.MISSING]
    absent: dict[tuple[str, str], list[str]] = {}
    for finding in findings:
        if finding.drift is Drift.MISSING:
            absent.setdefault((finding.address, finding.reason), []).append(f"@{finding.username}")
    told += [f"{address} : il manque {_names(names)} ({reason})" for (address, reason), names in absent.items()]
    yield from told[:SHOWN]
    if len(told) > SHOWN:
        yield f"… et {_count(len(told) - SHOWN, 'autre ligne')} (tout : --json)."
    yield f"{_count(channels, 'canal', 'canaux')}, {_count(len(findings), 'écart') if findings else 'aucun écart'}."


def _names(names: Sequence[str]) -> str:
    """The first few, and how many more."""
    more = len(names) - NAMED
    return ", ".join(names) if more <= 0 else f"{', '.join(names[:NAMED])} et {_count(more, 'autre')}"


def _count(number: int, one: str, many: str | None = None) -> str:
    return plural(number, one, many).replace(NBSP, " ")


DONE = {
    Drift.ABSENT: ("canal créé", "canaux créés"),
    Drift.ARCHIVED: ("canal restauré", "canaux restaurés"),
    Drift.TITLE: ("titre corrigé", "titres corrigés"),
    Drift.HEADER: ("en-tête corrigé", "en-têtes corrigés"),
    Drift.PURPOSE: ("sujet corrigé", "sujets corrigés"),
    Drift.PRIVACY: ("canal converti", "canaux convertis"),
    Drift.MISSING: ("personne ajoutée", "personnes ajoutées"),
    Drift.INTRUDER: ("personne retirée", "personnes retirées"),
    Drift.STRANGER: ("inconnu du registre retiré", "inconnus du registre retirés"),
    Drift.ADMIN_MISSING: ("administrateur nommé", "administrateurs nommés"),
    Drift.ADMIN_EXTRA: ("administrateur de trop", "administrateurs de trop"),
}
"""What is told of each kind that was put right."""


def _tell(outcome: Outcome, left: Sequence[Finding], options: Namespace) -> None:
    counts = Counter(finding.drift for finding in outcome.done)
    for finding, why in outcome.failed:
        print(f"{finding.address} : {_reason(finding)} ; {why}", file=sys.stderr)
    for finding in left:
        print(f"{finding.address} : {_reason(finding)} ; laissé tel quel", file=sys.stderr)
    if options.json:
        done = {drift.value: counts[drift] for drift in Drift if drift is not Drift.UNSEEN}
        told = {"dry_run": options.dry_run, "done": done, "failed": len(outcome.failed), "left": len(left)}
        print(json.dumps(told))
        return
    said = [_count(counts[drift], *words) for drift, words in DONE.items() if counts[drift]]
    begin = "Serait fait : " if options.dry_run else ""
    print(f"{begin}{', '.join(said)}." if said else "Les canaux sont déjà comme prévu.")
