"""Channels as the register wants them: which of Mattermost’s they are, who belongs there, who may be there besides.

Words:
    channel Run, Change, Batch: what is shown, made and undone together; one finding of it, and how it stands; those
        that one act makes.
    Amendment, Allowance: what animateurs changed of the table of channels; who is let in or kept out by name.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config import canaux
from config.canaux import Belonging, Family, PlannedChannel, home_of
from config.settings import Settings
from config.territories import hub_of
from storage.canaux.runs import Change, Drift
from storage.claims import claim, list_taken
from storage.database import UtcTime, upsert
from storage.people import Person, Role
from storage.watchlist import WatchedMember, WatchedPlace

TEAM_ROOM = "animation"
"""The key of the animateurs’ own channel."""


class Channel(SQLModel, table=True):
    """A planned channel (``config/canaux.py``) that was found or made: renamed by hand, it is still the same."""

    __tablename__ = "channel"

    key: str = Field(primary_key=True, max_length=64)
    channel_id: str = Field(unique=True, max_length=26)
    at: datetime = Field(sa_type=UtcTime)


class Allowance(SQLModel, table=True):
    """A decision that overrides the rules: somebody is let into a channel (``is_in``) or kept out of it; ``by`` took
    it. ``leads`` says whether they administer the channel, if that was decided too."""

    __tablename__ = "channel_allowance"

    key: str = Field(primary_key=True, max_length=64)
    user_id: str = Field(primary_key=True, max_length=26)
    is_in: bool
    leads: bool | None = None
    reason: str = Field(default="", max_length=200)
    by: str = Field(default="", max_length=26)
    at: datetime = Field(sa_type=UtcTime)


async def find_channel_ids(db: AsyncSession) -> Mapping[str, str]:
    """Return the Mattermost ids of the channels that are known, by key."""
    return dict((await db.exec(select(Channel.key, Channel.channel_id))).all())


async def find_channel_keys(db: AsyncSession) -> Mapping[str, str]:
    """Return the keys of the channels that are known, by Mattermost id."""
    return {ident: key for key, ident in (await find_channel_ids(db)).items()}


async def find_team_room(db: AsyncSession) -> str:
    """Return the id of the animateurs’ own channel; "" while it is not known."""
    return (await find_channel_ids(db)).get(TEAM_ROOM, "")


async def list_keys_of(db: AsyncSession, user_id: str) -> Collection[str]:
    """Return the keys of the known channels in which somebody is, as Mattermost last told."""
    there = select(Channel.key).join(WatchedMember, col(WatchedMember.place) == col(Channel.channel_id))
    found = await db.exec(there.where(WatchedMember.user_id == user_id, col(WatchedMember.is_in)))
    return frozenset(found.all())


async def list_shown_names(db: AsyncSession) -> Mapping[str, str]:
    """Return the display names of the known channels, by key, as far as Mattermost told any."""
    seen = select(Channel.key, WatchedPlace.display_name).join(
        WatchedPlace, col(WatchedPlace.id) == col(Channel.channel_id)
    )
    return {key: name for key, name in (await db.exec(seen)).all() if name}


async def remember_channel(db: AsyncSession, key: str, channel_id: str, now: datetime) -> None:
    """Note that a planned channel, by its key, is this channel of Mattermost’s."""
    await upsert(db, Channel, [{"key": key, "channel_id": channel_id, "at": now}])


async def forget_channel(db: AsyncSession, key: str) -> None:
    """Forget which channel a planned one is, so that another may take its place."""
    await db.execute(delete(Channel).where(col(Channel.key) == key))


async def list_allowances(db: AsyncSession) -> Sequence[Allowance]:
    """List everybody who is let into or kept out of a channel by name."""
    return (await db.exec(select(Allowance).order_by(col(Allowance.key), col(Allowance.user_id)))).all()


async def find_allowance(db: AsyncSession, key: str, user_id: str) -> Allowance | None:
    """Find what was decided by name of somebody in a channel."""
    here = (col(Allowance.key) == key, col(Allowance.user_id) == user_id)
    return (await db.exec(select(Allowance).where(*here))).first()


async def allow(db: AsyncSession, allowed: Iterable[Allowance]) -> None:
    """Let somebody into a channel, or keep them out, from now on; this replaces what was decided before."""
    for each in allowed:
        await upsert(db, Allowance, [each.model_dump()])


async def disallow(db: AsyncSession, key: str, user_id: str) -> bool:
    """Drop what was decided by name of somebody, so that the rules alone hold again; return False where nothing was
    decided."""
    here = (col(Allowance.key) == key, col(Allowance.user_id) == user_id)
    return (await db.execute(delete(Allowance).where(*here).returning(col(Allowance.key)))).scalar() is not None


MADE = "libre:"
"""The prefix of the keys of channels made in chat."""


class Amendment(SQLModel, table=True):
    """What differs from the table for one channel: ``name``, ``purpose`` and ``header``, where they were changed;
    ``archived`` is why it was put away ("": it was not). ``address`` is that of a channel made in chat, which the table
    does not have, or a replacement for the table’s where somebody else’s channel has that."""

    __tablename__ = "channel_amendment"

    key: str = Field(primary_key=True, max_length=64)
    name: str = Field(default="", max_length=64)
    address: str = Field(default="", max_length=64)
    purpose: str = Field(default="", max_length=250)
    header: str = Field(default="", max_length=1024)
    archived: str = Field(default="", max_length=200)
    by: str = Field(default="", max_length=26)
    at: datetime = Field(sa_type=UtcTime)


async def list_planned(db: AsyncSession, settings: Settings, *, archived: bool = False) -> Mapping[str, PlannedChannel]:
    """List the planned channels by key, those put away only where ``archived``. Raises what ``config.canaux.read``
    raises."""
    table = {**canaux.read(settings.channels), **canaux.of_hubs(settings.hubs_team)}
    for change in (await db.exec(select(Amendment).order_by(col(Amendment.key)))).all():
        known = table.get(change.key) or (_make_planned(change) if change.address else None)
        if known is not None:
            given = {name: text for name in ("name", "address", "purpose", "header") if (text := getattr(change, name))}
            table[change.key] = replace(known, **given)
        if change.archived and not archived:
            table.pop(change.key, None)
    return table


async def list_put_away(db: AsyncSession) -> Mapping[str, str]:
    """Return the keys of the channels that were put away, each with the reason."""
    found = await db.exec(select(Amendment).where(col(Amendment.archived) != ""))
    return {change.key: change.archived for change in found.all()}


async def amend_channel(db: AsyncSession, key: str, by: str, now: datetime, **values: Any) -> None:
    """Change some fields of a channel’s amendment; its other fields stay as they are."""
    new = values | {"by": by, "at": now}
    await upsert(db, Amendment, [Amendment(key=key, **new).model_dump()], tuple(new))


async def take_back_change(db: AsyncSession, change: Change, by: str, now: datetime) -> None:
    """Restore what a change by hand in chat had replaced: Mattermost refused the change, or it was undone."""
    match change.drift:
        case Drift.ABSENT if change.before:
            await amend_channel(db, change.key, by, now, name=change.before, address="")
        case Drift.ABSENT:
            await db.execute(delete(Amendment).where(col(Amendment.key) == change.key))
        case Drift.TITLE | Drift.PURPOSE | Drift.HEADER:
            column = {Drift.TITLE: "name", Drift.PURPOSE: "purpose", Drift.HEADER: "header"}[change.drift]
            await amend_channel(db, change.key, by, now, **{column: change.before})
        case Drift.ADMIN_MISSING | Drift.ADMIN_EXTRA if change.before:
            await allow(db, [Allowance(**json.loads(change.before) | {"by": by, "at": now})])
        case Drift.ADMIN_MISSING | Drift.ADMIN_EXTRA:
            await disallow(db, change.key, change.user_id)
        case Drift.PUT_AWAY | Drift.ARCHIVED:
            await amend_channel(db, change.key, by, now, archived=change.before)


def _make_planned(change: Amendment) -> PlannedChannel:
    said = change.model_dump(include={"key", "name", "address", "purpose", "header"})
    return PlannedChannel(family=Family.THEMATIQUE, private=False, belonging=Belonging.LIBRE, roles=frozenset(), **said)


ANIMATION = frozenset({Role.ANIMATEUR, Role.ADMINISTRATEUR})
"""The roles that may be in every channel."""


@dataclass(frozen=True, slots=True)
class ChannelPerson:
    """A person as far as channels are concerned: ``departements`` are those whose channels they share, ``leaving``
    those they left less than a grace period ago; ``hubs`` and ``leaving_hubs`` (by key) follow from them."""

    id: str
    username: str
    role: Role | None
    departements: frozenset[str]
    leaving: frozenset[str]
    has_left: bool
    hubs: frozenset[str] = frozenset()
    leaving_hubs: frozenset[str] = frozenset()

    @classmethod
    def of(cls, person: Person, today: date, leaving: Iterable[str] = ()) -> "ChannelPerson":
        """Make the member that a person of the register is on a day."""
        return cls(
            id=person.id,
            username=person.username,
            role=person.role or person.derived_role,
            departements=_homes(person.departements),
            leaving=_homes(leaving),
            has_left=person.has_left(today),
            hubs=_hubs(person.departements),
            leaving_hubs=_hubs(leaving),
        )

    @property
    def is_everywhere(self) -> bool:
        """Tell whether the member may be in every channel."""
        return self.role in ANIMATION


class MembershipRules:
    """The rules of who belongs in which channel, with the exceptions by name."""

    def __init__(self, allowances: Iterable[Allowance]) -> None:
        self._named: Mapping[tuple[str, str], Allowance] = {(a.key, a.user_id): a for a in allowances}

    def reason_in(self, canal: PlannedChannel, member: ChannelPerson) -> str:
        """Return why somebody belongs in a channel; "" where they need not be in it."""
        named = self._named.get((canal.key, member.id))
        if member.has_left or (named and not named.is_in):
            return ""
        if named:
            return named.reason or "y est admis par exception"
        if canal.belonging is Belonging.TOUS:
            return "tout le réseau y est"
        if canal.belonging is Belonging.DEPARTEMENT:
            return f"travaille dans le {canal.departement}" if self._works_there(canal, member) else ""
        if canal.belonging is Belonging.HUB:
            return "travaille dans un département de ce hub" if canal.hub in _member_hubs(member) else ""
        return f"est {member.role.label}" if member.role and member.role in canal.roles else ""

    def places(self, table: Mapping[str, PlannedChannel], member: ChannelPerson) -> frozenset[str]:
        """Return the keys of all channels where somebody belongs."""
        return frozenset(key for key, canal in table.items() if self.reason_in(canal, member))

    def reason_out(self, canal: PlannedChannel, member: ChannelPerson | None, user_id: str = "") -> str:
        """Return why somebody should not be in a private channel; "" where they may be. People who are not in the
        register are known by their ``user_id`` alone."""
        named = self._named.get((canal.key, member.id if member else user_id))
        if named:
            return "" if named.is_in else named.reason or "n’y est pas admis"
        if member is None:
            return "n’est pas dans le registre"
        if member.has_left:
            return "a quitté le réseau"
        if member.is_everywhere or self.reason_in(canal, member):
            return ""
        if canal.belonging in {Belonging.DEPARTEMENT, Belonging.HUB}:
            is_leaving = canal.departement in member.leaving or canal.hub in member.leaving_hubs
            return "" if is_leaving else _say_elsewhere(member)
        return "n’a pas le rôle de ceux qui y sont"

    def administers(self, canal: PlannedChannel, member: ChannelPerson) -> bool:
        """Tell whether somebody should administer a channel: coordinateurs administer that of their département, unless
        it was decided otherwise by name."""
        named = self._named.get((canal.key, member.id))
        if named and named.leads is not None:
            return named.leads and named.is_in and not member.has_left
        return (
            canal.belonging is Belonging.DEPARTEMENT
            and member.role is Role.COORDINATEUR
            and bool(self.reason_in(canal, member))
        )

    @staticmethod
    def _works_there(canal: PlannedChannel, member: ChannelPerson) -> bool:
        return canal.departement in member.departements and not member.is_everywhere


def _member_hubs(member: ChannelPerson) -> frozenset[str]:
    """Return the hubs of somebody; people who may be everywhere are brought into none."""
    return frozenset() if member.is_everywhere else member.hubs


def _hubs(codes: Iterable[str]) -> frozenset[str]:
    return frozenset(hub.key for code in codes if (hub := hub_of(code)))


def _homes(codes: Iterable[str]) -> frozenset[str]:
    return frozenset(home for code in codes if (home := home_of(code)))


def _say_elsewhere(member: ChannelPerson) -> str:
    where: Collection[str] = sorted(member.departements)
    return f"travaille ailleurs ({', '.join(where)})" if where else "n’a pas de département dans le registre"


DEFAULT = "town-square"
"""The address of the channel that nobody of a team can leave."""


DEPARTED = "canaux.departed"
"""The scope under which a departure is claimed."""


@dataclass(frozen=True, slots=True)
class Settling:
    """Channels to be joined and left by one person, by id, and the teams of those to be joined ("" is the bot’s own);
    leaving a channel where they are not does nothing."""

    joins: Mapping[str, str]
    leaves: Sequence[str]


async def compute_settling(
    db: AsyncSession, table: Mapping[str, PlannedChannel], before: ChannelPerson | None, after: ChannelPerson
) -> Settling:
    """Compute which channels somebody joins and leaves when they change from ``before`` (None: unknown until now) to
    ``after``.

    Somebody who leaves the réseau leaves the channels of free choice, too; somebody who moved keeps the old
    département’s channel for as long as ``after.leaving`` says.
    """
    rules, known = MembershipRules(await list_allowances(db)), await find_channel_ids(db)
    old = rules.places(table, before) if before else frozenset()
    new = rules.places(table, after)
    leaves = [key for key in table if _is_left(rules, table[key], key in old, after)]
    joins = {known[key]: planned.team for key, planned in table.items() if key in new - old and key in known}
    return Settling(joins, [known[key] for key in leaves if key in known])


def _is_left(rules: MembershipRules, planned: PlannedChannel, was_there: bool, after: ChannelPerson) -> bool:
    if planned.address == DEFAULT:
        return False
    if after.has_left:
        return was_there or planned.belonging is Belonging.LIBRE
    return was_there and planned.private and bool(rules.reason_out(planned, after))


async def begin_departure(db: AsyncSession, person: Person, now: datetime) -> bool:
    """Note that somebody whose last day has passed starts leaving their channels; return False where that was noted
    before."""
    return await claim(db, DEPARTED, _departure_key(person), now)


async def find_departed(db: AsyncSession, persons: Sequence[Person]) -> Collection[str]:
    """Return the ids of those people whose departure has begun, for the last day that they have now."""
    begun = set(await list_taken(db, DEPARTED, [_departure_key(person) for person in persons]))
    return {person.id for person in persons if _departure_key(person) in begun}


def _departure_key(person: Person) -> str:
    return f"{person.id}:{person.left_on}"
