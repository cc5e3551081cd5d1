"""What other features know, as news: a resource, an outage that is over, what came of a poll, an event to come."""

from zoneinfo import ZoneInfo

from bot import guard
from bot.french.dates import MONTHS, WEEKDAYS, say_day
from bot.french.moments import say_hour
from bot.french.words import plural
from bot.linked import address_of
from bot.quoting import one_line, shorten, unmarked
from config.settings import Settings
from storage.actus.harvest import AHEAD
from storage.actus.items import CREDIT_MAX, TITLE_MAX, Item, Kind, Section
from storage.agenda.event import AgendaEvent
from storage.hotline.incidents import Incident
from storage.people import PARIS, Person
from storage.ressources.resource import Resource
from storage.sondage import Poll

TEXT_MAX = 300
ANSWERS_MAX = 3
"""Of a poll, the most chosen."""


def of_resource(resource: Resource, author: Person | None, settings: Settings) -> Item:
    """A resource that came out, with who wrote it."""
    credit = author.full_name if author else f"@{resource.auteur}" if resource.auteur else ""
    return Item(
        key=f"fiche:{resource.number}",
        kind=Kind.RESOURCE,
        section=Section.RESOURCES,
        title=one_line(resource.titre, TITLE_MAX),
        text=one_line(unmarked(resource.description), TEXT_MAX),
        url=resource.url or (address_of(settings, resource.post_id) if resource.post_id else ""),
        credit=shorten(credit, CREDIT_MAX),
        author_id=resource.auteur_id,
        themes=resource.themes,
        found_at=resource.published_at or resource.created_at,
        details={"fiche": resource.number},
    )


def of_outage(incident: Incident) -> Item:
    """An outage that is over, with what was told of it last."""
    told = one_line(unmarked(incident.news), TEXT_MAX)
    return Item(
        key=f"panne:{incident.number}",
        kind=Kind.INCIDENT,
        section=Section.COMMUNITY,
        title=one_line(f"Panne terminée : {incident.subject}", TITLE_MAX),
        text="" if guard.find(told) else told,
        found_at=incident.ended_at or incident.opened_at,
    )


def of_poll(poll: Poll) -> Item:
    """What came of a poll, in its most chosen answers."""
    results = poll.known
    assert results is not None, "only what is told goes into the news"
    chosen = sorted(zip(results.counts, poll.options, strict=True), key=lambda pair: -pair[0])[:ANSWERS_MAX]
    said = [f"{option} : {count * 100 / results.votes:.0f} %" for count, option in chosen if count]
    return Item(
        key=f"sondage:{poll.id}",
        kind=Kind.POLL,
        section=Section.COMMUNITY,
        title=one_line(f"Vous avez répondu : {poll.question}", TITLE_MAX),
        text=one_line(f"{' ; '.join(said)} ({plural(results.votes, 'vote')}).", TEXT_MAX),
        found_at=poll.ended_at or poll.ends_at,
        details={"sondage": poll.id},
    )


def of_event(event: AgendaEvent) -> Item:
    """An event to come: when and where; it is news from when it was published, or from when it is near."""
    start = event.starts_at.astimezone(ZoneInfo(PARIS))
    when = f"{WEEKDAYS[start.weekday()]} {say_day(start.date())} {MONTHS[start.month - 1]} à {say_hour(start)}"
    near = event.starts_at - AHEAD
    return Item(
        key=f"evenement:{event.number}",
        kind=Kind.EVENT,
        section=Section.AGENDA,
        title=one_line(f"{event.title}, {when}", TITLE_MAX),
        text=one_line(f"{event.place or 'À distance'}. /agenda {event.number} : en savoir plus, y venir.", TEXT_MAX),
        url=event.url,
        author_id=event.author_id,
        found_at=max(event.published_at or near, near),
        details={"evenement": event.number, "quand": event.starts_at.isoformat()},
    )
