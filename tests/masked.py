"""Tables of territories made for the tests of masks, and somebody who tries to compute what is masked in them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from random import Random
from typing import Any

from storage.cra import Activite, Age, Canal, Report, Statut, Suite
from storage.cra.values import DUREES, Duree
from storage.stats import Figures
from storage.stats.queries import Crowd
from storage.stats.territories import NATIONAL, REGIONS, Shown, cells, departement, masked, region
from tests.reports import counted, report

Filed = tuple[str, str, Report]
"""By whom, in which département ("" for none), what."""
Cell = tuple[str, str]
MONTHS = (date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1))
THEMES = ("internet", "courriel", "smartphone", "sante", "autre")


def some_reports(random: Random, places: Sequence[str], most: int, months: int = 2) -> Iterator[Filed]:
    """What one to six conseillers of each place filed; a few of them work in two places."""
    for place in places:
        for i in range(random.randint(1, 6)):
            author = f"nomade {i}" if random.random() < 0.1 else f"{place} {i}"
            yield from ((author, place, some_report(random, months)) for _ in range(random.randint(1, most)))


def some_report(random: Random, months: int) -> Report:
    """Anything, of one of these months; some answers are frequent and some rare."""
    activite = random.choice([*Activite, Activite.INDIVIDUEL])
    n = random.randint(1, 12) if activite is Activite.COLLECTIF else 1
    return report(
        date=random.choice(MONTHS[:months]),
        canal=random.choice([Canal.RATTACHEMENT] * 4 + [*Canal]),
        activite=activite,
        participants=n,
        recurrents=random.choice([None, 0, n]),
        ages=_parted(random, [Age.PLUS_60] * 4 + [*Age], n),
        statuts=_parted(random, [Statut.RETRAITE] * 4 + [*Statut], n),
        suite=_parted(random, list(Suite), random.choice([0, 0, n])),
        themes=tuple(random.sample(THEMES, random.randint(1, 3))),
        minutes=random.choice(DUREES[:9]),
    )


def _parted(random: Random, codes: Sequence[Any], n: int) -> dict[Any, int]:
    found = [random.choice(codes) for _ in range(n)]
    return {code: found.count(code) for code in found}


Crowds = Mapping[str, tuple[Crowd, Mapping[date, tuple[int, int]]]]


def published(filed: Iterable[Filed]) -> dict[str, Shown]:
    """What may be told of all territories after these reports."""
    return masked(counted_by_place(filed))


def counted_by_place(filed: Iterable[Filed]) -> Crowds:
    """The figures of all territories, counted one report at a time."""
    by_place: dict[str, dict[str, list[Report]]] = defaultdict(lambda: defaultdict(list))
    for author, code, said in filed:
        places = [departement(code), NATIONAL, *([region(REGIONS[code])] if code in REGIONS else [])]
        for place in places:
            by_place[place][author].append(said)
    return {place: _crowd(authors) for place, authors in by_place.items()}


def _crowd(authors: Mapping[str, Sequence[Report]]) -> tuple[Crowd, dict[date, tuple[int, int]]]:
    each = [counted(reports) for reports in authors.values()]
    figures = sum(each, Figures())
    behind: dict[str, int] = defaultdict(int)
    for name, n in ((name, n) for f in each for name, n in cells(f, 1).items()):
        behind[name] += n > 0
    months = {m: (n, sum(m in f.mois for f in each)) for m, n in figures.mois.items()}
    return Crowd(figures, len(each), behind), months


def told(table: Mapping[str, Shown]) -> dict[Cell, int | None]:
    """All that is published."""
    return {(w, n): s.count(n) for w, s in table.items() for n in cells(s.figures, s.conseillers)}


def real(table: Mapping[str, Shown]) -> dict[Cell, int]:
    """All that was counted."""
    return {(w, n): count for w, s in table.items() for n, count in cells(s.figures, s.conseillers).items()}


@dataclass(frozen=True)
class Known:
    """Cells, each so many times, that add up to between ``low`` and ``high`` (None: no bound)."""

    terms: Mapping[Cell, int]
    low: int | None = 0
    high: int | None = 0


SUMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("accompagnements", ("ateliers", "individuels", "ponctuelles")),
    ("accompagnements", tuple(f"canal_{c.value}" for c in Canal)),
    ("accompagnements", tuple(f"duree_{d.name.lower()}" for d in Duree)),
    ("personnes", ("participants", "individuels", "ponctuelles")),
    ("personnes", ("nouveaux", "recurrents")),
    ("personnes", tuple(f"age_{a.name.lower()}" for a in Age)),
    ("personnes", tuple(f"statut_{s.name.lower()}" for s in Statut)),
    ("poursuivis", tuple(f"suite_{s.name.lower()}" for s in Suite)),
    ("temps", tuple(f"minutes_{a.value}" for a in Activite)),
)


def sums(table: Mapping[str, Shown]) -> Iterator[Known]:
    """What adds up: in a territory, and from one to the next."""
    names = {name for _, name in real(table)}
    months = tuple(n for n in names if n.startswith("mois_"))
    for where in table:
        for total, parts in (*SUMS, ("accompagnements", months)):
            yield Known({(where, total): -1, **{(where, part): 1 for part in parts}})
    inside: dict[str, list[str]] = defaultdict(list)
    for where in table:
        if where != NATIONAL:
            code = where.partition(" ")[2]
            alone = where.startswith("region") or code not in REGIONS
            inside[NATIONAL if alone else region(REGIONS[code])].append(where)
    for whole, within in inside.items():
        # Somebody may work in two places: conseillers do not add up.
        yield from (Known({(whole, n): -1, **{(p, n): 1 for p in within}}) for n in names if n != "conseillers")


def habits(table: Mapping[str, Shown]) -> Iterator[Known]:
    """What holds of the figures of any comptes rendus."""
    themes = {name for _, name in real(table) if name.startswith("theme_")}
    counts = {"minutes_collectif": "ateliers", "minutes_individuel": "individuels", "minutes_ponctuel": "ponctuelles"}
    for w in table:
        yield Known({(w, "participants"): 1, (w, "ateliers"): -1}, 0, None)
        yield Known({(w, "participants"): 1, (w, "ateliers"): -100}, None, 0)
        yield Known({(w, "personnes"): 1, (w, "poursuivis"): -1}, 0, None)
        yield Known({(w, "accompagnements"): 1, (w, "conseillers"): -1}, 0, None)
        yield from (Known({(w, "accompagnements"): 1, (w, theme): -1}, 0, None) for theme in themes)
        yield Known({(w, "accompagnements"): -1, **{(w, theme): 1 for theme in themes}}, 0, None)
        for minutes, n in (*counts.items(), ("temps", "accompagnements")):
            yield Known({(w, minutes): 1, (w, n): -15}, 0, None)
            yield Known({(w, minutes): 1, (w, n): -480}, None, 0)


def computed(table: Mapping[str, Shown]) -> set[Cell]:
    """The masked cells whose value follows from what is published by linear algebra."""
    shown = told(table)
    rows = [{c: Fraction(k) for c, k in known.terms.items() if shown[c] is None} for known in sums(table)]
    pivots: dict[Cell, dict[Cell, Fraction]] = {}
    for row in rows:
        if left := _reduced(row, pivots):
            _pivot(left, pivots)
    return {cell for cell, row in pivots.items() if set(row) == {cell}}


def _reduced(row: dict[Cell, Fraction], pivots: Mapping[Cell, Mapping[Cell, Fraction]]) -> dict[Cell, Fraction]:
    for cell in [c for c in row if c in pivots]:
        row = _plus(row, pivots[cell], -row[cell])
    return row


def _pivot(row: dict[Cell, Fraction], pivots: dict[Cell, dict[Cell, Fraction]]) -> None:
    """Keep the equations in reduced echelon form: a cell is fixed if its own equation has no other."""
    cell = next(iter(row))
    row = {c: k / row[cell] for c, k in row.items()}
    pivots |= {other: _plus(theirs, row, -theirs[cell]) for other, theirs in pivots.items() if cell in theirs}
    pivots[cell] = row


def _plus(row: Mapping[Cell, Fraction], other: Mapping[Cell, Fraction], times: Fraction) -> dict[Cell, Fraction]:
    found = {c: row.get(c, Fraction(0)) + times * other.get(c, Fraction(0)) for c in {**row, **other}}
    return {c: k for c, k in found.items() if k}


MOST = 100_000
Bounds = dict[Cell, tuple[int, int]]


def bounded(table: Mapping[str, Shown], knowledge: Iterable[Known]) -> Bounds | None:
    """Between what each cell must be, as somebody finds who narrows it again and again; None if it can’t be."""
    shown = told(table)
    bounds = {c: (1, MOST) if n is None else (n, n) for c, n in shown.items()}
    return narrowed(bounds, [*knowledge])


def narrowed(bounds: Bounds, knowledge: Sequence[Known], most: int = 60) -> Bounds | None:
    """Bounds that follow from others."""
    bounds = dict(bounds)
    for _ in range(most):
        before = dict(bounds)
        for known in knowledge:
            if not _narrow(bounds, known):
                return None
        if before == bounds:
            break
    return bounds


def _narrow(bounds: Bounds, known: Known) -> bool:
    ends = {c: tuple(sorted((k * bounds[c][0], k * bounds[c][1]))) for c, k in known.terms.items()}
    low, high = sum(e[0] for e in ends.values()), sum(e[1] for e in ends.values())
    for cell, k in known.terms.items():
        least, most = bounds[cell]
        if known.high is not None:
            rest = known.high - (low - ends[cell][0])
            least, most = (least, min(most, rest // k)) if k > 0 else (max(least, -(rest // -k)), most)
        if known.low is not None:
            rest = known.low - (high - ends[cell][1])
            least, most = (max(least, -(-rest // k)), most) if k > 0 else (least, min(most, -rest // -k))
        if least > most:
            return False
        bounds[cell] = (least, most)
    return True


def possible(bounds: Bounds, knowledge: Sequence[Known], tries: list[int]) -> bool:
    """Whether some whole numbers between these bounds agree with all that is known."""
    tries[0] -= 1
    found = narrowed(bounds, knowledge)
    if found is None:
        return False
    if tries[0] <= 0:
        raise TimeoutError
    open_ = [c for c, (low, high) in found.items() if low < high]
    if not open_:
        return True
    cell = min(open_, key=lambda c: found[c][1] - found[c][0])
    low, high = found[cell]
    return any(possible({**found, cell: (n, n)}, knowledge, tries) for n in range(low, min(high, low + 40) + 1))
