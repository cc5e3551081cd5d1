"""Searches of an author’s reports by words: a theme, a commune, an activity, the public, a postcode or a number."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from sqlalchemy import ColumnElement, false, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config import libraries
from config.tables import read
from config.text import fold, split_words
from config.themes import THEMES, key, theme_of
from storage.communes import get_commune, reduce_name
from storage.cra.report import (
    AGES,
    STATUTS,
    SUITES,
    Activite,
    Age,
    Canal,
    Cra,
    CraRow,
    PracticeCra,
    Statut,
    is_training,
)
from storage.cra.tags import has_tag, take_tags

WORDS_MAX = 12
"""The most words of a search that are used."""
_LONGEST = 5
"""The most words of the name of a theme or commune in a search."""
_PREFIX_MIN, _SLIP_MIN = 3, 5
"""The fewest letters of a word’s beginning that stand for it, and of a word with one wrong letter."""
_NUMBER_MAX = 9
_SMALL_WORDS = (
    "a au aux avec ce cette chez d dans de des du en et l la le les mes mon par pour sur un une "
    "activite commune compte comptes cra date lieu rendu rendus thematique theme "
)
_SMALL = frozenset(_SMALL_WORDS.split())
"""Words that are ignored in a search."""

_COLUMNS: Mapping[str, Mapping[str, str]] = {
    "age": {age.value: name for age, name in AGES.items()},
    "statut": {statut.value: name for statut, name in STATUTS.items()},
    "suite": {suite.value: name for suite, name in SUITES.items()},
}
"""The column that counts each value."""

_ALSO = (
    {"element": "canal", "valeur": "distance", "mots": "téléphone, visio, visioconférence"},
    {"element": "age", "valeur": "-12", "mots": "enfants"},
)
"""Further words that mean a theme."""

Condition = Callable[[type[CraRow]], ColumnElement[bool]]
"""A condition on a report, in SQL."""


@dataclass(frozen=True, slots=True)
class AuthorSheet:
    """The reports of one author: those that count, or those of a practice sheet."""

    author_id: str
    table: type[CraRow] = Cra

    @property
    def is_practice(self) -> bool:
        """Tell whether the sheet is for practice: its reports count in no figure."""
        return self.table is not Cra


def open_sheet(person_id: str, *, practice: bool) -> AuthorSheet:
    """Return a person’s practice sheet or real sheet."""
    return AuthorSheet(person_id, PracticeCra if practice else Cra)


async def find_sheet(db: AsyncSession, person_id: str) -> AuthorSheet:
    """Find the sheet on which a person’s commands act: the practice sheet during a training."""
    return open_sheet(person_id, practice=await is_training(db, person_id))


@dataclass(frozen=True, slots=True)
class ReportSearch:
    """A search among an author’s reports: days [start, end[, and conditions read from words; with ``unknown`` words
    nothing is found."""

    start: date
    end: date
    conditions: tuple[Condition, ...] = ()
    unknown: tuple[str, ...] = ()

    def select(self, sheet: AuthorSheet) -> tuple[ColumnElement[bool], ...]:
        """Return the conditions in SQL that select the author’s reports."""
        table = sheet.table
        mine = (col(table.author_id) == sheet.author_id, col(table.deleted_at).is_(None))
        days = (col(table.date) >= self.start, col(table.date) < self.end)
        return *mine, *days, *(condition(table) for condition in self.conditions)


async def read_search(db: AsyncSession, sheet: AuthorSheet, text: str, start: date, end: date) -> ReportSearch:
    """Read words as a search among the author’s reports of [start, end[; a report must match all of them."""
    text, tags = take_tags(text)
    words = split_words(text)[:WORDS_MAX]
    typed = {fold(word): word for word in re.findall(r"\w+", text)}
    places = await _list_places(db, sheet) if words else {}
    conditions = [_tagged(name) for name in tags[:WORDS_MAX]]
    unknown: list[str] = []
    at = 0
    while at < len(words):
        size, meant = _read_run(words[at:], places)
        if meant:
            conditions.append(_any_of(meant))
        elif words[at] not in _SMALL:
            unknown.append(typed.get(words[at], words[at]))
        at += size
    return ReportSearch(start, end, tuple(conditions), tuple(unknown))


def _tagged(name: str) -> Condition:
    """Make the condition that a report has a tag; a report of a practice sheet has none."""
    return lambda table: has_tag(col(table.id), name) if table is Cra else false()


async def _list_places(db: AsyncSession, sheet: AuthorSheet) -> Mapping[str, str]:
    """List the communes of the author’s reports: their reduced names by code."""
    theirs = select(col(sheet.table.commune)).where(sheet.table.author_id == sheet.author_id).distinct()
    communes = (get_commune(code) for code in (await db.exec(theirs)).all())
    return {commune.code: reduce_name(commune.nom) for commune in communes if commune}


def _read_run(words: Sequence[str], places: Mapping[str, str]) -> tuple[int, list[Condition]]:
    """Read the longest run of first words that means something: return its length, and what it may mean."""
    for size in range(min(_LONGEST, len(words)), 0, -1):
        if meant := list(_list_meanings(words[:size], places)):
            return size, meant
    return 1, []


def _list_meanings(run: Sequence[str], places: Mapping[str, str]) -> Iterator[Condition]:
    text = " ".join(run)
    if text.isdigit():
        yield from _read_figures(text)
        return
    yield from _words().get(key(text), ())
    if {run[0], run[-1]} & _SMALL:  # « mail à Bron » is a theme and a commune
        return
    if codes := [code for code, name in places.items() if _is_named(run, name.split())]:
        yield lambda table: col(table.commune).in_(codes)
    if theme := theme_of(text):
        mask = 1 << THEMES[theme.code].bit
        yield lambda table: col(table.themes).op("&")(mask) != 0


def _read_figures(figures: str) -> Iterator[Condition]:
    """Yield the meanings of a number: that of a report, or the beginning of a postcode."""
    if len(figures) <= _NUMBER_MAX:
        yield lambda table: col(table.id) == int(figures)
    if 2 <= len(figures) <= 5:
        yield lambda table: col(table.code_postal).startswith(figures)


def _is_named(run: Sequence[str], name: Sequence[str]) -> bool:
    """Tell whether each word typed is a word of a name, its beginning, or one with a single wrong letter."""
    reduced = reduce_name(" ".join(run)).split()
    return bool(reduced) and all(any(_is_meant(word, other) for other in name) for word in reduced)


def _is_meant(word: str, other: str) -> bool:
    if word == other or (len(word) >= _PREFIX_MIN and other.startswith(word)):
        return True
    return len(word) >= _SLIP_MIN and libraries.OSA.distance(word, other, score_cutoff=1) <= 1


def _any_of(meant: Sequence[Condition]) -> Condition:
    return lambda table: or_(*(condition(table) for condition in meant))


@cache
def _words() -> Mapping[str, tuple[Condition, ...]]:
    """Return the conditions that the usual words of lines (config/line.tsv) and the form’s labels stand for."""
    said: dict[str, list[Condition]] = {}
    for row in (*read("line.tsv"), *_ALSO):
        if condition := _condition_of(row["element"], row["valeur"]):
            for word in row["mots"].split(", "):
                said.setdefault(key(word), []).append(condition)
    for element, members in (("activite", Activite), ("canal", Canal), ("age", Age), ("statut", Statut)):
        for member in members:
            condition = _condition_of(element, member.value)
            assert condition is not None
            said.setdefault(key(fold(member.label)), []).append(condition)
    return {word: tuple(conditions) for word, conditions in said.items()}


def _condition_of(element: str, value: str) -> Condition | None:
    if element in ("activite", "weak"):
        return lambda table: col(table.activite) == Activite(value)
    if element == "canal":
        return lambda table: col(table.canal) == Canal(value)
    name = _COLUMNS.get(element, {}).get(value)
    return (lambda table: getattr(table, name) > 0) if name else None
