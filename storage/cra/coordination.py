"""Reports of coordinateurs, separate from comptes rendus: what they animated, organised or agreed with partners."""

import datetime as dt
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.text import guard
from storage.cra.files import format_instant
from storage.database import Code, Database, Labelled, Numbered, UtcTime, insertion, iterate_pages, read_mappings_apart
from storage.people import Person

SUBJECT_MAX = 120
PEOPLE_MAX = 10_000
MINUTES_MAX = 24 * 60


class CoordinationKind(Labelled):
    """The kinds of coordinateurs’ reports."""

    ANIMATION = "animation", "Animation"
    EVENEMENT = "evenement", "Événement"
    PARTENARIAT = "partenariat", "Partenariat"


class AnimationSort(Labelled):
    """The sorts of animations."""

    REUNION = "reunion", "Réunion de coordination"
    COMITE = "comite", "Comité technique ou de pilotage"
    GROUPE = "groupe", "Groupe de travail"
    ECHANGE = "echange", "Moment d’échange, aide ou soutien"
    ASSEMBLEE = "assemblee", "Assemblée ou présentation officielle"
    WEBINAIRE = "webinaire", "Webinaire"
    AUTRE = "autre_animation", "Autre animation"


class EventSort(Labelled):
    """The sorts of events."""

    PUBLIC = "grand_public", "Évènement grand public"
    INCLUSION = "inclusion", "Journée d’inclusion numérique"
    NEC = "nec", "NEC local"
    NATIONAL = "national", "Évènement national"
    AUTRE = "autre_evenement", "Autre évènement"


class PartnershipSort(Labelled):
    """The sorts of partnerships."""

    PARCOURS = "parcours", "Conception de parcours usager"
    SUBVENTION = "subvention", "Recherche de subvention"
    JOURNEE = "journee", "Journée de coordination départementale"
    ELU = "elu", "Rendez-vous avec un·e élu·e"
    AUTRE = "autre_partenariat", "Autre partenariat"


class Initiative(Labelled):
    """Who asked for an animation."""

    MIENNE = "initiative", "Intervention à mon initiative"
    BESOIN = "demande", "Réponse à un besoin ou une problématique"


class AnimationTheme(Labelled):
    """The themes of animations."""

    PARTAGE = "partage", "Échanges de bonnes pratiques, partage d’informations"
    RESEAU = "reseau", "Maillage territorial : faire réseau, créer du lien"
    SOUTIEN = "soutien", "Soutien technique ou organisationnel"
    PARCOURS = "professionnel", "Projet ou parcours professionnel"
    RH = "rh", "Soutien RH auprès des structures"
    AUTRE = "autre", "Autre thématique"


class Organisation(Labelled):
    """The kinds of organisers and partners."""

    MIENNE = "ma_structure", "Ma structure"
    COMMUNE = "commune", "Une commune"
    EPCI = "epci", "Un EPCI"
    DEPARTEMENT = "departement", "Le département"
    REGION = "region", "La région"
    ASSOCIATION = "association", "Une association"
    ENTREPRISE = "entreprise", "Une entreprise"
    HUB = "hub", "Un hub"
    ETAT = "etat", "État (préfecture, ANCT, opérateur…)"
    GROUPEMENT = "groupement", "Un groupement (syndicat mixte, consortium…)"
    AUTRE = "autre", "Autre"


class Echelon(Labelled):
    """How wide an event or a partnership reaches."""

    COMMUNAL = "communal", "Communal"
    INTERCOMMUNAL = "intercommunal", "Intercommunal"
    DEPARTEMENTAL = "departemental", "Départemental"
    REGIONAL = "regional", "Régional"
    NATIONAL = "national", "National"


SORTS: dict[str, Labelled] = {
    member.value: member for members in (AnimationSort, EventSort, PartnershipSort) for member in members
}
"""All sorts of all kinds, by their codes, which are different."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coordination:
    """The content of a coordinateur’s report. ``sort`` is a code of the kind’s enumeration, ``themes`` are codes of
    AnimationTheme, ``organisations`` of Organisation; ``minutes`` is None where the duration was not said. Participants
    are counted by kind: ``mediateurs``, ``structures`` and ``autres``."""

    date: date
    kind: CoordinationKind
    sort: str
    subject: str = ""
    minutes: int | None = None
    mediateurs: int = 0
    structures: int = 0
    autres: int = 0
    initiative: Initiative | None = None
    themes: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    echelon: Echelon | None = None

    @property
    def participants(self) -> int:
        """The number of participants; a structure counts as one."""
        return self.mediateurs + self.structures + self.autres

    @property
    def columns(self) -> dict[str, Any]:
        """The content as columns of the table."""
        return asdict(self) | {"themes": list(self.themes), "organisations": list(self.organisations)}


class CoordinationReport(Numbered, table=True):
    """A coordinateur’s report as a row; ``id`` is the number people see. ``departement`` is the author’s when it was
    filed, and stays. ``key`` makes a second sending the first one again, ``version`` counts changes."""

    __tablename__ = "coordination_report"
    __table_args__ = (
        sa.Index("ix_coordination_report_author_id_date", "author_id", "date"),
        {"sqlite_autoincrement": True},
    )

    author_id: str = Field(max_length=26)
    departement: str | None = Field(default=None, max_length=3)
    date: dt.date
    kind: CoordinationKind = Field(sa_type=Code(CoordinationKind))
    sort: str = Field(max_length=24)
    subject: str = Field(default="", max_length=SUBJECT_MAX)
    minutes: int | None = Field(default=None, sa_type=sa.SmallInteger)
    mediateurs: int = Field(default=0, sa_type=sa.SmallInteger)
    structures: int = Field(default=0, sa_type=sa.SmallInteger)
    autres: int = Field(default=0, sa_type=sa.SmallInteger)
    initiative: Initiative | None = Field(default=None, sa_type=Code(Initiative))
    themes: list[str] = Field(default=[], sa_column=sa.Column(sa.JSON, nullable=False))
    organisations: list[str] = Field(default=[], sa_column=sa.Column(sa.JSON, nullable=False))
    echelon: Echelon | None = Field(default=None, sa_type=Code(Echelon))
    key: str = Field(unique=True, max_length=80)
    version: int = Field(default=1)
    created_at: dt.datetime = Field(sa_type=UtcTime)
    modified_at: dt.datetime = Field(sa_type=UtcTime)
    deleted_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)

    @property
    def said(self) -> Coordination:
        """The content of the report."""
        found = {name: getattr(self, name) for name in Coordination.__dataclass_fields__}
        return Coordination(**found | {"themes": tuple(self.themes), "organisations": tuple(self.organisations)})


@dataclass(frozen=True, slots=True)
class FiledReport:
    """A stored report, and whether it is new (or the same key had filed it before)."""

    row: CoordinationReport
    is_new: bool


async def file_report(db: AsyncSession, author: Person, said: Coordination, key: str, now: datetime) -> FiledReport:
    """Store a report once: the same key gives the first one."""
    row = said.columns | {"author_id": author.id, "departement": author.departement, "key": key, "version": 1}
    row |= {"created_at": now, "modified_at": now}
    added: sa.CursorResult[Any] = await db.execute(  # type: ignore[assignment]  # an INSERT gives a cursor
        insertion(db, CoordinationReport).values(row).on_conflict_do_nothing()
    )
    mine = (CoordinationReport.key == key, CoordinationReport.author_id == author.id)
    return FiledReport((await db.exec(select(CoordinationReport).where(*mine))).one(), added.rowcount == 1)


_PERSON: sa.Table = Person.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it
_TABLE: sa.Table = CoordinationReport.__table__  # type: ignore[attr-defined]
COORDINATION_COLUMNS = (
    *("numero", "auteur", "departement", "date", "sorte", "detail", "objet", "minutes"),
    *("mediateurs", "structures", "autres", "initiative", "themes", "organisations", "echelon", "cree", "modifie"),
)
"""The columns of an operator’s export (docs/wire.md)."""


async def export_lines(database: Database, start: date | None, end: date | None) -> AsyncIterator[Sequence[str]]:
    """Yield the cells of all reports that are not deleted, by number, of the days from ``start`` to ``end``, both
    included."""
    named = sa.func.coalesce(_PERSON.c.username, _TABLE.c.author_id).label("username")
    query = sa.select(*_TABLE.c, named).outerjoin(_PERSON, _PERSON.c.id == _TABLE.c.author_id)
    query = query.where(_TABLE.c.deleted_at.is_(None))
    query = query.where(_TABLE.c.date >= start) if start else query
    query = query.where(_TABLE.c.date <= end) if end else query
    async for page in iterate_pages(read_mappings_apart(database), query, _TABLE.c.id):
        for row in page:
            yield _list_cells({**row})


def _list_cells(row: Mapping[str, Any]) -> Sequence[str]:
    about = (row["id"], row["username"], row["departement"], row["date"], row["kind"], row["sort"], row["subject"])
    people = (row["minutes"], row["mediateurs"], row["structures"], row["autres"], row["initiative"])
    lists = ("|".join(row["themes"]), "|".join(row["organisations"]), row["echelon"])
    moments = (format_instant(row["created_at"]), format_instant(row["modified_at"]))
    return ["" if cell is None else guard(str(cell)) for cell in (*about, *people, *lists, *moments)]


async def find_own(db: AsyncSession, author_id: str, number: int) -> CoordinationReport | None:
    """Find an author’s report by its number, as it is now, deleted or not; None for anybody else’s."""
    row = await db.get(CoordinationReport, number, populate_existing=True)
    return row if row and row.author_id == author_id else None


async def change_report(db: AsyncSession, row: CoordinationReport, now: datetime, **values: Any) -> bool:
    """Change a report unless it changed since ``row`` was read, and return whether it did; setting ``deleted_at``
    deletes or restores it."""
    table = CoordinationReport
    unchanged = (col(table.id) == row.id, col(table.version) == row.version)
    changed: sa.CursorResult[Any] = await db.execute(  # type: ignore[assignment]  # an UPDATE gives a cursor
        sa.update(table)
        .where(*unchanged)
        .values(**values, version=table.version + 1, modified_at=now)
        .execution_options(synchronize_session=False)
    )
    return changed.rowcount == 1


async def find_begun(db: AsyncSession, key: str) -> Sequence[int]:
    """Find the numbers of the reports that a one-time key filed, or those of its parts, which begin with it."""
    table = CoordinationReport
    filed = await db.exec(select(table).where(col(table.key).between(key, f"{key}z")))
    return sorted(report.number for report in filed.all())


async def find_filed(db: AsyncSession, keys: Sequence[str]) -> Collection[str]:
    """Find which of these one-time keys filed a report already."""
    filed = select(col(CoordinationReport.key)).where(col(CoordinationReport.key).in_(keys))
    return set((await db.exec(filed)).all()) if keys else set()


def _select(author_id: str, start: date, end: date) -> tuple[sa.ColumnElement[bool], ...]:
    table = CoordinationReport
    days = (col(table.date) >= start, col(table.date) < end)
    return col(table.author_id) == author_id, *days, col(table.deleted_at).is_(None)


async def list_page(
    db: AsyncSession, author_id: str, days: tuple[date, date], limit: int, offset: int
) -> tuple[Sequence[CoordinationReport], int]:
    """List a page of the author’s reports of the days [start, end[, newest first, and count them all."""
    where = _select(author_id, *days)
    order = (col(CoordinationReport.date).desc(), col(CoordinationReport.id).desc())
    rows = (await db.exec(select(CoordinationReport).where(*where).order_by(*order).limit(limit).offset(offset))).all()
    return rows, (await db.exec(select(sa.func.count()).select_from(CoordinationReport).where(*where))).one()


async def list_reports(db: AsyncSession, author_id: str, start: date, end: date) -> Sequence[CoordinationReport]:
    """List all of the author’s reports of [start, end[, oldest first: a few hundred a year."""
    order = (col(CoordinationReport.date), col(CoordinationReport.id))
    return (await db.exec(select(CoordinationReport).where(*_select(author_id, start, end)).order_by(*order))).all()
