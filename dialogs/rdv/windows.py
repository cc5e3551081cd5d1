"""The windows of rendez-vous: to make one, single or recurring, and to change one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from bot import guard
from bot.forms import Clues, Form, Hidden, ReadText, asks
from bot.french import say_minutes, say_moment
from config.themes import bits
from config.time import WEEKDAYS, is_skipped
from dialogs.communes import CommuneIfAny
from dialogs.cra import DUREE_FIELD
from dialogs.destinations import moment
from dialogs.lines import line
from dialogs.personal_data import fault_of_memo
from dialogs.rdv.recurrence import COUNT_MAX, RecurrenceRule, fault_of_school, read_rule, write_out
from dialogs.themes import Themes
from storage.communes import CommunePlace, get_commune
from storage.cra.report import Canal
from storage.database import Labelled
from storage.rdv import Place, PlaceKind, Rdv
from storage.rdv.appointments import MEMO_MAX, PLACE_MAX, SEATS_MAX

AHEAD_MAX = timedelta(days=400)


class Redraw(BaseModel):
    """Long work: the cards of a rdv are drawn again, as its report was filed, deleted or restored."""

    rdv: int


class Spot(Labelled):
    """Where people meet, as the window asks: the kind, and whether it is the usual place."""

    RATTACHEMENT = "rattachement", "Lieu de rattachement"
    AUTRE = "autre", "Autre lieu"
    DOMICILE = "domicile", "À domicile"
    TELEPHONE = "telephone", "Par téléphone"
    VISIO = "visio", "En visioconférence"

    @property
    def kind(self) -> PlaceKind:
        """The kind of place."""
        inside = (Spot.RATTACHEMENT, Spot.AUTRE)
        return PlaceKind.PLACE if self in inside else PlaceKind({"domicile": "domicile"}.get(self, self.value))

    @property
    def canal(self) -> Canal:
        """The canal that a report of the rdv says."""
        return Canal.AUTRE if self is Spot.AUTRE else self.kind.canal

    @classmethod
    def of(cls, rdv: Rdv) -> "Spot":
        """Find the spot of a rdv."""
        if rdv.place_kind is PlaceKind.PLACE:
            return cls.AUTRE if rdv.canal is Canal.AUTRE else cls.RATTACHEMENT
        return cls(rdv.place_kind.value)


@dataclass(frozen=True, slots=True)
class RdvPlan:
    """A rdv as a window or a line says it: when, for how long, and all else that is stored of it."""

    starts_at: datetime
    minutes: int
    columns: Mapping[str, Any]
    rule: RecurrenceRule | None = None


def read_repetition(text: str, clues: Clues) -> str:
    """Check a recurrence, and return it as it was typed. Raises ValueError, with a French sentence."""
    read_rule(text, clues.today)
    return text


class _Rdv(Form):
    """What the windows of a rdv have in common. ``often`` are the durations, in minutes, that its conseiller uses
    often."""

    title = "Rendez-vous"
    submit_label = "Enregistrer"
    noun = ("rendez-vous", "rendez-vous")

    quand: Annotated[datetime, moment()] = asks("Quand", "Le jour et l’heure, chez vous : mardi 10h, 24/11 14h30.")
    minutes: Annotated[int, DUREE_FIELD] = asks("Durée", name="duree")
    ou: Spot = asks("Où")
    lieu: Annotated[str, line(PLACE_MAX)] = asks("Lieu", "Facultatif : Médiathèque, salle 2.", default="")
    commune: CommuneIfAny = asks("Commune", "Facultatif : son code postal ou son nom.", default=None)
    themes: Themes = asks("Thèmes", "Facultatif.", default=())
    places: int | None = asks("Places", "Pour un atelier : de 2 à 100. Sinon, laissez vide.", default=None)
    repere: Annotated[str, line(MEMO_MAX)] = asks(
        "Repère", "Pour vous seul : des initiales, jamais un nom ni un numéro.", default=""
    )
    often: Hidden[tuple[int, ...]] = ()

    @classmethod
    def offers(cls, hidden: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
        return {"duree": {str(minutes): say_minutes(int(minutes)) for minutes in hidden.get("often") or ()}}

    @classmethod
    def problems(cls, values: Mapping[str, Any], clues: Clues) -> Mapping[str, str]:
        place = str(values.get("lieu") or "")
        found = {"repere": fault_of_memo(str(values.get("repere") or ""))}
        if guard.find(place) or guard.names_somebody(place):
            found["lieu"] = "Indiquez un lieu, sans nom de personne ni numéro."
        places = values.get("places")
        if places is not None and not 1 <= places <= SEATS_MAX:
            found["places"] = f"Indiquez de 2 à {SEATS_MAX} places, ou laissez vide pour une seule personne."
        if when := values.get("quand"):
            found["quand"] = _fault_of_moment(when, clues)
        return {name: sentence for name, sentence in found.items() if sentence}

    @property
    def plan(self) -> RdvPlan:
        """The plan that the window says."""
        here = self.commune
        where = Place(
            kind=self.ou.kind,
            words=self.lieu,
            commune=here.commune.code if here else "",
            code_postal=here.code_postal if here else "",
        )
        seats = self.places or 1
        what = {"canal": self.ou.canal, "themes": bits(self.themes), "memo": self.repere}
        columns = {**where.columns, **what, "collective": seats > 1, "seats": seats}
        return RdvPlan(self.quand, self.minutes, columns)


def _fault_of_moment(when: datetime, clues: Clues) -> str:
    if when.date() > clues.today + AHEAD_MAX:
        return f"C’est trop loin : {AHEAD_MAX.days} jours d’avance au plus."
    if is_skipped(when):
        later = when.astimezone(ZoneInfo("UTC")).astimezone(when.tzinfo)
        return f"Cette heure n’existe pas cette nuit-là : le plus proche est le {say_moment(later)}."
    return ""


class NewRdv(_Rdv):
    """The window of a new rdv, or with a ``repetition`` of several."""

    title = "Nouveau rendez-vous"

    repetition: Annotated[str, ReadText(read_repetition, placeholder="tous les mardis jusqu’au 30/06")] = asks(
        "Répétition", "Facultatif : « tous les mardis jusqu’au 30/06 », « le 2e mercredi ».", default=""
    )

    @classmethod
    def problems(cls, values: Mapping[str, Any], clues: Clues) -> Mapping[str, str]:
        found, when = dict(super().problems(values, clues)), values.get("quand")
        if when and values.get("repetition"):
            rule = read_rule(values["repetition"], clues.today)
            if fault := _fault_of_rule(rule, when, clues):
                found.setdefault("repetition", fault)
        return found

    def read_rule(self, today: date) -> RecurrenceRule | None:
        """Read the rule of recurrence; None where the rdv is single."""
        return read_rule(self.repetition, today) if self.repetition else None


def _fault_of_rule(rule: RecurrenceRule, when: datetime, clues: Clues) -> str:
    if unknown := fault_of_school(rule, when.date(), clues.user.departement):
        return unknown
    written = write_out(rule, when.date(), when.time(), clues.user.zone, clues.user.departement)
    if rule.is_too_long(when.date()):
        return f"Cela ferait plus de {COUNT_MAX} rendez-vous : avancez la fin."
    if not written.occurrences:
        return "Aucun jour ne convient jusqu’à cette date : reculez la fin."
    if when.date() not in (written.occurrences[0].day, *(day for day, _ in written.holidays)):
        first = written.occurrences[0].day
        return f"Le {when:%d/%m} n’est pas le premier jour : c’est le {WEEKDAYS[first.weekday()]} {first:%d/%m}."
    return ""


class EditRdv(_Rdv):
    """The window that edits a rdv, which was at its ``sequence`` when the window opened."""

    title = "Modifier le rendez-vous"

    rdv: Hidden[int]
    sequence: Hidden[int]

    def introduction(self) -> str:
        return f"Rendez-vous n° {self.rdv}"

    @classmethod
    def of(cls, rdv: Rdv, zone: ZoneInfo, often: tuple[int, ...]) -> Self:
        """Fill the window with the stored rdv."""
        return cls.draft(**fill(rdv, zone), often=often, rdv=rdv.number, sequence=rdv.sequence)


def fill(rdv: Rdv, zone: ZoneInfo) -> dict[str, object]:
    """Return the values of the fields for a rdv."""
    commune = get_commune(rdv.commune) if rdv.commune else None
    return {
        "quand": rdv.starts_at.astimezone(zone),
        "minutes": rdv.minutes,
        "ou": Spot.of(rdv),
        "lieu": rdv.place,
        "commune": CommunePlace(commune, rdv.code_postal) if commune else None,
        "themes": rdv.theme_codes,
        "places": rdv.seats if rdv.collective else None,
        "repere": rdv.memo,
    }
