"""Making the files of an order, in a folder of their own."""

import asyncio
from pathlib import Path

from bot.metrics import REQUESTS
from bot.replies import Parcel
from bot.work.workshop import Workshop
from storage.work import Work

MAKING_MAX = 120.0
"""Seconds after which an order that is still not made has failed."""
OLD = "Ce fichier vient d’une demande plus ancienne : recommencez depuis une commande."


async def make(workshop: Workshop, row: Work, folder: Path) -> Parcel:
    """Run the order’s handler. Raises UserError when it, or the role of the person, refuses."""
    trigger, payload = workshop.find(row, OLD)
    with REQUESTS.labels("file", row.name).time():
        async with asyncio.timeout(MAKING_MAX), workshop.database.transaction(writes=False) as db:
            context = await workshop.context(db, row, trigger, row.created_at)
            parcel: Parcel = await trigger.handler(context, payload, folder)
    for path in parcel.files:
        if path.parent != folder or path.is_symlink() or not path.is_file():
            raise ValueError(f"{row.name}: a file that was not made in its folder")
    return parcel
