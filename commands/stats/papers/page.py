"""A page of « Mes statistiques », or of a territory: in which order, and how, papers show its sections."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from bot import papers
from bot.french.periods import Period
from bot.papers import LabelledValue, Section
from commands.stats.papers.labels import export_sections

# The order of the old platform’s exports (docs/domaine.md §3.4), our own sections where they belong.
_ORDER = ("general", "suites", "themes", "canaux", "temps", "durees", "ages", "statuts", "evolution", "communes")
# Enough for a picture and a page; sheets have them all.
_MONTHS, _COMMUNES = 24, 20
_RANKED = ("themes", "departements")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(papers.Page):
    """A page of statistics."""

    stem: str = "Mes_statistiques"

    @property
    def ordered(self) -> tuple[Section, ...]:
        """Its sections in the order of the sheets; those without a place there come last."""
        return tuple(sorted(self.sections, key=lambda s: _ORDER.index(s.key) if s.key in _ORDER else len(_ORDER)))

    @property
    def drawn(self) -> tuple[Section, ...]:
        """The same, no longer than can be looked at, and what is compared the largest first."""
        return tuple(Section(s.key, s.title, s.unit, _as_drawn(s)) for s in self.ordered)

    @property
    def sheets(self) -> tuple[Section, ...]:
        """The same in the words of the old platform’s exports."""
        return export_sections(self.ordered)


def territory_page(name: str, period: Period, today: date, sections: Sequence[Section], notes: Sequence[str]) -> Page:
    """A page of a territory, or of several together, of that name."""
    return Page(
        title=f"Statistiques — {name}",
        period=period.label,
        start=period.start,
        last=period.last,
        today=today,
        sections=tuple(sections),
        notes=tuple(notes),
        stem=f"Statistiques_{name}",
    )


def _as_drawn(section: Section) -> tuple[LabelledValue, ...]:
    lines = section.lines
    if section.key in _RANKED:
        return tuple(sorted(lines, key=lambda line: line.value, reverse=True))
    if section.key == "evolution" and len(lines) > _MONTHS:
        years = groupby(lines, key=lambda line: line.label.rpartition(" ")[2])
        return tuple(_sum(year, tuple(months)) for year, months in years)
    rest = lines[_COMMUNES:]
    if section.key == "communes" and len(rest) > 1:
        return (*lines[:_COMMUNES], _sum(f"{len(rest)} autres communes", rest))
    return lines


def _sum(label: str, lines: Sequence[LabelledValue]) -> LabelledValue:
    """Lines as one."""
    return LabelledValue(label, sum(line.value for line in lines))
