"""Statistics in tests: drawn totals, attempts to reveal more from them, work in territories, and documents read
back."""

import csv
import resource
import struct
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import delete, insert, select, update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.papers import FigurePage
from commands.stats.papers import Workbook
from commands.stats.queries import Presentation
from config.territories import DEPARTEMENTS
from storage.cra import Report
from storage.cra.months import (
    CANAL_NAMES,
    CRA,
    CRA_MONTH,
    DUREE_NAMES,
    MEASURE_NAMES,
    MEASURE_SUMS,
    MINUTES,
    MONTH_KEYS,
    THEME_BITS,
    list_keys,
)
from storage.cra.report import AGES, STATUTS, SUITES, Activite, Canal, Source
from storage.cra.report import DUREES as LENGTHS
from storage.database import Database, dialect
from storage.outbox import Outgoing
from storage.people import Person as Registered
from storage.stats import Figures
from storage.stats.privacy import CELLS, KIND_CELLS, LEAST, QUARTER, STEPS, SUMS, TIMES, MonthCount, round_counts
from tests.golden import page
from tests.people import Person, Post, unique
from tests.support.cra import classify_duration, make_conseiller, make_report, register_all, store_reports
from tests.support.house import House

Where = tuple[str, date]
SECRET = bytes(range(32))
MONTHS = tuple(date(2026, month, 1) for month in range(1, 13))
_CANAUX, _THEMES, _SUITES = tuple(CANAL_NAMES.values()), tuple(THEME_BITS.values()), tuple(SUITES.values())
_MINUTES, _AGES, _STATUTS = tuple(MINUTES.values()), tuple(AGES.values()), tuple(STATUTS.values())


@dataclass
class MonthTotal:
    """The totals of the comptes rendus of a département and month, and their authors."""

    sums: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(MEASURE_NAMES, 0)))
    each: dict[int, Counter[str]] = field(default_factory=dict)
    """What each author has of LEAST, times in quarter hours."""

    @property
    def authors(self) -> Collection[int]:
        return self.each.keys()

    def add(self, random: Random, author: int) -> None:
        """Add a random compte rendu: some answers are frequent and some rare."""
        kind = random.choice((0, 1, 1, 2))
        persons = min(100, 1 + int(random.expovariate(0.15))) if kind == 0 else 1
        minutes = random.choice(LENGTHS if random.random() < 0.1 else LENGTHS[:8])
        counted = [
            "accompagnements",
            KIND_CELLS[kind],
            DUREE_NAMES[classify_duration(minutes)],
            random.choice(_CANAUX),
        ]
        counted += random.sample(_THEMES, random.choice((1, 1, 2, 3)))
        counted += random.choices(_AGES, (1, 2, 4, 8, 12), k=persons)
        counted += random.choices(_STATUTS, (1, 4, 6, 9, 2), k=persons)
        counted += random.choices(_SUITES, k=random.choice((0, 0, persons)))
        self.sums.update(counted)
        self.sums[_MINUTES[kind]] += minutes
        self.sums["recurrents"] += random.choice((0, random.randint(0, persons)))
        self.sums["participants"] += persons if kind == 0 else 0
        pursued = sum(name in SUITES.values() for name in counted)
        theirs = {"accompagnements": 1, "personnes": persons, "temps": minutes // QUARTER, "poursuivis": pursued}
        self.each.setdefault(author, Counter()).update(theirs | {KIND_CELLS[kind]: 1})

    def counts(self) -> dict[str, int]:
        """Return all figures that are told, exact; times in quarter hours."""
        found = dict(self.sums)
        found["personnes"] = sum(found[name] for name in KIND_CELLS[1:])
        found["nouveaux"] = found["personnes"] - found["recurrents"]
        found["poursuivis"] = sum(found[name] for name in _SUITES)
        found["temps"] = sum(found[name] for name in _MINUTES)
        return {name: found[name] // (QUARTER if name in TIMES else 1) for name in CELLS}

    def told(self, where: Where, secret: bytes = SECRET) -> dict[str, int]:
        """Return the figures as they are told; times in quarter hours."""
        fives = round_counts(secret, MonthCount(*where, len(self.each), self.uneven(), [*self.counts().values()]))
        return {name: 5 * five for name, five in zip(CELLS, fives, strict=True)}

    def uneven(self) -> list[int]:
        """List what authors have above a multiple of 5 and the least of each of LEAST, of 2 at most."""
        return [
            sum(max(0, min(theirs[name] % 5, 2) - least) for theirs in self.each.values())
            for name, least in LEAST.items()
        ]

    def in_minutes(self, where: Where, secret: bytes = SECRET) -> dict[str, int]:
        """Return the figures as they are read; times in minutes."""
        return {name: n // 5 * STEPS[name] for name, n in self.told(where, secret).items()}


def draw_totals(seed: int, count: int) -> dict[Where, MonthTotal]:
    """Draw so many comptes rendus of a year, in all départements and in none: many in a few, few in many."""
    random = Random(seed)
    codes = [*DEPARTEMENTS, ""]
    weights = [random.expovariate(1) ** 2 for _ in codes]
    found: dict[Where, MonthTotal] = {}
    for code, month in zip(random.choices(codes, weights, k=count), random.choices(MONTHS, k=count), strict=True):
        heap = found.setdefault((code, month), MonthTotal())
        heap.add(random, random.randrange(40))
    return found


def draw_small_totals(seed: int, count: int) -> Iterator[tuple[Where, MonthTotal]]:
    """Yield départements and months of one to a dozen comptes rendus, where most could be revealed."""
    random = Random(seed)
    for number in range(count):
        heap = MonthTotal()
        for author in range(size := random.choice((1, 1, 2, 2, 3, 4, 4, 5, 8, 12))):
            heap.add(random, random.choice((author, random.randrange(size))))
        yield (f"{number}", MONTHS[0]), heap


async def read_summary(database: Database) -> list[tuple[object, ...]]:
    """Read the summary, without rows that count nothing."""
    async with database.transaction(writes=False) as db:
        found = await db.execute(select(CRA_MONTH).order_by(*CRA_MONTH.primary_key))
        return [tuple(row) for row in found if row.accompagnements]


async def is_summary_right(database: Database) -> bool:
    """Tell whether recounting everything changes nothing."""
    kept = await read_summary(database)
    async with database.transaction() as db:
        await rebuild_months(db)
    return kept == await read_summary(database)


Bounds = dict[str, tuple[int, int]]
"""The least and the greatest value of each figure; times in quarter hours."""


@dataclass(frozen=True)
class Constraint:
    """A constraint: figures, each times a factor, add up to between ``low`` and ``high`` (None: no bound)."""

    terms: Mapping[str, int]
    low: int | None = 0
    high: int | None = 0


def list_constraints() -> Iterator[Constraint]:
    """Yield the constraints that hold for the figures of any comptes rendus: sums, and what one compte rendu may be."""
    for total, parts in SUMS:
        yield Constraint({total: -1, **dict.fromkeys(parts, 1)})
    themes = tuple(THEME_BITS.values())
    yield from (_at_least("accompagnements", theme) for theme in (*themes, "conseillers"))
    yield Constraint({"accompagnements": -1, **dict.fromkeys(themes, 1)}, 0, None)
    yield from (_at_least(*pair) for pair in (("participants", "ateliers"), ("personnes", "accompagnements")))
    yield Constraint({"participants": 1, "ateliers": -100}, None, 0)
    yield _at_least("personnes", "poursuivis")
    for time, kind in (*zip(MINUTES.values(), KIND_CELLS, strict=False), ("temps", "accompagnements")):
        yield _at_least(time, kind)
        yield Constraint({time: 1, kind: -480 // QUARTER}, None, 0)
    yield Constraint({"temps": 1, **_times(-15, -45, -60, -120)}, 0, None)
    yield Constraint({"temps": 1, **_times(-30, -45, -105, -480)}, None, 0)


def _at_least(more: str, less: str) -> Constraint:
    return Constraint({more: 1, less: -1}, 0, None)


def _times(*minutes: int) -> dict[str, int]:
    return {name: n // QUARTER for name, n in zip(DUREE_NAMES.values(), minutes, strict=True)}


CONSTRAINTS = (*list_constraints(),)


def bound_figures(told: Mapping[str, int], conseillers: int) -> Bounds:
    """Compute the bounds that follow from each figure by itself; the number of conseillers is known to all."""
    return {name: (max(0, n - 4), n + 4) for name, n in told.items()} | {"conseillers": (conseillers, conseillers)}


def narrow_bounds(found: Bounds, known: Sequence[Constraint] = CONSTRAINTS, most: int = 60) -> Bounds:
    """Narrow bounds by those of others, again and again."""
    found = dict(found)
    for _ in range(most):
        before = dict(found)
        for each in known:
            _narrow(found, each)
        _pack(found)
        if before == found:
            break
    return found


def find_exact(told: Mapping[str, int], conseillers: int) -> dict[str, int]:
    """Find the figures from 1 to 4 that can only be one number."""
    known = narrow_bounds(bound_figures(told, conseillers))
    return {name: low for name, (low, high) in known.items() if low == high and 1 <= low <= 4 and name in told}


def _pack(found: Bounds) -> None:
    """Narrow the bounds by kind: no compte rendu is of two kinds, so the time of each kind holds a whole number of
    those of each length."""
    durations = tuple(DUREE_NAMES.values())
    for place, shortest in enumerate((15, 45, 60, 120)):
        longer = durations[place:]
        left = sum(found[minutes][1] // (shortest // QUARTER) for minutes in MINUTES.values())
        left -= sum(found[name][0] for name in longer)
        assert left >= 0, "what is told contradicts itself"
        for name in longer:
            low, high = found[name]
            found[name] = low, min(high, low + left)


def _narrow(found: Bounds, known: Constraint) -> None:
    ends = {
        c: (k * found[c][0], k * found[c][1]) if k > 0 else (k * found[c][1], k * found[c][0])
        for c, k in known.terms.items()
    }
    low, high = sum(e[0] for e in ends.values()), sum(e[1] for e in ends.values())
    for cell, k in known.terms.items():
        least, most = found[cell]
        if known.high is not None:
            rest = known.high - (low - ends[cell][0])
            least, most = (least, min(most, rest // k)) if k > 0 else (max(least, -(rest // -k)), most)
        if known.low is not None:
            rest = known.low - (high - ends[cell][1])
            least, most = (max(least, -(-rest // k)), most) if k > 0 else (least, min(most, -rest // -k))
        assert least <= most, f"{cell}: what is told contradicts itself"
        found[cell] = (least, most)


EMPTY = Presentation(Figures())
NOTHING = "Il n’y a aucune statistique pour le moment."
HOSTILE = (
    '=HYPERLINK("http://x.fr";"ici")',
    '#panic("x") #import "@preview/x:0.1.0"',
    "$ x $ *gras* _ita_ `c` <a> @b \\",
    "\u202egauche\u202c à\u200e\u2066droite\u2069\u0000",
    "日本 العربية 😀",
    "Très longue structure " * 10,
    "X" * 200,
    "@SUM(1)\tcmd|' /C calc'!A0\r\n+1",
)
DANGEROUS = set("=+-@|%\t\r＝＋－＠")


def read_size(picture: Path) -> tuple[int, int]:
    """Read the width and height of a PNG from its header."""
    width, height = struct.unpack(">II", picture.read_bytes()[16:24])
    return width, height


def list_tags(tag: Any) -> Iterator[Any]:
    """Yield every tag of a PDF’s structure."""
    below = tag.get("/K", [])
    for child in below if isinstance(below, list) else [below]:
        found = child.get_object()
        if isinstance(found, dict) and "/S" in found:
            yield found
            yield from list_tags(found)


def read_csv(path: Path) -> list[list[str]]:
    """Read the cells of a CSV."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=";"))


def is_harmless(path: Path) -> bool:
    """Tell whether no cell of a CSV begins as a formula does."""
    firsts = {cell.lstrip(" \n")[:1] for line in read_csv(path) for cell in line}
    return not firsts & DANGEROUS


def list_cells(path: Path) -> Iterator[Any]:
    """Yield the cells of a workbook that are not empty."""
    for sheet in load_workbook(path):
        yield from (cell for row in sheet.iter_rows() for cell in row if cell.value is not None)


def make_row(number: int, **changes: Any) -> dict[str, Any]:
    """Make a workshop as the table of comptes rendus holds it."""
    counts = dict.fromkeys([*AGES.values(), *STATUTS.values(), *SUITES.values()], 0)
    stored = {
        "id": number,
        "date": date(2026, 11, 24),
        "canal": Canal.RATTACHEMENT,
        "commune": "69256",
        "code_postal": "69120",
        "activite": Activite.COLLECTIF,
        "participants": 8,
        "recurrents": 2,
        "themes": 0b110,
        "minutes": 90,
        "source": Source.DIALOG,
        "created_at": datetime(2026, 11, 24, 17, 0, tzinfo=UTC),
    }
    return counts | stored | {"age_plus_60": 8, "statut_retraite": 8, "suite_atelier": 3} | changes


def write_workbook(page: FigurePage, pages: Iterable[Sequence[Mapping[str, Any]]] | None, path: Path) -> int:
    """Write a workbook with the rows of ``pages`` (None: no sheet for rows), and return how many rows it has."""
    with Workbook(page, path, raw=pages is not None) as book:
        for rows in pages or ():
            book.add(rows)
    return book.rows


async def rebuild_months(db: AsyncSession) -> None:
    """Count every month again, from the reports."""
    kind = dialect(db)
    keys = list_keys(kind)
    rows = select(*keys, *MEASURE_SUMS.values()).where(CRA.c.deleted_at.is_(None)).group_by(*keys)
    await db.execute(delete(CRA_MONTH))
    await db.execute(insert(CRA_MONTH).from_select([*MONTH_KEYS, *MEASURE_NAMES], rows))


def measure_memory(folder: str) -> tuple[int, int]:
    """Measure the most memory that this process took after a workbook of 500 rows, and after one of 20,000."""
    most = []
    for pages in (1, 40):
        write_workbook(
            page(), ([make_row(n) for n in range(500)] for _ in range(pages)), Path(folder) / f"{pages}.xlsx"
        )
        most.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    return most[0], most[1]


def naive_time(moment: str) -> datetime:
    """Return a moment as a spreadsheet stores it, without a zone."""
    return datetime.fromisoformat(moment)


Work = Callable[..., Awaitable[list[str]]]
_months: dict[str, Iterator[int]] = defaultdict(count)
OLD = make_report()
"""A workshop of eight retired persons, of an hour and a half: five of them are told of exactly, whatever the draw."""


@pytest.fixture
def month(house: House) -> date:
    """A month of long ago in which no other story happens, nor in the one after it."""
    year, number = divmod(2 * next(_months[house.settings.database_url]), 12)
    return date(2021 + year, number + 1, 1)


@pytest.fixture
async def work(house: House, month: date) -> AsyncIterator[Work]:
    """A function that makes conseillers of a département who each file the same reports, on the 10th unless ``on`` says
    otherwise; it returns their ids.

    They have no accounts: after the story they are registered as having left long ago, and no message waits for them.
    """
    everybody: list[str] = []

    async def done(code: str, conseillers: int, *reports: Report, on: date | None = None) -> list[str]:
        there = [make_conseiller(unique("c")[:26], code or None) for _ in range(conseillers)]
        day = on or month.replace(day=10)
        async with house.bot.database.transaction() as db:
            await register_all(db, *there)
            for author in there:
                await store_reports(db, author, *(Report(**_read_fields(r) | {"date": day}) for r in reports))
        everybody.extend(author.id for author in there)
        return [author.id for author in there]

    yield done
    async with house.bot.database.transaction() as db:
        await db.execute(update(Registered).where(col(Registered.id).in_(everybody)).values(left_on=month))
        await db.execute(delete(Outgoing).where(col(Outgoing.target).in_(everybody)))


def _read_fields(said: Report) -> dict[str, Any]:
    return {name: getattr(said, name) for name in Report.__dataclass_fields__}


def plain_spaces(post: Post) -> str:
    """Return the words of a post with plain spaces."""
    return post.text.replace("\u00a0", " ").replace("\u202f", " ")


def type_month(month: date) -> str:
    """Write a month as it is typed."""
    return f"{month:%m/%Y}"


async def download_files(person: Person, post: Post) -> list[tuple[str, bytes]]:
    """Download the files of a post, by name."""
    found = []
    for info in await person.api.get(f"/posts/{post.id}/files/info"):
        url = f"{person.api.url}/api/v4/files/{info['id']}"
        async with person.api.session.get(url, headers=person.api.headers) as reply:
            assert reply.status == 200
            found.append((info["name"], await reply.read()))
    return found
