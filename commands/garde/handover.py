"""When a turn begins and ends: who has it is told, and who follows reads what is open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.calendar import OfficeHours
from bot.context import Context
from bot.french.dates import say_date
from bot.replies import Direct, Replies, Reply, Say
from bot.texts import Markdown, render
from commands.garde.feature import feature, name_queues
from commands.garde.rota import say_names, say_turn
from config import hotline
from config.time import PARIS
from storage import canaux
from storage.hotline import duty
from storage.hotline.duty import DutyTurn, get_day
from storage.hotline.tickets import Ticket, TicketFilter, list_filtered

SHOWN_MAX = 15
"""Tickets of a note."""


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """An open ticket, in a line; ``agent`` has it, or nobody does ("")."""

    ticket: Ticket
    agent: Markdown
    since: str


async def write_handover(ctx: Context, turn: DutyTurn) -> Sequence[Reply]:
    """Who was on duty reads who follows, who follows from whom they take over, and both what is open; the rooms of the
    queues read it where nobody follows."""
    codes = [turn.queue] if turn.queue else list(name_queues(ctx.settings))
    following = await _find_following(ctx, turn, codes)
    if turn.user_id in following:
        return []
    found = await list_filtered(ctx.db, TicketFilter(codes), 0, SHOWN_MAX + 1)
    called = await say_names(ctx, [turn.user_id, *following, *(ticket.agent_id for ticket in found if ticket.agent_id)])
    about = {
        "turn": say_turn(ctx, turn),
        "who": called[turn.user_id],
        "following": [called[user_id] for user_id in following],
        "open": [
            OpenTicket(
                ticket, called.get(ticket.agent_id, Markdown("")), say_date(get_day(ticket.opened_at), get_day(ctx.now))
            )
            for ticket in found[:SHOWN_MAX]
        ],
        "more": len(found) > SHOWN_MAX,
    }
    own = Direct(render("garde/handover", reader="self", **about), user_id=turn.user_id)
    if following:
        note = render("garde/handover", reader="next", **about)
        return [own, *(Direct(note, user_id=user_id) for user_id in following)]
    note = render("garde/handover", reader="room", **about)
    return [own, *(Say(note, channel_id=place) for place in await _find_rooms(ctx, codes))] if found else [own]


def find_midnight(turn: DutyTurn) -> datetime:
    """Find the end of the last day of a turn."""
    return datetime.combine(turn.ends, time(), PARIS)


async def _find_following(ctx: Context, turn: DutyTurn, codes: Sequence[str]) -> Sequence[str]:
    """Find who is on duty for the queues of a turn on the next open day."""
    opening = OfficeHours.of(ctx.settings).next_opening(find_midnight(turn))
    found = [user_id for code in codes for user_id in await duty.find_on_duty(ctx.db, code, opening)]
    return list(dict.fromkeys(found))


async def _find_rooms(ctx: Context, codes: Sequence[str]) -> Sequence[str]:
    """Find the rooms of some queues, as far as they are there."""
    known, table = await canaux.find_channel_ids(ctx.db), hotline.read(ctx.settings.hotline)
    return [known[table[code].room_key] for code in codes if code in table and table[code].room_key in known]


LATE = timedelta(days=7)
"""How long after its end a turn is still handed over."""
_DAY = timedelta(days=1)


@feature.job("hour=0-1,3-23 minute=5,35", name="garde.hand_over", writes=True)
async def hand_over_turns(ctx: Context) -> Replies:
    """Hand over the turns that ended since the last run, each once."""
    hours, today = OfficeHours.of(ctx.settings), get_day(ctx.now)
    over = [t for t in await duty.list_ending(ctx.db, today - LATE, today) if find_end(t, hours) <= ctx.now]
    due = [turn for turn in over if await duty.hand_over(ctx.db, turn.number, ctx.now)]
    return [reply for turn in due for reply in await write_handover(ctx, turn)]


@feature.job("hour=8 minute=20", name="garde.announce")
async def announce_turns(ctx: Context) -> Replies:
    """Whose turn begins today, if it was written down before; the first open day is the beginning."""
    hours, today = OfficeHours.of(ctx.settings), get_day(ctx.now)
    away = await duty.find_away(ctx.db, ctx.now)
    begun = [
        turn
        for turn in await duty.list_turns(ctx.db, today, today + _DAY)
        if _find_first_open_day(turn, hours) == today
    ]
    return [
        Direct(render("garde/begins", turn=say_turn(ctx, turn)), user_id=turn.user_id)
        for turn in begun
        if turn.user_id not in away and get_day(turn.at) < today
    ]


@feature.job("hour=4 minute=25", name="garde.forget", writes=True)
async def forget_past(ctx: Context) -> Replies:
    """Forget turns and swaps that were over long ago."""
    await duty.forget_turns(ctx.db, get_day(ctx.now - duty.KEPT))
    await duty.forget_swaps(ctx.db, ctx.now - duty.KEPT)
    return None


def find_end(turn: DutyTurn, hours: OfficeHours) -> datetime:
    """When a turn is over: the last closing of its days, or midnight where it is never open on them."""
    closing = hours.last_closing(find_midnight(turn))
    return closing if get_day(closing) >= turn.starts else find_midnight(turn)


def _find_first_open_day(turn: DutyTurn, hours: OfficeHours) -> date | None:
    return next(filter(hours.opens_on, turn.days), None)
