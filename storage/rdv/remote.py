"""Rendez-vous that are kept at RDV Service Public: what is known of each, and how each of its agents has it as a rdv.

Nothing of who comes is here. What arrives late changes nothing: of two states the one that was sent last holds, of two
that were sent in the same second the one that is further on.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import SmallInteger, and_, delete, func, or_, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.themes import themes_in
from storage.cra.report import Canal
from storage.database import Code, UtcTime, insertion
from storage.rdv.appointments import (
    MEMO_MAX,
    PLACE_MAX,
    URL_MAX,
    PlaceKind,
    Rdv,
    RdvSource,
    RdvState,
    add_rdv,
    change_rdv,
    find_reports,
)

KEY_MAX, EMAIL_MAX = 40, 254
WAITED_FOR = timedelta(days=30)
"""How long after a rendez-vous the address of an agent is kept whom nobody knows by it: as a report is asked."""
_CANALS = {
    PlaceKind.PLACE: Canal.RATTACHEMENT,
    PlaceKind.HOME: Canal.DOMICILE,
    PlaceKind.PHONE: Canal.DISTANCE,
    PlaceKind.VISIO: Canal.DISTANCE,
}


class RemoteRdv(SQLModel, table=True):
    """A rendez-vous as RDV Service Public last said that it is.

    ``key`` is the number of the organisation and its own, « 12:345 »: one organisation cannot change what another one
    sent. ``sent_at`` is when that state was sent, in whole seconds, ``rank`` how far on it is. ``is_purged`` says that
    it was deleted there because it is old, which changes nothing here.
    """

    __tablename__ = "rdv_remote"

    key: str = Field(primary_key=True, max_length=KEY_MAX)
    uuid: str = Field(default="", max_length=36)
    sent_at: datetime = Field(sa_type=UtcTime)
    rank: int = Field(sa_type=SmallInteger)
    starts_at: datetime = Field(sa_type=UtcTime)
    ends_at: datetime = Field(sa_type=UtcTime, index=True)
    place_kind: PlaceKind = Field(default=PlaceKind.PLACE, sa_type=Code(PlaceKind))
    place: str = Field(default="", max_length=PLACE_MAX)
    commune: str = Field(default="", max_length=5)
    code_postal: str = Field(default="", max_length=5)
    motif: str = Field(default="", max_length=MEMO_MAX)
    collective: bool = False
    seats: int = Field(default=1, sa_type=SmallInteger)
    seats_taken: int = Field(default=0, sa_type=SmallInteger)
    state: RdvState = Field(default=RdvState.PREVU, sa_type=Code(RdvState))
    visio_url: str = Field(default="", max_length=URL_MAX)
    page_url: str = Field(default="", max_length=URL_MAX)
    is_purged: bool = False

    @property
    def columns(self) -> Mapping[str, Any]:
        """The same as columns of a rdv: what it is about is its memo, and names its themes where words of it do."""
        same = ("starts_at", "ends_at", "place_kind", "place", "commune", "code_postal", "collective", "seats")
        return {name: getattr(self, name) for name in (*same, "seats_taken", "state", "visio_url")} | {
            "canal": _CANALS[self.place_kind],
            "memo": self.motif,
            "themes": themes_in(self.motif),
            "external_url": self.page_url,
        }


class RdvAgent(SQLModel, table=True):
    """Whose rendez-vous it is, by the address there; without ``user_id`` while neither the register nor Mattermost
    knows anybody by it."""

    __tablename__ = "rdv_agent"

    key: str = Field(primary_key=True, max_length=KEY_MAX)
    email: str = Field(primary_key=True, index=True, max_length=EMAIL_MAX)
    user_id: str | None = Field(default=None, max_length=26)


Agents = Mapping[str, str | None]
"""The id of who has an address; None for who is not known."""


async def take_state(db: AsyncSession, remote: RemoteRdv, agents: Agents, now: datetime) -> bool:
    """Store a state, unless a newer one is known (then return False): each of its agents who is known has the rdv, and
    who is none any more loses it.

    Nobody else changes that rendez-vous until the transaction ends. The same state once more changes nothing.
    """
    if not await _replace_older(db, remote):
        return False
    await db.execute(delete(RdvAgent).where(col(RdvAgent.key) == remote.key))
    if remote.is_purged:
        return True
    if agents:
        rows = [{"key": remote.key, "email": email, "user_id": agents[email]} for email in sorted(agents)]
        await db.execute(insertion(db, RdvAgent).values(rows))
    await _settle(db, remote, {user_id for user_id in agents.values() if user_id}, now)
    return True


async def _replace_older(db: AsyncSession, remote: RemoteRdv) -> bool:
    statement = insertion(db, RemoteRdv).values(remote.model_dump())
    new = statement.excluded
    is_tied = and_(col(RemoteRdv.sent_at) == new.sent_at, col(RemoteRdv.rank) < new.rank)
    columns = {name: new[name] for name in RemoteRdv.model_fields if name != "key"}
    newer = statement.on_conflict_do_update(
        index_elements=["key"], set_=columns, where=or_(col(RemoteRdv.sent_at) < new.sent_at, is_tied)
    )
    return (await db.execute(newer.returning(col(RemoteRdv.key)))).first() is not None


async def _settle(db: AsyncSession, remote: RemoteRdv, owners: Collection[str], now: datetime) -> None:
    query = select(Rdv).where(Rdv.source == RdvSource.RDV_SP, Rdv.external_id == remote.key)
    known = (await db.exec(query.with_for_update().execution_options(populate_existing=True))).all()
    lost = [rdv for rdv in known if rdv.user_id not in owners]
    reports = await find_reports(db, lost)
    for rdv in known:
        if rdv.user_id in owners:
            await _renew(db, rdv, remote, remote.columns, now)
        elif rdv.number not in reports:
            await _renew(db, rdv, remote, {"state": RdvState.ANNULE}, now)
    for user_id in sorted(set(owners) - {rdv.user_id for rdv in known}):
        await _add(db, remote, user_id, now)


async def _renew(db: AsyncSession, rdv: Rdv, remote: RemoteRdv, values: Mapping[str, Any], now: datetime) -> None:
    changed = {name: value for name, value in values.items() if getattr(rdv, name) != value}
    if changed:
        await change_rdv(db, rdv, now, **changed, external_at=remote.sent_at)


async def _add(db: AsyncSession, remote: RemoteRdv, user_id: str, now: datetime) -> None:
    rdv = Rdv(user_id=user_id, external_id=remote.key, external_at=remote.sent_at, created_at=now, changed_at=now)  # type: ignore[call-arg]
    for name, value in {**remote.columns, "source": RdvSource.RDV_SP}.items():
        setattr(rdv, name, value)
    await add_rdv(db, rdv)


async def find_agents(db: AsyncSession, emails: Collection[str]) -> Agents:
    """Find which of these addresses agents had before, and who they were."""
    query = select(RdvAgent.email, func.max(RdvAgent.user_id)).where(col(RdvAgent.email).in_(emails))
    return dict((await db.exec(query.group_by(RdvAgent.email))).all()) if emails else {}


_is_waited_for = col(RdvAgent.user_id).is_(None)


async def list_waited_for(db: AsyncSession, after: str, limit: int) -> Sequence[str]:
    """List the addresses of agents who are not known, in order, after that one."""
    query = select(RdvAgent.email).where(col(RdvAgent.email) > after, _is_waited_for).distinct()
    return (await db.exec(query.order_by(col(RdvAgent.email)).limit(limit))).all()


async def count_waited_for(db: AsyncSession) -> int:
    """Count them."""
    return (await db.exec(select(func.count(col(RdvAgent.email).distinct())).where(_is_waited_for))).one()


async def list_to_come(db: AsyncSession, keys: Collection[str], now: datetime) -> Sequence[Rdv]:
    """List the rdv to come that their agents have of those rendez-vous."""
    theirs = (Rdv.source == RdvSource.RDV_SP, col(Rdv.external_id).in_(keys))
    query = select(Rdv).where(*theirs, Rdv.state == RdvState.PREVU, col(Rdv.starts_at) > now)
    return (await db.exec(query.order_by(col(Rdv.id)))).all()


async def give_waiting(db: AsyncSession, email: str, user_id: str, now: datetime) -> Collection[str]:
    """Give somebody, who has that address, the rendez-vous that waited for them; return the keys of these."""
    waiting = (col(RdvAgent.email) == email, _is_waited_for)
    query = select(RemoteRdv).where(col(RemoteRdv.key).in_(select(RdvAgent.key).where(*waiting)))
    remotes = {one.key: one for one in (await db.exec(query.order_by(col(RemoteRdv.key)).with_for_update())).all()}
    found = update(RdvAgent).where(*waiting, col(RdvAgent.key).in_(remotes)).values(user_id=user_id)
    keys = (await db.execute(found.returning(col(RdvAgent.key)))).scalars().all()
    mine = select(Rdv.external_id).where(Rdv.user_id == user_id, Rdv.source == RdvSource.RDV_SP)
    known = set((await db.exec(mine.where(col(Rdv.external_id).in_(keys)))).all())
    for key in sorted(new := set(keys) - known):
        await _add(db, remotes[key], user_id, now)
    return new
