"""What is declared of each table: why it is kept, on what legal basis, for how long, who sees it, and which columns
belong to whom."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Date, Table, or_, select
from sqlmodel import SQLModel

from config.settings import Settings
from config.time import PARIS

_Given = TypeVar("_Given")
Row = Mapping[str, Any]
OwnerFilter = Callable[[str], ColumnElement[bool]]
"""A function that makes the condition that rows belong to somebody, by id."""
RowFilter = Callable[[datetime], ColumnElement[bool]]
"""A function that makes the condition that rows are older than a moment."""


class LegalBasis(StrEnum):
    """The legal basis on which personal data are kept (article 6 of the RGPD)."""

    MISSION = "mission d’intérêt public"
    INTEREST = "intérêt légitime"
    CONSENT = "consentement"
    NOTHING = "sans donnée personnelle"


class ErasureFate(StrEnum):
    """What becomes of somebody’s rows when their data are erased: deleted; kept under a pseudonym; kept as they are,
    for a stated reason; or there are none."""

    DELETED = "effacé"
    RENAMED = "pseudonymisé"
    KEPT = "conservé"
    NONE = "sans objet"


@dataclass(frozen=True, slots=True)
class RetentionSpan:
    """A length of time: a number of days, or the months that a setting gives."""

    days: int = 0
    setting: str = ""

    def before(self, now: datetime, settings: Settings) -> datetime:
        """Return the moment that lies so long before another."""
        return months_before(now, getattr(settings, self.setting)) if self.setting else now - timedelta(days=self.days)

    @property
    def said(self) -> str:
        """The span in French, with the default of its setting: « 7 jours », « 12 mois (COOP_TICKET_MONTHS) »."""
        if not self.setting:
            return f"{self.days} jour{'s' if self.days > 1 else ''}"
        usual = Settings.model_fields[self.setting].default
        return f"{usual} mois (réglage COOP_{self.setting.upper()})"


@dataclass(frozen=True, slots=True)
class RetentionLimit:
    """How long rows are kept, and from when: « 12 mois après la clôture ». Rows that are too old are deleted or, where
    ``blanks`` are given, emptied of their words and their person."""

    span: RetentionSpan
    after: str
    where: RowFilter
    blanks: Row = field(default_factory=dict)

    @property
    def said(self) -> str:
        """The limit in French: « 12 mois après la clôture »."""
        return f"{self.span.said} après {self.after}"


@dataclass(frozen=True, slots=True)
class PersonalData:
    """The declaration of a table, for the register of processing, copies of personal data, erasure and the nightly
    clean-up.

    config/personal_data.tsv says ``what`` people call its rows, ``why`` they are kept, on what ``ground``, who sees
    them, for how long they are ``kept`` where there is no ``limit`` or beside it, why the table is ``not_given`` at
    all, and why rows are kept when somebody is erased (``because``). ``own`` are the columns with the ids of a row’s
    owners, ``scope`` is a condition for them where columns do not suffice; ``others`` name other people by id.
    ``names`` hold user names, ``credits`` names in words that stand for an author, ``lists`` are JSON with ids or names
    inside. ``withheld`` columns are given to nobody; ``given`` says in SQL which of somebody’s rows they are given,
    where not all. ``shown`` is how its person sees a row, ``days`` are moments of which they are told the day alone.
    ``blanks`` is what takes the place of words when somebody is erased. ``acts`` are moments at which its person did
    something.
    """

    name: str
    what: str
    why: str
    ground: LegalBasis
    seen_by: str
    kept: str
    not_given: str
    because: str
    own: tuple[str, ...]
    others: tuple[str, ...]
    names: tuple[str, ...]
    credits: tuple[str, ...]
    lists: tuple[str, ...]
    withheld: tuple[str, ...]
    days: tuple[str, ...]
    acts: tuple[str, ...]
    fate: ErasureFate
    limit: RetentionLimit | None
    scope: OwnerFilter | None
    given: OwnerFilter | None
    shown: Callable[[Row, str], Row] | None
    blanks: Row

    @property
    def table(self) -> Table:
        """The SQLAlchemy table."""
        return table_named(self.name)

    @property
    def how_long(self) -> str:
        """How long rows are kept, in French."""
        return "; ".join(filter(None, (self.limit.said if self.limit else "", self.kept)))

    def mine(self, user_id: str) -> ColumnElement[bool]:
        """Make the condition that a row belongs to somebody."""
        found = [self.table.c[name] == user_id for name in self.own]
        return or_(*found, self.scope(user_id)) if self.scope else or_(*found)

    def given_to(self, user_id: str) -> ColumnElement[bool]:
        """Make the condition that a row belongs to somebody and is given to them in their copy."""
        return self.mine(user_id) & self.given(user_id) if self.given else self.mine(user_id)

    @property
    def has_owners(self) -> bool:
        """Tell whether rows have owners."""
        return bool(self.own or self.scope)


def table_named(name: str) -> Table:
    """Return the table of a name."""
    return SQLModel.metadata.tables[name]


def _column(name: str) -> ColumnElement[Any]:
    """Return a column by its name and that of its table: « author_id of cra »."""
    own, _, table = name.partition(" of ")
    return table_named(table).c[own]


def older(name: str) -> RowFilter:
    """Make the filter of rows whose moment or day, in that column, lies before the limit."""
    column = _column(name)
    is_day = isinstance(column.type, Date)
    return lambda before: column < (before.date() if is_day else before)


def whose(name: str) -> OwnerFilter:
    """Make the filter of the rows whose column is somebody’s id."""
    column = _column(name)
    return lambda user_id: column == user_id


def about(
    refers: str, key: str, which: Callable[[_Given], ColumnElement[bool]]
) -> Callable[[_Given], ColumnElement[bool]]:
    """Make the filter of rows that refer (by the column ``refers``, to the column ``key``) to rows of another table
    which ``which`` selects."""
    here, there = _column(refers), _column(key)
    return lambda given: here.in_(select(there).where(which(given)))


def limit_of(span: timedelta | str, after: str, where: RowFilter, blanks: Row | None = None) -> RetentionLimit:
    """Make a limit of so many days, or of the months that a setting gives."""
    length = RetentionSpan(setting=span) if isinstance(span, str) else RetentionSpan(days=span.days)
    return RetentionLimit(length, after, where, blanks or {})


def day_of(moment: datetime | None) -> date | None:
    """Return the day of a moment, in Paris."""
    return moment.astimezone(PARIS).date() if moment else None


def months_before(now: datetime, count: int) -> datetime:
    """Return the moment so many months ago, at the same hour; the last day of the month where it is shorter."""
    year, month = divmod(now.year * 12 + now.month - 1 - count, 12)
    for day in (now.day, 30, 29, 28):
        try:
            return now.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    raise ValueError("no month is that short")
