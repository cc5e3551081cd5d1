"""Conversion of the pieces of a line into a submission of the form, with what is wrong or was assumed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

from bot.forms import Clues
from bot.french import NBSP, digits, join, say_date, say_minutes
from bot.texts import quote
from config.themes import THEMES
from dialogs.cra.line import readers
from dialogs.cra.line.communes import name_commune
from dialogs.cra.line.days import FAR_DAYS, doubt_weekday, doubt_years
from dialogs.cra.line.hours import EARLIEST, is_hour
from dialogs.cra.line.parser import LinePiece, TypedLine
from dialogs.cra.line.people import (
    assume_status,
    clear_sessions,
    count_bare_number,
    count_people,
    is_employer,
    leave_denied,
    leave_pupils,
)
from dialogs.cra.line.values import LineValues
from storage.cra.habits import Usual
from storage.cra.report import DUREES, Activite, Age, Canal, Statut, Suite, find_problems

_Read = tuple[LinePiece, readers.SpanReading]


def weigh_pieces(found: LineValues, typed: TypedLine, pieces: Sequence[LinePiece]) -> None:
    """Gather the values of all pieces, those that depend on others last; communes are settled elsewhere."""
    later: list[_Read] = []
    for piece in pieces:
        reading = piece.reading
        if reading is None:
            found.unread.append(piece)
        elif reading.element == readers.NOTHING:
            found.leave_out(reading.value, typed.slice(piece.first, piece.end))
        elif _depends(reading):
            later.append((piece, reading))
        elif reading.element != "commune":
            found.add((reading.element, reading.value))
    _choose_activity(found, later)
    count_bare_number(found, typed, pieces)
    # All decided before any is added: the order typed must not matter.
    for meaning in [_choose_meaning(found, typed, *read) for read in later if read[1].other]:
        found.add(meaning)
    for piece, reading in later:
        if reading.value in (readers.SOME, readers.ALL):
            _leave_uncounted(found, piece, reading.value)


def _depends(reading: readers.SpanReading) -> bool:
    return (
        bool(reading.other)
        or reading.element in (readers.BARE_NUMBER, readers.WEAK)
        or reading.value in (readers.SOME, readers.ALL)
    )


def _choose_activity(found: LineValues, later: list[_Read]) -> None:
    """Settle the activity that « rdv », « demande »… tell where nothing better does, « groupe » first.

    With several people these words do not count: an « accompagnement » of eight is a workshop.
    """
    weak = {reading.value for _, reading in later if reading.element == readers.WEAK}
    if found.values("participants") not in ([], ["1"]):
        weak &= {Activite.COLLECTIF.value}
    if weak and not found.values("activite"):
        order = (Activite.COLLECTIF, Activite.INDIVIDUEL, Activite.PONCTUEL)
        found.add(("activite", next(activite.value for activite in order if activite in weak)))


_OF_A_THING = frozenset(
    ("son", "sa", "ses", "leur", "leurs", "mon", "du", "un", "une", "le", "la", "sur", "vers", "nouveau")
)
"""Words before a telephone that is worked on, rather than called with: « sur son téléphone »."""
_ON_A_PHONE = frozenset(("smartphone", "contenus numeriques"))


def _choose_meaning(
    found: LineValues, typed: TypedLine, piece: LinePiece, reading: readers.SpanReading
) -> readers.Meaning:
    """Choose which of two meanings holds: the theme where it is the only one, is said of a thing, or where the first
    is said already."""
    assert reading.other
    said, themes = found.values(reading.element), found.values("themes")
    is_canal, is_phone = reading.element == "canal", reading.other[1] == "smartphone"
    lone_theme = is_canal and not themes
    is_thing = is_canal and typed.words(max(0, piece.first - 1), piece.first) in _OF_A_THING
    phone_class = is_phone and (found.values("activite") == [Activite.COLLECTIF] or _ON_A_PHONE & set(themes))
    if (said and reading.value not in said) or lone_theme or is_thing or phone_class:
        return reading.other
    return reading.element, reading.value


def _leave_uncounted(found: LineValues, piece: LinePiece, amount: str) -> None:
    """Count « déjà venu » as one person where there is one, « tous » as everybody; leave it unread otherwise."""
    people = found.values("participants")
    alone = people == ["1"] or (not people and found.values("activite") != [Activite.COLLECTIF])
    count = "1" if alone else people[0] if people and amount == readers.ALL else ""
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


def gather_values(typed: TypedLine, pieces: Sequence[LinePiece], clues: Clues, usual: Usual) -> LineValues:
    """Weigh the pieces against each other, and settle each element that was said."""
    found = LineValues()
    pieces = _clear_places([_clear_of_others(typed, piece) for piece in clear_sessions(typed, pieces)], typed)
    pieces = list(leave_denied(found, typed, pieces))
    weigh_pieces(found, typed, pieces)
    _take_corrections(found, typed, pieces)
    count_people(found, typed, pieces)
    _note_slips(found, typed, pieces)
    _prefer_years(found, typed, pieces)
    _doubt_hours(found, typed, pieces)
    leave_pupils(found, typed)
    doubt_years(found, typed, pieces, clues.today)
    doubt_weekday(found, typed, pieces, clues.today)
    for element in _SEVERAL:
        _take_one(found, element)
    _take_themes(found)
    assume_status(found, typed)
    _judge_duration(found)
    name_commune(found, typed, pieces, clues, usual.commune)
    return found


_BEFORE_OTHER = frozenset(("l", "un", "une", "d", "les", "des", "deux", "chaque"))
_WHOSE = frozenset(("ses", "leurs", "son", "sa", "leur", "mes", "mon", "ma"))
_SAID_OF_OTHERS = {
    **dict.fromkeys(("autre", "autres"), _BEFORE_OTHER),
    **dict.fromkeys(("enfant", "enfants", "jeune", "jeunes", "ado", "ados"), _WHOSE),
}
"""Words that tell nothing of the report behind some others: « l’un…, l’autre… », « une tablette de ses enfants »."""


def _clear_of_others(typed: TypedLine, piece: LinePiece) -> LinePiece:
    """Ignore « autre » and « enfants » where they are said of a person."""
    before = typed.tokens[piece.first - 1].word if piece.first else ""
    is_said = before in _SAID_OF_OTHERS.get(typed.words(piece.first, piece.end), ())
    return replace(piece, reading=_NOTHING) if is_said or is_employer(typed, piece) else piece


_NOTHING = readers.SpanReading(readers.NOTHING, "aucun")
_PLACES_TOO = frozenset(("mission locale", "france services", "college", "lycee", "ecole", "prefecture"))
_TO_PLACE = frozenset(("a", "au", "aux", "la", "l", "du", "en", "dans"))
"""Words before a place: « à la mission locale », « du collège »."""


def _clear_places(pieces: list[LinePiece], typed: TypedLine) -> list[LinePiece]:
    """Ignore themes that are places as well, where another theme is said: « arnaques, mission locale de Béziers »."""
    themes = {piece.reading.value for piece in pieces if piece.reading and piece.reading.element == "themes"}
    followed = pairwise([*pieces, None])
    pieces = [replace(one, reading=_NOTHING) if _is_class(typed, one, after) else one for one, after in followed if one]
    places = [piece for piece in pieces if _is_place(typed, piece)]
    others = themes - {piece.reading.value for piece in places if piece.reading}
    return [replace(piece, reading=_NOTHING) if others and piece in places else piece for piece in pieces]


def _is_class(typed: TypedLine, piece: LinePiece, after: LinePiece | None) -> bool:
    """Whether « formation » is what was given of the theme behind it: « formation word »."""
    is_theme = after and after.reading and after.reading.element == "themes" and after.first - piece.end <= 1
    return bool(is_theme) and typed.words(piece.first, piece.end) in ("formation", "formations")


def _is_place(typed: TypedLine, piece: LinePiece) -> bool:
    """Whether a theme is said as a place: behind « à », « du »…, or before « de » and what it is in."""
    before = typed.tokens[piece.first - 1].word if piece.first else ""
    after = {token.word for token in typed.tokens[piece.end : piece.end + 1]}
    is_named = typed.words(piece.first, piece.end) in _PLACES_TOO
    return is_named and (before in _TO_PLACE or bool(after & {"de", "d", "a"}))


_CORRECTING = frozenset(("non", "plutot", "pardon", "enfin", "rectification", "correction", "erreur", "oups"))
"""Words between what was said first and what is meant, or behind that: « 1h non 2h », « 1h… 2h plutôt »."""
_HESITATING = frozenset(("euh", "en", "fait", "c", "est", "sur", "je", "veux", "dire"))
_CORRECTED = ("duree", "participants", "date", "age", "statut", "canal", "recurrents", "themes")


def _take_corrections(found: LineValues, typed: TypedLine, pieces: Sequence[LinePiece]) -> None:
    """Apply corrections of what was said before, and mention them: « 1h non 2h plutôt »."""
    for element in _CORRECTED:
        said = [piece for piece in pieces if piece.reading and piece.reading.element == element]
        if min(len(said), len(found.values(element))) < 2 or not all(
            _puts_right(typed, *pair) for pair in pairwise(said)
        ):
            continue
        last = said[-1]
        found.said[element] = [last.reading.value if last.reading else ""]
        found.note(element, f"J’ai pris « {quote(typed.slice(last.first, last.end))} », dit en dernier.")
        found.unread = [p for p in found.unread if not _corrects(typed, p, said)]


def _puts_right(typed: TypedLine, before: LinePiece, after: LinePiece) -> bool:
    """Whether words say that the second corrects the first."""
    between = {token.word for token in typed.tokens[before.end : after.first]}
    if after.reading and after.reading.element == "themes" and not between <= _CORRECTING | _HESITATING:
        return False  # « mail 1h non 2h, whatsapp » are two themes
    return bool(_CORRECTING & between) or "plutot" in {t.word for t in typed.tokens[after.end : after.end + 1]}


def _corrects(typed: TypedLine, piece: LinePiece, said: Sequence[LinePiece]) -> bool:
    """Whether an unread word is no more than what says that something is corrected."""
    return said[0].end <= piece.first <= said[-1].end and typed.words(piece.first, piece.end) in _CORRECTING


def _note_slips(found: LineValues, typed: TypedLine, pieces: Sequence[LinePiece]) -> None:
    """Mention how a mistyped word, or one of two meanings, was read."""
    for piece in pieces:
        reading = piece.reading
        if reading is None or (reading.cost != readers.GUESS and not reading.other):
            continue
        said = [m for m in ((reading.element, reading.value), reading.other) if m and m[1] in found.values(m[0])]
        for element, value in said[:1]:
            text = quote(typed.slice(piece.first, piece.end))
            found.note(element, f"J’ai lu « {text} » comme « {readers.say_meaning(element, value)} ».")


def _prefer_years(found: LineValues, typed: TypedLine, pieces: Sequence[LinePiece]) -> None:
    """Prefer an age below 18 to « jeune » beside it: « un jeune de 17 ans »."""
    ages = [(piece, piece.reading.value) for piece in pieces if piece.reading and piece.reading.element == "age"]
    years = [age for piece, age in ages if any(map(str.isdigit, digits(typed.words(piece.first, piece.end))))]
    words = {age for piece, age in ages if typed.slice(piece.first, piece.end).lower() in ("jeune", "jeunes")}
    if years == [Age.DE_12_A_18]:
        found.said["age"] = [age for age in found.values("age") if age in years or age not in words]


def _doubt_hours(found: LineValues, typed: TypedLine, pieces: Sequence[LinePiece]) -> None:
    """Leave unread an hour of the day, which is no duration (« à 8h »), and ask where it may be either: hardly anybody
    is helped alone for eight hours. Beside a duration it is the hour."""
    is_timed = any(int(value) < EARLIEST for value in found.values("duree"))
    alone = found.values("activite") in ([Activite.INDIVIDUEL], [Activite.PONCTUEL])
    for piece, reading in ((piece, piece.reading) for piece in pieces if piece.reading):
        text, before = typed.slice(piece.first, piece.end), typed.words(max(0, piece.first - 1), piece.first)
        is_late = reading.element == "duree" and int(reading.value) >= EARLIEST and is_hour(text)
        if not is_late or before in ("duree", "pendant"):
            continue
        if is_timed:
            found.note("duree", f"J’ai lu « {quote(text)} » comme l’heure.")
        elif before in ("a", "vers", "des"):
            found.unread.append(piece)
        elif alone:
            found.mistakes["duree"] = f"« {quote(text)} »{NBSP}: est-ce la durée, ou l’heure{NBSP}? Indiquez la durée."
            found.choices["duree"] = {reading.value: say_minutes(int(reading.value))}
        else:
            continue
        found.said["duree"] = [value for value in found.values("duree") if value != reading.value]


def _take_one(found: LineValues, element: str) -> None:
    """Take the only value of an element, or note that there are several, or that it is impossible."""
    values = found.values(element)
    if impossible := [value for value in values if value.startswith(readers.UNSURE)]:
        _ask_impossible(found, element, impossible[0].removeprefix(readers.UNSURE))
    elif len(values) > 1:
        shown = join([_show_value(element, value) for value in values])
        found.mistakes[element] = f"{_SEVERAL[element]}{NBSP}: {shown}. {_advice(found, element)}"
        if element in ("age", "statut"):
            mixed = [Statut.HETEROGENE.value] if element == "statut" else []
            found.choices[element] = {value: _show_value(element, value) for value in [*values, *mixed]}
    elif values and values[0] != readers.NO_SUITE:
        found.raw[element] = int(values[0]) if element in ("participants", "recurrents") else values[0]


def _ask_impossible(found: LineValues, element: str, said: str) -> None:
    """Ask for a day that is none, or for the category of an age that is in several."""
    text, _, offered = said.partition("=")
    shown = f"« {quote(text)} »"
    if element == "age":
        found.choices["age"] = {value: _show_value("age", value) for value in offered.split("/")}
        found.mistakes["age"] = f"{shown}{NBSP}: quelle tranche d’âge{NBSP}?"
    elif offered == readers.TO_COME:
        found.mistakes[element] = f"{shown} n’est pas encore passé{NBSP}: indiquez le jour."
    elif offered == readers.ROUGHLY:
        found.mistakes[element] = f"{shown}{NBSP}: quel jour exactement{NBSP}? Écrivez par exemple mardi 10."
    else:
        found.mistakes[element] = f"La date {shown} n’existe pas{NBSP}: indiquez le jour."


def _take_themes(found: LineValues) -> None:
    """Take the themes; of a word that several share, ask which."""
    themes = found.values("themes")
    unsure = [theme.removeprefix(readers.UNSURE) for theme in themes if theme.startswith(readers.UNSURE)]
    if sure := [theme for theme in themes if not theme.startswith(readers.UNSURE)]:
        found.raw["themes"] = sure
    if unsure:
        word, _, codes = unsure[0].partition("=")
        offered = {code: THEMES[code].court for code in codes.split("/")}
        found.choices["themes"] = offered
        found.mistakes["themes"] = (
            f"« {quote(word)} »{NBSP}: quel thème{NBSP}? Choisissez{NBSP}: {' · '.join(offered.values())}."
        )


def _advice(found: LineValues, element: str) -> str:
    if element in ("age", "statut") and found.values("activite") == [Activite.COLLECTIF]:
        return f"Gardez la réponse la plus fréquente{NBSP}: « Répartir » précisera ensuite."
    return "Gardez une seule réponse."


def _show_value(element: str, value: str) -> str:
    if element == "date":
        return f"{date.fromisoformat(value):%d/%m/%Y}"
    if element == "duree":
        return say_minutes(int(value))
    return _LABELS.get(element, {}).get(value, "sans suite" if value == readers.NO_SUITE else value)


def _judge_duration(found: LineValues) -> None:
    """Round a duration that is too short up to the shortest; name the durations of the form next to one that it does
    not have."""
    minutes = int(found.raw.get("duree", DUREES[0]))
    if minutes in DUREES:
        return
    if 0 < minutes < DUREES[0]:
        found.raw["duree"] = str(DUREES[0])
        found.note("duree", f"{say_minutes(minutes)} compte pour {say_minutes(DUREES[0])}.")
        return
    del found.raw["duree"]
    if minutes > DUREES[-1]:
        found.mistakes["duree"] = (
            f"{say_minutes(minutes)} dépasse la plus longue durée du formulaire, {say_minutes(DUREES[-1])}{NBSP}: "
            "corrigez la durée."
        )
        return
    around = [max((d for d in DUREES if d < minutes), default=0), min((d for d in DUREES if d > minutes), default=0)]
    found.choices["duree"] = {str(d): say_minutes(d) for d in around if d}
    choices = join(list(found.choices["duree"].values()), "ou")
    found.mistakes["duree"] = f"{say_minutes(minutes)} n’est pas une durée du formulaire{NBSP}: indiquez {choices}."


def settle_values(found: LineValues, clues: Clues, usual: Usual, base: Mapping[str, Any] | None = None) -> None:
    """Fill in what was not said, from the report that this one copies (``base``) or from what is usual, and judge the
    whole."""
    if base is not None:
        _copy_base(found, base)
    for element, value, said in _list_defaults(found, clues, usual):
        if element not in found.raw and element not in found.mistakes:
            found.raw[element] = value
            found.assumed[element] = said
    if "duree" not in found.raw and "duree" not in found.choices and usual.minutes:
        found.choices["duree"] = {str(minutes): say_minutes(minutes) for minutes in usual.minutes}
    _ask_if_workshop(found)
    _judge(found, clues)


def _ask_if_workshop(found: LineValues) -> None:
    """Ask what several people had who are said to have been one: « individuel 5 personnes »."""
    people, activite = found.raw.get("participants", 1), found.raw.get("activite")
    if people < 2 or activite not in (Activite.INDIVIDUEL, Activite.PONCTUEL):
        return
    alone, workshop = Activite(found.raw.pop("activite")).label, f"atelier de {people} personnes"
    found.mistakes["activite"] = (
        f"« {alone} » compte une seule personne : était-ce un {workshop} ? Pour {people} comptes rendus, tapez "
        f"« {people} individuels »."
    )
    found.choices["activite"] = {Activite.COLLECTIF: workshop.capitalize(), activite: "Une seule personne"}


def _copy_base(found: LineValues, base: Mapping[str, Any]) -> None:
    """Copy from the base report what the line does not say."""
    said = dict(found.raw)
    if said.get("participants", 1) > 1 and "activite" not in said and base["activite"] != Activite.COLLECTIF:
        found.raw["activite"] = Activite.COLLECTIF.value
        found.assumed["activite"] = Activite.COLLECTIF.label.lower()
    alone = found.raw.get("activite", base["activite"]) != Activite.COLLECTIF
    dropped = {"participants"} if alone else set()
    dropped |= {"recurrents"} if alone or "participants" in said else set()
    for element, value in base.items():
        if element not in found.raw and element not in found.mistakes and element not in dropped:
            found.raw[element] = value
    if found.left_out and "themes" not in said:
        found.raw["themes"] = [theme for theme in base["themes"] if theme not in found.left_out]


def _list_defaults(found: LineValues, clues: Clues, usual: Usual) -> Iterator[tuple[str, str, str]]:
    """List the values that may be assumed; age, themes and duration may not."""
    yield "date", clues.today.isoformat(), "aujourd’hui"
    kind = Activite.COLLECTIF if found.raw.get("participants", 1) > 1 else Activite.INDIVIDUEL
    yield "activite", kind.value, kind.label.lower()
    if usual.commune:
        yield "commune", usual.commune, f"{usual.commune} (la dernière commune utilisée)"
    canal = usual.canal or Canal.RATTACHEMENT
    yield "canal", canal.value, canal.label.lower()
    yield "statut", Statut.HETEROGENE.value, "statut non renseigné"


def _judge(found: LineValues, clues: Clues) -> None:
    """Say what no report can contain, among what was understood."""
    raw = found.raw
    values: dict[str, Any] = {element: raw[element] for element in ("participants", "recurrents") if element in raw}
    if "date" in raw:
        values["date"] = date.fromisoformat(raw["date"])
    if "activite" in raw and "participants" in raw:
        values["activite"] = next(activite for activite in Activite if activite == raw["activite"])
    for element, sentence in find_problems(values, clues.today).items():
        found.mistakes.setdefault(element, sentence)
    day = values.get("date")
    if day and (clues.today - day).days > FAR_DAYS and "date" not in found.mistakes:
        found.note("date", f"La date est loin{NBSP}: {say_date(day)}.")
