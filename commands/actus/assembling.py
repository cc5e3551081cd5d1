"""A draft from what was collected: the best of each part that its edition has not had; editors’ work stays as it is."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from commands.actus import harvest
from commands.actus.places import Edition
from config.settings import Settings
from storage.actus import candidates, digests, items
from storage.actus.digests import Digest, Entry
from storage.actus.items import Item, Kind, Section
from storage.database import change

TOTAL_MAX = 60
"""Entries of a digest, those of people included."""
CAPS: Mapping[Section, int] = {
    Section.TOP: 4,
    Section.PRESS: 8,
    Section.RESOURCES: 8,
    Section.AGENDA: 12,
    Section.COMMUNITY: 8,
    Section.FIGURES: 2,
}
"""How many come into each part by themselves; what people propose comes in beside."""
COPIED = ("title", "text", "url", "credit")
"""What an entry takes over from what was collected."""


async def collect(db: AsyncSession, digest: Digest, edition: Edition, settings: Settings) -> None:
    """Bring into the pool what the tables have of its time."""
    await harvest.from_tables(db, digest.since, digest.until, settings)
    period = harvest.Period(edition.key, digest.day, digest.since, digest.until, edition.rhythm.is_monthly)
    await harvest.period_items(db, period)


async def complete(db: AsyncSession, digest: Digest) -> int:
    """Put in what was found since, as far as there is room; how much changed.

    What an editor touched stays as it is, and what was dropped does not come again: harmless however often. The digest
    is locked by the caller.
    """
    there = await digests.entries(db, digest.number, dropped=True)
    renewed = await _renew(db, [entry for entry in there if not (entry.dropped or entry.changed_by)])
    found = [item for section in Section for item in await candidates.best(db, digest, section, TOTAL_MAX)]
    new = _choose(found, there)
    if not new:
        return renewed
    await candidates.take_from_later(db, digest, [item.number for item in new])
    last = Counter(
        {section: max((e.position for e in there if e.section is section), default=0) for section in Section}
    )
    await digests.put_in(db, [digests.entry_of(item, digest.number, _next(last, item.section)) for item in new])
    return len(new) + renewed


async def _renew(db: AsyncSession, untouched: Sequence[Entry]) -> int:
    """Have what nobody edited say what it says by now: figures grow, a proposal is withdrawn; how many changed."""
    known = await items.by_ids(db, {entry.item for entry in untouched})
    changed = 0
    for entry in untouched:
        item = known.get(entry.item)
        if item is None or item.withdrawn:
            values: dict[str, Any] = {"dropped": True}
        else:
            values = {name: new for name in COPIED if (new := getattr(item, name)) != getattr(entry, name)}
        if values:
            await change(db, entry, **values)
            changed += 1
    return changed


def _next(last: Counter[Section], section: Section) -> int:
    last[section] += 1
    return last[section]


def _choose(found: Iterable[Item], there: Sequence[Entry]) -> Sequence[Item]:
    """What people proposed first, then the best."""
    room = TOTAL_MAX - len([entry for entry in there if not entry.dropped])
    counts = Counter(entry.section for entry in there)
    chosen: list[Item] = []
    for item in sorted(found, key=lambda item: item.kind is not Kind.PROPOSAL):
        if len(chosen) < room and (item.kind is Kind.PROPOSAL or counts[item.section] < CAPS[item.section]):
            counts[item.section] += 1
            chosen.append(item)
    return chosen
