"""An event in words, and when it is: read from its window, said in somebody’s time."""

from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.context import Context
from bot.errors import UserError
from bot.french.dates import say_weekday
from bot.french.periods import read_moment, say_hour, say_moment, write_moment
from bot.texts import Markdown, escape, quote
from config.time import PARIS
from dialogs.agenda import EditEvent, ProposeEvent
from storage import targets
from storage.agenda import AgendaEvent

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
        said = f"{say_weekday(start.date(), today)} de {_say_hour(start)} à {_say_hour(end)}"
    else:
        said = (
            f"du {say_weekday(start.date(), today)} à {_say_hour(start)} au {say_weekday(end.date(), today)} à "
            f"{_say_hour(end)}"
        )
    return said + (f" (heure de {name_zone(zone)})" if _needs_zone(event, start) else "")


def _say_hour(moment: datetime) -> str:
    """An hour; one that a night has twice says which of them it is."""
    if not is_double(moment):
        return say_hour(moment)
    return f"{say_hour(moment)} (heure {'d’été' if moment.dst() else 'd’hiver'})"


def _needs_zone(event: AgendaEvent, start: datetime) -> bool:
    others = {start.astimezone(ZoneInfo(zone)).utcoffset() for zone in (PARIS.key, event.zone)}
    return others != {start.utcoffset()}


def name_zone(zone: ZoneInfo) -> str:
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


def add_hour(moment: datetime) -> datetime:
    """An hour later, as time goes."""
    return moment.astimezone(UTC) + timedelta(hours=1)


def find_evening_reminder(event: AgendaEvent, zone: ZoneInfo) -> datetime:
    """When people there are reminded for the first time."""
    return datetime.combine(event.starts_at.astimezone(zone).date() - timedelta(days=1), EVENING, zone)


def find_last_reminder(event: AgendaEvent) -> datetime:
    """When all are reminded for the last time."""
    return event.starts_at - timedelta(hours=1)


def draw_title(event: AgendaEvent) -> Markdown:
    """Its title."""
    return Markdown(escape(event.title))


def name_event(event: AgendaEvent) -> str:
    """What it is called in a sentence."""
    return quote(event.title, TITLE_SHOWN)


def draw_link(event: AgendaEvent) -> Markdown:
    """Its link, under the name of the site to which it leads; empty without one."""
    host = urlsplit(event.url).hostname or ""
    return Markdown(f"[{escape(host)}](<{event.url}>)" if event.url else "")


def say_audience(event: AgendaEvent) -> str:
    """« tout le réseau », « Rhône (69) »."""
    return targets.say_target(event.departement or targets.NATIONAL, {})


AHEAD_MAX, LENGTH_MAX = timedelta(days=400), timedelta(days=31)
Times = tuple[datetime, datetime]


def read_times(ctx: Context, form: ProposeEvent | EditEvent, known: AgendaEvent | None = None) -> Times:
    """The beginning and the end; where the window shows what is ``known``, that instant stays. Raises UserError."""
    start = _keep_known(ctx, form.quand, known.starts_at if known else None)
    _must_exist("quand", start)
    begins = start.astimezone(UTC)
    if (known is None or begins != known.starts_at) and begins <= ctx.now:
        raise UserError(fields={"quand": "Ce moment est passé : donnez-en un à venir."})
    if begins > ctx.now + AHEAD_MAX:
        raise UserError(fields={"quand": f"C’est trop loin : {AHEAD_MAX.days} jours d’avance au plus."})
    ends = _read_end(ctx, form.jusqua, start, known)
    if ends <= begins:
        raise UserError(fields={"jusqua": "La fin est avant le début : donnez aussi son jour si c’est le lendemain."})
    if ends - begins > LENGTH_MAX:
        raise UserError(fields={"jusqua": f"C’est trop long : {LENGTH_MAX.days} jours au plus."})
    if ends <= ctx.now:
        raise UserError(fields={"jusqua": "Ce moment est passé : donnez-en un à venir."})
    return begins, ends


def _read_end(ctx: Context, text: str, start: datetime, known: AgendaEvent | None) -> datetime:
    """In UTC. An hour alone is one of the day on which it begins."""
    if not text:
        return add_hour(start)
    found = read_moment(text, start.date(), ctx.zone)
    if found is None:
        raise UserError(fields={"jusqua": "Écrivez l’heure de fin comme 16h, ou le jour et l’heure comme 24/11 18h."})
    end = _keep_known(ctx, found, known.ends_at if known else None)
    _must_exist("jusqua", end)
    if is_double(end) and end.astimezone(UTC) <= start.astimezone(UTC):
        end = end.replace(fold=1)
    return end.astimezone(UTC)


def _keep_known(ctx: Context, said: datetime, known: datetime | None) -> datetime:
    """What is known, where the window says it as it showed it: of an hour that a night has twice it shows no more."""
    here = known.astimezone(ctx.zone) if known else None
    return here if here and write_moment(here) == write_moment(said) else said


def show_end(event: AgendaEvent, ctx: Context) -> str:
    """The end of an event, as its window shows it: the hour, with its day where it is another."""
    start, end = event.starts_at.astimezone(ctx.zone), event.ends_at.astimezone(ctx.zone)
    return f"{end:%Hh%M}" if start.date() == end.date() else write_moment(end)


def _must_exist(field: str, moment: datetime) -> None:
    if is_skipped(moment):
        later = moment.astimezone(UTC).astimezone(moment.tzinfo)
        raise UserError(fields={field: f"Cette heure n’existe pas cette nuit-là : on passe à l’heure d’été. Le plus "
                                       f"proche est le {say_moment(later)}."})  # fmt: skip
