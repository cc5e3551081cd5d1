"""Bringing one channel to what it is to be: each change harmless twice, and told in French where it cannot be made."""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.errors import ChatError
from bot.mattermost import Chat, ChatChannel
from bot.refusals import Refusal
from cli.canaux.journal import Journal
from cli.faults import chat_fault
from commands.canaux.repair.comparing import Surveyed
from commands.canaux.repair.words import FIELDS, WHY
from config.canaux import PlannedChannel
from storage.canaux.drift import LEADERLESS, LEADERSHIP, OUTSIDERS, PRIVATE, Drift, Finding

UNSEEN = "rien n’y a été fait"


@dataclass
class Outcome:
    """What became of the findings: what was done, and what could not be, each with why."""

    done: list[Finding] = field(default_factory=list)
    failed: list[tuple[Finding, str]] = field(default_factory=list)


@dataclass
class Mending:
    """What to do, and with what; ``left_alone`` are the kinds of drift that are told of and stay."""

    chat: Chat
    journal: Journal
    left_alone: frozenset[Drift] = frozenset()

    async def mend(self, surveyed: Surveyed) -> Outcome:
        """Make all changes that one channel needs. Raises ChatError where Mattermost is away."""
        outcome = Outcome()
        wanted = [f for f in surveyed.findings if f.drift not in self.left_alone and f.drift is not Drift.UNSEEN]
        outcome.failed += [(finding, UNSEEN) for finding in surveyed.findings if finding.drift is Drift.UNSEEN]
        channel = surveyed.channel or await self._create(surveyed.planned, wanted, outcome)
        if channel is None:
            return outcome
        await self.journal.place(surveyed.planned.key, channel.id)
        try:
            await self._mend(self.chat.in_team(surveyed.planned.team), channel, wanted, outcome)
        finally:
            await self.journal.note(outcome.done, channel.id)
        return outcome

    async def _mend(self, chat: Chat, channel: ChatChannel, wanted: Sequence[Finding], outcome: Outcome) -> None:
        for finding in wanted:
            if finding.drift not in {Drift.ABSENT, Drift.MISSING}:
                await self._try(finding, outcome, self._act(finding, channel))
        missing = [finding for finding in wanted if finding.drift is Drift.MISSING]
        for finding in await _bring_in(chat, channel, missing, outcome):
            if finding.leads:
                await self._appoint(finding, channel, outcome)

    async def _appoint(self, came: Finding, channel: ChatChannel, outcome: Outcome) -> None:
        """Let somebody who has just come in administer the channel."""
        finding = replace(came, drift=Drift.ADMIN_MISSING, reason=LEADERLESS)
        await self._try(finding, outcome, self._act(finding, channel))

    async def _create(self, planned: PlannedChannel, wanted: Sequence[Finding], outcome: Outcome) -> ChatChannel | None:
        absent = next((f for f in wanted if f.drift is Drift.ABSENT), None)
        if absent is None:
            return None

        async def create() -> None:
            texts = {"header": planned.header, "purpose": planned.purpose}
            chat = self.chat.in_team(planned.team)
            made.append(await chat.create_channel(planned.address, planned.name, private=planned.private, **texts))

        made: list[ChatChannel] = []
        await self._try(absent, outcome, create())
        return made[0] if made else None

    def _act(self, finding: Finding, channel: ChatChannel) -> Awaitable[object]:
        """What puts it right."""
        chat, drift = self.chat, finding.drift
        if drift in OUTSIDERS:
            return chat.remove_member(channel.id, finding.user_id)
        if drift in LEADERSHIP:
            return chat.set_channel_admin(channel.id, finding.user_id, is_admin=drift is Drift.ADMIN_MISSING)
        if drift is Drift.ARCHIVED:
            return chat.restore_channel(channel.id)
        if drift is Drift.PRIVACY:
            return chat.convert_channel(channel.id, private=finding.after == PRIVATE)
        return chat.change_channel(channel.id, **{FIELDS[drift]: finding.after})

    @staticmethod
    async def _try(finding: Finding, outcome: Outcome, act: Awaitable[object]) -> None:
        try:
            await act
        except ChatError as error:
            _must_be_of_these(error)
            outcome.failed.append((finding, _say(error)))
        else:
            outcome.done.append(finding)


async def _bring_in(
    chat: Chat, channel: ChatChannel, missing: Sequence[Finding], outcome: Outcome
) -> Sequence[Finding]:
    """Bring in all who are missing; those who came."""
    if not missing:
        return []
    kept_out: Mapping[str, ChatError] = {}
    try:
        kept_out = await chat.add_members(channel.id, [f.user_id for f in missing])
    except ChatError as error:
        _must_be_of_these(error)
        outcome.failed += [(finding, _say(error)) for finding in missing]
        return []
    came = [finding for finding in missing if finding.user_id not in kept_out]
    outcome.failed += [(f, _say(kept_out[f.user_id])) for f in missing if f.user_id in kept_out]
    outcome.done += came
    return came


def _must_be_of_these(error: ChatError) -> None:
    """What concerns all channels, and not this one, ends the run: the next one goes on."""
    if error.may_pass or error.refusal is Refusal.SIGNED_OUT:
        raise error


def _say(error: ChatError) -> str:
    return WHY[error.refusal] if error.refusal in WHY else chat_fault(error)
