"""The windows in which animateurs decide about a case: each asks for what its measure needs."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import Field

from bot.forms import ChannelPicker, Choice, Form, Hidden, Offered, PersonPicker
from config.charte import Measure
from dialogs.moderation.words import LASTS, Words

READ_BY_AUTHOR = "La personne la lit, avec la mesure."


class Fate(StrEnum):
    """What became of a message since it was reported."""

    SAME = ""
    EDITED = "edited"
    GONE = "gone"

    @property
    def said(self) -> str:
        return {
            "": "",
            "edited": "Ce message a été modifié depuis : le dossier garde le texte signalé.",
            "gone": "Ce message a été supprimé depuis : le dossier garde le texte signalé.",
        }[self.value]


class AboutCase(Form):
    """A window about one case; ``said`` is what it is called there, ``fate`` what became of its message."""

    title = "Dossier"

    case: Hidden[int]
    said: Hidden[str] = ""
    fate: Hidden[Fate] = Fate.SAME

    def introduction(self) -> str:
        return "  \n".join(line for line in (f"Dossier n° {self.case} : {self.said}", self.fate.said) if line)


class DismissCase(AboutCase):
    """Nothing is done."""

    title = "Rien à faire"
    submit_label = "Classer"

    verdict: Annotated[str, Choice({"bonne-foi": "Signalé de bonne foi", "infonde": "Signalé à tort"})] = Field(
        "bonne-foi", alias="avis", title="Le signalement", description="« À tort » : les suivants pèsent moins."
    )
    reason: Annotated[str, Words()] = Field("", alias="raison", title="Un mot", description="Reste au journal.")


class Deciding(AboutCase):
    """A measure."""

    measure: ClassVar[Measure] = Measure.NOTHING

    reason: Annotated[str, Words()] = Field(alias="raison", title="Raison", description=READ_BY_AUTHOR)

    @property
    def duration(self) -> timedelta | None:
        """How long it lasts, if it has a length."""
        return None

    @property
    def channel_id(self) -> str:
        """Where, for what is done in one channel."""
        return ""


class RemindCharter(Deciding):
    """The charter is called to mind."""

    title = "Rappel de la charte"
    submit_label = "Envoyer"
    measure = Measure.REMIND


class WarnAuthor(Deciding):
    """A warning."""

    title = "Avertir"
    submit_label = "Avertir"
    measure = Measure.WARN


class HideMessage(Deciding):
    """The message is taken away."""

    title = "Masquer le message"
    submit_label = "Masquer"
    measure = Measure.HIDE


class SilenceAuthor(Deciding):
    """Nothing can be written for a while."""

    title = "Suspendre l’écriture"
    submit_label = "Suspendre"
    measure = Measure.SILENCE

    lasts: Annotated[timedelta, LASTS] = Field(
        alias="duree", title="Durée", description="« 2h », « 7j ». Plus de 7 jours : un second animateur approuve."
    )
    place: Annotated[str, ChannelPicker()] = Field(
        "", alias="canal", title="Canal", description="Vide : tous les canaux."
    )

    @property
    def duration(self) -> timedelta | None:
        return self.lasts

    @property
    def channel_id(self) -> str:
        return self.place


class ExcludeAuthor(Deciding):
    """The person leaves a channel."""

    title = "Exclure du canal"
    submit_label = "Exclure"
    measure = Measure.EXCLUDE

    place: Annotated[str, ChannelPicker()] = Field(
        alias="canal", title="Canal", description="Un second animateur approuve."
    )

    @property
    def channel_id(self) -> str:
        return self.place


DECISIONS: tuple[type[Deciding], ...] = (RemindCharter, WarnAuthor, HideMessage, SilenceAuthor, ExcludeAuthor)


class MoveThread(AboutCase):
    """To which channel the thread goes."""

    title = "Déplacer le fil"
    submit_label = "Déplacer"

    place: Annotated[str, ChannelPicker()] = Field(alias="canal", title="Vers le canal")
    reason: Annotated[str, Words()] = Field("", alias="raison", title="Raison", description=READ_BY_AUTHOR)


class AskOpinion(AboutCase):
    """A question to other animateurs."""

    title = "Demander l’avis"
    submit_label = "Demander"

    text: Annotated[str, Words()] = Field(alias="question", title="Question", description="Dite sous le dossier.")
    whom: Annotated[str, PersonPicker()] = Field(
        "", alias="a", title="À", description="Un animateur ; vide : à qui veut répondre."
    )


class ForwardCase(AboutCase):
    """Whom the case goes to: ``there`` are those to choose from (text by code)."""

    title = "Transmettre"
    submit_label = "Transmettre"

    whom: Annotated[str, Offered()] = Field(alias="a", title="À")
    text: Annotated[str, Words()] = Field(alias="mot", title="Un mot", description="Lu avec le message signalé.")
    there: Hidden[dict[str, str]]

    @classmethod
    def offers(cls, hidden: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
        return {"a": dict(hidden.get("there", {}))}


class DeclineMeasure(AboutCase):
    """A second animateur does not approve."""

    title = "Refuser la mesure"
    submit_label = "Refuser"

    text: Annotated[str, Words()] = Field(alias="raison", title="Raison", description="Lue par qui l’a proposée.")
