"""What makes a compte rendu acceptable, whichever way it came in (the old platform checked none of it)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from config.programme import FIRST_DAY
from storage.cra.values import DUREES, PARTICIPANTS_MAX, Activite

Values = Mapping[str, Any]
"""Any of the fields of a Report; what is absent is not judged."""


def problems(values: Values, today: date) -> dict[str, str]:
    """What is wrong, one sentence by field, among the fields given.

    ``today`` is the date where the author is (« not in the future » by the server’s clock once refused the
    day’s own reports).
    """
    judged = (_date(values, today), _participants(values), _themes(values), _minutes(values), _sums(values))
    return {field: text for found in judged for field, text in found.items()}


def _date(values: Values, today: date) -> dict[str, str]:
    day = values.get("date")
    if day is None or FIRST_DAY <= day <= today:
        return {}
    if day > today:
        return {"date": f"Cette date n’est pas encore passée : indiquez au plus tard le {today:%d/%m/%Y}."}
    return {"date": f"Indiquez une date à partir du {FIRST_DAY:%d/%m/%Y}."}


def _participants(values: Values) -> dict[str, str]:
    activite, count = values.get("activite"), values.get("participants")
    if activite is None:
        return {}
    if activite is Activite.COLLECTIF:
        if count is None:
            return {"participants": "Indiquez le nombre de participants de l’atelier, de 1 à 100."}
        if not 1 <= count <= PARTICIPANTS_MAX:
            return {"participants": f"Un atelier compte de 1 à {PARTICIPANTS_MAX} participants : corrigez ce nombre."}
    elif count not in (None, 1):
        text = f"« {activite.label} » concerne une seule personne : laissez vide, ou choisissez Atelier Collectif."
        return {"participants": text}
    return {}


def _themes(values: Values) -> dict[str, str]:
    themes = values.get("themes")
    if themes is None or (themes and len(set(themes)) == len(themes)):
        return {}
    if not themes:
        return {"themes": "Choisissez au moins un thème."}
    return {"themes": "Un thème est indiqué deux fois : gardez-le une seule fois."}


def _minutes(values: Values) -> dict[str, str]:
    minutes = values.get("minutes")
    if minutes is None or minutes in DUREES:
        return {}
    return {"minutes": "Choisissez une durée de 15 min à 2 h par quart d’heure, ou jusqu’à 8 h par demi-heure."}


def _sums(values: Values) -> dict[str, str]:
    """Everybody has one age and one statut, at most one suite, and is new or known."""
    people = 1 if values.get("activite") not in (None, Activite.COLLECTIF) else values.get("participants")
    if people is None:
        return {}
    found = {
        field: f"Le total est de {total} pour {people} participant{'s' if people > 1 else ''} : corrigez les nombres."
        for field, counts in (("age", values.get("ages")), ("statut", values.get("statuts")))
        if counts is not None and (total := sum(counts.values())) != people
    }
    found |= {
        field: "Un nombre de personnes ne peut pas être négatif."
        for field, counts in (
            ("age", values.get("ages")),
            ("statut", values.get("statuts")),
            ("suite", values.get("suite")),
        )
        if counts and min(counts.values()) < 0
    }
    if sum((values.get("suite") or {}).values()) > people:
        found["suite"] = f"Il y a plus de suites que de participants ({people}) : corrigez les nombres."
    if not 0 <= (values.get("recurrents") or 0) <= people:
        found["recurrents"] = (
            f"Indiquez de 0 à {people} personne{'s' if people > 1 else ''} déjà accompagnée{'s' if people > 1 else ''}."
        )
    return found
