"""« coop-bot stats »: the figures of one person or of a territory, as one JSON object or to be read."""

import json
from argparse import Namespace
from collections.abc import Iterator, Mapping
from typing import Any

from bot.french.durations import say_minutes
from bot.french.periods import Period
from bot.french.words import NBSP, group
from bot.papers import LabelledValue, Section
from bot.texts import typeset
from cli.opening import begin_reading, open_up_to_date
from cli.stats.subjects import interval, subject_of
from commands.stats.sections import Presentation, charts, evolution, general, suites, temps
from config.settings import Settings
from storage.cra import Suite
from storage.stats import Figures, Percent, share, shares


async def tell(settings: Settings, options: Namespace) -> int:
    """Write the figures asked for on the standard output."""
    start, end = interval(options)
    percent = Percent(options.percent)
    async with open_up_to_date(settings) as database, begin_reading(database) as db:
        subject = await subject_of(db, options)
        figures = await subject.figures(db, start, end)
    if options.json:
        print(json.dumps(as_object(figures, percent), ensure_ascii=False))
    else:
        print("\n".join(_lines(subject.title, Period(start, end), Presentation(figures, percent))))
    return 0


def as_object(f: Figures, percent: Percent) -> dict[str, Any]:
    """The figures as docs/wire.md describes them."""
    return {
        "personnes": f.personnes,
        "accompagnements": f.accompagnements,
        "ateliers": f.ateliers,
        "participants": f.participants,
        "individuels": f.individuels,
        "ponctuelles": f.ponctuelles,
        "poursuivis": {
            "total": f.poursuivis,
            "pourcent": share(f.poursuivis, f.personnes, percent),
            **{suite.value: f.suites[suite] for suite in Suite},
        },
        "nouveaux": f.nouveaux,
        "minutes": f.temps,
        "themes": dict(f.themes),
        "canaux": _by_value(f.canaux),
        "durees": _by_value(f.durees),
        "ages": _part(f.ages, f.personnes, percent),
        "statuts": _part(f.statuts, f.personnes, percent),
        "mois": {f"{month:%Y-%m}": n for month, n in sorted(f.mois.items())},
    }


def _by_value(counts: Mapping[Any, int]) -> dict[str, int]:
    return {code.value: n for code, n in counts.items()}


def _part(counts: Mapping[Any, int], whole: int, percent: Percent) -> dict[str, dict[str, int]]:
    percents = shares(counts, whole, percent)
    return {code.value: {"n": n, "pourcent": percents[code]} for code, n in counts.items()}


def _lines(title: str, period: Period, told: Presentation) -> Iterator[str]:
    """The same as on the page, section by section; what is zero is left out of the long ones."""
    yield typeset(f"Statistiques : {title}, {period.label}")
    key_figures, goes_on = general(told), suites(told)
    sections = (*charts(told), temps(told), evolution(told.figures.mois))
    for section in (key_figures, goes_on, *(Section(s.key, s.title, s.unit, s.filled) for s in sections)):
        if section.lines:
            yield from ("", typeset(f"{section.title} :"))
            yield from (typeset(f"  {_line(section, line)}") for line in section.lines)


def _line(section: Section, line: LabelledValue) -> str:
    value = line.value or 0
    said = say_minutes(value) if section.unit == "minutes" else group(value, least=1_000)
    percent = "" if line.percent is None else f" ({line.percent}{NBSP}%)"
    if section.key in ("general", "suites"):
        return f"{said} {line.label}{percent}"
    return f"{line.label} : {said}{percent}"
