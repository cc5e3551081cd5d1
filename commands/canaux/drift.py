"""The drift of channels from the plan: how they are, how they should be, and the actions that repair or undo a
difference, in words."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot import actions
from bot.errors import ChatError, Refusal
from bot.mattermost import ChatChannel, ChatMember, ChatReader, ChatUser
from config.canaux import PlannedChannel
from config.settings import Settings
from storage.canaux import ChannelPerson, MembershipRules, find_channel_ids, list_allowances, list_planned, runs
from storage.canaux.runs import GONE, LEADERLESS, OUTSIDERS, PRIVATE, PUBLIC, Change, ChangeState, Drift, Finding
from storage.people import every, transitions

CHANNEL_FIELDS = {Drift.TITLE: "display_name", Drift.HEADER: "header", Drift.PURPOSE: "purpose"}
"""Mattermost’s names of a channel’s texts."""

FORWARD, BACK = "canaux.run", "canaux.back"
"""The prefixes of the topics of actions: of those that make changes, and of those that undo them."""


@dataclass(frozen=True, slots=True)
class ActBatch:
    """The changes that one action makes."""

    changes: Sequence[Change]
    act: actions.ChatAction

    @property
    def numbers(self) -> Sequence[int]:
        """The numbers of these changes in their run."""
        return [change.n for change in self.changes]


def read_act_topic(topic: str) -> tuple[str, int, bool] | None:
    """Parse an action’s topic: its run, its batch, and whether it undoes; None for any other topic."""
    kind, _, rest = topic.partition(":")
    run_id, _, number = rest.rpartition(".")
    return (run_id, int(number), kind == BACK) if kind in {FORWARD, BACK} and number.isdigit() else None


def build_batches(wanted: Sequence[Change], table: Mapping[str, PlannedChannel], *, back: bool) -> Iterator[ActBatch]:
    """Group these changes of one channel into actions that make them (or, with ``back``, undo them), in order. People
    to be added together share one; changes that no action can make are left out."""
    joining = [change for change in wanted if is_joining(change, back=back)]
    for change in wanted:
        if is_joining(change, back=back):
            if change is joining[0]:
                team = table[change.key].team if change.key in table else ""
                people = [c.user_id for c in joining]
                act = actions.AddMembers(change.channel_id, people, team=team, topic=_act_topic(change, back))
                yield ActBatch(joining, act)
        elif act_ := _build_act(change, table.get(change.key), back):
            yield ActBatch([change], act_)


async def note_sent(db: AsyncSession, sent: Sequence[ActBatch], state: ChangeState) -> None:
    """Record which changes of a run are under way."""
    for batch in sent:
        first = batch.changes[0]
        await runs.update_changes(db, first.run_id, batch.numbers, state=state, batch=first.n)


def list_stuck(wanted: Sequence[Change], batches: Sequence[ActBatch]) -> Collection[int]:
    """Return the numbers of the changes that no action can make."""
    return {change.n for change in wanted}.difference(*(batch.numbers for batch in batches))


def is_joining(change: Change, *, back: bool) -> bool:
    """Return whether a change makes somebody join a channel, which the bot will be told of."""
    kinds = OUTSIDERS if back else {Drift.MISSING, Drift.UNSEEN}
    return change.drift in kinds and bool(change.channel_id and change.user_id)


def _act_topic(change: Change, back: bool) -> str:
    return f"{BACK if back else FORWARD}:{change.run_id}.{change.n}"


def _build_act(change: Change, planned: PlannedChannel | None, back: bool) -> actions.ChatAction | None:
    topic, place, drift = _act_topic(change, back), change.channel_id, change.drift
    wanted = change.before if back else change.after
    if drift is Drift.ABSENT and not back:
        return actions.CreateChannel.of(planned, topic) if planned else None
    if not place or drift is Drift.UNSEEN:
        return None
    match drift:
        case Drift.ABSENT | Drift.ARCHIVED | Drift.PUT_AWAY:
            restores = back is (drift is Drift.PUT_AWAY)
            act: actions.ChatAction = (
                actions.RestoreChannel(place, topic=topic) if restores else actions.ArchiveChannel(place, topic=topic)
            )
        case Drift.ADMIN_MISSING | Drift.ADMIN_EXTRA:
            leads = back is (drift is Drift.ADMIN_EXTRA)
            act = actions.SetChannelAdmin(place, change.user_id, is_admin=leads, topic=topic)
        case Drift.PRIVACY:
            act = actions.ConvertChannel(place, private=wanted == PRIVATE, topic=topic)
        case Drift.TITLE | Drift.HEADER | Drift.PURPOSE:
            act = actions.ChangeChannel(place, topic=topic, **{CHANNEL_FIELDS[drift]: wanted})
        case _:
            act = actions.RemoveMember(place, change.user_id, topic=topic)
    return act


OUT_OF_SIGHT = {Refusal.UNKNOWN_CHANNEL, Refusal.FORBIDDEN}


@dataclass(frozen=True, slots=True)
class ChannelTarget:
    """Where to look for a planned channel: by its known Mattermost id (or ""), else by its address in its team."""

    key: str
    address: str
    channel_id: str
    team: str = ""

    @classmethod
    def of(cls, planned: PlannedChannel, known: Mapping[str, str]) -> "ChannelTarget":
        """Make the target of a planned channel, with the ids that are remembered."""
        return cls(planned.key, planned.address, known.get(planned.key, ""), planned.team)


@dataclass(frozen=True, slots=True)
class SeenChannel:
    """A channel as it is: None if it was not found. Its members are None if the bot is not in it and so cannot know
    them."""

    channel: ChatChannel | None = None
    members: Mapping[str, ChatMember] | None = None


@dataclass
class Survey:
    """Reads the accounts of the team once, then the members of each channel; channels that the bot is not in are asked
    for one by one. Every method raises ChatError."""

    chat: ChatReader
    accounts: dict[str, ChatUser] = field(default_factory=dict)
    own_id: str = ""
    _own: dict[str, Mapping[str, ChatChannel]] = field(default_factory=dict)
    """The channels of the bot, by id, of each team."""

    async def begin(self) -> None:
        """Read what all channels have in common."""
        async for users in self.chat.team_users():
            self.accounts |= {user.id: user for user in users}
        self._own = {"": {channel.id: channel for channel in await self.chat.own_channels()}}
        self.own_id = (await self.chat.me()).id

    async def look(self, place: ChannelTarget) -> SeenChannel:
        """Look at one channel as it is now."""
        channel = await self._find(place)
        if channel is None:
            return SeenChannel()
        is_own = channel.id in await self._own_of(place.team) or await self.chat.is_in(channel.id)
        return SeenChannel(channel, await self._members(channel) if is_own else None)

    async def look_at_all(self, places: Iterable[ChannelTarget]) -> Mapping[str, SeenChannel]:
        """Look at several channels, by key, and at what they have in common."""
        await self.begin()
        return {place.key: await self.look(place) for place in places}

    async def _find(self, place: ChannelTarget) -> ChatChannel | None:
        """Find a channel by its known id, else by its address."""
        own = await self._own_of(place.team)
        if place.channel_id:
            try:
                return own.get(place.channel_id) or await self.chat.channel(place.channel_id)
            except ChatError as error:
                if error.refusal not in OUT_OF_SIGHT:
                    raise
        by_address = next((c for c in own.values() if c.name == place.address), None)
        try:
            return by_address or await self.chat.in_team(place.team).channel_by_name(place.address, archived=True)
        except ChatError as error:
            return self._none_of(place.team, error)

    async def _own_of(self, team: str) -> Mapping[str, ChatChannel]:
        """Return the bot’s channels in a team; empty for another team that it is not in or that does not exist."""
        if team not in self._own:
            try:
                channels = await self.chat.in_team(team).own_channels()
            except ChatError as error:
                self._none_of(team, error)
                channels = []
            self._own[team] = {channel.id: channel for channel in channels}
        return self._own[team]

    @staticmethod
    def _none_of(team: str, error: ChatError) -> None:
        """Return nothing for another team that the bot cannot see; raise the error if it is the bot’s own."""
        if not team or error.may_pass or error.refusal is Refusal.SIGNED_OUT:
            raise error

    async def _members(self, channel: ChatChannel) -> Mapping[str, ChatMember]:
        found: dict[str, ChatMember] = {}
        async for page in self.chat.channel_members(channel.id):
            found |= {member.user_id: member for member in page}
        return found


NOT_A_MEMBER = "le bot n’en est pas membre : ajoutez-l’y s’il est à vous, sinon donnez un autre nom au canal prévu"
"""The reason for a private channel at a planned address that the bot is not in: it may be somebody else’s."""
NOT_YET_A_MEMBER = "le bot n’en est pas encore membre"
"""The reason for a public channel that the bot is not in; a repair makes it join."""


@dataclass(frozen=True, slots=True)
class ChannelPlan:
    """What should be: the planned channels, the known ids, the membership rules, and the people of the register by
    id."""

    table: Mapping[str, PlannedChannel]
    known: Mapping[str, str]
    rules: MembershipRules
    people: Mapping[str, ChannelPerson]


async def read_plan(db: AsyncSession, settings: Settings, now: datetime) -> ChannelPlan:
    """Read the plan of today, by the register."""
    leaving = await transitions.find_in_grace(db, now)
    everybody = await every(db)
    people = {p.id: ChannelPerson.of(p, p.today(now), leaving.get(p.id, ())) for p in everybody}
    rules = MembershipRules(await list_allowances(db))
    return ChannelPlan(await list_planned(db, settings), await find_channel_ids(db), rules, people)


@dataclass(frozen=True, slots=True)
class ComparedChannel:
    """A planned channel, its counterpart in Mattermost (None if missing), its number of members, and its drift.

    ``to_join`` is the id of a public channel that the bot must join to learn enough about it, else "".
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


def compare_channel(plan: ChannelPlan, survey: Survey, planned: PlannedChannel, seen: SeenChannel) -> ComparedChannel:
    """Compare a planned channel with Mattermost, and return its drift."""
    comparison, channel = _Comparison(plan, survey, planned, seen), seen.channel
    findings, is_own = list(comparison.findings()), seen.members is not None
    return ComparedChannel(planned, channel, len(seen.members or ()), findings, comparison.to_join, is_own)


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Compares one planned channel with what is there."""

    plan: ChannelPlan
    survey: Survey
    planned: PlannedChannel
    seen: SeenChannel

    @property
    def to_join(self) -> str:
        channel = self.seen.channel
        return channel.id if channel and self.seen.members is None and not channel.is_private else ""

    def findings(self) -> Sequence[Finding]:
        channel, members = self.seen.channel, self.seen.members
        if channel is None:
            return [self._absent(), *self._about_people({})]
        if members is None:
            unseen = self._finding(Drift.UNSEEN, NOT_YET_A_MEMBER if self.to_join else NOT_A_MEMBER)
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
            if account.is_bot or (person is None and account.is_system_admin):  # who are everywhere in their own right
                continue
            if member is not None:
                yield from self._about_member(account, person, member)
            elif person and not account.deleted and (reason := rules.reason_in(self.planned, person)):
                missing = self._finding(Drift.MISSING, reason, user_id, account.username)
                yield replace(missing, leads=rules.administers(self.planned, person))

    def _about_member(self, account: ChatUser, person: ChannelPerson | None, member: ChatMember) -> Iterator[Finding]:
        who = (member.user_id, account.username)
        rules, to_be = self.plan.rules, self.planned
        reason = GONE if account.deleted else rules.reason_out(to_be, person, member.user_id)
        if to_be.private and reason:
            drift = Drift.INTRUDER if person or account.deleted else Drift.STRANGER
            yield self._finding(drift, reason, *who)
        elif person and rules.administers(to_be, person) and not member.is_admin:
            yield self._finding(Drift.ADMIN_MISSING, LEADERLESS, *who)
        elif person and member.is_admin and to_be.departement and not self._may_administer(person):
            yield self._finding(Drift.ADMIN_EXTRA, "administre le canal sans en être coordinateur", *who)

    def _may_administer(self, person: ChannelPerson) -> bool:
        return person.is_everywhere or self.plan.rules.administers(self.planned, person)

    def _finding(self, drift: Drift, reason: str, user_id: str = "", username: str = "") -> Finding:
        return Finding(drift, self.planned.key, self.planned.address, reason, user_id, username)

    def _text(self, drift: Drift, reason: str, before: str, after: str) -> Finding:
        return replace(self._finding(drift, reason), before=before, after=after)


REFUSAL_REASONS: Mapping[Refusal | None, str] = {
    Refusal.FORBIDDEN: "le bot n’en a pas le droit : nommez-le administrateur du canal, ou de l’équipe",
    Refusal.NAME_TAKEN: "un canal que le bot ne voit pas a déjà cette adresse : un administrateur de l’équipe peut y "
    "ajouter le bot, ou en changer l’adresse",
    Refusal.NOT_IN_TEAM: "n’est plus dans l’équipe",
    Refusal.DEACTIVATED: "a un compte désactivé",
    Refusal.UNKNOWN_PERSON: "n’a plus de compte",
    Refusal.TOO_MANY_CHANNELS: "l’équipe a déjà autant de canaux que le serveur en permet (MaxChannelsPerTeam)",
    Refusal.ARCHIVED: "le canal est archivé",
    Refusal.DEFAULT_CHANNEL: "c’est le canal par défaut de l’équipe, qui ne change pas",
}


LABELS = {
    Drift.ABSENT: (("canal créé", "canaux créés"), ("canal à créer", "canaux à créer")),
    Drift.ARCHIVED: (("canal restauré", "canaux restaurés"), ("canal à restaurer", "canaux à restaurer")),
    Drift.PUT_AWAY: (("canal archivé", "canaux archivés"), ("canal à archiver", "canaux à archiver")),
    Drift.UNSEEN: (
        ("canal rejoint par le bot", "canaux rejoints par le bot"),
        ("canal que le bot ne voit pas", "canaux que le bot ne voit pas"),
    ),
    Drift.TITLE: (("titre corrigé", "titres corrigés"), ("titre à corriger", "titres à corriger")),
    Drift.HEADER: (("en-tête corrigé", "en-têtes corrigés"), ("en-tête à corriger", "en-têtes à corriger")),
    Drift.PURPOSE: (("sujet corrigé", "sujets corrigés"), ("sujet à corriger", "sujets à corriger")),
    Drift.PRIVACY: (("canal converti", "canaux convertis"), ("canal à convertir", "canaux à convertir")),
    Drift.MISSING: (("personne ajoutée", "personnes ajoutées"), ("personne à ajouter", "personnes à ajouter")),
    Drift.INTRUDER: (("personne retirée", "personnes retirées"), ("personne à retirer", "personnes à retirer")),
    Drift.STRANGER: (
        ("inconnu du registre retiré", "inconnus du registre retirés"),
        ("inconnu du registre", "inconnus du registre"),
    ),
    Drift.ADMIN_MISSING: (
        ("administrateur nommé", "administrateurs nommés"),
        ("administrateur à nommer", "administrateurs à nommer"),
    ),
    Drift.ADMIN_EXTRA: (
        ("administrateur retiré", "administrateurs retirés"),
        ("administrateur à retirer", "administrateurs à retirer"),
    ),
}
"""The words for each kind of drift, singular and plural: repaired, and to be repaired."""


DONE_LABELS = {drift: done for drift, (done, _) in LABELS.items()}


TO_DO_LABELS = {drift: to_do for drift, (_, to_do) in LABELS.items()}


def say_refusal(refusal: Refusal | None) -> str:
    """Explain in French why Mattermost refused an action."""
    return REFUSAL_REASONS.get(refusal, "Mattermost l’a refusé")
