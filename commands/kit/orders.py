"""The feature, its payloads, and one’s own kit: ordered in a window, corrected, and tracked."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from bot.account_status import is_active, read_display_name
from bot.audit import AuditEntry, record_entry_at_end
from bot.cards import RowCard, tell_animateurs
from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.features import Feature, Front, Right
from bot.forms import name_of
from bot.french import plural, say_date
from bot.replies import Ask, Button, Card, Direct, Message, News, Replies, Reply, Waiting, Whisper
from bot.texts import Markdown, escape, quotation, render, require
from config.kit import Garment, read_sizes
from config.tables import TableError
from config.text import fold
from dialogs.kit import OrderKit, ReportParcel
from storage import canaux, communes, database, journal, kit, people
from storage.annuaire.entries import find_commune
from storage.annuaire.phones import show_phone
from storage.kit import AMISS, LABEL_WIDTH, KitBatch, KitOrder, KitParcel, ParcelState
from storage.people import Role, register

feature = Feature(
    "kit",
    rights=(Right.MEMBER,),
    front=Front("Kit d’animation", "commander votre tenue et votre kit, suivre les trois colis", lambda _: "kit"),
)

ANIMATEURS = (Role.ANIMATEUR,)
"""Who follows the lots. (Administrateurs may all that animateurs may.)"""
OWNERS = (Role.CONSEILLER, Role.COORDINATEUR)
"""Who may have a kit: coordinateurs, who are conseillers too, where they ask for one."""
ORDERING = (*OWNERS, Role.ANIMATEUR)
"""The roles that may order a kit, and animateurs, who are shown the lots instead."""


class EditOrder(BaseModel):
    """Button « Commander mon kit » or « Corriger »: opens the window."""


class ShowKit(BaseModel):
    """Button « Voir mon kit »."""


class DropOrder(BaseModel):
    """Button « Retirer ma commande »: asks first; then, once ``sure``, deletes an order."""

    order: int
    sure: bool = False


class OfParcel(BaseModel):
    """Payload about one parcel, by its order’s number and its own, with the state ``to`` which it changes."""

    order: int
    parcel: int
    to: ParcelState


class MarkParcel(OfParcel):
    """Button « Je l’ai reçu » or « Pas encore reçu »: sets the state of one’s own parcel."""


class FlagParcel(OfParcel):
    """Button « Manquant » or « Abîmé »: opens the window that asks what is wrong."""


class SettleParcel(OfParcel):
    """Button « De nouveau commandé » or « Reçu »: what animateurs did about a parcel."""


CARD = RowCard[KitParcel]("kit.card:", lambda parcel: f"{parcel.order_id}:{parcel.number}")
"""The card of a parcel that is missing or damaged, in the animateurs’ room."""


def list_size_labels(ctx: Context, garment: Garment) -> dict[str, str]:
    """List the sizes of a garment. Raises UserError if the operator’s table cannot be read."""
    try:
        return dict(read_sizes(ctx.settings.kit)[garment])
    except (TableError, OSError, UnicodeError):
        raise UserError(render("kit/sizes_unreadable")) from None


def say_batch(batch: KitBatch) -> Markdown:
    """Name a lot."""
    return Markdown(f"lot n° {batch.number}" + (f" ({escape(batch.name)})" if batch.name else ""))


def note_batch(ctx: Context, thing: str, target: str = "", **after: object) -> None:
    """Record in the audit log what animateurs did about a lot (« kit:3 ») or a parcel."""
    record_entry_at_end(ctx, AuditEntry(journal.AuditAct.KIT, thing, target, after=after))


async def get_batch(ctx: Context, number: int, *, locked: bool = False) -> KitBatch:
    """Get a lot. Raises UserError."""
    return require(await kit.get_batch(ctx.db, number, locked=locked), "kit/no_batch")


async def ask_own(ctx: ReadingContext, line: str) -> Replies:
    """Open the window for somebody without a kit, or to correct an order; else show the order and its parcels."""
    order = await kit.find_order(ctx.db, ctx.user.id)
    wants_change = fold(line) in {"corriger", "modifier", "changer"}
    if order and wants_change and (why := await _find_lock(ctx, order)):
        return Whisper(render(why), [Button("Voir mon kit", ShowKit())])
    return await open_window(ctx, EditOrder()) if order is None or wants_change else await show_kit(ctx, ShowKit())


@feature.button(EditOrder, roles=ORDERING, writes=False)
async def open_window(ctx: ReadingContext, _: EditOrder) -> Replies:
    """Open the window with the order or, for a new one, with what the register knows."""
    order = await kit.find_order(ctx.db, ctx.user.id)
    if order:
        await _must_be_open(ctx, order)
    known = _fill_from_order(order) if order else await _fill_from_register(ctx)
    tops, bottoms = (list_size_labels(ctx, garment) for garment in Garment)
    shown = {"order": order.number if order else 0, "structure": order.structure if order else await _find_name(ctx)}
    return Ask(OrderKit.draft(**known, **shown, tops=tops, bottoms=bottoms))


async def _find_lock(ctx: Context, order: KitOrder, *, locked: bool = False) -> str:
    """Return the template that says why an order can no longer be corrected, or ""."""
    batch = await kit.get_batch(ctx.db, order.batch, locked=locked)
    if batch is None or not batch.is_open:
        return "kit/order_closed"
    return "kit/parcel_under_way" if kit.is_under_way(await _list_parcels(ctx, order)) else ""


async def _must_be_open(ctx: Context, order: KitOrder, *, locked: bool = False) -> None:
    """Raise UserError for an order that can no longer be corrected."""
    if why := await _find_lock(ctx, order, locked=locked):
        raise UserError(render(why))


def _fill_from_order(order: KitOrder) -> dict[str, object]:
    return {
        "taille_haut": order.top,
        "taille_bas": order.bottom or None,
        "receptionnaire": order.recipient,
        "siret": order.siret,
        "adresse": order.street,
        "code_postal": order.postcode,
        "commune": order.commune,
        "telephone": show_phone(order.telephone),
        "horaires": order.hours,
    }


async def _fill_from_register(ctx: Context) -> dict[str, object]:
    """Return the window’s values that the register knows: name, telephone, employer and its address."""
    person = ctx.user
    employer = await _find_structure(ctx, person.siret)
    there = communes.get_commune(employer.code_commune) if employer and employer.code_commune else find_commune(person)
    return {
        "receptionnaire": person.full_name[:LABEL_WIDTH] if person.nom else None,
        "siret": person.siret,
        "code_postal": there.codes_postaux[0] if there and len(there.codes_postaux) == 1 else None,
        "commune": there.nom if there else None,
        "telephone": show_phone(person.telephone) if person.telephone else None,
    }


async def _find_structure(ctx: Context, siret: str | None) -> register.Structure | None:
    return (await register.find_structures(ctx.db, [siret])).get(siret) if siret else None


async def _find_name(ctx: Context) -> str:
    """Return the name of the person’s structure; "" if unknown."""
    employer = await _find_structure(ctx, ctx.user.siret)
    return employer.nom if employer else ctx.user.structure or ""


@feature.submit(OrderKit, roles=OWNERS)
async def order_kit(ctx: Context, form: OrderKit) -> Replies:
    """Add an order to the open lot (the first order creates one), or correct it."""
    await people.hold(ctx.db, ctx.user.id)
    batch = await kit.find_open_batch(ctx.db, locked=True)
    order = await kit.find_order(ctx.db, ctx.user.id, locked=True)
    if form.order and order is None:
        raise UserError(render("kit/gone"))
    said, is_new = await _read_order(ctx, form), order is None
    if order is None:
        batch = batch or await kit.open_batch(ctx.db, ctx.now)
        order = KitOrder(batch=batch.number, user_id=ctx.user.id, ordered_at=ctx.now, moved_at=ctx.now, **said)
        await kit.add_order(ctx.db, order)
    else:
        await _must_be_open(ctx, order)
        await database.change(ctx.db, order, **said)
    await _forget_drafts(ctx)
    drawn = await draw_kit(ctx, order, heading="kit/ordered" if is_new else "kit/corrected")
    return drawn.recast(Direct, user_id=ctx.user.id)


async def _forget_drafts(ctx: Context) -> None:
    """Delete the drafts of this order: there is one kit per person, so nothing is left to finish."""
    for draft in await ctx.drafts.of(ctx.db, ctx.user.id, {name_of(OrderKit)}):
        await ctx.drafts.drop(ctx.db, draft.key)


async def _read_order(ctx: Context, form: OrderKit) -> dict[str, Any]:
    """Return the columns of an order from the window; the structure is the register’s if the SIRET is the same."""
    place = kit.prove_place(form.code_postal, form.commune)
    employer = await _find_structure(ctx, form.siret)
    is_own = form.siret == ctx.user.siret or ctx.user.siret is None
    return {
        "structure": employer.nom if employer else (ctx.user.structure or "") if is_own else "",
        "departement": ctx.user.departement or place.commune.departement,
        "top": form.taille_haut,
        "bottom": form.taille_bas or "",
        "recipient": form.receptionnaire,
        "siret": form.siret,
        "street": form.adresse,
        "postcode": place.code_postal,
        "commune": place.commune.nom,
        "telephone": form.telephone,
        "hours": form.horaires,
    }


@feature.button(DropOrder, roles=OWNERS)
async def drop_order(ctx: Context, click: DropOrder) -> Replies:
    """Ask, then delete an order, while its lot is open: nothing of it is kept to bring it back."""
    order = await _get_own(ctx, click.order)
    await _must_be_open(ctx, order, locked=True)
    if not click.sure:
        sure = Button("Retirer pour de bon", DropOrder(order=order.number, sure=True), "danger")
        return Whisper(render("kit/drop", order=order), [Button("Corriger", EditOrder()), sure])
    await kit.drop_order(ctx.db, order)
    return Whisper(render("kit/dropped"), [Button("Commander mon kit", EditOrder())])


async def _get_own(ctx: Context, number: int) -> KitOrder:
    """Get one’s own order. Raises UserError."""
    order = await kit.get_order(ctx.db, number, locked=True)
    if order is None or order.user_id != ctx.user.id:
        raise UserError(render("kit/gone"))
    return order


@feature.button(ShowKit, roles=ORDERING, writes=False)
async def show_kit(ctx: Context, _: ShowKit) -> Replies:
    """Show somebody’s order and its parcels."""
    order = await kit.find_order(ctx.db, ctx.user.id)
    if order is None:
        return Whisper(render("kit/none"), [Button("Commander mon kit", EditOrder(), "primary")])
    return (await draw_kit(ctx, order)).recast(Whisper)


async def _list_parcels(ctx: Context, order: KitOrder) -> Sequence[KitParcel]:
    return (await kit.list_parcels(ctx.db, kit.of_order(order.number))).get(order.number, [])


async def draw_kit(ctx: Context, order: KitOrder, heading: str = "kit/own") -> Message:
    """Draw an order for its owner: with « Corriger » while its lot is open, then with its parcels."""
    batch = await kit.get_batch(ctx.db, order.batch)
    assert batch
    parcels = await _list_parcels(ctx, order)
    may_change = batch.is_open and not kit.is_under_way(parcels)
    heading = render(heading, batch=say_batch(batch), order=order)
    text = render("kit/order", heading=heading, lines=kit.make_label(order))
    buttons = [Button("Corriger", EditOrder()), Button("Retirer ma commande", DropOrder(order=order.number), "danger")]
    cards = [] if may_change else [draw_parcel(parcel) for parcel in parcels]
    return Message(text, buttons if may_change else [], _list_facts(ctx, order), cards=cards)


def _list_facts(ctx: Context, order: KitOrder) -> list[tuple[str, str]]:
    sizes = {garment: list_size_labels(ctx, garment) for garment in Garment}
    bottom = [("Taille du bas", sizes[Garment.BOTTOM].get(order.bottom, order.bottom))] if order.bottom else []
    said = [
        ("Taille du haut", sizes[Garment.TOP].get(order.top, order.top)),
        *bottom,
        ("SIRET", " ".join((order.siret[:3], order.siret[3:6], order.siret[6:9], order.siret[9:]))),
        ("Téléphone", show_phone(order.telephone)),
        ("Horaires", order.hours),
    ]
    return [(name, escape(value)) for name, value in said]


def draw_parcel(parcel: KitParcel) -> Card:
    """Draw a parcel for its owner."""

    def press(kind: type[OfParcel], to: ParcelState) -> OfParcel:
        return kind(order=parcel.order_id, parcel=parcel.number, to=to)

    received = Button("Je l’ai reçu", press(MarkParcel, ParcelState.RECEIVED), "primary")
    amiss = [Button(to.label.capitalize(), press(FlagParcel, to)) for to in AMISS if to is not parcel.state]
    buttons = [received, *amiss]
    if parcel.state is ParcelState.RECEIVED:
        buttons = [Button("Pas encore reçu", press(MarkParcel, ParcelState.SENT)), *amiss[1:]]
    return Card(render("kit/parcel", parcel=parcel, note=quotation(parcel.note, kit.NOTE_MAX)), buttons)


async def _get_parcel(ctx: Context, of: OfParcel | ReportParcel) -> tuple[KitOrder, KitParcel]:
    """Get one’s own parcel, once its lot is closed or shipped. Raises UserError."""
    order = await _get_own(ctx, of.order)
    parcel = require(await kit.get_parcel(ctx.db, of.order, of.parcel), "kit/gone")
    return order, parcel


@feature.button(MarkParcel, name="kit.Mark", roles=OWNERS)
async def mark_parcel(ctx: Context, click: MarkParcel) -> Replies:
    """Record that a parcel arrived, or did not yet, and rewrite the animateurs’ card if there is one."""
    if click.to not in {ParcelState.RECEIVED, ParcelState.SENT}:
        raise UserError(render("kit/gone"))
    order, parcel = await _get_parcel(ctx, click)
    to = click.to if click.to is ParcelState.RECEIVED or parcel.tracking else ParcelState.ORDERED
    if parcel.state is not to:
        await kit.move_parcel(ctx.db, parcel, to, ctx.now)
    return [await rewrite_card(ctx, order, parcel), (await draw_kit(ctx, order)).recast(Whisper)]


@feature.button(FlagParcel, name="kit.Report", roles=OWNERS)
async def ask_what_is_wrong(ctx: Context, click: FlagParcel) -> Replies:
    """Open the window that asks what is missing or damaged."""
    await _get_parcel(ctx, click)
    return Ask(ReportParcel.draft(order=click.order, parcel=click.parcel, to=click.to), here=False)


@feature.submit(ReportParcel, roles=OWNERS)
async def report_parcel(ctx: Context, form: ReportParcel) -> Replies:
    """Record what is wrong with a parcel, and tell the animateurs."""
    order, parcel = await _get_parcel(ctx, form)
    if form.to not in AMISS:
        raise UserError(render("kit/gone"))
    await kit.move_parcel(ctx.db, parcel, form.to, ctx.now, form.details)
    told = Whisper(render("kit/reported", parcel=parcel), [Button("Voir mon kit", ShowKit())])
    rewritten = await rewrite_card(ctx, order, parcel)
    if await CARD.is_sent(ctx.db, parcel):
        return [rewritten, told]
    room = await canaux.find_team_room(ctx.db)
    card = await draw_card(ctx, order, parcel)
    return [*await tell_animateurs(ctx, room, card, topic=CARD.of(parcel)), told]


async def draw_card(ctx: Context, order: KitOrder, parcel: KitParcel) -> Message:
    """Draw a parcel for animateurs, with their buttons."""
    settled = {"De nouveau commandé": ParcelState.ORDERED, "Reçu": ParcelState.RECEIVED}
    press = {label: SettleParcel(order=order.number, parcel=parcel.number, to=to) for label, to in settled.items()}
    buttons = [Button(label, payload) for label, payload in press.items()] if parcel.state in AMISS else []
    batch = await kit.get_batch(ctx.db, order.batch)
    facts = [
        ("De", await read_display_name(ctx, order.user_id or "")),
        ("Département", order.departement or "inconnu"),
        ("Commande", f"n° {order.number}, {say_batch(batch)}" if batch else f"n° {order.number}"),
        ("Suivi", escape(" ".join(filter(None, (parcel.carrier, parcel.tracking)))) or "aucun"),
    ]
    return Message(render("kit/card", parcel=parcel, note=quotation(parcel.note, kit.NOTE_MAX)), buttons, facts)


async def rewrite_card(ctx: Context, order: KitOrder, parcel: KitParcel, *, here: bool = False) -> Reply:
    """Rewrite the animateurs’ card of a parcel wherever it stands."""
    return CARD.rewrite(parcel, await draw_card(ctx, order, parcel), here=here)


@feature.button(SettleParcel, name="kit.Settle", roles=ANIMATEURS)
async def settle_parcel(ctx: Context, click: SettleParcel) -> Replies:
    """Record what animateurs did about a parcel; its owner hears of it once, in the daily message."""
    order, parcel = await kit.get_order(ctx.db, click.order), await kit.get_parcel(ctx.db, click.order, click.parcel)
    if order is None or parcel is None or not order.user_id:
        raise UserError(render("kit/order_gone"))
    is_news = parcel.state is not click.to
    if is_news:
        await kit.move_parcel(ctx.db, parcel, click.to, ctx.now)
        note_batch(ctx, f"kit:{order.batch}", order.user_id, commande=order.number, colis=parcel.number, etat=click.to)
    told: list[Reply] = [await rewrite_card(ctx, order, parcel, here=True)]
    if is_news and await is_active(ctx, order.user_id):
        text = render("kit/settled", parcel=parcel)
        told.append(News(user_id=order.user_id, text=text, button=Button("Voir mon kit", ShowKit())))
    return told


@feature.waiting
async def list_own_waiting(ctx: Context) -> Sequence[Waiting]:
    """Tell a conseiller that a kit can be ordered, if animateurs opened a lot, and that parcels are on their way; the
    daily message says each only when it changes."""
    if ctx.user.known_role not in OWNERS:
        return []
    order = await kit.find_order(ctx.db, ctx.user.id)
    if order is None:
        return await _ask_to_order(ctx)
    sent = [parcel for parcel in await _list_parcels(ctx, order) if parcel.state is ParcelState.SENT]
    if not sent:
        return []
    since = max(parcel.changed_at for parcel in sent).astimezone(ctx.zone).date()
    count = plural(len(sent), "colis", "colis")
    return [Waiting(render("kit/under_way", count=count, since=say_date(since)), Button("Voir mon kit", ShowKit()))]


async def _ask_to_order(ctx: Context) -> Sequence[Waiting]:
    """Ask a conseiller; coordinateurs, who mostly have their kit from before, are not."""
    batch = await kit.find_open_batch(ctx.db) if ctx.user.known_role is Role.CONSEILLER else None
    is_asked = batch is not None and batch.opened_by
    return [Waiting(render("kit/to_order"), Button("Commander mon kit", EditOrder()))] if is_asked else []
