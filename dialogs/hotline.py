"""The windows of the hotline: what people ask, and what agents do with a ticket."""

import re
from typing import Annotated

from pydantic import Field

from bot.forms import Choice, Clues, Form, Hidden, Number, Offered, PersonPicker, ReadText, Text
from config.hotline import CATEGORIES
from dialogs.lines import line
from storage.hotline import Reason, Urgency
from storage.hotline.tickets import SUBJECT_MAX

COMMUNE_MAX = 80
WORDS_MAX = 500


CATEGORY = Choice(CATEGORIES)
URGENCIES = Choice(
    {
        Urgency.BLOQUANT: "Bloquant : je ne peux plus travailler",
        Urgency.GENANT: "Gênant : je fais autrement en attendant",
        Urgency.QUESTION: "Simple question",
    }
)
ENDINGS = Choice({reason: reason.label.capitalize() for reason in Reason if reason is not Reason.DOUBLON})


def _read_numbers(text: str, _: Clues) -> tuple[int, ...]:
    found = [int(number) for number in re.findall(r"\d{1,9}", text)]
    if not found or re.search(r"[^\d\s,;#n°et.]", text):
        raise ValueError("Écrivez des numéros de demandes : 12, 15.")
    return tuple(dict.fromkeys(found))


NUMBERS = ReadText(_read_numbers, show=lambda found: ", ".join(map(str, found)), placeholder="12, 15")


class OpenTicket(Form):
    """The window that opens a ticket. ``queues`` are the queues to choose from (name by code), ``source`` is the
    message that the ticket is made of."""

    title = "Demander de l’aide"

    queue: Annotated[str, Offered("queues")] = Field(alias="file", title="À qui")
    subject: Annotated[str, line(SUBJECT_MAX)] = Field(
        alias="sujet", title="En bref", description="Une ligne : « L’export PDF reste vide »."
    )
    category: Annotated[str, CATEGORY] = Field(alias="categorie", title="Catégorie")
    urgency: Annotated[str, URGENCIES] = Field(alias="urgence", title="Urgence")
    details: Annotated[str, Text(long=True)] = Field(
        "",
        title="Détails",
        description="Ce que vous avez fait, ce qui s’affiche. Jamais de donnée personnelle d’un usager.",
    )
    commune: Annotated[str, line(COMMUNE_MAX)] = Field("", title="Commune", description="Si elle importe.")
    queues: Hidden[dict[str, str]]
    source: Hidden[str] = ""

    def introduction(self) -> str:
        return "La suite se passe dans votre conversation avec le bot."


class AboutTicket(Form):
    """What windows about one ticket have in common."""

    title = "Demande"

    ticket: Hidden[int]

    def introduction(self) -> str:
        return f"Demande n° {self.ticket}"


class AnswerTicket(AboutTicket):
    """The window of an answer to the ticket’s author."""

    title = "Répondre"

    text: Annotated[str, Text(long=True)] = Field(
        alias="reponse", title="Réponse", description="La personne la lit dans le fil de sa demande."
    )


class AskBack(AboutTicket):
    """The window of a question to the ticket’s author, for whom the ticket then waits."""

    title = "Demander une précision"
    submit_label = "Demander"

    text: Annotated[str, Text(long=True)] = Field(
        alias="question", title="Question", description="La demande attend alors la personne."
    )


class ResolveTicket(AboutTicket):
    """The window that resolves a ticket: how it ended."""

    title = "Résoudre"
    submit_label = "Résoudre"

    reason: Annotated[str, ENDINGS] = Field(Reason.RESOLU.value, alias="raison", title="Raison")
    text: Annotated[str, Text(long=True)] = Field("", alias="reponse", title="Mot à la personne")
    solution: Annotated[str, Text(long=True)] = Field(
        "",
        title="Solution pour tous",
        description="Montrée à qui posera la même question. Sans nom ni donnée personnelle.",
    )


class TransferTicket(AboutTicket):
    """The window that sends a ticket to another queue; ``queues`` are the other ones."""

    title = "Transférer"
    submit_label = "Transférer"

    queue: Annotated[str, Offered("queues")] = Field(alias="file", title="Vers")
    note: Annotated[str, line(200)] = Field("", title="Mot aux agents", description="Reste entre agents.")
    queues: Hidden[dict[str, str]]


class MarkDuplicate(AboutTicket):
    """The window that marks a ticket as a duplicate of another."""

    title = "Doublon de…"
    submit_label = "C’est un doublon"

    other: Annotated[int, Number()] = Field(
        alias="numero", title="Numéro de l’autre", description="Celle-ci est alors résolue ; l’autre continue."
    )


class ChangeUrgency(AboutTicket):
    """The window that changes how urgent a ticket is."""

    title = "Urgence"
    submit_label = "Changer"

    urgency: Annotated[str, URGENCIES] = Field(alias="urgence", title="Urgence")


class AssignTicket(AboutTicket):
    """The window that gives a ticket to another agent."""

    title = "Attribuer à…"
    submit_label = "Attribuer"

    agent: Annotated[str, PersonPicker()] = Field(title="Agent")


class RateTicket(AboutTicket):
    """The window of a comment on the 👍 or 👎 that was given."""

    title = "Votre avis"
    submit_label = "Envoyer"

    word: Annotated[str, line(WORDS_MAX)] = Field(
        alias="mot", title="Un mot ?", description="Lu par les agents de la hotline."
    )


class AboutOutage(Form):
    """What windows about one outage have in common; ``said`` is what the outage is called there."""

    title = "Panne"

    incident: Hidden[int]
    said: Hidden[str] = ""

    def introduction(self) -> str:
        return self.said


class DeclareOutage(AboutOutage):
    """The window that confirms that similar tickets are an outage."""

    title = "C’est une panne"
    submit_label = "Prévenir"

    subject: Annotated[str, line(SUBJECT_MAX)] = Field(
        alias="titre", title="Ce qui ne marche pas", description="Lu par toutes les personnes touchées."
    )


class NewOutage(Form):
    """The window of an outage that an agent knows of; ``queues`` are those in which the agent answers."""

    title = "Déclarer une panne"
    submit_label = "Déclarer"

    subject: Annotated[str, line(SUBJECT_MAX)] = Field(
        alias="titre", title="Ce qui ne marche pas", description="Lu par toutes les personnes touchées."
    )
    queue: Annotated[str, Offered("queues")] = Field(alias="file", title="File")
    numbers: Annotated[tuple[int, ...] | None, NUMBERS] = Field(
        None, alias="demandes", title="Demandes concernées", description="Leurs auteurs sont prévenus ensemble."
    )
    queues: Hidden[dict[str, str]]


class TellOutage(AboutOutage):
    """The window of news about an outage."""

    title = "Écrire à tous"
    submit_label = "Envoyer"

    text: Annotated[str, Text(long=True)] = Field(
        alias="nouvelles", title="Du nouveau", description="Chaque personne le lit dans le fil de sa demande."
    )


class EndOutage(AboutOutage):
    """The window that ends an outage."""

    title = "C’est fini"
    submit_label = "C’est fini"

    text: Annotated[str, Text(long=True)] = Field(
        "", alias="mot", title="Mot à toutes et tous", description="Leurs demandes sont alors résolues."
    )
