"""When people may be booked, at which address, and what those who booked left: sealed, and deleted three days after.
Meetings of colleagues, each a rdv for everybody who takes part, take those hours too."""

import hmac
import json
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.time import DAY_MINUTES
from storage.database import INSERT, Code, Labelled, Numbered, UtcTime, change, execute, locking, upsert
from storage.people import Person
from storage.rdv.appointments import PLACE_MAX, Rdv, RdvState
from storage.seals import SealingKeys, UnreadableError, hash_token
from storage.statements import Asked, DirectStatement, find_together, make_row

DAY = DAY_MINUTES
"""Minutes of a day as clocks show them: the last hour that a range may end at."""
LENGTH_MIN, LENGTH_MAX, PAUSE_MAX = 5, 8 * 60, 8 * 60
NOTICE_MAX = 60 * DAY
"""Minutes of the longest notice that somebody may ask for."""
AHEAD_MAX = 365
"""Days that somebody may be booked ahead at most."""
RANGES_MAX = 60
OPENING_KEPT = timedelta(days=1)
"""How long an extra day is kept once it is over."""


class WeeklyRange(Numbered, table=True):
    """Hours of a weekday (Monday is 0) in which somebody may be booked, from minute ``start`` to ``end`` of the day in
    their time zone: each week, or on the extra day ``only_on`` alone, which may be a public holiday.

    They are cut into meetings of ``length`` minutes with ``pause`` minutes between two, each with so many ``seats``, at
    a ``place`` in words, about a ``theme`` by its code ("" is any). A booking is made ``notice`` minutes ahead at
    least, and ``ahead`` days at most.
    """

    __tablename__ = "rdv_range"

    user_id: str = Field(max_length=26, index=True)
    weekday: int = Field(sa_type=sa.SmallInteger)
    start: int = Field(sa_type=sa.SmallInteger)
    end: int = Field(sa_type=sa.SmallInteger)
    length: int = Field(sa_type=sa.SmallInteger)
    pause: int = Field(default=0, sa_type=sa.SmallInteger)
    seats: int = Field(default=1, sa_type=sa.SmallInteger)
    place: str = Field(default="", max_length=PLACE_MAX)
    theme: str = Field(default="", max_length=32)
    notice: int = 0
    ahead: int = Field(default=30, sa_type=sa.SmallInteger)
    only_on: date | None = None


_RANGES: sa.Table = WeeklyRange.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it
_IN_WEEK = (_RANGES.c.weekday, _RANGES.c.start, _RANGES.c.id)
_OWN = sa.select(_RANGES).where(_RANGES.c.user_id == sa.bindparam("user")).order_by(*_IN_WEEK)
_LIST = DirectStatement(dict.fromkeys(INSERT, _OWN))


def ask_ranges(user_id: str) -> Asked[WeeklyRange]:
    """Ask for somebody’s weekly ranges, to be read only, in the order of the week."""
    return Asked(_LIST, {"user": user_id}, partial(make_row, WeeklyRange))


async def list_ranges(db: AsyncSession, user_id: str) -> Sequence[WeeklyRange]:
    """List somebody’s weekly ranges, to be read only, in the order of the week."""
    (ranges,) = await find_together(db, ask_ranges(user_id))
    return ranges


async def replace_ranges(db: AsyncSession, user_id: str, ranges: Sequence[WeeklyRange]) -> None:
    """Store these ranges in place of all that come back each week."""
    weekly = (col(WeeklyRange.user_id) == user_id, col(WeeklyRange.only_on).is_(None))
    await db.execute(sa.delete(WeeklyRange).where(*weekly))
    db.add_all(ranges)
    await db.flush()


async def get_range(db: AsyncSession, user_id: str, number: int, *, locked: bool = False) -> WeeklyRange | None:
    """Get one of somebody’s ranges; where ``locked``, nobody else changes it until the transaction ends."""
    mine = select(WeeklyRange).where(col(WeeklyRange.id) == number, col(WeeklyRange.user_id) == user_id)
    return (await db.exec(mine.with_for_update() if locked else mine)).first()


async def remove_range(db: AsyncSession, user_id: str, number: int) -> WeeklyRange | None:
    """Remove one of somebody’s ranges, and return it; None where it does not exist."""
    found = await get_range(db, user_id, number)
    await db.execute(sa.delete(WeeklyRange).where(col(WeeklyRange.id) == number, col(WeeklyRange.user_id) == user_id))
    return found


KEY_BYTES, CODE_SIGNS = 18, 12
_SIGNS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""The characters of a code: none that is mistaken for another when read out or copied."""
_SALT = b"coop-bot.rdv"
KEPT_FOR = timedelta(days=3)
"""How long what somebody left who booked is kept once the rendez-vous is over."""
MISSED_FOR = timedelta(days=2)
"""How long ago the bot may have missed to erase it, to do so at its next look."""
CLOSES_USUAL = 4 * 60
"""The minutes before a rendez-vous until which a visitor may move or cancel it, by default."""


class BookingPage(SQLModel, table=True):
    """Somebody’s booking page: the digest of its key, by which it is found, and the sealed key, to be shown to its
    owner.

    On an ``automatic`` page a booking is a rendez-vous at once, else when the owner accepts it; it can be moved or
    cancelled until ``closes`` minutes before.
    """

    __tablename__ = "rdv_page"

    user_id: str = Field(primary_key=True, max_length=26)
    key_hash: str = Field(unique=True, max_length=64)
    sealed: bytes = Field(sa_type=sa.LargeBinary)
    is_on: bool = True
    automatic: bool = False
    closes: int = CLOSES_USUAL
    changed_at: datetime = Field(sa_type=UtcTime)


class BookingState(Labelled):
    """What became of a booking; the row of its rendez-vous says more (moved, cancelled by the conseiller)."""

    WAITING = "waiting", "à confirmer"
    ACCEPTED = "accepted", "confirmé"
    OFFERED = "offered", "autre moment proposé"
    REFUSED = "refused", "refusé"
    CANCELLED = "cancelled", "annulé par la personne"


class Booking(Numbered, table=True):
    """One person’s seat in a rendez-vous of ``user_id``’s, booked at the page of that key.

    It is found by the digest of its code; ``once`` is what a form sent twice has in common. ``sealed`` is what the
    person left, ``sealed_code`` the code, for the page that a form sent twice leads to. ``mail_wanted`` says that they
    asked for a reminder by e-mail, ``mailed_for`` for which hour one went or was given up; ``mail_tries`` counts those
    of the next, which is not tried again before ``mail_next``.
    """

    __tablename__ = "rdv_booking"

    user_id: str = Field(max_length=26, index=True)
    rdv: int = Field(index=True)
    page_hash: str = Field(max_length=64)
    code_hash: str = Field(unique=True, max_length=64)
    once: str | None = Field(default=None, unique=True, max_length=64)
    sealed: bytes = Field(sa_type=sa.LargeBinary)
    sealed_code: bytes = Field(sa_type=sa.LargeBinary)
    state: BookingState = Field(default=BookingState.WAITING, sa_type=Code(BookingState))
    mail_wanted: bool = False
    mailed_for: datetime | None = Field(default=None, sa_type=UtcTime)
    mail_tries: int = Field(default=0, sa_type=sa.SmallInteger)
    mail_next: datetime | None = Field(default=None, sa_type=UtcTime)
    created_at: datetime = Field(sa_type=UtcTime)

    @property
    def stands(self) -> bool:
        """Tell whether the booking still takes a seat."""
        return self.state not in (BookingState.REFUSED, BookingState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Visitor:
    """What a visitor who booked left: a first name, and one way to be reached."""

    prenom: str
    contact: str


@dataclass(frozen=True, slots=True)
class BookingSeal:
    """Seals what pages and bookings hold, with keys made of the bot’s secrets."""

    secrets: Sequence[str]

    def close(self, text: str, about: str) -> bytes:
        """Seal a text; ``about`` is the digest of the row that it belongs to, and opens for no other row."""
        return self._keys(b"booking").close(text.encode(), about.encode())

    def open(self, sealed: bytes, about: str) -> str:
        """Open a sealed text. Raises UnreadableError."""
        return self._keys(b"booking").open(sealed, about.encode())[0].decode()

    def close_visitor(self, visitor: Visitor, about: str) -> bytes:
        """Seal what a visitor left."""
        return self.close(json.dumps([visitor.prenom, visitor.contact], ensure_ascii=False), about)

    def open_visitor(self, booking: Booking) -> Visitor | None:
        """Open what a visitor left; None where it was deleted, or cannot be opened any more."""
        try:
            return Visitor(*json.loads(self.open(booking.sealed, booking.code_hash))) if booking.sealed else None
        except UnreadableError:
            return None

    def mark(self, text: str) -> str:
        """Compute a keyed digest of a text, the same for the same text, which reveals nothing without the key."""
        return hmac.new(self._keys(b"once").newest, text.encode(), sha256).hexdigest()

    def _keys(self, use: bytes) -> SealingKeys:
        return SealingKeys(self.secrets, _SALT, use)


def make_code() -> str:
    """Make the code of a new booking."""
    return "".join(secrets.choice(_SIGNS) for _ in range(CODE_SIGNS))


def read_code(typed: str) -> str:
    """Return a code in the form in which it was made, however it was typed or copied."""
    return "".join(sign for sign in typed.upper() if sign.isalnum())


async def get_page(db: AsyncSession, user_id: str) -> BookingPage | None:
    """Get somebody’s booking page, whether it is on or off."""
    return await db.get(BookingPage, user_id, populate_existing=True)


_PAGES: sa.Table = BookingPage.__table__  # type: ignore[attr-defined]  # SQLModel does not declare them
_PEOPLE: sa.Table = Person.__table__  # type: ignore[attr-defined]
_BOOKINGS: sa.Table = Booking.__table__  # type: ignore[attr-defined]


def _page_statement(*, locked: bool) -> DirectStatement:
    here = (_PAGES.c.key_hash == sa.bindparam("key"), _PEOPLE.c.id == _PAGES.c.user_id)
    query = sa.select(_PAGES, _PEOPLE).where(*here)
    return DirectStatement(dict.fromkeys(INSERT, query.with_for_update(of=_PAGES) if locked else query))


_PAGE = {locked: _page_statement(locked=locked) for locked in (False, True)}


async def find_page(db: AsyncSession, key: str, *, locked: bool = False) -> tuple[BookingPage, Person] | None:
    """Find the booking page of a key, with its owner. Where ``locked``, nobody else books on it until the transaction
    ends."""
    rows = await _PAGE[locked].find(db, {"key": hash_token(key)}, begins=locked)
    if not rows:
        return None
    page = make_row(BookingPage, **{name: rows[0].pop(name) for name in _PAGES.c.keys()})  # noqa: SIM118 (columns have no names)
    return page, make_row(Person, **rows[0])


async def lock_page(db: AsyncSession, user_id: str) -> BookingPage | None:
    """Get somebody’s page; nobody books there until the transaction ends."""
    return (await db.exec(locking(select(BookingPage).where(BookingPage.user_id == user_id)))).first()


async def open_page(db: AsyncSession, user_id: str, seal: BookingSeal, now: datetime, *, anew: bool = False) -> str:
    """Switch somebody’s page on, and return its key: the present one, unless there is none or a new one is wanted."""
    known = await get_page(db, user_id)
    if known and not anew and (key := read_key(known, seal)):
        if not known.is_on:
            await change(db, known, is_on=True, changed_at=now)
        return key
    key = secrets.token_urlsafe(KEY_BYTES)
    row = {"user_id": user_id, "key_hash": hash_token(key), "sealed": seal.close(key, hash_token(key)), "is_on": True}
    usual = {"automatic": False, "closes": CLOSES_USUAL, "changed_at": now}
    await upsert(db, BookingPage, [row | usual], ("key_hash", "sealed", "is_on", "changed_at"))
    return key


def read_key(page: BookingPage, seal: BookingSeal) -> str | None:
    """Open the key of a page; None where the page is off, or no present secret opens the key."""
    if not page.sealed:
        return None
    try:
        return seal.open(page.sealed, page.key_hash)
    except UnreadableError:
        return None


async def close_page(db: AsyncSession, user_id: str, now: datetime) -> bool:
    """Switch somebody’s page off and return whether it was on; its address leads nowhere from now on, and a later page
    has another."""
    known = await get_page(db, user_id)
    if known is None or not known.is_on:
        return False
    await change(
        db, known, is_on=False, key_hash=hash_token(secrets.token_urlsafe(KEY_BYTES)), sealed=b"", changed_at=now
    )
    return True


async def list_open_pages(db: AsyncSession) -> Sequence[BookingPage]:
    """List the pages that are on."""
    return (await db.exec(select(BookingPage).where(col(BookingPage.is_on)))).all()


_NEXT = DirectStatement(
    {
        "postgresql": sa.select(sa.Sequence("rdv_booking_id_seq").next_value().label("number")),
        "sqlite": sa.select((sa.func.coalesce(sa.func.max(_BOOKINGS.c.id), 0) + 1).label("number")),
    }
)
_NEW = {column.name: sa.bindparam(column.name, type_=column.type) for column in _BOOKINGS.c}
_ADD = DirectStatement(dict.fromkeys(INSERT, sa.insert(_BOOKINGS).values(_NEW)))


def _read_number(number: int) -> int:
    return number


def ask_number() -> Asked[int]:
    """Ask for the number of the next booking; on SQLite whoever writes is alone until the transaction ends."""
    return Asked(_NEXT, {}, _read_number)


async def add_booking(db: AsyncSession, booking: Booking) -> None:
    """Store a new booking, which has its number, before the transaction’s next statement."""
    await _ADD.write_last(db, booking.model_dump())


async def find_booking(db: AsyncSession, key: str, code: str, *, locked: bool = False) -> tuple[Booking, Rdv] | None:
    """Find a booking by the key of the page and its code, with its rendez-vous; None for one that its visitor
    cancelled."""
    here = (Booking.page_hash == hash_token(key), Booking.code_hash == hash_token(read_code(code)))
    query = select(Booking, Rdv).where(*here, Booking.state != BookingState.CANCELLED, col(Rdv.id) == Booking.rdv)
    return (await db.exec(locking(query) if locked else query)).first()


_BECAME = sa.select(_BOOKINGS, col(Rdv.state).label("became")).where(col(Rdv.id) == _BOOKINGS.c.rdv)
_SENT = DirectStatement(dict.fromkeys(INSERT, _BECAME.where(_BOOKINGS.c.once == sa.bindparam("once"))))


def ask_sent(once: str) -> Asked[tuple[Booking, RdvState]]:
    """Ask for the booking made by a form that was sent before, and what became of its rendez-vous."""
    return Asked(_SENT, {"once": once}, lambda became, **row: (make_row(Booking, **row), became))


async def get_booking(
    db: AsyncSession, user_id: str, number: int, *, locked: bool = False
) -> tuple[Booking, Rdv] | None:
    """Get one of somebody’s bookings by its number, with its rendez-vous."""
    theirs = (col(Booking.id) == number, Booking.user_id == user_id, col(Rdv.id) == Booking.rdv)
    query = select(Booking, Rdv).where(*theirs)
    return (await db.exec(locking(query) if locked else query)).first()


async def list_bookings(db: AsyncSession, rdv: int) -> Sequence[Booking]:
    """List the bookings of a rendez-vous, without those that their visitor cancelled."""
    theirs = select(Booking).where(Booking.rdv == rdv, Booking.state != BookingState.CANCELLED)
    return (await db.exec(theirs.order_by(col(Booking.id)))).all()


async def list_waiting(db: AsyncSession, user_id: str, now: datetime) -> Sequence[tuple[Booking, Rdv]]:
    """List somebody’s bookings to come that wait to be accepted, with their rendez-vous, in order."""
    waiting = (Booking.user_id == user_id, Booking.state == BookingState.WAITING, col(Rdv.starts_at) > now)
    query = select(Booking, Rdv).where(*waiting, col(Rdv.id) == Booking.rdv)
    return (await db.exec(query.order_by(col(Rdv.starts_at), col(Booking.id)))).all()


def _wants_mail(now: datetime) -> Sequence[Any]:
    """Make the conditions for bookings, with a rendez-vous to come, whose visitor is still to be reminded by e-mail."""
    stands = (Booking.state == BookingState.ACCEPTED, Rdv.state == RdvState.PREVU, col(Rdv.starts_at) > now)
    is_new = sa.or_(col(Booking.mailed_for).is_(None), col(Booking.mailed_for) != col(Rdv.starts_at))
    return (col(Rdv.id) == Booking.rdv, col(Booking.mail_wanted).is_(True), *stands, is_new)


async def list_to_mail(
    db: AsyncSession, hours: tuple[datetime, datetime], now: datetime, limit: int
) -> Sequence[tuple[Booking, Rdv]]:
    """List the bookings in these hours whose visitor is still to be reminded by e-mail, with their rendez-vous, locked
    until the transaction ends."""
    when = (col(Rdv.starts_at) >= hours[0], col(Rdv.starts_at) < hours[1])
    is_time = sa.or_(col(Booking.mail_next).is_(None), col(Booking.mail_next) <= now)
    query = select(Booking, Rdv).where(*_wants_mail(now), *when, is_time)
    ordered = query.order_by(col(Rdv.starts_at), col(Booking.id)).limit(limit)
    return (await db.exec(ordered.with_for_update(of=Booking, skip_locked=True))).all()


async def find_to_mail(
    db: AsyncSession, number: int, now: datetime, *, locked: bool = False
) -> tuple[Booking, Rdv] | None:
    """Find a booking by its number, if its visitor is still to be reminded by e-mail."""
    query = select(Booking, Rdv).where(*_wants_mail(now), col(Booking.id) == number)
    return (await db.exec(locking(query, of=Booking) if locked else query)).first()


async def forget_over(db: AsyncSession, now: datetime) -> int:
    """Erase the bookings whose rendez-vous is over for ``KEPT_FOR``, and return how many; what was missed for days goes
    in the nightly clean-up."""
    before = now - KEPT_FOR
    when = (col(Rdv.ends_at) <= before, col(Rdv.starts_at) <= before, col(Rdv.starts_at) > before - MISSED_FOR)
    over = sa.delete(Booking).where(col(Booking.rdv).in_(select(Rdv.id).where(*when)))
    return (await execute(db, over)).rowcount


async def forget_refused(db: AsyncSession, now: datetime) -> int:
    """Erase what visitors left who were refused ``KEPT_FOR`` ago, or whose conseiller cancelled then, and return for
    how many; the bookings stay, so that they still read so."""
    before = now - KEPT_FOR
    is_off = sa.or_(col(Booking.state) == BookingState.REFUSED, col(Rdv.state).in_((RdvState.ANNULE, RdvState.REFUSE)))
    theirs = select(Rdv.id).where(col(Rdv.id) == col(Booking.rdv), is_off, col(Rdv.changed_at) <= before)
    is_kept = (col(Booking.sealed) != b"", col(Booking.created_at) <= before)
    return (await execute(db, sa.update(Booking).where(*is_kept, theirs.exists()).values(sealed=b""))).rowcount


async def list_seats(db: AsyncSession, meeting: int, *, locked: bool = False) -> Sequence[Rdv]:
    """List the rdv of a meeting, one for each who takes part, in the order in which they were stored; where ``locked``,
    locked until the transaction ends."""
    query = select(Rdv).where(Rdv.meeting == meeting).order_by(col(Rdv.id))
    return (await db.exec(locking(query) if locked else query)).all()


async def hold_hours(db: AsyncSession, ids: Collection[str]) -> None:
    """Lock the hours of these people until the transaction ends: whoever else notes, moves or books something of theirs
    waits, and then reads it. It is done before their overlaps are looked for, and before any rdv is locked.

    Their rows of the register are locked, since not everybody has a page, and their pages, which is all that a booking
    locks; both in the order of their ids, so that no two wait for each other.
    """
    people = select(Person.id).where(col(Person.id).in_(ids)).order_by(col(Person.id))
    await db.exec(people.with_for_update())
    pages = select(BookingPage.user_id).where(col(BookingPage.user_id).in_(ids)).order_by(col(BookingPage.user_id))
    await db.exec(pages.with_for_update())


async def list_unanswered(db: AsyncSession, user_id: str, now: datetime, limit: int) -> Sequence[Rdv]:
    """List the meetings to come that somebody was invited to and has not answered, in order."""
    mine = (Rdv.user_id == user_id, Rdv.state == RdvState.PROPOSE, col(Rdv.starts_at) > now)
    asked = select(Rdv).where(*mine, col(Rdv.meeting).is_not(None), col(Rdv.agreed).is_(False))
    return (await db.exec(asked.order_by(col(Rdv.starts_at), col(Rdv.id)).limit(limit))).all()
