"""Which commune a line names: by a postcode and a name in any places of it, or nearly so."""

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from bot.forms import Clues
from bot.french.words import NBSP, fold, join
from dialogs.cra.line.choose import Piece
from dialogs.cra.line.gathered import Gathering
from dialogs.cra.line.readers import has_code
from dialogs.cra.line.tokens import TypedLine
from dialogs.cra.line.words import SMALL
from dialogs.cra.places import read_place, settle
from storage.communes import Place, find, find_exactly

_TRIED = 2
"""Runs of unread words that are tried as a mistyped commune: each try takes several milliseconds."""
_ALIKE, _VERY_ALIKE = 85, 92
"""Likeness, out of 100, from which unread words are a mistyped commune: looking like a name, or not."""

_Run = tuple[int, int]


def name_commune(found: Gathering, typed: TypedLine, pieces: list[Piece], clues: Clues) -> None:
    """Settle the commune: its label, or what was typed and a sentence; words of its name are no longer unread."""
    named = [piece for piece in pieces if piece.reading and piece.reading.element == "commune"]
    texts = list(dict.fromkeys(typed.slice(piece.first, piece.end) for piece in named))
    if not any(has_code(text) for text in texts) and _find_typo(found, typed, pieces, clues):
        return
    if texts:
        place = _agree(texts, clues)
        if place is None:
            _explain(found, typed, texts, clues)
        else:
            found.raw["commune"] = place.label
            found.unread = [piece for piece in found.unread if not _part_of(_say(typed, piece), place)]


def _agree(texts: list[str], clues: Clues) -> Place | None:
    """The place that all mentions may mean; a part of a name is enough beside the postcode."""
    near = clues.user.departements
    if together := find_exactly(" ".join(texts), near).place:
        return together
    texts = sorted(texts, key=lambda text: not has_code(text))
    first = find_exactly(texts[0], near).place
    if first and all(_part_of(text, first) or _may_be(text, first, clues) for text in texts[1:]):
        return first
    return None


def _may_be(text: str, place: Place, clues: Clues) -> bool:
    found = find_exactly(text, clues.user.departements)
    return place.commune in [other.commune for other in (found.place, *found.choices) if other]


def _part_of(text: str, place: Place) -> bool:
    """Whether all words are words of the name, give or take a letter."""
    name = fold(place.commune.nom).split()
    words = [word for word in fold(text).split() if word not in SMALL]
    return bool(words) and all(any(_same(word, other) for other in name) for word in words)


def _same(word: str, other: str) -> bool:
    return word == other or (len(word) >= 4 and OSA.distance(word, other, score_cutoff=1) <= 1)


def _explain(found: Gathering, typed: TypedLine, texts: list[str], clues: Clues) -> None:
    """Say why the mentions are no commune: several ones, or one that leaves a choice."""
    if len(texts) > 1:
        found.mistakes["commune"] = f"Plusieurs communes sont indiquées{NBSP}: {join(texts)}. Gardez une seule réponse."
        return
    choices = find_exactly(texts[0], clues.user.departements).choices
    parts = [p for p in found.unread if any(_part_of(_say(typed, p), choice) for choice in choices)]
    found.unread = [piece for piece in found.unread if piece not in parts]
    text = " ".join([texts[0], *(_say(typed, piece) for piece in parts)])
    try:
        found.raw["commune"] = read_place(text, clues).label
    except ValueError as problem:
        found.raw["commune"] = text
        found.mistakes["commune"] = str(problem)


def _say(typed: TypedLine, piece: Piece) -> str:
    return typed.slice(piece.first, piece.end)


def _find_typo(found: Gathering, typed: TypedLine, pieces: list[Piece], clues: Clues) -> bool:
    """Find unread words that resemble a commune’s name, and say which it may be."""
    for first, end in _runs(typed, pieces)[:_TRIED]:
        text = typed.slice(first, end)
        seen = find(text, clues.user.departements)
        wanted = _ALIKE if _is_proper(typed, first, end) else _VERY_ALIKE
        if not any(fuzz.ratio(fold(text), fold(place.commune.nom)) >= wanted for place in seen.suggestions):
            continue
        found.raw["commune"] = text
        found.unread = [piece for piece in found.unread if not first <= piece.first < end]
        try:
            settle(text, seen)
        except ValueError as problem:
            found.mistakes["commune"] = str(problem)
        return True
    return False


def _is_proper(typed: TypedLine, first: int, end: int) -> bool:
    """Whether words are announced by « à » or look like a name: a hyphen, or a capital that begins no sentence."""
    text = typed.slice(first, end)
    named = first > 0 and text[0].isupper() and not typed.plain.isupper()
    return named or "-" in text or (first > 0 and typed.tokens[first - 1].word == "a")


def _runs(typed: TypedLine, pieces: list[Piece]) -> list[_Run]:
    """Runs of unread words and names of communes, small words between them, with something unread in each."""
    runs: list[tuple[int, int, bool]] = []
    for piece in pieces:
        reading = piece.reading
        if reading and reading.element != "commune":
            continue
        unread = reading is None
        if runs and _join(typed, runs[-1][1], piece.first):
            runs[-1] = (runs[-1][0], piece.end, runs[-1][2] or unread)
        else:
            runs.append((piece.first, piece.end, unread))
    return [(first, end) for first, end, unread in runs if unread and len(typed.words(first, end)) >= 5]


def _join(typed: TypedLine, end: int, first: int) -> bool:
    between = typed.tokens[end:first]
    parted = any(token.parted for token in typed.tokens[end - 1 : first])
    return not parted and all(token.word in SMALL for token in between)
