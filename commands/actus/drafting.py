"""The draft of an edition: the coming one is found, or begun and filled; until it is approved it is kept complete."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from bot.rhythms import Occasion, Rhythm
from bot.schedules import ZONE
from bot.working_days import working_days_before
from commands.actus import assembling
from commands.actus.places import Desk, Edition
from storage.actus import digests
from storage.actus.digests import Digest, State
from storage.database import change

WEEK, MONTH = timedelta(days=7), timedelta(days=31)
"""How far back the first of an edition looks."""


def shown_from(at: datetime) -> datetime:
    """When the draft of what comes out then is shown: the working day before, at the same hour."""
    local = at.astimezone(ZONE)
    return datetime.combine(working_days_before(local.date(), 1), local.time(), ZONE)


async def coming(desk: Desk, edition: Edition, day: date | None = None) -> Digest:
    """The one that comes out next, or whose day by the rhythm is that one or after; begun and filled where there is
    none yet."""
    start = desk.now if day is None else datetime.combine(day, time.min, ZONE) - timedelta(microseconds=1)
    for occasion in _from(edition.rhythm, start, day):
        there = await digests.covering(desk.db, edition.key, occasion.day)
        if there is None or there.state in digests.OPEN:
            waits = await _sooner(desk, edition, there.at if there else occasion.at, start if day else None)
            return waits or there or await begin(desk, edition, occasion)
        if day is not None:
            return there
    raise AssertionError("there is always another occasion")


def _from(rhythm: Rhythm, start: datetime, day: date | None) -> Iterator[Occasion]:
    """The occasions after an instant, or from a day on: one that a holiday moved has its day all the same."""
    if day is None:
        return rhythm.after(start)
    return (one for one in rhythm.after(start - WEEK) if one.day >= day)


async def _sooner(desk: Desk, edition: Edition, than: datetime, start: datetime | None) -> Digest | None:
    """What waits already and comes out before that, from ``start`` on; without that, what was held back, too."""
    waits = await digests.open_ones(desk.db, edition.key)
    return next((one for one in waits if one.at < than and (start is None or one.at > start)), None)


async def next_out(desk: Desk, edition: Edition) -> Occasion:
    """When it comes out next; what was put off, or came out before its hour, is known."""
    waits = [one for one in await digests.open_ones(desk.db, edition.key) if one.at > desk.now]
    for occasion in edition.rhythm.after(desk.now):
        if await digests.covering(desk.db, edition.key, occasion.day) is None:
            due = [*(Occasion(one.day, one.at) for one in waits), occasion]
            return min(due, key=lambda one: one.at)
    raise AssertionError("there is always another occasion")


async def begin(desk: Desk, edition: Edition, occasion: Occasion) -> Digest:
    """A new one, filled with what there is; that of this occasion, where somebody else began it."""
    await digests.hold_numbers(desk.db, desk.now)
    new = Digest(
        number=0,
        edition=edition.key,
        day=occasion.day,
        first_day=occasion.day,
        at=occasion.at,
        since=await _since(desk, edition, occasion),
        until=desk.now,
        created_at=desk.now,
    )
    digest = await digests.begin(desk.db, new)
    if digest is new:
        await fill(desk, digest, edition)
    return digest


async def _since(desk: Desk, edition: Edition, occasion: Occasion) -> datetime:
    """From when on it collects: where the last one ended."""
    last = await digests.last_published(desk.db, edition.key)
    usual = min(occasion.at, desk.now) - (MONTH if edition.rhythm.is_monthly else WEEK)
    return last.until if last else usual


async def fill(desk: Desk, digest: Digest, edition: Edition, *, tables: bool = True) -> int:
    """Put in what was found since; how much that was. Once it is approved it stays as it is."""
    if digest.state not in {State.DRAFT, State.HELD}:
        return 0
    await change(desk.db, digest, until=max(digest.until, desk.now))
    if tables:
        await assembling.collect(desk.db, digest, edition, desk.settings)
    return await assembling.complete(desk.db, digest)
