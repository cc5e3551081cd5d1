"""Holding what a survey saw against what is to be: each difference with its reason."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.mattermost import ChatChannel, ChatMember
from commands.canaux.repair.survey import Account, Seen, Survey
from config.canaux import PlannedChannel
from config.settings import Settings
from storage.canaux import allowances, by_key
from storage.canaux.belonging import Member, Rules
from storage.canaux.drift import GONE, LEADERLESS, PRIVATE, PUBLIC, Drift, Finding
from storage.canaux.planned import planned
from storage.people import every, moves

ALONE = "le bot n’en est pas membre : ajoutez-l’y s’il est à vous, sinon donnez un autre nom au canal prévu"
"""Of a private channel at a planned address: perhaps somebody else’s, of which the bot takes nothing."""
OPEN = "le bot n’en est pas encore membre"
"""Of a public channel, which it joins by itself when the channels are brought in order."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be: the planned channels, those of them that are known, the rules, and the people of the register by
    id."""

    table: Mapping[str, PlannedChannel]
    known: Mapping[str, str]
    rules: Rules
    people: Mapping[str, Member]


async def plan(db: AsyncSession, settings: Settings, now: datetime) -> Plan:
    """What is to be by the register, today."""
    leaving = await moves.in_grace(db, now)
    everybody = await every(db)
    people = {p.id: Member.of(p, p.today(now), leaving.get(p.id, ())) for p in everybody}
    return Plan(await planned(db, settings), await by_key(db), Rules(await allowances(db)), people)


@dataclass(frozen=True, slots=True)
class Surveyed:
    """A planned channel, what it is in Mattermost (None: it is not to be found), how many are in it, and its drift.

    ``to_join`` is the id of a public channel of which the bot knows too little as long as it is not in it, else "".
    """

    planned: PlannedChannel
    channel: ChatChannel | None
    members: int
    findings: Sequence[Finding]
    to_join: str = ""
    is_own: bool = False
    """Whether the bot is in it: only then is it remembered as the planned one."""

    @property
    def is_taken(self) -> bool:
        """Whether a private channel in which the bot is not stands at the planned address."""
        return self.channel is not None and self.channel.is_private and not self.is_own

    @property
    def own_id(self) -> str:
        """The id of the channel that is the planned one; "" where there is none."""
        return self.channel.id if self.channel and self.is_own else ""


def compare(plan: Plan, survey: Survey, planned: PlannedChannel, seen: Seen) -> Surveyed:
    """What of a planned channel is not as it is to be."""
    comparison, channel = _Comparison(plan, survey, planned, seen), seen.channel
    findings, is_own = list(comparison.findings()), seen.members is not None
    return Surveyed(planned, channel, len(seen.members or ()), findings, comparison.to_join, is_own)


@dataclass(frozen=True, slots=True)
class _Comparison:
    """One planned channel, and what is there."""

    plan: Plan
    survey: Survey
    planned: PlannedChannel
    seen: Seen

    @property
    def to_join(self) -> str:
        channel = self.seen.channel
        return channel.id if channel and self.seen.members is None and not channel.is_private else ""

    def findings(self) -> Sequence[Finding]:
        channel, members = self.seen.channel, self.seen.members
        if channel is None:
            return [self._absent(), *self._about_people({})]
        if members is None:
            unseen = self._finding(Drift.UNSEEN, OPEN if self.to_join else ALONE)
            return [replace(unseen, user_id=self.survey.own_id if self.to_join else "")]
        return [*self._about_channel(channel), *self._about_people(members)]

    def _absent(self) -> Finding:
        reason = "n’existe pas, ou est un canal privé dont le bot n’est pas membre"
        return self._finding(Drift.ABSENT, reason if self.planned.private else "n’existe pas")

    def _about_channel(self, channel: ChatChannel) -> Iterator[Finding]:
        to_be = self.planned
        if channel.archived:
            yield self._finding(Drift.ARCHIVED, "est archivé")
        if channel.display_name != to_be.name:
            reason = f"s’appelle « {channel.display_name} » au lieu de « {to_be.name} »"
            yield self._text(Drift.TITLE, reason, channel.display_name, to_be.name)
        if channel.is_private != to_be.private:
            before, after = (PRIVATE, PUBLIC) if channel.is_private else (PUBLIC, PRIVATE)
            yield self._text(Drift.PRIVACY, f"est {before} au lieu de {after}", before, after)
        if channel.header != to_be.header:
            yield self._text(Drift.HEADER, "n’a pas l’en-tête prévu", channel.header, to_be.header)
        if channel.purpose != to_be.purpose:
            yield self._text(Drift.PURPOSE, "n’a pas le sujet prévu", channel.purpose, to_be.purpose)

    def _about_people(self, members: Mapping[str, ChatMember]) -> Iterator[Finding]:
        rules = self.plan.rules
        for user_id, account in self.survey.accounts.items():
            person, member = self.plan.people.get(user_id), members.get(user_id)
            if account.is_bot or (person is None and account.is_admin):
                continue
            if member is not None:
                yield from self._about_member(account, person, member)
            elif person and not account.is_gone and (reason := rules.reason_in(self.planned, person)):
                missing = self._finding(Drift.MISSING, reason, user_id, account.username)
                yield replace(missing, leads=rules.administers(self.planned, person))

    def _about_member(self, account: Account, person: Member | None, member: ChatMember) -> Iterator[Finding]:
        who = (member.user_id, account.username)
        rules, to_be = self.plan.rules, self.planned
        reason = GONE if account.is_gone else rules.reason_out(to_be, person, member.user_id)
        if to_be.private and reason:
            drift = Drift.INTRUDER if person or account.is_gone else Drift.STRANGER
            yield self._finding(drift, reason, *who)
        elif person and rules.administers(to_be, person) and not member.is_admin:
            yield self._finding(Drift.ADMIN_MISSING, LEADERLESS, *who)
        elif person and member.is_admin and to_be.departement and not self._may_administer(person):
            yield self._finding(Drift.ADMIN_EXTRA, "administre le canal sans en être coordinateur", *who)

    def _may_administer(self, person: Member) -> bool:
        return person.is_everywhere or self.plan.rules.administers(self.planned, person)

    def _finding(self, drift: Drift, reason: str, user_id: str = "", username: str = "") -> Finding:
        return Finding(drift, self.planned.key, self.planned.address, reason, user_id, username)

    def _text(self, drift: Drift, reason: str, before: str, after: str) -> Finding:
        return replace(self._finding(drift, reason), before=before, after=after)
