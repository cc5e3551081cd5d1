"""What becomes of a previewed line that is put right, and what is told of that, in sentences."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from bot.forms import Clues
from bot.french import NBSP, join, say_date, say_minutes
from bot.texts import quote
from config.themes import THEMES
from dialogs.cra import NewCra
from dialogs.cra.line import Line
from dialogs.cra.line.batch import BATCH_MAX
from dialogs.cra.line.corrections import HOURS_MAX, Correction, Way, lead_to, read_correction
from dialogs.cra.line.readers import ALL, NO_SUITE, SOME
from dialogs.cra.line.values import LineValues
from storage.cra.report import DUREES, Activite, Statut

_CORRECTED = {
    "date": "Date corrigée",
    "canal": "Canal corrigé",
    "commune": "Commune corrigée",
    "activite": "Activité corrigée",
    "participants": "Nombre de participants corrigé",
    "age": "Âge corrigé",
    "statut": "Statut corrigé",
    "themes": "Thèmes corrigés",
    "etiquettes": "Étiquettes corrigées",
    "duree": "Durée corrigée",
    "suite": "Suite corrigée",
    "recurrents": "Nombre de personnes déjà venues corrigé",
}
T = TypeVar("T")


def apply_correction(correction: Correction, line: Line, clues: Clues) -> tuple[Line, list[str]]:
    """Return the line as it is put right, and what is told of that, in sentences."""
    if correction.beside:
        return line, [correction.beside]
    if correction.complains:
        return line, [ask_for(correction.named)]
    if correction.way is Way.REMOVE:
        return _take_out(correction, line)
    if correction.tags:
        names = tuple(dict.fromkeys((*line.raw.get("etiquettes", ()), *correction.tags)))
        return line.tag(names, line.known_tags), [f"{_say_act('etiquettes', 'not')}{NBSP}: {join(list(names))}."]
    counted = _count_number(correction, line, clues)
    if counted is None:
        return line, [_ASK_UNIT.format(correction.number)]
    corrected = _Corrected(line, clues)
    corrected.take(counted)
    return corrected.line, corrected.told


def count_alike(lines: Sequence[Line], correction: Correction) -> int:
    """Count how many reports of one person there are to be in place of some that are all alike: « non, 5 personnes » of
    four « ponctuels »; 0 where that is not said, or the reports differ."""
    count = correction.found.raw.get("participants") if correction.elements == {"participants"} else correction.number
    is_meant = correction.way is Way.SET and correction.place is None and correction.is_announced
    if len(lines) < 2 or not is_meant or not count or not 1 < int(count) <= BATCH_MAX:
        return 0
    is_of_one = lines[0].raw.get("activite") in (Activite.INDIVIDUEL, Activite.PONCTUEL)
    is_count = correction.number is None or int(count) <= HOURS_MAX
    return int(count) if is_of_one and is_count and all(line.raw == lines[0].raw for line in lines) else 0


_ASK_UNIT = "{0} : est-ce la durée (« {0} min ») ou le nombre de personnes (« {0} personnes ») ? Rien n’a changé."
_ASK_ALL = "Qu’est-ce qui n’est pas juste ? Dites ce qu’il faut mettre, par exemple « à Bron », « 45 min » ou « hier »."


_ASKED = {
    "date": "Quelle est la bonne date",
    "canal": "Quel est le bon canal",
    "commune": "Quelle est la bonne commune",
    "activite": "Quelle est la bonne activité",
    "participants": "Combien de personnes étaient là",
    "age": "Quel est le bon âge",
    "statut": "Quel est le bon statut",
    "themes": "Quel est le bon thème",
    "etiquettes": "Quelle étiquette faut-il mettre",
    "duree": "Quelle est la bonne durée",
    "suite": "Quelle suite faut-il noter",
    "recurrents": "Combien étaient déjà venus",
}


def ask_for(part: str) -> str:
    """Ask for the right value of a part, or what is wrong where none is named."""
    return f"{_ASKED[part]}{NBSP}? Dites-le ici." if part in _ASKED else _ASK_ALL


_COUNTED = ("participants", "duree", "age")
"""What a number alone may be."""


def _count_number(correction: Correction, line: Line, clues: Clues) -> Correction | None:
    """Take a number alone as the one part that misses a number, or else as that of the participants; None where it may
    as well be a duration."""
    if correction.number is None:
        return correction
    number = correction.number
    is_alone = line.raw.get("activite") in (Activite.INDIVIDUEL.value, Activite.PONCTUEL.value)
    missing = [part for part in _COUNTED if line.misses(part) and not (is_alone and part == "participants")]
    if len(missing) == 1:
        said = read_correction(lead_to(missing[0], str(number)), clues)
        return replace(said, place=correction.place) if said else None
    if (is_alone and not correction.is_announced) or (number in DUREES and missing != ["participants"]):
        return None
    return replace(correction, found=LineValues({"participants": [str(number)]}, {"participants": number}))


def _take_out(correction: Correction, line: Line) -> tuple[Line, list[str]]:
    if correction.named:
        if not line.raw.get(correction.named) and correction.named not in line.mistakes:
            return line, ["Il n’y en avait pas : rien n’a changé."]
        return _forget(line, correction.named), [f"{_say_act(correction.named, 'retir')}."]
    gone = [code for code in correction.found.raw["themes"] if code in line.raw.get("themes", ())]
    left = [code for code in line.raw.get("themes", ()) if code not in gone]
    if not gone:
        return line, ["Ce thème n’y était pas : rien n’a changé."]
    kept = replace(line, raw=line.raw | {"themes": left}) if left else _forget(line, "themes")
    return kept, [f"{'Thèmes retirés' if len(gone) > 1 else 'Thème retiré'}{NBSP}: {_name_themes(gone)}."]


def _forget(line: Line, element: str) -> Line:
    """Return the line without what it says of an element."""

    def leave(values: dict[str, T]) -> dict[str, T]:
        return {name: value for name, value in values.items() if name != element}

    raw, assumed = leave(line.raw), leave(line.assumed)
    if element == "statut":
        raw, assumed = raw | {"statut": Statut.HETEROGENE.value}, assumed | {"statut": "statut non renseigné"}
    mistakes, choices, notes = leave(line.mistakes), leave(line.choices), leave(line.notes)
    return replace(line, raw=raw, assumed=assumed, mistakes=mistakes, choices=choices, notes=notes)


def _name_themes(codes: Sequence[str]) -> str:
    return join([THEMES[code].court for code in codes])


class _Corrected:
    """A line while it is being put right, and what is told of that."""

    def __init__(self, line: Line, clues: Clues) -> None:
        self.line = line
        self.told: list[str] = []
        self._clues = clues

    def take(self, correction: Correction) -> None:
        """Take each value that was said; one that cannot be leaves what was."""
        before = self.line
        for element in sorted(correction.elements, key=list(_CORRECTED).index):
            self._take_one(element, correction)
        self._settle_people(before, correction)
        if correction.unread:
            self.told.append(f"Je n’ai pas compris « {quote(correction.unread)} ».")
        if not self.told and self.line == before:
            self.told.append("C’était déjà compris ainsi.")

    def _take_one(self, element: str, correction: Correction) -> None:
        found = correction.found
        if element in found.mistakes and not found.choices.get(element):
            self.told.append(f"{found.mistakes[element]} Je garde ce qui était compris.")
            return
        if element in found.mistakes:
            self._doubt(element, found)
            return
        value = found.raw.get(element)
        if element == "suite" and found.values("suite") == [NO_SUITE]:
            self.line = _forget(self.line, "suite")
            self.told.append("Suite retirée.")
        elif element == "themes" and value:
            self._take_themes(value, correction)
        elif value in (SOME, ALL):
            self._count_known(value)
        elif value is not None:
            self._set(element, self._add(element, value) if correction.way is Way.ADD else value)

    def _doubt(self, element: str, found: LineValues) -> None:
        """Ask what is meant where it is unsure."""
        line = _forget(self.line, element)
        raw = line.raw | ({element: found.raw[element]} if element in found.raw else {})
        if element == "themes":
            raw["themes"] = list(self.line.raw.get("themes", ()))
        mistakes = line.mistakes | {element: found.mistakes[element]}
        self.line = replace(line, raw=raw, mistakes=mistakes, choices=line.choices | {element: found.choices[element]})

    def _count_known(self, amount: str) -> None:
        """Count who came before: all, or the one person there is."""
        people = int(self.line.raw.get("participants", 1))
        if amount == ALL or people == 1:
            self._set("recurrents", people)
        else:
            self.told.append("Combien étaient déjà venus ? Dites-le en chiffres : « 3 déjà venus ».")

    def _add(self, element: str, value: Any) -> Any:
        """Add people, or minutes, to those that were."""
        if element in ("participants", "recurrents"):
            return int(self.line.raw.get(element, 0)) + int(value)
        return str(int(self.line.raw.get("duree", 0)) + int(value)) if element == "duree" else value

    def _take_themes(self, codes: Sequence[str], correction: Correction) -> None:
        was = list(self.line.raw.get("themes", ()))
        had = [code for code in was if code not in correction.gone]
        is_more = correction.way is Way.ADD or not correction.is_announced or bool(correction.gone)
        new = [code for code in codes if code not in had] if is_more else list(codes)
        if not new or new == was:
            return
        self.line = replace(
            _forget(self.line, "themes"), raw=self.line.raw | {"themes": [*had, *new] if is_more else new}
        )
        verb = "noté" if not was else "ajouté" if is_more and had == was else "corrigé"
        name, s = ("Thèmes", "s") if len(new) > 1 else ("Thème", "")
        self.told.append(f"{name} {verb}{s}{NBSP}: {_name_themes(new)}.")

    def _set(self, element: str, value: Any) -> None:
        """Set a value, unless the report cannot have it."""
        before = self.line
        if before.raw.get(element) == value and element not in before.assumed:
            return
        after = _forget(before, element)
        assumed = {name: said for name, said in after.assumed.items() if name != element}
        after = replace(after, raw=after.raw | {element: value}, assumed=assumed)
        if element == "participants" and int(value) > 1:
            after = replace(after, raw=after.raw | {"activite": Activite.COLLECTIF.value})
        wrong = after.judge(self._clues).mistakes.get(element)
        if wrong and element not in before.judge(self._clues).mistakes:
            self.told.append(f"{wrong} Je garde ce qui était compris.")
            return
        self.line = after
        said = _say_value(element, value, self._clues)
        verb = "corrig" if element in before.raw else "not"
        self.told.append(f"{_say_act(element, verb)}{NBSP}: {said}.")

    def _settle_people(self, before: Line, correction: Correction) -> None:
        """One person has no number; a workshop of which the number is not known lacks it."""
        raw = self.line.raw
        if raw.get("activite") == Activite.COLLECTIF.value:
            if before.raw.get("activite") != Activite.COLLECTIF.value and "activite" not in correction.elements:
                self.told.append(f"C’est donc un {Activite.COLLECTIF.label.lower()}.")
            return
        dropped = {"participants", "recurrents"} if int(raw.get("participants", 1)) > 1 else {"participants"}
        self.line = replace(self.line, raw={name: value for name, value in raw.items() if name not in dropped})


def _say_act(element: str, verb: str) -> str:
    """Say what became of an element: « Âge retiré », « Durée notée »."""
    return _CORRECTED[element].replace("corrig", verb)


def _say_value(element: str, value: Any, clues: Clues) -> str:
    if element == "date":
        return say_date(date.fromisoformat(str(value)), clues.today)
    if element == "duree":
        return say_minutes(int(value))
    said = next(iter(NewCra.tell({element: value}).values()), str(value))
    return said if element in ("commune", "participants", "recurrents") else said[:1].lower() + said[1:]
