"""From the pieces of a line to what a submission would send, and what is wrong or was assumed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot.forms import Clues
from bot.french.durations import say_minutes
from bot.french.words import NBSP, join
from dialogs.cra.line.choose import Piece
from dialogs.cra.line.readers import BARE_NUMBER, Reading
from dialogs.cra.line.words import ALL, NO_SUITE, SOME, WEAK, Meaning
from dialogs.cra.places import read_place
from storage.communes import by_code, label, matching
from storage.cra.rules import problems
from storage.cra.values import DUREES, PARTICIPANTS_MAX, Activite, Age, Canal, Statut, Suite

_LABELS: dict[str, dict[str, str]] = {
    element: {m.value: m.label for m in members}
    for element, members in {
        "activite": Activite,
        "canal": Canal,
        "age": Age,
        "statut": Statut,
        "suite": Suite,
    }.items()
} | {"suite": {**{m.value: m.label for m in Suite}, NO_SUITE: "sans suite"}}
_TWO = {
    "date": "Plusieurs dates sont indiquées",
    "activite": "Plusieurs activités sont indiquées",
    "canal": "Plusieurs canaux sont indiqués",
    "age": "Plusieurs âges sont indiqués",
    "statut": "Plusieurs statuts sont indiqués",
    "suite": "Plusieurs suites sont indiquées",
    "duree": "Plusieurs durées sont indiquées",
    "participants": "Plusieurs nombres de participants sont indiqués",
    "recurrents": "Plusieurs nombres de personnes déjà venues sont indiqués",
    "commune": "Plusieurs communes sont indiquées",
}


@dataclass
class Gathered:
    """What the pieces say so far."""

    said: dict[str, list[str]] = field(default_factory=dict)
    raw: dict[str, Any] = field(default_factory=dict)
    mistakes: dict[str, str] = field(default_factory=dict)
    assumed: list[str] = field(default_factory=list)
    unread: list[Piece] = field(default_factory=list)

    def values(self, element: str) -> list[str]:
        """The different values said for an element, in the order typed."""
        return list(dict.fromkeys(self.said.get(element, ())))

    def add(self, meaning: Meaning) -> None:
        """One more value for an element."""
        self.said.setdefault(meaning[0], []).append(meaning[1])

    def assume(self, what: str, value: str) -> None:
        """Something taken without being said."""
        self.assumed.append(f"{what}{NBSP}: {value}")


def gather(pieces: list[Piece], clues: Clues) -> Gathered:
    """Weigh the pieces against each other, then make each element of the form."""
    found = Gathered()
    later: list[tuple[Piece, Reading]] = []
    for piece in pieces:
        reading = piece.reading
        if reading is None:
            found.unread.append(piece)
        elif reading.other or reading.element in (BARE_NUMBER, WEAK) or reading.value in (SOME, ALL):
            later.append((piece, reading))
        else:
            found.add((reading.element, reading.value))
    _weigh(found, later)
    for element in ("date", "activite", "canal", "age", "statut", "suite", "duree", "participants", "recurrents"):
        _single(found, element)
    if themes := found.values("themes"):
        found.raw["themes"] = themes
    _duration(found)
    _commune(found, clues)
    _numbers(found)
    _defaults(found, clues)
    _rules(found, clues)
    return found


def _weigh(found: Gathered, later: list[tuple[Piece, Reading]]) -> None:
    """Decide what depends on the rest, whatever the order in which it was typed."""
    weak = [r for _, r in later if r.element == WEAK]
    if not found.values("activite"):
        for reading in weak:
            found.add(("activite", reading.value))
    numbers = [(p, r) for p, r in later if r.element == BARE_NUMBER]
    _bare(found, numbers)
    for _, reading in later:
        if reading.other:
            found.add(_meant(found, (reading.element, reading.value), reading.other))
    for piece, reading in later:
        if reading.value in (SOME, ALL):
            _uncounted(found, piece, reading.value)


def _bare(found: Gathered, numbers: list[tuple[Piece, Reading]]) -> None:
    """A number alone counts the participants of a workshop if nothing else does."""
    free = not found.values("participants") and found.values("activite") in ([], [Activite.COLLECTIF])
    if free and len(numbers) == 1 and 1 <= int(numbers[0][1].value) <= PARTICIPANTS_MAX:
        found.add(("participants", numbers[0][1].value))
    else:
        found.unread.extend(piece for piece, _ in numbers)


def _meant(found: Gathered, first: Meaning, other: Meaning) -> Meaning:
    """Which of two meanings holds: the theme if it is the only one, or if the first is said already."""
    if found.values(first[0]) and first[1] not in found.values(first[0]):
        return other
    if first[0] == "canal" and not found.values("themes"):
        return other
    by_phone_together = other[1] == "smartphone" and found.values("activite") == [Activite.COLLECTIF]
    return other if by_phone_together else first


def _uncounted(found: Gathered, piece: Piece, amount: str) -> None:
    """« Déjà venu » says one where there is one person, « tous » everybody."""
    people = found.values("participants")
    alone = not people and found.values("activite") != [Activite.COLLECTIF]
    count = "1" if alone or people == ["1"] else people[0] if people and amount == ALL else ""
    if count:
        found.add(("recurrents", count))
    else:
        found.unread.append(piece)


def _single(found: Gathered, element: str) -> None:
    """Take the one value, or say that there are several."""
    values = found.values(element)
    if len(values) > 1:
        shown = join([_shown(element, v) for v in values])
        found.mistakes[element] = f"{_TWO[element]}{NBSP}: {shown}. Gardez une seule réponse."
    elif values and values[0] != NO_SUITE:
        found.raw[element] = values[0]


def _shown(element: str, value: str) -> str:
    if element == "date":
        return f"{date.fromisoformat(value):%d/%m/%Y}"
    if element == "duree":
        return say_minutes(int(value))
    return _LABELS.get(element, {}).get(value, value)


def _duration(found: Gathered) -> None:
    minutes = int(found.raw.get("duree", DUREES[0]))
    if minutes in DUREES:
        return
    del found.raw["duree"]
    around = [max((d for d in DUREES if d < minutes), default=0), min((d for d in DUREES if d > minutes), default=0)]
    choices = join([say_minutes(d) for d in around if d], "ou")
    found.mistakes["duree"] = f"{say_minutes(minutes)} n’est pas une durée du formulaire{NBSP}: indiquez {choices}."


def _numbers(found: Gathered) -> None:
    for element in ("participants", "recurrents"):
        if element in found.raw:
            found.raw[element] = int(found.raw[element])


def _commune(found: Gathered, clues: Clues) -> None:
    """The place named, by a postcode and a name in any order; what was typed stays where it is none."""
    texts = found.values("commune")
    if not texts:
        return
    joined = " ".join(texts)
    places = {p.label for text in texts if (p := matching(text, clues.user.departements).place)}
    together = matching(joined, clues.user.departements).place
    if len(texts) > 1 and together is None and len(places) != 1:
        found.mistakes["commune"] = f"{_TWO['commune']}{NBSP}: {join(texts)}. Gardez une seule réponse."
        return
    try:
        found.raw["commune"] = (
            together.label if together else places.pop() if places else read_place(joined, clues).label
        )
    except ValueError as problem:
        found.raw["commune"] = joined
        found.mistakes["commune"] = str(problem)


def _defaults(found: Gathered, clues: Clues) -> None:
    """What may go without saying; age, themes and duration may not."""
    raw = found.raw
    for element, what, value, said in _missing(raw, clues):
        if element not in raw and element not in found.mistakes:
            raw[element] = value
            found.assume(what, said)


def _missing(raw: Mapping[str, Any], clues: Clues) -> Iterator[tuple[str, str, str, str]]:
    yield "date", "date", clues.today.isoformat(), "aujourd’hui"
    kind = Activite.COLLECTIF if int(raw.get("participants", 1)) > 1 else Activite.INDIVIDUEL
    yield "activite", "activité", kind.value, kind.label
    commune = by_code(clues.user.commune) if clues.user.commune else None
    if commune:
        place = label(commune, clues.user.code_postal or "")
        yield "commune", "commune", place, f"{place} (la dernière utilisée)"
    yield "canal", "canal", Canal.RATTACHEMENT.value, Canal.RATTACHEMENT.label
    yield "statut", "statut", Statut.HETEROGENE.value, "non renseigné"


def _rules(found: Gathered, clues: Clues) -> None:
    """What no report can be, among what was understood."""
    raw = found.raw
    values: dict[str, Any] = {e: raw[e] for e in ("participants", "recurrents") if e in raw}
    if "date" in raw:
        values["date"] = date.fromisoformat(raw["date"])
    if "activite" in raw and "participants" in raw:
        values["activite"] = next(a for a in Activite if a == raw["activite"])
    for element, sentence in problems(values, clues.today).items():
        found.mistakes.setdefault(element, sentence)
