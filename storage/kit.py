"""The kit d’animation: orders gathered in lots, the label of each, and its three parcels followed one by one."""

import re
import textwrap
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, UniqueConstraint, delete, func, or_, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.kit import Garment
from config.text import fold, unguard
from storage import claims
from storage.communes import CommunePlace, find_begun_place, find_place_exactly
from storage.cra.files import BadLineError
from storage.database import Code, Labelled, Numbered, UtcTime, store, upsert
from storage.people import Person, Role

KEPT = timedelta(days=365)
"""How long an order keeps personal data after something last happened to one of its parcels."""
PARCELS = (1, 2, 3)
LABEL_LINES, LABEL_WIDTH = 6, 38
"""The most lines of a label, and characters of a line (NF Z10-011)."""
ADDRESS_LINES = 3
"""Lines of the address itself: a label also has who receives, their structure, and the commune."""
NAME_MAX, STRUCTURE_MAX, HOURS_MAX, TRACKING_MAX, NOTE_MAX = 60, 200, 100, 40, 300
ADDRESS_MAX = ADDRESS_LINES * (LABEL_WIDTH + 1)


class ParcelState(Labelled):
    """The state of a parcel."""

    ORDERED = "commande", "commandé"
    SENT = "envoye", "en route"
    RECEIVED = "recu", "reçu"
    MISSING = "manquant", "manquant"
    DAMAGED = "abime", "abîmé"


AMISS = (ParcelState.MISSING, ParcelState.DAMAGED)
"""The states of a parcel that animateurs have to deal with."""


class KitBatch(Numbered, table=True):
    """Orders that go to the supplier together; one lot at most is open. ``opened_by`` is the animateur who called for
    orders ("": the first order opened it), ``reminded_at`` when people without an order were reminded."""

    __tablename__ = "kit_batch"
    __table_args__ = {"sqlite_autoincrement": True}

    name: str = Field(default="", max_length=NAME_MAX)
    opened_by: str = Field(default="", max_length=26)
    opened_at: datetime = Field(sa_type=UtcTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcTime)
    reminded_at: datetime | None = Field(default=None, sa_type=UtcTime)

    @property
    def is_open(self) -> bool:
        """Tell whether orders still come in and can be corrected."""
        return self.closed_at is None


class KitOrder(Numbered, table=True):
    """An order of one kit by one person: sizes, and to whom and where it is sent.

    ``user_id`` and all that says who is erased a year after ``moved_at``, when something last happened to a parcel;
    the sizes and the département stay for the figures. ``street`` has a line or several, ``bottom`` is "" where no
    trousers are asked for, ``siret`` is checked, ``telephone`` written as it is called.
    """

    __tablename__ = "kit_order"
    __table_args__ = (UniqueConstraint("batch", "user_id"), {"sqlite_autoincrement": True})

    batch: int = Field(index=True)
    user_id: str | None = Field(default=None, max_length=26, index=True)
    departement: str = Field(default="", max_length=3)
    top: str = Field(max_length=16)
    bottom: str = Field(default="", max_length=16)
    recipient: str = Field(max_length=LABEL_WIDTH)
    structure: str = Field(default="", max_length=STRUCTURE_MAX)
    siret: str = Field(max_length=14)
    street: str = Field(max_length=ADDRESS_MAX)
    postcode: str = Field(max_length=5)
    commune: str = Field(max_length=80)
    telephone: str = Field(max_length=32)
    hours: str = Field(max_length=HOURS_MAX)
    ordered_at: datetime = Field(sa_type=UtcTime)
    moved_at: datetime = Field(sa_type=UtcTime, index=True)


class KitParcel(SQLModel, table=True):
    """One of the three parcels of an order; ``note`` is what is missing or damaged, in the person’s words."""

    __tablename__ = "kit_parcel"

    order_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    state: ParcelState = Field(default=ParcelState.ORDERED, sa_type=Code(ParcelState), index=True)
    tracking: str = Field(default="", max_length=TRACKING_MAX)
    carrier: str = Field(default="", max_length=TRACKING_MAX)
    note: str = Field(default="", max_length=NOTE_MAX)
    changed_at: datetime = Field(sa_type=UtcTime)


class KitStock(SQLModel, table=True):
    """How many pieces of a size the supplier has for a lot, as an animateur entered it."""

    __tablename__ = "kit_stock"

    batch: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    garment: Garment = Field(primary_key=True, sa_type=Code(Garment, 8))
    size: str = Field(primary_key=True, max_length=16)
    pieces: int


class PlaceError(ValueError):
    """Raised where a postcode and a commune do not go together: a French sentence, and which field is to be
    corrected."""

    def __init__(self, sentence: str, *, is_postcode: bool) -> None:
        super().__init__(sentence)
        self.is_postcode = is_postcode


def prove_place(postcode: str, commune: str) -> CommunePlace:
    """Find the commune of a postcode whose name is, or begins with, the text given. Raises PlaceError where there is
    none."""
    if re.search(r"\bcedex\b", fold(commune)):
        raise PlaceError("Un colis ne va pas à un CEDEX : écrivez la commune et le code de la rue.", is_postcode=False)
    text = f"{postcode} {commune}"
    found = find_place_exactly(text).place or find_begun_place(text)
    if found and found.code_postal == postcode:
        return found
    here = find_place_exactly(postcode)
    known = [place for place in (here.place, *here.choices) if place and place.code_postal == postcode]
    if not known:
        raise PlaceError("Aucune commune n’a ce code postal : relisez-le.", is_postcode=True)
    names = ", ".join(place.commune.nom for place in known[:LABEL_LINES])
    raise PlaceError(f"Cette commune n’a pas ce code postal. À {postcode} : {names}.", is_postcode=False)


def read_address_lines(text: str) -> str:
    """Read the lines of a postal address; lines that are too long are cut at their commas. Raises ValueError, with a
    French sentence, for an address that no carrier could deliver to."""
    typed = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    lines = [part for line in typed for part in (_cut_at_commas(line) if len(line) > LABEL_WIDTH else [line])]
    if (longest := max((max(len(line), len(_capitalize(line))) for line in lines), default=0)) > LABEL_WIDTH:
        raise ValueError(f"Une ligne a {LABEL_WIDTH} caractères au plus, celle-ci {longest} : coupez-la en deux.")
    if len(lines) > ADDRESS_LINES:
        raise ValueError(f"L’adresse tient en {ADDRESS_LINES} lignes : retirez ce qui ne sert pas au transporteur.")
    if all(re.match(r"(?:bp|cs|tsa|boite postale)\b", fold(line)) for line in lines):
        raise ValueError("Un colis ne va pas à une boîte postale : donnez le numéro et la rue.")
    return "\n".join(lines)


def _cut_at_commas(line: str) -> list[str]:
    return [part.strip() for part in line.split(",") if part.strip()]


def make_label(order: KitOrder) -> Sequence[str]:
    """Write the label of an order: six lines of 38 characters at most, no sign from the address on, the commune last
    (NF Z10-011)."""
    address = [_capitalize(line) for line in order.street.splitlines()]
    room = LABEL_LINES - len(address) - 2
    structure = textwrap.wrap(" ".join(order.structure.split()), LABEL_WIDTH)[:room]
    return [*(line[:LABEL_WIDTH] for line in (order.recipient, *structure, *address)), _write_last_line(order)]


_SHORT = {"SAINT": "ST", "SAINTE": "STE", "SAINTS": "STS", "SAINTES": "STES"}
_LINKING = frozenset(["A", "AU", "AUX", "D", "DE", "DES", "DU", "EN", "ET", "L", "LA", "LE", "LES", "ST", "STE", "SUR"])


def _write_last_line(order: KitOrder) -> str:
    """Write the postcode and the commune; a name that is too long is shortened as La Poste does, and ends on a word
    that means something."""
    line = _capitalize(f"{order.postcode} {order.commune}")
    if len(line) <= LABEL_WIDTH:
        return line
    words = [_SHORT.get(word, word) for word in line.split()]
    if len(" ".join(words)) > LABEL_WIDTH:
        words = textwrap.wrap(" ".join(words), LABEL_WIDTH)[0].split()
        while words[-1] in _LINKING:
            words.pop()
    return " ".join(words)


def _capitalize(text: str) -> str:
    return " ".join(re.sub(r"[^A-Z0-9]+", " ", fold(text).upper()).split())


async def find_open_batch(db: AsyncSession, *, locked: bool = False) -> KitBatch | None:
    """Find the open lot; where ``locked``, nobody else closes it until the transaction ends."""
    found = select(KitBatch).where(col(KitBatch.closed_at).is_(None)).order_by(col(KitBatch.id))
    return (await db.exec((found.with_for_update() if locked else found).limit(1))).first()


async def get_batch(db: AsyncSession, number: int, *, locked: bool = False) -> KitBatch | None:
    """Get a lot by its number."""
    return await db.get(KitBatch, number, with_for_update=locked or None, populate_existing=True)


async def hold_batches(db: AsyncSession, now: datetime) -> None:
    """Have others who open a lot wait until the transaction ends: one at most is open."""
    await claims.hold(db, "kit", "lot", now)


async def open_batch(db: AsyncSession, now: datetime) -> KitBatch:
    """Open a lot, or return the one that somebody has just opened."""
    await hold_batches(db, now)
    if found := await find_open_batch(db, locked=True):
        return found
    batch = KitBatch(opened_at=now)
    return await store(db, batch)


async def list_batches(db: AsyncSession) -> Sequence[KitBatch]:
    """List all lots, the newest first."""
    return (await db.exec(select(KitBatch).order_by(col(KitBatch.id).desc()))).all()


async def find_order(db: AsyncSession, user_id: str, *, locked: bool = False) -> KitOrder | None:
    """Find the last order of somebody."""
    found = select(KitOrder).where(col(KitOrder.user_id) == user_id).order_by(col(KitOrder.id).desc()).limit(1)
    return (await db.exec(found.with_for_update() if locked else found)).first()


async def get_order(db: AsyncSession, number: int, *, locked: bool = False) -> KitOrder | None:
    """Get an order by its number."""
    return await db.get(KitOrder, number, with_for_update=locked or None, populate_existing=True)


async def add_order(db: AsyncSession, order: KitOrder) -> KitOrder:
    """Store a new order, with its parcels."""
    await store(db, order)
    db.add_all([KitParcel(order_id=order.number, number=n, changed_at=order.ordered_at) for n in PARCELS])
    await db.flush()
    return order


async def drop_order(db: AsyncSession, order: KitOrder) -> None:
    """Erase an order and its parcels."""
    await db.execute(delete(KitParcel).where(col(KitParcel.order_id) == order.number))
    await db.execute(delete(KitOrder).where(col(KitOrder.id) == order.number))


async def list_orders(db: AsyncSession, batch: int | None = None) -> Sequence[KitOrder]:
    """List the orders of a lot, or all, by number; those that say whose they are."""
    here = [] if batch is None else [col(KitOrder.batch) == batch]
    known = select(KitOrder).where(col(KitOrder.user_id).is_not(None), col(KitOrder.recipient) != "", *here)
    return (await db.exec(known.order_by(col(KitOrder.id)))).all()


async def list_parcels(db: AsyncSession, where: ColumnElement[bool]) -> Mapping[int, Sequence[KitParcel]]:
    """List the parcels of orders, by the number of the order."""
    found: dict[int, list[KitParcel]] = defaultdict(list)
    rows = select(KitParcel).where(where).order_by(col(KitParcel.order_id), col(KitParcel.number))
    for parcel in (await db.exec(rows)).all():
        found[parcel.order_id].append(parcel)
    return found


def of_order(number: int) -> ColumnElement[bool]:
    """Select the parcels of an order."""
    return col(KitParcel.order_id) == number


def of_batch(batch: int | None) -> ColumnElement[bool]:
    """Select the parcels of a lot, or of all."""
    here = [] if batch is None else [col(KitOrder.batch) == batch]
    return col(KitParcel.order_id).in_(select(KitOrder.id).where(*here))


def is_amiss() -> ColumnElement[bool]:
    """Make the condition that a parcel is missing or damaged and its person can still be written to."""
    known = select(KitOrder.id).where(col(KitOrder.user_id).is_not(None))
    return col(KitParcel.state).in_(AMISS) & col(KitParcel.order_id).in_(known)


async def get_parcel(db: AsyncSession, order: int, number: int) -> KitParcel | None:
    """Get a parcel of an order, as it is now, locked until the transaction ends."""
    return await db.get(KitParcel, (order, number), with_for_update=True, populate_existing=True)


async def move_parcel(db: AsyncSession, parcel: KitParcel, to: ParcelState, now: datetime, note: str = "") -> None:
    """Note where a parcel is now; its order is kept a year longer."""
    parcel.state, parcel.note, parcel.changed_at = to, note, now
    moved = update(KitOrder).where(col(KitOrder.id) == parcel.order_id).values(moved_at=now)
    await db.execute(moved.execution_options(synchronize_session=False))
    await db.flush()


async def count_parcels(db: AsyncSession, batch: int) -> Mapping[str, Counter[ParcelState]]:
    """Count the parcels of a lot by département ("": not known) and state."""
    counted = select(KitOrder.departement, KitParcel.state, func.count()).join(
        KitParcel, col(KitParcel.order_id) == col(KitOrder.id)
    )
    rows = await db.execute(
        counted.where(col(KitOrder.batch) == batch).group_by(col(KitOrder.departement), col(KitParcel.state))
    )
    found: dict[str, Counter[ParcelState]] = defaultdict(Counter)
    for departement, state, count in rows:
        found[departement][state] = count
    return found


@dataclass(frozen=True, slots=True)
class SizeCount:
    """How many pieces of a size were ordered, and how many are in stock (None: not entered)."""

    garment: Garment
    size: str
    ordered: int
    stock: int | None

    @property
    def lacking(self) -> int:
        """The number of pieces that are missing from the stock."""
        return max(0, self.ordered - self.stock) if self.stock is not None else 0


async def count_sizes(db: AsyncSession, batch: int) -> Sequence[SizeCount]:
    """Count, for a lot, each size that is ordered or in stock, in no order."""
    ordered: Counter[tuple[Garment, str]] = Counter()
    for garment, size in ((Garment.TOP, KitOrder.top), (Garment.BOTTOM, KitOrder.bottom)):
        counted = select(size, func.count()).where(col(KitOrder.batch) == batch, col(size) != "").group_by(col(size))
        ordered.update({(garment, code): count for code, count in await db.execute(counted)})
    rows = (await db.exec(select(KitStock).where(col(KitStock.batch) == batch))).all()
    stock = {(row.garment, row.size): row.pieces for row in rows}
    return [SizeCount(*key, ordered[key], stock.get(key)) for key in ordered.keys() | stock.keys()]


async def set_stock(db: AsyncSession, batch: int, pieces: Mapping[tuple[Garment, str], int]) -> None:
    """Store how many pieces of some sizes the supplier has."""
    rows = [{"batch": batch, "garment": g, "size": size, "pieces": count} for (g, size), count in pieces.items()]
    await upsert(db, KitStock, rows)


async def list_silent(db: AsyncSession, after: str, limit: int) -> Sequence[Person]:
    """List a page of the conseillers of the register who ordered no kit, by id."""
    role, derived = col(Person.role), col(Person.derived_role)
    theirs = or_(role == Role.CONSEILLER, role.is_(None) & (derived == Role.CONSEILLER))
    ordered = select(KitOrder.user_id).where(col(KitOrder.user_id).is_not(None))
    silent = select(Person).where(theirs, col(Person.id) > after, col(Person.id).not_in(ordered))
    return (await db.exec(silent.order_by(col(Person.id)).limit(limit))).all()


COLUMNS = ("commande", "colis", "suivi", "transporteur")
"""The columns of the file of tracking numbers from the supplier; the last one may be missing or empty."""
NEEDED = tuple({name} for name in COLUMNS[:3])


@dataclass(frozen=True, slots=True)
class TrackingLine:
    """A line of the supplier’s file: the tracking number under which a parcel was sent."""

    order: int
    parcel: int
    tracking: str
    carrier: str = ""


def read_tracking_line(cells: Mapping[str, str]) -> TrackingLine:
    """Read a line of the supplier’s. Raises BadLineError, in French, that names each wrong column."""
    said = {name: " ".join(unguard((cells.get(name) or "").strip()).split()) for name in COLUMNS}
    said["commande"] = said["commande"].removeprefix("n°").strip()
    if faults := list(_find_tracking_faults(**said)):
        raise BadLineError(" ; ".join(faults))
    return TrackingLine(int(said["commande"]), int(said["colis"]), said["suivi"], said["transporteur"])


def _find_tracking_faults(commande: str, colis: str, suivi: str, transporteur: str) -> Iterator[str]:
    if not re.fullmatch(r"[0-9]{1,9}", commande):
        yield "commande : son numéro est attendu, comme dans le fichier du fournisseur"
    if colis not in set(map(str, PARCELS)):
        yield "colis : 1, 2 ou 3"
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 /.-]*", suivi) or len(suivi) > TRACKING_MAX:
        yield f"suivi : un numéro de lettres et de chiffres, {TRACKING_MAX} caractères au plus"
    if len(transporteur) > TRACKING_MAX or "\ufffd" in transporteur:
        yield f"transporteur : un nom de {TRACKING_MAX} caractères au plus, en UTF-8"


async def note_tracking(db: AsyncSession, line: TrackingLine, now: datetime) -> bool:
    """Note that a parcel was sent; return False where its tracking number is known already. Raises BadLineError, with a
    French sentence, for a parcel that cannot have been sent."""
    order = await get_order(db, line.order, locked=True)
    parcel = await get_parcel(db, line.order, line.parcel) if order and order.user_id else None
    if parcel is None:
        raise BadLineError(f"commande : aucune commande n’a le numéro {line.order}.")
    if parcel.tracking == line.tracking:
        return False
    if parcel.state is ParcelState.RECEIVED:
        raise BadLineError("colis : il est déjà reçu, sous un autre numéro.")
    parcel.tracking, parcel.carrier = line.tracking, line.carrier
    await move_parcel(db, parcel, ParcelState.SENT, now)
    return True


def is_under_way(parcels: Collection[KitParcel]) -> bool:
    """Tell whether some parcel of an order left the supplier, so that the order cannot be corrected any more."""
    return any(parcel.state is not ParcelState.ORDERED for parcel in parcels)
