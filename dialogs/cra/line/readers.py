"""What a few words of a line may mean: small readers, each for one kind of thing, and the words that they know."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache

from bot.forms import Clues
from bot.french import MONTH_NUMBERS, digits, fold_date, is_a_week_or_two, read_date, read_named_day, read_number
from config import libraries
from config.tables import read
from config.text import make_plain
from config.themes import THEMES, key, theme_of, vocabulary
from config.time import WEEKDAYS
from dialogs.cra.line.ages import AGE_SAID, list_ages, read_ages, write_ages
from dialogs.cra.line.hours import SHORT_DAYS, ends_with_one, read_length, spell_day, spell_hours
from dialogs.cra.line.lexicon import NOT_TYPOS, ORDINARY, SMALL, STREET
from storage.communes import find_place_exactly
from storage.cra.report import DUREES, Activite, Age, Canal, Statut, Suite

Meaning = tuple[str, str]
"""An element of the dialog and its value."""

WEAK = "weak"
"""The element of an activity’s words that hold only where no better one is: « un accompagnement ponctuel »."""
NO_SUITE = "aucune"
SOME, ALL = "some", "all"
"""Recurrents without a number."""

# Two meanings; which holds depends on what else the line says (submission.py).
AMBIGUOUS: dict[str, tuple[Meaning, Meaning]] = {
    key("enfants"): (("age", "-12"), ("themes", "accompagner enfant")),
    key("téléphone"): (("canal", "distance"), ("themes", "smartphone")),
    key("visio"): (("canal", "distance"), ("themes", "echanger")),
    key("visioconférence"): (("canal", "distance"), ("themes", "echanger")),
}

NOTHING = "rien"
"""The element of words that tell nothing, though they look as if they did: « en ligne » names no commune."""

BESIDE = "beside "
"""The beginning of the value of an element that is said of something else: « 30 min d’attente »."""

WITHOUT = "sans "
"""The beginning of the value of a theme that is said not to have been: « pas de mail »."""

SHORTEST_WITH_TYPO = 6


UNSURE = "?"
"""The beginning of a value that has to be asked for: a day that is none, a theme that may be several."""


@cache
def read_unsure_themes() -> dict[str, str]:
    """Read the words that several themes share, reduced by `key`, with the codes of these themes."""
    rows = read("unsure_themes.tsv")
    return {key(word): row["codes"] for row in rows for word in row["mots"].split(", ")}


@cache
def read_meanings() -> dict[str, Meaning]:
    """Read every text that means something besides themes, reduced by `key`."""
    return {key(word): (row["element"], row["valeur"]) for row in read("line.tsv") for word in row["mots"].split(", ")}


@cache
def comma_themes() -> frozenset[str]:
    """List the labels of themes that contain a comma, reduced by `key`: they are read across it."""
    return frozenset(key(text) for t in THEMES.values() for text in (t.libelle, t.court) if "," in text)


@cache
def single_words() -> tuple[str, ...]:
    """List the single words of the table that are long enough to allow a slip."""
    return tuple(word for word in read_meanings() if len(word) >= SHORTEST_WITH_TYPO and " " not in word)


def say_meaning(element: str, value: str) -> str:
    """Say a value of the form, or a theme, as people do."""
    if element == "themes":
        return THEMES[value].court
    members = {"activite": Activite, "canal": Canal, "age": Age, "statut": Statut, "suite": Suite}
    labels = {member.value: member.label for member in members.get(element, ())}
    return labels.get(value, value)


# What each reading costs; the cheapest reading of the whole line holds (parser.py). A word left unread costs most.
SURE, NAME, GUESS, DOUBTED, BARE, WRONG = 1.0, 1.3, 1.6, 1.8, 2.0, 4.0
BARE_NUMBER = "number"
"""The element of a number that says nothing of what it counts."""


@dataclass(frozen=True, slots=True)
class Span:
    """Some consecutive words: in plain signs, as compared, and reduced as themes are; and whether they contain a
    number."""

    text: str
    words: str
    key: str
    count: int
    numbered: bool


@dataclass(frozen=True, slots=True)
class SpanReading:
    """What a span may mean: an element and its value, or the two meanings of an ambiguous word; a lower cost is
    likelier."""

    element: str
    value: str
    cost: float = SURE
    other: Meaning | None = None


_PEOPLE = (
    r"(?:p|ps|pax|pers|personnes?|participant(?:e)?s?|particip|parts?|usagers?|usageres?|beneficiaires?|stagiaires?|inscrits?|"
    r"presents?|apprenants?|gens|habitants?)"
)
_PARTICIPANTS = re.compile(rf"([0-9]{{1,4}}) ?{_PEOPLE}\.?|{_PEOPLE} ?[:=] ?([0-9]{{1,4}})")
_CROWD = re.compile(rf"([0-9]{{5,9}}) ?{_PEOPLE}\.?")
"""More people than a workshop has, whose number looks like a postcode."""
_OUT_OF = re.compile(rf"(\d{{1,3}}) ?(?:/|sur) ?(\d{{1,3}}) (?:{_PEOPLE}|venus|attendus)")
"""The pattern of how many came of those who were expected: « 5 sur 8 inscrits »."""
_ABOUT = re.compile(rf"une (dizaine|douzaine|quinzaine|vingtaine|trentaine)(?: (?:de|d) {_PEOPLE})?")
_DOZENS = {"dizaine": 10, "douzaine": 12, "quinzaine": 15, "vingtaine": 20, "trentaine": 30}
"""Numbers of people that are told roughly."""
_KNOWN = (
    r"(?:(?:participants?|personnes?|p) )?(?:recurrent(?:e)?s?|recur|rec|habitue(?:e)?s?|(?:deja )?connu(?:e)?s?|"
    r"deja (?:venu|vu|accompagne|suivi)(?:e)?s?)"
)
_RECURRENTS = re.compile(rf"(?:dont )?([0-9]{{1,4}}) {_KNOWN}|(?:recurrents?|deja venus?) ?[:=] ?([0-9]{{1,4}})")
_TIME_UNIT = re.compile(r"[0-9] ?(?:h|m|'$)|[0-9]:[0-9]|heure|quart|demie?\b|½|min")
_CODE = re.compile(r"\b(?:\d{5}|2[ab]\d{3})\b", re.IGNORECASE)
# What numbers may stand beside the name of a commune: codes, a département, an arrondissement.
_PLACE_NUMBER = r"(?:\d{5}|2[ab]\d{3}|\d{1,3}|2[ab]|\d{1,2}(?:er|e|eme))"
_PLACE_WORDS = re.compile(rf"(?:(?:[^\d ]+|{_PLACE_NUMBER})(?: |$))+")
_LIKE_DATE = re.compile(
    rf"(?:(?:{'|'.join(WEEKDAYS)}) )?(?:le )?(?:\d{{1,2}}/\d{{1,2}}(?:/(?:\d{{4}}|\d\d))?|"
    rf"\d{{1,2}}(?: ?er)? (?:{'|'.join(MONTH_NUMBERS)})\.?(?: \d{{4}})?)"
)
"""The pattern of a date, whether the day exists or not."""
_WEEKDAY_AND_DAY = re.compile(rf"(?:le )?(?:{'|'.join(WEEKDAYS)}) (?:le )?(?:[1-9]|[12]\d|3[01])")
_DATE_WORDS = frozenset(
    (
        *(*WEEKDAYS, *SHORT_DAYS, "hier", "ier", "yer", "avanthier", "demain", "aujourd", "auj", "ajd"),
        *("jour", "matin", "midi", "aprem", "soir", "heure", "premier", "semaine", "mois"),
    )
)


_SAID_OF = re.compile(r"[a-z] ?: |[a-z] -(?=\d)")
"""What ends with « : », and what is told of it, « mardi : 4 individuels »; « jeudi -12 » tells an age."""
_IN_A_SERIES = re.compile(r"(?:seance|session|module|cours) (?:n ?[°o]? ?)?\d{1,2} ?(?:/|sur) ?\d{1,2}")
"""Which workshop of several it was: « séance 4/6 » names no day of June."""


_SENT_TO = re.compile(
    r"(?:orient(?:e|ee|es|ees) vers|suite en) (?:(?:l|un|le|les|des|mon|mes|notre|nos) )?ateliers? "
    r"(?:de |d |sur )?(\S.*)"
)
"""The pattern of a workshop to which somebody is sent, whose theme is not the report’s: « orientée vers l’atelier mail
»."""


def read_word(span: Span, clues: Clues) -> SpanReading | None:
    """Read a usual word of the form, or of an activity that other words may overrule."""
    if _IN_A_SERIES.fullmatch(make_plain(span.text)):
        return SpanReading(WEAK, Activite.COLLECTIF.value)
    if (sent := _SENT_TO.fullmatch(span.words)) and key(sent[1]) in vocabulary():
        return SpanReading("suite", Suite.ATELIER.value)
    if both := AMBIGUOUS.get(span.key):
        return SpanReading(*both[0], other=both[1])
    found = read_meanings().get(span.key)
    return SpanReading(*found) if found else None


_AT_HOME = re.compile(
    r"chez (?:(?:une?|l|la|le|mon|ma|son|sa|ce|cette|d) )*(?:monsieur|madame|mme|mr|m|mlle|dame|homme|femme|usagere?|"
    r"personne|particulier|couple|fils|fille|mere|pere|voisine?)"
)
"""The pattern of a home."""


def read_home(span: Span, clues: Clues) -> SpanReading | None:
    """Read « chez un monsieur » as a visit at home, cheaper than as small words that tell nothing."""
    return SpanReading("canal", Canal.DOMICILE.value, cost=0.0) if _AT_HOME.fullmatch(span.words) else None


_PRODUCT = re.compile(
    r"(windows|android|ios|iphone|ipad|samsung|macos|ubuntu|libreoffice) \d{1,4}|(office|excel|word) (365|\d{4})"
)
"""The pattern of a product with its version: « windows 11 » tells of no eleven people, but « excel 7 » of seven."""


def read_theme(span: Span, clues: Clues) -> SpanReading | None:
    """Read a theme by code, label or usual word."""
    if match := _PRODUCT.fullmatch(span.words):
        span = replace(span, key=key(match[1] or match[2]))
    if codes := read_unsure_themes().get(span.key):
        return SpanReading("themes", f"{UNSURE}{span.words}={codes}")
    theme = vocabulary().get(span.key)
    return SpanReading("themes", theme.code) if theme else None


_WITHOUT = re.compile(
    r"(?:et |mais |ni )?(?:pas|sans|ni|hors|rien)((?: (?:sur|de|d|du|des|le|la|les|l|son|sa|ses|un|une))*) (\S.*)"
)


def read_without(span: Span, clues: Clues) -> SpanReading | None:
    """Read « pas de mail », « sans ordinateur »: no theme of the report."""
    match = _WITHOUT.fullmatch(span.words)
    if match is None or SMALL & {match[2].split()[0], match[2].split()[-1]}:
        return None
    named = key(match[2])
    is_status = not read_meanings().keys().isdisjoint((named, f"sans {named}", f"pas {named}"))  # « sans emploi »
    theme = vocabulary().get(named)
    return SpanReading(NOTHING, f"{WITHOUT}{theme.code}") if theme and not is_status else None


def read_comma_theme(span: Span, clues: Clues) -> SpanReading | None:
    """Read the label of a theme that contains a comma."""
    return read_theme(span, clues) if span.key in comma_themes() else None


_OF_THE_DAY = re.compile(r"^du (?=\d{1,2}$)", re.IGNORECASE)
_LAST_DAYS = re.compile(r"(?:la )?semaine (?:derniere|passee)|(?:le )?mois (?:dernier|passe)")
_NEXT_DAY = re.compile(rf"(?:{'|'.join(WEEKDAYS)}|semaine|mois) prochaine?")


def read_day(span: Span, clues: Clues) -> SpanReading | None:
    """Read a date."""
    if _SAID_OF.search(span.text) or (not span.numbered and _DATE_WORDS.isdisjoint(span.words.split())):
        return None
    if day := read_date(_OF_THE_DAY.sub("le ", spell_day(span.text)), clues.today):
        return SpanReading("date", day.isoformat())
    is_rough = is_a_week_or_two(span.words) and not span.words.startswith("dans")
    if is_rough or _LAST_DAYS.fullmatch(span.words):
        return SpanReading("date", f"{UNSURE}{span.text}={ROUGHLY}", DOUBTED)
    if _NEXT_DAY.fullmatch(span.words) or _is_soon(span, clues):
        return SpanReading("date", f"{UNSURE}{span.text}={TO_COME}", DOUBTED)
    # « 18-20 » is a range rather than a day that is none.
    dated = span.text.count("-") != 1 and _LIKE_DATE.fullmatch(fold_date(span.text))
    if dated:
        return SpanReading("date", f"{UNSURE}{span.text}", WRONG)
    # « mardi 18 », which was a Wednesday, is no Tuesday with eighteen of something.
    return SpanReading("date", f"{UNSURE}{span.text}", DOUBTED) if _WEEKDAY_AND_DAY.fullmatch(span.words) else None


ROUGHLY, TO_COME = "roughly", "to come"
"""Why a day has to be asked for that there is."""
_SOON = timedelta(days=31)


def _is_soon(span: Span, clues: Clues) -> bool:
    """Tell whether a day of the week and its number are a day to come: « mercredi 25 », on the day before."""
    day = read_named_day(span.text, clues.today) if _WEEKDAY_AND_DAY.fullmatch(span.words) else None
    return day is not None and day - clues.today < _SOON


def read_duration(span: Span, clues: Clues) -> SpanReading | None:
    """Read a duration with its unit; one too long or short for a report is a less likely reading."""
    spelled = spell_hours(span.words)
    if ends_with_one(span.words) or not any(map(_TIME_UNIT.search, (span.words, span.text, spelled))):
        return None
    minutes = read_length(spelled or span.text)
    if minutes is None:
        return None
    return SpanReading("duree", str(minutes), SURE if minutes in DUREES else WRONG)


def read_participants(span: Span, clues: Clues) -> SpanReading | None:
    """Read a number of people: « 8p », « huit personnes », « participants : 8 », less surely « une dizaine »."""
    if match := _ABOUT.fullmatch(span.words):
        return SpanReading("participants", str(_DOZENS[match[1]]), GUESS)
    if (match := _OUT_OF.fullmatch(make_plain(span.text))) and int(match[1]) <= int(match[2]):
        return SpanReading("participants", match[1])
    if match := _CROWD.fullmatch(span.words):
        return SpanReading("participants", match[1], WRONG)
    return _read_count("participants", _PARTICIPANTS, span)


_THEY_WERE = re.compile(
    r"(?:(?:(?:(?:qu )?(?:ils|elles)|(?:il )?y) )?(?:etaient|avait)|(?:il )?(?:n )?en est (?:venu|passe|reste))"
    r"(?: que| seulement| juste)? ([0-9]{1,4})"
)
_ATTENDED = re.compile(
    r"(?:on|ils|elles|nous)(?: n)? (?:etait|etaient|etions|sont|sommes)(?: que| plus que| a)? ([0-9]{1,3})"
)
"""Numbers of people whose noun is not said: « ils étaient 4 », and less surely « on était 4 », which may count the
conseiller."""


def read_attendance(span: Span, clues: Clues) -> SpanReading | None:
    """Read how many were there: « on était neuf ». A duration is likelier: « on était 2 h »."""
    words = digits(span.words)
    if match := _THEY_WERE.fullmatch(words):
        return SpanReading("participants", str(int(match[1])))
    match = _ATTENDED.fullmatch(words)
    return SpanReading("participants", str(int(match[1])), GUESS) if match else None


def read_recurrents(span: Span, clues: Clues) -> SpanReading | None:
    """Read how many participants had come before: « 3 récurrents », « dont deux déjà venus »."""
    return _read_count("recurrents", _RECURRENTS, span)


def _read_count(element: str, pattern: re.Pattern[str], span: Span) -> SpanReading | None:
    # The words have lost « (e)s », the text has kept the colon of « participants : 8 ».
    match = pattern.fullmatch(digits(span.words)) or pattern.fullmatch(digits(span.text))
    return SpanReading(element, str(int(match[1] or match[2]))) if match else None


def read_bare_number(span: Span, clues: Clues) -> SpanReading | None:
    """Read a number that does not say what it counts."""
    number = read_number(span.text)
    return SpanReading(BARE_NUMBER, str(number), BARE) if number is not None else None


def read_age(span: Span, clues: Clues) -> SpanReading | None:
    """Read an age category in figures, or an age in letters: « soixante-douze ans »."""
    texts = write_ages(span.text, span.words, clues.today.year)
    if age := next(filter(None, map(read_ages, texts)), None):
        return SpanReading("age", age.value)
    across = next((list_ages(text) for text in texts if AGE_SAID.search(text) and list_ages(text)), [])
    # Of an age group that is none of the form’s, it is asked which.
    return SpanReading("age", f"{UNSURE}{span.text}={'/'.join(across)}", DOUBTED) if across else None


def read_commune(span: Span, clues: Clues) -> SpanReading | None:
    """Read a postcode, a name, both, or an INSEE code; five digits that are none are a mistyped one."""
    if span.numbered and not _PLACE_WORDS.fullmatch(span.words):
        return None
    ordinary = span.words in ORDINARY and span.text.islower()
    if ordinary or all(word in SMALL for word in span.words.split()):
        return None
    found = find_place_exactly(span.text, clues.user.departements)
    if found.place or found.choices:
        return SpanReading("commune", span.text, SURE if has_code(span.text) else NAME)
    return SpanReading("commune", span.text, WRONG) if _CODE.fullmatch(span.text) else None


_STREET = re.compile(rf"(?:{STREET})(?: (?:de|du|des|d|la|le|les|l))* (\S+(?: \S+){{0,3}})")


def read_street(span: Span, clues: Clues) -> SpanReading | None:
    """Read « rue de Paris »: no commune where somebody was."""
    match = _STREET.fullmatch(span.words)
    if match is None or (" " in match[1] and not find_place_exactly(match[1], clues.user.departements).place):
        return None
    return SpanReading(NOTHING, "aucun")


def has_code(text: str) -> bool:
    """Tell whether a text contains a postcode or an INSEE code."""
    return bool(_CODE.search(text))


def read_typo(span: Span, clues: Clues) -> SpanReading | None:
    """Read a word of the form or of the themes with a slip."""
    if len(span.key) < SHORTEST_WITH_TYPO or re.search(r"\d", span.key) or span.key in NOT_TYPOS:
        return None
    if near := _find_near_word(span.key) if span.count == 1 else _find_near_phrase(span.key):
        return SpanReading(*read_meanings()[near], cost=GUESS)
    theme = theme_of(span.text)
    meant = (word for word, other in vocabulary().items() if other is theme)
    is_meant = theme and any(_is_slip(span.key, word) for word in meant)
    return SpanReading("themes", theme.code, GUESS) if theme and is_meant else None


def _is_slip(typed: str, meant: str) -> bool:
    """Tell whether each word is a slip away from the one meant, and there are as many: « internet pc » is no slip of «
    internet », nor « bron internet » of « box internet »."""
    typed, meant = typed.replace("ph", "f"), meant.replace("ph", "f")
    if typed.count(" ") != meant.count(" ") or libraries.OSA.distance(typed, meant, score_cutoff=2) > 2:
        return False
    pairs = zip(typed.split(), meant.split(), strict=True)
    return all(libraries.OSA.distance(*pair) <= _slips_allowed(pair[0]) for pair in pairs)


def name_theme(typed: str, code: str) -> str:
    """Return the word of a theme that a text with a slip means, as it is written: « whatsap » is « whatsapp »."""
    words = [word for word in THEMES[code].mots if _is_slip(key(typed), key(word))]
    return min(words, key=lambda word: libraries.OSA.distance(key(typed), key(word)), default=typed)


def _find_near_word(word: str) -> str | None:
    """Find the only usual word within one slip (two from ten letters on), with the same first letter."""
    words = [known for known in single_words() if known[0] == word[0]]
    allowed = _slips_allowed(word)
    found = libraries.fuzz_process.extractOne(word, words, scorer=libraries.OSA.distance, score_cutoff=allowed)
    return found[0] if found else None


@cache
def _phrases() -> tuple[str, ...]:
    """List the phrases of a status: « sans emploi », of which « emploie » alone would say the contrary."""
    return tuple(phrase for phrase, (element, _) in read_meanings().items() if element == "statut" and " " in phrase)


def _find_near_phrase(typed: str) -> str | None:
    """Find the phrase of a status with a slip in a long word; short words are like too many others."""
    near = (phrase for phrase in _phrases() if _is_slip(typed, phrase))
    return next((phrase for phrase in near if _has_short_words(typed.split(), phrase.split())), None)


def _has_short_words(typed: list[str], meant: list[str]) -> bool:
    return all(one == other or len(other) >= SHORTEST_WITH_TYPO for one, other in zip(typed, meant, strict=True))


def _slips_allowed(word: str) -> int:
    return 2 if len(word) >= 10 else 1


@dataclass(frozen=True, slots=True)
class SpanReader:
    """A reader with its limits: the most words, whether a number is needed, whether articles may begin or end the
    span."""

    read: Callable[[Span, Clues], SpanReading | None]
    most: int
    needs_number: bool = False
    edges: bool = False

    def fits(self, span: Span, edged: bool) -> bool:
        """Tell whether the reader can read a span; ``edged`` says that an article begins or ends it."""
        return span.count <= self.most and (span.numbered or not self.needs_number) and (self.edges or not edged)


READERS = (
    SpanReader(read_word, 7),
    SpanReader(read_home, 4, edges=True),
    SpanReader(read_theme, 12),
    SpanReader(read_recurrents, 6, needs_number=True, edges=True),
    SpanReader(read_participants, 4, needs_number=True, edges=True),
    SpanReader(read_attendance, 6, needs_number=True, edges=True),
    SpanReader(read_age, 6, needs_number=True, edges=True),
    SpanReader(read_duration, 8, edges=True),
    SpanReader(read_day, 6, edges=True),
    SpanReader(read_commune, 9, edges=True),
    SpanReader(read_bare_number, 3, needs_number=True),
    SpanReader(read_street, 7, edges=True),
    SpanReader(read_without, 7, edges=True),
    SpanReader(read_typo, 4),
)
WORDS_MAX = max(way.most for way in READERS)
