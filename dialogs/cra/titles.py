"""A report in a few words, for lists, menus and drafts: « Atelier du 27/11 à Bron, 8 personnes »."""

from collections.abc import Mapping
from datetime import date

from bot.french import plural, read_date, say_minutes
from config.themes import THEMES
from storage.communes import get_commune
from storage.cra import Activite, Report
from storage.cra.report import DUREES, Age

_NAMES = {
    Activite.COLLECTIF: "Atelier",
    Activite.INDIVIDUEL: "Accompagnement",
    Activite.PONCTUEL: "Demande ponctuelle",
}
_REPORT = "Compte rendu"


def title_report(report: Report, today: date) -> str:
    """Say in a few words which report it is."""
    commune = get_commune(report.commune)
    people = report.participants if report.activite is Activite.COLLECTIF else None
    return _join(report.activite, report.date, commune.nom if commune else "", people, today)


def title_typed(typed: Mapping[str, object], today: date) -> str:
    """Say in a few words what stands in a dialog, complete or not, by element."""
    activite = next((each for each in Activite if each == typed.get("activite")), None)
    commune = str(typed.get("commune") or "").lstrip("0123456789 ")
    people = str(typed.get("participants") or "")
    return _join(
        activite,
        read_date(str(typed.get("date") or ""), today),
        commune,
        int(people) if people.isdecimal() else None,
        today,
    )


def _join(activite: Activite | None, day: date | None, commune: str, people: int | None, today: date) -> str:
    parts = [_NAMES.get(activite, _REPORT) if activite else _REPORT]
    if day:
        parts.append(f"du {day:%d/%m}" if day.year == today.year else f"du {day:%d/%m/%Y}")
    if commune:
        parts.append(f"à {commune}")
    said = " ".join(parts)
    return f"{said}, {plural(people, 'personne')}" if people is not None and people > 1 else said


OFFERED = {
    "age": {age.value: age.label for age in Age},
    "themes": {code: theme.court for code, theme in THEMES.items()},
    "duree": {str(minutes): say_minutes(minutes) for minutes in DUREES},
}
"""What is chosen for all reports of a line that miss it."""
MISSING = {
    "Date": "la date",
    "Canal": "le canal",
    "Commune": "la commune",
    "Activité": "l’activité",
    "Participants": "le nombre de participants",
    "Âge": "l’âge",
    "Statut": "le statut",
    "Thèmes": "le thème",
    "Durée": "la durée",
}
"""What a report cannot do without, by its label in the window, as it is said to be missing. (Elements have other names
on older servers.)"""
