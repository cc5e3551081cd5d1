"""Who may be on duty, the reading of a line, the wording of turns, and the messages when a turn begins or ends."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from pydantic import BaseModel

from bot.audit import AuditEntry, record_entry_at_end
from bot.calendar import OfficeHours
from bot.cards import RowCard
from bot.context import Context, ReadingContext
from bot.errors import UserError, read_or_refuse
from bot.features import Feature, Front, Right
from bot.french import Period, say_date, say_days
from bot.replies import Direct, Replies, Reply, Say
from bot.texts import Markdown, mention, render
from config import hotline, settings
from config.text import fold
from config.time import PARIS
from storage import absences, canaux, journal, people
from storage.hotline import duty
from storage.hotline.duty import DutyTurn, get_day
from storage.hotline.tickets import Ticket, TicketFilter, list_filtered
from storage.people import Person, Role


class AddTurn(BaseModel):
    """Button « Me mettre de garde »: opens the window."""


class ReleaseTurn(BaseModel):
    """Button « Me retirer » or « Annuler »: removes a turn."""

    number: int


class PutBackTurn(BaseModel):
    """Button « Annuler » after days of a turn were removed: the turn ends on ``ends`` again, if it still ends on
    ``cut``. If days were removed from its middle, ``rest`` is the turn that was split off after them."""

    number: int
    ends: date
    cut: date
    rest: int | None = None


class EndAbsence(BaseModel):
    """Button « Annuler » of an absence: ends it today, or removes it if it has not begun."""

    number: int


class OpenSwap(BaseModel):
    """Button « Échanger »: opens the window of a swap."""


class AnswerSwap(BaseModel):
    """Button « Accepter » or « Refuser » of a proposed swap."""

    number: int
    accept: bool


class WithdrawSwap(BaseModel):
    """Button « Retirer ma proposition »: withdraws a proposed swap."""

    number: int


AGENTS = (Role.HOTLINE, Role.ANIMATEUR)
"""Who is on duty, and says who is; and whoever is in the room of a queue."""


def is_in_a_room(settings: settings.Settings, keys: Collection[str]) -> bool:
    """Return whether one of these channel keys is the room of a hotline queue."""
    return any(queue.room_key in keys for queue in hotline.read(settings.hotline).values())


feature = Feature(
    "garde",
    rights=(Right.MEMBER,),
    front=Front("Garde", "qui est de garde à la hotline, échanger, s’absenter", lambda _: "garde"),
)


@feature.admits
async def admits_room_members(ctx: Context) -> bool:
    """Admit whoever is in the room of a queue."""
    return is_in_a_room(ctx.settings, await ctx.recall(canaux.list_keys_of))


def may_be_on_duty(person: Person, settings: settings.Settings, keys: Collection[str]) -> bool:
    """Return whether somebody who belongs to these planned channels may be on duty."""
    return person.may(AGENTS) or is_in_a_room(settings, keys)


def name_queues(settings: settings.Settings) -> Mapping[str, str]:
    """Name the queues, by code."""
    return {code: queue.name for code, queue in hotline.read(settings.hotline).items()}


def note_turn(ctx: Context, act: journal.AuditAct, turn: DutyTurn, **after: object) -> None:
    """Record a change of a turn in the audit log, with its agent and days."""
    days = {"du": str(turn.starts), "jusqu_au": str(turn.ends), "file": turn.queue}
    record_entry_at_end(ctx, AuditEntry(act, f"garde:{turn.id}", turn.user_id, after=days | after))


def note_absence(ctx: Context, absence: absences.Absence, *, ends: bool) -> None:
    """Record in the audit log that an absence was noted, or ended."""
    days = {"du": str(absence.starts), "jusqu_au": str(absence.ends)}
    before, after = (days, {}) if ends else ({}, days)
    act, thing = journal.AuditAct.DUTY_ABSENCE, f"absence:{absence.id}"
    deed = AuditEntry(act, thing, absence.user_id, before=before, after=after)
    record_entry_at_end(ctx, deed)


_ALL_QUEUES = ("toutes les files", "toutes", "les deux files", "les deux")
_PREPOSITIONS = ("pour", "sur", "pour l", "sur l")
_WORDS_MAX = 5
"""Of the name of a queue, and of what stands before it."""

DaysReader = Callable[[str, date], Period]


@dataclass(frozen=True, slots=True)
class DutyRequest:
    """Who is to be on duty, on which days, and for which queue ("" for all)."""

    person: Person
    days: Period
    queue: str = ""


async def read_line(ctx: ReadingContext, text: str, reader: DaysReader) -> DutyRequest:
    """Read « [@nom] du … au … [file] », without a name for the person who writes. Asks Mattermost, so it must run
    before the first statement. Raises UserError."""
    person, rest = await read_person(ctx, text)
    queue, days = split_queue(rest, name_queues(ctx.settings))
    return DutyRequest(person, read_or_refuse(reader, days, ctx.today), queue)


async def read_person(ctx: ReadingContext, text: str) -> tuple[Person, str]:
    """Split off the person named at the beginning of a line. Raises UserError for an unknown name, or for somebody who
    can never be on duty."""
    name, _, rest = text.strip().partition(" ")
    if not name.startswith("@"):
        return ctx.user, text.strip()
    account = await ctx.chat.user_by_name(name)
    if account is None or account.is_bot or account.deleted:
        raise UserError(render("garde/unknown_person", username=name.removeprefix("@")))
    return await read_agent(ctx, account.id), rest.strip()


async def read_agent(ctx: ReadingContext, user_id: str) -> Person:
    """Get somebody who may be on duty, asking Mattermost if needed. Raises UserError for anybody else."""
    person = await ctx.people.of(user_id)
    if not may_be_on_duty(person, ctx.settings, await ctx.people.recall(user_id, canaux.list_keys_of)):
        raise UserError(render("garde/not_an_agent", username=person.username))
    return person


async def read_registered(ctx: Context, user_id: str) -> Person:
    """Get the person chosen in a window, from the register only, since the transaction has begun. Raises UserError for
    anybody who cannot be on duty, or whose role is unknown."""
    row = await people.get(ctx.db, user_id)
    role = (row.role or row.derived_role) if row else None
    if row is None or role is None:
        raise UserError(render("garde/role_unknown"))
    person = row.copy_with(role=role)
    if not may_be_on_duty(person, ctx.settings, await canaux.list_keys_of(ctx.db, user_id)):
        raise UserError(render("garde/not_an_agent", username=person.username))
    return person


def split_queue(text: str, known: Mapping[str, str]) -> tuple[str, str]:
    """Split off the queue at the beginning or end of a line; return it ("" for none or all) and the rest."""
    called = {fold(name): code for code, name in known.items()} | {fold(code): code for code in known}
    called |= {fold(name): "" for name in _ALL_QUEUES}
    called |= {f"{before} {name}": code for name, code in called.items() for before in _PREPOSITIONS}
    words = text.split()
    for size in range(min(_WORDS_MAX, len(words)), 0, -1):
        for first, rest in ((words[-size:], words[:-size]), (words[:size], words[size:])):
            if (code := called.get(fold(" ".join(first)))) is not None:
                return code, " ".join(rest)
    return "", " ".join(words)


async def ensure_registered(ctx: Context, person: Person) -> None:
    """Add an agent to the register under their present name, if they are not in it."""
    if await people.get(ctx.db, person.id) is None:
        await people.add(ctx.db, person)


UNKNOWN = Markdown("quelqu’un hors du registre")


async def say_names(ctx: Context, ids: Collection[str]) -> Mapping[str, Markdown]:
    """Return the names of these people, by id, also of those who are no longer in the register."""
    known = await people.by_ids(ctx.db, ids)
    return dict.fromkeys(ids, UNKNOWN) | {one: mention(known[one].username) or UNKNOWN for one in known}


TURN = RowCard[int]("garde.turn:")
"""The message that tells somebody of their turn on duty, by its number."""


def say_queue(ctx: Context, turn: DutyTurn) -> str:
    """Name the queue that a turn is for."""
    return name_queues(ctx.settings).get(turn.queue, turn.queue) if turn.queue else "toutes les files"


def say_turn(ctx: Context, turn: DutyTurn) -> str:
    """Describe a turn: « du 30 novembre au 4 décembre 2026 (Aide métier) »; for a removed one, the day on which it
    would have begun."""
    if turn.starts >= turn.ends:
        return f"le {say_date(turn.starts)} (retirée depuis)"
    return f"{say_dates(turn)} ({say_queue(ctx, turn)})"


def say_dates(days: DutyTurn | absences.Absence) -> str:
    """Write the days of a turn or absence: « du 30 novembre au 4 décembre 2026 »."""
    return say_days(days.starts, days.last)


def shorten_turn(ctx: Context, turn: DutyTurn) -> str:
    """Describe a turn in a menu: « 30/11 au 04/12, Aide métier »."""
    days = f"{turn.starts:%d/%m}" if turn.starts == turn.last else f"{turn.starts:%d/%m} au {turn.last:%d/%m}"
    return f"{days}, {say_queue(ctx, turn)}"


async def find_clash(ctx: Context, turn: DutyTurn, user_id: str, but: Collection[int] = ()) -> DutyTurn | None:
    """Find a turn of somebody’s that overlaps this one for the same queue, apart from the turns in ``but``, which they
    give away."""
    theirs = await duty.list_turns_of(ctx.db, user_id, get_day(ctx.now))
    met = (other for other in theirs if other.number not in but and other.meets(turn) and other.covers(turn.queue))
    return next(met, None)


async def must_be_free(ctx: Context, turn: DutyTurn) -> None:
    """Raise UserError if the turn’s agent has another one on some of its days."""
    other = await find_clash(ctx, turn, turn.user_id, [turn.number] if turn.id else [])
    if other is None:
        return
    called = (await say_names(ctx, [turn.user_id]))[turn.user_id]
    who = "Vous êtes" if turn.user_id == ctx.user.id else f"{called} est"
    raise UserError(render("garde/on_duty_already", who=who, turn=say_turn(ctx, other)))


@dataclass(frozen=True, slots=True)
class Gap:
    """A run of open days, from first to last, on which nobody is on duty for some queues."""

    first: date
    last: date
    queues: frozenset[str]


def find_gaps(
    hours: OfficeHours,
    queues: Collection[str],
    turns: Sequence[DutyTurn],
    absences: Sequence[absences.Absence],
    days: Sequence[date],
) -> list[Gap]:
    """Find the gaps among those days, in order. Days on which the hotline is closed are no gap and do not divide
    one."""
    found: list[Gap] = []
    under_way = False
    for day in filter(hours.opens_on, days):
        there = [turn for turn in turns if is_on_duty(turn, day, absences)]
        missing = frozenset(queue for queue in queues if not any(turn.covers(queue) for turn in there))
        if under_way and found[-1].queues == missing:
            found[-1] = Gap(found[-1].first, day, missing)
        elif missing:
            found.append(Gap(day, day, missing))
        under_way = bool(missing)
    return found


def is_on_duty(turn: DutyTurn, day: date, absences: Sequence[absences.Absence]) -> bool:
    """Return whether the turn’s agent is on duty on that day, that is, not away."""
    return turn.has(day) and not any(each.user_id == turn.user_id and each.has(day) for each in absences)


def list_days_from(first: date, count: int) -> list[date]:
    """Return ``count`` days from the first on."""
    return [first + timedelta(days=n) for n in range(count)]


SHOWN_MAX = 15
"""Tickets of a note."""


@dataclass(frozen=True, slots=True)
class OpenTicketLine:
    """An open ticket as one line; ``agent`` is its agent’s name, "" if nobody has taken it."""

    ticket: Ticket
    agent: Markdown
    since: str


async def write_handover(ctx: Context, turn: DutyTurn) -> Sequence[Reply]:
    """Write the handover of a turn: to its agent, who comes next; to the next agents, from whom they take over; to
    both, the open tickets; to rooms that nobody covers next, that nobody does."""
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
            OpenTicketLine(
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
    """Return the end of the last day of a turn."""
    return datetime.combine(turn.ends, time(), PARIS)


async def _find_following(ctx: Context, turn: DutyTurn, codes: Sequence[str]) -> Sequence[str]:
    """Find who is on duty for the queues of a turn on the next open day."""
    opening = OfficeHours.of(ctx.settings).next_opening(find_midnight(turn))
    found = [user_id for code in codes for user_id in await duty.find_on_duty(ctx.db, code, opening)]
    return list(dict.fromkeys(found))


async def _find_rooms(ctx: Context, codes: Sequence[str]) -> Sequence[str]:
    """Return the rooms of these queues that exist."""
    known, table = await canaux.find_channel_ids(ctx.db), hotline.read(ctx.settings.hotline)
    return [known[table[code].room_key] for code in codes if code in table and table[code].room_key in known]


LATE = timedelta(days=7)
"""How long after its end a turn is still handed over."""
_DAY = timedelta(days=1)


@feature.job("minute=5,35", name="garde.hand_over", writes=True)
async def hand_over_turns(ctx: Context) -> Replies:
    """Hand over the turns that ended since the last run, once each."""
    hours, today = OfficeHours.of(ctx.settings), get_day(ctx.now)
    over = [t for t in await duty.list_ending(ctx.db, today - LATE, today) if find_end(t, hours) <= ctx.now]
    due = [turn for turn in over if await duty.hand_over(ctx.db, turn.number, ctx.now)]
    return [reply for turn in due for reply in await write_handover(ctx, turn)]


@feature.job("hour=8 minute=20", name="garde.announce")
async def announce_turns(ctx: Context) -> Replies:
    """Tell the agents whose turn begins today, unless they took it today. A turn begins on its first open day."""
    hours, today = OfficeHours.of(ctx.settings), get_day(ctx.now)
    away = await duty.find_away(ctx.db, ctx.now)
    turns = await duty.list_turns(ctx.db, today, today + _DAY)
    begun = [turn for turn in turns if next(filter(hours.opens_on, turn.days), None) == today]
    told = [turn for turn in begun if turn.user_id not in away and get_day(turn.at) < today]
    return [Direct(render("garde/begins", turn=say_turn(ctx, turn)), user_id=turn.user_id) for turn in told]


@feature.job("hour=4 minute=25", name="garde.forget", writes=True)
async def forget_past(ctx: Context) -> Replies:
    """Delete turns and swaps that ended long ago."""
    await duty.forget_turns(ctx.db, get_day(ctx.now - duty.KEPT))
    await duty.forget_swaps(ctx.db, ctx.now - duty.KEPT)
    return None


def find_end(turn: DutyTurn, hours: OfficeHours) -> datetime:
    """Return when a turn is over: the last closing hour of its days, or midnight if none is open."""
    closing = hours.last_closing(find_midnight(turn))
    return closing if get_day(closing) >= turn.starts else find_midnight(turn)
