"""The figures of the hotline for some days, always derived from the tickets, how long answers and resolutions took, and
a ticket as one line for programs: JSON, or the cells of a CSV (docs/wire.md)."""

from array import array
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import RowMapping, Select, Table, and_, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.text import guard
from config.time import find_midnight
from storage.cra.files import format_instant
from storage.database import Database, iterate_pages, read_mappings, read_mappings_apart
from storage.hotline import OPEN, Reason, TicketState, suggestions
from storage.hotline.tickets import Ticket
from storage.people import Person

MEDIAN, P90 = 50, 90


@dataclass(frozen=True, slots=True)
class Delays:
    """A summary of delays: their ``count``; ``median`` and ``p90`` (see ``compute_quantile``) are None where there is
    none."""

    count: int = 0
    median: timedelta | None = None
    p90: timedelta | None = None


NO_DELAYS = Delays()


@dataclass(slots=True)
class DelayCollector:
    """A collector of delays, in whole seconds: eight bytes for each."""

    seconds: "array[int]" = field(default_factory=lambda: array("q"))

    def add(self, delay: timedelta) -> None:
        """Add a delay; a negative one counts as zero."""
        self.seconds.append(max(0, delay // timedelta(seconds=1)))

    @property
    def told(self) -> Delays:
        """The summary of the delays collected."""
        if not self.seconds:
            return NO_DELAYS
        ordered = sorted(self.seconds)
        return Delays(len(ordered), compute_quantile(ordered, MEDIAN), compute_quantile(ordered, P90))


def compute_quantile(ordered: Sequence[int], percent: int) -> timedelta:
    """Compute a quantile of values (seconds, sorted, at least one) by linear interpolation between neighbours.

    Counted from nought, it stands at place (n - 1) × percent / 100. Of an odd number the median is the middle one, of
    an even number half way between the two in the middle; of one value every quantile is that value. This is the
    « inclusive » method of Python’s statistics, type 7 of Hyndman and Fan (1996), and what spreadsheets do
    (CENTILE.INCLURE); exact to the microsecond, rounded down.
    """
    place, rest = divmod((len(ordered) - 1) * percent, 100)
    low, high = ordered[place], ordered[min(place + 1, len(ordered) - 1)]
    return timedelta(seconds=1) * (low * (100 - rest) + high * rest) // 100


Between = Callable[[datetime, datetime], timedelta]
"""A function that measures the time that counts from one instant to a later one."""
_TICKET: Table = Ticket.__table__  # type: ignore[attr-defined]
_READ = ("id", "queue", "category", "departement", "opened_at", "first_answer_at", "resolved_at", "reason", "rating")
_INSTANTS = ("opened_at", "first_answer_at", "resolved_at")


def measure_wall_time(start: datetime, end: datetime) -> timedelta:
    """Return the time that passed, office hours or not."""
    return end - start


@dataclass(frozen=True)
class DaySpan:
    """The days [start, end[ in Paris, wherever the reader is."""

    start: date
    end: date

    @cached_property
    def since(self) -> datetime:
        """The instant at which the days begin."""
        return find_midnight(self.start).astimezone(UTC)

    @cached_property
    def until(self) -> datetime:
        """The first instant after the days."""
        return find_midnight(self.end).astimezone(UTC)

    def holds(self, at: datetime | None) -> bool:
        """Tell whether a moment falls in these days; None, which is something that has not happened, does not."""
        return at is not None and self.since <= at < self.until


@dataclass(frozen=True, slots=True)
class FiguresPart:
    """The tickets ``received`` in these days; how long the first ``answers`` given in these days took; and how long the
    ``resolutions`` made in them took. (Older tickets count when they are answered, so that no slow answer is left
    out.)"""

    received: int = 0
    answers: Delays = NO_DELAYS
    resolutions: Delays = NO_DELAYS


@dataclass(frozen=True, slots=True)
class HotlineFigures:
    """The figures of all tickets, and parts of them by code, the most frequent first.

    ``open_now`` counts those that are open when it is read; ``avoided`` the questions that a solved ticket answered.
    ``liked``, ``disliked`` and ``reasons`` are of the tickets resolved in these days, and not reopened since.
    """

    whole: FiguresPart = field(default_factory=FiguresPart)
    open_now: int = 0
    avoided: int = 0
    liked: int = 0
    disliked: int = 0
    reasons: Mapping[Reason, int] = field(default_factory=dict)
    queues: Mapping[str, FiguresPart] = field(default_factory=dict)
    categories: Mapping[str, FiguresPart] = field(default_factory=dict)
    departements: Mapping[str, FiguresPart] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing happened in these days."""
        whole = self.whole
        return not (whole.received or whole.answers.count or whole.resolutions.count or self.avoided)


@dataclass(slots=True)
class _Tally:
    received: int = 0
    answers: DelayCollector = field(default_factory=DelayCollector)
    resolutions: DelayCollector = field(default_factory=DelayCollector)

    @property
    def part(self) -> FiguresPart:
        return FiguresPart(self.received, self.answers.told, self.resolutions.told)


class _TicketCounter:
    """Counts tickets as they are read, one after the other."""

    def __init__(self, span: DaySpan, between: Between) -> None:
        self._span, self._between = span, between
        self.whole = _Tally()
        self.by: dict[str, dict[str, _Tally]] = {"queue": {}, "category": {}, "departement": {}}
        self.ratings: Counter[int] = Counter()
        self.reasons: Counter[Reason] = Counter()

    def add(self, row: RowMapping) -> None:
        """Add a ticket to every figure in which it counts."""
        tallies = [self.whole, *(tallies.setdefault(row[name], _Tally()) for name, tallies in self.by.items())]
        opened, answered, resolved = (row[name] for name in _INSTANTS)
        for tally in tallies if self._span.holds(opened) else ():
            tally.received += 1
        if self._span.holds(answered):
            self._took(opened, answered, [tally.answers for tally in tallies])
        if self._span.holds(resolved):
            self._took(opened, resolved, [tally.resolutions for tally in tallies])
            self.ratings[row["rating"]] += 1
            self.reasons[row["reason"] or Reason.RESOLU] += 1

    def _took(self, start: datetime, end: datetime, delays: Sequence[DelayCollector]) -> None:
        delay = self._between(start, end)
        for gathered in delays:
            gathered.add(delay)

    def parts(self, name: str) -> Mapping[str, FiguresPart]:
        parts = {code: tally.part for code, tally in self.by[name].items()}
        return dict(sorted(parts.items(), key=lambda part: (-part[1].received, part[0])))


async def read_figures(
    db: AsyncSession, span: DaySpan, queues: Collection[str], between: Between = measure_wall_time
) -> HotlineFigures:
    """Read the figures of some queues; ``between`` measures how much of a delay counts."""
    counting = _TicketCounter(span, between)
    async for row in _read_rows(db, span, queues):
        counting.add(row)
    return HotlineFigures(
        whole=counting.whole.part,
        open_now=await count_open(db, queues),
        avoided=await suggestions.count_avoided(db, span.since, span.until, queues),
        liked=counting.ratings[1],
        disliked=counting.ratings[-1],
        reasons=dict(counting.reasons.most_common()),
        queues=counting.parts("queue"),
        categories=counting.parts("category"),
        departements=counting.parts("departement"),
    )


async def count_open(db: AsyncSession, queues: Collection[str]) -> int:
    """Count the open tickets of some queues."""
    here = select(func.count()).where(_TICKET.c.queue.in_(queues), _TICKET.c.state.in_(OPEN))
    return int((await (await db.connection()).execute(here)).scalar_one())


async def _read_rows(db: AsyncSession, span: DaySpan, queues: Collection[str]) -> AsyncIterator[RowMapping]:
    """Yield the tickets to which anything happened in these days, by number."""
    happened = [and_(_TICKET.c[name] >= span.since, _TICKET.c[name] < span.until) for name in _INSTANTS]
    query = select(*(_TICKET.c[name] for name in _READ)).where(_TICKET.c.queue.in_(queues), or_(*happened))
    async for page in iterate_pages(read_mappings(db), query, _TICKET.c.id):
        for row in page:
            yield row


Line = dict[str, Any]
COLUMNS = {
    "id": "id",
    "file": "queue",
    "etat": "state",
    "sujet": "subject",
    "auteur": "author",
    "agent": "agent",
    "urgence": "urgency",
    "ouvert": "opened_at",
    "premiere_reponse": "first_answer_at",
    "resolu": "resolved_at",
    "clos": "closed_at",
}
"""What is said of each ticket, by its key: the column of the table that says it."""
CSV_COLUMNS = COLUMNS | {
    "categorie": "category",
    "departement": "departement",
    "raison": "reason",
    "note": "rating",
    "mot": "rating_word",
    "incident": "incident",
    "doublon_de": "duplicate_of",
}
"""The same for the cells of a CSV, in their order."""
_EMPTY_IS_NOTHING = {"agent", "rating"}
"""Columns whose empty value means that there is none."""
_PERSON: Table = Person.__table__  # type: ignore[attr-defined]
_AUTHOR, _AGENT = _PERSON.alias("author"), _PERSON.alias("agent")


@dataclass(frozen=True, slots=True)
class TicketSelection:
    """A selection of tickets: in these states (empty: any), of a queue ("": of all)."""

    states: Collection[TicketState] = ()
    queue: str = ""


async def read_ticket_lines(
    database: Database, chosen: TicketSelection, columns: Mapping[str, str] = COLUMNS
) -> AsyncIterator[Line]:
    """Yield the selected tickets as lines, by number, read a page at a time: memory stays flat, and no connection is
    held while a page is written.

    Authors and agents are called by their names of now; those who are not in the register any more, by their names of
    then, or by id.
    """
    query = _select_named()
    if chosen.states:
        query = query.where(_TICKET.c.state.in_(chosen.states))
    if chosen.queue:
        query = query.where(_TICKET.c.queue == chosen.queue)
    async for page in iterate_pages(read_mappings_apart(database), query, _TICKET.c.id):
        for found in page:
            yield {name: _say(column, found[column]) for name, column in columns.items()}


def make_ticket_cells(line: Line) -> list[str]:
    """Return a line as the cells of a CSV, "" for unknown values; texts of people are kept from running as formulas of
    a spreadsheet."""
    return ["" if value is None else guard(value) if isinstance(value, str) else str(value) for value in line.values()]


def _select_named() -> Select[Any]:
    """Select tickets with the names of their authors and agents, without their long texts."""
    said = [_TICKET.c[column] for column in CSV_COLUMNS.values() if column not in {"author", "agent"}]
    author = func.coalesce(_AUTHOR.c.username, _TICKET.c.username).label("author")
    agent = func.coalesce(_AGENT.c.username, _TICKET.c.agent_id).label("agent")
    joined = _TICKET.outerjoin(_AUTHOR, _AUTHOR.c.id == _TICKET.c.author_id)
    return select(*said, author, agent).select_from(joined.outerjoin(_AGENT, _AGENT.c.id == _TICKET.c.agent_id))


def _say(column: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return format_instant(value)
    return None if column in _EMPTY_IS_NOTHING and not value else value
