"""« coop-bot channels »: differences between the team’s channels and the plan, shown or repaired."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from secrets import token_hex
from typing import Concatenate, ParamSpec, TypeVar

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.actions import AddMembers, remove_settled
from bot.errors import ChatError, Refusal
from bot.french import NBSP
from bot.mattermost import AioClient, Mattermost
from bot.outbox.actions import find_contradicted, perform_action
from bot.tasks import paced_calls
from cli.admin import Admin
from cli.checks import check_paths, open_chat
from cli.command import Call
from cli.environment import open_up_to_date
from cli.errors import OperatorError
from cli.faults import chat_fault
from cli.journal import note
from cli.terminal import ProgressBar, count, write
from commands.canaux import drift
from commands.canaux.cards import count_kinds
from commands.canaux.runs import prepare_batches, record_arrival, record_refusal, take_first
from config.canaux import PlannedChannel
from config.settings import Settings
from storage.canaux import forget_channel, remember_channel, runs
from storage.canaux.runs import OUTSIDERS, Change, ChangeState, Drift, Finding, Run, RunKind, Stage
from storage.database import Database, store
from storage.journal import AuditAct as JournalAct

P = ParamSpec("P")
T = TypeVar("T")
CLEAN, DRIFTED = 0, 3
"""The exit codes of a check that could be made; 1, as everywhere, if it could not."""


@dataclass
class SyncOutcome:
    """The number of changes of each kind that were made, and those that failed, with the reasons."""

    done: Counter[Drift] = field(default_factory=Counter)
    failed: list[tuple[Finding | Change, str]] = field(default_factory=list)
    came: list[tuple[str, str]] = field(default_factory=list)
    """Who came into which channel: the ids of both."""


async def check(call: Call, as_json: bool) -> int:
    """Print what differs from the plan, without changing anything."""
    check_paths(call.settings, "channels")
    async with open_up_to_date(call.settings) as database, _chat(call.settings) as chat:
        wanted = await _plan(database, call.settings, call.clock())
        surveyed = [found async for found in _survey(drift.Survey(chat), wanted)]
    tell_check(surveyed, as_json=as_json)
    return DRIFTED if any(found.findings for found in surveyed) else CLEAN


async def sync(call: Call, as_json: bool, dry_run: bool, strangers: bool, admin_token: str) -> int:
    """Repair each channel, one after the other; an interruption leaves what is done."""
    left_alone = frozenset[Drift]() if strangers else frozenset({Drift.STRANGER})
    token = "" if dry_run else admin_token
    told, left = await bring_to_plan(call.settings, call.clock, left_alone, admin_token=token, pretend=dry_run)
    tell(told, left, as_json=as_json, dry_run=dry_run)
    return 1 if told.failed else CLEAN


async def bring_to_plan(
    settings: Settings,
    clock: Callable[[], datetime],
    left_alone: frozenset[Drift] = frozenset(),
    *,
    admin_token: str = "",
    pretend: bool = False,
) -> tuple[SyncOutcome, Sequence[Finding]]:
    """Repair all differences, except those of certain kinds; return what was done, and what was left alone.

    With ``pretend`` nothing changes; with an administrator’s token, added people find the channel read.
    """
    check_paths(settings, "channels")
    left: list[Finding] = []
    async with open_up_to_date(settings) as database, _chat(settings) as chat:
        wanted, survey = await _plan(database, settings, clock()), drift.Survey(chat)
        repair = ChannelRepair(chat, database, clock, left_alone)
        await repair.open()
        async for found in _survey(survey, wanted):
            if pretend:
                repair.pretend(found)
            else:
                found = await _mend(repair, survey, wanted, found)  # noqa: PLW2901
            left += [finding for finding in found.findings if finding.drift in left_alone]
        await repair.end()
    if admin_token and repair.told.came:
        await mark_read(settings, admin_token, repair.told.came)
    return repair.told, left


async def _mend(
    repair: "ChannelRepair", survey: drift.Survey, wanted: drift.ChannelPlan, found: drift.ComparedChannel
) -> drift.ComparedChannel:
    """Repair one channel, and return the last comparison; one that the bot only joined is compared again."""
    await repair.mend(found)
    if not found.to_join:
        return found
    seen = await survey.look(drift.ChannelTarget.of(found.planned, wanted.known))
    found = drift.compare_channel(wanted, survey, found.planned, seen)
    if seen.members is not None:
        await repair.mend(found)
    return found


@asynccontextmanager
async def _chat(settings: Settings) -> AsyncIterator[Mattermost]:
    async with open_chat(settings) as chat:
        if chat is None:
            raise OperatorError("COOP_BOT_TOKEN n’est pas réglé : « coop-bot setup » l’écrit.")
        with paced_calls():
            yield chat


async def _plan(database: Database, settings: Settings, now: datetime) -> drift.ChannelPlan:
    async with database.transaction(writes=False) as db:
        return await drift.read_plan(db, settings, now)


async def _survey(survey: drift.Survey, wanted: drift.ChannelPlan) -> AsyncIterator[drift.ComparedChannel]:
    """Compare one channel after the other, with a progress bar."""
    bar = ProgressBar(sys.stderr, "canal", len(wanted.table), many="canaux")
    await survey.begin()
    try:
        for done, planned in enumerate(wanted.table.values(), 1):
            yield drift.compare_channel(
                wanted, survey, planned, await survey.look(drift.ChannelTarget.of(planned, wanted.known))
            )
            bar.at(done)
    finally:
        bar.end()


SHOWN, NAMED = 50, 5
"""The most lines that are printed for people, and the most names in a line."""
ELSEWHERE = {Drift.PUT_AWAY}
"""The kinds of drift that this command never repairs."""


def tell_check(surveyed: Sequence[drift.ComparedChannel], *, as_json: bool) -> None:
    """Print what differs from the plan."""
    findings = [finding for found in surveyed for finding in found.findings]
    write(_as_object(surveyed, findings), _lines(findings, len(surveyed)), as_json=as_json)


def _as_object(surveyed: Sequence[drift.ComparedChannel], findings: Sequence[Finding]) -> dict[str, object]:
    """Describe a check as in docs/wire.md."""
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


def _reason(finding: Finding | Change) -> str:
    return f"@{finding.username} {finding.reason}" if finding.username else finding.reason


def _lines(findings: Sequence[Finding], channels: int) -> Iterator[str]:
    """Yield the differences as lines; people missing in a channel for one reason share a line."""
    told = [f"{finding.address} : {_reason(finding)}" for finding in findings if finding.drift is not Drift.MISSING]
    absent: dict[tuple[str, str], list[str]] = {}
    for finding in findings:
        if finding.drift is Drift.MISSING:
            absent.setdefault((finding.address, finding.reason), []).append(f"@{finding.username}")
    told += [f"{address} : il manque {_names(names)} ({reason})" for (address, reason), names in absent.items()]
    yield from told[:SHOWN]
    if len(told) > SHOWN:
        yield f"… et {count(len(told) - SHOWN, 'autre ligne')} (tout : --json)."
    yield f"{count(channels, 'canal', 'canaux')}, {count(len(findings), 'écart') if findings else 'aucun écart'}."


def _names(names: Sequence[str]) -> str:
    """Return the first few names, and how many more there are."""
    more = len(names) - NAMED
    return ", ".join(names) if more <= 0 else f"{', '.join(names[:NAMED])} et {count(more, 'autre')}"


def tell(outcome: SyncOutcome, left: Sequence[Finding], *, as_json: bool, dry_run: bool) -> None:
    """Print what was repaired, what failed, and what was ``left`` alone."""
    for finding, why in outcome.failed:
        print(f"{finding.address} : {_reason(finding)} ; {why}", file=sys.stderr)
    for finding in left:
        print(f"{finding.address} : {_reason(finding)} ; laissé tel quel", file=sys.stderr)
    done = {drift.value: outcome.done[drift] for drift in Drift if drift not in ELSEWHERE}
    told = {"dry_run": dry_run, "done": done, "failed": len(outcome.failed), "left": len(left)}
    said = [words.replace(NBSP, " ") for words in count_kinds(outcome.done)]
    begin = "Serait fait : " if dry_run else ""
    line = f"{begin}{', '.join(said)}." if said else "Les canaux sont déjà comme prévu."
    write(told, [line], as_json=as_json)


INTERRUPTED = "interrompu avant d’être fait"


UNSEEN, UNTOUCHED = "rien n’y a été fait", "rien n’y serait fait"
NOT_THERE = "n’a pas pu être ajouté au canal"
DECIDED_OTHERWISE = "le contraire a été décidé et part à l’instant : à revoir ensuite"


@dataclass
class ChannelRepair:
    """Makes the changes of one run, which begins with the first, by the actions of « Réparer » in chat: each is
    performed here, and recorded, before the next. ``left_alone`` are the kinds of drift that are only reported."""

    chat: Mattermost
    database: Database
    clock: Callable[[], datetime]
    left_alone: frozenset[Drift] = frozenset()
    told: SyncOutcome = field(default_factory=SyncOutcome)
    _run: Run | None = None
    _left: dict[str, list[Change]] = field(default_factory=dict)
    """What earlier runs were killed at, by channel."""

    async def open(self) -> None:
        """Read the changes that earlier runs did not finish."""
        for change in await self._do(runs.list_left_open, RunKind.SYNC):
            self._left.setdefault(change.key, []).append(change)

    async def mend(self, surveyed: drift.ComparedChannel) -> None:
        """Make all changes that one channel needs; a public one that the bot cannot see is only joined, to be compared
        again. Raises ChatError if Mattermost is away."""
        self._note_out_of_reach(surveyed, UNSEEN)
        await self._do(self._begin, surveyed)
        while self._run and (found := await self._do(runs.list_next_changes, self._run.id, ChangeState.FOUND)):
            await self._make(surveyed.planned, take_first(found))

    def pretend(self, surveyed: drift.ComparedChannel) -> None:
        """Count what would be done; nothing is known of a channel that the bot cannot see."""
        self.told.done.update(finding.drift for finding in self._wanted(surveyed))
        self._note_out_of_reach(surveyed, UNTOUCHED)

    async def end(self) -> None:
        """Delete a run without changes."""
        run = self._run
        if run and not (await self._do(runs.count_by_state, run.id)).get(ChangeState.DONE):
            await self._do(runs.drop_run, run)

    async def _do(
        self, step: Callable[Concatenate[AsyncSession, P], Awaitable[T]], *args: P.args, **more: P.kwargs
    ) -> T:
        """Do a step in a transaction of its own."""
        async with self.database.transaction() as db:
            return await step(db, *args, **more)

    def _note_out_of_reach(self, surveyed: drift.ComparedChannel, why: str) -> None:
        """Report a channel that the bot cannot see."""
        self.told.failed += [(f, why) for f in surveyed.findings if f.drift is Drift.UNSEEN and not f.user_id]

    def _wanted(self, surveyed: drift.ComparedChannel) -> Sequence[Finding]:
        """Return the findings that can be repaired."""
        wanted = [finding for finding in surveyed.findings if finding.drift not in self.left_alone]
        return [finding for finding in wanted if finding.drift is not Drift.UNSEEN or finding.user_id]

    async def _begin(self, db: AsyncSession, surveyed: drift.ComparedChannel) -> None:
        """Record which channel is the planned one, and its changes."""
        key, place = surveyed.planned.key, surveyed.channel.id if surveyed.channel else ""
        if surveyed.is_own:
            await remember_channel(db, key, place, self.clock())
        elif surveyed.is_taken:
            await forget_channel(db, key)
        await self._settle(db, surveyed, place)
        wanted = self._wanted(surveyed)
        if wanted and self._run is None:
            self._run = Run(id=token_hex(13), kind=RunKind.SYNC, at=self.clock(), stage=Stage.MENDED)
            await store(db, Run(**self._run.model_dump()))
            await note(db, JournalAct.CHANNEL_REPAIR, f"canaux:{self._run.id}", self.clock())
        if self._run is not None:
            await runs.note_changes(db, self._run.id, wanted, {key: place})

    async def _settle(self, db: AsyncSession, surveyed: drift.ComparedChannel, place: str) -> None:
        """Record a change that an earlier, killed run was making as made, if it is no longer needed."""
        if any(finding.drift is Drift.UNSEEN for finding in surveyed.findings):
            return
        wanted = {(finding.drift, finding.user_id) for finding in surveyed.findings}
        wanted |= {(Drift.ADMIN_MISSING, finding.user_id) for finding in surveyed.findings if finding.leads}
        for run_id, left in groupby(self._left.pop(surveyed.planned.key, []), lambda change: change.run_id):
            at_hand = list(left)
            made = [c for c in at_hand if c.state is ChangeState.SENT and (c.drift, c.user_id) not in wanted]
            numbers = {change.n for change in made}
            await runs.update_changes(db, run_id, numbers, state=ChangeState.DONE)
            rest = {change.n for change in at_hand} - numbers
            await runs.update_changes(db, run_id, rest, state=ChangeState.DROPPED, why=INTERRUPTED)
            if any(change.drift is Drift.ABSENT for change in made):
                await runs.set_channel_id(db, run_id, surveyed.planned.key, place)

    async def _make(self, planned: PlannedChannel, found: Sequence[Change]) -> None:
        """Make changes of one channel."""
        for batch in await self._do(prepare_batches, found, {planned.key: planned}):
            first = batch.changes[0]
            kept_out = {c.user_id for c, _ in self.told.failed if c.key == planned.key and c.drift is Drift.MISSING}
            if first.drift is Drift.ADMIN_MISSING and first.user_id in kept_out:
                await self._do(record_refusal, batch.changes, NOT_THERE)
            elif rest := await self._leave_contradicted(batch):
                await self._try(rest)

    async def _leave_contradicted(self, batch: drift.ActBatch) -> drift.ActBatch | None:
        """Leave out of a batch what the bot is about to do differently: somebody decided that, or it is newer than the
        comparison."""
        names = await self._do(find_contradicted, batch.act)
        if not names:
            return batch
        act = remove_settled(batch.act, names)
        left = [change for change in batch.changes if act is None or f"member {change.user_id}" in names]
        await self._refuse(left, DECIDED_OTHERWISE)
        mine = [change for change in batch.changes if change not in left]
        return drift.ActBatch(mine, act) if act and mine else None

    async def _try(self, batch: drift.ActBatch) -> None:
        """Perform an action. An error that concerns all channels ends the run; the next one continues."""
        await self._do(drift.note_sent, [batch], ChangeState.SENT)
        try:
            result = await perform_action(self.chat, batch.act)
        except ChatError as error:
            if error.may_pass or error.refusal is Refusal.SIGNED_OUT:
                raise
            await self._refuse(batch.changes, drift.REFUSAL_REASONS.get(error.refusal) or chat_fault(error))
            return
        kept_out = result.news.get("kept_out", {})
        out = await self._do(record_arrival, batch.changes, kept_out, result.channel_id, self.clock())
        came = [change for change in batch.changes if change.user_id not in kept_out]
        self.told.done.update(change.drift for change in came)
        if isinstance(batch.act, AddMembers):
            self.told.came += [(batch.act.channel_id, change.user_id) for change in came]
        self.told.failed += out

    async def _refuse(self, found: Sequence[Change], why: str) -> None:
        await self._do(record_refusal, found, why)
        self.told.failed += [(change, why) for change in found]


AT_ONCE = 4
"""How many calls are under way at once."""


async def mark_read(settings: Settings, token: str, came: Sequence[tuple[str, str]]) -> None:
    """Mark channels as read for people, for each (channel id, user id).

    It needs an administrator’s token. Raises OperatorError if the server refuses that.
    """
    client = AioClient(settings.mattermost_url, token)
    bar, places = ProgressBar(sys.stderr, "canal lu", len(came), many="canaux lus"), asyncio.Semaphore(AT_ONCE)
    done = 0

    async def mark(channel_id: str, user_id: str) -> None:
        nonlocal done
        async with places:
            await Admin(client).mark_read(channel_id, user_id)
        done += 1
        bar.at(done)

    try:
        await asyncio.gather(*(mark(*each) for each in came))
    except ChatError as error:
        left = count(len(came) - done, "arrivée")
        raise OperatorError(
            f"Les canaux sont à jour, mais restent non lus pour {left} : --admin-token est "
            f"refusé, ou n’est pas celui d’un administrateur système. [{error}]"
        ) from error
    finally:
        bar.end()
        await client.close()
