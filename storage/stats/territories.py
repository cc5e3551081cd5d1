"""What is told of départements, régions and the nation: sums of figures rounded once by département and month.

Nothing finer than one département’s month is ever told, and nothing larger is rounded again: whatever somebody asks
for and subtracts is a sum of the same rounded figures (storage.stats.rounding).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import repeat

from sqlmodel.ext.asyncio.session import AsyncSession

from config.territories import Territory
from storage.stats.figures import Figures
from storage.stats.known import CELL_INDEX, STEPS, TOTAL_CELLS
from storage.stats.monthly import MonthSpan, count_months
from storage.stats.rounding import MonthCount, round_counts
from storage.stats.secret import secret


def told_until(today: date) -> date:
    """The first day that is not told of yet: the month in progress is told as of its last Sunday that is over.

    Else who asks before and after a compte rendu of the day would see what it changed.
    """
    return max(today - timedelta(days=today.weekday()), today.replace(day=1))


@dataclass(frozen=True, slots=True)
class RoundedFigures:
    """What is told of some départements, by month (its first day): figures in the order of CELLS, in fives."""

    rows: Mapping[tuple[str, date], Sequence[int]]

    def measures(self, start: date, end: date, departement: str | None = None) -> dict[str, int]:
        """What is told of the whole months [start, end[, of one département or of all, by the names of CELLS."""
        rows = (row for (code, month), row in self.rows.items() if start <= month < end and departement in (None, code))
        sums = [sum(column) for column in zip(*rows, strict=True)] or repeat(0)
        return {name: five * step for (name, step), five in zip(STEPS.items(), sums, strict=False)}

    def figures(self, start: date, end: date) -> Figures:
        """What is told of the whole months [start, end[ of all these départements together."""
        measures, mois = self.measures(start, end), Counter[date]()
        for (_, month), row in sorted(self.rows.items()):
            if start <= month < end:
                mois[month] += row[CELL_INDEX["accompagnements"]] * STEPS["accompagnements"]
        return Figures.of(measures, mois, {name: measures[name] for name in (*TOTAL_CELLS, "nouveaux")})


@dataclass(frozen=True, slots=True)
class CountedFigures:
    """What was counted of a territory, not to be told before it is rounded."""

    secret: bytes
    counted: Sequence[MonthCount]

    def round(self) -> RoundedFigures:
        """What may be told; 20 µs for each département and month."""
        return RoundedFigures({(c.departement, c.month): round_counts(self.secret, c) for c in self.counted})


async def read_figures(db: AsyncSession, territory: Territory, span: MonthSpan) -> CountedFigures:
    """Read what is needed to tell of a territory."""
    return CountedFigures(await secret(db), await count_months(db, territory, span))
