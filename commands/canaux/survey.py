"""Holding the team’s channels against what they are to be. Nothing is changed, and one channel is in hand at a time."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.errors import ChatError
from bot.mattermost import ChatChannel, ChatMember, ChatReader
from bot.refusals import Refusal
from commands.canaux.drift import LEADERLESS, Drift, Finding
from config.canaux import PlannedChannel
from storage.canaux import allowances, by_key
from storage.canaux.belonging import Member, Rules
from storage.people import every, moves

ALONE = "le bot n’en est pas membre : ajoutez-le au canal"
OPEN = "le bot n’en est pas encore membre"
"""Of a public channel, which it joins by itself when the channels are brought in order."""
OUT_OF_SIGHT = {Refusal.UNKNOWN_CHANNEL, Refusal.FORBIDDEN}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be: the planned channels, those of them that are known, the rules, and the people of the register by
    id."""

    table: Mapping[str, PlannedChannel]
    known: Mapping[str, str]
    rules: Rules
    people: Mapping[str, Member]


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody in the team, as far as it matters here."""

    username: str
    is_bot: bool
    is_gone: bool
    is_admin: bool
    """Whether they administer the server: such people are everywhere in their own right."""


@dataclass(frozen=True, slots=True)
class Surveyed:
    """A planned channel, what it is in Mattermost (None: it is not to be found), how many are in it, and its drift."""

    planned: PlannedChannel
    channel: ChatChannel | None
    members: int
    findings: Sequence[Finding]

    @property
    def to_join(self) -> str:
        """The id of a public channel of which the bot knows too little as long as it is not in it; "" otherwise."""
        unseen = any(finding.drift is Drift.UNSEEN for finding in self.findings)
        return self.channel.id if unseen and self.channel and not self.channel.is_private else ""


async def plan(db: AsyncSession, table: Mapping[str, PlannedChannel], now: datetime) -> Plan:
    """What is to be by the register, today."""
    leaving = await moves.in_grace(db, now)
    everybody = await every(db)
    people = {p.id: Member.of(p, p.today(now), leaving.get(p.id, ())) for p in everybody}
    return Plan(table, await by_key(db), Rules(await allowances(db)), people)


@dataclass
class Survey:
    """Reads pages of members, and of the channels only those that the bot is not in one by one."""

    chat: ChatReader
    plan: Plan
    _accounts: dict[str, Account] = field(default_factory=dict)
    _own: dict[str, ChatChannel] = field(default_factory=dict)

    async def look(self, keys: Iterable[str] | None = None) -> AsyncIterator[Surveyed]:
        """One channel after the other; all of the table, or those of these keys. Raises ChatError."""
        async for users in self.chat.team_users():
            self._accounts |= {u.id: Account(u.username, u.is_bot, u.deleted, u.is_system_admin) for u in users}
        self._own = {channel.id: channel for channel in await self.chat.own_channels()}
        for key in self.plan.table if keys is None else keys:
            yield await self._survey(self.plan.table[key])

    async def look_again(self, key: str) -> Surveyed:
        """One channel as it is by now, for who has looked at all."""
        return await self._survey(self.plan.table[key])

    async def _survey(self, planned: PlannedChannel) -> Surveyed:
        channel, why = await self._find(planned)
        if channel is None:
            return Surveyed(planned, None, 0, [why, *self._all_missing(planned)])
        try:
            members = await self._members(channel)
        except ChatError as error:
            if error.refusal not in OUT_OF_SIGHT:
                raise
            unseen = self._finding(Drift.UNSEEN, planned, ALONE if channel.is_private else OPEN)
            return Surveyed(planned, channel, 0, [unseen])
        findings = [*self._about_channel(planned, channel), *self._about_people(planned, members)]
        return Surveyed(planned, channel, len(members), findings)

    async def _find(self, planned: PlannedChannel) -> tuple[ChatChannel | None, Finding]:
        """The channel: the one that is remembered, else the one that stands at the address; and why there is none."""
        if known := self.plan.known.get(planned.key):
            try:
                return self._own.get(known) or await self.chat.channel(known), self._absent(planned)
            except ChatError as error:
                if error.refusal not in OUT_OF_SIGHT:
                    raise
        by_address = next((c for c in self._own.values() if c.name == planned.address), None)
        return by_address or await self.chat.channel_by_name(planned.address, archived=True), self._absent(planned)

    def _absent(self, planned: PlannedChannel) -> Finding:
        reason = "n’existe pas, ou est un canal privé dont le bot n’est pas membre"
        return self._finding(Drift.ABSENT, planned, reason if planned.private else "n’existe pas")

    async def _members(self, channel: ChatChannel) -> Mapping[str, ChatMember]:
        found: dict[str, ChatMember] = {}
        async for page in self.chat.channel_members(channel.id):
            found |= {member.user_id: member for member in page}
        return found

    def _about_channel(self, planned: PlannedChannel, channel: ChatChannel) -> Iterator[Finding]:
        if channel.archived:
            yield self._finding(Drift.ARCHIVED, planned, "est archivé")
        if channel.display_name != planned.name:
            reason = f"s’appelle « {channel.display_name} » au lieu de « {planned.name} »"
            yield self._finding(Drift.TITLE, planned, reason)
        if channel.is_private != planned.private:
            is_now = "est privé au lieu de public" if channel.is_private else "est public au lieu de privé"
            yield self._finding(Drift.PRIVACY, planned, is_now)
        if channel.header != planned.header:
            yield self._finding(Drift.HEADER, planned, "n’a pas l’en-tête prévu")
        if channel.purpose != planned.purpose:
            yield self._finding(Drift.PURPOSE, planned, "n’a pas le sujet prévu")

    def _all_missing(self, planned: PlannedChannel) -> Iterator[Finding]:
        return self._about_people(planned, {})

    def _about_people(self, planned: PlannedChannel, members: Mapping[str, ChatMember]) -> Iterator[Finding]:
        rules = self.plan.rules
        for user_id, account in self._accounts.items():
            person, member = self.plan.people.get(user_id), members.get(user_id)
            if account.is_bot or (person is None and account.is_admin):
                continue
            if member is not None:
                yield from self._about_member(planned, account, person, member)
            elif person and not account.is_gone and (reason := rules.reason_in(planned, person)):
                yield self._finding(Drift.MISSING, planned, reason, user_id, account.username)

    def _about_member(
        self, planned: PlannedChannel, account: Account, person: Member | None, member: ChatMember
    ) -> Iterator[Finding]:
        who = (member.user_id, account.username)
        reason = "a un compte désactivé" if account.is_gone else self.plan.rules.reason_out(planned, person)
        if planned.private and reason:
            drift = Drift.INTRUDER if person or account.is_gone else Drift.STRANGER
            yield self._finding(drift, planned, reason, *who)
        elif person and self.plan.rules.administers(planned, person) and not member.is_admin:
            yield self._finding(Drift.ADMIN_MISSING, planned, LEADERLESS, *who)
        elif person and member.is_admin and planned.departement and not self._may_administer(planned, person):
            yield self._finding(Drift.ADMIN_EXTRA, planned, "administre le canal sans en être coordinateur", *who)

    def _may_administer(self, planned: PlannedChannel, person: Member) -> bool:
        return person.is_everywhere or self.plan.rules.administers(planned, person)

    @staticmethod
    def _finding(drift: Drift, planned: PlannedChannel, reason: str, user_id: str = "", username: str = "") -> Finding:
        return Finding(drift, planned.key, planned.address, reason, user_id, username)
