"""From the pieces of a line to what a submission would send, and what is wrong or was assumed."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from bot.forms import Clues
from bot.french.durations import say_minutes
from bot.french.words import NBSP, join
from dialogs.cra.line.choose import Piece
from dialogs.cra.line.gathered import Gathering
from dialogs.cra.line.naming import name_commune
from dialogs.cra.line.tokens import TypedLine
from dialogs.cra.line.weigh import weigh
from dialogs.cra.line.words import NO_SUITE
from storage.cra.rules import problems
from storage.cra.values import DUREES, Activite, Age, Canal, Statut, Suite

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
}


def gather(typed: TypedLine, pieces: list[Piece], clues: Clues, last_commune: str) -> Gathering:
    """Weigh the pieces against each other, then make each element of the form."""
    found = Gathering()
    weigh(found, pieces)
    for element in _TWO:
        _take_one(found, element)
    if themes := found.values("themes"):
        found.raw["themes"] = themes
    _judge_duration(found)
    name_commune(found, typed, pieces, clues)
    _assume(found, clues, last_commune)
    _judge(found, clues)
    return found


def _take_one(found: Gathering, element: str) -> None:
    """Take the one value, or say that there are several."""
    values = found.values(element)
    if len(values) > 1:
        shown = join([_show(element, value) for value in values])
        found.mistakes[element] = f"{_TWO[element]}{NBSP}: {shown}. {_advice(found, element)}"
    elif values and values[0] != NO_SUITE:
        found.raw[element] = int(values[0]) if element in ("participants", "recurrents") else values[0]


def _advice(found: Gathering, element: str) -> str:
    if element in ("age", "statut") and found.values("activite") == [Activite.COLLECTIF]:
        return f"Gardez la réponse la plus fréquente{NBSP}: «{NBSP}Répartir{NBSP}» précisera ensuite."
    return "Gardez une seule réponse."


def _show(element: str, value: str) -> str:
    if element == "date":
        return f"{date.fromisoformat(value):%d/%m/%Y}"
    if element == "duree":
        return say_minutes(int(value))
    return _LABELS.get(element, {}).get(value, "sans suite" if value == NO_SUITE else value)


def _judge_duration(found: Gathering) -> None:
    """Name the durations around one that the form does not have."""
    minutes = int(found.raw.get("duree", DUREES[0]))
    if minutes in DUREES:
        return
    del found.raw["duree"]
    around = [max((d for d in DUREES if d < minutes), default=0), min((d for d in DUREES if d > minutes), default=0)]
    choices = join([say_minutes(d) for d in around if d], "ou")
    found.mistakes["duree"] = f"{say_minutes(minutes)} n’est pas une durée du formulaire{NBSP}: indiquez {choices}."


def _assume(found: Gathering, clues: Clues, commune: str) -> None:
    """Take what may go without saying; age, themes and duration may not."""
    for element, what, value, said in _defaults(found, clues, commune):
        if element not in found.raw and element not in found.mistakes:
            found.raw[element] = value
            found.assumed.append(f"{what}{NBSP}: {said}")


def _defaults(found: Gathering, clues: Clues, commune: str) -> Iterator[tuple[str, str, str, str]]:
    yield "date", "date", clues.today.isoformat(), "aujourd’hui"
    kind = Activite.COLLECTIF if found.raw.get("participants", 1) > 1 else Activite.INDIVIDUEL
    yield "activite", "activité", kind.value, kind.label
    if commune:
        yield "commune", "commune", commune, f"{commune} (la dernière utilisée)"
    yield "canal", "canal", Canal.RATTACHEMENT.value, Canal.RATTACHEMENT.label
    yield "statut", "statut", Statut.HETEROGENE.value, "non renseigné"


def _judge(found: Gathering, clues: Clues) -> None:
    """Say what no report can be, among what was understood."""
    raw = found.raw
    values: dict[str, Any] = {element: raw[element] for element in ("participants", "recurrents") if element in raw}
    if "date" in raw:
        values["date"] = date.fromisoformat(raw["date"])
    if "activite" in raw and "participants" in raw:
        values["activite"] = next(activite for activite in Activite if activite == raw["activite"])
    for element, sentence in problems(values, clues.today).items():
        found.mistakes.setdefault(element, sentence)
