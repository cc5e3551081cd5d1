"""The windows of who reports a message."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from bot.forms import Form, Hidden, Offered, Text
from dialogs.moderation.words import Words
from storage.moderation.reports import WORD_MAX

_WORD = "Lu par les animateurs seulement."


class ReportMessage(Form):
    """« /signaler »: which message, why. ``motives`` are those of the charter (text by key), ``said`` how the message
    begins."""

    title = "Signaler un message"
    submit_label = "Signaler"

    link: Annotated[str, Text()] = Field(
        alias="lien", title="Lien du message", description="Au survol du message : « … », puis « Copier le lien »."
    )
    motive: Annotated[str, Offered()] = Field(alias="motif", title="Motif")
    word: Annotated[str, Words(limit=WORD_MAX)] = Field("", alias="mot", title="Un mot", description=_WORD)
    motives: Hidden[dict[str, str]]
    said: Hidden[str] = ""

    def introduction(self) -> str:
        shown = f" : « {self.said} »" if self.said else ""
        return f"Votre nom n’est montré ni à la personne qui a écrit ce message, ni dans le dossier{shown}"

    @classmethod
    def offers(cls, hidden: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
        return {"motif": dict(hidden.get("motives", {}))}


class PreciseReport(Form):
    """« Préciser »: why a message was reported, for who put a flag under it."""

    title = "Préciser"
    submit_label = "Préciser"

    motive: Annotated[str, Offered()] = Field(alias="motif", title="Motif")
    word: Annotated[str, Words(limit=WORD_MAX)] = Field("", alias="mot", title="Un mot", description=_WORD)
    case: Hidden[int]
    motives: Hidden[dict[str, str]]

    @classmethod
    def offers(cls, hidden: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
        return {"motif": dict(hidden.get("motives", {}))}
