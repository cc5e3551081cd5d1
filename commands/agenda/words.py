"""An event in words: when it is, in whose time, where, and for whom."""

from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.french.dates import MONTHS, WEEKDAYS, say_day
from bot.french.moments import say_hour
from bot.texts import Markdown, escape, quote
from storage import targets
from storage.agenda.event import AgendaEvent
from storage.people import PARIS

ZONE = ZoneInfo(PARIS)
EVENING = time(17)
"""The hour of the day before at which people are reminded, where they are."""
TITLE_SHOWN = 80
"""Characters of a title in a sentence."""
_PLACES = {
    "Indian/Reunion": "La Réunion",
    "Pacific/Noumea": "Nouméa",
    "Pacific/Wallis": "Wallis-et-Futuna",
    "America/Miquelon": "Saint-Pierre-et-Miquelon",
}
"""Zones that are called otherwise than their last word."""


def say_when(event: AgendaEvent, zone: ZoneInfo, today: date) -> str:
    """« vendredi 4 décembre de 14 h à 16 h », where ``zone`` is; whose time it is, where that may be asked."""
    start, end = event.starts_at.astimezone(zone), event.ends_at.astimezone(zone)
    if start.date() == end.date():
        said = f"{_say_day(start.date(), today)} de {_say_hour(start)} à {_say_hour(end)}"
    else:
        said = (
            f"du {_say_day(start.date(), today)} à {_say_hour(start)} au {_say_day(end.date(), today)} à "
            f"{_say_hour(end)}"
        )
    return said + (f" (heure de {name_of_zone(zone)})" if _may_be_asked(event, start) else "")


def _say_day(day: date, today: date) -> str:
    year = "" if day.year == today.year else f" {day.year}"
    return f"{WEEKDAYS[day.weekday()]} {say_day(day)} {MONTHS[day.month - 1]}{year}"


def _say_hour(moment: datetime) -> str:
    """An hour; one that a night has twice says which of them it is."""
    if not is_double(moment):
        return say_hour(moment)
    return f"{say_hour(moment)} (heure {'d’été' if moment.dst() else 'd’hiver'})"


def _may_be_asked(event: AgendaEvent, start: datetime) -> bool:
    others = {start.astimezone(ZoneInfo(zone)).utcoffset() for zone in (PARIS, event.zone)}
    return others != {start.utcoffset()}


def name_of_zone(zone: ZoneInfo) -> str:
    """« Paris », « La Réunion »."""
    return _PLACES.get(zone.key) or zone.key.rpartition("/")[2].replace("_", " ")


def is_skipped(moment: datetime) -> bool:
    """Whether clocks never show that hour: they were put forward over it."""
    return moment.astimezone(UTC).astimezone(moment.tzinfo).replace(tzinfo=None, fold=0) != moment.replace(tzinfo=None)


def is_double(moment: datetime) -> bool:
    """Whether clocks show that hour twice: they were put back."""
    return not is_skipped(moment.replace(fold=0)) and (
        moment.replace(fold=0).utcoffset() != moment.replace(fold=1).utcoffset()
    )


def hour_after(moment: datetime) -> datetime:
    """An hour later, as time goes."""
    return moment.astimezone(UTC) + timedelta(hours=1)


def evening_before(event: AgendaEvent, zone: ZoneInfo) -> datetime:
    """When people there are reminded for the first time."""
    return datetime.combine(event.starts_at.astimezone(zone).date() - timedelta(days=1), EVENING, zone)


def last_call(event: AgendaEvent) -> datetime:
    """When all are reminded for the last time."""
    return event.starts_at - timedelta(hours=1)


def title(event: AgendaEvent) -> Markdown:
    """Its title."""
    return Markdown(escape(event.title))


def named(event: AgendaEvent) -> str:
    """What it is called in a sentence."""
    return quote(event.title, TITLE_SHOWN)


def link(event: AgendaEvent) -> Markdown:
    """Its link, under the name of the site to which it leads; empty without one."""
    host = urlsplit(event.url).hostname or ""
    return Markdown(f"[{escape(host)}](<{event.url}>)" if event.url else "")


def audience(event: AgendaEvent) -> str:
    """« tout le réseau », « Rhône (69) »."""
    return targets.say(event.departement or targets.NATIONAL, {})
