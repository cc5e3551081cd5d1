"""Bringing one channel to what it is to be: each change is written down before it is made, and told in French where it
cannot be made."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bot.acts import Act, AddMembers
from bot.errors import ChatError
from bot.mattermost import Chat
from bot.outbox.acting import do
from bot.refusals import Refusal
from cli.canaux.journal import Journal
from cli.faults import chat_fault
from commands.canaux.repair.acting import batches
from commands.canaux.repair.comparing import Surveyed
from commands.canaux.repair.mending import NO_CHANNEL
from commands.canaux.repair.words import WHY, say_refusal
from config.canaux import PlannedChannel
from storage.canaux.changes import Change
from storage.canaux.drift import Drift, Finding

UNSEEN, UNTOUCHED = "rien n’y a été fait", "rien n’y serait fait"
NOT_THERE = "n’a pas pu être ajouté au canal"


@dataclass
class Outcome:
    """How much of each kind was done, and what could not be, each with why."""

    done: Counter[Drift] = field(default_factory=Counter)
    failed: list[tuple[Finding | Change, str]] = field(default_factory=list)
    came: list[tuple[str, str]] = field(default_factory=list)
    """Who came into which channel: the ids of both."""

    def __add__(self, other: "Outcome") -> "Outcome":
        """Both together."""
        return Outcome(self.done + other.done, [*self.failed, *other.failed], [*self.came, *other.came])


@dataclass
class Mending:
    """What to do, and with what; ``left_alone`` are the kinds of drift that are told of and stay."""

    chat: Chat
    journal: Journal
    left_alone: frozenset[Drift] = frozenset()

    async def mend(self, surveyed: Surveyed) -> Outcome:
        """Make all changes that one channel needs; one that is public and unseen is only joined, and then to be looked
        at again. Raises ChatError where Mattermost is away."""
        outcome = Outcome(failed=_out_of_reach(surveyed, UNSEEN))
        await self.journal.begin(surveyed, self._wanted(surveyed))
        while found := await self.journal.next():
            await self._make(surveyed.planned, found, outcome)
        return outcome

    def pretend(self, surveyed: Surveyed) -> Outcome:
        """What it would come to; nothing can be said of a channel that the bot does not see."""
        return Outcome(Counter(finding.drift for finding in self._wanted(surveyed)), _out_of_reach(surveyed, UNTOUCHED))

    def _wanted(self, surveyed: Surveyed) -> Sequence[Finding]:
        """Those that can be put right."""
        wanted = [finding for finding in surveyed.findings if finding.drift not in self.left_alone]
        return [finding for finding in wanted if finding.drift is not Drift.UNSEEN or finding.user_id]

    async def _make(self, planned: PlannedChannel, found: Sequence[Change], outcome: Outcome) -> None:
        """A channel is made before anything else of it."""
        at_hand = {change.n: change for change in (found[:1] if found[0].drift is Drift.ABSENT else found)}
        stuck = dict(at_hand)
        for batch in batches(list(at_hand.values()), {planned.key: planned}, back=False):
            mine = [stuck.pop(n) for n in batch.numbers]
            if mine[0].drift is Drift.ADMIN_MISSING and mine[0].user_id in _kept_out(outcome):
                await self.journal.refuse(mine, NOT_THERE)
            else:
                await self._try(batch.act, mine, outcome)
        await self.journal.refuse(stuck.values(), NO_CHANNEL)

    async def _try(self, act: Act, mine: Sequence[Change], outcome: Outcome) -> None:
        """What concerns all channels, and not this one, ends the run: the next one goes on."""
        await self.journal.send(mine)
        try:
            arrival = await do(self.chat, act)
        except ChatError as error:
            if error.may_pass or error.refusal is Refusal.SIGNED_OUT:
                raise
            await self._refuse(mine, WHY[error.refusal] if error.refusal in WHY else chat_fault(error), outcome)
            return
        out = arrival.news.get("kept_out", {})
        came = [change for change in mine if change.user_id not in out]
        await self.journal.note_made(came, arrival.channel_id)
        outcome.done.update(change.drift for change in came)
        if isinstance(act, AddMembers):
            outcome.came += [(act.channel_id, change.user_id) for change in came]
        for change in mine:
            if change.user_id in out:
                await self._refuse([change], say_refusal(out[change.user_id]), outcome)

    async def _refuse(self, mine: Sequence[Change], why: str, outcome: Outcome) -> None:
        await self.journal.refuse(mine, why)
        outcome.failed += [(change, why) for change in mine]


def _out_of_reach(surveyed: Surveyed, why: str) -> list[tuple[Finding | Change, str]]:
    """The channel itself, where the bot does not see it."""
    return [(f, why) for f in surveyed.findings if f.drift is Drift.UNSEEN and not f.user_id]


def _kept_out(outcome: Outcome) -> Iterable[str]:
    """The ids of those whom Mattermost did not take."""
    return {change.user_id for change, _ in outcome.failed if change.drift is Drift.MISSING}
