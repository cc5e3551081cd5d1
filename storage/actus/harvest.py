"""What other features know that may be news: resources, outages and polls that ended, events to come, who is new."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import agenda, sondage
from storage.actus.items import Item, Kind
from storage.agenda.event import AgendaEvent
from storage.hotline.incidents import Incident
from storage.people import Person
from storage.people.arrivals import Arrival
from storage.ressources.resource import Resource, State
from storage.sondage import Poll

AHEAD = timedelta(days=21)
"""How long before an event it is news."""


async def resources(db: AsyncSession, since: datetime, until: datetime) -> Sequence[Resource]:
    """Those that came out from then until before then, and are there."""
    out = select(Resource).where(col(Resource.published_at) >= since, col(Resource.published_at) < until)
    return (await db.exec(out.where(Resource.state == State.PUBLISHED).order_by(col(Resource.id)))).all()


async def gone_resources(db: AsyncSession) -> Sequence[str]:
    """The keys of what waits and is about resources that are not there any more."""
    waits = select(Item.key, Item.details).where(Item.kind == Kind.RESOURCE, ~col(Item.withdrawn))
    numbers = {int(details["fiche"]): key for key, details in await db.exec(waits)}
    there = select(Resource.id).where(col(Resource.id).in_(numbers), Resource.state == State.PUBLISHED)
    found = set((await db.exec(there)).all()) if numbers else set()
    return [key for number, key in numbers.items() if number not in found]


async def ended_outages(db: AsyncSession, since: datetime, until: datetime) -> Sequence[Incident]:
    """Those that somebody said, and that ended from then until before then."""
    over = select(Incident).where(Incident.by != "", col(Incident.ended_at) >= since, col(Incident.ended_at) < until)
    return (await db.exec(over.order_by(col(Incident.id)))).all()


async def ended_polls(db: AsyncSession, since: datetime, until: datetime) -> Sequence[Poll]:
    """Those that all of the réseau might answer, which ended in between with results that are told."""
    ended = await sondage.ended_between(db, since, until)
    return [poll for poll in ended if poll.public and poll.known and poll.known.is_told]


async def coming_events(db: AsyncSession, now: datetime) -> Sequence[AgendaEvent]:
    """Those for all of the réseau that begin soon after that."""
    return await agenda.coming(db, now, now + AHEAD)


async def gone_events(db: AsyncSession) -> Sequence[str]:
    """The keys of what waits and is about events that were cancelled."""
    waits = select(Item.key, Item.details).where(Item.kind == Kind.EVENT, ~col(Item.withdrawn))
    numbers = {int(details["evenement"]): key for key, details in await db.exec(waits)}
    there = select(AgendaEvent.id).where(col(AgendaEvent.id).in_(numbers), AgendaEvent.state == agenda.State.PUBLISHED)
    found = set((await db.exec(there)).all()) if numbers else set()
    return [key for number, key in numbers.items() if number not in found]


async def newcomers(db: AsyncSession, since: datetime, until: datetime) -> Sequence[str]:
    """The départements ("" for none) of those who came for the first time in between, one for each of them."""
    came = select(Person.departements).join(Arrival, col(Arrival.person_id) == col(Person.id))
    came = came.where(col(Arrival.at) >= since, col(Arrival.at) < until)
    rows = await db.exec(came.where(col(Person.is_hidden).is_(False), col(Person.left_on).is_(None)))
    return [places[0] if places else "" for places in rows]


async def quoted_in(db: AsyncSession, channel: str) -> Mapping[str, Item]:
    """What waits that quotes messages of a channel, by message."""
    waits = select(Item).where(col(Item.channel_id) == channel, col(Item.post_id) != "", ~col(Item.withdrawn))
    return {item.post_id: item for item in (await db.exec(waits)).all()}
