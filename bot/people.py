"""Who acts: the person of the register, or what Mattermost tells of somebody the register does not know."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.errors import ChatError
from bot.mattermost import Chat, ChatUser
from config.settings import Settings
from storage import people
from storage.database import Database
from storage.people import PARIS, Person, Role

TTL = timedelta(seconds=60)
REMEMBERED = 5000
PATIENCE = 1.5
"""Seconds to ask Mattermost again about somebody already known: people wait for an answer meanwhile."""


@dataclass(frozen=True, slots=True)
class _Known:
    person: Person
    until: datetime
    derived: bool
    """Whether the role follows from Mattermost, the register giving none."""


@dataclass(frozen=True, slots=True)
class _Facts:
    user: ChatUser
    role: Role


class People:
    """The people at work, each with a role; kept in memory for a minute."""

    def __init__(self, database: Database, chat: Chat, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._chat = chat
        self._settings = settings
        self._clock = clock
        self._known: OrderedDict[str, _Known] = OrderedDict()

    async def of(self, user_id: str) -> Person:
        """Somebody, as they were less than a minute ago; reads nothing when that is known.

        Raises ChatError for who is neither in the register nor in Mattermost, or when it does not answer about
        somebody never seen.
        """
        known = self._known.get(user_id)
        if known is not None and self._clock() < known.until:
            return known.person
        async with self._database.transaction(writes=False) as db:
            row = await people.get(db, user_id)
        if row is not None and row.role is not None:
            return self._remember(row, derived=False)
        return self._derive(user_id, row, await self._facts(user_id))

    async def fresh(self, db: AsyncSession, user_id: str) -> Person:
        """Somebody as they are now, read in the caller’s transaction: for what changes something.

        A role that follows from Mattermost is asked for again; if it does not answer, what was known holds.
        """
        known = self._known.get(user_id)
        # Asked before the first statement where possible: on SQLite that one makes every other writer wait.
        facts = await self._facts(user_id) if known is None or known.derived else None
        row = await people.get(db, user_id)
        if row is not None and row.role is not None:
            return self._remember(row, derived=False)
        return self._derive(user_id, row, facts or await self._facts(user_id))

    def remember(self, person: Person) -> None:
        """A handler changed somebody’s place: know it at once. The role known before holds if none is given."""
        known = self._known.get(person.id)
        if person.role is None and known is None:
            return
        role = person.role or (known.person.role if known else None)
        self._remember(_with(person, role=role), derived=known.derived if known else False)

    def forget(self, user_id: str) -> None:
        """Something about somebody changed: ask again next time (the old answer serves if nobody answers)."""
        known = self._known.get(user_id)
        if known is not None:
            self._known[user_id] = _Known(known.person, self._clock(), known.derived)

    async def _facts(self, user_id: str) -> _Facts | None:
        """What Mattermost says; None when it does not answer about somebody already known."""
        known = user_id in self._known
        try:
            async with asyncio.timeout(PATIENCE if known else None):
                user = await self._chat.user(user_id)
                return _Facts(user, await self._role(user))
        except TimeoutError:
            return None
        except ChatError as error:
            if known and error.may_pass:
                return None
            raise

    async def _role(self, user: ChatUser) -> Role:
        if user.is_bot or user.deleted:
            return Role.INVITE
        if user.is_system_admin or await self._chat.is_team_admin(user.id):
            return Role.ANIMATEUR
        _, at, domain = user.email.lower().rpartition("@")
        return Role.CONSEILLER if at and domain in self._settings.domains else Role.INVITE

    def _derive(self, user_id: str, row: Person | None, facts: _Facts | None) -> Person:
        if facts is None:
            before = self._known[user_id].person
            return self._remember(_with(row or before, role=before.role), derived=True)
        person = row or Person(
            id=facts.user.id,
            username=facts.user.username,
            timezone=_zone(facts.user.timezone),
            since=self._clock(),
        )
        return self._remember(_with(person, role=facts.role), derived=True)

    def _remember(self, person: Person, *, derived: bool) -> Person:
        self._known[person.id] = _Known(person, self._clock() + TTL, derived)
        self._known.move_to_end(person.id)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return person


def _with(person: Person, *, role: Role | None) -> Person:
    """A copy that no session knows: its role is not written to the register, and a rollback does not empty it."""
    return Person(**(person.model_dump() | {"role": role}))


def _zone(name: str) -> str:
    """The zone if there is one of that name, else Paris."""
    try:
        return ZoneInfo(name).key if name else PARIS
    except (KeyError, ValueError, OSError):
        return PARIS
