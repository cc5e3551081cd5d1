"""A rdv in a few words: when, where, and about what; the private note is shown to its owner only."""

from datetime import date
from zoneinfo import ZoneInfo

from bot.french import join, say_hour, say_weekday
from config.text import fold
from config.themes import THEMES
from storage.communes import get_commune
from storage.rdv import PlaceKind, Rdv


def say_when(rdv: Rdv, zone: ZoneInfo, today: date) -> str:
    """Say when a rdv is: « mardi 1er décembre de 10 h à 10 h 45 »."""
    start, end = rdv.starts_at.astimezone(zone), rdv.ends_at.astimezone(zone)
    return f"{say_weekday(start.date(), today)} de {say_hour(start)} à {say_hour(end)}"


def say_where(rdv: Rdv) -> str:
    """Say where a rdv is: « Médiathèque, Bron », « à domicile, Bron », « par téléphone »; "" where that is unknown."""
    commune = get_commune(rdv.commune) if rdv.commune else None
    kind = "" if rdv.place_kind is PlaceKind.PLACE else _lower(rdv.place_kind.label)
    town = commune.nom if commune and fold(commune.nom) not in fold(rdv.place) else ""
    return ", ".join(part for part in (kind, rdv.place, town) if part)


def say_what(rdv: Rdv) -> str:
    """Say what a rdv is about: « Atelier : impôts », « Rendez-vous », « Réunion : point kit »."""
    if rdv.meeting:
        return f"Réunion : {rdv.subject}" if rdv.subject else "Réunion entre collègues"
    themes = join([_lower(THEMES[code].court) for code in rdv.theme_codes])
    kind = "Atelier" if rdv.collective else "Rendez-vous"
    return f"{kind} : {themes}" if themes else kind


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
