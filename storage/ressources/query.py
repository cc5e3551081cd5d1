"""A query as it is typed: words compared by stem and meaning, and filters among them (« emploi niveau:debutant »)."""

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from typing import Protocol, cast

from config import libraries
from config.ressources import KINDS, choice_of, synonyms
from config.text import fold, make_theme_word
from config.text import split_words as split_all
from config.themes import find_theme, theme_of

_SMALL_WORDS = """
au aux avec bien ce ces cet cette chez comment dans de des du elle elles en entre est et etre eux faire fait
il ils je la le les leur leurs lui ma mais me mes mon ne nos notre nous ou par pas peut peux plus pour pourquoi qu
quand que quel quelle quelles quels qui quoi sa se ses si son sont sous sur ta te tes toi ton tu un une vos
votre vous
"""
SMALL = frozenset(_SMALL_WORDS.split())
"""Words that are ignored in a search, since every text has them."""
_COMPLAINT = re.compile(
    r"\b(?:(?:n(?:e\s+|['’]\s?)(?:(?:se|me|te|y|en)\s+|[smt]['’]\s?)?[^\W\d]+"
    r"|marche(?:nt)?|fonctionne(?:nt)?|r[ée]pond(?:ent)?|[sm]['’]\s?(?:ouvre|allume|affiche)(?:nt)?)"
    r"\s+(?:plus|pas|jamais|rien|toujours\s+pas))\b",
    re.IGNORECASE,
)
"""What is said of something that fails, which is no word of what it is about: « mon imprimante ne marche plus »."""
REMEMBERED = 8_000
"""How many stems of recurring words are cached."""
WORD_MAX = 40
"""The most letters of a word that are read."""
SAME, SYNONYM, OF_THEME = 100, 80, 60
"""The weight of a word itself, of a synonym, and of a word of its theme."""


_PLURALS = ("s", "aux", "eux", "oux")
"""The endings of plurals whose last letter is the mark of the plural."""


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...


@dataclass(frozen=True, slots=True)
class QueryGroup:
    """A word or phrase of a query: the tokens that stand for it, each with its worth (of 100).

    ``theme`` is the token of the theme that it is a usual word of ("": of none): « gmail » is one of « courriel ».
    """

    said: str
    worths: Mapping[str, int]
    theme: str = ""


def drop_complaints(text: str) -> str:
    """Return a query without the verbs that only say that something fails; whole, where nothing else would be left."""
    return rest if split_words(rest := _COMPLAINT.sub(" ", text)) else text


def split_words(text: str) -> list[str]:
    """Split a text into the words that are compared."""
    return [w[:WORD_MAX] for w in split_all(text) if (len(w) > 1 or w.isdigit()) and w not in SMALL]


@lru_cache(REMEMBERED)
def stem(word: str) -> str:
    """Reduce a folded word to the stem that it shares with its plural, its feminine and its relatives."""
    return word if word.isdigit() else _stemmer().stemWord(singularise(word))


def singularise(word: str) -> str:
    """Remove the usual plural ending of a folded word: « conseiller » and « conseillers » do not have one stem."""
    return word[:-1] if len(word) > 3 and word.endswith(_PLURALS) else word


def make_tokens(found: Sequence[str]) -> list[str]:
    """Make the tokens of words: their stems, and the meanings that they have together."""
    stems, begins = [stem(word) for word in found], _phrase_lengths()
    phrases = (phrase for at, first in enumerate(stems) if first in begins for phrase in _find_phrases(stems, at))
    return [*stems, *(meaning for phrase in phrases for meaning in _read_meanings()[phrase])]


def locate_words(text: str, found: Set[str]) -> list[tuple[int, int]]:
    """Locate the words and phrases of a text that some tokens find: the beginning and end of each, in order."""
    pieces = [(at.start(), at.end(), word) for at in re.finditer(r"[^\W_]+", text) for word in split_words(at[0])[:1]]
    stems = [stem(word) for *_, word in pieces]
    spans = list[tuple[int, int]]()
    for at, (begin, *_) in enumerate(pieces):
        meant = [len(phrase) for phrase in _find_phrases(stems, at) if not found.isdisjoint(_read_meanings()[phrase])]
        if meant or stems[at] in found:
            spans.append((begin, pieces[at + max(meant, default=1) - 1][1]))
    return spans


def list_meanings(token: str) -> Sequence[str]:
    """List the meanings that a stem has by itself."""
    return _read_meanings().get((token,), ())


def group_words(found: Sequence[str]) -> list[QueryGroup]:
    """Group the words of a query, those of a phrase together: « pôle emploi » is one thing."""
    stems, at, read = [stem(word) for word in found], 0, list[QueryGroup]()
    while at < len(stems):
        phrase = max(_find_phrases(stems, at), key=len, default=(stems[at],))
        alone = len(phrase) == 1
        said = " ".join(found[at : at + len(phrase)])
        meant = dict.fromkeys(_read_meanings().get(phrase, ()), SYNONYM if alone else SAME)
        worths, theme = meant | ({phrase[0]: SAME} if alone else {}), find_theme(said)
        read.append(QueryGroup(said, worths, make_theme_word(theme.code) if theme else ""))
        at += len(phrase)
    return read


def _find_phrases(stems: Sequence[str], at: int) -> list[tuple[str, ...]]:
    """Find the phrases of the table that begin at a word."""
    lengths = _phrase_lengths().get(stems[at], ())
    return [phrase for n in lengths if (phrase := tuple(stems[at : at + n])) in _read_meanings()]


@cache
def _read_meanings() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    """Read the meanings of a word or phrase, by its stems, as tokens that nobody can type."""
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for number, group in enumerate(synonyms()):
        for phrase in dict.fromkeys(
            tuple(stem(word) for word in split_words(text)) for text in group if split_words(text)
        ):
            found[phrase] = (*found.get(phrase, ()), f"~{number}")
    return found


@cache
def _phrase_lengths() -> Mapping[str, tuple[int, ...]]:
    """Return the lengths of the known phrases, by their first stem."""
    found: dict[str, set[int]] = {}
    for phrase in _read_meanings():
        found.setdefault(phrase[0], set()).add(len(phrase))
    return {first: tuple(sorted(lengths)) for first, lengths in found.items()}


@cache
def _stemmer() -> _Stemmer:
    return cast(_Stemmer, libraries.snowball.Stemmer("french"))


QUERY_MAX = 200
"""The most characters of a query that are read."""
GROUPS_MAX = 8
PDF = "pdf"
_FILTER = re.compile(
    r"\b(cat[ée]gorie|type|niveau|public|depuis|th[èe]me)\s?:\s?(\"[^\"]{1,60}\"|«[^»]{1,60}»|[^\s\"«]{1,60})",
    re.IGNORECASE,
)
_TAG = re.compile(r"#([\w’'-]{1,60})")
_SINCE = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")
_VAGUE = {"lien", "liens", "outil", "outils", "logiciel", "site", "video", "videos", "document", "documents"}
"""Names of kinds that as often say what a resource is about: beside other words they count as words."""


ChosenCode = tuple[str, str]
"""A list of config.ressources, and the code of one of its choices."""


@dataclass(frozen=True, slots=True)
class QueryTag:
    """A theme, by its bit, or a category; a resource needs only one of the two."""

    bit: int
    categorie: str


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters of a query; an empty one demands nothing."""

    tags: tuple[QueryTag, ...] = ()
    choices: frozenset[ChosenCode] = frozenset()
    since: date | None = None


ANYTHING = Filters()


@dataclass(frozen=True, slots=True)
class Query:
    """A query as it was understood: ``groups`` of words and ``filters``; ``unknown`` are filters that mean nothing and
    are ignored.

    ``wider`` is the query with names of kinds taken as mere words, for when nothing of that kind is found.
    """

    groups: tuple[QueryGroup, ...] = ()
    filters: Filters = ANYTHING
    unknown: tuple[str, ...] = ()
    wider: "Query | None" = None


def read_query(text: str) -> Query:
    """Read a query as it was typed."""
    reading = _QueryReader()
    rest = _FILTER.sub(reading.filter, text[:QUERY_MAX])
    rest = _TAG.sub(reading.tag, rest)
    found = split_words(drop_complaints(rest))
    filters = Filters(tuple(reading.tags), frozenset(reading.choices), reading.since)
    filters = ANYTHING if filters == ANYTHING else filters
    literal = Query(tuple(group_words(found)[:GROUPS_MAX]), filters, tuple(reading.unknown))
    kind, others = _take_kind(found)
    if kind is None:
        return literal
    narrow = replace(filters, choices=filters.choices | {("type", kind)})
    return Query(tuple(group_words(others)[:GROUPS_MAX]), narrow, literal.unknown, literal if others else None)


class _QueryReader:
    """Collects the filters of a query while its words are read."""

    def __init__(self) -> None:
        self.tags: list[QueryTag] = []
        self.choices: set[ChosenCode] = set()
        self.since: date | None = None
        self.unknown: list[str] = []

    def filter(self, found: "re.Match[str]") -> str:
        """Read « name:value », of which nothing is a word."""
        name, value = fold(found[1]), found[2].strip('"«» \u00a0\u202f')
        readers = {"depuis": self._since, "theme": self._theme}
        if not (readers[name](value) if name in readers else self._choice(name, value)):
            self.unknown.append(f"{name}:{value}")
        return " "

    def tag(self, found: "re.Match[str]") -> str:
        """Read « #word » as a theme or a category, else as a word."""
        return " " if self._theme(found[1].replace("_", " ")) else f" {found[1]} "

    def _theme(self, value: str) -> bool:
        theme, categorie = theme_of(value), choice_of("categorie", value)
        if theme or categorie:
            self.tags.append(QueryTag(1 << theme.bit if theme else 0, categorie.code if categorie else ""))
        return bool(theme or categorie)

    def _choice(self, liste: str, value: str) -> bool:
        choice = choice_of(liste, value)
        if choice:
            self.choices.add((liste, choice.code))
        elif liste == "type" and fold(value) == PDF:
            self.choices.add((liste, PDF))
        return bool(choice) or (liste, PDF) in self.choices

    def _since(self, value: str) -> bool:
        since = read_since(value)
        self.since = since or self.since
        return since is not None


def read_since(text: str) -> date | None:
    """Read « 2025 », « 2025-03 », « 2025-03-15 » as the first day meant."""
    found = _SINCE.fullmatch(text)
    try:
        return date(*(int(part or 1) for part in found.groups())) if found else None
    except ValueError:
        return None


def _take_kind(found: Sequence[str]) -> tuple[str | None, Sequence[str]]:
    """Take from a query’s words the first that clearly name a kind; where there are no other words, any name of a
    kind."""
    for at in range(len(found)):
        for n in (3, 2, 1):
            name = " ".join(found[at : at + n])
            kind = _kind_names().get(name)
            others = [*found[:at], *found[at + n :]]
            if kind and len(found) >= at + n and (name not in _VAGUE or not others):
                return kind, others
    return None, found


@cache
def _kind_names() -> Mapping[str, str]:
    """Return the kinds by their names."""
    said = ((" ".join(split_words(text)), code) for code, kind in KINDS.items() for text in (*kind.mots, kind.libelle))
    return {name: code for name, code in said if name} | {PDF: PDF}
