"""Meetings of colleagues: a moment that suits all is proposed, each answers, and all know what becomes of it."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice

from pydantic import BaseModel

from bot.account_status import find_active
from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.french import join, say_minutes
from bot.previews import answer, must_be_author
from bot.replies import Button, Direct, Message, Redirect, Replies, Reply, Waiting, Whisper
from bot.texts import Markdown, quote, render
from commands.rdv import cards
from commands.rdv.cards import CONSEILLERS, feature
from commands.rdv.rooms import start_rooms
from commands.rdv.visits import say_when
from config.territories import say_of
from config.time import find_midnight, is_skipped
from dialogs.absence import say_away
from dialogs.rdv.line import read_meeting_line
from dialogs.rdv.slots import Span, cut_moments, find_shared, read_whole_calendar
from dialogs.rdv.titles import say_what
from dialogs.rdv.windows import Spot
from storage import agenda, claims, database, people
from storage.database import store
from storage.people import Person, Role
from storage.people.person import read_departements
from storage.rdv import Rdv, RdvState
from storage.rdv.appointments import STANDING, change_rdv
from storage.rdv.bookings import hold_hours, list_seats, list_unanswered

SCOPE = "rdv.meeting"
"""The claims on the keys of what was proposed."""
PEOPLE_MAX, SHOWN, TOLD_MAX = 8, 3, 3
NOTICE, AHEAD = timedelta(hours=1), timedelta(days=60)
OPEN = (*STANDING, RdvState.REFUSE)
"""The states of an organiser’s rdv in which guests may still answer."""


class Proposal(BaseModel):
    """A meeting of colleagues that is to be proposed: by whom and to whom (name by id), under which one-time key, how
    long, what about, and where. Of one that is moved, ``meeting`` is its number."""

    author: str
    key: str
    people: dict[str, str]
    minutes: int
    subject: str = ""
    spot: str = "rattachement"
    place: str = ""
    meeting: int = 0


class ChooseMoment(Proposal):
    """The choice of one of the moments; ``anyway`` where not all are free."""

    at: datetime
    anyway: bool = False


class LaterMoments(Proposal):
    """« Voir des moments plus tard »: the moments from then on."""

    after: datetime


async def propose_meeting(ctx: ReadingContext, text: str) -> Replies:
    """Propose the first moments at which all who are named are free, or the one that is said."""
    line = read_meeting_line(text, ctx.clues)
    persons = await _find_colleagues(ctx, line.names)
    spot = line.spot or Spot.RATTACHEMENT
    wanted = Proposal(
        author=ctx.user.id,
        key=secrets.token_urlsafe(12),
        people={person.id: person.username for person in persons},
        minutes=line.minutes,
        subject=line.subject,
        spot=spot.value,
        place=line.place,
    )
    if line.hour is None:
        after = find_midnight(line.day, ctx.zone) if line.day else ctx.now
        return answer(ctx, await _draw_moments(ctx, wanted, after))
    start = datetime.combine(line.day or ctx.today, line.hour, ctx.zone)
    if is_skipped(start):
        raise UserError(render("rdv/no_such_hour"))
    if start <= ctx.now:
        raise UserError(render("rdv/meeting_moment_past"))
    return answer(ctx, await _draw_fixed(ctx, wanted, start.astimezone(UTC)))


async def _find_colleagues(ctx: ReadingContext, names: Sequence[str]) -> Sequence[Person]:
    """Find who is named. Raises UserError, with who cannot be asked and why."""
    if len(names) > PEOPLE_MAX:
        raise UserError(render("rdv/too_many_colleagues", most=PEOPLE_MAX))  # fmt: skip
    return [await _find_colleague(ctx, name) for name in names]


async def _find_colleague(ctx: ReadingContext, name: str) -> Person:
    account, shown = await ctx.chat.user_by_name(name), quote(name)
    if account is None:
        raise UserError(render("rdv/unknown_colleague", shown=shown))
    if account.is_bot:
        raise UserError(render("rdv/colleague_is_bot", shown=shown))
    if account.id == ctx.user.id:
        raise UserError(render("rdv/colleague_is_oneself"))
    person = await ctx.people.of(account.id)
    if account.deleted or person.has_left(person.today(ctx.now)):
        raise UserError(render("rdv/colleague_left", shown=shown))
    if person.known_role in (None, Role.INVITE):
        raise UserError(render("rdv/colleague_outside", shown=shown))
    return person


async def _list_people(ctx: Context, ids: Collection[str]) -> Sequence[Person]:
    """List the organiser and these, as the register has them; who is not in it is taken to be in Paris."""
    known = await people.by_ids(ctx.db, ids)
    others = [known.get(one) or Person(id=one, username="", since=ctx.now) for one in ids]
    return [ctx.user, *(person for person in others if person.id != ctx.user.id)]


async def _list_open(ctx: Context, person: Person, start: datetime, end: datetime) -> Sequence[Span]:
    first, last = (moment.astimezone(person.zone).date() for moment in (start, end))
    return (await read_whole_calendar(ctx.db, person, first, last)).list_open(first, last)


async def find_moments(ctx: Context, wanted: Proposal, after: datetime) -> Sequence[datetime]:
    """Find the first moments from then on at which all are free."""
    start = max(after.astimezone(UTC), ctx.now + NOTICE)
    everybody = await _list_people(ctx, wanted.people)
    shared = await _list_open(ctx, everybody[0], start, ctx.now + AHEAD)
    for person in everybody[1:]:
        shared = find_shared(shared, await _list_open(ctx, person, start, ctx.now + AHEAD))
    return list(islice(cut_moments(shared, start, wanted.minutes), SHOWN))


async def _find_busy(ctx: Context, wanted: Proposal, start: datetime) -> Sequence[str]:
    """Find who is not free at that moment."""
    end, busy = start + timedelta(minutes=wanted.minutes), list[str]()
    for person in await _list_people(ctx, wanted.people):
        open_spans = await _list_open(ctx, person, start, end)
        if not any(begin <= start and end <= stop for begin, stop in open_spans):
            busy.append("vous" if person.id == ctx.user.id else f"@{wanted.people[person.id]}")
    return busy


def _describe(wanted: Proposal) -> Mapping[str, object]:
    names = join([f"@{name}" for name in wanted.people.values()])
    return {"names": names, "subject": wanted.subject, "length": say_minutes(wanted.minutes)}


async def _list_away(ctx: Context, wanted: Proposal, at: datetime) -> Sequence[tuple[str, Markdown]]:
    """List who is away at that moment, and when each is back, as the directory says it."""
    persons = await people.among(ctx.db, ids=sorted(wanted.people))
    said = [(person.username, await say_away(ctx.db, person, at)) for person in persons]
    return [(username, away) for username, away in said if away]


async def _draw_moments(ctx: Context, wanted: Proposal, after: datetime, *, taken: bool = False) -> Message:
    """Draw the next moments at which all are free, each a button; of what else anybody does only an absence is said."""
    moments = await find_moments(ctx, wanted, after)
    away = await _list_away(ctx, wanted, max(after, ctx.now))
    text = render("rdv/moments", count=len(moments), taken=taken, away=away, **_describe(wanted))
    said = wanted.model_dump(include=set(Proposal.model_fields))
    buttons = [Button(say_when(at, ctx.zone, ctx.now), ChooseMoment(**said, at=at)) for at in moments]
    after = moments[-1] + timedelta(minutes=wanted.minutes)
    later = [Button("Voir des moments plus tard", LaterMoments(**said, after=after))]
    return Message(text, [*buttons, *(later if len(moments) == SHOWN else [])])


async def _draw_fixed(ctx: Context, wanted: Proposal, start: datetime) -> Message:
    busy = await _find_busy(ctx, wanted, start)
    away = await _list_away(ctx, wanted, start)
    text = render("rdv/fixed", when=say_when(start, ctx.zone, ctx.now), busy=busy, away=away, **_describe(wanted))
    said = wanted.model_dump()
    label = "Proposer quand même" if busy else "Proposer ce moment"
    go = Button(label, ChooseMoment(**said, at=start, anyway=True), "primary")
    return Message(text, [go, Button("Voir d’autres moments", LaterMoments(**said, after=start))])


@feature.button(LaterMoments, name="rdv.Later", roles=CONSEILLERS, writes=False)
async def show_later(ctx: ReadingContext, click: LaterMoments) -> Replies:
    """Show the moments after those."""
    must_be_author(ctx, click.author, "rdv")
    return answer(ctx, await _draw_moments(ctx, click, click.after))


@feature.button(ChooseMoment, roles=CONSEILLERS)
async def choose_moment(ctx: Context, click: ChooseMoment) -> Replies:
    """Propose a moment to all, once; where somebody is not free any more, others are shown."""
    must_be_author(ctx, click.author, "rdv")
    await hold_hours(ctx.db, [ctx.user.id, *click.people])
    if await claims.list_taken(ctx.db, SCOPE, [click.key]):
        return answer(ctx, Message(render("rdv/proposed_already")))
    if click.at <= ctx.now or (not click.anyway and await _find_busy(ctx, click, click.at)):
        return answer(ctx, await _draw_moments(ctx, click, click.at, taken=True))
    await claims.claim(ctx.db, SCOPE, click.key, ctx.now)
    if click.meeting:
        seats = await list_seats(ctx.db, click.meeting, locked=True)
        return [*await ask_again(ctx, seats, click.at, click.minutes), answer(ctx, Message(render("rdv/proposed")))]
    seats = await _note(ctx, click)
    return [answer(ctx, Message(render("rdv/proposed"))), *await _send_cards(ctx, seats)]


async def _note(ctx: Context, wanted: ChooseMoment) -> Sequence[Rdv]:
    """Store a rdv for each, the organiser’s first, whose number is the meeting’s."""
    own, meeting, seats = ctx.user.id, 0, list[Rdv]()
    spot = Spot(wanted.spot)
    for user_id in (own, *wanted.people):
        seat = Rdv(
            user_id=user_id,
            starts_at=wanted.at,
            ends_at=wanted.at + timedelta(minutes=wanted.minutes),
            place_kind=spot.kind,
            place=wanted.place,
            canal=spot.canal,
            state=RdvState.PROPOSE,
            meeting=meeting or None,
            agreed=user_id == own,
            subject=wanted.subject,
            created_at=ctx.now,
            changed_at=ctx.now,
        )
        await store(ctx.db, seat)
        if not meeting:
            meeting = seat.number
            await database.change(ctx.db, seat, meeting=meeting)
        seats.append(seat)
    return seats


async def _send_cards(ctx: Context, seats: Sequence[Rdv]) -> Sequence[Reply]:
    persons = await find_persons(ctx, seats)
    return [cards.CARD.send(seat, await _draw_for(ctx, seat, persons), seat.user_id) for seat in seats]


async def find_persons(ctx: Context, seats: Sequence[Rdv]) -> Mapping[str, Person]:
    """Find whose these are, by id; who is not in the register is taken to be in Paris."""
    ids = [seat.user_id for seat in seats]
    known = await people.by_ids(ctx.db, ids)
    return {one: known.get(one) or Person(id=one, username="", since=ctx.now) for one in ids}


async def _draw_for(ctx: Context, seat: Rdv, persons: Mapping[str, Person]) -> Message:
    return await cards.draw_meeting(replace(ctx, user=persons[seat.user_id]), seat)


async def lock_meeting(ctx: Context, number: int, starts_at: datetime | None = None) -> tuple[Rdv, Rdv, Sequence[Rdv]]:
    """Lock a meeting by the number of one’s own rdv, after the hours of all who take part: that rdv, the organiser’s,
    and all. Raises UserError for one that is over, or at another hour than who clicked has read."""
    meeting = (await cards.get_own(ctx, number)).meeting or 0
    await hold_hours(ctx.db, [seat.user_id for seat in await list_seats(ctx.db, meeting)])
    seats = await list_seats(ctx.db, meeting, locked=True)
    own = next((seat for seat in seats if seat.user_id == ctx.user.id), None)
    lead = next((seat for seat in seats if seat.number == seat.meeting), None)
    if own is None or lead is None or lead.state not in OPEN:
        raise UserError(render("rdv/meeting_cancelled"))
    if starts_at is not None and own.starts_at != starts_at:
        when = say_when(own.starts_at, ctx.zone, ctx.now)
        raise UserError(render("rdv/meeting_moved", when=when))
    if own.starts_at <= ctx.now:
        raise UserError(render("rdv/meeting_past"))
    return own, lead, seats


def list_guests(seats: Sequence[Rdv]) -> list[Rdv]:
    """List those of a meeting but its organiser’s."""
    return [seat for seat in seats if seat.number != seat.meeting]


@feature.button(cards.AnswerMeeting)
async def answer_meeting(ctx: Context, click: cards.AnswerMeeting) -> Replies:
    """Note what somebody answers; once all have accepted it is sure, and all are told."""
    own, lead, seats = await lock_meeting(ctx, click.rdv, click.starts_at)
    if own.number == lead.number:
        raise UserError(render("rdv/your_own_meeting"))
    if not click.agrees:
        return await _withdraw(ctx, own, lead, seats)
    if own.agreed:
        return Whisper(render("rdv/answered", agrees=True), courtesy=True)
    if lead.state is RdvState.REFUSE:
        await change_rdv(ctx.db, lead, ctx.now, state=RdvState.PROPOSE)
    await change_rdv(ctx.db, own, ctx.now, agreed=True, state=lead.state)
    if lead.state is RdvState.PROPOSE and all(seat.agreed for seat in seats):
        return await confirm(ctx, lead, seats)
    what = "joined" if lead.state is RdvState.PREVU else ""
    told = [lead] if what else []
    return [Whisper(render("rdv/answered", agrees=True), courtesy=True), *await _tell(ctx, seats, what, told)]


async def confirm(ctx: Context, lead: Rdv, seats: Sequence[Rdv]) -> Sequence[Reply]:
    """Confirm a meeting, as all who accepted meet: where it is a visio its room is opened."""
    coming = [seat for seat in seats if seat.agreed]
    for seat in coming:
        if seat.state is not RdvState.PREVU:
            await change_rdv(ctx.db, seat, ctx.now, state=RdvState.PREVU)
    return [*await _tell(ctx, seats, "confirmed", coming), *start_rooms(ctx, [lead])]


async def _withdraw(ctx: Context, own: Rdv, lead: Rdv, seats: Sequence[Rdv]) -> Sequence[Reply]:
    """Withdraw somebody from a meeting: the others are told; where nobody is left the meeting is off."""
    if own.state is RdvState.REFUSE:
        return [Whisper(render("rdv/answered", agrees=False), courtesy=True)]
    await change_rdv(ctx.db, own, ctx.now, state=RdvState.REFUSE, agreed=False)
    left = [seat for seat in list_guests(seats) if seat.state in STANDING]
    if not left:
        off = RdvState.ANNULE if lead.state is RdvState.PREVU else RdvState.REFUSE
        await change_rdv(ctx.db, lead, ctx.now, state=off)
    told = await _tell(ctx, seats, "refused", [lead, *left])
    return [Whisper(render("rdv/answered", agrees=False), courtesy=True), *told]


async def _tell(ctx: Context, seats: Sequence[Rdv], what: str, told: Sequence[Rdv]) -> Sequence[Reply]:
    """Draw the cards of all again, and tell these what became of the meeting, but who did it and who is gone."""
    persons = await find_persons(ctx, seats)
    replies: list[Reply] = []
    for seat in seats:
        here = seat.user_id == ctx.user.id
        replies.append(cards.CARD.rewrite(seat, await _draw_for(ctx, seat, persons), here=here))
    active = await find_active(ctx, [seat.user_id for seat in told])
    for seat in told:
        if seat.user_id in active and (seat.user_id != ctx.user.id or what == "confirmed"):
            said = cards.describe(replace(ctx, user=persons[seat.user_id]), seat)
            text = render(
                "rdv/meeting_told", event=what, by=ctx.user.username, leads=seat.number == seat.meeting, **said
            )
            replies.append(Direct(text, user_id=seat.user_id))
    return replies


@feature.button(cards.KeepMeeting, roles=CONSEILLERS)
async def keep_meeting(ctx: Context, click: cards.KeepMeeting) -> Replies:
    """Make a meeting sure with those who accepted, without waiting for the others."""
    own, lead, seats = await lock_meeting(ctx, click.rdv, click.starts_at)
    if own.number != lead.number or lead.state is not RdvState.PROPOSE or not any(s.agreed for s in list_guests(seats)):
        raise UserError(render("rdv/meeting_changed"))
    return await confirm(ctx, lead, seats)


@feature.button(cards.MoveMeeting, roles=CONSEILLERS, writes=False)
async def ask_moment(ctx: ReadingContext, click: cards.MoveMeeting) -> Replies:
    """Show the organiser other moments at which all are free."""
    lead = await cards.get_own(ctx, click.rdv)
    seats = await list_seats(ctx.db, lead.meeting or 0)
    if lead.number != lead.meeting or lead.state not in OPEN:
        raise UserError(render("rdv/meeting_changed"))
    persons = await find_persons(ctx, list_guests(seats))
    wanted = Proposal(
        author=ctx.user.id,
        key=secrets.token_urlsafe(12),
        people={one: person.username for one, person in persons.items()},
        minutes=lead.minutes,
        subject=lead.subject,
        meeting=lead.number,
    )
    return (await _draw_moments(ctx, wanted, ctx.now)).recast(Whisper)


async def move_meeting(ctx: Context, number: int, start: datetime) -> Replies:
    """Move a meeting to the hour that its organiser typed; all are asked again, once however often it is typed."""
    own, lead, seats = await lock_meeting(ctx, number)
    if own.number != lead.number:
        raise UserError(render("rdv/meeting_changed"))
    if is_skipped(start) or start <= ctx.now:
        raise UserError(render("rdv/meeting_no_moment"))
    if start == lead.starts_at:
        return Whisper(render("rdv/is_so", **cards.describe(ctx, lead)))
    told = await ask_again(ctx, seats, start.astimezone(UTC), lead.minutes)
    return [Whisper(render("rdv/proposed")), *told]


async def ask_again(
    ctx: Context, seats: Sequence[Rdv], start: datetime, minutes: int, *, agreed: Collection[str] = ()
) -> Sequence[Reply]:
    """Move all, and ask each again, who refused the hour before, too, but for those who ``agreed`` already."""
    if not any(seat.number == seat.meeting and seat.state in OPEN for seat in seats):
        raise UserError(render("rdv/meeting_cancelled"))
    when = {"starts_at": start, "ends_at": start + timedelta(minutes=minutes), "state": RdvState.PROPOSE}
    for seat in seats:
        await change_rdv(ctx.db, seat, ctx.now, **when, agreed=seat.number == seat.meeting or seat.user_id in agreed)
    persons = await find_persons(ctx, seats)
    active = await find_active(ctx, list(persons))
    drawn = [(seat, await _draw_for(ctx, seat, persons)) for seat in seats]
    old = [cards.CARD.rewrite(seat, card) for seat, card in drawn]
    return [*old, *(cards.CARD.send(seat, card, seat.user_id) for seat, card in drawn if seat.user_id in active)]


async def leave_meeting(ctx: Context, number: int) -> Replies:
    """Cancel a meeting that one organises, or withdraw from another’s."""
    own, lead, seats = await lock_meeting(ctx, number)
    if own.number != lead.number:
        return await _withdraw(ctx, own, lead, seats)
    told = [seat for seat in seats if seat.state in STANDING]
    for seat in told:
        await change_rdv(ctx.db, seat, ctx.now, state=RdvState.ANNULE)
    if lead.state is RdvState.REFUSE:
        await change_rdv(ctx.db, lead, ctx.now, state=RdvState.ANNULE)
    said = Whisper(render("rdv/is_set", **cards.describe(ctx, lead)), courtesy=True)
    return [said, *await _tell(ctx, seats, "cancelled", told)]


@feature.waiting
async def list_unanswered_meetings(ctx: ReadingContext) -> Sequence[Waiting]:
    """List the meetings that wait for one’s answer."""
    found = await list_unanswered(ctx.db, ctx.user.id, ctx.now, TOLD_MAX)
    return [_ask(ctx, rdv) for rdv in found]


def _ask(ctx: Context, rdv: Rdv) -> Waiting:
    about = {"rdv": rdv.number, "starts_at": rdv.starts_at}
    text = f"{quote(say_what(rdv))}, {say_when(rdv.starts_at, ctx.zone, ctx.now)} : venez-vous ?"
    refuse = Button("Refuser", cards.AnswerMeeting(**about, agrees=False))
    return Waiting(text, Button("Accepter", cards.AnswerMeeting(**about, agrees=True), "primary"), [refuse])


@feature.command(
    "rdv point",
    help="Proposer à l’agenda un point de votre département",
    hint="[69] [sujet]",
    roles=(*CONSEILLERS, Role.ANIMATEUR),
    writes=False,
)
async def propose_point(ctx: ReadingContext, text: str) -> Replies:
    """Open the window of the agenda, filled for the meeting of a département. Raises UserError for who may not propose
    an event there."""
    said, _, subject = text.strip().partition(" ")
    try:
        (code,) = read_departements(said) or ctx.user.departements[:1]
    except ValueError:
        raise UserError(render("rdv/point_which")) from None
    home = next(iter(agenda.find_homes([code])))
    if not ctx.user.animates and home not in agenda.find_homes(ctx.user.departements):
        raise UserError(await _say_who_may(ctx, code))
    title = f"Point {say_of(code)}{f' : {subject.strip()}' if subject.strip() else ''}"
    return Redirect("agenda.Propose", {"titre": title[:100], "departement": home})


async def _say_who_may(ctx: ReadingContext, code: str) -> str:
    leads = [
        one for one in await people.with_role(ctx.db, Role.COORDINATEUR, ctx.today, 500) if code in one.departements
    ]
    who = join([f"@{quote(one.username)}" for one in leads[:SHOWN]])
    asked = render("rdv/ask_them_or_team", who=who) if who else render("rdv/ask_team")
    return f"Un point {say_of(code)} se propose depuis ce département, qui n’est pas l’un des vôtres. {asked}"
