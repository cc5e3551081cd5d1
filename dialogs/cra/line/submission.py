"""From the pieces of a line to what a submission of the form would send, and what is wrong or was assumed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from bot.forms import Clues
from bot.french.words import NBSP, join, say_minutes
from config.text import fold
from dialogs.cra import read_place, require_place
from dialogs.cra.line.parser import Piece, TypedLine
from dialogs.cra.line.readers import ALL, BARE_NUMBER, NO_SUITE, SMALL, SOME, WEAK, Meaning, Reading, has_code
from storage.communes import CommunePlace, find_place, find_place_exactly
from storage.cra.report import DUREES, PARTICIPANTS_MAX, Activite, Age, Canal, Statut, Suite, find_problems


@dataclass
class LineValues:
    """Values by element, as said; then, as they are settled, the parts of a `Line`."""

    said: dict[str, list[str]] = field(default_factory=dict)
    raw: dict[str, Any] = field(default_factory=dict)
    mistakes: dict[str, str] = field(default_factory=dict)
    assumed: list[str] = field(default_factory=list)
    unread: list[Piece] = field(default_factory=list)

    def values(self, element: str) -> list[str]:
        """The different values said for an element, in the order typed."""
        return list(dict.fromkeys(self.said.get(element, ())))

    def add(self, meaning: Meaning) -> None:
        """Add one more value for an element."""
        self.said.setdefault(meaning[0], []).append(meaning[1])


_TRIED = 2
"""Runs of unread words that are tried as a mistyped commune: each try takes several milliseconds."""
_ALIKE, _VERY_ALIKE = 85, 92
"""Likeness, out of 100, from which unread words are a mistyped commune: looking like a name, or not."""

_Run = tuple[int, int]


def name_commune(found: LineValues, typed: TypedLine, pieces: list[Piece], clues: Clues) -> None:
    """Settle the commune: its label, or what was typed and a sentence; words of its name are no longer unread."""
    named = [piece for piece in pieces if piece.reading and piece.reading.element == "commune"]
    texts = list(dict.fromkeys(typed.slice(piece.first, piece.end) for piece in named))
    if not any(has_code(text) for text in texts) and _find_typo(found, typed, pieces, clues):
        return
    if texts:
        place = _find_common_place(texts, clues)
        if place is None:
            _explain_commune(found, typed, texts, clues)
        else:
            found.raw["commune"] = place.label
            found.unread = [piece for piece in found.unread if not _is_part_of(_say_piece(typed, piece), place)]


def _find_common_place(texts: list[str], clues: Clues) -> CommunePlace | None:
    """Find the place that all mentions may mean; a part of a name is enough beside the postcode."""
    near = clues.user.departements
    if together := find_place_exactly(" ".join(texts), near).place:
        return together
    texts = sorted(texts, key=lambda text: not has_code(text))
    first = find_place_exactly(texts[0], near).place
    if first and all(_is_part_of(text, first) or _may_be(text, first, clues) for text in texts[1:]):
        return first
    return None


def _may_be(text: str, place: CommunePlace, clues: Clues) -> bool:
    found = find_place_exactly(text, clues.user.departements)
    return place.commune in [other.commune for other in (found.place, *found.choices) if other]


def _is_part_of(text: str, place: CommunePlace) -> bool:
    """Return whether all words are words of the name, give or take a letter."""
    name = fold(place.commune.nom).split()
    words = [word for word in fold(text).split() if word not in SMALL]
    return bool(words) and all(any(_is_same_word(word, other) for other in name) for word in words)


def _is_same_word(word: str, other: str) -> bool:
    return word == other or (len(word) >= 4 and OSA.distance(word, other, score_cutoff=1) <= 1)


def _explain_commune(found: LineValues, typed: TypedLine, texts: list[str], clues: Clues) -> None:
    """Say why the mentions are no commune: several ones, or one that leaves a choice."""
    if len(texts) > 1:
        found.mistakes["commune"] = f"Plusieurs communes sont indiquées{NBSP}: {join(texts)}. Gardez une seule réponse."
        return
    choices = find_place_exactly(texts[0], clues.user.departements).choices
    parts = [p for p in found.unread if any(_is_part_of(_say_piece(typed, p), choice) for choice in choices)]
    found.unread = [piece for piece in found.unread if piece not in parts]
    text = " ".join([texts[0], *(_say_piece(typed, piece) for piece in parts)])
    try:
        found.raw["commune"] = read_place(text, clues).label
    except ValueError as problem:
        found.raw["commune"] = text
        found.mistakes["commune"] = str(problem)


def _say_piece(typed: TypedLine, piece: Piece) -> str:
    return typed.slice(piece.first, piece.end)


def _find_typo(found: LineValues, typed: TypedLine, pieces: list[Piece], clues: Clues) -> bool:
    """Find unread words that resemble a commune’s name, and say which it may be."""
    for first, end in _list_runs(typed, pieces)[:_TRIED]:
        text = typed.slice(first, end)
        seen = find_place(text, clues.user.departements)
        wanted = _ALIKE if _is_proper(typed, first, end) else _VERY_ALIKE
        if not any(fuzz.ratio(fold(text), fold(place.commune.nom)) >= wanted for place in seen.suggestions):
            continue
        found.raw["commune"] = text
        found.unread = [piece for piece in found.unread if not first <= piece.first < end]
        try:
            require_place(text, seen)
        except ValueError as problem:
            found.mistakes["commune"] = str(problem)
        return True
    return False


def _is_proper(typed: TypedLine, first: int, end: int) -> bool:
    """Return whether words are announced by « à » or look like a name: a hyphen, or a capital that begins no
    sentence."""
    text = typed.slice(first, end)
    named = first > 0 and text[0].isupper() and not typed.plain.isupper()
    return named or "-" in text or (first > 0 and typed.tokens[first - 1].word == "a")


def _list_runs(typed: TypedLine, pieces: list[Piece]) -> list[_Run]:
    """List runs of unread words and names of communes, small words between them, with something unread in each."""
    runs: list[tuple[int, int, bool]] = []
    for piece in pieces:
        reading = piece.reading
        if reading and reading.element != "commune":
            continue
        unread = reading is None
        if runs and _are_joined(typed, runs[-1][1], piece.first):
            runs[-1] = (runs[-1][0], piece.end, runs[-1][2] or unread)
        else:
            runs.append((piece.first, piece.end, unread))
    return [(first, end) for first, end, unread in runs if unread and len(typed.words(first, end)) >= 5]


def _are_joined(typed: TypedLine, end: int, first: int) -> bool:
    between = typed.tokens[end:first]
    parted = any(token.parted for token in typed.tokens[end - 1 : first])
    return not parted and all(token.word in SMALL for token in between)


_Read = tuple[Piece, Reading]


def weigh_pieces(found: LineValues, pieces: list[Piece]) -> None:
    """Gather the values of all pieces, those that depend on others last; communes are named elsewhere."""
    later: list[_Read] = []
    for piece in pieces:
        reading = piece.reading
        if reading is None:
            found.unread.append(piece)
        elif _depends(reading):
            later.append((piece, reading))
        elif reading.element != "commune":
            found.add((reading.element, reading.value))
    _choose_activity(found, later)
    _count_bare_number(found, [read for read in later if read[1].element == BARE_NUMBER])
    # All decided before any is added: the order typed must not matter.
    for meaning in [_choose_meaning(found, reading) for _, reading in later if reading.other]:
        found.add(meaning)
    for piece, reading in later:
        if reading.value in (SOME, ALL):
            _leave_uncounted(found, piece, reading.value)


def _depends(reading: Reading) -> bool:
    return bool(reading.other) or reading.element in (BARE_NUMBER, WEAK) or reading.value in (SOME, ALL)


def _choose_activity(found: LineValues, later: list[_Read]) -> None:
    """Take the activity that « rdv », « demande »… tell if nothing better does, « groupe » before the others.

    Of several people they tell none: an « accompagnement » of eight is a workshop.
    """
    weak = {reading.value for _, reading in later if reading.element == WEAK}
    if found.values("participants") not in ([], ["1"]):
        weak &= {Activite.COLLECTIF.value}
    if weak and not found.values("activite"):
        order = (Activite.COLLECTIF, Activite.INDIVIDUEL, Activite.PONCTUEL)
        found.add(("activite", next(activite.value for activite in order if activite in weak)))


def _count_bare_number(found: LineValues, numbers: list[_Read]) -> None:
    """Count the participants of a workshop by a number alone, if nothing else does.

    Where no activity is said it could be minutes as well: then a duration must be there.
    """
    activite = found.values("activite")
    workshop = activite == [Activite.COLLECTIF] or (not activite and found.values("duree"))
    free = workshop and not found.values("participants")
    if free and len(numbers) == 1 and 1 <= int(numbers[0][1].value) <= PARTICIPANTS_MAX:
        found.add(("participants", numbers[0][1].value))
    else:
        found.unread.extend(piece for piece, _ in numbers)


def _choose_meaning(found: LineValues, reading: Reading) -> Meaning:
    """Choose which of two meanings holds: the theme where it is the only one, or where the first is said already."""
    assert reading.other
    said = found.values(reading.element)
    lone_theme = reading.element == "canal" and not found.values("themes")
    phone_class = reading.other[1] == "smartphone" and found.values("activite") == [Activite.COLLECTIF]
    if (said and reading.value not in said) or lone_theme or phone_class:
        return reading.other
    return reading.element, reading.value


def _leave_uncounted(found: LineValues, piece: Piece, amount: str) -> None:
    """Count « déjà venu » as one where there is one person, « tous » as everybody; leave it unread otherwise."""
    people = found.values("participants")
    alone = people == ["1"] or (not people and found.values("activite") != [Activite.COLLECTIF])
    count = "1" if alone else people[0] if people and amount == ALL else ""
    if count:
        found.add(("recurrents", count))
    else:
        found.unread.append(piece)


_LABELS = {
    element: {member.value: member.label for member in members}
    for element, members in (
        ("activite", Activite),
        ("canal", Canal),
        ("age", Age),
        ("statut", Statut),
        ("suite", Suite),
    )
}
_SEVERAL = {
    "date": "Plusieurs dates sont indiquées",
    "activite": "Plusieurs activités sont indiquées",
    "canal": "Plusieurs canaux sont indiqués",
    "age": "Plusieurs âges sont indiqués",
    "statut": "Plusieurs statuts sont indiqués",
    "suite": "Plusieurs suites sont indiquées",
    "duree": "Plusieurs durées sont indiquées",
    "participants": "Plusieurs nombres de participants sont indiqués",
    "recurrents": "Plusieurs nombres de personnes déjà venues sont indiqués",
}


def gather_values(typed: TypedLine, pieces: list[Piece], clues: Clues, last_commune: str) -> LineValues:
    """Weigh the pieces against each other, then make each element of the form."""
    found = LineValues()
    weigh_pieces(found, pieces)
    for element in _SEVERAL:
        _take_one(found, element)
    if themes := found.values("themes"):
        found.raw["themes"] = themes
    _judge_duration(found)
    name_commune(found, typed, pieces, clues)
    _assume(found, clues, last_commune)
    _judge(found, clues)
    return found


def _take_one(found: LineValues, element: str) -> None:
    """Take the one value, or say that there are several."""
    values = found.values(element)
    if len(values) > 1:
        shown = join([_show_value(element, value) for value in values])
        found.mistakes[element] = f"{_SEVERAL[element]}{NBSP}: {shown}. {_advice(found, element)}"
    elif values and values[0] != NO_SUITE:
        found.raw[element] = int(values[0]) if element in ("participants", "recurrents") else values[0]


def _advice(found: LineValues, element: str) -> str:
    if element in ("age", "statut") and found.values("activite") == [Activite.COLLECTIF]:
        return f"Gardez la réponse la plus fréquente{NBSP}: «{NBSP}Répartir{NBSP}» précisera ensuite."
    return "Gardez une seule réponse."


def _show_value(element: str, value: str) -> str:
    if element == "date":
        return f"{date.fromisoformat(value):%d/%m/%Y}"
    if element == "duree":
        return say_minutes(int(value))
    return _LABELS.get(element, {}).get(value, "sans suite" if value == NO_SUITE else value)


def _judge_duration(found: LineValues) -> None:
    """Name the durations around one that the form does not have."""
    minutes = int(found.raw.get("duree", DUREES[0]))
    if minutes in DUREES:
        return
    del found.raw["duree"]
    around = [max((d for d in DUREES if d < minutes), default=0), min((d for d in DUREES if d > minutes), default=0)]
    choices = join([say_minutes(d) for d in around if d], "ou")
    found.mistakes["duree"] = f"{say_minutes(minutes)} n’est pas une durée du formulaire{NBSP}: indiquez {choices}."


def _assume(found: LineValues, clues: Clues, commune: str) -> None:
    """Take what may go without saying; age, themes and duration may not."""
    for element, what, value, said in _defaults(found, clues, commune):
        if element not in found.raw and element not in found.mistakes:
            found.raw[element] = value
            found.assumed.append(f"{what}{NBSP}: {said}")


def _defaults(found: LineValues, clues: Clues, commune: str) -> Iterator[tuple[str, str, str, str]]:
    yield "date", "date", clues.today.isoformat(), "aujourd’hui"
    kind = Activite.COLLECTIF if found.raw.get("participants", 1) > 1 else Activite.INDIVIDUEL
    yield "activite", "activité", kind.value, kind.label
    if commune:
        yield "commune", "commune", commune, f"{commune} (la dernière utilisée)"
    yield "canal", "canal", Canal.RATTACHEMENT.value, Canal.RATTACHEMENT.label
    yield "statut", "statut", Statut.HETEROGENE.value, "non renseigné"


def _judge(found: LineValues, clues: Clues) -> None:
    """Say what no report can be, among what was understood."""
    raw = found.raw
    values: dict[str, Any] = {element: raw[element] for element in ("participants", "recurrents") if element in raw}
    if "date" in raw:
        values["date"] = date.fromisoformat(raw["date"])
    if "activite" in raw and "participants" in raw:
        values["activite"] = next(activite for activite in Activite if activite == raw["activite"])
    for element, sentence in find_problems(values, clues.today).items():
        found.mistakes.setdefault(element, sentence)
