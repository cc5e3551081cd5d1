"""What the parts of the outbox have in common: the table, what is to be marked, Mattermost, the clock."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.mattermost import Budget, Chat
from bot.outbox.marks import Marks
from bot.outbox.rows import Rows
from bot.outbox.sender import Sender
from bot.traffic import Traffic


@dataclass(frozen=True, slots=True)
class Means:
    """``first`` is the first pause in seconds after a failure; ``news`` is set when a sender is to be told, ``budget``
    is how fast what is sent to many leaves, ``leads`` whether others’ messages may be taken."""

    rows: Rows
    marks: Marks
    chat: Chat
    sender: Sender
    traffic: Traffic
    clock: Callable[[], datetime]
    first: float
    news: asyncio.Event = field(default_factory=asyncio.Event)
    budget: Budget = field(default_factory=Budget)
    leads: Callable[[], bool] = lambda: True
