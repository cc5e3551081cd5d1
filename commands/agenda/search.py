"""What « /chercher » finds of the agenda: published events that somebody sees, and those that they proposed."""

from collections.abc import Iterator

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.search import Findings, Hit, Search, SearchKind, cut_hits
from commands.agenda.cards import STATES, Open, say_when
from commands.agenda.feature import feature, get_sight
from storage import agenda
from storage.agenda import AgendaEvent
from storage.text_search import Entry, TextMemory, weigh_texts, weigh_title

PLACE, DETAILS = 60, 30
"""What a word of the place and of the details weighs."""
OVER = 70
"""What an event that is over is worth, of 100."""
RANKED_MAX = 500
"""Of what is found, how much is looked at."""


async def read_events(db: AsyncSession) -> Iterator[tuple[int, Entry]]:
    """Read the events that may be found by somebody, the last one first: their numbers."""
    return ((event.number, _weigh(event)) for event in await agenda.list_told(db))


EVENTS = TextMemory(read_events)


async def warm_up(db: AsyncSession) -> None:
    """Read what is there, so that no first search waits for it."""
    await EVENTS.bring_up_to_date(db, await agenda.read_stamp(db))


feature.read_at_start.append(warm_up)


@feature.finds(SearchKind("evenement", "Événement", "Événements", lambda number: Open(event=int(number))))
async def find_events(wanted: Search) -> Findings:
    """Find events; what is over comes after what is to come."""
    known = await EVENTS.bring_up_to_date(wanted.db, await agenda.read_stamp(wanted.db))
    scores = {known.rows[place]: score for place, score in known.index.rank(wanted.words)[:RANKED_MAX]}
    shown = await agenda.list_shown(wanted.db, scores, wanted.user.id, get_sight(wanted, wanted.user))
    hits = [_make_hit(wanted, event, scores[event.number]) for event in shown]
    return cut_hits(sorted(hits, key=lambda hit: -hit.score), wanted)


def _weigh(event: AgendaEvent) -> Entry:
    return weigh_texts((event.details, DETAILS), (event.place, PLACE)) | weigh_title(event.title)


def _make_hit(wanted: Search, event: AgendaEvent, score: int) -> Hit:
    is_over = event.ends_at <= wanted.now
    about = ", ".join(filter(None, (say_when(event, wanted.user.zone, wanted.today), STATES.get(event.state))))
    return Hit(event.number, event.title, max(1, score * OVER // 100) if is_over else score, about)
