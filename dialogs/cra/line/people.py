"""Who was there and where, by the words around numbers and people: « 8 puis 11 personnes », « 2 dames et un monsieur »,
« chez un monsieur »."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from bot.french import NBSP, digits, read_number
from bot.texts import quote
from dialogs.cra.line.parser import LinePiece, TypedLine
from dialogs.cra.line.readers import BARE_NUMBER, NOTHING, WEAK, SpanReading
from dialogs.cra.line.values import LineValues
from storage.cra.report import PARTICIPANTS_MAX, Activite, Age, Canal, Statut

_LINKS = frozenset(("et", "puis", "ou", "a", "au", "jusqu"))
"""Words that join two numbers of one kind."""
_BEFORE = frozenset(("entre", "de"))
_IN_HOURS = 9
"""The greatest number that is one of hours beside hours: « 1 à 2h »."""
_ONE = (
    r"(?:monsieur|dame|homme|femme|mamie|papi|papy|garcon|fils|fille|mere|pere|usager|usagere|senior|personne|couple)"
)
_MANY = r"(?:messieurs|dames|hommes|femmes|mamies|papis|garcons|filles)"
_COUNT = r"(\d{1,2}|une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix)"
_BOTH = re.compile(
    rf"{_COUNT} (?:{_ONE}|{_MANY}|maman|papa) (?:et|puis) "
    rf"(?:{_COUNT} (?:{_ONE}|{_MANY})|(?:ses|leurs) {_COUNT} (?:enfants|fils|filles|ados|petits))(?!\w)"
)
_AGES = re.compile(r"(?<!entre )\b(?:\d{2} (?:ans )?){1,7}et (?:de )?\d{2} ans\b")
"""The ages of several people: « 75 et 78 ans »."""
_TITLES = frozenset(("m", "mr", "mme", "mlle", "monsieur", "madame", "dame"))
_AT_HOME = re.compile(r"(?<!\w)chez (?:(?:une?|l|la|le|mon|ma|ce|cette) )*(?:mamie|papi|papy|senior|retraitee?)(?!\w)")
"""A home, by words that say more than that of who lives there."""
_EXPECTED = (
    r"(?:(?P<expected>\d{1,3}) (?:inscrit|attendu|prevu|invite|annonce)(?:e?s|es?)?|"
    r"(?:attendai[st]|attendions|attendaient|prevoyais|(?:avais|avait|avions) prevu) (?P<awaited>\d{1,3})"
    r"(?: (?:personnes|gens|participants|inscrits))?)"
)
_NO_UNIT = r"(?! ?(?:h|heures?|min|mn|minutes?|ans?|euros?|quarts?|fois|de plus|en plus|\d)\b)"
_NO_THING = (
    r"(?! (?!(?:personnes|participants|venue?s|presente?s|gens|jeunes|seniors|retraites|dames|messieurs|hommes|femmes|"
    r"mais|puis|dans|apres|sous|vers|tous|plus|sans|alors|pas)\b)\w+[sx]\b)"
)
"""That no things are counted: « 12 inscrits et que 5 tablettes »."""
_THERE = r"(?:eue?s?|avait|etait|etaient|etions|sont|ont|venue?s?|que|qu|seule?s?|seulement|juste|presente?s?)"
_BETWEEN = r"(?:mais|et|est|sont|finalement|au|final|j|je|n|ne|en|ai|a|y|il|ils|elles|on|nous|avons|me|m|dont|pas|plus)"
_TURNOUTS = (
    re.compile(
        rf"\b{_EXPECTED} (?:{_BETWEEN} ){{0,6}}(?:{_THERE} (?:{_BETWEEN} ){{0,2}}){{1,3}}"
        rf"(?P<came>\d{{1,3}})\b{_NO_UNIT}{_NO_THING}"
    ),
    re.compile(
        rf"\b{_EXPECTED} (?:{_BETWEEN} ){{0,3}}(?P<came>\d{{1,3}}) (?:personnes? )?"
        r"(?:(?:sont|etaient) )?(?:venu|present|participant|la\b)"
    ),
    re.compile(
        rf"\b(?P<came>\d{{1,3}}) (?:personnes? )?(?:(?:sont |etaient )?(?:venue?s?|presente?s?) )?"
        rf"sur (?:les )?{_EXPECTED}\b"
    ),
)
"""How many came of those who were expected: « sur douze inscrits j’en ai eu que trois »."""
_ABSENT = re.compile(
    r"\b(?P<expected>\d{1,3}) (?:inscrit|attendu|prevu|invite|annonce)(?:e?s|es?)? "
    r"(?:(?:et|mais|dont|avec|il|y|a) ){0,3}(?P<absent>\d{1,2}) (?:absent|excuse|desistement)"
)
"""How many did not come: « 6 inscrits dont 2 absents »."""
_AGAIN = re.compile(
    r"\b(?P<first>\d{1,3}) (?:p|pers|personnes?|participante?s?|gens|inscrits) (?:euh |ah )?"
    r"(?P<mark>non|pardon|enfin|plutot) (?:plutot |pardon )?"
    r"(?P<right>\d{1,3})(?! ?(?:h|heures?|min|mn|minutes?|ans|/)\b)"
)
"""A number of people that is put right."""
_OF_TURNOUT = re.compile(
    r"absente?s?|excuse(?:e?s)?|attend(?:ai[st]|ions|aient)|prevoyais|prevu|venue?s?|presente?s?|est|sont|etaient"
)
"""Words that say no more than that."""
_OUT_OF = re.compile(r"\bsur (?:les )?(?P<expected>\d{1,3}) (?:inscrit|attendu|prevu|invite|annonce)")
"""Those who were expected, some of whom did not come."""
COUPLE = re.compile(r"(?<!\w)(?:(?:une?|l|le|1) )(?:(?:jeune|vieux|autre) )?couple(?!\w)")
"""Two people at once: a report is asked whether they were together, an appointment is one."""
_NOTHING = SpanReading(NOTHING, "aucun")
_ALONE = re.compile(
    r"(?<!\w)(?:monsieur|madame|mme|dame|demandeu(?:r|se)|chomeu(?:r|se)|retraitee?|etudiante?|salariee?|usagere?|"
    r"(?:une?|1) (?:personne|homme|femme|jeune|ado|enfant|senior))(?!\w)"
)
"""One person, beside whom « séance » is no workshop."""
_SESSION = ("seance", "seances")


_BEFORE_PEOPLE = frozenset(
    ("avec", "pour", "a", "de", "d", "les", "mes", "ces", "aux", "etaient", "etait", "sont", "accueilli")
)
"""Words before a number of people whose activity is not said."""


def count_bare_number(found: LineValues, typed: TypedLine, pieces: Sequence[LinePiece]) -> None:
    """Count the participants of a workshop by a number alone, if nothing else does.

    Where no activity is said it could be minutes as well: then a duration must be there, and the number begins the
    line, or counts a group.
    """
    numbers = [(piece, piece.reading) for piece in pieces if piece.reading and piece.reading.element == BARE_NUMBER]
    activite = found.values("activite")
    workshop = activite == [Activite.COLLECTIF] or (
        not activite and found.values("duree") and any(_counts_people(typed, pieces, piece) for piece, _ in numbers)
    )
    of_groups = [each for each in numbers if _is_of_group(pieces, each[0])]
    if len(numbers) > 1 and len(of_groups) == 1:
        found.unread.extend(piece for piece, _ in numbers if piece != of_groups[0][0])
        numbers = of_groups
    free = workshop and not found.values("participants")
    if free and len(numbers) == 1 and 1 <= int(numbers[0][1].value) <= PARTICIPANTS_MAX:
        found.add(("participants", numbers[0][1].value))
    else:
        found.unread.extend(piece for piece, _ in numbers)


def _counts_people(typed: TypedLine, pieces: Sequence[LinePiece], number: LinePiece) -> bool:
    before = typed.words(max(0, number.first - 1), number.first)
    parted = bool(number.first) and typed.tokens[number.first - 1].parted
    return not before or parted or before in _BEFORE_PEOPLE or _is_of_group(pieces, number)


def _is_of_group(pieces: Sequence[LinePiece], number: LinePiece) -> bool:
    """Return whether a number stands before a group of people: « 8 jeunes »."""
    return any(
        piece.first == number.end and piece.reading and piece.reading.element in ("age", "statut") for piece in pieces
    )


def count_people(found: LineValues, typed: TypedLine, pieces: Sequence[LinePiece]) -> None:
    """Count people who are told in two numbers, and note that somebody was met at home."""
    _take_linked(found, typed, pieces)
    _leave_uncounted(found, typed, pieces)
    plain = typed.words(0, len(typed.tokens))
    _count_turnout(found, typed, digits(plain))
    _count_again(found, typed, digits(plain))
    _add_up(found, plain, pieces)
    _add_groups(found, pieces)
    _count_couple(found, typed, plain)
    if not found.values("canal") and _AT_HOME.search(plain):
        found.add(("canal", Canal.DOMICILE.value))


def _count_turnout(found: LineValues, typed: TypedLine, plain: str) -> None:
    """Count who came, and not who was expected; where only these are told, « sur 12 inscrits », it is asked."""
    came, expected, numbers = _read_turnout(plain)
    if 0 < came <= expected:
        found.said["participants"] = [str(came)]
        found.unread = [
            piece
            for piece in found.unread
            if not (piece.reading and piece.reading.element == BARE_NUMBER and piece.reading.value in numbers)
            and not _OF_TURNOUT.fullmatch(typed.words(piece.first, piece.end))
        ]
        found.note("participants", f"J’ai compté{NBSP}: {came} sur {expected} attendus.")
    elif (told := _OUT_OF.search(plain)) and found.values("participants") == [told["expected"].lstrip("0")]:
        del found.said["participants"]


def _count_again(found: LineValues, typed: TypedLine, plain: str) -> None:
    """Count people by the number that puts the first right: « douze personnes non treize »."""
    again = _AGAIN.search(plain)
    if again is None or found.values("participants") != [again["first"]]:
        return
    found.said["participants"] = [again["right"]]
    found.unread = [
        piece
        for piece in found.unread
        if digits(typed.words(piece.first, piece.end)) not in (again["right"], again["mark"])
    ]
    found.note("participants", f"J’ai pris « {again['right']} », dit en dernier.")


def _read_turnout(plain: str) -> tuple[int, int, set[str]]:
    """Read how many came and how many were expected, 0 where that is not said, and the numbers that say so."""
    if match := next(filter(None, (pattern.search(plain) for pattern in _TURNOUTS)), None):
        came, expected = int(match["came"]), int(match["expected"] or match["awaited"])
        return came, expected, {str(came), str(expected)}
    if match := _ABSENT.search(plain):
        absent, expected = int(match["absent"]), int(match["expected"])
        return expected - absent, expected, {str(absent), str(expected)}
    return 0, 0, set()


def _count_couple(found: LineValues, typed: TypedLine, plain: str) -> None:
    """Count a couple as two people, of whom it is asked whether they were together."""
    is_open = found.values("activite") in ([], [Activite.COLLECTIF.value])
    if not is_open or found.values("participants") or not COUPLE.search(plain):
        return
    found.said["participants"] = ["2"]
    found.unread = [piece for piece in found.unread if typed.words(piece.first, piece.end) != "couple"]
    if not found.values("activite"):
        found.add(("activite", Activite.INDIVIDUEL.value))
    found.note("participants", f"J’ai compté{NBSP}: 2 personnes.")


def _take_linked(found: LineValues, typed: TypedLine, pieces: Sequence[LinePiece]) -> None:
    """Take a number that « puis », « à »… joins to a counted one as another of its kind: both cannot be meant."""
    for number, counted in pairwise(pieces):
        element = counted.reading.element if counted.reading else ""
        between = {token.word for token in typed.tokens[number.end : counted.first]}
        if number not in found.unread or element not in ("participants", "duree") or not number.reading:
            continue
        if number.reading.element != BARE_NUMBER or not between or not between <= _LINKS:
            continue
        value = _scale(int(number.reading.value), element, typed.slice(counted.first, counted.end))
        found.said.setdefault(element, []).insert(0, str(value))
        found.unread = [
            each
            for each in found.unread
            if each != number and not (each.end == number.first and typed.words(each.first, each.end) in _BEFORE)
        ]


def _scale(number: int, element: str, counted: str) -> int:
    """Return a number in minutes beside hours."""
    return number * 60 if element == "duree" and number <= _IN_HOURS and "h" in counted.lower() else number


def _leave_uncounted(found: LineValues, typed: TypedLine, pieces: Sequence[LinePiece]) -> None:
    """Leave unread a number that counts no people: « m. 45 rsa », « 2 fois 1h »."""
    for piece in pieces:
        is_bare = bool(piece.reading and piece.reading.element == BARE_NUMBER)
        around = {token.word for token in typed.tokens[max(0, piece.first - 1) : piece.first]} & _TITLES
        around |= {token.word for token in typed.tokens[piece.end : piece.end + 1]} & {"fois", "x"}
        if is_bare and around and piece.reading and found.values("participants") == [piece.reading.value]:
            del found.said["participants"]
            found.unread.append(piece)


def _add_up(found: LineValues, plain: str, pieces: Sequence[LinePiece]) -> None:
    """Count « 2 dames et un monsieur » as three people. Of two of whom nothing else is said, it is asked whether they
    were together."""
    both = _BOTH.search(plain)
    aged = re.findall(r"\d+", ages[0]) if (ages := _AGES.search(plain)) else []
    numbers = [_read_count(each) for each in both.groups() if each] if both else [1] * len(aged)
    people = set(found.values("participants"))
    if not numbers or not people <= {str(each) for each in numbers} or sum(numbers) > PARTICIPANTS_MAX:
        return
    found.said["participants"] = [str(sum(numbers))]
    found.unread = [
        each
        for each in found.unread
        if not (each.reading and each.reading.element == BARE_NUMBER and int(each.reading.value) in numbers)
    ]
    if not found.values("activite"):
        found.add(("activite", Activite.INDIVIDUEL.value if sum(numbers) == 2 else Activite.COLLECTIF.value))
    found.note("participants", f"J’ai compté{NBSP}: {sum(numbers)} personnes.")


def _add_groups(found: LineValues, pieces: Sequence[LinePiece]) -> None:
    """Count « 3 étudiants 2 retraités » as five people."""
    counted = [
        (piece, int(piece.reading.value))
        for piece, group in pairwise(pieces)
        if piece.reading and piece.reading.element == BARE_NUMBER and piece.end == group.first
        if group.reading and group.reading.element in ("age", "statut")
    ]
    numbers = [number for _, number in counted]
    total = sum(numbers)
    if len(numbers) < 2 or not 0 < total <= PARTICIPANTS_MAX or found.values("participants") not in ([], [str(total)]):
        return
    found.said["participants"] = [str(total)]
    found.unread = [piece for piece in found.unread if piece not in [piece for piece, _ in counted]]
    found.note("participants", f"J’ai compté{NBSP}: {total} personnes.")


def _read_count(word: str) -> int:
    return 1 if word in ("un", "une") else read_number(word) or 0


def clear_sessions(typed: TypedLine, pieces: Sequence[LinePiece]) -> list[LinePiece]:
    """Ignore « séance » with one person: it is no workshop."""
    plain = typed.words(0, len(typed.tokens))
    return [replace(piece, reading=_NOTHING) if _is_session(typed, piece, plain) else piece for piece in pieces]


def _is_session(typed: TypedLine, piece: LinePiece, plain: str) -> bool:
    is_weak = bool(piece.reading and piece.reading.element == WEAK)
    return is_weak and typed.words(piece.first, piece.end) in _SESSION and bool(_ALONE.search(plain))


_DENIED = re.compile(
    r"\b(?:(?P<always>pas|ni|sans|ancien(?:ne)?s?|futur(?:e)?s?|bientot)|(?<!et )plus|non)"
    r"(?: (?:encore|vraiment|toujours|un|une|aucun|aucune|de|des|d|les|la|le)){0,2}$"
)
"""Words that say of a status behind them that it is nobody’s: « pas encore retraitée », « ancien salarié »; behind
another one, « non » puts that right, and « plus » adds to it."""
_DENIED_MAX = 3


def leave_denied(found: LineValues, typed: TypedLine, pieces: Sequence[LinePiece]) -> Iterator[LinePiece]:
    """Leave out a status that is denied, and mention that."""
    read = {at for piece in pieces if piece.reading for at in range(piece.first, piece.end)}
    is_said = False
    for piece in pieces:
        is_status = piece.reading is not None and piece.reading.element == "statut"
        denied = _DENIED.search(typed.words(max(0, piece.first - _DENIED_MAX), piece.first)) if is_status else None
        start = piece.first - len(denied[0].split()) if denied else piece.first
        if denied and (denied["always"] or not is_said) and read.isdisjoint(range(start, piece.first)):
            found.note("statut", f"J’ai laissé de côté « {quote(typed.slice(start, piece.end))} ».")
            yield replace(piece, reading=_NOTHING)
            continue
        is_said = is_said or is_status
        yield piece


def is_employer(typed: TypedLine, piece: LinePiece) -> bool:
    """Whether « ma structure » is who employs somebody, and not where it was: « ma structure veut tout par écrit »."""
    after = typed.words(piece.end, piece.end + 1)
    return typed.words(piece.first, piece.end) == "structure" and after in _EMPLOYS


_EMPLOYS = frozenset(
    ("veut", "demande", "exige", "reclame", "souhaite", "insiste", "attend", "tient", "me", "m", "nous", "compte")
)


def leave_pupils(found: LineValues, typed: TypedLine) -> None:
    """Leave out the status of children at school, who are no students: « élèves de moins de 12 ans »."""
    if found.values("age") == [Age.MOINS_12] and "etudiant" not in typed.words(0, len(typed.tokens)):
        found.said["statut"] = [status for status in found.values("statut") if status != Statut.ETUDIANT]


_PUPIL = re.compile(r"\b(?:lyceen|collegien)(?:ne)?s?\b")
_OWN_MASTER = re.compile(r"\b(?:auto|micro)[ -]?entrepreneu(?:r|se)s?\b|\b(?:artisane?s?|commercante?s?)\b")
_HOMEMAKER = re.compile(r"\b(?:meres?|peres?|mamans?|papas?|parents?|femmes?|hommes?|dames?|personnes?) au foyer\b")
"""Who works at home for nobody, of whom the form knows no status."""


def assume_status(found: LineValues, typed: TypedLine) -> None:
    """Assume that « lycéens » are at school and that « auto-entrepreneurs » work, where their status is not said; ask
    for the one of who is « au foyer »."""
    words = typed.words(0, len(typed.tokens))
    if found.tells("statut"):
        return
    is_pupil = found.raw.get("age") == Age.DE_12_A_18 and _PUPIL.search(words)
    if assumed := Statut.ETUDIANT if is_pupil else Statut.EN_EMPLOI if _OWN_MASTER.search(words) else None:
        found.raw["statut"], found.assumed["statut"] = assumed.value, assumed.label.lower()
    elif at_home := _HOMEMAKER.search(words):
        offered = {each.value: each.label for each in (Statut.SANS_EMPLOI, Statut.HETEROGENE)}
        found.choices["statut"] = offered
        found.mistakes["statut"] = (
            f"« {quote(at_home[0].replace('mere', 'mère').replace('pere', 'père'))} »{NBSP}: le formulaire n’a pas ce "
            f"statut. Choisissez{NBSP}: {' · '.join(offered.values())}."
        )
