"""Exchange with the supplier of kits: the file of a lot goes out, the tracking numbers of its parcels come back."""

import csv
import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.attachments import find_file, find_newest_files
from bot.context import Context, ReadingContext
from bot.destinations import send_file
from bot.errors import ChatError, UserError
from bot.events import Spoken
from bot.papers import sheets
from bot.replies import Button, Parcel, PlainTextReply, Replies, Reply, RunCommand, SendFile, Whisper
from bot.texts import render
from commands.kit.orders import ANIMATEURS, CARD, feature, get_batch, note_batch, rewrite_card, say_batch
from config.text import fold
from storage import kit
from storage.annuaire.phones import show_phone
from storage.kit import KitOrder, KitParcel, TrackingLine

FILE_MAX = 1_000_000
"""The most bytes of a file of tracking numbers."""
LINES_MAX, FAULTS_SHOWN = 1_000, 10
"""The most lines of a file (other writers wait a second or two), and of bad lines that are explained."""
PREPARING, DONE = "Préparation du fichier du fournisseur…", "✅ Le fichier du fournisseur est prêt, juste en dessous."


class SupplierFile(BaseModel):
    """Button « Fichier du fournisseur », and the order of that file."""

    batch: int


@dataclass(frozen=True, slots=True)
class TrackingFile:
    """The content of a tracking file: each valid line with its number, and the fault of each other one."""

    lines: Sequence[tuple[int, TrackingLine]]
    bad: Sequence[tuple[int, str]]


@feature.hears_words
async def offer_tracking(ctx: ReadingContext, message: Spoken) -> PlainTextReply:
    """Offer animateurs to read the tracking numbers in a CSV file that they send."""
    if not (message.file_ids and ctx.user.animates):
        return PlainTextReply()
    last = await find_file(ctx.chat, message.file_ids[-1])
    if last is None or not last.name.lower().endswith(".csv"):
        return PlainTextReply()
    return PlainTextReply(buttons=[Button("Noter le suivi des colis", RunCommand(line="kit suivi"), "primary")])


async def fetch_lines(ctx: ReadingContext, _: str) -> TrackingFile | Whisper:
    """Read the tracking numbers from the last file that the person sent to the bot."""
    post = await find_newest_files(ctx)
    if post is None:
        return Whisper(render("kit/no_file"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "suivi.csv"
        try:
            await ctx.chat.download(post.file_ids[-1], path, FILE_MAX)
        except ChatError as error:
            if error.is_temporary:
                raise
            raise UserError(render("kit/file_unreadable")) from None
        return read_tracking(path.read_bytes())


def read_tracking(data: bytes) -> TrackingFile:
    """Read a CSV file as spreadsheets save it. Raises UserError if its columns differ from docs/wire.md."""
    text = _decode(data)
    first = text.partition("\n")[0]
    table = csv.DictReader(io.StringIO(text), delimiter=max(";,\t", key=first.count))
    names = [fold(name or "") for name in table.fieldnames or []]
    if missing := [name for name in kit.COLUMNS[:3] if name not in names]:
        raise UserError(render("kit/columns_missing", columns=", ".join(kit.COLUMNS), missing=", ".join(missing)))
    table.fieldnames = names
    good, bad = list[tuple[int, TrackingLine]](), list[tuple[int, str]]()
    try:
        for cells in table:
            try:
                good.append((table.line_num, kit.read_tracking_line(cells)))
            except ValueError as fault:
                bad.append((table.line_num, str(fault)))
    except csv.Error:
        bad.append((table.line_num + 1, "les guillemets empêchent de lire la suite."))
    if len(good) + len(bad) > LINES_MAX:
        raise UserError(render("kit/too_many_lines", most=LINES_MAX))
    return TrackingFile(good, bad)


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


@feature.command(
    "kit suivi", help="Lire les numéros de suivi du dernier CSV envoyé au bot", roles=ANIMATEURS, asks=fetch_lines
)
async def take_tracking(ctx: Context, read: TrackingFile) -> Replies:
    """Store each tracking number; lines that cannot be used are named, and the others are stored all the same."""
    changed, bad = list[TrackingLine](), list(read.bad)
    for number, line in read.lines:
        try:
            changed += [line] if await kit.note_tracking(ctx.db, line, ctx.now) else []
        except ValueError as fault:
            bad.append((number, str(fault)))
    if changed:
        note_batch(ctx, "kit:suivi", colis=len(changed))
    same = len(read.lines) + len(read.bad) - len(changed) - len(bad)
    told = [f"ligne {number} : {fault}" for number, fault in sorted(bad)[:FAULTS_SHOWN]]
    shown = {"sent": len(changed), "same": same, "bad": told, "more": max(0, len(bad) - FAULTS_SHOWN)}
    carded = [line for line in changed if await ctx.posts_about(f"{CARD.prefix}{line.order}:{line.parcel}")]
    cards = [await _rewrite(ctx, line) for line in carded]
    return [Whisper(render("kit/tracked", **shown)), *cards]


async def _rewrite(ctx: Context, line: TrackingLine) -> Reply:
    order, parcel = await kit.get_order(ctx.db, line.order), await kit.get_parcel(ctx.db, line.order, line.parcel)
    assert order
    assert parcel
    return await rewrite_card(ctx, order, parcel)


HEAD = (
    *("lot", "commande", "taille_haut", "taille_bas", "receptionnaire", "structure", "siret", "adresse"),
    *("code_postal", "commune", "telephone", "horaires"),
    *(f"ligne_{n}" for n in range(1, kit.LABEL_LINES + 1)),
    *(f"colis_{n}" for n in kit.PARCELS),
)
"""The columns of the supplier’s file (docs/wire.md)."""
WIDTHS = (6, 10, 11, 11, 30, 30, 18, 38, 12, 24, 16, 32, *[38] * kit.LABEL_LINES, *[11] * len(kit.PARCELS))


@feature.button(SupplierFile, roles=ANIMATEURS, writes=False)
async def ask_file(ctx: ReadingContext, click: SupplierFile) -> Replies:
    """Order the supplier’s file of a lot."""
    return await send_file(ctx, SendFile(user_id=ctx.user.id, order=click, waiting=PREPARING))


@feature.file(SupplierFile, name="kit.SupplierFile", roles=ANIMATEURS)
async def write_file(ctx: ReadingContext, asked: SupplierFile, folder: Path) -> Parcel:
    """Write a lot as CSV and as a workbook."""
    batch = await get_batch(ctx, asked.batch)
    lines = [HEAD, *await list_lines(ctx.db, batch.number)]
    if len(lines) == 1:
        raise UserError(render("kit/nothing_ordered", number=batch.number))
    files = await ctx.compute(lambda: sheets.write_both(folder / f"Kits-lot-{batch.number}", "Kits", lines, WIDTHS))
    text = render("kit/file", batch=say_batch(batch), count=len(lines) - 1, is_open=batch.is_open)
    return Parcel(text, files=files, done=DONE)


async def list_lines(db: AsyncSession, batch: int | None) -> Sequence[Sequence[sheets.Cell]]:
    """Return the orders of a lot, or of all lots, as rows of the supplier’s file."""
    orders = await kit.list_orders(db, batch)
    parcels = await kit.list_parcels(db, kit.of_batch(batch))
    return [_list_cells(order, parcels.get(order.number, [])) for order in orders]


def _list_cells(order: KitOrder, parcels: Sequence[KitParcel]) -> Sequence[sheets.Cell]:
    label = list(kit.make_label(order))
    label += [""] * (kit.LABEL_LINES - len(label))
    address = ", ".join(order.street.splitlines())
    phone = show_phone(order.telephone).replace("\u00a0", " ")
    who = (order.recipient, order.structure, order.siret, address, order.postcode, order.commune, phone, order.hours)
    return (
        order.batch,
        order.number,
        order.top,
        order.bottom,
        *who,
        *label,
        *(str(parcel.state) for parcel in parcels),
    )
