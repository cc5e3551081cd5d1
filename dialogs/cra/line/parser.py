"""A typed line in tokens, and its likeliest reading: the cheapest way to cut it into pieces that mean something."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.forms import Clues
from bot.french import ANY_NUMBER_WORD, digits, part_glued, read_date
from config import libraries
from config.text import fold
from config.themes import key
from config.time import WEEKDAYS
from dialogs.cra.line.asides import WORDS_AROUND, clear_aside
from dialogs.cra.line.lexicon import SMALL
from dialogs.cra.line.readers import (
    NAME,
    READERS,
    WORDS_MAX,
    Span,
    SpanReading,
    read_comma_theme,
    read_commune,
    read_day,
)

_ELIDED = re.compile(r"(?<!\w)d(?=(?:hier|avant.hier|aujourd|une)\b)", re.IGNORECASE)
"""What is typed as one word with a day or a number: « l’atelier dhier »."""
READ_MAX = 600
TOKENS_MAX = 80
"""Characters and tokens that are read; a compte rendu takes some 80 and 15."""

# What keyboards write by themselves, sign for sign: dashes, apostrophes, spaces that do not break.
_PLAIN = {
    **dict.fromkeys(map(ord, "‐‑‒–—―−"), "-"),
    **dict.fromkeys(map(ord, "’‘ʼ`´′"), "'"),
    **dict.fromkeys(map(ord, "\u00a0\u202f\u2009\u2007\t\r\n\v\f\u2028\u2029\0"), " "),
    **dict.fromkeys(map(ord, "，、；"), ","),
}
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufe00-\ufe0f\ud800-\udfff]")

_SIGN = r"(?:(?<![^\s,;(“”«\"*_])(?:[+<>]\s?|-)(?=\d{1,3}(?:\s?ans?)?(?!\w))|[+-]\s?(?=de\s\d))?"
_LETTERS = r"[^\s!-/:-@\[-`{-~«»“”„…·•‧–¡¿§°]+"
_INCLUSIVE = r"(?:\(e\)|[·.•‧/-]e(?!\w))(?:[·.•‧/-]?s(?!\w))?|[·.•‧]es(?!\w)|\(s\)"
_TOKEN = re.compile(rf"{_SIGN}(?P<word>{_LETTERS})(?:{_INCLUSIVE}|(?<=\d)\+(?!\w))?", re.IGNORECASE)
# A comma separates tokens, except in « 1,5 h ».
_PARTING = re.compile(r"[,;|•]")
_DECIMAL = re.compile(r"\d,\d{1,2}\s?h", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the line: where it is in the text, how it is compared, and how it is joined to the next one.

    ``key`` is the word as themes are compared, ``numbered`` whether it is a number or holds one, in figures or letters;
    ``parted`` says that a comma follows, ``glued`` that no space does.
    """

    start: int
    end: int
    word: str
    key: str
    numbered: bool
    parted: bool
    glued: bool

    @property
    def strange(self) -> bool:
        """Tell whether the token has no letter or figure that French is written in."""
        return not self.key and self.word not in SMALL


@dataclass(frozen=True, slots=True)
class TypedLine:
    """A line as typed, the same in plain signs (position by position), its tokens, and what was cut off as too long."""

    text: str
    plain: str
    tokens: tuple[Token, ...]
    rest: str

    def words(self, first: int, end: int) -> str:
        """Return some tokens as they are compared."""
        return " ".join(t.word for t in self.tokens[first:end])

    def key(self, first: int, end: int) -> str:
        """Return some tokens as themes are compared."""
        return " ".join(t.key for t in self.tokens[first:end] if t.key)

    def slice(self, first: int, end: int) -> str:
        """Return some tokens and what stands between them, in plain signs, with the bracket or minute sign that closes
        them."""
        start, stop = self.tokens[first].start, self.tokens[end - 1].end
        text, closing = self.plain[start:stop], self.plain[stop : stop + 1]
        minutes = closing == "'" and text[-1].isdigit() and not self.plain[stop + 1 : stop + 2].isalnum()
        return text + closing if minutes or (closing == ")" and "(" in text) else text

    def hyphenate(self, index: int) -> bool:
        """Tell whether a hyphen joins a token to the next."""
        if not 0 <= index < len(self.tokens) or not self.tokens[index].glued:
            return False
        end = self.tokens[index].end
        return self.plain[end : end + 1] == "-"

    def as_typed(self, first: int, end: int) -> str:
        """Return some tokens as they were typed."""
        return " ".join(self.text[self.tokens[first].start : self.tokens[end - 1].end].split())


_TENS = {
    **{"dizaine": 10, "douzaine": 12, "quinzaine": 15, "vingtaine": 20, "trentaine": 30},
    **{"quarantaine": 40, "cinquantaine": 50, "soixantaine": 60, "centaine": 100},
}
_ABOUT = re.compile(rf"\b(?:une )?({'|'.join(_TENS)}) d(?:e\b|(?=[ '’]))(?!.?ann)", re.IGNORECASE)
"""How many are told in one word: « une dizaine de personnes », but « une quarantaine d’années »; what is written
for it has the same length."""


_AGES = re.compile(r"\b\d{1,3}(?:, ?\d{1,3}){1,7}(?:,? et \d{1,3})? ?ans\b")
"""The ages of several people, none of which is a number of people: « 63, 71 et 78 ans »."""
_ROUGH = re.compile(
    r"\b(?:bon(?:ne)?|petite?|gros(?:se)?)s? (?=heures?\b|quarts?\b|demi|\d+ ?(?:h|mi?n))", re.IGNORECASE
)
"""What is said of a duration without changing it: « une bonne heure »."""
_ENDED = re.compile(
    r"(?<=[\dh])(?:,| et)? (?:et )?(?:fini|termin[ée])e?s?(?: [àa]| vers)? (?=\d{1,2} ?(?:h|heures)\b|\d{1,2}h\d\d\b)",
    re.IGNORECASE,
)
"""Words between the hours at which something began and ended: « 10h15, fini à 11h »."""
_APART = re.compile(r"\b(\d) (h) ([0-5]\d)(?=\s?(?:[,;.]|$))", re.IGNORECASE)
"""A duration typed apart, which says all of it: « 1 h 20, Corbas »."""


_MISTYPED = re.compile(rf"\b(?:\d{{1,3}}|{ANY_NUMBER_WORD}) (?P<unit>[pm][a-z]{{4,9}})\b", re.IGNORECASE)
_UNITS = {"personnes": "pers", "minutes": "min"}
"""What is counted, and how it is written where it is mistyped: « 6 personens », « 45 mintues »."""


def _mend_unit(found: re.Match[str]) -> str:
    unit = found["unit"].lower()
    near = (short for word, short in _UNITS.items() if libraries.OSA.distance(unit, word, score_cutoff=1) == 1)
    short = "" if unit in _NO_SLIPS else next(near, "")
    return f"{found[0].removesuffix(found['unit'])}{short.ljust(len(unit))}" if short else found[0]


_NO_SLIPS = frozenset(("personne", "minute", "personnel"))
_A_MOMENT = r"(?:\d{1,2}|une?|deux|trois|quatre|cinq|dix|quelques) ?(?:min(?:utes?)?|mn|secondes?|instants?)"
_BY_THE_WAY = re.compile(
    r"\b(?:(?:quand|si|d[èe]s que|lorsque|le temps que) (?:(?:tu|vous) (?:as|auras|aurez|avez|trouves)|"
    r"j['’ ]?(?:ai|aurai)) "
    rf"|(?:j['’ ]?ai pas|pas) eu |(?:j['’ ]?ai|(?:il )?me reste|j['’ ]?avais) (?:que |juste |plus que )?(?={_A_MOMENT} "
    rf"(?:avant|devant|de (?:libre|pause|battement)))|(?:prends?|prenez) (?=\d|deux|cinq)|"
    rf"dans (?={_A_MOMENT} (?:je|j['’]|on)\b))"
    rf"{_A_MOMENT}|\bentre (?:deux|2) (?!personne|jeune|couple)\w{{4,}}"
    rf"|\b{_A_MOMENT} (?:avant|devant) (?:moi|mon|ma|le|la|l'|mes)\b"
    r"|\b(?:(?:le|la|les|l['’]|mon|ma) ?)?(?:chauffage|clim\w*|ascenseur|voiture|bus|train|tram|m[ée]tro|chaudi[èe]re|"
    r"caf[eé]ti[èe]re|machine [àa] caf[ée]|navette|minibus|bibliobus|camion\w*|v[ée]hicule|tramway|car|courant|"
    r"[ée]lectricit[ée]|(?:vid[ée]o)?projecteur) (?:\w+ ){0,2}en (?:panne|gr[èe]ve|retard|rade)"
    r"|\b(?:l['’]|mon |le |un |la |ma )?(?:at(?:elier|l)?|s[ée]ance|permanence|rdv|rendez-vous)\b[^.;\n]{0,80}?"
    r"(?:annul[ée]e?s?|pas eu lieu|tomb[ée]e? [àa] l['’]eau)\b[^.;\n]{0,60}?(?=(?:du coup|[àa] la place)\b)"
    r"|\b(?:le|la|l['’]|notre) ?(?:wi-?fi|fibre|connexion|r[ée]seau|internet) (?:(?:encore|pas mal|beaucoup|un peu) )?"
    r"(?:ramait|coupait|sautait|plantait|(?:a|avait) (?:encore )?(?:ram|coup|saut|plant|l[âa]ch)[ée]|"
    r"[ée]tait (?:en panne|hs|coup[ée]e?|lente?|tr[èe]s lente?)|(?:ne )?(?:marchait|passait) (?:pas|plus|mal))"
    r"|(?:(?<=dame )|(?<=monsieur )|(?<=mamie )|(?<=personne )|(?<=couple ))(?:du mois|de la semaine) (?:dernier|"
    r"derni[èe]re|pass[ée]e?)\b"
    r"|\bl'imprimante (?:a|avait) (?:encore )?bourr[ée]|\bla cantine (?:sentait|puait|[ée]tait|servait)"
    r"|\ble (?:car|bus) scolaire (?=(?:n'|ne |est|[ée]tait|a |avait|en ))"
    r"|\b(?:maire|adjointe?|[ée]lue?|direct\w{3,5}|chef\w{0,2}|coll[èe]gue|secr[ée]taire|pr[ée]sidente?|gardien) "
    r"qui (?:(?:me|nous) )?(?:voulait (?:(?:me|nous) )?(?:parler|causer)|parlait|causait|racontait) [^,.;]{3,80}"
    r"|^(?:(?!atelier|indiv|ponct|hier|ce matin|\d)[^.!?])(?:(?!\batelier|\bindiv|\bponct|\bhier|\d)[^.!?]){4,120}"
    r"\bmais (?=(?:avec [^,.]{3,40} )?(?:on a|j['’ ]?ai|nous avons) quand m[êe]me\b)",
    re.IGNORECASE,
)
"""What is told by the way and is no part of a report: « quand tu auras cinq minutes », « entre deux permanences »."""


def split_line(text: str) -> TypedLine:
    """Split a line; what is beyond READ_MAX or TOKENS_MAX is left as the rest."""
    shown = part_glued(_INVISIBLE.sub("", text[: 4 * READ_MAX]))
    plain = _ELIDED.sub(" ", shown[:READ_MAX].translate(_PLAIN))
    plain = _MISTYPED.sub(_mend_unit, plain)
    plain = _ABOUT.sub(lambda found: str(_TENS[found[1].lower()]).ljust(len(found[0])), plain)
    plain = _AGES.sub(lambda found: found[0].replace(",", " "), plain)
    plain = _ROUGH.sub(lambda found: " " * len(found[0]), plain)
    plain = _ENDED.sub(lambda found: " à".ljust(len(found[0])), plain)
    plain = _APART.sub(lambda found: f"{found[1]}h{found[3]}".ljust(len(found[0])), plain)
    plain = _BY_THE_WAY.sub(lambda found: " " * len(found[0]), plain)
    found = list(_TOKEN.finditer(plain))
    end = found[TOKENS_MAX].start() if len(found) > TOKENS_MAX else len(plain)
    stops = [match.start() for match in found[1:]] + [end]
    tokens = tuple(_make_token(plain, match, stop) for match, stop in zip(found[:TOKENS_MAX], stops, strict=False))
    return TypedLine(shown[:end], plain[:end], tokens, (shown[end:] or text[4 * READ_MAX :]).strip())


def _make_token(plain: str, match: re.Match[str], stop: int) -> Token:
    gap = plain[match.end() : stop]
    decimal = gap == "," and _DECIMAL.match(plain, match.end() - 1)
    parted = bool(_PARTING.search(gap)) and not decimal
    glued = " " not in gap and not parted and stop < len(plain)
    word = fold(match["word"])
    numbered = any(sign.isdigit() for sign in digits(word))
    return Token(match.start(), match.end(), word, key(word), numbered, parted, glued)


SMALL_COST, UNREAD_COST, CUT_COST = 0.01, 10.0, 0.2
_LINKS = ("et", "ou")


@dataclass(frozen=True, slots=True)
class LinePiece:
    """Some tokens and their reading; None where they mean nothing."""

    first: int
    end: int
    reading: SpanReading | None


@dataclass(frozen=True, slots=True)
class _Best:
    """The cheapest way to read a line from a token on."""

    cost: float
    piece: LinePiece | None
    small: bool = False


_LATEST_MAX = 8
_LATEST: dict[tuple[str, ...], list[LinePiece]] = {}
"""The pieces of the latest lines: what reads a line asks for them several times."""


def choose_pieces(typed: TypedLine, clues: Clues) -> list[LinePiece]:
    """Cut the line into pieces, the small words left out."""
    key = (typed.text, clues.today.isoformat(), *clues.user.departements)
    if key not in _LATEST:
        if len(_LATEST) >= _LATEST_MAX:
            _LATEST.clear()
        _LATEST[key] = _choose_pieces(typed, clues)
    return list(_LATEST[key])


def _choose_pieces(typed: TypedLine, clues: Clues) -> list[LinePiece]:
    best = [_Best(0.0, None)] * (len(typed.tokens) + 1)
    for first in reversed(range(len(typed.tokens))):
        best[first] = min(_candidates(typed, first, best, clues), key=lambda one: one.cost)
    return [_clear(typed, piece) for piece in _follow(best)]


def _clear(typed: TypedLine, piece: LinePiece) -> LinePiece:
    """Ignore a piece that is said beside the report."""
    if piece.reading is None:
        return piece
    start = piece.first
    while start > max(0, piece.first - WORDS_AROUND) and not typed.tokens[start - 1].parted:
        start -= 1
    parted = typed.tokens[piece.end - 1].parted
    after = "" if parted else typed.words(piece.end, piece.end + WORDS_AROUND)
    return replace(piece, reading=clear_aside(piece.reading, typed.words(start, piece.first), after))


def _follow(best: list[_Best]) -> Iterator[LinePiece]:
    first = 0
    while piece := best[first].piece:
        if not best[first].small:
            yield piece
        first = piece.end


def _candidates(typed: TypedLine, first: int, best: list[_Best], clues: Clues) -> Iterator[_Best]:
    alone = LinePiece(first, first + 1, None)
    # « 22 octobre 25 ans » is no day of 2025: an age has its unit with it.
    of_number = first and typed.tokens[first - 1].numbered and typed.tokens[first].word in ("an", "ans")
    small = typed.tokens[first].word in SMALL and not of_number
    yield _Best((SMALL_COST if small else UNREAD_COST) + _cost_after(typed, first + 1, best), alone, small)
    for end in range(min(first + WORDS_MAX, len(typed.tokens)), first, -1):
        for reading in _readings(typed, first, end, clues):
            yield _Best(reading.cost + _cost_after(typed, end, best), LinePiece(first, end, reading))


def _cost_after(typed: TypedLine, end: int, best: list[_Best]) -> float:
    """Return the cost of the rest, plus that of cutting words that were typed as one."""
    return best[end].cost + (CUT_COST if typed.tokens[end - 1].glued else 0.0)


def _readings(typed: TypedLine, first: int, end: int, clues: Clues) -> Iterator[SpanReading]:
    tokens = typed.tokens[first:end]
    if any(token.strange for token in tokens) or any(is_name(typed, index) for index in range(first, end)):
        return
    if _tears_number(typed, first) or _tears_number(typed, end):
        return
    numbered = any(token.numbered for token in tokens)
    span = Span(typed.slice(first, end), typed.words(first, end), typed.key(first, end), end - first, numbered)
    if any(token.parted for token in tokens[:-1]):
        if found := read_comma_theme(span, clues):
            yield found
        return
    # Articles never begin or end a usual word: « mail le 12 » is a theme and a date.
    edged = not (tokens[0].key and tokens[-1].key) or tokens[0].word in _LINKS or tokens[-1].word in _LINKS
    torn = typed.hyphenate(first - 1) or typed.hyphenate(end - 1)
    is_counted = _counts_people(typed, span, end, clues)
    is_done = span.text.islower() and _is_done(typed, first)
    for way in READERS:
        if (is_counted and way.read is read_day) or (is_done and way.read is read_commune):
            continue
        # « Vaux-en-Velin » does not name Vaux.
        if way.fits(span, edged) and (found := way.read(span, clues)) and not (torn and found.cost == NAME):
            yield found


_WHO_DID = frozenset(("qui", "il", "on", "y"))


def _is_done(typed: TypedLine, first: int) -> bool:
    """Return whether « a » before a word is no « à »: « un qui a pleuré » was not in Pleure."""
    return first > 1 and typed.tokens[first - 1].word == "a" and typed.tokens[first - 2].word in _WHO_DID


_DAY_COUNTED = re.compile(rf"(?:{'|'.join(WEEKDAYS)}) (\d{{1,2}})")
_COUNTED = re.compile(
    r"femmes|hommes|dames|messieurs|filles|garcons|seniors|aine[es]+|retraite[es]+|ados|adolescents|enfants|jeunes|parents|"
    r"etudiant(?:e)?s|eleves|collegiens|lyceens|salarie[es]+|actifs|chomeurs|demandeurs|usagers|individuels|ponctuels|"
    r"ateliers|familles|mam(?:ie|y)s?|pap[iy]s?|adultes|debutant(?:e)?s|benevoles|agents|habitant(?:e)?s"
)
"""What a number counts behind the name of a day: « lundi 4 femmes » is no Monday the 4th."""


COUNTED_MAX = 10
"""Individuels that anybody has on one day: « mercredi 25 indiv » is the 25th, whether it is past or not."""
_EITHER = frozenset(("indiv", "individuel", "ponctuel", "ponct", "rdv"))
"""What a number may count as well: « lundi 23 indiv » is the 23rd where that is a Monday."""


def _counts_people(typed: TypedLine, span: Span, end: int, clues: Clues) -> bool:
    """Return whether the number at the end of some words counts what follows, rather than the day of the month."""
    following = typed.tokens[end : end + 1]
    if not following or typed.tokens[end - 1].parted or not _DAY_COUNTED.fullmatch(span.words):
        return False
    is_few = int(span.words.split()[1]) <= COUNTED_MAX
    is_one = is_few and following[0].word in _EITHER and read_date(span.text, clues.today) is None
    return is_one or bool(_COUNTED.fullmatch(following[0].word))


_TITLES = frozenset(("m", "mr", "mme", "mlle", "monsieur", "madame", "mademoiselle"))


def is_name(typed: TypedLine, index: int) -> bool:
    """Return whether a token is somebody’s name, which tells nothing of the report: « avec Mme Petit »."""
    before, token = typed.tokens[max(0, index - 1)], typed.tokens[index]
    capital = typed.text[token.start : token.end].istitle()
    return bool(index) and capital and before.word in _TITLES and not before.parted


def _tears_number(typed: TypedLine, index: int) -> bool:
    """Return whether « 10-20 » or « 31/02 » would be cut before this token: neither number says what both do."""
    around = typed.tokens[index - 1 : index + 1] if index else ()
    return len(around) == 2 and around[0].glued and all(token.word.isdigit() for token in around)
