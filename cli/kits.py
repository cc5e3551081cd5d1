"""« coop-bot kits »: prints the orders of kits."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from cli.command import Call
from cli.environment import open_to_read
from cli.errors import OperatorError
from cli.terminal import list_lines, write
from config.time import write_instant
from storage import kit, people
from storage.kit import KitOrder, KitParcel


async def kits(call: Call, batch: int | None, as_json: bool) -> None:
    """Print the orders, of one lot or of all."""
    async with open_to_read(call.settings) as db:
        await check_batch(db, batch)
        orders = await kit.list_orders(db, batch)
        parcels = await kit.list_parcels(db, kit.of_batch(batch))
        known = await people.by_ids(db, [order.user_id for order in orders if order.user_id])
    lines = [_line(order, known.get(order.user_id or ""), parcels.get(order.number, [])) for order in orders]
    write(lines, list_lines(lines, _say, "commande", "Aucune commande de kit."), as_json=as_json)


async def check_batch(db: AsyncSession, batch: int | None) -> None:
    """Raise OperatorError for an unknown lot."""
    if batch is not None and await kit.get_batch(db, batch) is None:
        raise OperatorError(f"Aucun lot n’a le numéro {batch} : « coop-bot kits » montre les commandes et leurs lots.")


def _line(order: KitOrder, person: people.Person | None, parcels: Sequence[KitParcel]) -> dict[str, Any]:
    return {
        "id": order.number,
        "lot": order.batch,
        "utilisateur": person.username if person else None,
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


def _say(line: Mapping[str, Any]) -> str:
    sizes = " ".join(filter(None, (line["taille_haut"], line["taille_bas"])))
    parcels = ", ".join(parcel["etat"] for parcel in line["colis"])
    whose = f"@{line['utilisateur']}" if line["utilisateur"] else "—"
    return f"{line['id']:>5}  lot {line['lot']:<3}  {whose:<21}  {sizes:<10}  {parcels}"
