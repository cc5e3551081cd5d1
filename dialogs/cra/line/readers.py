"""What a few words of a line may mean: small readers, each for one kind of thing."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from bot.forms import Clues
from bot.french.dates import WEEKDAYS, read_date
from bot.french.durations import read_minutes
from bot.french.words import digits, fold, read_number
from config.themes import theme_of, vocabulary
from dialogs.cra.line.ages import read_ages
from dialogs.cra.line.words import (
    AMBIGUOUS,
    NOT_TYPOS,
    ORDINARY,
    SHORTEST_WITH_TYPO,
    SMALL,
    Meaning,
    comma_themes,
    meanings,
    single_words,
)
from storage.communes import find_exactly
from storage.cra.values import DUREES

# What each reading costs; the cheapest reading of the whole line holds (choose.py). A word left unread costs most.
SURE, NAME, GUESS, BARE, WRONG = 1.0, 1.3, 1.6, 2.0, 4.0
BARE_NUMBER = "number"
"""The element of a number that says nothing of what it counts."""


@dataclass(frozen=True, slots=True)
class Span:
    """Some following words: in plain signs, as compared, and reduced as themes are; whether a number is there."""

    text: str
    words: str
    key: str
    count: int
    numbered: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """What a span may mean: an element and its value, or an ambiguous word’s two meanings; lower costs are likelier."""

    element: str
    value: str
    cost: float = SURE
    other: Meaning | None = None


_PEOPLE = (
    r"(?:p|ps|pax|pers|personnes?|participant(?:e)?s?|particip|parts?|usagers?|usageres?|beneficiaires?|stagiaires?|inscrits?|"
    r"presents?|apprenants?|gens|habitants?)"
)
_PARTICIPANTS = re.compile(rf"([0-9]{{1,4}}) ?{_PEOPLE}\.?|{_PEOPLE} ?[:=] ?([0-9]{{1,4}})")
_KNOWN = (
    r"(?:(?:participants?|personnes?|p) )?(?:recurrent(?:e)?s?|recur|rec|habitue(?:e)?s?|(?:deja )?connu(?:e)?s?|"
    r"deja (?:venu|vu|accompagne|suivi)(?:e)?s?)"
)
_RECURRENTS = re.compile(rf"(?:dont )?([0-9]{{1,4}}) {_KNOWN}|(?:recurrents?|deja venus?) ?[:=] ?([0-9]{{1,4}})")
_TIME_UNIT = re.compile(r"[0-9] ?(?:h|m|'$)|[0-9]:[0-9]|heure|quart|demie?\b|½|min")
_HOUR = r"(\d{1,2}) ?h(?:eures?)? ?([0-5]\d)?"
_HOURS = re.compile(rf"(?:de |entre )?{_HOUR} ?(?:a|-|et) ?{_HOUR}")
_CODE = re.compile(r"\b(?:\d{5}|2[ab]\d{3})\b", re.IGNORECASE)
# What numbers may stand beside the name of a commune: codes, a département, an arrondissement.
_PLACE_NUMBER = r"(?:\d{5}|2[ab]\d{3}|\d{1,3}|2[ab]|\d{1,2}(?:er|e|eme))"
_PLACE_WORDS = re.compile(rf"(?:(?:[^\d ]+|{_PLACE_NUMBER})(?: |$))+")
_DATE_WORDS = frozenset((*WEEKDAYS, "hier", "demain", "aujourd", "auj", "jour", "matin", "midi", "soir"))


def read_word(span: Span, clues: Clues) -> Reading | None:
    """Read a usual word of the form, or of an activity that says less than others."""
    if both := AMBIGUOUS.get(span.key):
        return Reading(*both[0], other=both[1])
    found = meanings().get(span.key)
    return Reading(*found) if found else None


def read_theme(span: Span, clues: Clues) -> Reading | None:
    """Read a theme by code, label or usual word."""
    theme = vocabulary().get(span.key)
    return Reading("themes", theme.code) if theme else None


def read_comma_theme(span: Span, clues: Clues) -> Reading | None:
    """Read a label that holds a comma."""
    return read_theme(span, clues) if span.key in comma_themes() else None


def read_day(span: Span, clues: Clues) -> Reading | None:
    """Read a date."""
    if not span.numbered and _DATE_WORDS.isdisjoint(span.words.split()):
        return None
    day = read_date(span.text, clues.today)
    return Reading("date", day.isoformat()) if day else None


def read_duration(span: Span, clues: Clues) -> Reading | None:
    """Read a duration with its unit; one that cannot be reported is less likely meant."""
    if not _TIME_UNIT.search(span.words) and not _TIME_UNIT.search(span.text):
        return None
    minutes = _between_hours(span.text) or read_minutes(span.text)
    if minutes is None:
        return None
    return Reading("duree", str(minutes), SURE if minutes in DUREES else WRONG)


def _between_hours(text: str) -> int | None:
    """Read « de 14h à 15h30 »."""
    match = _HOURS.fullmatch(_with_hyphens(text))
    if not match:
        return None
    first, last = (int(match[i]) * 60 + int(match[i + 1] or 0) for i in (1, 3))
    return last - first if last > first else None


def read_participants(span: Span, clues: Clues) -> Reading | None:
    """Read a number of people: « 8p », « huit personnes », « participants : 8 »."""
    return _count("participants", _PARTICIPANTS, span)


def read_recurrents(span: Span, clues: Clues) -> Reading | None:
    """Read how many had come before: « 3 récurrents », « dont deux déjà venus »."""
    return _count("recurrents", _RECURRENTS, span)


def _count(element: str, pattern: re.Pattern[str], span: Span) -> Reading | None:
    # The words have lost « (e)s », the text has kept the colon of « participants : 8 ».
    match = pattern.fullmatch(digits(span.words)) or pattern.fullmatch(digits(span.text))
    return Reading(element, str(int(match[1] or match[2]))) if match else None


def read_bare_number(span: Span, clues: Clues) -> Reading | None:
    """Read a number that says nothing of what it counts."""
    number = read_number(span.text)
    return Reading(BARE_NUMBER, str(number), BARE) if number is not None else None


def read_age(span: Span, clues: Clues) -> Reading | None:
    """Read an age category in figures."""
    age = read_ages(_with_hyphens(span.text))
    return Reading("age", age.value) if age else None


def _with_hyphens(text: str) -> str:
    """Fold a text, its hyphens kept."""
    return "-".join(fold(part) for part in text.split("-"))


def read_commune(span: Span, clues: Clues) -> Reading | None:
    """Read a postcode, a name, both, or an INSEE code; five digits that are none are a mistyped one."""
    if span.numbered and not _PLACE_WORDS.fullmatch(span.words):
        return None
    ordinary = span.words in ORDINARY and span.text.islower()
    if ordinary or all(word in SMALL for word in span.words.split()):
        return None
    found = find_exactly(span.text, clues.user.departements)
    if found.place or found.choices:
        return Reading("commune", span.text, SURE if has_code(span.text) else NAME)
    return Reading("commune", span.text, WRONG) if _CODE.fullmatch(span.text) else None


def has_code(text: str) -> bool:
    """Whether a text holds a postcode or an INSEE code."""
    return bool(_CODE.search(text))


def read_typo(span: Span, clues: Clues) -> Reading | None:
    """Read a word of the form or of the themes with a slip."""
    if len(span.key) < SHORTEST_WITH_TYPO or re.search(r"\d", span.key) or span.key in NOT_TYPOS:
        return None
    if span.count == 1 and (near := _near(span.key)):
        return Reading(*meanings()[near], cost=GUESS)
    theme = theme_of(span.text)
    # As many words as in what was meant: « internet pc » is no slip of « internet ».
    count = span.key.count(" ")
    as_long = theme and any(
        word.count(" ") == count and OSA.distance(word, span.key, score_cutoff=2) <= 2
        for word, other in vocabulary().items()
        if other is theme
    )
    return Reading("themes", theme.code, GUESS) if theme and as_long else None


def _near(word: str) -> str | None:
    """The one usual word a slip away (two from ten letters), the first letter being right."""
    allowed = 2 if len(word) >= 10 else 1
    words = [known for known in single_words() if known[0] == word[0]]
    found = extractOne(word, words, scorer=OSA.distance, score_cutoff=allowed)
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Way:
    """A reader, and where it is worth trying: the most words, whether a number is needed, whether articles may
    begin or end them."""

    read: Callable[[Span, Clues], Reading | None]
    most: int
    needs_number: bool = False
    edges: bool = False

    def fits(self, span: Span, edged: bool) -> bool:
        """Whether to try it; ``edged`` says that an article begins or ends the span."""
        return span.count <= self.most and (span.numbered or not self.needs_number) and (self.edges or not edged)


WAYS = (
    Way(read_word, 7),
    Way(read_theme, 12),
    Way(read_recurrents, 6, needs_number=True, edges=True),
    Way(read_participants, 4, needs_number=True, edges=True),
    Way(read_age, 6, needs_number=True, edges=True),
    Way(read_duration, 8, edges=True),
    Way(read_day, 6, edges=True),
    Way(read_commune, 9, edges=True),
    Way(read_bare_number, 3, needs_number=True),
    Way(read_typo, 4),
)
WORDS_MAX = max(way.most for way in WAYS)
