"""The report: its content in the codes of 2021 (docs/domaine.md §2.1), its rules and its table; and the practice sheet
of people in training, which counts in no figure."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import Index, SmallInteger, delete, func
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.programme import FIRST_DAY
from config.themes import bits, from_bits
from storage.database import Code, Labelled, Numbered, UtcTime, upsert


class Canal(Labelled):
    RATTACHEMENT = "rattachement", "Lieu de rattachement"
    AUTRE = "autre", "Autre lieu"
    DISTANCE = "distance", "À distance"
    DOMICILE = "domicile", "À domicile"


class Activite(Labelled):
    COLLECTIF = "collectif", "Atelier Collectif"
    INDIVIDUEL = "individuel", "Accompagnement individuel"
    PONCTUEL = "ponctuel", "Demande ponctuelle"


class Age(Labelled):
    MOINS_12 = "-12", "-12 ans"
    DE_12_A_18 = "12-18", "12 - 18 ans"
    DE_18_A_35 = "18-35", "18 - 35 ans"
    DE_35_A_60 = "35-60", "35 - 60 ans"
    PLUS_60 = "+60", "Plus de 60 ans"


class Statut(Labelled):
    ETUDIANT = "etudiant", "Étudiant(e)"
    SANS_EMPLOI = "sans emploi", "Sans emploi"
    EN_EMPLOI = "en emploi", "En emploi"
    RETRAITE = "retraite", "Retraité"
    HETEROGENE = "heterogene", "Non renseigné ou hétérogène"


class Suite(Labelled):
    INDIVIDUEL = "individuel", "Accompagnement individuel"
    ATELIER = "atelier", "En atelier"
    REDIRECTION = "redirection", "Redirection vers un établissement agréé"


class Duree(Labelled):
    """A class of durations in minutes: [0, 30], ]30, 60[, [60, 120[ and [120, ∞[ (docs/domaine.md §3.1)."""

    JUSQU_A_30 = "0-30", "0 à 30 min."
    DE_30_A_60 = "30-60", "30 min. à 1h"
    DE_60_A_120 = "60-120", "1h à 2h"
    DES_120 = "120+", "2h et plus"


class Source(StrEnum):
    """How a compte rendu came in."""

    DIALOG = "dialog"
    LINE = "line"
    IMPORT = "import"


DUREES: tuple[int, ...] = (*range(15, 121, 15), *range(150, 481, 30))
"""The durations one may report, in minutes."""

PARTICIPANTS_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The content of a compte rendu: one accompaniment or one workshop.

    ``ages``, ``statuts`` and ``suite`` count persons (absent: nobody); ``themes`` are codes of config.themes;
    ``minutes`` is the duration; ``commune`` an INSEE code and ``departement`` that commune’s, never the
    postcode’s first digits; ``recurrents`` is None when nobody said.
    """

    date: date
    canal: Canal
    commune: str
    code_postal: str
    departement: str
    activite: Activite
    participants: int
    ages: Mapping[Age, int]
    statuts: Mapping[Statut, int]
    themes: tuple[str, ...]
    minutes: int
    suite: Mapping[Suite, int] = field(default_factory=dict)
    recurrents: int | None = None

    def __post_init__(self) -> None:
        """Put themes in the order of the form: they are a set, so that two reports that say the same are equal."""
        object.__setattr__(self, "themes", from_bits(bits(self.themes)))

    @property
    def is_spread(self) -> bool:
        """Tell whether ages, statuts or suites differ from person to person."""
        whole = {self.participants}
        split = set(self.ages.values()) != whole or set(self.statuts.values()) != whole
        return split or set(self.suite.values()) - whole != set()


E = TypeVar("E", bound=StrEnum)

AGES = {a: f"age_{a.name.lower()}" for a in Age}
STATUTS = {s: f"statut_{s.name.lower()}" for s in Statut}
SUITES = {s: f"suite_{s.name.lower()}" for s in Suite}
"""The column that counts each suite."""
_PLAIN_FIELDS = (
    *("date", "canal", "commune", "code_postal", "departement"),
    *("activite", "participants", "recurrents", "minutes"),
)
"""The fields of a report that are columns of the same name."""


def _code(members: type[StrEnum]) -> Any:
    return Field(sa_type=Code(members))


def _count() -> Any:
    return Field(default=0, sa_type=SmallInteger)


class CraRow(Numbered):
    """What the tables of reports have in common; ``id`` is the number people see.

    ``structure`` and ``departement_structure`` are the author’s when it was filed, and stay. ``key`` makes a
    second sending of the same dialog, line or import row the first one again. ``version`` counts changes.
    """

    author_id: str = Field(max_length=26)
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
    def report(self) -> Report:
        """The content of the report."""
        return Report(
            **{name: getattr(self, name) for name in _PLAIN_FIELDS},
            ages=self._counts(AGES),
            statuts=self._counts(STATUTS),
            suite=self._counts(SUITES),
            themes=from_bits(self.themes),
        )

    def _counts(self, columns: Mapping[E, str]) -> dict[E, int]:
        return {code: n for code, column in columns.items() if (n := getattr(self, column))}


class Cra(CraRow, table=True):
    """A compte rendu d’activité that counts in figures."""

    __table_args__ = (
        Index(None, "author_id", "date"),
        Index(None, "departement", "date"),
        Index(None, "departement_structure", "date"),
        Index(None, "modified_at", "id"),
        # A b-tree on the date alone misleads PostgreSQL’s planner (docs/measures.md); SQLite has no BRIN.
        Index("ix_cra_date", "date").ddl_if(dialect="sqlite"),
        Index("ix_cra_date_brin", "date", postgresql_using="brin").ddl_if(dialect="postgresql"),
        {"sqlite_autoincrement": True},
    )

    author_id: str = Field(foreign_key="person.id", max_length=26)


def columns(report: Report) -> dict[str, Any]:
    """Return a report as values of the table’s columns."""
    counts = {AGES[a]: report.ages.get(a, 0) for a in Age}
    counts |= {STATUTS[s]: report.statuts.get(s, 0) for s in Statut}
    counts |= {SUITES[s]: report.suite.get(s, 0) for s in Suite}
    return {name: getattr(report, name) for name in _PLAIN_FIELDS} | counts | {"themes": bits(report.themes)}


Values = Mapping[str, Any]
"""Any of the fields of a Report; what is absent is not judged."""
Problems = Iterator[tuple[str, str]]
"""The faults, each with its field."""


def find_problems(values: Values, today: date) -> dict[str, str]:
    """Find what is wrong with the given fields: one sentence for each field at fault.

    ``today`` is the date where the author is (« not in the future » by the server’s clock once refused the
    day’s own reports).
    """
    checks = (_check_date(values, today), *(check(values) for check in _CHECKS))
    return {field: text for found in checks for field, text in found}


def _check_date(values: Values, today: date) -> Problems:
    day = values.get("date")
    if day and day > today:
        yield "date", f"Cette date n’est pas encore passée : indiquez au plus tard le {today:%d/%m/%Y}."
    elif day and day < FIRST_DAY:
        yield "date", f"Indiquez une date à partir du {FIRST_DAY:%d/%m/%Y}."


def _check_participants(values: Values) -> Problems:
    activite = values.get("activite")
    count: Any = values.get("participants")
    if activite is Activite.COLLECTIF and count is None:
        yield "participants", "Indiquez le nombre de participants de l’atelier, de 1 à 100."
    elif activite is Activite.COLLECTIF and not 1 <= count <= PARTICIPANTS_MAX:
        yield "participants", f"Un atelier compte de 1 à {PARTICIPANTS_MAX} participants : corrigez ce nombre."
    elif activite not in (None, Activite.COLLECTIF) and count not in (None, 1):
        said = f"« {activite.label} » concerne une seule personne : laissez vide, ou choisissez Atelier Collectif."
        yield "participants", said


def _check_themes(values: Values) -> Problems:
    themes = values.get("themes")
    if themes is not None and not themes:
        yield "themes", "Choisissez au moins un thème."
    elif themes and len(set(themes)) < len(themes):
        yield "themes", "Un thème est indiqué deux fois : gardez-le une seule fois."


def _check_minutes(values: Values) -> Problems:
    if values.get("minutes") not in (None, *DUREES):
        said = "Choisissez une durée de 15 min à 2 h par quart d’heure, ou jusqu’à 8 h par demi-heure."
        yield "minutes", said


def _check_sums(values: Values) -> Problems:
    """Check the sums: everybody has one age and one statut, at most one suite, and is new or known."""
    people = 1 if values.get("activite") not in (None, Activite.COLLECTIF) else values.get("participants")
    if people is None:
        return
    many = "s" if people > 1 else ""
    for name, column in (("age", "ages"), ("statut", "statuts")):
        if (counts := values.get(column)) is not None and (total := sum(counts.values())) != people:
            yield name, f"Le total est de {total} pour {people} participant{many} : corrigez les nombres."
    for name, column in (("age", "ages"), ("statut", "statuts"), ("suite", "suite")):
        if (counts := values.get(column)) and min(counts.values()) < 0:
            yield name, "Un nombre de personnes ne peut pas être négatif."
    if sum((values.get("suite") or {}).values()) > people:
        yield "suite", f"Il y a plus de suites que de participants ({people}) : corrigez les nombres."
    if not 0 <= (values.get("recurrents") or 0) <= people:
        yield "recurrents", f"Indiquez de 0 à {people} personne{many} déjà accompagnée{many}."


_CHECKS = (_check_participants, _check_themes, _check_minutes, _check_sums)


TRAINING_FOR = timedelta(days=7)
"""How long a training may last before it is ended by itself."""


class PracticeCra(CraRow, table=True):
    """A report of a practice sheet: of the same shape, in a table that no figure reads."""

    __tablename__ = "practice_cra"
    __table_args__ = (Index(None, "author_id"), {"sqlite_autoincrement": True})


class Training(SQLModel, table=True):
    """Somebody in training; the row exists until the training ends."""

    person_id: str = Field(primary_key=True, max_length=26)
    since: datetime = Field(sa_type=UtcTime)


async def begin_training(db: AsyncSession, person_id: str, now: datetime) -> None:
    """Begin somebody’s training; do nothing where one is under way."""
    if await find_training(db, person_id) is None:
        await upsert(db, Training, [{"person_id": person_id, "since": now}], ("since",))


async def find_training(db: AsyncSession, person_id: str) -> Training | None:
    """Find since when somebody is training; None for who is not."""
    return (await db.exec(select(Training).where(Training.person_id == person_id))).first()


async def is_training(db: AsyncSession, person_id: str) -> bool:
    """Tell whether somebody is in training."""
    return await find_training(db, person_id) is not None


async def list_trainees(db: AsyncSession) -> Collection[str]:
    """List the ids of everybody in training."""
    return frozenset((await db.exec(select(Training.person_id))).all())


async def end_training(db: AsyncSession, person_id: str) -> int:
    """End somebody’s training and forget their practice sheet; return how many reports were on it."""
    count = await count_practice(db, person_id)
    await db.execute(delete(PracticeCra).where(col(PracticeCra.author_id) == person_id))
    await db.execute(delete(Training).where(col(Training.person_id) == person_id))
    return count


async def count_practice(db: AsyncSession, person_id: str) -> int:
    """Count the reports of a practice sheet, deleted or not."""
    query = select(func.count()).select_from(PracticeCra).where(col(PracticeCra.author_id) == person_id)
    return (await db.exec(query)).one()


async def list_overdue_trainings(db: AsyncSession, now: datetime, limit: int) -> Sequence[Training]:
    """List the trainings that last for longer than allowed, the oldest first."""
    over = select(Training).where(col(Training.since) <= now - TRAINING_FOR)
    return (await db.exec(over.order_by(col(Training.since)).limit(limit))).all()
