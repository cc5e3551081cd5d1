"""The feature, who sees and changes which events, the payloads of buttons, and how an event is shown."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from bot.account_status import read_display_name
from bot.cards import RowCard
from bot.context import Context
from bot.errors import UserError
from bot.features import Feature, Front, Right
from bot.french import say_hour, say_weekday
from bot.menus import Choosing, Menu
from bot.replies import Button, Card, Message, Replies, Reply, Whisper
from bot.search import Search
from bot.texts import Markdown, escape, quotation, relay_plain_text, render
from config.time import PARIS, is_double
from storage import agenda, canaux, people, targets
from storage.agenda import AgendaEvent, EventState, Sight, find_homes, get_event, lock_event
from storage.database import Labelled

feature = Feature(
    "agenda",
    rights=(Right.MEMBER,),
    front=Front("Agenda", "les rencontres et webinaires à venir ; en proposer", lambda _: "agenda"),
)

ANIMATEURS = (people.Role.ANIMATEUR,)
"""Who reads over what is proposed. (Administrateurs may all that animateurs may.)"""


def get_sight(ctx: Context | Search, person: people.Person) -> Sight:
    """Return which published events somebody sees: public ones, and those of their départements until they leave;
    animateurs see all."""
    homes = frozenset[str]() if person.has_left(person.today(ctx.now)) else find_homes(person.departements)
    return Sight(homes, everything=person.animates)


def may_see(ctx: Context, event: AgendaEvent) -> bool:
    """Return whether the person sees an event: a published one in their sight, or their own; animateurs see all."""
    is_for = event.is_out and get_sight(ctx, ctx.user).covers(event.departement)
    return is_own(ctx, event) or ctx.user.animates or is_for


async def get_visible(ctx: Context, number: int, *, locked: bool = False) -> AgendaEvent:
    """Get an event by its number; with ``locked``, hold its row. Raises UserError with the same sentence for an event
    that does not exist and for one that this person may not see."""
    event = await (lock_event if locked else get_event)(ctx.db, number)
    if event is None or not may_see(ctx, event):
        raise UserError(render("agenda/unknown_event", number=number))
    return event


async def lock_open(ctx: Context, number: int) -> AgendaEvent:
    """Lock an event that is going to take place. Raises UserError."""
    event = await get_visible(ctx, number, locked=True)
    if event.state is not EventState.PUBLISHED:
        raise UserError(render("agenda/event_state", number=number, state=REASONS[event.state]))
    must_not_be_over(ctx, event)
    return event


REASONS = {
    EventState.PROPOSED: "n’est pas encore publié",
    EventState.REFUSED: "n’a pas été publié",
    EventState.CANCELLED: "est annulé",
    EventState.PUBLISHED: "est publié",
}
"""The state of an event as part of a sentence."""


def must_not_be_over(ctx: Context, event: AgendaEvent) -> None:
    """Raise UserError for an event that is over."""
    if event.ends_at <= ctx.now:
        raise UserError(render("agenda/event_past", number=event.number))


def is_own(ctx: Context, event: AgendaEvent) -> bool:
    """Return whether the person who acts proposed the event."""
    return event.author_id == ctx.user.id and not ctx.user.has_left(ctx.today)


def may_change(ctx: Context, event: AgendaEvent) -> bool:
    """Return whether the person may change the event: its author, animateurs, and the coordinateurs of its
    département."""
    return is_own(ctx, event) or may_publish(ctx.user, event.departement)


async def get_changeable(ctx: Context, number: int, *but: EventState, locked: bool = True) -> AgendaEvent:
    """Get an event that the person may change, unless it is in one of the states ``but``. Raises UserError."""
    event = await get_visible(ctx, number, locked=locked)
    if not may_change(ctx, event):
        raise UserError(render("agenda/not_yours_to_change"))
    must_not_be_over(ctx, event)
    if event.state in but:
        raise UserError(render("agenda/event_state", number=number, state=REASONS[event.state]))
    return event


def may_publish(person: people.Person, departement: str) -> bool:
    """Return whether somebody’s events are published without review: those of animateurs, and of coordinateurs in their
    départements."""
    leads = person.role is people.Role.COORDINATEUR and departement in find_homes(person.departements)
    return person.animates or leads


class AboutEvent(BaseModel):
    """Payload about one event, by its number."""

    event: int


class OpenEvent(AboutEvent):
    """Button « Détails »: shows an event in full."""


class Attend(AboutEvent):
    """Button « J’y serai » or « Je n’y serai plus »."""

    on: bool = True


class TakeEvent(AboutEvent):
    """Button « Ajouter à mon agenda »: sends the calendar file."""


class CalendarFile(AboutEvent):
    """Order of an event’s calendar file."""


class Propose(BaseModel):
    """Button « Proposer un événement »: opens the window, perhaps with a title and département."""

    titre: str = ""
    departement: str = ""


class ChangeEvent(AboutEvent):
    """Button « Modifier », or « Corriger » for a reviewer: opens the window of an event."""


class PublishEvent(AboutEvent):
    """Button « Publier »: publishes a proposal."""


class DeclineEvent(AboutEvent):
    """Button « Refuser »: opens the window in which a proposal is refused with a reason."""


class Cancel(AboutEvent):
    """Button « Annuler »: opens the window in which an event is cancelled, with a word for its attendees."""


class RestoreEvent(AboutEvent):
    """Button « Rétablir »: restores a cancelled event."""


class EventAction(Labelled):
    """An action of the menu « Plus… », for those who may change the event."""

    EDIT = "modifier", "Modifier"
    CANCEL = "annuler", "Annuler l’événement"
    RESTORE = "retablir", "Rétablir"


class MoreEventActions(Choosing):
    """Menu « Plus… » of an event; ``chosen`` is an ``EventAction``."""

    event: int


class RenewFeed(BaseModel):
    """Button « En changer »: gives the feed a new address."""


class CloseFeed(BaseModel):
    """Button « Le fermer »: closes the feed."""


EVENING = time(17)
"""The hour of the day before at which people are reminded, where they are."""
_PLACES = {
    "Indian/Reunion": "La Réunion",
    "Pacific/Noumea": "Nouméa",
    "Pacific/Wallis": "Wallis-et-Futuna",
    "America/Miquelon": "Saint-Pierre-et-Miquelon",
}
"""The names of time zones whose identifier does not end with the name of their place."""


def describe(event: AgendaEvent, zone: ZoneInfo, now: datetime) -> dict[str, object]:
    """Return the values by which templates describe an event, in the time zone ``zone``."""
    when = say_when(event, zone, now.astimezone(zone).date())
    return {"event": event, "title": draw_title(event), "when": when, "link": draw_link(event)}


def say_when(event: AgendaEvent, zone: ZoneInfo, today: date) -> str:
    """Write when an event is: « vendredi 4 décembre de 14 h à 16 h ». The zone is named where it may be in doubt."""
    start, end = event.starts_at.astimezone(zone), event.ends_at.astimezone(zone)
    day, last, begins, ends = say_weekday(start.date(), today), end.date(), _say_hour(start), _say_hour(end)
    if start.date() == last:
        said = f"{day} de {begins} à {ends}"
    else:
        said = f"du {day} à {begins} au {say_weekday(last, today)} à {ends}"
    return said + (f" (heure de {name_zone(zone)})" if _needs_zone(event, start) else "")


def _say_hour(moment: datetime) -> str:
    """Write an hour; if clocks are set back in that hour, say which of the two it is."""
    if not is_double(moment):
        return say_hour(moment)
    return f"{say_hour(moment)} (heure {'d’été' if moment.dst() else 'd’hiver'})"


def _needs_zone(event: AgendaEvent, start: datetime) -> bool:
    others = {start.astimezone(ZoneInfo(zone)).utcoffset() for zone in (PARIS.key, event.zone)}
    return others != {start.utcoffset()}


def name_zone(zone: ZoneInfo) -> str:
    """Name a zone: « Paris », « La Réunion »."""
    return _PLACES.get(zone.key) or zone.key.rpartition("/")[2].replace("_", " ")


def find_evening_reminder(event: AgendaEvent, zone: ZoneInfo) -> datetime:
    """Return when the first reminder leaves: the evening before, in the reader’s zone."""
    return datetime.combine(event.starts_at.astimezone(zone).date() - timedelta(days=1), EVENING, zone)


def find_last_reminder(event: AgendaEvent) -> datetime:
    """Return when the last reminder leaves."""
    return event.starts_at - timedelta(hours=1)


def draw_title(event: AgendaEvent) -> Markdown:
    """Draw the title of an event."""
    return Markdown(escape(event.title))


def draw_link(event: AgendaEvent) -> Markdown:
    """Draw the link of an event, labelled with its site; "" if it has none."""
    host = urlsplit(event.url).hostname or ""
    return Markdown(f"[{escape(host)}](<{event.url}>)" if event.url else "")


def say_audience(event: AgendaEvent) -> str:
    """Name the audience of an event: « tout le réseau », « Rhône (69) »."""
    return targets.say_target(event.departement or targets.NATIONAL, {})


MORE, COME, LEAVE, CALENDAR = "Plus…", "J’y serai", "Je n’y serai plus", "Ajouter à mon agenda"
DETAILS, JOIN = "Détails", "Détails, s’inscrire"
STATES = {EventState.PROPOSED: "attend d’être relu", EventState.REFUSED: "refusé", EventState.CANCELLED: "annulé"}
"""The words for the states of events that are not published."""


@dataclass(frozen=True, slots=True)
class Attendees:
    """The number of attendees of some events, and which of them the person attends."""

    counts: Mapping[int, int]
    mine: Collection[int] = ()


async def read_attendees(ctx: Context, events: Sequence[AgendaEvent]) -> Attendees:
    """Count the attendees of these events."""
    numbers = [event.number for event in events]
    counts = await agenda.count_attendees(ctx.db, numbers)
    return Attendees(counts, await agenda.find_attended(ctx.db, ctx.user.id, numbers))


async def draw_cards(ctx: Context, events: Sequence[AgendaEvent]) -> Sequence[Card]:
    """Draw a card for each event; of several, each has only the button that opens it: phones stack buttons."""
    told = await read_attendees(ctx, events)
    return [_draw_card(ctx, event, told, opens_only=len(events) > 1) for event in events]


def _draw_card(ctx: Context, event: AgendaEvent, told: Attendees, *, opens_only: bool) -> Card:
    text = _draw_text(ctx, event, told, ctx.zone)
    if opens_only:
        return Card(text, [_draw_opening(ctx, event, told)])
    return Card(text, draw_buttons(ctx, event, told), menus=draw_menus(ctx, event))


def _draw_opening(ctx: Context, event: AgendaEvent, told: Attendees) -> Button:
    """Draw the button that opens an event, named for what its reader can do there."""
    joins = _is_to_come(ctx, event) and event.number not in told.mine
    return Button(JOIN if joins else DETAILS, OpenEvent(event=event.number))


def _is_to_come(ctx: Context, event: AgendaEvent) -> bool:
    return event.state is EventState.PUBLISHED and event.ends_at > ctx.now


def _draw_text(ctx: Context, event: AgendaEvent, told: Attendees, zone: ZoneInfo) -> str:
    return render(
        "agenda/card",
        **describe(event, zone, ctx.now),
        audience=say_audience(event),
        count=told.counts.get(event.number, 0),
        comes=event.number in told.mine,
        is_over=event.ends_at <= ctx.now,
        state=STATES.get(event.state, ""),
    )


def draw_buttons(ctx: Context, event: AgendaEvent, told: Attendees, *, opens: bool = True) -> Sequence[Button]:
    """Draw the buttons of an event."""
    buttons = [Button(DETAILS, OpenEvent(event=event.number))] if opens else []
    if not _is_to_come(ctx, event):
        return buttons
    calendar = Button(CALENDAR, TakeEvent(event=event.number))
    come = Button(COME, Attend(event=event.number), "primary")
    return [draw_leave(event) if event.number in told.mine else come, calendar, *buttons]


def draw_leave(event: AgendaEvent) -> Button:
    """Draw the button « Je n’y serai plus »."""
    return Button(LEAVE, Attend(event=event.number, on=False))


def draw_menus(ctx: Context, event: AgendaEvent) -> Sequence[Menu]:
    """Draw the menu of what else the person may do with an event."""
    if not may_change(ctx, event) or event.ends_at <= ctx.now:
        return []
    is_cancelled = event.state is EventState.CANCELLED
    actions = [EventAction.RESTORE] if is_cancelled else [EventAction.EDIT, EventAction.CANCEL]
    wanted = actions[:1] if event.state is EventState.REFUSED else actions
    return [Menu(MORE, MoreEventActions(event=event.number), {action.value: action.label for action in wanted})]


async def draw_channel_post(ctx: Context, event: AgendaEvent) -> Message:
    """Draw the post of an event for its channel, in the time zone of its audience; its buttons work for each reader."""
    told = Attendees(await agenda.count_attendees(ctx.db, [event.number]))
    zone = ZoneInfo(event.zone if event.departement else PARIS.key)
    return Message(_draw_text(ctx, event, told, zone), draw_buttons(ctx, event, told))


NATIONAL = "actualites"
"""A key of config/canaux.tsv."""


async def find_channel(ctx: Context, event: AgendaEvent) -> str:
    """Find the id of the channel in which an event is announced; "" while it is unknown."""
    key = f"departement:{event.departement}" if event.departement else NATIONAL
    return (await canaux.find_channel_ids(ctx.db)).get(key, "")


REVIEW = RowCard[AgendaEvent]("agenda.review:", lambda event: event.number)
"""The card under which animateurs review a proposed event, in their room."""
SHOWN_MAX = 700
"""The most characters of the details that a card shows."""


async def post_review_card(ctx: Context, event: AgendaEvent) -> Sequence[Reply]:
    """Post the review card; nothing while the room is unknown, since the event stays in the list of proposals."""
    room = await canaux.find_team_room(ctx.db)
    return [REVIEW.post(event, await draw_review_card(ctx, event), room)] if room else []


async def refresh_review_card(ctx: Context, event: AgendaEvent, note: str = "") -> Sequence[Reply]:
    """Rewrite the review card wherever it stands, and say ``note`` in its thread."""
    room = await canaux.find_team_room(ctx.db)
    again = REVIEW.rewrite(event, await draw_review_card(ctx, event), here=bool(room) and ctx.channel_id == room)
    return [again, *(await REVIEW.reply_under(ctx.db, event, note) if note else [])]


async def draw_review_card(ctx: Context, event: AgendaEvent) -> Message:
    """Draw an event for its reviewers, with what they can do."""
    text = render(
        "agenda/proposal",
        **describe(event, PARIS, ctx.now),
        audience=say_audience(event),
        details=quotation(event.details, SHOWN_MAX),
        author=await read_display_name(ctx, event.author_id),
        decider=await read_display_name(ctx, event.decided_by),
    )
    number = event.number
    publish = Button("Publier", PublishEvent(event=number), "primary")
    correct = Button("Corriger", ChangeEvent(event=number))
    offered = {
        EventState.PROPOSED: [publish, correct, Button("Refuser", DeclineEvent(event=number), "danger")],
        EventState.PUBLISHED: [correct, Button("Annuler", Cancel(event=number), "danger")],
        EventState.REFUSED: [publish, correct],
        EventState.CANCELLED: [Button("Rétablir", RestoreEvent(event=number))],
    }
    return Message(text, offered[event.state])


@feature.button(OpenEvent, name="agenda.Open", writes=False)
async def show_event(ctx: Context, click: OpenEvent) -> Replies:
    """Show all that is known of an event."""
    event = await get_visible(ctx, click.event)
    told = await read_attendees(ctx, [event])
    text = render(
        "agenda/whole",
        card=_draw_text(ctx, event, told, ctx.zone),
        details=relay_plain_text(event.details),
        author=await read_display_name(ctx, event.author_id),
    )
    return Whisper(text, draw_buttons(ctx, event, told, opens=False), menus=draw_menus(ctx, event))
