"""What a word means where that depends on the rest of the line, whatever the order in which it was typed."""

from dialogs.cra.line.choose import Piece
from dialogs.cra.line.gathered import Gathering
from dialogs.cra.line.readers import BARE_NUMBER, Reading
from dialogs.cra.line.words import ALL, SOME, WEAK, Meaning
from storage.cra.values import PARTICIPANTS_MAX, Activite

_Read = tuple[Piece, Reading]


def weigh(found: Gathering, pieces: list[Piece]) -> None:
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
    _weak_activity(found, later)
    _bare_number(found, [read for read in later if read[1].element == BARE_NUMBER])
    # All decided before any is added: the order typed must not matter.
    for meaning in [_choose_meaning(found, reading) for _, reading in later if reading.other]:
        found.add(meaning)
    for piece, reading in later:
        if reading.value in (SOME, ALL):
            _leave_uncounted(found, piece, reading.value)


def _depends(reading: Reading) -> bool:
    return bool(reading.other) or reading.element in (BARE_NUMBER, WEAK) or reading.value in (SOME, ALL)


def _weak_activity(found: Gathering, later: list[_Read]) -> None:
    """« Rdv », « demande »… tell the activity if nothing better does, « groupe » before the others.

    Of several people they tell none: an « accompagnement » of eight is a workshop.
    """
    weak = {reading.value for _, reading in later if reading.element == WEAK}
    if found.values("participants") not in ([], ["1"]):
        weak &= {Activite.COLLECTIF.value}
    if weak and not found.values("activite"):
        order = (Activite.COLLECTIF, Activite.INDIVIDUEL, Activite.PONCTUEL)
        found.add(("activite", next(activite.value for activite in order if activite in weak)))


def _bare_number(found: Gathering, numbers: list[_Read]) -> None:
    """A number alone counts the participants of a workshop if nothing else does.

    Where no activity is said it could be minutes as well: then a duration must be there.
    """
    activite = found.values("activite")
    workshop = activite == [Activite.COLLECTIF] or (not activite and found.values("duree"))
    free = workshop and not found.values("participants")
    if free and len(numbers) == 1 and 1 <= int(numbers[0][1].value) <= PARTICIPANTS_MAX:
        found.add(("participants", numbers[0][1].value))
    else:
        found.unread.extend(piece for piece, _ in numbers)


def _choose_meaning(found: Gathering, reading: Reading) -> Meaning:
    """Which of two meanings holds: the theme where it is the only one, or where the first is said already."""
    assert reading.other
    said = found.values(reading.element)
    lone_theme = reading.element == "canal" and not found.values("themes")
    phone_class = reading.other[1] == "smartphone" and found.values("activite") == [Activite.COLLECTIF]
    if (said and reading.value not in said) or lone_theme or phone_class:
        return reading.other
    return reading.element, reading.value


def _leave_uncounted(found: Gathering, piece: Piece, amount: str) -> None:
    """« Déjà venu » says one where there is one person, « tous » everybody."""
    people = found.values("participants")
    alone = people == ["1"] or (not people and found.values("activite") != [Activite.COLLECTIF])
    count = "1" if alone else people[0] if people and amount == ALL else ""
    if count:
        found.add(("recurrents", count))
    else:
        found.unread.append(piece)
