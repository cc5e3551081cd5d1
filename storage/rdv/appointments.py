"""Rendez-vous of conseillers, from wherever they come: their table, the rules by which some were written out, and which
report was made of which."""

import datetime as dt
import re
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Field, col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from config.themes import from_bits
from storage.cra.report import Canal, Cra
from storage.database import INSERT, Code, Labelled, Numbered, UtcTime, change, locking
from storage.statements import DirectStatement, make_row

PLACE_MAX, MEMO_MAX, SUBJECT_MAX, URL_MAX, UID_BYTES = 150, 80, 80, 1000, 16
SEATS_MAX = 100
KEPT_FOR = timedelta(days=730)
"""How long a rdv that is over is kept, as Rdv Service Public keeps its own; a report that came of it stays."""


class RdvState(Labelled):
    """What became of a rdv; the values are those of ``coop-bot rdv --json`` (docs/wire.md)."""

    PREVU = "prevu", "prévu"
    HONORE = "honore", "honoré"
    ABSENT = "absent", "absent"
    ANNULE = "annule", "annulé"
    REFUSE = "refuse", "refusé"
    PROPOSE = "propose", "à confirmer"


STANDING = (RdvState.PREVU, RdvState.PROPOSE)
"""The states of a rdv that occupies a coming hour of somebody’s calendar."""
TAKING = (*STANDING, RdvState.HONORE)
"""Those of one that takes their time: who is said to have come stays until the end."""


class RdvSource(Labelled):
    """Where a rdv comes from: made in the chat, booked on the page, or kept elsewhere."""

    COOP = "coop", "Mattermost"
    PAGE = "page", "page de rendez-vous"
    RDV_SP = "rdv-service-public", "RDV Service Public"


class PlaceKind(Labelled):
    """How people meet."""

    PLACE = "lieu", "Sur place"
    HOME = "domicile", "À domicile"
    PHONE = "telephone", "Par téléphone"
    VISIO = "visio", "En visioconférence"

    @property
    def canal(self) -> Canal:
        """What a report says of it, where nothing says that the place is not the usual one."""
        return {PlaceKind.PLACE: Canal.RATTACHEMENT, PlaceKind.HOME: Canal.DOMICILE}.get(self, Canal.DISTANCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where people meet: the kind, a few words (« Médiathèque »), and the commune by INSEE code and postcode, where it
    is known."""

    kind: PlaceKind
    words: str = ""
    commune: str = ""
    code_postal: str = ""

    @property
    def columns(self) -> dict[str, Any]:
        """The place as columns of a rdv."""
        about = {"commune": self.commune, "code_postal": self.code_postal}
        return {"place_kind": self.kind, "place": self.words} | about


def _make_uid() -> str:
    return secrets.token_hex(UID_BYTES)


class Rdv(Numbered, table=True):
    """A meeting of a conseiller with one person, or with several; its ``id`` is the number that people say.

    ``place`` are words (``Rdv.where`` has all of it), ``canal`` what a report of it says, ``themes`` bits of
    config.themes. A ``collective`` rdv has ``seats``, others have one; ``seats_taken`` counts those known to be taken.
    ``memo`` is the conseiller’s private note; in a rdv that is kept elsewhere, what it is about there. ``series`` and
    ``occurrence`` are the rule that it comes from, and the day of that rule. ``report`` is the number of the report
    made of it last, which may be deleted; ``declined_for`` is the hour for which its conseiller wants none: moved, it
    asks again. ``uid`` and ``sequence`` are what calendars know it by. ``external_id``, ``external_at`` and
    ``external_url`` are of one that is kept elsewhere: its id there, when that state of it was sent, and its page.
    ``evening_told`` and ``hour_told`` say which reminders went, ``remind_at`` when one that was put off comes;
    ``is_unreminded`` says that none does. Where colleagues meet, each has a rdv of their own, and ``meeting`` is the
    number of the organiser’s; ``agreed`` says who accepted, and all read the ``subject``.
    """

    __tablename__ = "rdv"
    __table_args__ = (
        sa.Index("ix_rdv_user_id_starts_at", "user_id", "starts_at"),
        sa.Index("ix_rdv_starts_at", "starts_at"),
        sa.Index("ix_rdv_external_id", "external_id"),
        sa.UniqueConstraint("series", "occurrence"),
        sa.UniqueConstraint("user_id", "source", "external_id"),
        {"sqlite_autoincrement": True},
    )

    user_id: str = Field(max_length=26)
    starts_at: datetime = Field(sa_type=UtcTime)
    ends_at: datetime = Field(sa_type=UtcTime)
    place_kind: PlaceKind = Field(default=PlaceKind.PLACE, sa_type=Code(PlaceKind))
    place: str = Field(default="", max_length=PLACE_MAX)
    commune: str = Field(default="", max_length=5)
    code_postal: str = Field(default="", max_length=5)
    canal: Canal = Field(default=Canal.RATTACHEMENT, sa_type=Code(Canal))
    themes: int = 0
    collective: bool = False
    seats: int = Field(default=1, sa_type=sa.SmallInteger)
    seats_taken: int = Field(default=0, sa_type=sa.SmallInteger)
    memo: str = Field(default="", max_length=MEMO_MAX)
    state: RdvState = Field(default=RdvState.PREVU, sa_type=Code(RdvState))
    source: RdvSource = Field(default=RdvSource.COOP, sa_type=Code(RdvSource, 32))
    series: int | None = None
    occurrence: dt.date | None = None
    report: int | None = Field(default=None, index=True)
    declined_for: datetime | None = Field(default=None, sa_type=UtcTime)
    visio_url: str = Field(default="", max_length=URL_MAX)
    uid: str = Field(default=None, nullable=False, unique=True, max_length=64, sa_column_kwargs={"default": _make_uid})
    sequence: int = 0
    external_id: str | None = Field(default=None, max_length=64)
    external_at: datetime | None = Field(default=None, sa_type=UtcTime)
    external_url: str = Field(default="", max_length=URL_MAX)
    evening_told: bool = False
    hour_told: bool = False
    remind_at: datetime | None = Field(default=None, sa_type=UtcTime)
    is_unreminded: bool = False
    meeting: int | None = Field(default=None, index=True)
    agreed: bool = False
    subject: str = Field(default="", max_length=SUBJECT_MAX)
    created_at: datetime = Field(sa_type=UtcTime)
    changed_at: datetime = Field(sa_type=UtcTime)

    @property
    def minutes(self) -> int:
        """How many minutes the rdv lasts."""
        return int((self.ends_at - self.starts_at).total_seconds()) // 60

    def find_state(self, report: int | None) -> RdvState:
        """Find what became of the rdv; where a ``report`` exists, it took place."""
        return RdvState.HONORE if report and self.state is RdvState.PREVU else self.state

    @property
    def where(self) -> Place:
        """The place where people meet."""
        return Place(kind=self.place_kind, words=self.place, commune=self.commune, code_postal=self.code_postal)

    @property
    def theme_codes(self) -> tuple[str, ...]:
        """The codes of the rdv’s themes, in the order of the form."""
        return from_bits(self.themes)


async def change_rdv(db: AsyncSession, rdv: Rdv, now: datetime, **values: Any) -> None:
    """Change columns of a locked rdv, so that calendars take it as newer; at another hour its reminders are sent
    anew."""
    moved = values.get("starts_at", rdv.starts_at) != rdv.starts_at
    anew = {"evening_told": False, "hour_told": False, "remind_at": None} if moved else {}
    await change(db, rdv, **anew, **values, sequence=rdv.sequence + 1, changed_at=now)


async def get_rdv(db: AsyncSession, user_id: str, number: int, *, locked: bool = False) -> Rdv | None:
    """Get somebody’s rdv by its number; None for anybody else’s. Where ``locked``, nobody else changes it until the
    transaction ends."""
    query = select(Rdv).where(Rdv.id == number, Rdv.user_id == user_id)
    return (await db.exec(locking(query) if locked else query)).first()


async def lock_rdvs(db: AsyncSession, user_id: str, numbers: Sequence[int]) -> Sequence[Rdv]:
    """Get those of these rdv that belong to somebody, in this order, locked until the transaction ends."""
    found = [await get_rdv(db, user_id, number, locked=True) for number in numbers]
    return [rdv for rdv in found if rdv is not None]


async def find_rdv(db: AsyncSession, number: int) -> Rdv | None:
    """Find a rdv by its number, whoever owns it, locked until the transaction ends."""
    return await db.get(Rdv, number, with_for_update=True, populate_existing=True)


async def find_last(db: AsyncSession, user_id: str) -> Rdv | None:
    """Find the rdv that somebody entered last; meetings of colleagues do not count."""
    mine = select(Rdv).where(Rdv.user_id == user_id, Rdv.source == RdvSource.COOP, col(Rdv.meeting).is_(None))
    return (await db.exec(mine.order_by(col(Rdv.id).desc()).limit(1))).first()


async def list_between(
    db: AsyncSession, user_id: str, start: datetime, end: datetime, states: Collection[RdvState] = tuple(RdvState)
) -> Sequence[Rdv]:
    """List somebody’s rdv that begin in [start, end[, in order."""
    when = (col(Rdv.starts_at) >= start, col(Rdv.starts_at) < end)
    return (await db.exec(_select_own(user_id, *when, col(Rdv.state).in_(states)))).all()


async def list_for_feed(db: AsyncSession, user_id: str, since: datetime, limit: int) -> Sequence[Rdv]:
    """List somebody’s rdv that end after a moment, cancelled ones too: the latest ``limit``, in order."""
    newest = select(Rdv).where(Rdv.user_id == user_id, col(Rdv.ends_at) > since)
    order = (col(Rdv.starts_at).desc(), col(Rdv.id).desc())
    return list(reversed((await db.exec(newest.order_by(*order).limit(limit))).all()))


async def list_overlapping(
    db: AsyncSession, user_id: str, start: datetime, end: datetime, *, but: Collection[int] = ()
) -> Sequence[Rdv]:
    """List somebody’s rdv that take their time, are not among ``but`` and overlap [start, end[, in order."""
    shared = (col(Rdv.starts_at) < end, col(Rdv.ends_at) > start, col(Rdv.id).not_in(but))
    return (await db.exec(_select_own(user_id, *shared, col(Rdv.state).in_(TAKING)))).all()


class TakenTime(NamedTuple):
    """The time that a rdv takes: all that the computation of free moments reads of its row."""

    id: int
    starts_at: datetime
    ends_at: datetime
    source: RdvSource
    state: RdvState
    collective: bool
    themes: int
    seats: int
    seats_taken: int


def _taken_statement() -> sa.ClauseElement:
    shared = (
        col(Rdv.starts_at) < sa.bindparam("end", type_=UtcTime),
        col(Rdv.ends_at) > sa.bindparam("start", type_=UtcTime),
    )
    mine = (col(Rdv.user_id) == sa.bindparam("user"), sa.or_(*(col(Rdv.state) == state for state in TAKING)))
    columns = (getattr(Rdv, name) for name in TakenTime._fields)
    return sa.select(*columns).where(*mine, *shared).order_by(col(Rdv.starts_at), col(Rdv.id))


_TAKEN = DirectStatement(dict.fromkeys(INSERT, _taken_statement()))


async def list_taken(
    db: AsyncSession, user_id: str, start: datetime, end: datetime, *, but: Collection[int] = ()
) -> Sequence[TakenTime]:
    """List the times of the rdv that ``list_overlapping`` finds, ten times as fast."""
    rows = await _TAKEN.find(db, {"user": user_id, "start": start, "end": end})
    return [TakenTime(**row) for row in rows if row["id"] not in but]


def _seat_statement() -> sa.ClauseElement:
    left = col(Rdv.seats_taken) + sa.bindparam("count", type_=sa.SmallInteger)
    free = (col(Rdv.id) == sa.bindparam("number"), left <= col(Rdv.seats))
    stands = sa.or_(*(col(Rdv.state) == state for state in STANDING))
    return sa.update(_TABLE).where(*free, stands).values(seats_taken=left).returning(*_TABLE.c)


_TABLE: sa.Table = Rdv.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it
_SEAT = DirectStatement(dict.fromkeys(INSERT, _seat_statement()))


async def take_seat(db: AsyncSession, number: int, count: int = 1) -> Rdv | None:
    """Take seats of a rdv that is not cancelled, or give some back (a negative count), and return it as it is then, to
    be read only; None where there are not enough seats."""
    rows = await _SEAT.find(db, {"number": number, "count": count}, begins=True)
    return make_row(Rdv, **rows[0]) if rows else None


async def find_reports(db: AsyncSession, rdvs: Collection[Rdv]) -> dict[int, int]:
    """Find the number of the report of each of these rdv that has one which is not deleted."""
    numbers = [rdv.report for rdv in rdvs if rdv.report is not None]
    if not numbers:
        return {}
    query = select(col(Cra.id)).where(col(Cra.id).in_(numbers), col(Cra.deleted_at).is_(None))
    standing = set((await db.exec(query)).all())
    return {rdv.number: rdv.report for rdv in rdvs if rdv.report is not None and rdv.report in standing}


class ColleagueReportError(Exception):
    """Raised where another agent of the same appointment has reported it: it took place once, and counts once."""

    def __init__(self, report: int, author_id: str) -> None:
        super().__init__(report)
        self.report = report
        self.author_id = author_id


async def must_be_unreported(db: AsyncSession, rdv: Rdv, *, locked: bool = False) -> None:
    """Raise ColleagueReportError where another agent of an appointment that is kept elsewhere has a report of it. Where
    ``locked``, none of them reports it until the transaction ends."""
    if rdv.external_id is None:
        return
    shared = select(Rdv).where(Rdv.source == rdv.source, Rdv.external_id == rdv.external_id).order_by(col(Rdv.id))
    found = (await db.exec(locking(shared) if locked else shared)).all()
    others = {one.number: one for one in found if one.number != rdv.number}
    for number, report in (await find_reports(db, others.values())).items():
        raise ColleagueReportError(report, others[number].user_id)


async def find_reporter(db: AsyncSession, rdv: Rdv) -> str:
    """Find the id of another agent of an appointment kept elsewhere who has reported it; "" where none has."""
    try:
        await must_be_unreported(db, rdv)
    except ColleagueReportError as taken:
        return taken.author_id
    return ""


def _is_reported_by_colleague() -> sa.ColumnElement[bool]:
    other = aliased(Rdv)
    same = (other.source == Rdv.source, other.external_id == Rdv.external_id, other.id != Rdv.id)
    stands = sa.and_(col(Cra.id) == other.report, col(Cra.deleted_at).is_(None))
    return select(col(Cra.id)).join(other, stands).where(*same).correlate(Rdv).exists()


def has_report() -> sa.ColumnElement[bool]:
    """Make the condition that a rdv has a report that is not deleted."""
    return select(col(Cra.id)).where(col(Cra.id) == col(Rdv.report), col(Cra.deleted_at).is_(None)).exists()


def _wants_report(now: datetime) -> sa.ColumnElement[bool]:
    declined = sa.and_(col(Rdv.declined_for).is_not(None), col(Rdv.declined_for) == col(Rdv.starts_at))
    ours = sa.and_(col(Rdv.meeting).is_(None), col(Rdv.state).in_((RdvState.PREVU, RdvState.HONORE)))
    over = sa.and_(col(Rdv.ends_at) <= now, ours)
    wanted = sa.and_(over, sa.or_(col(Rdv.declined_for).is_(None), ~declined))
    return sa.and_(wanted, ~has_report(), ~_is_reported_by_colleague())


async def list_unreported(db: AsyncSession, user_id: str, since: datetime, now: datetime, limit: int) -> Sequence[Rdv]:
    """List somebody’s rdv that began since a moment, are over, took place as far as is known, and have neither a report
    (of somebody’s who was there too) nor a note that none is wanted, the oldest first."""
    wanted = (col(Rdv.starts_at) >= since, _wants_report(now))
    return (await db.exec(_select_own(user_id, *wanted).limit(limit))).all()


async def count_unreported(db: AsyncSession, user_id: str, since: datetime, now: datetime) -> int:
    """Count somebody’s rdv that ``list_unreported`` lists."""
    mine = (Rdv.user_id == user_id, col(Rdv.starts_at) >= since, _wants_report(now))
    return (await db.exec(select(sa.func.count()).select_from(Rdv).where(*mine))).one()


def _select_own(user_id: str, *wanted: Any) -> SelectOfScalar[Rdv]:
    return select(Rdv).where(Rdv.user_id == user_id, *wanted).order_by(col(Rdv.starts_at), col(Rdv.id))


class RdvSeries(Numbered, table=True):
    """The rule of a recurring rdv: a weekday (Monday is 0) of the weeks that ``every`` says, or the ``nth`` of each
    month (``config.time`` reads both), at ``minute`` of the day in ``zone``, from ``first`` to ``until``."""

    __tablename__ = "rdv_series"

    user_id: str = Field(max_length=26, index=True)
    weekday: int = Field(sa_type=sa.SmallInteger)
    nth: int = Field(default=0, sa_type=sa.SmallInteger)
    every: int = Field(default=1, sa_type=sa.SmallInteger)
    minute: int = Field(sa_type=sa.SmallInteger)
    zone: str = Field(max_length=64)
    first: dt.date
    until: dt.date
    created_at: datetime = Field(sa_type=UtcTime)


async def list_occurrences(db: AsyncSession, user_id: str, series: int, since: datetime) -> Sequence[Rdv]:
    """List the rdv of a series of somebody’s that begin since a moment, in order, locked until the transaction ends."""
    mine = (Rdv.user_id == user_id, Rdv.series == series, col(Rdv.starts_at) >= since)
    return (await db.exec(select(Rdv).where(*mine).order_by(col(Rdv.starts_at)).with_for_update())).all()


_KEY = re.compile(r"rdv\.(\d{1,9})\.\d{1,9}")


def make_report_key(rdv: Rdv) -> str:
    """Make the one-time key of a rdv’s next report: however often its window is opened or sent, one report is filed.
    After a report was deleted, the key is another."""
    return f"rdv.{rdv.number}.{rdv.report or 0}"


async def link_report(db: AsyncSession, author_id: str, key: str, number: int) -> int | None:
    """Link a report just filed under a key to its rdv, and return the rdv’s number; None, without a query, where the
    key is not that of a rdv. Raises ColleagueReportError."""
    rdv = await _find(db, author_id, key)
    if rdv is None:
        return None
    await change(db, rdv, report=number)
    return rdv.number


async def relink_report(db: AsyncSession, author_id: str, key: str, number: int) -> int | None:
    """Link a restored report to its rdv again; return the number of another report that the rdv has by now, which then
    stays. Raises ColleagueReportError."""
    rdv = await _find(db, author_id, key)
    if rdv is None:
        return None
    other = (await find_reports(db, [rdv])).get(rdv.number)
    if other is None or other == number:
        await change(db, rdv, report=number)
        return None
    return other


async def find_reported(db: AsyncSession, number: int) -> Rdv | None:
    """Find the rdv of which a report was made."""
    return (await db.exec(select(Rdv).where(col(Rdv.report) == number))).first()


async def _find(db: AsyncSession, author_id: str, key: str) -> Rdv | None:
    """Find the rdv of a key, locked; with it those that other agents have, in order. Raises ColleagueReportError."""
    found = _KEY.fullmatch(key)
    rdv = await get_rdv(db, author_id, int(found[1])) if found else None
    if rdv is None:
        return None
    await must_be_unreported(db, rdv, locked=True)
    return await get_rdv(db, author_id, rdv.number, locked=True)
