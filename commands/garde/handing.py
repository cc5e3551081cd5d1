"""The note that is handed over when a turn ends: who follows, and what is open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from bot.context import Context
from bot.french.dates import say_date
from bot.office_hours import OfficeHours
from bot.replies import Direct, Reply, Say
from bot.schedules import ZONE
from bot.texts import Markdown, render
from commands.garde.feature import queues
from commands.garde.words import names, say_turn
from config import hotline
from storage import canaux
from storage.hotline import duty
from storage.hotline.duty import Turn, day_of
from storage.hotline.filters import Wanted, open_ones
from storage.hotline.tickets import Ticket

SHOWN_MAX = 15
"""Tickets of a note."""


@dataclass(frozen=True, slots=True)
class Open:
    """An open ticket, in a line; ``agent`` has it, or nobody does ("")."""

    ticket: Ticket
    agent: Markdown
    since: str


async def handover(ctx: Context, turn: Turn) -> Sequence[Reply]:
    """Who was on duty reads who follows, who follows from whom they take over, and both what is open; the rooms of the
    queues read it where nobody follows."""
    codes = [turn.queue] if turn.queue else list(queues(ctx.settings))
    following = await _following(ctx, turn, codes)
    if turn.user_id in following:
        return []
    found = await open_ones(ctx.db, Wanted(codes), 0, SHOWN_MAX + 1)
    called = await names(ctx, [turn.user_id, *following, *(ticket.agent_id for ticket in found if ticket.agent_id)])
    about = {
        "turn": say_turn(ctx, turn),
        "who": called[turn.user_id],
        "following": [called[user_id] for user_id in following],
        "open": [
            Open(ticket, called.get(ticket.agent_id, Markdown("")), say_date(day_of(ticket.opened_at), day_of(ctx.now)))
            for ticket in found[:SHOWN_MAX]
        ],
        "more": len(found) > SHOWN_MAX,
    }
    own = Direct(render("garde/handover", reader="self", **about), user_id=turn.user_id)
    if following:
        note = render("garde/handover", reader="next", **about)
        return [own, *(Direct(note, user_id=user_id) for user_id in following)]
    note = render("garde/handover", reader="room", **about)
    return [own, *(Say(note, channel_id=place) for place in await _rooms(ctx, codes))] if found else [own]


def midnight(turn: Turn) -> datetime:
    """The end of the last day of a turn."""
    return datetime.combine(turn.ends, time(), ZONE)


async def _following(ctx: Context, turn: Turn, codes: Sequence[str]) -> Sequence[str]:
    """Who is on duty for its queues on the next open day."""
    opening = OfficeHours.of(ctx.settings).next_opening(midnight(turn))
    found = [user_id for code in codes for user_id in await duty.on_duty(ctx.db, code, opening)]
    return list(dict.fromkeys(found))


async def _rooms(ctx: Context, codes: Sequence[str]) -> Sequence[str]:
    """The rooms of some queues, as far as they are there."""
    known, table = await canaux.by_key(ctx.db), hotline.read(ctx.settings.hotline)
    return [known[table[code].room_key] for code in codes if code in table and table[code].room_key in known]
