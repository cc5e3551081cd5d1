"""What is said of a table: why it is kept, on what ground, how long, who sees it, what of it is whose."""

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Table, or_, select
from sqlmodel import SQLModel

from config.settings import Settings
from config.tables import read
from config.time import PARIS

_Given = TypeVar("_Given")
Row = Mapping[str, Any]
OwnerFilter = Callable[[str], ColumnElement[bool]]
"""Which rows are somebody’s, by their id, in SQL."""
RowFilter = Callable[[datetime], ColumnElement[bool]]
"""Which rows are too old, in SQL: those whose moment is before that one."""


class LegalBasis(StrEnum):
    """On what ground personal data are kept (article 6 of the RGPD)."""

    MISSION = "mission d’intérêt public"
    INTEREST = "intérêt légitime"
    CONSENT = "consentement"
    NOTHING = "sans donnée personnelle"


class ErasureFate(StrEnum):
    """What becomes of somebody’s rows when their data are erased: they go; they stay under a pseudonym; they are kept
    as they are, and it is said why; there are none."""

    DELETED = "effacé"
    RENAMED = "pseudonymisé"
    KEPT = "conservé"
    NONE = "sans objet"


@dataclass(frozen=True, slots=True)
class RetentionSpan:
    """A length of time: days, or the months that a setting says."""

    days: int = 0
    setting: str = ""

    def before(self, now: datetime, settings: Settings) -> datetime:
        """Return the moment that is so long ago."""
        return months_before(now, getattr(settings, self.setting)) if self.setting else now - timedelta(days=self.days)

    @property
    def said(self) -> str:
        """« 7 jours », « 12 mois (COOP_TICKET_MONTHS) », by default."""
        if not self.setting:
            return f"{self.days} jours"
        usual = Settings.model_fields[self.setting].default
        return f"{usual} mois (réglage COOP_{self.setting.upper()})"


@dataclass(frozen=True, slots=True)
class RetentionLimit:
    """For how long rows are kept, and after what: « 12 mois après la clôture ». What is too old is deleted or, where
    ``blanks`` are given, loses its words and its person."""

    span: RetentionSpan
    after: str
    where: RowFilter
    blanks: Row = field(default_factory=dict)

    @property
    def said(self) -> str:
        """« 12 mois après la clôture »."""
        return f"{self.span.said} après {self.after}"


@dataclass(frozen=True, slots=True)
class PersonalData:
    """A table, as the register of processing, somebody’s copy of their data, erasure and the nightly clean-up need it.

    config/personal_data.tsv says ``what`` people call its rows, ``why`` they are kept, on what ``ground``, who sees
    them, for how long they are ``kept`` where there is no ``limit`` or beside it, why the table is ``not_given`` at
    all, and why rows are kept when somebody is erased (``because``). ``own`` are the columns that say whose a row is,
    by id, ``scope`` says it where they do not; ``others`` name other people by id. ``names`` hold user names,
    ``credits`` names in words that stand for an author, ``lists`` are JSON with ids or names inside. ``withheld``
    columns are given to nobody; ``given`` says in SQL which of somebody’s rows they are given, where not all. ``shown``
    is how its person sees a row, ``days`` are moments of which they are told the day alone. ``blanks`` is what takes
    the place of words when somebody is erased. ``acts`` are moments at which its person did something.
    """

    name: str
    _: KW_ONLY
    what: str = field(init=False)
    why: str = field(init=False)
    ground: LegalBasis = field(init=False)
    seen_by: str = field(init=False)
    kept: str = field(init=False)
    not_given: str = field(init=False)
    because: str = field(init=False)
    limit: RetentionLimit | None = None
    own: tuple[str, ...] = ()
    scope: OwnerFilter | None = None
    others: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    credits: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    given: OwnerFilter | None = None
    shown: Callable[[Row, str], Row] | None = None
    days: tuple[str, ...] = ()
    fate: ErasureFate = ErasureFate.NONE
    blanks: Row = field(default_factory=dict)
    acts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, said in _read_register()[self.name].items():
            object.__setattr__(self, name, LegalBasis(said) if name == "ground" else said)

    @property
    def table(self) -> Table:
        """The table itself."""
        return table_named(self.name)

    @property
    def how_long(self) -> str:
        """How long rows are kept, in words."""
        return "; ".join(filter(None, (self.limit.said if self.limit else "", self.kept)))

    def mine(self, user_id: str) -> ColumnElement[bool]:
        """Select the rows that are somebody’s."""
        found = [self.table.c[name] == user_id for name in self.own]
        return or_(*found, self.scope(user_id)) if self.scope else or_(*found)

    def given_to(self, user_id: str) -> ColumnElement[bool]:
        """Select those of somebody’s rows that they are given."""
        return self.mine(user_id) & self.given(user_id) if self.given else self.mine(user_id)

    @property
    def has_owners(self) -> bool:
        """Whether rows are somebody’s."""
        return bool(self.own or self.scope)


def table_named(name: str) -> Table:
    """Return the table of that name."""
    return SQLModel.metadata.tables[name]


@cache
def _read_register() -> Mapping[str, Mapping[str, str]]:
    """Read what is said of each table, by its name."""
    return {row["name"]: row for row in read("personal_data.tsv")}


def older(column: ColumnElement[datetime]) -> RowFilter:
    """Select the rows whose moment is before."""
    return lambda before: column < before


def day_before(column: ColumnElement[date]) -> RowFilter:
    """Select the rows whose day is before."""
    return lambda before: column < before.date()


def whose(column: ColumnElement[str]) -> OwnerFilter:
    """Select the rows that name somebody."""
    return lambda user_id: column == user_id


def about(
    refers: ColumnElement[Any], key: ColumnElement[Any], which: Callable[[_Given], ColumnElement[bool]]
) -> Callable[[_Given], ColumnElement[bool]]:
    """Select the rows that are about such rows of another table; ``refers`` has their ``key``."""
    return lambda given: refers.in_(select(key).where(which(given)))


def limit_of(span: timedelta | str, after: str, where: RowFilter, blanks: Row | None = None) -> RetentionLimit:
    """Make a limit of so many days, or of the months that a setting says."""
    length = RetentionSpan(setting=span) if isinstance(span, str) else RetentionSpan(days=span.days)
    return RetentionLimit(length, after, where, blanks or {})


def day_of(moment: datetime | None) -> date | None:
    """Return the day of a moment, in Paris."""
    return moment.astimezone(PARIS).date() if moment else None


def months_before(now: datetime, count: int) -> datetime:
    """Return the same hour so many months ago; the last day of a shorter month."""
    year, month = divmod(now.year * 12 + now.month - 1 - count, 12)
    for day in (now.day, 30, 29, 28):
        try:
            return now.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    raise ValueError("no month is that short")
