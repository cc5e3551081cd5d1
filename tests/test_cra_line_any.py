"""A report in one line, for any text and any report: nothing is lost, what is printed is read back."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import combinations, pairwise
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.french.dates import read_date
from bot.french.words import plural
from config.programme import FIRST_DAY
from config.themes import THEMES
from dialogs.cra import NewCra
from dialogs.cra.line import Line
from dialogs.cra.line.days import FAR_DAYS
from storage.communes import Commune, get_commune, list_communes, make_label
from storage.cra import Report
from storage.cra.report import DUREES, Activite, Age, Canal, Statut, Suite
from tests import one_in
from tests.support.cra import CLUES, LINE_DAY, list_readings, read_typed

COMMUNES: Sequence[Commune] = list(list_communes())[::97]
ODD_SIGNS = ["+", "-", "(", "’", "·", "😀", "\u00a0", "ß", "½", "٣", "²"]
SEGMENTS = [*(text for _, _, text in list_readings()), *ODD_SIGNS]
LINES: st.SearchStrategy[str] = st.lists(st.sampled_from(SEGMENTS), max_size=30).map(" ".join)
LONG = ["x" * 1_000_000, "a," * 100_000, "8 " * 100_000, "saint " * 100_000, "\0" * 1000, ", " * 9]
DAYS = [FIRST_DAY + timedelta(days) for days in range(0, (LINE_DAY - FIRST_DAY).days, 7)]
EVERY = Report(
    date=LINE_DAY,
    canal=Canal.DISTANCE,
    commune="69256",
    code_postal="69120",
    departement="69",
    activite=Activite.COLLECTIF,
    participants=8,
    ages={Age.PLUS_60: 8},
    statuts={Statut.RETRAITE: 8},
    themes=("courriel",),
    minutes=90,
)


@given(st.text(max_size=900) | LINES)
def test_any_text_is_read_or_named(text: str) -> None:
    found = read_typed(text)
    assert isinstance(found, Line)
    form = NewCra.recall(found.raw, {})
    assert form.elements(CLUES)
    assert set(found.raw) <= {e["name"] for e in form.elements(CLUES)}
    assert all(told and told[-1] in ".?" for told in found.mistakes.values())


@pytest.mark.parametrize("text", LONG, ids=lambda text: repr(text[:8]))
def test_long_texts_are_read_in_part_and_the_rest_is_named(text: str) -> None:
    found = read_typed(text)
    assert all(len(word) <= 80 for word in found.unread)
    assert len(found.unread) <= 81


def _shared(count: int) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(list(THEMES)), min_size=1, max_size=count, unique=True).map(tuple)


@st.composite
def reports(draw: st.DrawFn) -> Report:
    """Acceptable reports with one age, one statut and at most one suite."""
    activite = draw(st.sampled_from(Activite))
    people = draw(st.integers(1, 100)) if activite is Activite.COLLECTIF else 1
    commune = draw(st.sampled_from(COMMUNES))
    suite = draw(st.none() | st.sampled_from(Suite))
    return Report(
        date=draw(st.dates(FIRST_DAY, LINE_DAY)),
        canal=draw(st.sampled_from(Canal)),
        commune=commune.code,
        code_postal=draw(st.sampled_from(commune.codes_postaux or ("",))),
        departement=commune.departement,
        activite=activite,
        participants=people,
        ages={draw(st.sampled_from(Age)): people},
        statuts={draw(st.sampled_from(Statut)): people},
        themes=draw(_shared(19)),
        minutes=draw(st.sampled_from(DUREES)),
        suite={suite: people} if suite else {},
        recurrents=draw(st.none() | st.integers(0, people)),
    )


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
    said = f"{hours}h{rest:02}" if rest else f"{hours}h"
    return f"durée {said}" if hours >= 7 else said  # « individuel 9h » may be the hour of it


def _say_commune(report: Report) -> str:
    commune = get_commune(report.commune)
    return make_label(commune, report.code_postal) if commune else report.code_postal


def _say_date(day: date, today: date) -> str:
    """The date in figures, without the year where it is understood."""
    short = f"{day:%d/%m}"
    is_near = read_date(short, today) == day and (today - day).days <= FAR_DAYS
    return short if is_near else f"{day:%d/%m/%Y}"


@given(reports())
def test_a_printed_report_is_read_back(report: Report) -> None:
    found = read_typed(print_line(report, LINE_DAY))
    assert (found.unread, found.mistakes, found.assumed) == ((), {}, {})
    assert NewCra.parse(found.raw, {}, CLUES).report() == report


def test_every_value_is_printed_and_read_back() -> None:
    variants: list[Report] = [
        *(replace(EVERY, minutes=minutes) for minutes in DUREES),
        *(replace(EVERY, themes=(code,)) for code in THEMES),
        *(replace(EVERY, themes=pair) for pair in (*combinations(THEMES, 2), *pairwise(reversed(THEMES)))),
        *(replace(EVERY, participants=n, ages={Age.MOINS_12: n}, statuts={Statut.ETUDIANT: n}) for n in range(1, 101)),
        *(replace(EVERY, date=day) for day in DAYS),
    ]
    for report in one_in(5, variants):
        found = read_typed(print_line(report, LINE_DAY))
        assert NewCra.parse(found.raw, {}, CLUES).report() == report, print_line(report, LINE_DAY)


def test_a_printed_line_reads_well() -> None:
    report = replace(EVERY, suite={Suite.ATELIER: 8}, recurrents=3)
    assert print_line(report, LINE_DAY) == (
        "atelier, 8 participants, 1h30, courriel, 69120 Vaulx-en-Velin, 24/11, +60 ans, retraité, à distance, "
        "suite en atelier, 3 récurrents"
    )
