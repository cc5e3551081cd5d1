"""How French texts are compared: folded words, without small ones, by their stems, and by what means the same."""

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Protocol, cast

from config.folding import fold
from config.ressources import synonyms
from config.themes import key, vocabulary

_SMALL = """
au aux avec bien ce ces cet cette chez comment dans de des du elle elles en entre est et etre eux faire fait
il ils je la le les leur leurs lui ma mais me mes mon ne nos notre nous ou par pas peut peux pour pourquoi qu
quand que quel quelle quelles quels qui quoi sa se ses si son sont sous sur ta te tes toi ton tu un une vos
votre vous
"""
SMALL = frozenset(_SMALL.split())
"""Words that find nothing."""
REMEMBERED = 8_000
"""Words whose stems are kept at hand: those that come again and again."""
WORD_MAX = 40
"""Letters of a word that are read."""
SAME, SYNONYM, OF_THEME = 100, 80, 60
"""What a word is worth for itself, for another that means the same, and for its theme."""


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Group:
    """A word or phrase of a query: the tokens that it is found by, and what each is worth, of 100.

    ``theme`` is the code of the theme that it is a usual word of, if any: « gmail » is one of « courriel ».
    """

    said: str
    worths: Mapping[str, int]
    theme: str | None = None


def words(text: str) -> list[str]:
    """The words of a text that are compared."""
    return [
        w[:WORD_MAX] for w in re.findall(r"[a-z0-9]+", fold(text)) if (len(w) > 1 or w.isdigit()) and w not in SMALL
    ]


@lru_cache(REMEMBERED)
def stem(word: str) -> str:
    """What a folded word shares with its plural, its feminine and its relatives."""
    return word if word.isdigit() else _stemmer().stemWord(singular(word))


def singular(word: str) -> str:
    """A folded word without what mostly marks its plural: « conseiller » and « conseillers » have not one stem."""
    return re.sub(r"(?<=[aeo]u)x$|s$", "", word) if len(word) > 3 else word


def tokens(found: Sequence[str]) -> list[str]:
    """The stems of words, and the meanings of what they say together."""
    stems, begins = [stem(word) for word in found], _lengths()
    phrases = (phrase for at, first in enumerate(stems) if first in begins for phrase in _phrases(stems, at))
    return [*stems, *(meaning for phrase in phrases for meaning in _meanings()[phrase])]


def places(text: str, found: Set[str]) -> list[tuple[int, int]]:
    """Where the words and phrases stand in a text that these tokens find: beginning and end of each, in its order."""
    pieces = [(at.start(), at.end(), word) for at in re.finditer(r"[^\W_]+", text) for word in words(at[0])[:1]]
    stems = [stem(word) for *_, word in pieces]
    spans = list[tuple[int, int]]()
    for at, (begin, *_) in enumerate(pieces):
        meant = [len(phrase) for phrase in _phrases(stems, at) if not found.isdisjoint(_meanings()[phrase])]
        if meant or stems[at] in found:
            spans.append((begin, pieces[at + max(meant, default=1) - 1][1]))
    return spans


def meanings(token: str) -> Sequence[str]:
    """The meanings that a stem has by itself."""
    return _meanings().get((token,), ())


def groups(found: Sequence[str]) -> list[Group]:
    """The words of a query, those of a phrase together: « pôle emploi » is one thing."""
    stems, at, read = [stem(word) for word in found], 0, list[Group]()
    while at < len(stems):
        phrase = max(_phrases(stems, at), key=len, default=(stems[at],))
        alone = len(phrase) == 1
        said = " ".join(found[at : at + len(phrase)])
        meant = dict.fromkeys(_meanings().get(phrase, ()), SYNONYM if alone else SAME)
        read.append(Group(said, meant | ({phrase[0]: SAME} if alone else {}), _theme(said)))
        at += len(phrase)
    return read


def theme_token(code: str) -> str:
    """What finds a theme; nobody can type it."""
    return f"#{code}"


def _theme(said: str) -> str | None:
    theme = vocabulary().get(key(said))
    return theme.code if theme else None


def _phrases(stems: Sequence[str], at: int) -> list[tuple[str, ...]]:
    """What is in the table and begins there."""
    lengths = _lengths().get(stems[at], ())
    return [phrase for n in lengths if (phrase := tuple(stems[at : at + n])) in _meanings()]


@cache
def _meanings() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    """By the stems of a word or phrase, the meanings it has: tokens that nobody can type."""
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for number, group in enumerate(synonyms()):
        for phrase in dict.fromkeys(tuple(stem(word) for word in words(text)) for text in group if words(text)):
            found[phrase] = (*found.get(phrase, ()), f"~{number}")
    return found


@cache
def _lengths() -> Mapping[str, tuple[int, ...]]:
    """By its first stem, how long the phrases of the table are."""
    found: dict[str, set[int]] = {}
    for phrase in _meanings():
        found.setdefault(phrase[0], set()).add(len(phrase))
    return {first: tuple(sorted(lengths)) for first, lengths in found.items()}


@cache
def _stemmer() -> _Stemmer:
    # Forty languages come along: not before somebody searches.
    from snowballstemmer import stemmer

    return cast(_Stemmer, stemmer("french"))
