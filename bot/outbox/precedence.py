"""Of two acts that settle the same otherwise the later decides, whichever desk and replica has them.

What goes to many and what answers people leave by two desks, and replicas know nothing of each other: order between
them is what the table holds when an act is written down. An earlier act that has not begun is taken back; one that is
under way ends first.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot import acts
from storage import outbox as table
from storage.outbox import AFTER, VOID, Outgoing, Where

Written = tuple[Outgoing, acts.Act]
Settling = Mapping[str, Sequence[Written]]
"""Acts by the names of what they settle."""


async def put_in_order(db: AsyncSession, rows: Iterable[Outgoing], now: datetime) -> None:
    """Have these acts, which are about to be written down, take back what they undo, and wait for what is under way."""
    by_target: dict[str, list[Written]] = defaultdict(list)
    for row in rows:
        if row.where is Where.ACT:
            by_target[row.target].append((row, acts.read(row.content)))
    for target, written in by_target.items():
        if not any(act.settles or act.needs for _, act in written):
            continue
        waiting = _by_name(await table.waiting_acts(db, target))
        for row, act in written if waiting else ():
            if after := await _give_way(db, act, waiting, now):
                row.content[AFTER] = after


async def _give_way(db: AsyncSession, act: acts.Act, waiting: Settling, now: datetime) -> Sequence[str]:
    """The ids of those that end before that act."""
    settles = act.settles
    found = {row.id: earlier for name in (*settles, *act.needs) for row, earlier in waiting.get(name, ())}
    against = {ident for ident, earlier in found.items() if _opposed(earlier, settles)}
    first = {ident for ident, earlier in found.items() if any(name in earlier.settles for name in act.needs)}
    if not against | first:
        return []
    after: list[str] = []
    for row in await table.hold_acts(db, against | first):
        is_under_way = table.is_under_way(row, now)
        if row.id in against:
            await _take_back(db, row, acts.without(found[row.id], _opposed(found[row.id], settles)), now)
        if row.id in first or is_under_way:
            after.append(row.id)
    return after


async def _take_back(db: AsyncSession, row: Outgoing, rest: acts.Act | None, now: datetime) -> None:
    """No more than the rest of an earlier act is done; where it is under way, by no other try of it."""
    if rest is not None:
        await table.rewrite_act(db, row, row.content | acts.write(rest))
    elif table.is_under_way(row, now):
        await table.rewrite_act(db, row, row.content | {VOID: True})
    else:
        await table.take_back(db, row)


def _opposed(earlier: acts.Act, settled: acts.Settled) -> Sequence[str]:
    """What both settle, each otherwise."""
    return [name for name, value in earlier.settles.items() if name in settled and settled[name] != value]


def _by_name(rows: Iterable[Outgoing]) -> Settling:
    found: dict[str, list[Written]] = defaultdict(list)
    for row in rows:
        try:
            act = acts.read(row.content)
        except (KeyError, ValueError):  # of another version
            continue
        for name in act.settles:
            found[name].append((row, act))
    return found
