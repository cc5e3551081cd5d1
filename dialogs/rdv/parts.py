"""What was read of a rdv in words, and what goes without saying."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from bot.errors import UserError
from bot.forms import Clues
from bot.french import NBSP, say_minutes, write_moment
from dialogs.rdv.windows import NewRdv, Spot
from storage.cra.habits import Usual

MINUTES_USUAL = 60


@dataclass(frozen=True, slots=True)
class UsualRdv:
    """Defaults for somebody’s next rdv: the place of the last one, by elements of the window, and habits of their
    reports."""

    place: Mapping[str, str] = field(default_factory=dict)
    cra: Usual = field(default_factory=Usual)


@dataclass
class RdvLine:
    """A line as it was read: ``raw`` is what a submission of the window would send, ``unread`` what was not understood,
    ``mistakes`` what is impossible, ``assumed`` what was taken without being said, ``notes`` what else should be
    known; ``day`` and ``hour`` are when it is, each as far as it was said."""

    raw: dict[str, Any] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    mistakes: dict[str, str] = field(default_factory=dict)
    choices: dict[str, dict[str, str]] = field(default_factory=dict)
    assumed: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    day: date | None = None
    hour: time | None = None

    def judge(self, clues: Clues) -> NewRdv | None:
        """Judge the rdv that the line makes; return None where it makes none, with the reason among the mistakes."""
        try:
            form = NewRdv.parse(self.raw, {}, clues)
        except UserError as refusal:
            self.mistakes = dict(refusal.fields) | self.mistakes
            return None
        return None if self.mistakes else form

    def require_moment(self, zone: ZoneInfo) -> None:
        """Write when it is, or say which part of that is missing."""
        if self.day and self.hour:
            self.raw["quand"] = write_moment(datetime.combine(self.day, self.hour, zone))
        elif "quand" not in self.mistakes:
            missing = "l’heure" if self.day else "le jour" if self.hour else "le jour et l’heure"
            self.mistakes["quand"] = f"Il manque {missing}{NBSP}: par exemple mardi 10h."

    def settle(self, usual: UsualRdv) -> None:
        """Fill in what was not said, and mention it."""
        raw = self.raw
        if "duree" not in raw and "duree" not in self.mistakes:
            minutes = next(iter(usual.cra.minutes), MINUTES_USUAL)
            raw["duree"] = str(minutes)
            self.assumed.append(say_minutes(minutes))
        if "ou" not in raw:
            place = dict(usual.place) or {"ou": Spot.RATTACHEMENT.value}
            if "commune" in raw and raw["commune"] != place.get("commune"):
                inside = place["ou"] in (Spot.RATTACHEMENT, Spot.AUTRE)
                place = {"ou": place["ou"] if inside else Spot.RATTACHEMENT.value}
            raw |= {name: value for name, value in place.items() if name not in raw}
            self.assumed += _list_place(place)
        if "commune" not in raw and raw["ou"] in (Spot.RATTACHEMENT, Spot.AUTRE, Spot.DOMICILE) and usual.cra.commune:
            raw["commune"] = usual.cra.commune
            self.assumed.append(usual.cra.commune)


def _list_place(place: Mapping[str, str]) -> list[str]:
    """List in words the spot, the place and the commune that go without saying."""
    label = next(spot.label for spot in Spot if spot == place["ou"])
    return [part for part in (label[:1].lower() + label[1:], place.get("lieu", ""), place.get("commune", "")) if part]


_LINES = TypeAdapter(RdvLine)


def read_shown(shown: Mapping[str, Any]) -> RdvLine:
    """Read a line back from a stored preview."""
    return _LINES.validate_python(dict(shown))
