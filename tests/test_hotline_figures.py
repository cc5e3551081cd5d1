"""The figures of the hotline: computed by hand, against a count by brute force, and by another library’s quantiles."""

import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from sqlalchemy import delete

from storage.database import Database
from storage.hotline import Reason, TicketState
from storage.hotline.figures import (
    MEDIAN,
    P90,
    DaySpan,
    DelayCollector,
    Delays,
    FiguresPart,
    HotlineFigures,
    compute_quantile,
    read_figures,
)
from storage.hotline.tickets import Ticket
from tests import examples
from tests.support.databases import database, record_statements
from tests.support.hotline import make_ticket, parse_time, store_tickets, store_wish

__all__ = ["database"]

pytestmark = pytest.mark.postgres_too


PARIS = ZoneInfo("Europe/Paris")
QUEUES = ("espace-coop", "metier")
NOVEMBER = DaySpan(date(2026, 11, 1), date(2026, 12, 1))
HOUR = timedelta(hours=1)
RESOLVED = {"state": TicketState.RESOLU, "reason": Reason.RESOLU}


async def figures_of(database: Database, span: DaySpan = NOVEMBER, **asked: Any) -> HotlineFigures:
    async with database.transaction(writes=False) as db:
        return await read_figures(db, span, **({"queues": QUEUES} | asked))


@pytest.mark.parametrize(
    ("seconds", "median", "p90"),
    [
        ([7], 7, 7),
        ([0, 0], 0, 0),
        ([10, 20], 15, 19),
        ([1, 2, 9], 2, 7.6),
        ([10, 20, 30, 40], 25, 37),
        ([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100], 50, 90),
        ([5] * 9 + [1000], 5, 104.5),
        ([1, 2], 1.5, 1.9),
    ],
)
def test_quantiles_by_hand(seconds: list[int], median: float, p90: float) -> None:
    assert compute_quantile(seconds, MEDIAN) == timedelta(seconds=median)
    assert compute_quantile(seconds, P90) == timedelta(seconds=p90)


@given(st.lists(st.integers(0, 10**8), min_size=2, max_size=60))
def test_quantiles_are_those_of_the_standard_library(seconds: list[int]) -> None:
    told = DelayCollector()
    for one in seconds:
        told.add(timedelta(seconds=one))
    deciles = statistics.quantiles(seconds, n=10, method="inclusive")
    found = told.told
    assert found.count == len(seconds)
    assert found.median is not None
    assert found.p90 is not None
    assert found.median.total_seconds() == pytest.approx(statistics.median(seconds), abs=1e-5)
    assert found.p90.total_seconds() == pytest.approx(deciles[8], abs=1e-5)
    assert timedelta(seconds=min(seconds)) <= found.median <= found.p90 <= timedelta(seconds=max(seconds))


def test_delays_of_nothing_and_clocks_that_went_back() -> None:
    assert DelayCollector().told == Delays()
    told = DelayCollector()
    told.add(-HOUR)
    assert told.told == Delays(1, timedelta(), timedelta())


async def test_nothing_at_all(database: Database) -> None:
    found = await figures_of(database)
    assert found == HotlineFigures()
    assert found.is_empty
    await store_tickets(database, make_ticket(parse_time("2026-09-01 09:00")))
    found = await figures_of(database)
    assert found.is_empty
    assert found.open_now == 1, "it is still open, whenever it was asked"


async def test_a_month_by_hand(database: Database) -> None:
    nine = parse_time("2026-11-02 08:00")
    metier: dict[str, Any] = {"queue": "metier", "category": "contrat", "departement": "974"}
    await store_tickets(
        database,
        make_ticket(nine, first_answer_at=nine + HOUR, resolved_at=nine + 4 * HOUR, rating=1, **RESOLVED),
        make_ticket(nine, first_answer_at=nine + 2 * HOUR, resolved_at=nine + 5 * HOUR, rating=-1, **RESOLVED),
        make_ticket(nine, category="cra", first_answer_at=nine + 9 * HOUR, state=TicketState.PRIS),
        make_ticket(nine, **metier),
        make_ticket(
            nine, state=TicketState.CLOS, resolved_at=nine + HOUR, closed_at=nine, reason=Reason.DOUBLON, **metier
        ),
        make_ticket(parse_time("2026-10-20 08:00"), first_answer_at=nine, resolved_at=nine, departement="", **RESOLVED),
    )
    await store_wish(database, nine)
    await store_wish(database, nine, "metier")
    await store_wish(database, nine, answered=None)
    await store_wish(database, parse_time("2026-12-01 09:00"))
    found = await figures_of(database)
    old = nine - parse_time("2026-10-20 08:00")
    answers = Delays(4, (2 * HOUR + 9 * HOUR) / 2, 9 * HOUR + (old - 9 * HOUR) * 7 / 10)
    assert found.whole == FiguresPart(5, answers, Delays(4, 4.5 * HOUR, 5 * HOUR + (old - 5 * HOUR) * 7 / 10))
    assert (found.open_now, found.avoided, found.liked, found.disliked) == (2, 2, 1, 1)
    assert found.reasons == {Reason.RESOLU: 3, Reason.DOUBLON: 1}
    assert {code: part.received for code, part in found.queues.items()} == {"espace-coop": 3, "metier": 2}
    assert [*found.categories] == ["autre", "contrat", "cra"], "the most asked first, then by code"
    assert found.categories["cra"] == FiguresPart(1, Delays(1, 9 * HOUR, 9 * HOUR), Delays())
    assert found.departements[""] == FiguresPart(0, Delays(1, old, old), Delays(1, old, old))
    assert found.queues["metier"].answers == Delays(), "a duplicate that nobody answered"

    of_one = await figures_of(database, queues=["metier"])
    assert (of_one.whole.received, of_one.open_now, of_one.avoided) == (2, 1, 1)
    assert [*of_one.queues] == ["metier"]


async def test_days_begin_and_end_at_midnight_in_paris(database: Database) -> None:
    await store_tickets(
        database,
        *(
            make_ticket(parse_time(f"2026-{when}"))
            for when in ("10-31 22:59", "10-31 23:00", "11-30 22:59", "11-30 23:00")
        ),
    )
    assert (await figures_of(database)).whole.received == 2
    summer = DaySpan(date(2026, 10, 25), date(2026, 10, 26))
    assert summer.until - summer.since == 25 * HOUR, "the night that has an hour twice"
    assert (summer.since, summer.until) == (parse_time("2026-10-24 22:00"), parse_time("2026-10-25 23:00"))


async def test_what_was_reopened_is_resolved_no_more(database: Database) -> None:
    nine = parse_time("2026-11-02 08:00")
    await store_tickets(database, make_ticket(nine, state=TicketState.ROUVERT, first_answer_at=nine + HOUR, rating=1))
    found = await figures_of(database)
    assert (found.whole.answers.count, found.whole.resolutions.count, found.open_now) == (1, 0, 1)
    assert (found.liked, found.reasons) == (0, {})


async def test_only_the_time_that_counts_is_measured(database: Database) -> None:
    friday, monday = parse_time("2026-11-06 16:00"), parse_time("2026-11-09 09:00")
    await store_tickets(database, make_ticket(friday, first_answer_at=monday))

    def working(start: datetime, end: datetime) -> timedelta:
        assert (start, end) == (friday, monday)
        return 2 * HOUR

    found = await figures_of(database, between=working)
    assert found.whole.answers == found.queues["espace-coop"].answers == Delays(1, 2 * HOUR, 2 * HOUR)


async def test_pages_neither_repeat_nor_skip(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.database.ROWS_PER_PAGE", 4)
    await store_tickets(database, *(make_ticket(parse_time(f"2026-11-{day:02} 09:00")) for day in range(1, 13)))
    with record_statements(database) as asked:
        assert (await figures_of(database)).whole.received == 12
    assert len([one for one in asked if "LIMIT" in one]) == 4


FIRST, LAST = (parse_time(day).replace(tzinfo=None) for day in ("2026-10-28", "2026-12-04"))
INSTANT = st.datetimes(FIRST, LAST, timezones=st.just(UTC))
MADE = st.lists(
    st.tuples(
        INSTANT,
        st.none() | st.integers(0, 10**6),
        st.none() | st.integers(0, 10**6),
        st.sampled_from(QUEUES),
        st.sampled_from(("cra", "autre")),
        st.sampled_from(("69", "974", "")),
        st.sampled_from((-1, 0, 1)),
    ),
    max_size=25,
)


def _made(row: tuple[Any, ...]) -> Ticket:
    opened, answered, resolved, queue, category, departement, rating = row
    answered, resolved = (None if s is None else opened + timedelta(seconds=s) for s in (answered, resolved))
    values = {"queue": queue, "category": category, "departement": departement, "rating": rating}
    state = TicketState.PRIS if resolved is None else TicketState.RESOLU
    return make_ticket(opened, first_answer_at=answered, resolved_at=resolved, state=state, **values)


Told = tuple[int, float | None, float | None]


def _delays(made: Sequence[Ticket], ended: Callable[[Ticket], datetime | None]) -> Told:
    """How many ended in November, the middle one and the ninth tenth, by the standard library."""
    found = [
        (end - one.opened_at) // timedelta(seconds=1)
        for one in made
        if (end := ended(one)) and end.astimezone(PARIS).strftime("%Y-%m") == "2026-11"
    ]
    if len(found) < 2:
        return len(found), *((float(found[0]),) * 2 if found else (None, None))
    return len(found), statistics.median(found), statistics.quantiles(found, n=10, method="inclusive")[8]


def _told(delays: Delays) -> Told:
    median, p90 = (None if delay is None else delay.total_seconds() for delay in (delays.median, delays.p90))
    return delays.count, median, p90


def _agree(part: FiguresPart, made: Sequence[Ticket]) -> None:
    assert part.received == len([t for t in made if t.opened_at.astimezone(PARIS).strftime("%Y-%m") == "2026-11"])
    assert _told(part.answers) == pytest.approx(_delays(made, lambda t: t.first_answer_at), abs=1e-5)
    assert _told(part.resolutions) == pytest.approx(_delays(made, lambda t: t.resolved_at), abs=1e-5)


@examples(25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MADE)
async def test_figures_are_those_of_a_count_by_brute_force(database: Database, rows: list[tuple[Any, ...]]) -> None:
    made = [_made(row) for row in rows]
    async with database.transaction() as db:
        await db.execute(delete(Ticket))
    await store_tickets(database, *made)
    found = await figures_of(database)
    _agree(found.whole, made)
    for parts, name in ((found.queues, "queue"), (found.categories, "category"), (found.departements, "departement")):
        for code, part in parts.items():
            _agree(part, [one for one in made if getattr(one, name) == code])
        assert sum(part.received for part in parts.values()) == found.whole.received
    assert found.open_now == len([one for one in made if one.state.is_open])
    rated = Counter(t.rating for t in made if t.resolved_at and t.resolved_at.astimezone(PARIS).month == 11)
    assert (found.liked, found.disliked) == (rated[1], rated[-1])
