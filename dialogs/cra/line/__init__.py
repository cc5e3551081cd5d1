"""A compte rendu in one line: `/cra atelier 8p 1h30 mail, internet 69120 hier +60 retraités`, read and printed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from bot.forms import Clues
from bot.french.dates import read_date
from bot.french.words import plural
from dialogs.cra.line.parser import Piece, TypedLine, choose_pieces, split_line
from dialogs.cra.line.submission import gather_values
from storage.communes import get_commune, make_label
from storage.cra.report import Activite, Canal, Report, Statut, Suite

__all__ = ["Line", "print_line", "read_line"]


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
    parts += [_say_duration(report.minutes), *report.themes, _say_commune(report), _say_date(report.date, today)]
    parts += [f"{_most_frequent(report.ages)} ans", _STATUTS[_most_frequent(report.statuts)], _CANAUX[report.canal]]
    if report.suite:
        parts.append(_SUITES[_most_frequent(report.suite)])
    if report.recurrents is not None:
        parts.append(plural(report.recurrents, "récurrent"))
    return ", ".join(parts)


def _most_frequent(counts: Mapping[_Value, int]) -> _Value:
    return max(counts, key=lambda value: counts[value])


def _say_duration(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours}h{rest:02}" if rest else f"{hours}h"


def _say_commune(report: Report) -> str:
    commune = get_commune(report.commune)
    return make_label(commune, report.code_postal) if commune else report.code_postal


def _say_date(day: date, today: date) -> str:
    """The date in figures, without the year where it is understood."""
    short = f"{day:%d/%m}"
    return short if read_date(short, today) == day else f"{day:%d/%m/%Y}"


_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Line:
    """What a line says.

    ``raw`` is what a submission of the dialog would send, by element name; ``unread`` what was not understood,
    as typed; ``mistakes`` a sentence by element name for what was understood but cannot be; ``assumed`` what was
    taken without being said.
    """

    raw: dict[str, Any]
    unread: tuple[str, ...]
    mistakes: dict[str, str]
    assumed: tuple[str, ...]


def read_line(text: str, clues: Clues, last_commune: str = "") -> Line:
    """Read any text, of any length, as a compte rendu; the order of its parts does not matter.

    Date, commune (the last one used), canal and statut have defaults, which are told; age, themes and duration have
    none.
    """
    typed = split_line(text)
    found = gather_values(typed, choose_pieces(typed, clues), clues, last_commune)
    unread = _list_unread(typed, sorted(found.unread, key=lambda piece: piece.first))
    return Line(found.raw, unread, found.mistakes, tuple(found.assumed))


def _list_unread(typed: TypedLine, pieces: list[Piece]) -> tuple[str, ...]:
    """What was not understood, as typed: words typed as one are named as one."""
    runs: list[tuple[int, int]] = []
    for piece in pieces:
        if runs and runs[-1][1] == piece.first and typed.tokens[piece.first - 1].glued:
            runs[-1] = (runs[-1][0], piece.end)
        else:
            runs.append((piece.first, piece.end))
    rest = [typed.rest] if typed.rest else []
    return tuple(_shorten(text) for text in [*(typed.as_typed(*run) for run in runs), *rest])


def _shorten(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
