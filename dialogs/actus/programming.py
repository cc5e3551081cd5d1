"""The windows about when and where the news come out: one number put off, an edition programmed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import Field

from bot.forms import Choice, Clues, Form, Hidden, Offered, ReadText
from bot.rhythms import read_rhythm
from config.editions import Unapproved
from config.folding import fold
from dialogs.actus.editing import OfDigest, Words
from dialogs.destinations import moment

NOW = datetime(1, 1, 1, tzinfo=UTC)
"""« maintenant »: no hour of any clock."""
_AT_ONCE = {"maintenant", "tout de suite", "immediatement", "de suite"}
_LATER = moment(", ou maintenant ; vide, c’est la prochaine fois")


def _read_moment(text: str, clues: Clues) -> datetime:
    found: datetime = NOW if fold(text) in _AT_ONCE else _LATER.reader(text, clues)
    return found


def _show_moment(value: datetime) -> str:
    return "maintenant" if value == NOW else _LATER.show(value)


MOMENT = replace(_LATER, reader=_read_moment, show=_show_moment)
UNAPPROVED = {
    Unapproved.HOLD.value: "Le retenir, et le dire à l’équipe",
    Unapproved.PUBLISH.value: "Le publier quand même, et le dire",
}


def _rhythm(text: str, _: Clues) -> str:
    return str(read_rhythm(text))


def _as_it_is(text: str, _: Clues) -> str:
    return text


class PutOff(OfDigest):
    """Until when."""

    title = "Reporter le numéro"
    submit_label = "Reporter"

    moment: Annotated[datetime | None, MOMENT] = Field(
        None,
        alias="quand",
        title="Quand",
        description="Dans les 30 jours, ou « maintenant ». Vide : à la prochaine date de l’édition.",
    )


class Programme(Form):
    """When and where an edition comes out; ``editions`` are the names by key."""

    title = "Programmer les actus"
    submit_label = "Programmer"

    edition: Annotated[str, Offered()] = Field(title="Édition")
    rhythm: Annotated[str, ReadText(_rhythm, placeholder="chaque vendredi à 9 h")] = Field(
        "", alias="rythme", title="Quand", description="« premier mercredi du mois à 9 h 30 ». Vide : inchangé."
    )
    places: Annotated[str, Words(_as_it_is, limit=300)] = Field(
        "",
        alias="ou",
        title="Où",
        description="national, actualites, 69, Bretagne, séparés par des virgules. Vide : inchangé.",
    )
    unapproved: Annotated[Unapproved | None, Choice(UNAPPROVED, Unapproved)] = Field(
        None, alias="sans", title="Sans accord à l’heure", description="Vide : inchangé."
    )
    editions: Hidden[dict[str, str]] = {}

    @classmethod
    def offers(cls, hidden: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
        return {"edition": hidden.get("editions") or {}}
