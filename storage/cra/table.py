"""The table of comptes rendus: one row each, counts in columns and themes as bits (docs/architecture.md §6)."""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import Index, SmallInteger
from sqlmodel import Field, SQLModel

from config.themes import bits, from_bits
from storage.cra.values import Activite, Age, Canal, Report, Source, Statut, Suite
from storage.database import Code, UtcTime

E = TypeVar("E", bound=StrEnum)

AGES = {a: f"age_{a.name.lower()}" for a in Age}
STATUTS = {s: f"statut_{s.name.lower()}" for s in Statut}
SUITES = {s: f"suite_{s.name.lower()}" for s in Suite}
"""The column of each count."""


def _code(members: type[StrEnum]) -> Any:
    return Field(sa_type=Code(members))


def _count() -> Any:
    return Field(default=0, sa_type=SmallInteger)


class Cra(SQLModel, table=True):
    """One compte rendu d’activité; ``id`` is the number people see.

    ``structure`` and ``departement_structure`` are the author’s when it was filed, and stay. ``key`` makes a
    second sending of the same dialog, line or import row the first one again. ``version`` counts changes.
    """

    __table_args__ = (
        Index(None, "author_id", "date"),
        Index(None, "departement", "date"),
        Index(None, "departement_structure", "date"),
        # A b-tree on the date alone misleads PostgreSQL’s planner (docs/architecture.md §6); SQLite has no BRIN.
        Index("ix_cra_date", "date").ddl_if(dialect="sqlite"),
        Index("ix_cra_date_brin", "date", postgresql_using="brin").ddl_if(dialect="postgresql"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    author_id: str = Field(foreign_key="person.id", max_length=26)
    structure: str | None = Field(default=None, max_length=200)
    departement_structure: str | None = Field(default=None, max_length=3)
    date: dt.date
    canal: Canal = _code(Canal)
    commune: str = Field(max_length=5)
    code_postal: str = Field(max_length=5)
    departement: str = Field(max_length=3)
    activite: Activite = _code(Activite)
    participants: int = Field(sa_type=SmallInteger)
    recurrents: int | None = Field(default=None, sa_type=SmallInteger)
    age_moins_12: int = _count()
    age_de_12_a_18: int = _count()
    age_de_18_a_35: int = _count()
    age_de_35_a_60: int = _count()
    age_plus_60: int = _count()
    statut_etudiant: int = _count()
    statut_sans_emploi: int = _count()
    statut_en_emploi: int = _count()
    statut_retraite: int = _count()
    statut_heterogene: int = _count()
    suite_individuel: int = _count()
    suite_atelier: int = _count()
    suite_redirection: int = _count()
    themes: int
    minutes: int = Field(sa_type=SmallInteger)
    source: Source = _code(Source)
    key: str = Field(unique=True, max_length=80)
    version: int = Field(default=1)
    created_at: dt.datetime = Field(sa_type=UtcTime)
    modified_at: dt.datetime = Field(sa_type=UtcTime)
    deleted_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)

    @property
    def number(self) -> int:
        """The number people see."""
        assert self.id is not None
        return self.id

    @property
    def report(self) -> Report:
        """What it says."""
        return Report(
            date=self.date,
            canal=self.canal,
            commune=self.commune,
            code_postal=self.code_postal,
            departement=self.departement,
            activite=self.activite,
            participants=self.participants,
            recurrents=self.recurrents,
            ages=self._counts(AGES),
            statuts=self._counts(STATUTS),
            suite=self._counts(SUITES),
            themes=from_bits(self.themes),
            minutes=self.minutes,
        )

    def _counts(self, columns: Mapping[E, str]) -> dict[E, int]:
        return {code: n for code, column in columns.items() if (n := getattr(self, column))}


def columns(report: Report) -> dict[str, Any]:
    """A report as values of the table’s columns."""
    counts = {AGES[a]: report.ages.get(a, 0) for a in Age}
    counts |= {STATUTS[s]: report.statuts.get(s, 0) for s in Statut}
    counts |= {SUITES[s]: report.suite.get(s, 0) for s in Suite}
    same = (
        "date",
        "canal",
        "commune",
        "code_postal",
        "departement",
        "activite",
        "participants",
        "recurrents",
        "minutes",
    )
    return {name: getattr(report, name) for name in same} | counts | {"themes": bits(report.themes)}
