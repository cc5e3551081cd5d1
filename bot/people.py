"""The people who act: from the register first, then from Mattermost, which is asked about an account once a minute."""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.errors import ChatError, UserError
from bot.mattermost import ChatUser, Mattermost
from bot.presence import Presence
from bot.texts import render
from config.settings import Settings
from config.time import PARIS
from storage import people
from storage.database import Database, detached
from storage.people import ANIMATES, Person, Role, register

NEWS_FOR = timedelta(seconds=60)
ACCOUNTS_MAX = 5000
ASKING_MAX = 1.5
"""Seconds to ask about somebody of whom something is known already: people wait for an answer meanwhile."""
SILENCE_FOR = timedelta(seconds=5)
"""How long a Mattermost that did not answer is left alone, where what is known will do."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """What Mattermost said about an account, and when. ``role`` is derived from it, None until needed; ``is_stale``
    once the account changed."""

    user: ChatUser
    role: Role | None
    at: datetime
    is_stale: bool = False


class AccountCache:
    """A cache of accounts; old answers serve while Mattermost does not answer."""

    def __init__(self, chat: Mattermost, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._chat = chat
        self._settings = settings
        self._clock = clock
        self._known: OrderedDict[str, KnownAccount] = OrderedDict()
        self._silent_until = _LONG_AGO
        self._verifies = (False, _LONG_AGO)

    async def of(self, user_id: str, *, derive: bool, is_known: bool) -> KnownAccount | None:
        """Return somebody’s account, with its derived role if ``derive``; ask Mattermost only if it is older than a
        minute.

        If Mattermost does not answer, return an older one or, if the caller knows the person otherwise (``is_known``),
        None. Raises ChatError for an account that does not exist, or that nobody knows.
        """
        known = self._known.get(user_id)
        says_it = known is not None and (known.role is not None or not derive)
        if known and says_it and not known.is_stale and self._clock() - known.at < NEWS_FOR:
            return known
        will_do = is_known or says_it
        if will_do and self._clock() < self._silent_until:
            return known
        return await self._ask(user_id, known, derive=derive, will_do=will_do)

    async def trusts_addresses(self) -> bool:
        """Return whether an e-mail address identifies somebody: not where anybody can set any address."""
        if self._settings.trust_addresses != "auto":
            return self._settings.trust_addresses == "oui"
        verifies, at = self._verifies
        if self._clock() - at >= NEWS_FOR:
            verifies = await self._chat.verifies_addresses()
            self._verifies = (verifies, self._clock())
        return verifies

    def note_change(self, user_id: str, *, is_gone: bool) -> None:
        """Note that an account was deactivated, or must be asked about again."""
        known = self._known.get(user_id)
        if is_gone:
            user = replace(known.user, deleted=True) if known else ChatUser(user_id, "", deleted=True)
            self._remember(KnownAccount(user, Role.INVITE, self._clock()))
        elif known:
            self._known[user_id] = replace(known, is_stale=True)

    async def _ask(
        self, user_id: str, known: KnownAccount | None, *, derive: bool, will_do: bool
    ) -> KnownAccount | None:
        try:
            async with asyncio.timeout(ASKING_MAX if will_do else None):
                user = await self._chat.user(user_id)
                role = await self._role(user) if derive else None
                return self._remember(KnownAccount(user, role, self._clock()))
        except TimeoutError:
            pass
        except ChatError as error:
            if not (will_do and error.may_pass):
                raise
        self._silent_until = self._clock() + SILENCE_FOR
        return known

    async def _role(self, user: ChatUser) -> Role:
        if user.is_bot or user.deleted:
            return Role.INVITE
        if user.is_system_admin or await self._chat.is_team_admin(user.id):
            return Role.ANIMATEUR
        if role := await self._role_of_groups(user.id):
            return role
        _, at, domain = user.email.lower().rpartition("@")
        is_ours = bool(at) and domain in self._settings.domains
        return Role.CONSEILLER if is_ours and await self.trusts_addresses() else Role.INVITE

    async def _role_of_groups(self, user_id: str) -> Role | None:
        """Return the role that the organisation’s directory gives somebody, by their first group in the setting."""
        if not self._settings.role_groups:
            return None
        groups = await self._chat.directory_groups(user_id)
        return next((Role(role) for group, role in self._settings.role_groups.items() if group in groups), None)

    def _remember(self, account: KnownAccount) -> KnownAccount:
        self._known[account.user.id] = account
        self._known.move_to_end(account.user.id)
        if len(self._known) > ACCOUNTS_MAX:
            self._known.popitem(last=False)
        return account


T = TypeVar("T")
PersonQuery = Callable[[AsyncSession, str], Awaitable[T]]
"""A query about the person of that id."""
GroupQuery = Callable[[AsyncSession], Awaitable[Collection[str]]]
"""A query for the ids of those of whom something is so: of few among all."""
GROUP_HOLDS_FOR = timedelta(seconds=1)
"""How long a group is remembered: of what another replica wrote no event tells."""

PEOPLE_MAX = 5000
ROLE_NOTED_FOR = timedelta(days=1)
"""How old the register’s memory of a role that follows from Mattermost may grow before it is written anew."""
DOUBTED_AFTER = timedelta(seconds=3)
"""How long what was heard of somebody who would be refused is believed."""
ROLE_HOLDS_FOR = timedelta(days=30)
"""How long that memory serves while Mattermost does not answer."""


@dataclass(frozen=True, slots=True)
class _KnownPerson:
    person: Person
    until: datetime
    derived: bool
    """Whether the role follows from Mattermost, the register giving none."""
    readings: dict[Callable[..., Any], object] = field(default_factory=dict)
    """What features’ tables said of the person meanwhile."""


@dataclass(frozen=True, slots=True)
class _Group:
    reading: asyncio.Task[Collection[str]]
    until: datetime

    @property
    def is_lost(self) -> bool:
        """Whether the role could not be read."""
        return self.reading.done() and (self.reading.cancelled() or self.reading.exception() is not None)


class People:
    """The people who act, each with a role, cached for a minute."""

    def __init__(self, database: Database, chat: Mattermost, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._accounts = AccountCache(chat, settings, clock)
        self._clock = clock
        self.presence = Presence(chat, clock)
        self._known: OrderedDict[str, _KnownPerson] = OrderedDict()
        self._at_it: Counter[str] = Counter()
        """How often somebody is being looked up right now."""
        self._groups: dict[GroupQuery, _Group] = {}
        self._changes: Counter[str] = Counter()
        """How often they were to be read again meanwhile: what was read may be from before."""

    async def of(self, user_id: str) -> Person:
        """Return a person, cached for a minute.

        Raises ChatError for somebody who is neither in the register nor in Mattermost, or if it does not answer about
        an unknown person.
        """
        known = self._known.get(user_id)
        if known is not None and self._clock() < known.until:
            return known.person
        return (await self._look_up(user_id)).person

    async def recall(self, user_id: str, read: PersonQuery[T]) -> T:
        """Return the result of a query about somebody, cached for a minute."""
        await self.of(user_id)
        readings = self._known[user_id].readings
        if read not in readings:
            async with self._database.transaction(writes=False) as db:
                readings[read] = await read(db, user_id)
        return cast(T, readings[read])

    async def trusts_addresses(self) -> bool:
        """Return whether an e-mail address identifies somebody (COOP_TRUST_ADDRESSES). Raises ChatError if that is
        unknown."""
        return await self._accounts.trusts_addresses()

    async def is_among(self, user_id: str, read: GroupQuery) -> bool:
        """Return whether somebody is among the ids that a query finds, cached for a second for everybody together, so
        that changes by other replicas count at once."""
        group = self._groups.get(read)  # what was read before a change is not what is known after it
        if group is None or self._clock() >= group.until or group.is_lost:
            with detached():
                reading = asyncio.create_task(self._read_group(read))
            group = self._groups[read] = _Group(reading, self._clock() + GROUP_HOLDS_FOR)
        return user_id in await asyncio.shield(group.reading)

    async def _read_group(self, read: GroupQuery) -> Collection[str]:
        async with self._database.transaction(writes=False) as db:
            return await read(db)

    async def fresh(self, db: AsyncSession, user_id: str) -> Person:
        """Read a person from the register within the caller’s transaction, before changing something.

        Mattermost is asked before the first statement, which blocks other writers on SQLite; its answers are cached for
        a minute. Raises UserError for a deactivated account.
        """
        known = self._known.get(user_id) or await self._look_up(user_id)
        account = await self._active(user_id, known)
        row = await people.get(db, user_id)
        if row is not None and row.role is not None:
            return self._remember(row, derived=False).person
        if not known.derived:
            # The register has just taken its role back: begin again, asking for the one that follows.
            self._known[user_id] = replace(known, derived=True)
            await db.rollback()
            return await self.fresh(db, user_id)
        if account is not None and (_is_news(row, account) if row else _animates_anew(row, account)):
            await db.rollback()
            await self._note(account)
            row = await people.get(db, user_id)
        return self._derive(row, account).person

    def forget(self, user_id: str) -> None:
        """Drop a person from the cache, because the register changed."""
        self._groups = {}
        if user_id in self._at_it:
            self._changes[user_id] += 1
        known = self._known.get(user_id)
        if known is not None:
            self._known[user_id] = replace(known, until=self._clock(), readings={})

    def mark_doubtful(self, user_id: str) -> bool:
        """Drop the role of a person that has been cached for some seconds, and return whether there was one."""
        known = self._known.get(user_id)
        if known is None or known.until - self._clock() > NEWS_FOR - DOUBTED_AFTER:
            return False
        self._accounts.note_change(user_id, is_gone=False)
        self.forget(user_id)
        return True

    def note_change(self, user_id: str, *, is_gone: bool = False) -> None:
        """Note that an account changed in Mattermost: it was deactivated, or must be asked about again."""
        self._accounts.note_change(user_id, is_gone=is_gone)
        self.forget(user_id)

    async def note_role_change(self, user_id: str) -> None:
        """Note that somebody’s role in Mattermost changed, and read it; if it does not answer, it is asked when they
        act."""
        self.note_change(user_id)
        with suppress(ChatError):
            await self.of(user_id)

    async def _look_up(self, user_id: str) -> _KnownPerson:
        """Read a person as they are now; if they changed meanwhile, cache nothing."""
        before = self._changes[user_id]
        self._at_it[user_id] += 1
        try:
            found = await self._read(user_id)
            if self._changes[user_id] != before:
                self.forget(user_id)
        finally:
            self._at_it[user_id] -= 1
            if not self._at_it[user_id]:
                del self._at_it[user_id], self._changes[user_id]
        return found

    async def _read(self, user_id: str) -> _KnownPerson:
        """Read a person from the register and, only if that gives no role, from Mattermost."""
        async with self._database.transaction(writes=False) as db:
            row = await people.get(db, user_id)
        if row is not None and row.role is not None:
            return self._remember(row, derived=False)
        account = await self._account(user_id, row)
        if row is None and account is not None and (row := await self._arrived(account)) and row.role is not None:
            return self._remember(row, derived=False)
        if account is not None and _animates_anew(row, account):
            await self._note(account)
        return self._derive(row, account)

    async def _arrived(self, account: KnownAccount) -> Person | None:
        """Register a newcomer by the imported line that waited for them; None if there is none.

        An e-mail address identifies somebody only if addresses are trusted.
        """
        user = account.user
        if user.is_bot or user.deleted:
            return None
        async with self._database.transaction(writes=False) as db:
            line = await register.find_awaited(db, user.username, user.email)
            if line is None:  # somebody else may just have taken it
                return await people.get(db, user.id)
        if line.username != user.username and not await self._accounts.trusts_addresses():
            return None
        async with self._database.transaction() as db:
            come = await register.register_awaited(db, make_newcomer(user, self._clock()), user.email)
            return come or await people.get(db, user.id)

    async def _account(self, user_id: str, row: Person | None) -> KnownAccount | None:
        return await self._accounts.of(user_id, derive=True, is_known=self._holds(row))

    async def _active(self, user_id: str, known: _KnownPerson) -> KnownAccount | None:
        """Return the account of a person who acts; None if Mattermost does not answer and the earlier knowledge
        stands."""
        try:
            if known.derived:
                account = await self._account(user_id, known.person)
            else:
                account = await self._accounts.of(user_id, derive=False, is_known=True)
        except ChatError as error:
            if known.derived:
                raise
            if error.status == 404:
                raise UserError(render("refus/desactive")) from None
            return None
        if account is not None and account.user.deleted:
            raise UserError(render("refus/desactive"))
        return account

    def _holds(self, row: Person | None) -> bool:
        """Return whether the register has a role derived from Mattermost that is recent enough."""
        return row is not None and row.derived_at is not None and self._clock() - row.derived_at < ROLE_HOLDS_FOR

    def _derive(self, row: Person | None, account: KnownAccount | None) -> _KnownPerson:
        if account is None or account.role is None:
            if row is None or not self._holds(row):
                raise ChatError(0, "nobody_knows")
            return self._remember(row.copy_with(role=row.derived_role), derived=True)
        person = row or make_newcomer(account.user, self._clock())
        told = person.copy_with(role=account.role, derived_role=account.role, derived_at=account.at)
        return self._remember(told, derived=True, since=account.at)

    async def _note(self, account: KnownAccount) -> None:
        """Store the derived role in the register; for somebody who is not in it, only whether they animate."""
        if account.role is None:
            return
        async with self._database.transaction() as db:
            if account.role in ANIMATES:
                told = {"derived_role": account.role, "derived_at": account.at}
                await people.note_animateur(db, make_newcomer(account.user, self._clock()).copy_with(**told))
            await people.note_derived_role(db, account.user.id, account.role, account.at)

    def _remember(self, person: Person, *, derived: bool, since: datetime | None = None) -> _KnownPerson:
        """Cache a person; ``since`` is the time of Mattermost’s answer. An old answer serves a minute more while it
        does not answer."""
        now = self._clock()
        if person.has_left(person.today(now)):
            person = person.copy_with(role=Role.INVITE)
        start = since if since is not None and now - since < NEWS_FOR else now
        known = self._known[person.id] = _KnownPerson(person, start + NEWS_FOR, derived)
        self._known.move_to_end(person.id)
        if len(self._known) > PEOPLE_MAX:
            self._known.popitem(last=False)
        return known


def _is_news(row: Person, account: KnownAccount) -> bool:
    """Return whether the register should store a derived role: another one, or the same one after a day."""
    if account.role is None:
        return False
    return row.derived_role != account.role or row.derived_at is None or account.at - row.derived_at > ROLE_NOTED_FOR


def _animates_anew(row: Person | None, account: KnownAccount) -> bool:
    """Return whether somebody became an animateur or ceased to be one, which the register needs to know whom to ask."""
    if row is None:
        return account.role in ANIMATES
    return ANIMATES.isdisjoint({account.role}) is not ANIMATES.isdisjoint({row.derived_role})


def make_newcomer(user: ChatUser, now: datetime) -> Person:
    """Make the person of an account that the register does not know."""
    return Person(id=user.id, username=user.username, timezone=_zone(user.timezone), since=now)


def _zone(name: str) -> str:
    """Return the time zone of that name, Paris if there is none."""
    try:
        return ZoneInfo(name).key if name else PARIS.key
    except (KeyError, ValueError, OSError):
        return PARIS.key


@lru_cache(100)
def make_nobody(zone: ZoneInfo = PARIS) -> Person:
    """Make the person for requests by nobody, without any rights."""
    return Person(id="", username="", role=None, timezone=zone.key, since=datetime.fromtimestamp(0, UTC))
