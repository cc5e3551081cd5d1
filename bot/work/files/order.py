"""An order for files at hand: how far its making and sending has come."""

from typing import Any

from pydantic import BaseModel

from bot.replies import Direct
from bot.transactions import Transactions
from bot.work.held import Held
from bot.work.workshop import Workshop
from storage.work import State, Work


class Order(BaseModel):
    """The cursor of an order’s row.

    ``sizes`` (how many files each post carries) and ``done`` (what the waiting message becomes) are written down before
    the first post. ``failures`` counts the times it could not be made, ``dropped`` the posts that Mattermost kept
    without their files. ``channel_id`` is where it goes, empty for the person.
    """

    sizes: list[int] | None = None
    done: str = ""
    failures: int = 0
    dropped: int = 0
    channel_id: str = ""


class HeldOrder(Held):
    """Held, with what is known of its files."""

    def __init__(self, row: Work, transactions: Transactions, workshop: Workshop) -> None:
        super().__init__(row, transactions, workshop)
        self.order = Order.model_validate(row.cursor or {})

    def cursor(self) -> dict[str, Any]:
        """How far the files are."""
        return {"cursor": self.order.model_dump(mode="json")}

    async def refuse(self, state: State, text: str, error: str | None = None) -> None:
        """No files will come, and the person is told why: in the waiting message, or in one of its own; in a channel
        nobody waits for them."""
        instead = Direct(text, user_id=self.row.person) if self.row.person else None
        await self.end(state, text, instead=instead, error=error)
