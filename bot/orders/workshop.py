"""Where an order’s handler is found and run, with the rights its person has now."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.admission import Admission, Machine
from bot.context import Request
from bot.errors import UserError
from bot.features import Key, Trigger
from bot.metrics import REQUESTS
from bot.outbox import Order
from bot.replies import Message, Parcel, Reply
from bot.switch import must_be_on
from storage.outbox import Outgoing

MAKING_MAX = 120.0
"""Seconds after which an order that is still not made has failed."""


class Workshop:
    """Makes what is ordered, and writes down what is to be said of it."""

    def __init__(self, triggers: Mapping[Key, Trigger], machine: Machine) -> None:
        self._triggers = triggers
        self._m = machine
        self._admission = Admission(machine)
        self.database, self.chat, self.clock = machine.database, machine.chat, machine.clock

    async def make(self, row: Outgoing, order: Order, folder: Path) -> Parcel:
        """Run the order’s handler. Raises UserError when it, or the role of the person, refuses."""
        request = Request("file", order.name, row.target)
        trigger = self._triggers.get(("file", order.name))
        payload = _read(trigger, order)
        if trigger is None or payload is None:
            raise UserError("Ce fichier vient d’une demande plus ancienne : recommencez depuis une commande.")
        must_be_on(trigger)
        with REQUESTS.labels("file", order.name).time():
            async with asyncio.timeout(MAKING_MAX), self._m.database.transaction(writes=False) as db:
                user = await self._admission.person(db, request, trigger)
                context = self._admission.context(user, request, db, row.created_at)
                parcel: Parcel = await trigger.handler(context, payload, folder)
        for path in parcel.files:
            if path.parent != folder or path.is_symlink() or not path.is_file():
                raise ValueError(f"{order.name}: a file that was not made in its folder")
        return parcel

    def content(self, message: Message, person: str) -> dict[str, Any]:
        """A message as it is posted for somebody."""
        return self._m.delivery.content(message, person)

    async def prepare(self, db: AsyncSession, replies: Sequence[Reply]) -> list[Outgoing]:
        """Write down what is to be said, in the caller’s transaction."""
        return await self._m.delivery.prepare(db, replies, Request("file", ""))

    def hurry(self, messages: Sequence[Outgoing]) -> None:
        """That transaction is committed."""
        self._m.delivery.hurry(messages)


def _read(trigger: Trigger | None, order: Order) -> BaseModel | None:
    """What was ordered; None for what this version knows no more."""
    if trigger is None or trigger.payload is None:
        return None
    try:
        return trigger.payload.model_validate(order.data)
    except ValidationError:
        return None
