"""The commune of a line: which of the places named in it counts, and what is asked where that is unsure."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import IntEnum

from bot.forms import Clues
from bot.french import NBSP, join
from bot.texts import quote
from config import libraries
from config.text import fold
from dialogs.cra.line.lexicon import ORDINARY, SMALL
from dialogs.cra.line.parser import LinePiece, TypedLine, is_name
from dialogs.cra.line.readers import has_code
from dialogs.cra.line.values import LineValues
from storage.communes import (
    CommunePlace,
    find_larger_places,
    find_meant_places,
    find_near_places,
    find_place,
    find_spelt,
)

OFFERED = 8
"""How many places are offered."""
_TRIED = 2
"""Runs of unread words that are tried as a mistyped commune: each try takes several milliseconds."""
_ALIKE, _VERY_ALIKE = 85, 92
"""Likeness, out of 100, from which unread words are a mistyped commune: looking like a name, or not."""
_LONG_NAME = 7
"""Letters of a word that is looked at beside others as a mistyped commune."""
_SHORTEST_PART = 4
"""Letters of a word that may stand for the whole name."""
_KNOWN_TO_ALL = 10_000
"""Inhabitants from which a commune elsewhere is meant by its bare name."""
_ANNOUNCING = frozenset(
    (
        *("a", "au", "aux", "commune", "gare", "mairie", "ccas", "mediatheque", "bibliotheque", "ville", "mission"),
        *("quartier", "sur"),
    )
)
_NOT_THERE = frozenset(
    (
        *("pour", "vers", "sauf", "pas", "hors", "depuis", "mme", "madame", "mlle"),
        *("mr", "monsieur", "m", "famille", "train", "billet", "trajet", "voyage", "vol"),
    )
)
"""Words before the name of a commune that say, as a rule, that it is a journey’s end, somebody’s name or left out:
where the report took place is asked."""
_ARTICLES = frozenset(["d", "de", "des", "du", "l", "la", "le", "les"])


class Rank(IntEnum):
    """How surely words name a commune: they resemble one, are written as a name, are announced by a word, have a
    code."""

    BARE, NAMED, ANNOUNCED, CODED = range(4)


@dataclass(frozen=True, slots=True)
class _Mention:
    piece: LinePiece
    text: str
    rank: Rank
    elsewhere: bool


def name_commune(found: LineValues, typed: TypedLine, pieces: Sequence[LinePiece], clues: Clues, usual: str) -> None:
    """Settle the commune: store its label, or what was typed with a question; the words of its name are no longer
    unread."""
    named = [_mention(typed, piece) for piece in pieces if piece.reading and piece.reading.element == "commune"]
    top = max((one.rank for one in named), default=Rank.BARE)
    if top < Rank.CODED and _ask_about_unread(found, typed, pieces, clues, top):
        return
    if not named:
        return
    kept = named
    place = _find_common_place(kept, clues) or _find_nearest(found, kept, clues)
    if place is None and top > Rank.BARE:
        # A word that merely resembles a commune gives way to a commune that was named.
        kept = [one for one in named if one.rank > Rank.BARE]
        found.unread += [one.piece for one in named if one.rank is Rank.BARE]
        place = _find_common_place(kept, clues) or _find_nearest(found, kept, clues)
    if place is None:
        _ask_which(found, typed, kept, clues)
    elif others := _list_doubts(place, kept, clues, usual):
        _ask(found, kept[0].text, others)
    else:
        found.raw["commune"] = place.label
        found.unread = [piece for piece in found.unread if not _is_part_of(_say(typed, piece), place)]


def _mention(typed: TypedLine, piece: LinePiece) -> _Mention:
    text = _say(typed, piece)
    return _Mention(piece, text, _rank(typed, piece.first, piece.end, text), _follows(typed, piece.first, _NOT_THERE))


def _rank(typed: TypedLine, first: int, end: int, text: str) -> Rank:
    if has_code(text):
        return Rank.CODED
    if _follows(typed, first, _ANNOUNCING):  # « à », « mairie de »…
        return Rank.ANNOUNCED
    several = sum(token.word not in _ARTICLES for token in typed.tokens[first:end]) > 1
    return Rank.NAMED if several or _is_proper(typed, text) else Rank.BARE


def _follows(typed: TypedLine, first: int, words: Collection[str]) -> bool:
    """Tell whether one of these words stands right before a place, articles aside, on the same side of a comma."""
    at = first - 1
    while at >= 0 and not typed.tokens[at].parted and typed.tokens[at].word in _ARTICLES:
        at -= 1
    return at >= 0 and not typed.tokens[at].parted and typed.tokens[at].word in words


def _is_proper(typed: TypedLine, text: str) -> bool:
    """Return whether words look like a name: a hyphen, or a capital in a line that is not all capitals."""
    return "-" in text or (text[0].isupper() and not typed.plain.isupper())


def _find_common_place(named: Sequence[_Mention], clues: Clues) -> CommunePlace | None:
    """Find the place that all mentions can mean; part of a name is enough beside the postcode."""
    near = clues.user.departements
    texts = list(dict.fromkeys(one.text for one in named))
    if together := find_spelt(" ".join(texts), near).place:
        return together
    texts = sorted(texts, key=lambda text: not has_code(text))
    first = find_spelt(texts[0], near).place
    if first and all(_is_part_of(text, first) or _may_be(text, first, clues) for text in texts[1:]):
        return first
    return None


def _find_nearest(found: LineValues, named: Sequence[_Mention], clues: Clues) -> CommunePlace | None:
    """Find, among communes of the same full name, the only one where the person works, unless another one is much
    larger; the choice is mentioned."""
    choices = find_spelt(named[0].text, clues.user.departements).choices
    near = [place for place in choices if place.commune.departement in clues.user.departements]
    texts = {one.text for one in named}
    if len(texts) > 1 or has_code(named[0].text) or len(near) != 1 or _is_outshone(near[0], choices):
        return None
    found.note("commune", f"J’ai pris {near[0].label}, dans votre département.")
    return near[0]


def _is_outshone(place: CommunePlace, choices: Sequence[CommunePlace]) -> bool:
    most = max(other.commune.population for other in choices)
    return most > _KNOWN_TO_ALL and most > place.commune.population


def _may_be(text: str, place: CommunePlace, clues: Clues) -> bool:
    found = find_spelt(text, clues.user.departements)
    return place.commune in [other.commune for other in (found.place, *found.choices) if other]


def _is_part_of(text: str, place: CommunePlace) -> bool:
    """Return whether all words are words of the name, give or take a letter."""
    name = fold(place.commune.nom).split()
    words = [word for word in fold(text).split() if word not in SMALL]
    return bool(words) and all(any(_is_same_word(word, other) for other in name) for word in words)


def _is_same_word(word: str, other: str) -> bool:
    return word == other or (len(word) >= 4 and libraries.OSA.distance(word, other, score_cutoff=1) <= 1)


def _list_doubts(
    place: CommunePlace, named: Sequence[_Mention], clues: Clues, usual: str
) -> Sequence[CommunePlace | str]:
    """List the other possible meanings: a longer name of a commune where the person works (« vaulx »), or no commune at
    all (« ligne »)."""
    near = clues.user.departements
    if any(one.rank is Rank.CODED for one in named):
        return ()
    if all(one.elsewhere for one in named):
        return [place, *([usual] if usual and usual != place.label else [])]
    if place.commune.departement in near:
        return ()
    longer = find_meant_places(named[0].text, place, near)
    if longer:
        return (*longer[: OFFERED - 1], place)
    if not near or all(one.rank is Rank.ANNOUNCED for one in named):
        return ()
    ordinary = fold(named[0].text) in ORDINARY
    bare = all(one.rank is Rank.BARE for one in named) and place.commune.population < _KNOWN_TO_ALL
    return [place, *([usual] if usual else [])] if ordinary or bare else ()


def _ask(found: LineValues, text: str, places: Sequence[CommunePlace | str], more: int = 0) -> None:
    """Keep what was typed, and ask which of these places it is."""
    labels = [place if isinstance(place, str) else place.label for place in places[:OFFERED]]
    rest = f" (et {more} autres{NBSP}: ajoutez le code postal)" if more > 0 else ""
    found.raw["commune"] = text
    found.choices["commune"] = {label: label for label in labels}
    found.mistakes["commune"] = (
        f"« {quote(text)} »{NBSP}: quelle commune{NBSP}? Choisissez{NBSP}: {' · '.join(labels)}{rest}."
    )


def _ask_which(found: LineValues, typed: TypedLine, named: Sequence[_Mention], clues: Clues) -> None:
    """Ask which commune is meant where the mentions are several, or one that is ambiguous."""
    texts = list(dict.fromkeys(one.text for one in named))
    if len(texts) > 1:
        labels = [place.label for place in (find_spelt(each, clues.user.departements).place for each in texts) if place]
        if len(labels) == len(texts):
            found.choices["commune"] = {label: label for label in labels[:OFFERED]}
        found.mistakes["commune"] = f"Plusieurs communes sont indiquées{NBSP}: {join(texts)}. Gardez une seule réponse."
        return
    choices = find_spelt(texts[0], clues.user.departements).choices
    parts = [p for p in found.unread if any(_is_part_of(_say(typed, p), choice) for choice in choices)]
    found.unread = [piece for piece in found.unread if piece not in parts]
    text = " ".join([texts[0], *(_say(typed, piece) for piece in parts)])
    match = find_place(text, clues.user.departements)
    longer = [] if has_code(text) else find_near_places(text, clues.user.departements)
    if choices and not (longer or has_code(text)):
        longer = find_larger_places(text, choices[0])
    offered = list(dict.fromkeys([*longer, *(match.choices or match.suggestions)]))
    if match.place:
        found.raw["commune"] = match.place.label
    elif offered:
        _ask(found, text, offered, len(match.choices) + match.more - OFFERED)
    else:
        found.raw["commune"] = text
        found.mistakes["commune"] = (
            f"Aucune commune ne correspond à « {quote(text)} »{NBSP}: écrivez son code postal ou son nom."
        )


def _say(typed: TypedLine, piece: LinePiece) -> str:
    return typed.slice(piece.first, piece.end)


def _ask_about_unread(
    found: LineValues, typed: TypedLine, pieces: Sequence[LinePiece], clues: Clues, named: Rank
) -> bool:
    """Find unread words that name a commune more surely than those that were read, and ask which is meant; return
    whether there were any."""
    for first, end, whole in _list_runs(typed, pieces)[:_TRIED]:
        text = typed.slice(first, end)
        rank = _rank(typed, first, end, text)
        if not whole and rank <= named and named >= Rank.ANNOUNCED:
            continue
        places = _find_after_au(typed, first, text, clues) or _guess_places(text, rank, first, clues)
        if not places and not whole and end - first > 1:
            text, places = _find_mistyped(typed, first, end, clues)
        if isinstance(places, CommunePlace):
            found.raw["commune"] = places.label
        elif places:
            _ask(found, text, places)
        else:
            continue
        found.unread = [piece for piece in found.unread if not first <= piece.first < end]
        return True
    return False


def _find_mistyped(typed: TypedLine, first: int, end: int, clues: Clues) -> tuple[str, Sequence[CommunePlace]]:
    """Find the one of several unread words that is a mistyped commune: « impo villeurbane »."""
    long = [at for at in range(first, end) if len(typed.tokens[at].word) >= _LONG_NAME and not typed.hyphenate(at)]
    for at in long[:_TRIED]:
        text = typed.slice(at, at + 1)
        places = _guess_places(text, _rank(typed, at, at + 1, text), at, clues)
        if places:
            return text, [places] if isinstance(places, CommunePlace) else places
    return "", ()


def _find_after_au(typed: TypedLine, first: int, text: str, clues: Clues) -> CommunePlace | None:
    """Find the commune whose name begins with the article that « au » or « aux » holds: « au Havre », « aux Abymes ».

    Without a capital it is one that everybody knows, or that is near: « au bourg » names no commune elsewhere.
    """
    article = {"au": "le", "aux": "les"}.get(typed.tokens[first - 1].word) if first else None
    place = find_spelt(f"{article} {text}", clues.user.departements).place if article else None
    if place is None:
        return None
    near = place.commune.departement in clues.user.departements
    return place if near or place.commune.population > _KNOWN_TO_ALL or _is_proper(typed, text) else None


def _guess_places(text: str, rank: Rank, first: int, clues: Clues) -> CommunePlace | Sequence[CommunePlace]:
    """Guess which communes unread words mean: the one, where they are announced and its whole name."""
    near = clues.user.departements
    seen = find_place(text, near)
    if rank is Rank.ANNOUNCED and (seen.place or seen.choices):
        return seen.place or seen.choices
    named = rank is Rank.ANNOUNCED or (rank is Rank.NAMED and (first > 0 or "-" in text))
    if fold(text) in ORDINARY and rank is not Rank.ANNOUNCED:
        return ()
    parts = find_near_places(text, near) if len(fold(text)) >= _SHORTEST_PART else []
    wanted = _ALIKE if named else _VERY_ALIKE
    alike = len(fold(text)) > _SHORTEST_PART and any(
        libraries.fuzz.ratio(fold(text), fold(place.commune.nom)) >= wanted for place in seen.suggestions
    )
    begun = named and any(fold(place.commune.nom).startswith(f"{fold(text)} ") for place in seen.suggestions)
    # Similar names are offered only where a name was mistyped.
    others = seen.suggestions if (alike or begun) and not parts else ()
    if not named:
        others = tuple(place for place in others if _is_known(place, near))
    return list(dict.fromkeys([*parts, *others]))


def _is_known(place: CommunePlace, near: Collection[str]) -> bool:
    """Tell whether a commune is one where the person works, or that everybody knows where that is not said."""
    return place.commune.departement in near if near else place.commune.population > _KNOWN_TO_ALL


def _list_runs(typed: TypedLine, pieces: Sequence[LinePiece]) -> list[tuple[int, int, bool]]:
    """List runs of unread words and names of communes, with small words between them, that contain something unread;
    and whether a commune was read in each."""
    runs: list[tuple[int, int, bool, bool]] = []
    for piece in pieces:
        reading = piece.reading
        if (reading and reading.element != "commune") or is_name(typed, piece.first):
            continue
        unread = reading is None
        if runs and _are_joined(typed, runs[-1][1], piece.first):
            runs[-1] = (runs[-1][0], piece.end, runs[-1][2] or unread, runs[-1][3] or not unread)
        else:
            runs.append((piece.first, piece.end, unread, not unread))
    runs = [run for run in runs if not _is_participle(typed, *run[:2])]
    told = [(first, end, named) for first, end, unread, named in runs if unread and len(typed.words(first, end)) >= 4]
    return sorted(told, key=lambda run: not _is_announced(typed, *run[:2]))


def _is_announced(typed: TypedLine, first: int, end: int) -> bool:
    """Tell whether words are announced as a place and look like a name: « à Décines », before « je déclare »."""
    return _follows(typed, first, _ANNOUNCING) and _is_proper(typed, typed.slice(first, end))


_PARTICIPLE = re.compile(r"[^\W\dA-Z]+ée?s?")
_HAVING = frozenset(("a", "ai", "avons", "ont"))


def _is_participle(typed: TypedLine, first: int, end: int) -> bool:
    """Tell whether a word is what somebody did, and no place: « on a trié »; « à » before a place has its accent."""
    having = first > 0 and typed.as_typed(first - 1, first) in _HAVING
    return end - first == 1 and having and bool(_PARTICIPLE.fullmatch(typed.as_typed(first, end)))


def _are_joined(typed: TypedLine, end: int, first: int) -> bool:
    between = typed.tokens[end:first]
    parted = any(token.parted for token in typed.tokens[end - 1 : first])
    return not parted and all(token.word in SMALL for token in between)
