"""« coop-bot kits », « export kits » and « import kits »: orders of kits, for a program, the supplier, and back."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from cli.command import Call
from cli.environment import begin_reading, open_up_to_date
from cli.errors import OperatorError
from cli.journal import note
from cli.tables import (
    BadLineError,
    Cells,
    Complain,
    LineImport,
    Outcome,
    announce,
    complain,
    open_table,
    open_to_import,
    take_turn,
)
from cli.terminal import ProgressBar, begin_csv, count, make_printable, open_whole
from commands.kit.supplier import HEAD, list_lines, write_book
from config.text import guard
from config.time import write_instant
from storage import kit, people
from storage.database import Database
from storage.journal import AuditAct
from storage.kit import COLUMNS, NEEDED, KitOrder, KitParcel, TrackingLine


async def kits(call: Call, batch: int | None, as_json: bool) -> int:
    """Write the orders on the standard output, or those of a lot."""
    async with open_up_to_date(call.settings) as database, begin_reading(database) as db:
        await _must_exist(db, batch)
        orders = await kit.list_orders(db, batch)
        parcels = await kit.list_parcels(db, kit.of_batch(batch))
        names = await _name(db, orders)
    lines = [_line(order, names.get(order.user_id or ""), parcels.get(order.number, [])) for order in orders]
    print(json.dumps(lines, ensure_ascii=False) if as_json else _table(lines))
    return 0


async def _must_exist(db: AsyncSession, batch: int | None) -> None:
    """Raises OperatorError for a lot that there is not."""
    if batch is not None and await kit.get_batch(db, batch) is None:
        raise OperatorError(f"Aucun lot n’a le numéro {batch} : « coop-bot kits » montre les commandes et leurs lots.")


async def _name(db: AsyncSession, orders: Sequence[KitOrder]) -> Mapping[str, str]:
    """The user names of who ordered, by id."""
    wanted = {order.user_id for order in orders}
    return {one.id: one.username async for page in people.pages(db) for one in page if one.id in wanted}


def _line(order: KitOrder, username: str | None, parcels: Sequence[KitParcel]) -> dict[str, Any]:
    return {
        "id": order.number,
        "lot": order.batch,
        "utilisateur": username,
        "departement": order.departement or None,
        "taille_haut": order.top,
        "taille_bas": order.bottom or None,
        "receptionnaire": order.recipient,
        "structure": order.structure or None,
        "siret": order.siret,
        "adresse": order.street,
        "code_postal": order.postcode,
        "commune": order.commune,
        "telephone": order.telephone,
        "horaires": order.hours,
        "etiquette": list(kit.make_label(order)),
        "commande_le": write_instant(order.ordered_at),
        "colis": [_tell_parcel(parcel) for parcel in parcels],
    }


def _tell_parcel(parcel: KitParcel) -> dict[str, Any]:
    return {
        "numero": parcel.number,
        "etat": parcel.state.value,
        "suivi": parcel.tracking or None,
        "transporteur": parcel.carrier or None,
        "note": parcel.note or None,
        "change_le": write_instant(parcel.changed_at),
    }


def _table(lines: Sequence[Mapping[str, Any]]) -> str:
    """One line each, then how many they are."""
    told = [make_printable(_told(line)) for line in lines]
    return "\n".join([*told, f"{count(len(lines), 'commande')}." if lines else "Aucune commande de kit."])


def _told(line: Mapping[str, Any]) -> str:
    sizes = " ".join(filter(None, (line["taille_haut"], line["taille_bas"])))
    parcels = ", ".join(parcel["etat"] for parcel in line["colis"])
    return f"{line['id']:>5}  lot {line['lot']:<3}  @{line['utilisateur']:<20}  {sizes:<10}  {parcels}"


async def export_kits(call: Call, batch: int | None, kind: str, output: str) -> int:
    """Write the supplier’s file: of a lot, or of all orders."""
    if kind == "xlsx" and output == "-":
        raise OperatorError("Un classeur va dans un fichier : ajoutez --output kits.xlsx.", code=2)
    async with open_up_to_date(call.settings) as database, begin_reading(database) as db:
        await _must_exist(db, batch)
        lines = await list_lines(db, batch)
    if kind == "xlsx":
        write_book(Path(output), [HEAD, *lines])
        print(f"Écrit : {output}")
        return 0
    with open_whole(output) as told:
        write = begin_csv(told, HEAD)
        for line in lines:
            write([guard(cell) if isinstance(cell, str) else cell for cell in line])
    return 0


async def import_kits(call: Call, file: str, *, dry_run: bool = False) -> int:
    """Take the supplier’s numbers in; 1 when a line was refused, 0 otherwise."""
    async with open_to_import(call.settings, dry_run=dry_run) as database:
        with open_table(file, COLUMNS, NEEDED) as table:
            run = TrackingImport(database, call.clock(), complain, Outcome(announces=announce if dry_run else None))
            outcome = await run.run(table, ProgressBar(sys.stderr, "ligne lue"))
    print(
        f"{count(outcome.changed, 'colis parti', 'colis partis')}, {count(outcome.same, 'inchangé')}, "
        f"{count(outcome.refused, 'ligne refusée', 'lignes refusées')}."
    )
    return 1 if outcome.refused else 0


@dataclass(slots=True)
class TrackingImport(LineImport[TrackingLine, Outcome]):
    """One run."""

    database: Database
    now: datetime
    complain: Complain
    outcome: Outcome

    def read(self, number: int, line: Cells) -> TrackingLine:
        """Read a line. Raises BadLineError."""
        try:
            return kit.read_tracking_line(line)
        except ValueError as fault:
            raise BadLineError(str(fault)) from None

    async def store(self, batch: Sequence[tuple[int, TrackingLine]]) -> None:
        """Note each number; a line about an order that there is not is refused."""
        sent = list[str]()
        async with take_turn(self.database) as db:
            for number, line in batch:
                try:
                    is_new = await kit.note_tracking(db, line, self.now)
                except ValueError as fault:
                    self.refuse(number, BadLineError(str(fault)))
                    continue
                self.outcome.note(
                    number, "changed" if is_new else "same", f"commande {line.order}, colis {line.parcel}"
                )
                sent += [f"{line.order}:{line.parcel}"] if is_new else []
            if sent:
                await note(db, AuditAct.IMPORT, "import:kits", self.now, colis=sent)
