"""« /kit »: the kit d’animation, ordered by conseillers and tracked parcel by parcel. This module has its lots (batches
of orders), for animateurs: opened, closed, announced, counted, and parcels with problems."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.account_status import find_active
from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.french import join, plural, say_date
from bot.pages import cut_page
from bot.replies import Button, Card, Direct, Progress, Replies, Reply, Start, Step, Waiting, Whisper
from bot.texts import quote, render, require
from commands.kit import orders
from commands.kit.orders import ANIMATEURS, feature
from commands.kit.supplier import SupplierFile
from config.kit import Garment
from config.territories import DEPARTEMENTS
from config.text import fold
from storage import kit, people
from storage.kit import NAME_MAX, KitBatch, KitParcel, ParcelState

PAGE, FIGURES_PAGE, ASKED_AT_ONCE = 3, 20, 100
"""How many lots or parcels one page has, how many lines of figures, and how many people one step tells."""


class OfBatch(BaseModel):
    """Payload about one lot, by its number."""

    batch: int


class Lots(BaseModel):
    """Button « Voir les lots »: a page of the lots."""

    page: int = 1


class CloseLot(OfBatch):
    """Button « Clore »: closes a lot."""


class ReopenLot(OfBatch):
    """Button « Annuler » after closing: opens the lot again."""


class RemindAll(OfBatch):
    """Button « Relancer », which says first to how many people; then, once ``sure``, the long work that writes to
    everybody who has not ordered."""

    sure: bool = False


class LotFigures(OfBatch):
    """Button « Chiffres »: parcels by département, sizes and stock, a page at a time."""

    page: int = 1


class Problems(BaseModel):
    """Button « Voir les colis à traiter »: a page of the missing or damaged parcels."""

    page: int = 1


@feature.command(
    "kit",
    help="Commander votre kit d’animation, et suivre ses colis",
    hint="[corriger]",
    roles=orders.ORDERING,
    words=("corriger",),
)
async def type_kit(ctx: ReadingContext, line: str) -> Replies:
    """Show a conseiller their own kit, and an animateur the lots."""
    return await (show_lots(ctx, Lots()) if ctx.user.animates else orders.ask_own(ctx, line))


@feature.command("kit lots", help="Voir les lots de kits, les clore, relancer", roles=ANIMATEURS)
async def list_lots(ctx: ReadingContext, _: str) -> Replies:
    """Show the lots, the newest first."""
    return await show_lots(ctx, Lots())


@feature.button(Lots, roles=ANIMATEURS, writes=False)
async def show_lots(ctx: Context, at: Lots) -> Replies:
    """Show a page of the lots, with their buttons."""
    page = cut_page(await kit.list_batches(ctx.db), at.page, PAGE)
    if not page.total:
        return Whisper(render("kit/no_lots"))
    amiss = await kit.list_parcels(ctx.db, kit.is_amiss())
    count = sum(map(len, amiss.values()))
    problems = [Button(f"Voir les colis à traiter ({count})", Problems(), "danger")] if count else []
    following = page.draw_next(lambda number: Lots(page=number))
    text = render("kit/lots", page=page)
    return Whisper(text, [*problems, *following], cards=[await draw_lot(ctx, batch) for batch in page.rows])


async def draw_lot(ctx: Context, batch: KitBatch) -> Card:
    """Draw a lot: how many orders, where the parcels are, and what comes next."""
    counted = sum((await kit.count_parcels(ctx.db, batch.number)).values(), Counter[ParcelState]())
    number = batch.number
    file = Button("Fichier du fournisseur", SupplierFile(batch=number))
    buttons = [file, Button("Voir chiffres et tailles", LotFigures(batch=number))]
    if batch.is_open:
        buttons += [] if batch.reminded_at else [Button("Relancer", RemindAll(batch=number))]
        buttons += [Button("Clore", CloseLot(batch=number), "danger")]
    since = (batch.closed_at or batch.opened_at).astimezone(ctx.zone).date()
    said = {"batch": orders.say_batch(batch), "since": say_date(since), "is_open": batch.is_open}
    ordered = counted.total() // len(kit.PARCELS)
    return Card(render("kit/lot", **said, orders=ordered, parcels=say_parcels(counted)), buttons)


def say_parcels(counted: Mapping[ParcelState, int]) -> str:
    """Count parcels by state: « 12 commandés, 3 en route »; "" for none."""
    there = [state for state in ParcelState if counted.get(state)]
    return ", ".join(f"{counted[state]} {_several(state, counted[state])}" for state in there)


def _several(state: ParcelState, count: int) -> str:
    return state.label if count < 2 or state is ParcelState.SENT else f"{state.label}s"


@feature.command(
    "kit ouvrir", help="Appeler à commander le kit", hint="[nom du lot]", roles=ANIMATEURS, writes=True, tells=True
)
async def open_lot(ctx: Context, line: str) -> Replies:
    """Open a lot under a name, or take over the one that first orders created. Conseillers without a kit are told once
    in their daily message."""
    name = " ".join(line.split())
    if len(name) > NAME_MAX:
        raise UserError(render("kit/name_too_long", most=NAME_MAX))
    batch = await kit.open_batch(ctx.db, ctx.now)
    if batch.opened_by:
        raise UserError(render("kit/batch_open", number=batch.number))
    batch.name, batch.opened_by = name or batch.name, ctx.user.id
    await ctx.db.flush()
    orders.note_batch(ctx, f"kit:{batch.number}", etat="ouvert", nom=batch.name)
    return Whisper(render("kit/opened", batch=orders.say_batch(batch)), [Button("Voir les lots", Lots())])


@feature.button(CloseLot, name="kit.Close", roles=ANIMATEURS)
async def close_lot(ctx: Context, click: CloseLot) -> Replies:
    """Close a lot: its orders can no longer be corrected, and the next order creates another lot."""
    batch = await orders.get_batch(ctx, click.batch, locked=True)
    if not batch.is_open:
        raise UserError(render("kit/batch_closed", number=batch.number))
    batch.closed_at = ctx.now
    await ctx.db.flush()
    orders.note_batch(ctx, f"kit:{batch.number}", etat="clos")
    file = Button("Fichier du fournisseur", SupplierFile(batch=batch.number), "primary")
    cancel = Button("Annuler", ReopenLot(batch=batch.number))
    return Whisper(render("kit/closed", batch=orders.say_batch(batch)), [file, cancel])


@feature.undo(ReopenLot, name="kit.Reopen", roles=ANIMATEURS)
async def reopen_lot(ctx: Context, click: ReopenLot) -> Replies:
    """Open a lot again, unless another one is open or its parcels are on their way."""
    await kit.hold_batches(ctx.db, ctx.now)
    batch = await orders.get_batch(ctx, click.batch, locked=True)
    if (other := await kit.find_open_batch(ctx.db)) and other.number != batch.number:
        raise UserError(render("kit/other_batch_open", number=other.number, closed=batch.number))
    if any(kit.is_under_way(each) for each in (await kit.list_parcels(ctx.db, kit.of_batch(batch.number))).values()):
        raise UserError(render("kit/batch_left", number=batch.number))
    batch.closed_at = None
    await ctx.db.flush()
    orders.note_batch(ctx, f"kit:{batch.number}", etat="ouvert")
    return Whisper(render("kit/reopened", batch=orders.say_batch(batch)), [Button("Voir les lots", Lots())])


@feature.button(RemindAll, roles=ANIMATEURS)
async def remind_all(ctx: Context, click: RemindAll) -> Replies:
    """Say how many have not ordered, then write to each of them, once, while the lot is open."""
    batch = await orders.get_batch(ctx, click.batch, locked=True)
    if not batch.is_open or batch.reminded_at:
        raise UserError(render("kit/reminders_sent") if batch.is_open else render("kit/batch_is_closed"))
    if not click.sure:
        count = (await _count_silent(ctx.db, ctx)).total()
        sure = Button(f"Relancer {plural(count, 'personne')}", RemindAll(batch=batch.number, sure=True), "primary")
        return Whisper(render("kit/remind_whom", count=count, batch=orders.say_batch(batch)), [sure] if count else [])
    batch.reminded_at = ctx.now
    await ctx.db.flush()
    orders.note_batch(ctx, f"kit:{batch.number}", etat="relance")
    return Start(payload=click, said=render("kit/reminding"))


@feature.chore(
    RemindAll, name="kit.RemindAll", title="Relance pour le kit", unit=("personne", "personnes"), writes=True
)
async def tell_silent(ctx: Context, work: RemindAll, so_far: Progress) -> Step:
    """Write to the next hundred people who have not ordered, by id."""
    batch = await kit.get_batch(ctx.db, work.batch)
    if batch is None or not batch.is_open:
        return so_far.end(said=render("kit/closed_meanwhile"))
    total = so_far.total or (await _count_silent(ctx.db, ctx)).total()
    page = await kit.list_silent(ctx.db, so_far.cursor or "", ASKED_AT_ONCE)
    if not page:
        return so_far.end()
    active = await find_active(ctx, [person.id for person in page])
    button, text = Button("Commander mon kit", orders.EditOrder(), "primary"), render("kit/reminder")
    told: list[Reply] = [Direct(text, [button], user_id=person.id) for person in page if person.id in active]
    return Step(replies=told, cursor=page[-1].id, done=so_far.done + len(told), total=total)


@feature.button(LotFigures, name="kit.Figures", roles=ANIMATEURS, writes=False)
async def show_figures(ctx: ReadingContext, at: LotFigures) -> Replies:
    """Show a lot by département, with those who have not ordered, and its sizes with the stock."""
    batch = await orders.get_batch(ctx, at.batch)
    parcels, silent = await kit.count_parcels(ctx.db, batch.number), await _count_silent(ctx.db, ctx)
    places = sorted({*parcels, *silent}, key=lambda code: (not code, code))
    lines = [_DepartementLine(code, parcels.get(code, Counter()), silent[code]) for code in places]
    page = cut_page(lines, at.page, FIGURES_PAGE)
    sizes = await _list_sizes(ctx, batch) if page.number == 1 else []
    text = render("kit/figures", batch=orders.say_batch(batch), page=page, sizes=sizes)
    return Whisper(text, page.draw_next(lambda number: LotFigures(batch=batch.number, page=number)))


class _DepartementLine:
    """The row of a département in the statistics of a lot."""

    def __init__(self, code: str, parcels: Counter[ParcelState], silent: int) -> None:
        found = DEPARTEMENTS.get(code)
        self.place = f"{found.nom} ({code})" if found else "Département inconnu"
        self.orders, self.silent = parcels.total() // len(kit.PARCELS), silent
        self.parcels = say_parcels(parcels)


async def _count_silent(db: AsyncSession, ctx: Context) -> Counter[str]:
    """Count the people who have not ordered, by département."""
    found: Counter[str] = Counter()
    page: Sequence[people.Person] = await kit.list_silent(db, "", 1000)
    while page:
        found.update(person.departement or "" for person in page if not person.has_left(person.today(ctx.now)))
        page = await kit.list_silent(db, page[-1].id, 1000)
    return found


async def _list_sizes(ctx: Context, batch: KitBatch) -> Sequence[Mapping[str, object]]:
    """List the sizes of a lot in the order of the operator’s table; sizes that it no longer has come last."""
    order = [(garment, size) for garment in Garment for size in orders.list_size_labels(ctx, garment)]
    counted = {(each.garment, each.size): each for each in await kit.count_sizes(ctx.db, batch.number)}
    known = [counted.pop(key) for key in order if key in counted]
    return [
        {"said": f"{each.garment} {each.size}", "ordered": each.ordered, "stock": each.stock, "lacking": each.lacking}
        for each in [*known, *sorted(counted.values(), key=lambda each: each.size)]
    ]


@feature.command(
    "kit stock", help="Voir ou noter le stock de chaque taille", hint="[haut M=35 L=25]", roles=ANIMATEURS, writes=True
)
async def note_stock(ctx: Context, line: str) -> Replies:
    """Store the stock of some sizes for the newest lot; without a word, show it."""
    batches = require(await kit.list_batches(ctx.db) or None, "kit/no_batch")
    if line.strip():
        await _set_stock(ctx, batches[0], line)
    said = {"batch": orders.say_batch(batches[0]), "sizes": await _list_sizes(ctx, batches[0])}
    return Whisper(render("kit/stock", is_set=bool(line.strip()), **said))


async def _set_stock(ctx: Context, batch: kit.KitBatch, line: str) -> None:
    pieces = read_stock(line, {garment: orders.list_size_labels(ctx, garment) for garment in Garment})
    await kit.set_stock(ctx.db, batch.number, pieces)
    told = {f"{garment} {size}": count for (garment, size), count in pieces.items()}
    orders.note_batch(ctx, f"kit:{batch.number}", stock=told)


def read_stock(line: str, sizes: Mapping[Garment, Mapping[str, str]]) -> Mapping[tuple[Garment, str], int]:
    """Read « haut M=35 L=25, bas 42 10 ». Raises UserError."""
    words, garment = re.split(r"[\s,;:=]+", line.strip()), None
    found: dict[tuple[Garment, str], int] = {}
    while words and words[0]:
        if fold(words[0]) in set(Garment):
            garment = Garment(fold(words.pop(0)))
            continue
        size = next((code for code in sizes[garment] if fold(code) == fold(words[0])), "") if garment else ""
        if garment and not size and sizes[garment]:
            known = join(list(sizes[garment]), "ou")
            raise UserError(render("kit/unknown_size", size=words[0], garment=garment, known=known))
        if not garment or not size or len(words) < 2 or not re.fullmatch(r"[0-9]{1,5}", words[1]):
            raise UserError(render("kit/stock_usage"))
        found[garment, size] = int(words[1])
        words = words[2:]
    if not found:
        raise UserError(render("kit/stock_usage"))
    return found


@feature.button(Problems, roles=ANIMATEURS, writes=False)
async def show_problems(ctx: Context, at: Problems) -> Replies:
    """Show the missing or damaged parcels, oldest orders first."""
    found = [parcel for parcels in (await kit.list_parcels(ctx.db, kit.is_amiss())).values() for parcel in parcels]
    page = cut_page(found, at.page, PAGE)
    cards = [await _draw_problem(ctx, parcel) for parcel in page.rows]
    return Whisper(render("kit/problems", page=page), page.draw_next(lambda n: Problems(page=n)), cards=cards)


async def _draw_problem(ctx: Context, parcel: KitParcel) -> Card:
    order = await kit.get_order(ctx.db, parcel.order_id)
    assert order
    return (await orders.draw_card(ctx, order, parcel)).card


@feature.waiting
async def list_amiss(ctx: Context) -> Sequence[Waiting]:
    """Tell animateurs of missing or damaged parcels."""
    if not ctx.user.animates:
        return []
    count = sum(map(len, (await kit.list_parcels(ctx.db, kit.is_amiss())).values()))
    return [Waiting(render("kit/amiss", count=count), Button("Voir les colis à traiter", Problems()))] if count else []
