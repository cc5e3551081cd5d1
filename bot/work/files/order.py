"""An order for files at hand: how far its making and sending has come."""

import secrets
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.replies import Direct
from bot.transactions import Transactions
from bot.work.held import Held
from bot.work.starting import Place
from bot.work.workshop import Workshop
from storage import outbox
from storage.outbox import Outgoing, Where
from storage.work import State, Work


class Order(BaseModel):
    """The cursor of an order’s row.

    ``place`` is the channel it goes to, None for its person. ``sizes`` (how many files each post carries) and ``done``
    (what the waiting message becomes) are written down before the first post. ``failures`` counts the times it could
    not be made, ``dropped`` the posts that Mattermost kept without their files.
    """

    place: Place | None = None
    sizes: list[int] | None = None
    done: str = ""
    failures: int = 0
    dropped: int = 0


class HeldOrder(Held):
    """Held, with what is known of its files."""

    def __init__(self, row: Work, transactions: Transactions, workshop: Workshop) -> None:
        super().__init__(row, transactions, workshop)
        self.order = Order.model_validate(row.cursor or {})
        self._stand: list[Outgoing] = []

    @property
    def reader(self) -> str:
        """Whom the files are for; empty where all of a channel read them."""
        return "" if self.order.place else self.row.person

    async def arrived(self, channel_id: str, posts: Mapping[int, str]) -> None:
        """All is there, in these posts. Raises Lost."""
        if self.order.place and self.order.place.topic:
            self._stand = [self._standing(self.order.place, channel_id, posts[at]) for at in sorted(posts)]
        await self.end(State.DONE, self.order.done, done=1, total=1, error=None)

    async def leave(self, db: AsyncSession, values: dict[str, Any]) -> None:
        """Where its posts stand is known from the transaction on in which it ends."""
        if self._stand:
            await outbox.add(db, self._stand)
        await super().leave(db, values)

    def _standing(self, place: Place, channel_id: str, post_id: str) -> Outgoing:
        now = self._clock()
        return Outgoing(
            id=secrets.token_hex(13),
            where=Where.CHANNEL,
            target=channel_id,
            content=outbox.EMPTY,
            topic=place.topic,
            created_at=now,
            delivered_at=now,
            post_id=post_id,
            channel_id=channel_id,
        )

    def cursor(self) -> dict[str, Any]:
        """How far the files are."""
        return {"cursor": self.order.model_dump(mode="json")}

    async def refuse(self, state: State, text: str, error: str | None = None) -> None:
        """No files will come, and the person is told why: in the waiting message, or in one of its own."""
        person = self.row.person
        await self.end(state, text, instead=Direct(text, user_id=person) if person else None, error=error)
