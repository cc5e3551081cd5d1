"""What « /chercher » finds of the agenda: published events that somebody sees, and those that they proposed."""

from bot.search import Findings, Hit, Search, SearchKind, cut_hits
from commands.agenda.cards import Open, say_when
from commands.agenda.feature import feature, get_sight
from storage import agenda
from storage.agenda import AgendaEvent
from storage.text_search import Entry, rank_entries, weigh_texts, weigh_title

PLACE, DETAILS = 60, 30
"""What a word of the place and of the details weighs."""
OVER = 70
"""What an event that is over is worth, of 100."""


@feature.finds(SearchKind("evenement", "Événement", "Événements", lambda number: Open(event=int(number))))
async def find_events(wanted: Search) -> Findings:
    """Find events; what is over comes after what is to come."""
    shown = await agenda.list_shown(wanted.db, wanted.user.id, get_sight(wanted, wanted.user))
    ranked = [(shown[place], score) for place, score in rank_entries(wanted.words, [_weigh(each) for each in shown])]
    hits = [_make_hit(wanted, event, score) for event, score in ranked]
    return cut_hits(sorted(hits, key=lambda hit: -hit.score), wanted)


def _weigh(event: AgendaEvent) -> Entry:
    return weigh_texts((event.details, DETAILS), (event.place, PLACE)) | weigh_title(event.title)


def _make_hit(wanted: Search, event: AgendaEvent, score: int) -> Hit:
    is_over = event.ends_at <= wanted.now
    when = say_when(event, wanted.user.zone, wanted.today)
    return Hit(event.number, event.title, max(1, score * OVER // 100) if is_over else score, when)
