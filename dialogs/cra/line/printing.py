"""A compte rendu as the line that says it."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar

from bot.french.dates import read_date
from bot.french.words import plural
from storage.communes import by_code, label
from storage.cra.values import Activite, Canal, Report, Statut, Suite

_Value = TypeVar("_Value", bound=StrEnum)

_ACTIVITES = {
    Activite.COLLECTIF: "atelier",
    Activite.INDIVIDUEL: "individuel",
    Activite.PONCTUEL: "ponctuel",
}
_CANAUX = {
    Canal.RATTACHEMENT: "lieu de rattachement",
    Canal.AUTRE: "autre lieu",
    Canal.DISTANCE: "à distance",
    Canal.DOMICILE: "à domicile",
}
_STATUTS = {
    Statut.ETUDIANT: "étudiant",
    Statut.SANS_EMPLOI: "sans emploi",
    Statut.EN_EMPLOI: "en emploi",
    Statut.RETRAITE: "retraité",
    Statut.HETEROGENE: "non renseigné",
}
_SUITES = {
    Suite.INDIVIDUEL: "suite en individuel",
    Suite.ATELIER: "suite en atelier",
    Suite.REDIRECTION: "redirection",
}


def print_line(report: Report, today: date) -> str:
    """The line that `read_line` reads as this report.

    Of several ages, statuts or suites it says the most frequent, since a line has one for everybody.
    """
    parts = [_ACTIVITES[report.activite]]
    if report.activite is Activite.COLLECTIF:
        parts.append(plural(report.participants, "participant"))
    parts += [_minutes(report.minutes), *report.themes, _commune(report), _day(report.date, today)]
    parts += [f"{_most(report.ages)} ans", _STATUTS[_most(report.statuts)], _CANAUX[report.canal]]
    if report.suite:
        parts.append(_SUITES[_most(report.suite)])
    if report.recurrents is not None:
        parts.append(plural(report.recurrents, "récurrent"))
    return ", ".join(parts)


def _most(counts: Mapping[_Value, int]) -> _Value:
    return max(counts, key=lambda value: counts[value])


def _minutes(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours}h{rest:02}" if rest else f"{hours}h"


def _commune(report: Report) -> str:
    commune = by_code(report.commune)
    return label(commune, report.code_postal) if commune else report.code_postal


def _day(day: date, today: date) -> str:
    """The date in figures, without the year where it is understood."""
    short = f"{day:%d/%m}"
    return short if read_date(short, today) == day else f"{day:%d/%m/%Y}"
