"""The draft of an edition: the coming one is found, or begun and filled; until it is approved it is kept complete."""

import itertools
from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime, time, timedelta

from bot.rhythms import Occasion, Rhythm
from bot.schedules import ZONE
from bot.working_days import working_days_before
from commands.actus import assembling, places
from commands.actus.places import Desk, Edition
from storage.actus import digests
from storage.actus.digests import Digest, State
from storage.database import change

WEEK, MONTH = timedelta(days=7), timedelta(days=31)
"""How far back the first of an edition looks."""
FAR = timedelta(days=92)
"""How long before its hour a number that is not begun yet can be named."""


def shown_from(at: datetime) -> datetime:
    """When the draft of what comes out then is shown: the working day before, at the same hour."""
    local = at.astimezone(ZONE)
    return datetime.combine(working_days_before(local.date(), 1), local.time(), ZONE)


async def coming(desk: Desk, edition: Edition) -> Digest:
    """The one that comes out next; begun and filled where there is none yet."""
    found = await find_coming(desk, edition)
    return found if isinstance(found, Digest) else await begin(desk, edition, found)


async def find_coming(desk: Desk, edition: Edition, day: date | None = None) -> Digest | Occasion:
    """The one that comes out next, or whose day by the rhythm is that one or after; where it is not begun, when it
    would come out."""
    start = desk.now if day is None else datetime.combine(day, time.min, ZONE) - timedelta(microseconds=1)
    for occasion in _from(edition.rhythm, start, day):
        there = await digests.covering(desk.db, edition.key, occasion.day)
        if there is None and occasion.at <= desk.now:
            continue
        if there is None or there.state in digests.OPEN:
            waits = await _sooner(desk, edition, there.at if there else occasion.at, start if day else None)
            return waits or there or occasion
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
    async for occasion in _not_begun(desk, edition):
        due = [*(Occasion(one.day, one.at) for one in waits), occasion]
        return min(due, key=lambda one: one.at)
    raise AssertionError("there is always another occasion")


async def number_for(desk: Desk, edition: Edition, occasion: Occasion) -> int:
    """The number of what is not begun yet, as long as nothing else begins: editions take turns for those that are
    free, so that each coming one of each has its own."""
    keys = list(await places.editions(desk))
    before = 0
    async for other in _not_begun(desk, edition):
        if other.at >= occasion.at:
            break
        before += 1
    turn = before * len(keys) + keys.index(edition.key)
    return next(itertools.islice(await digests.free_numbers(desk.db), turn, None))


async def find_number(desk: Desk, number: int) -> tuple[Edition, Occasion] | None:
    """What is not begun yet and would have that number; None for a number that is taken, or of what is far away."""
    every = list((await places.editions(desk)).values())
    free = itertools.islice(await digests.free_numbers(desk.db), FAR.days * len(every))
    numbers = list(itertools.takewhile(lambda one: one <= number, free))
    if number not in numbers:
        return None
    before, turn = divmod(len(numbers) - 1, len(every))
    async for occasion in _not_begun(desk, every[turn]):
        if occasion.at > desk.now + FAR:
            return None
        if before == 0:
            return every[turn], occasion
        before -= 1
    raise AssertionError("there is always another occasion")


async def _not_begun(desk: Desk, edition: Edition) -> AsyncIterator[Occasion]:
    for occasion in edition.rhythm.after(desk.now):
        if await digests.covering(desk.db, edition.key, occasion.day) is None:
            yield occasion


async def begin(desk: Desk, edition: Edition, occasion: Occasion, number: int = 0) -> Digest:
    """A new one, filled with what there is, under that number or the next; that of this occasion, where somebody else
    began it."""
    await digests.hold_numbers(desk.db, desk.now)
    new = Digest(
        number=number,
        edition=edition.key,
        day=occasion.day,
        first_day=occasion.day,
        at=occasion.at,
        since=await since(desk, edition, occasion),
        until=desk.now,
        created_at=desk.now,
    )
    digest = await digests.begin(desk.db, new)
    if digest is new:
        await fill(desk, digest, edition)
    return digest


async def since(desk: Desk, edition: Edition, occasion: Occasion) -> datetime:
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
