"""« /agenda »: events, who attends them, and calendar files. This module lists events by day or subject, and finds them
for « /chercher »."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from enum import StrEnum

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.command_lines import read_typed_number
from bot.context import Context, ReadingContext
from bot.french import Period, read_coming_period, read_period
from bot.pages import Page as RowPage
from bot.pages import read_page
from bot.replies import Button, Perform, Replies, RunCommand, Whisper
from bot.search import Findings, Hit, Search, SearchKind, cut_hits
from bot.texts import quote, render
from commands.agenda import attendance, publication
from commands.agenda.cards import STATES, OpenEvent, Propose, draw_cards, feature, get_sight, say_when, show_event
from config.text import fold
from storage import agenda
from storage.agenda import AgendaEvent, Narrowing, Window
from storage.text_search import Entry, TextMemory, weigh_texts, weigh_title

PAGE = 5
"""How many cards one page has."""
WORDS_MAX = 60
"""The most characters of a search that are used."""
HINT = "[passés | mes | 12 | décembre | mots]"


class ListKind(StrEnum):
    """What a list of events holds."""

    COMING = "coming"
    PAST = "past"
    OWN = "own"


class EventPage(BaseModel):
    """Button « Suite »: a page of a list of events, about ``words``, or of the days from ``start`` up to but not
    including ``end``."""

    of: ListKind
    page: int = 1
    words: str = ""
    start: date | None = None
    end: date | None = None

    @property
    def days(self) -> Period | None:
        """The days that are asked for; None for all."""
        return Period(self.start, self.end) if self.start and self.end else None


FEED = frozenset({"abonnement", "abonner", "m abonner", "s abonner", "ics", "ical"})
"""Words that ask for the feed, folded."""
LISTS: Mapping[str, ListKind] = {
    **dict.fromkeys(("", "a venir", "tout", "evenements", "voir"), ListKind.COMING),
    **dict.fromkeys(("passes", "passe", "evenements passes", "archives"), ListKind.PAST),
    **dict.fromkeys(("mes", "mes evenements", "mes rendez vous", "moi", "les miens"), ListKind.OWN),
    **dict.fromkeys(("inscriptions", "mes inscriptions"), ListKind.OWN),
}
"""Words that ask for a list, folded."""


@feature.command("agenda", help="Les événements à venir, d’un moment ou sur un sujet", hint=HINT)
async def show_agenda(ctx: ReadingContext, line: str) -> Replies:
    """Show what the line asks for: a list, the events of some days or about a subject, or one event by its number."""
    text = " ".join(line.split())
    asked = fold(text)
    if asked in {"aide", "help", "?"}:
        return Perform("aide agenda")
    if (wanted := LISTS.get(asked)) is not None:
        return await show_page(ctx, EventPage(of=wanted))
    if asked in FEED:
        return Perform("agenda flux")
    if (number := read_typed_number(text)) is not None:
        return await show_event(ctx, OpenEvent(event=number))
    return await show_page(ctx, _read_days(text, ctx.today))


def _read_days(text: str, today: date) -> EventPage:
    """Read the days or the subject of a list; days that are over are those of past events."""
    coming = read_coming_period(text, today)
    over = None if coming else read_period(text, today)
    return _read_asked(ListKind.PAST if over else ListKind.COMING, text, coming or over)


@feature.command("agenda passés", help="Les événements passés", hint="[octobre | mots]")
async def show_past(ctx: ReadingContext, line: str) -> Replies:
    """List the events that are over, newest first, perhaps only those of some days or about a subject."""
    text = " ".join(line.split())
    days = read_period(text, ctx.today) if text else None
    return await show_page(ctx, _read_asked(ListKind.PAST, text, days))


def _read_asked(of: ListKind, text: str, days: Period | None) -> EventPage:
    return EventPage(of=of, start=days.start, end=days.end) if days else EventPage(of=of, words=text[:WORDS_MAX])


@feature.button(EventPage, name="agenda.Page", writes=False)
async def show_page(ctx: Context, at: EventPage) -> Replies:
    """Show a page of a list as it is now; its last page if it became shorter."""
    sight, wanted = get_sight(ctx, ctx.user), await _narrow(ctx, at)

    async def read(number: int) -> RowPage[AgendaEvent]:
        window = Window(PAGE, (number - 1) * PAGE)
        if at.of is ListKind.OWN:
            events, total = await agenda.list_own(ctx.db, ctx.user.id, sight, ctx.now, window)
        else:
            listed = agenda.list_past if at.of is ListKind.PAST else agenda.list_to_come
            events, total = await listed(ctx.db, sight, ctx.now, window, wanted)
        return RowPage(events, total, number, PAGE)

    page = await read_page(read, at.page)
    following = page.draw_next(lambda number: at.model_copy(update={"page": number}), style="primary")
    days, words = at.days.label if at.days else "", quote(at.words)
    text = render("agenda/list", of=at.of, total=page.total, page=page.number, pages=page.pages, days=days, words=words)
    buttons = [*following, *_draw_others(at, found=bool(page.total)), Button("Proposer un événement", Propose())]
    return Whisper(text, buttons, cards=await draw_cards(ctx, page.rows))


async def _narrow(ctx: Context, at: EventPage) -> Narrowing:
    """Return the condition that the page sets: its days in the person’s time zone, or its words."""
    if days := at.days:
        start, end = (datetime.combine(day, time(), ctx.zone) for day in (days.start, days.end))
        return Narrowing(start, end)
    return Narrowing(numbers=list(await _rank(ctx.db, at.words)) if at.words else None)


def _draw_others(at: EventPage, *, found: bool) -> list[Button]:
    """Draw the buttons to the other lists; where nothing was found, only those that may have it."""
    if at.words and not found:
        other = "agenda" if at.of is ListKind.PAST else "agenda passés"
        label = "Voir ceux à venir" if at.of is ListKind.PAST else "Voir les passés"
        anywhere = Button("Chercher partout", RunCommand(line=f"chercher {at.words}"))
        return [Button(label, RunCommand(line=f"{other} {at.words}")), anywhere]
    if at.of is ListKind.COMING and not (at.words or at.days):
        return [Button("Voir les miens", RunCommand(line="agenda mes"))]
    return [Button("Voir ceux à venir", RunCommand(line="agenda"))]


PLACE, DETAILS = 60, 30
"""The weights of a word found in the place and in the details (in the title: 60 to 100)."""
OVER = 70
"""The percentage of its score that an event keeps once it is over."""
RANKED_MAX = 500
"""How many of the results are ranked."""


async def read_events(db: AsyncSession) -> Iterator[tuple[int, Entry]]:
    """Read the events for the search index, newest first: the number and text of each."""
    return ((event.number, _weigh(event)) for event in await agenda.list_told(db))


EVENTS = TextMemory(read_events)


async def warm_up(db: AsyncSession) -> None:
    """Build the search index at start, so that nobody’s first search waits for it."""
    await EVENTS.bring_up_to_date(db, await agenda.read_stamp(db))


feature.read_at_start.append(warm_up)


@feature.finds(SearchKind("evenement", "Événement", "Événements", lambda number: OpenEvent(event=int(number))))
async def find_events(wanted: Search) -> Findings:
    """Find events for « /chercher »; past ones come last."""
    scores = await _rank(wanted.db, wanted.words)
    shown = await agenda.list_shown(wanted.db, scores, wanted.user.id, get_sight(wanted, wanted.user))
    hits = [_make_hit(wanted, event, scores[event.number]) for event in shown]
    return cut_hits(sorted(hits, key=lambda hit: -hit.score), wanted)


async def _rank(db: AsyncSession, words: str) -> Mapping[int, int]:
    """Score the events that match the words, best first, by number."""
    known = await EVENTS.bring_up_to_date(db, await agenda.read_stamp(db))
    return {known.rows[place]: score for place, score in known.index.rank(words)[:RANKED_MAX]}


def _weigh(event: AgendaEvent) -> Entry:
    return weigh_texts((event.details, DETAILS), (event.place, PLACE)) | weigh_title(event.title)


def _make_hit(wanted: Search, event: AgendaEvent, score: int) -> Hit:
    is_over = event.ends_at <= wanted.now
    about = ", ".join(filter(None, (say_when(event, wanted.user.zone, wanted.today), STATES.get(event.state))))
    return Hit(event.number, event.title, max(1, score * OVER // 100) if is_over else score, about)
