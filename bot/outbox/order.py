"""What the outbox keeps of an order for files: what is to be made, and how far that has come."""

from typing import Any

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.errors import UserError
from bot.texts import render
from storage import orders

ORDERS_PER_PERSON = 20
"""How many orders of one person may wait."""


class Order(BaseModel):
    """The content of an order’s row.

    ``name`` and ``data`` are the type and the values of what the handler gets. ``sizes`` (how many files each post
    carries) and ``done`` (what the waiting message becomes) are written down before the first post. ``failures``
    counts the times it could not be made, ``dropped`` the posts that Mattermost kept without their files.
    """

    name: str
    data: dict[str, Any]
    sizes: list[int] | None = None
    done: str = ""
    failures: int = 0
    dropped: int = 0


def topic_of(order_id: str) -> str:
    """What the waiting message of an order is filed under."""
    return f"file:{order_id}"


async def make_room(db: AsyncSession, user_id: str) -> None:
    """Raises UserError when so many orders of somebody wait that they should wait, too."""
    if await orders.waiting(db, user_id) >= ORDERS_PER_PERSON:
        raise UserError(render("fichier/many", count=ORDERS_PER_PERSON))
