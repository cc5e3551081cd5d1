"""The windows of the agenda: an event that is proposed or changed, and why one is refused or cancelled."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from bot.forms import Clues, Form, Hidden, Offered, Text, asks
from bot.forms.kinds import must_fit
from config.canaux import home_of
from config.territories import DEPARTEMENTS
from config.text import normalize
from dialogs.destinations import moment
from dialogs.lines import Address
from dialogs.personal_data import fault_of
from storage import targets
from storage.agenda import DETAILS_MAX, PLACE_MAX, REASON_MAX, TITLE_MAX

ALL = "reseau"
"""The choice of the whole réseau; others are codes of départements."""
WHY = "d’autres le liraient"
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def clean_text(text: str) -> str:
    """Remove invisible characters from a text, and those that reverse the direction of writing."""
    return "\n".join(_clean_line(line) for line in normalize("NFC", text).splitlines()).strip()


def _clean_line(line: str) -> str:
    seen = (sign for sign in line.replace("\t", " ") if unicodedata.category(sign) not in _INVISIBLE)
    return "".join(seen).rstrip()


@dataclass(frozen=True)
class EventText(Text):
    """A field of text of at most so many visible characters, on one line unless it is ``long``."""

    limit: int = REASON_MAX

    def value(self, text: str, clues: Clues) -> str:
        found = clean_text(text) if self.long else " ".join(clean_text(text).split())
        if not found:
            raise ValueError(self.missing)
        return must_fit(found, self.limit)


def _say_place(code: str) -> str:
    """Say whom an event is for, as a choice; "" stands for the whole réseau."""
    return targets.say_target(code, {}) if code else "Tout le réseau"


class _Event(Form):
    """What the windows of an event have in common. ``places`` are the codes of the départements that it may be for (""
    is the whole réseau), ``every`` adds all of them."""

    title = "Un événement"

    titre: Annotated[str, EventText(limit=TITLE_MAX)] = asks(
        "Titre", "Ce que c’est : « Atelier Pix », « Webinaire impôts »."
    )
    quand: Annotated[datetime, moment()] = asks("Quand", "Le jour et l’heure de début, chez vous.")
    jusqua: Annotated[str, EventText(limit=80)] = asks(
        "Jusqu’à", "L’heure de fin (16h), ou le jour et l’heure. Vide : une heure après le début.", default=""
    )
    lieu: Annotated[str, EventText(limit=PLACE_MAX)] = asks(
        "Lieu", "Salle, adresse, ville. Vide pour une visioconférence.", default=""
    )
    lien: Address = asks("Lien", "De la visioconférence, ou de l’inscription.", default="")
    pour: Annotated[str, Offered()] = asks("Pour qui", "Seules ces personnes le verront.")
    details: Annotated[str, EventText(long=True, limit=DETAILS_MAX)] = asks(
        "Détails", "Programme, public, inscription. Jamais de donnée personnelle d’un usager.", default=""
    )
    places: Hidden[tuple[str, ...]] = ()
    every: Hidden[bool] = False
    zone: Hidden[str] = ""

    def introduction(self) -> str:
        return f"Les heures sont celles de {self.zone}." if self.zone else ""

    @classmethod
    def offers(cls, hidden: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
        every = [code for code in DEPARTEMENTS if home_of(code) == code] if hidden.get("every") else []
        codes = dict.fromkeys([*(hidden.get("places") or ()), *every])
        return {"pour": {code or ALL: _say_place(code) for code in codes}}

    @classmethod
    def problems(cls, values: Mapping[str, Any], clues: Clues) -> Mapping[str, str]:
        found = {name: fault_of(str(values.get(name) or ""), WHY) for name in ("titre", "lieu", "details")}
        if not (values.get("lieu") or values.get("lien")):
            found["lieu"] = found["lieu"] or "Donnez un lieu ou un lien."
        return found

    @property
    def departement(self) -> str:
        """The département that the event is for, by code, or "" for the whole réseau."""
        return "" if self.pour == ALL else self.pour


class ProposeEvent(_Event):
    """The window that proposes a new event."""

    title = "Proposer un événement"
    submit_label = "Proposer"


class EditEvent(_Event):
    """The window that edits an event, which was at its ``sequence`` when the window opened."""

    title = "Modifier l’événement"
    submit_label = "Enregistrer"

    event: Hidden[int]
    sequence: Hidden[int]


class _About(Form):
    """What windows about one event have in common; ``said`` is what the event is called there."""

    title = "Un événement"

    event: Hidden[int]
    said: Hidden[str] = ""

    def introduction(self) -> str:
        return f"Événement n° {self.event}{f' : {self.said}' if self.said else ''}"


class RefuseEvent(_About):
    """The window of why an event is not published."""

    title = "Refuser l’événement"
    submit_label = "Refuser"

    text: Annotated[str, EventText(long=True)] = asks(
        "Raison", "La personne la lit ; elle peut corriger et proposer de nouveau.", name="raison"
    )


class CancelEvent(_About):
    """The window of why an event does not take place."""

    title = "Annuler l’événement"
    submit_label = "Annuler l’événement"

    text: Annotated[str, EventText(long=True)] = asks(
        "Un mot", "Lu par tous ceux qui devaient venir. « Rétablir » le remet.", name="raison", default=""
    )
