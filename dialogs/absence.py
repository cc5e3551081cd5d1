"""Days away: how they are typed, said and shown in a window, and when somebody is back."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.calendar import find_holiday
from bot.errors import UserError
from bot.forms import Form, Hidden, ReadText, asks
from bot.french import NBSP, Period, say_date, say_days
from bot.texts import Markdown, render
from config.text import fold
from config.time import DAY_MINUTES, WEEKDAYS
from dialogs.agenda import EventText
from dialogs.personal_data import fault_of, fault_of_owner
from dialogs.reservation import AbsenceLengthError, read_absence, say_part
from storage import rappels
from storage.absences import COMING_MAX, WORD_MAX, Absence, list_absences
from storage.people import Person

_DAY = timedelta(days=1)
WORDS_READ = 16
"""Words of a line among which days are looked for."""
EXAMPLES = "12/12-20/12, jusqu’au 3 janvier, jeudi de 14h à 16h"
_FILLERS = frozenset(
    re.findall(
        r"\S+",
        "je suis serai pars absent absente absence note noter en le les la : ne pas disponible dispo mon mes "
        "bonjour salut bon desole desolee",
    )
)
"""Words before the days that say nothing more."""
TEXT_READ = 200
_REASONS = frozenset(
    ("malade", "malades", "maladie", "arret", "arrets", "enfant", "enfants", "souffrant", "souffrante")
)
"""Words of a reason that is nobody’s business: it is not kept for those who look for the person."""
_WHEN = (
    "demain|apres demain|aujourd|ce matin|cet|jusqu|pour|du |le |des |de |a partir|la semaine|cette|toute|[0-9]|"
    + "|".join(WEEKDAYS)
)
_SAID = re.compile(
    r"(?:(?:bonjour|salut|bon|desolee?) )*(?:"
    r"(?:je (?:suis|serai|pars) |j ai )?(?:en |mes |des )?(?:conges?|vacances|absente?|rtt|souffrante?)|"
    r"(?:je (?:suis|serai) )?(?:(?:mon |mes )?enfants? )?malades?|"
    r"(?:je (?:suis|serai) )?en arret(?: maladie| de travail)?|"
    r"je (?:suis|serai) en formation|je (?:ne |n )?(?:suis|serai) pas (?:la|disponible|dispo)"
    rf") (?:{_WHEN})|"
    r"je suis (?:malade|souffrante?|en arret(?: maladie)?|absente?)$"
)
READERS = "les collègues qui vous cherchent le liraient"


@dataclass(frozen=True, slots=True)
class SaidAbsence:
    """An absence as somebody said it: its days, the hours where it is a single day, and a word for those who ask."""

    days: Period
    hours: tuple[int, int] | None = None
    word: str = ""

    def make(self, user_id: str, now: datetime) -> Absence:
        """Make the absence of somebody, not stored yet."""
        start, end = self.hours or (0, DAY_MINUTES)
        return Absence(
            user_id=user_id,
            starts=self.days.start,
            ends=self.days.end,
            start=start,
            end=end,
            word=self.word,
            by=user_id,
            at=now,
        )


def read_line(text: str, today: date) -> SaidAbsence:
    """Read « 12/12-20/12 formation », « en congés jusqu’au 3 janvier ». Raises ValueError, with a sentence."""
    words = _UNTIL_ITS_END.sub("", text).split()
    read = [word.rstrip(",") for word in words[:WORDS_READ]]
    if fault := fault_of_owner(text, READERS):
        raise ValueError(fault)
    if _EACH_WEEK.search(fold(text)):
        raise ValueError(f"Un jour où vous ne travaillez jamais se dit à part{NBSP}: /rappels jours lun mar jeu ven.")
    for size in range(len(read), 0, -1):
        for start in range(len(read) - size + 1):
            try:
                days, hours = read_absence(" ".join(read[start : start + size]), today)
            except AbsenceLengthError:
                raise
            except ValueError:
                continue
            word = " ".join([*_without_fillers(read[:start]), *words[start + size :]])
            return SaidAbsence(days, hours, _check_word(word))
    raise ValueError(f"Je n’ai pas compris les jours. Essayez : {EXAMPLES}.")


def is_said(text: str) -> bool:
    """Tell whether a text says of its author that they are away: « je suis en congés », « absente demain »."""
    return bool(_SAID.match(fold(text[:TEXT_READ].replace(",", " ")).rstrip(" .!")))


def _without_fillers(words: list[str]) -> list[str]:
    said = ((word, fold(word).strip(" ,")) for word in words)
    return [word for word, folded in said if folded not in _FILLERS and folded not in _REASONS]


_DAY_LEFT = re.compile(r"(?<![\d/])\d{1,2}/\d{1,2}(?!\d)")
"""A day among the words that say no day."""
_HOURS_LEFT = re.compile(r"(?:de |a |jusqu ?a )?\d{1,2} ?(?:h|heures?\b)")
_UNTIL_ITS_END = re.compile(r"\bjusqu['’ ]?[àa] la fin de (?=(?:la|cette) semaine\b(?! prochaine))", re.IGNORECASE)
"""What says nothing more: an absence of this week begins today."""
_EACH_WEEK = re.compile(rf"(?<!\w)(?:tous les |chaque |les )(?:{'|'.join(WEEKDAYS)})")


def _check_word(word: str) -> str:
    said = word.strip(" ,.;:-–()")
    if _HOURS_LEFT.match(fold(said)):
        raise ValueError(
            f"Relisez ces heures{NBSP}: la fin vient après le début, le même jour, comme jeudi de 14h à 16h."
        )
    if _DAY_LEFT.search(said):
        raise ValueError("Relisez ces jours : la fin est avant le début, ou il y a une date en trop.")
    if len(said) > WORD_MAX:
        raise ValueError(f"Raccourcissez le mot qui suit les jours : {WORD_MAX} caractères au plus.")
    if fault := fault_of(said, READERS):
        raise ValueError(fault)
    return said


def say_absence(absence: Absence) -> str:
    """Say when an absence is: « le jeudi 24 décembre 2026 », « …, le matin », « …, de 14h à 16h »."""
    hours = "" if absence.is_whole else f", {say_part(absence.start, absence.end)}"
    return f"{say_days(absence.starts, absence.last)}{hours}"


Span = tuple[Period, tuple[int, int] | None]
"""Days, and the hours of one."""


def write_days(absence: Absence) -> str:
    """Write the days of an absence in the form in which they are read."""
    days = f"du {absence.starts:%d/%m/%Y} au {absence.last:%d/%m/%Y}"
    if absence.starts == absence.last:
        days = f"{absence.starts:%d/%m/%Y}"
    return days if absence.is_whole else f"{days} {say_part(absence.start, absence.end)}"


class NoteAbsence(Form):
    """The window of an absence, new or (``number``) changed."""

    title = "Votre absence"
    submit_label = "Enregistrer"

    days: Annotated[Span, ReadText(lambda text, clues: read_absence(text, clues.today), placeholder=EXAMPLES)] = asks(
        "Jours", "Vos rappels s’arrêtent ces jours-là.", name="jours"
    )
    word: Annotated[str, EventText(limit=WORD_MAX)] = asks(
        "Un mot", "Lu par les collègues qui vous cherchent : « formation »…", name="mot", default=""
    )
    number: Hidden[int] = 0

    @property
    def said(self) -> SaidAbsence:
        """The absence that the window says."""
        return SaidAbsence(*self.days, self.word)

    @classmethod
    def problems(cls, values: Mapping[str, Any], clues: Any) -> Mapping[str, str]:
        word = str(values.get("word") or "")
        found = fault_of(word, READERS) or fault_of_owner(word, READERS)
        return {"word": found} if found else {}


def find_return(
    absences: Sequence[Absence], after: date, departement: str | None, days: int = rappels.USUAL_DAYS
) -> date:
    """Find the first day, from a day on, that is in none of these absences, no public holiday in a département, and on
    one of the weekdays ``days`` (as bits) on which that person works."""
    day = after
    while (
        not days >> day.weekday() & 1
        or find_holiday(day, departement)
        or any(one.is_whole and one.has(day) for one in absences)
    ):
        day += _DAY
    return day


def must_have_room(there: Sequence[Absence]) -> None:
    """Raise UserError for somebody who has as many absences to come as one person may have."""
    if len(there) >= COMING_MAX:
        raise UserError(f"Vous avez déjà {COMING_MAX} absences à venir : retirez-en d’abord.")


async def say_away(db: AsyncSession, person: Person, now: datetime) -> Markdown:
    """Tell colleagues when an absent person is back, with the word that they left; "" for somebody who is present."""
    today = person.today(now)
    absences = await list_absences(db, [person.id], today, whole=True)
    current = next((one for one in absences if one.has(today)), None)
    if current is None:
        return Markdown("")
    days = (await rappels.get_choice(db, person.id)).days
    back = find_return(absences, current.ends, person.departement, days)
    return render("absence/away", back=say_date(back), word=current.word)
