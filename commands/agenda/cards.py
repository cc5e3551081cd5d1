"""« /agenda »: who sees which events, and how they are shown: lists, cards, cards of those who read over."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from bot.account_status import read_display_name
from bot.cards import RowCard
from bot.command_lines import RunCommand, read_typed_number
from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.menus import Choosing, Menu
from bot.pages import Page as RowPage
from bot.pages import read_page
from bot.replies import Button, Card, Message, Perform, Replies, Reply, Say, Whisper
from bot.texts import quotation, quote, relay_plain_text, render
from commands.agenda import times
from commands.agenda.feature import feature
from config.text import fold
from config.time import PARIS
from storage import agenda, canaux
from storage.agenda import AgendaEvent, EventState, Found, Sight, Window, find_homes, get_event, lock_event
from storage.people import Person, Role


class ListKind(StrEnum):
    """What a list of events holds."""

    COMING = "coming"
    PAST = "past"
    OWN = "own"


class Page(BaseModel):
    """« Suite »: a page of a list."""

    of: ListKind
    page: int = 1


class Open(BaseModel):
    """« Détails »: all that is known of an event."""

    event: int


class Attend(BaseModel):
    """« J’y serai », or « Je n’y serai plus »."""

    event: int
    on: bool = True


class Take(BaseModel):
    """« Ajouter à mon agenda »: the file that calendars read."""

    event: int


class CalendarFile(BaseModel):
    """An order: that file."""

    event: int


class Propose(BaseModel):
    """« Proposer un événement »."""


class Edit(BaseModel):
    """« Modifier », or « Corriger » of who reads it over."""

    event: int


class Publish(BaseModel):
    """« Publier » what waits."""

    event: int


class Refuse(BaseModel):
    """« Refuser » what waits, with a reason."""

    event: int


class Cancel(BaseModel):
    """« Annuler » an event, with a word for those who come."""

    event: int


class Restore(BaseModel):
    """« Rétablir » what was cancelled."""

    event: int


class EventAction(StrEnum):
    """What « Plus… » offers to who may change an event."""

    EDIT = "modifier"
    CANCEL = "annuler"
    RESTORE = "retablir"

    @property
    def label(self) -> str:
        """What is written in the menu."""
        return {"modifier": "Modifier", "annuler": "Annuler l’événement", "retablir": "Rétablir"}[self.value]


class More(Choosing):
    """« Plus… » under an event; ``chosen`` is one of ``EventAction``."""

    event: int


class RenewFeed(BaseModel):
    """« En changer »: another address for one’s feed."""


class CloseFeed(BaseModel):
    """« Le fermer »: no feed any more."""


def get_sight(ctx: Context) -> Sight:
    """What who acts sees of what is out."""
    return Sight(everything=True) if ctx.user.animates else get_sight_of(ctx, ctx.user)


def get_sight_of(ctx: Context, person: Person) -> Sight:
    """What is for somebody: public events, and those of their départements as long as they are there."""
    return Sight() if person.has_left(person.today(ctx.now)) else Sight.of(person.departements)


def may_see(ctx: Context, event: AgendaEvent) -> bool:
    """Whether who acts is shown it: what is out and for them; their own; animateurs, all."""
    return is_own(ctx, event) or ctx.user.animates or (event.is_out and get_sight(ctx).covers(event.departement))


async def get_visible(ctx: Context, number: int, *, locked: bool = False) -> AgendaEvent:
    """The event of that number, nobody else’s if it is ``locked``. Raises UserError, the same for one that there is
    not and for one that this person may not see."""
    event = await (lock_event if locked else get_event)(ctx.db, number)
    if event is None or not may_see(ctx, event):
        raise UserError(f"Il n’y a pas d’événement n° {number}, ou il n’est pas pour votre département.")
    return event


async def lock_open(ctx: Context, number: int) -> AgendaEvent:
    """The same, locked, which is to take place. Raises UserError."""
    event = await get_visible(ctx, number, locked=True)
    if event.state is not EventState.PUBLISHED:
        raise UserError(f"L’événement n° {number} {REASONS[event.state]}.")
    must_not_be_over(ctx, event)
    return event


REASONS = {
    EventState.PROPOSED: "n’est pas encore publié",
    EventState.REFUSED: "n’a pas été publié",
    EventState.CANCELLED: "est annulé",
    EventState.PUBLISHED: "est publié",
}
"""What became of an event, in a sentence."""


def must_not_be_over(ctx: Context, event: AgendaEvent) -> None:
    """Raises UserError for what is past."""
    if event.ends_at <= ctx.now:
        raise UserError(f"L’événement n° {event.number} est passé.")


def is_own(ctx: Context, event: AgendaEvent) -> bool:
    """Whether who acts proposed it, and is still there."""
    return event.author_id == ctx.user.id and not ctx.user.has_left(ctx.today)


def may_change(ctx: Context, event: AgendaEvent) -> bool:
    """Whether who acts changes it: its author, animateurs, and a coordinateur of its département."""
    return is_own(ctx, event) or may_publish(ctx.user, event.departement)


async def get_changeable(ctx: Context, number: int, *, locked: bool = True) -> AgendaEvent:
    """The event of that number, which whoever acts may change. Raises UserError."""
    event = await get_visible(ctx, number, locked=locked)
    if not may_change(ctx, event):
        raise UserError("Seuls la personne qui l’a proposé et les animateurs changent cet événement.")
    must_not_be_over(ctx, event)
    return event


def may_publish(person: Person, departement: str) -> bool:
    """Whether somebody’s events are published at once: animateurs’, and a coordinateur’s in their départements."""
    leads = person.role is Role.COORDINATEUR and departement in find_homes(person.departements)
    return person.animates or leads


MORE, COME, LEAVE, CALENDAR = "Plus…", "J’y serai", "Je n’y serai plus", "Ajouter à mon agenda"
STATES = {EventState.PROPOSED: "attend d’être relu", EventState.REFUSED: "refusé", EventState.CANCELLED: "annulé"}
"""How an event is that does not take place as it stands."""


@dataclass(frozen=True, slots=True)
class Attendees:
    """How many come to some events, and to which of them who asks does."""

    counts: Mapping[int, int]
    mine: Collection[int] = ()


async def read_attendees(ctx: Context, events: Sequence[AgendaEvent]) -> Attendees:
    """To these events, as they are now."""
    numbers = [event.number for event in events]
    return Attendees(
        await agenda.count_attendees(ctx.db, numbers), await agenda.find_attended(ctx.db, ctx.user.id, numbers)
    )


async def draw_cards(ctx: Context, events: Sequence[AgendaEvent]) -> Sequence[Card]:
    """A card for each."""
    told = await read_attendees(ctx, events)
    return [
        Card(_draw_text(ctx, event, told, ctx.zone), draw_buttons(ctx, event, told), menus=draw_menus(ctx, event))
        for event in events
    ]


def _draw_text(ctx: Context, event: AgendaEvent, told: Attendees, zone: ZoneInfo) -> str:
    return render(
        "agenda/card",
        event=event,
        title=times.draw_title(event),
        when=times.say_when(event, zone, ctx.now.astimezone(zone).date()),
        link=times.draw_link(event),
        audience=times.say_audience(event),
        count=told.counts.get(event.number, 0),
        comes=event.number in told.mine,
        is_over=event.ends_at <= ctx.now,
        state=STATES.get(event.state, ""),
    )


def draw_buttons(ctx: Context, event: AgendaEvent, told: Attendees, *, opens: bool = True) -> Sequence[Button]:
    """What can be done with it by a click."""
    comes = event.number in told.mine
    is_to_come = event.state is EventState.PUBLISHED and event.ends_at > ctx.now
    given = [
        Button(LEAVE if comes else COME, Attend(event=event.number, on=not comes), "default" if comes else "primary"),
        Button(CALENDAR, Take(event=event.number)),
    ]
    opened = [Button("Détails", Open(event=event.number))] if opens else []
    return [*(given if is_to_come else []), *opened]


def draw_menus(ctx: Context, event: AgendaEvent) -> Sequence[Menu]:
    """What else who asks may do with it."""
    if not may_change(ctx, event) or event.ends_at <= ctx.now:
        return []
    is_cancelled = event.state is EventState.CANCELLED
    deeds = [EventAction.RESTORE] if is_cancelled else [EventAction.EDIT, EventAction.CANCEL]
    wanted = deeds[:1] if event.state is EventState.REFUSED else deeds
    return [Menu(MORE, More(event=event.number), {deed.value: deed.label for deed in wanted})]


async def draw_event(ctx: Context, event: AgendaEvent) -> Message:
    """All that is known of one."""
    told = await read_attendees(ctx, [event])
    text = render(
        "agenda/whole",
        card=_draw_text(ctx, event, told, ctx.zone),
        event=event,
        details=relay_plain_text(event.details),
        author=await read_display_name(ctx, event.author_id),
    )
    return Message(text, draw_buttons(ctx, event, told, opens=False), menus=draw_menus(ctx, event))


async def draw_channel_post(ctx: Context, event: AgendaEvent) -> Message:
    """What all of its channel read, each with a click of their own; in the time of those it is for."""
    told = Attendees(await agenda.count_attendees(ctx.db, [event.number]))
    zone = ZoneInfo(event.zone if event.departement else PARIS.key)
    return Message(_draw_text(ctx, event, told, zone), draw_buttons(ctx, event, told))


NATIONAL = "actualites"
"""A key of config/canaux.tsv."""


async def find_channel(ctx: Context, event: AgendaEvent) -> str:
    """The id of the channel where an event is said; "" while it is not known."""
    key = f"departement:{event.departement}" if event.departement else NATIONAL
    return (await canaux.find_channel_ids(ctx.db)).get(key, "")


REVIEW = RowCard[AgendaEvent]("agenda.review:", lambda event: event.number)
"""The card under which animateurs review a proposed event, in their room."""
SHOWN_MAX = 700
"""Characters of details that a card shows."""


async def post_review_card(ctx: Context, event: AgendaEvent) -> Sequence[Reply]:
    """The card; nothing where the room is not known: it waits in the list of what is proposed."""
    room = await canaux.find_team_room(ctx.db)
    return [REVIEW.post(event, await draw_review_card(ctx, event), room)] if room else []


async def refresh_review_card(ctx: Context, event: AgendaEvent, note: str = "") -> Sequence[Reply]:
    """The card as it is now, wherever it stands; a ``note`` is said under it."""
    room = await canaux.find_team_room(ctx.db)
    again = REVIEW.rewrite(event, await draw_review_card(ctx, event), here=bool(room) and ctx.channel_id == room)
    return [again, *(await _say_under(ctx, event, note) if note else [])]


async def _say_under(ctx: Context, event: AgendaEvent, note: str) -> Sequence[Reply]:
    posts = await REVIEW.list_posts(ctx.db, event)
    return [Say(note, channel_id=posts[0].channel_id, root_id=posts[0].post_id)] if posts else []


async def review_again(ctx: Context, event: AgendaEvent, note: str) -> Sequence[Reply]:
    """It is to be read over once more: said under its card, or on a new one where there is none."""
    stands = await REVIEW.is_sent(ctx.db, event)
    return await refresh_review_card(ctx, event, note) if stands else await post_review_card(ctx, event)


async def draw_review_card(ctx: Context, event: AgendaEvent) -> Message:
    """An event as those see it who read it over, and what can be done with it."""
    text = render(
        "agenda/proposal",
        event=event,
        title=times.draw_title(event),
        when=times.say_when(event, PARIS, ctx.now.astimezone(PARIS).date()),
        link=times.draw_link(event),
        audience=times.say_audience(event),
        details=quotation(event.details, SHOWN_MAX),
        author=await read_display_name(ctx, event.author_id),
        decider=await read_display_name(ctx, event.decided_by),
    )
    return Message(text, draw_review_buttons(event))


def draw_review_buttons(event: AgendaEvent) -> Sequence[Button]:
    """What can be done with it."""
    number = event.number
    publish, correct = Button("Publier", Publish(event=number), "primary"), Button("Corriger", Edit(event=number))
    offered = {
        EventState.PROPOSED: [publish, correct, Button("Refuser", Refuse(event=number), "danger")],
        EventState.PUBLISHED: [correct, Button("Annuler", Cancel(event=number), "danger")],
        EventState.REFUSED: [publish, correct],
        EventState.CANCELLED: [Button("Rétablir", Restore(event=number))],
    }
    return offered[event.state]


PAGE = 5
"""Cards on one page."""
HINT = "[passés | mes | 12]"
WORDS: Mapping[str, ListKind] = {
    **dict.fromkeys(("", "a venir", "tout"), ListKind.COMING),
    **dict.fromkeys(("passes", "passe", "evenements passes", "archives"), ListKind.PAST),
    **dict.fromkeys(("mes", "mes evenements", "mes rendez vous", "moi"), ListKind.OWN),
}
"""Words that ask for a list, folded."""


@feature.command("agenda", help="Les événements à venir", hint=HINT)
async def show_agenda(ctx: ReadingContext, line: str) -> Replies:
    """What is asked for: a list, or one by its number."""
    text = " ".join(line.split())
    asked = fold(text)
    if asked in {"aide", "help", "?"}:
        return Perform("aide agenda")
    if (wanted := WORDS.get(asked)) is not None:
        return await show_page(ctx, Page(of=wanted))
    if (number := read_typed_number(text)) is not None:
        return await show_event(ctx, Open(event=number))
    raise UserError(f"« {quote(text)} » n’est pas un numéro d’événement. `/agenda` liste ce qui vient, `/agenda "
                    "passés` ce qui est passé, `/agenda mes` les vôtres.")  # fmt: skip


@feature.command("agenda passés", help="Les événements passés")
async def show_past(ctx: ReadingContext, _: str) -> Replies:
    """Those that are over, the last one first."""
    return await show_page(ctx, Page(of=ListKind.PAST))


@feature.button(Page, writes=False)
async def show_page(ctx: Context, at: Page) -> Replies:
    """A page of a list, as it is now; of a list that grew shorter, its last one."""

    async def read(number: int) -> RowPage[AgendaEvent]:
        events, total = await _READERS[at.of](ctx, Window(PAGE, (number - 1) * PAGE))
        return RowPage(events, total, number, PAGE)

    page = await read_page(read, at.page)
    following = page.draw_next(lambda number: Page(of=at.of, page=number), style="primary")
    text = render("agenda/list", of=at.of.value, total=page.total, page=page.number, pages=page.pages)
    return Whisper(text, [*following, *_draw_ways(at.of)], cards=await draw_cards(ctx, page.rows))


def _draw_ways(of: ListKind) -> Sequence[Button]:
    """To the other lists, and to a proposal."""
    ways = {ListKind.OWN: ("Les miens", "agenda mes"), ListKind.COMING: ("À venir", "agenda")}
    others = [Button(label, RunCommand(line=line)) for each, (label, line) in ways.items() if each is not of]
    return [*others[:1], Button("Proposer", Propose())]


@feature.button(Open, writes=False)
async def show_event(ctx: Context, click: Open) -> Replies:
    """All that is known of one."""
    told = await draw_event(ctx, await get_visible(ctx, click.event))
    return Whisper(told.text, told.buttons, told.facts, told.menus)


async def _read_coming(ctx: Context, window: Window) -> Found:
    return await agenda.list_to_come(ctx.db, get_sight(ctx), ctx.now, window)


async def _read_past(ctx: Context, window: Window) -> Found:
    return await agenda.list_past(ctx.db, get_sight(ctx), ctx.now, window)


async def _read_own(ctx: Context, window: Window) -> Found:
    return await agenda.list_own(ctx.db, ctx.user.id, get_sight(ctx), ctx.now, window)


_READERS: Mapping[ListKind, Callable[[Context, Window], Awaitable[Found]]] = {
    ListKind.COMING: _read_coming,
    ListKind.PAST: _read_past,
    ListKind.OWN: _read_own,
}
