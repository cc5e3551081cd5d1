"""The hooks by which a feature takes part in the end-of-day message: for which people, and with what."""

from collections.abc import Awaitable, Callable
from datetime import date
from zoneinfo import ZoneInfo

from sqlmodel.sql.expression import SelectOfScalar

from bot.context import Context
from bot.replies import EveningPart

EveningQuery = Callable[[ZoneInfo, date], SelectOfScalar[str]]
"""Whom a feature may have something to say to at the end of a day in a zone: selects their ids."""
EveningHook = Callable[[Context, bool], Awaitable[EveningPart]]
"""What it says to whoever acts, in the transaction that sends it; whether that person may be asked about the day."""
EveningSource = tuple[EveningQuery, EveningHook]
"""A feature appends its own to its ``evenings``; what all features say is sent as one message."""
