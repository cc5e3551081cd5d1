"""Another moment that a guest proposes for a meeting of colleagues: its organiser accepts it or not, and all know."""

import datetime as dt
import secrets
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from bot.account_status import find_active
from bot.cards import Topic
from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.replies import Button, Direct, Message, Refresh, Replies, Reply, Whisper
from bot.texts import render
from commands.rdv import meetings
from commands.rdv.cards import CONSEILLERS, SuggestMoment, feature, get_own
from commands.rdv.visits import say_when
from config.time import is_skipped
from storage import claims, people, rdv
from storage.rdv.appointments import STANDING
from storage.rdv.bookings import list_seats

MADE, REFUSED, TAKEN_BACK = "rdv.suggested", "rdv.suggestion_refused", "rdv.suggestion_taken_back"
"""The claims on the keys of what was proposed, refused and taken back."""
CARD = Topic[str]("rdv.suggestion:")
"""What its organiser is asked, by its key."""


class Suggestion(BaseModel):
    """Another moment for the meeting of that rdv, which is at ``starts_at``: ``at``, under a one-time key, by whom."""

    rdv: int
    starts_at: dt.datetime
    at: dt.datetime
    key: str
    by: str = ""


class Suggest(Suggestion):
    """« mardi 10h »: proposes it to the organiser."""


class TakeSuggestionBack(Suggestion):
    """« Retirer ma proposition »."""


class AnswerSuggestion(Suggestion):
    """« Accepter », « Garder l’heure »."""

    agrees: bool


class UndoMove(Suggestion):
    """« Remettre l’heure d’avant » of a meeting that was moved: it is at ``at`` now."""


@feature.button(SuggestMoment, writes=False)
async def show_moments(ctx: ReadingContext, click: SuggestMoment) -> Replies:
    """Show a guest the next moments at which all are free."""
    own = await get_own(ctx, click.rdv)
    seats = await list_seats(ctx.db, own.meeting or 0)
    persons = await meetings.find_persons(ctx, [seat for seat in seats if seat.user_id != ctx.user.id])
    wanted = meetings.Proposal(
        author=ctx.user.id,
        key=secrets.token_urlsafe(12),
        people={one: person.username for one, person in persons.items()},
        minutes=own.minutes,
        meeting=own.meeting or 0,
    )
    moments = [at for at in await meetings.find_moments(ctx, wanted, click.after or ctx.now) if at != own.starts_at]
    about = {"rdv": own.number, "starts_at": own.starts_at}
    buttons = [
        Button(say_when(at, ctx.zone, ctx.now), Suggest(**about, at=at, key=f"{wanted.key}{n}"))
        for n, at in enumerate(moments)
    ]
    later = moments[-1] + timedelta(minutes=own.minutes) if len(moments) >= meetings.SHOWN - 1 else None
    more = [Button("Voir des moments plus tard", SuggestMoment(**about, after=later))] if later else []
    return Whisper(render("rdv/suggest", number=own.number, count=len(moments)), [*buttons, *more])


@feature.button(Suggest)
async def suggest(ctx: Context, click: Suggest) -> Replies:
    """Propose another moment to the organiser, once, and tell the other guests."""
    own, lead, seats = await meetings.lock_meeting(ctx, click.rdv, click.starts_at)
    if own.number == lead.number:
        raise UserError(render("rdv/meeting_yours"))
    if is_skipped(click.at.astimezone(ctx.zone)) or click.at <= ctx.now:
        raise UserError(render("rdv/meeting_no_moment"))
    if not await claims.claim(ctx.db, MADE, click.key, ctx.now):
        return Whisper(render("rdv/suggested_already"), courtesy=True)
    made = Suggestion(rdv=lead.number, starts_at=lead.starts_at, at=click.at, key=click.key, by=ctx.user.id)
    back = TakeSuggestionBack(**made.model_dump() | {"rdv": own.number})
    asked = await _draw(ctx, made, lead)
    return [
        Whisper(render("rdv/suggested", number=lead.number), [Button("Retirer ma proposition", back)]),
        asked.recast(Direct, user_id=lead.user_id, topic=CARD.of(made.key)),
        *await _tell_guests(ctx, seats, made, "made", but=[own.user_id]),
    ]


async def suggest_typed(ctx: Context, number: int, start: datetime) -> Replies:
    """Propose the moment that a guest typed."""
    own = await get_own(ctx, number)
    key = secrets.token_urlsafe(12)
    return await suggest(ctx, Suggest(rdv=number, starts_at=own.starts_at, at=start.astimezone(UTC), key=key))


async def _draw(ctx: Context, made: Suggestion, lead: rdv.Rdv, outcome: str = "") -> Message:
    """Draw what the organiser is asked, or what became of it, in her own zone."""
    organiser = (await meetings.find_persons(ctx, [lead]))[lead.user_id]
    text = render("rdv/suggestion", number=lead.number, outcome=outcome, **await _describe(ctx, made, organiser.zone))
    said = made.model_dump()
    accept = Button("Accepter", AnswerSuggestion(**said, agrees=True), "primary")
    keep = Button("Garder l’heure", AnswerSuggestion(**said, agrees=False))
    undo = Button("Remettre l’heure d’avant", UndoMove(**said))
    buttons = {"": [accept, keep], "kept": [accept], "moved": [undo]}
    return Message(text, buttons.get(outcome, []))


async def _describe(ctx: Context, made: Suggestion, zone: ZoneInfo) -> dict[str, object]:
    by = await people.get(ctx.db, made.by)
    before, after = (say_when(moment, zone, ctx.now) for moment in (made.starts_at, made.at))
    return {"by": by.username if by else "", "before": before, "after": after}


async def _refresh(ctx: Context, made: Suggestion, lead: rdv.Rdv, outcome: str) -> Refresh:
    message = await _draw(ctx, made, lead, outcome)
    return message.recast(Refresh, topic=CARD.of(made.key), here=ctx.user.id == lead.user_id)


async def _tell_guests(
    ctx: Context, seats: Sequence[rdv.Rdv], made: Suggestion, event: str, *, but: Collection[str] = ()
) -> Sequence[Reply]:
    """Tell the guests who may come still, each in their own zone."""
    guests = [seat for seat in meetings.list_guests(seats) if seat.state in STANDING and seat.user_id not in but]
    persons, told = await meetings.find_persons(ctx, guests), list[Reply]()
    active = await find_active(ctx, [seat.user_id for seat in guests])
    for seat in (seat for seat in guests if seat.user_id in active):
        said = await _describe(ctx, made, persons[seat.user_id].zone)
        text = render("rdv/suggestion_told", event=event, number=seat.number, lead=ctx.user.username, **said)
        told.append(Direct(text, user_id=seat.user_id))
    return told


@feature.button(TakeSuggestionBack)
async def take_suggestion_back(ctx: Context, click: TakeSuggestionBack) -> Replies:
    """Take back what one proposed, as long as it was not accepted."""
    _, lead, seats = await meetings.lock_meeting(ctx, click.rdv, click.starts_at)
    if not await claims.claim(ctx.db, TAKEN_BACK, click.key, ctx.now):
        return Whisper(render("rdv/already_removed"), courtesy=True)
    made = Suggestion(**click.model_dump() | {"rdv": lead.number})
    told = await _tell_guests(ctx, seats, made, "taken_back", but=[ctx.user.id])
    return [Whisper(render("rdv/suggestion_withdrawn")), await _refresh(ctx, made, lead, "taken_back"), *told]


@feature.button(AnswerSuggestion, roles=CONSEILLERS)
async def answer_suggestion(ctx: Context, click: AnswerSuggestion) -> Replies:
    """Move the meeting to what was proposed, and ask all again; or keep its hour, and say so."""
    own, lead, seats = await meetings.lock_meeting(ctx, click.rdv, click.starts_at)
    made = Suggestion(**click.model_dump(exclude={"agrees"}))
    if own.number != lead.number or await claims.is_taken(ctx.db, TAKEN_BACK, click.key):
        raise UserError(render("rdv/suggestion_was_withdrawn"))
    if not click.agrees:
        is_first = await claims.claim(ctx.db, REFUSED, click.key, ctx.now)
        told = await _tell_guests(ctx, seats, made, "kept") if is_first else []
        return [await _refresh(ctx, made, lead, "kept"), *told]
    if click.at <= ctx.now:
        raise UserError(render("rdv/suggestion_past"))
    card = await _refresh(ctx, made, lead, "moved")
    asked = await meetings.ask_again(ctx, seats, click.at, lead.minutes, agreed=[click.by])
    sure = await meetings.confirm(ctx, lead, seats) if all(seat.agreed for seat in seats) else []
    return [card, *asked, *sure]


@feature.undo(UndoMove, roles=CONSEILLERS)
async def undo_move(ctx: Context, click: UndoMove) -> Replies:
    """Give a meeting back the hour that it had; all are asked again."""
    own, lead, seats = await meetings.lock_meeting(ctx, click.rdv, click.at)
    if own.number != lead.number or click.starts_at <= ctx.now:
        raise UserError(render("rdv/hour_before_past"))
    made = Suggestion(**click.model_dump())
    return [
        await _refresh(ctx, made, lead, "kept"),
        *await meetings.ask_again(ctx, seats, click.starts_at, lead.minutes),
    ]
