"""When an event begins and ends, as its window says it; each mistake is explained under its field."""

from datetime import UTC, datetime, timedelta

from bot.context import Context
from bot.errors import UserError
from bot.french.moments import read_moment, say_moment
from commands.agenda.words import hour_after, is_double, is_skipped
from dialogs.agenda import EditEvent, ProposeEvent
from storage.agenda.event import AgendaEvent

AHEAD_MAX, LENGTH_MAX = timedelta(days=400), timedelta(days=31)
Times = tuple[datetime, datetime]


def read_times(ctx: Context, form: ProposeEvent | EditEvent, known: AgendaEvent | None = None) -> Times:
    """The beginning and the end; where the window shows what is ``known``, that instant stays. Raises UserError."""
    start = _kept(ctx, form.quand, known.starts_at if known else None)
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
        return hour_after(start)
    found = read_moment(text, start.date(), ctx.zone)
    if found is None:
        raise UserError(fields={"jusqua": "Écrivez l’heure de fin comme 16h, ou le jour et l’heure comme 24/11 18h."})
    end = _kept(ctx, found, known.ends_at if known else None)
    _must_exist("jusqua", end)
    if is_double(end) and end.astimezone(UTC) <= start.astimezone(UTC):
        end = end.replace(fold=1)
    return end.astimezone(UTC)


def _kept(ctx: Context, said: datetime, known: datetime | None) -> datetime:
    """What is known, where the window says it as it showed it: of an hour that a night has twice it shows no more."""
    here = known.astimezone(ctx.zone) if known else None
    return here if here and show(here) == show(said) else said


def show(moment: datetime) -> str:
    """A moment as windows show it."""
    return f"{moment:%d/%m/%Y %Hh%M}"


def show_end(event: AgendaEvent, ctx: Context) -> str:
    """The end of an event, as its window shows it: the hour, with its day where it is another."""
    start, end = event.starts_at.astimezone(ctx.zone), event.ends_at.astimezone(ctx.zone)
    return f"{end:%Hh%M}" if start.date() == end.date() else show(end)


def _must_exist(field: str, moment: datetime) -> None:
    if is_skipped(moment):
        later = moment.astimezone(UTC).astimezone(moment.tzinfo)
        raise UserError(fields={field: f"Cette heure n’existe pas cette nuit-là : on passe à l’heure d’été. Le plus "
                                       f"proche est le {say_moment(later)}."})  # fmt: skip
