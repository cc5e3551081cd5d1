"""The small windows about a resource: what those who review it say, and what everybody says of it."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from bot.forms import Choice, Clues, Form, Hidden, Text
from storage.ressources.comments import COMMENT_MAX
from storage.ressources.reports import WORD_MAX
from storage.ressources.resource import REASON_MAX

WHY = {
    "lien": "Le lien ne mène plus nulle part",
    "erreur": "Il y a une erreur",
    "perime": "C’est périmé",
    "inadapte": "Le contenu est inadapté",
    "personnel": "Il y a des données personnelles",
    "droits": "C’est à quelqu’un qui n’a pas donné son accord",
    "autre": "Autre chose",
}
"""What may be wrong with a resource."""


@dataclass(frozen=True)
class Words(Text):
    """A text of several lines, of so many characters at most."""

    limit: int = REASON_MAX

    def value(self, text: str, clues: Clues) -> str:
        if len(text) > self.limit:
            raise ValueError(f"Raccourcissez ce texte : {self.limit} caractères au plus.")
        return text


class AboutResource(Form):
    """A window about one resource, which is called ``said`` there."""

    title = "Une fiche"

    resource: Hidden[int]
    said: Hidden[str] = ""

    def introduction(self) -> str:
        return f"Fiche n° {self.resource}{f' : {self.said}' if self.said else ''}"


class AskDepositor(AboutResource):
    """A question for who proposed it."""

    title = "Demander"
    submit_label = "Demander"

    text: Annotated[str, Words(long=True)] = Field(
        alias="question", title="Question", description="La personne la lit en message direct, et y répond."
    )


class AnswerReview(AboutResource):
    """What who proposed it answers."""

    title = "Répondre"
    submit_label = "Répondre"

    text: Annotated[str, Words(long=True)] = Field(
        alias="reponse", title="Réponse", description="Lue par les animateurs, sous la fiche."
    )


class RefuseResource(AboutResource):
    """Why it is not published."""

    title = "Refuser la fiche"
    submit_label = "Refuser"

    text: Annotated[str, Words(long=True)] = Field(
        alias="raison", title="Raison", description="La personne la lit ; elle peut corriger sa fiche et la reproposer."
    )


class WithdrawResource(AboutResource):
    """Why it is taken away."""

    title = "Retirer la fiche"
    submit_label = "Retirer"

    text: Annotated[str, Words(long=True)] = Field(
        alias="raison", title="Raison", description="La fiche n’est plus trouvée ; elle peut revenir."
    )


class CommentResource(AboutResource):
    """A word under it."""

    title = "Commenter"
    submit_label = "Commenter"

    text: Annotated[str, Words(long=True, limit=COMMENT_MAX)] = Field(
        alias="mot", title="Commentaire", description="Dit en votre nom dans le canal de la ressourcerie, lu par tous."
    )


class ReportResource(AboutResource):
    """What is wrong with it."""

    title = "Signaler"
    submit_label = "Signaler"

    why: Annotated[str, Choice(WHY)] = Field(alias="quoi", title="Ce qui ne va pas")
    text: Annotated[str, Words(long=True, limit=WORD_MAX)] = Field(
        "", alias="mot", title="Un mot", description="Lu par les animateurs seulement."
    )
