"""The windows of an appeal: the person’s word, and what another animateur answers."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field

from bot.forms import Form, Hidden, Offered
from dialogs.moderation.words import LASTS, Words

APPEAL_MAX = 2000
_READ = "La personne la lit."


class ContestMeasure(Form):
    """What somebody answers to a measure; ``said`` is what it is called."""

    title = "Contester la mesure"
    submit_label = "Envoyer"

    word: Annotated[str, Words(limit=APPEAL_MAX)] = Field(
        alias="mot", title="Votre réponse", description="Lue par les animateurs ; un autre que le premier décide."
    )
    entry: Hidden[int]
    said: Hidden[str] = ""

    def introduction(self) -> str:
        return f"Mesure n° {self.entry} : {self.said}. Une mesure se conteste une fois."


class AnswerAppeal(Form):
    """A window about an appeal; ``said`` is what is contested."""

    title = "Recours"

    answer: Annotated[str, Words()] = Field(alias="reponse", title="Réponse", description=_READ)
    entry: Hidden[int]
    said: Hidden[str] = ""

    def introduction(self) -> str:
        return f"Recours sur la mesure n° {self.entry} : {self.said}"


class UpholdMeasure(AnswerAppeal):
    """It stands."""

    title = "Maintenir la mesure"
    submit_label = "Maintenir"


class CancelMeasure(AnswerAppeal):
    """It is undone."""

    title = "Annuler la mesure"
    submit_label = "Annuler la mesure"


class LightenMeasure(AnswerAppeal):
    """A lighter one takes its place: one of ``lighter`` (text by measure)."""

    title = "Alléger la mesure"
    submit_label = "Alléger"

    instead: Annotated[str, Offered()] = Field(alias="mesure", title="À la place")
    lasts: Annotated[timedelta | None, LASTS] = Field(
        None, alias="duree", title="Durée", description="Pour une écriture suspendue : « 2h », « 3j »."
    )
    lighter: Hidden[dict[str, str]]

    @classmethod
    def offers(cls, hidden: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
        return {"mesure": dict(hidden.get("lighter", {}))}
