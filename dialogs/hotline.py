"""The windows of the hotline: what people ask, and what agents do with a ticket."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from bot.forms import Choice, Clues, Form, Hidden, Number, Offered, PersonPicker, ReadText, Text, asks
from config.hotline import CATEGORIES
from config.text import split_words
from dialogs.lines import line
from dialogs.personal_data import fault_of, fault_of_owner
from storage.hotline import Reason, Urgency
from storage.hotline.tickets import SUBJECT_MAX

COMMUNE_MAX = 80
WORDS_MAX = 500
SETTLED_MAX = 80
"""Characters: what is longer says more than that a demand is over."""


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


_MY_DEMAND = r"(?:ma|mon|la|le|cette|ce|l) (?:derniere )?(?:demande|ticket|question|probleme|appel)(?: d aide)?"
_SETTLED = re.compile(
    r"(?:(?:en fait|finalement|ah|oh|bon|ben|ok|non|oui|merci|c est bon|super|desole) )*(?:"
    r"(?:(?:je (?:veux|voudrais|peux)|tu peux|il faut|on peut) )?"
    rf"(?:annul|ferm|supprim|retir|clo|laiss|oubli|arret)\w*(?: tomber)? {_MY_DEMAND}|"
    r"(?:ca|tout|il|elle|(?:mon|ma|le|la|l) \w+) (?:re(?:marche|fonctionne|demarre|vient)|"
    r"(?:marche|fonctionne|demarre) (?:de nouveau|a nouveau|maintenant|enfin|bien))|"
    r"(?:c est|tout est|(?:(?:le|mon) )?(?:probleme|souci)(?: est)?|(?:ma demande|mon ticket) est) (?:regle|resolu)e?|"
    r"(?:je n ai |j ai )?plus besoin(?: d aide| de vous)?|j ai (?:trouve|reussi)|je me suis debrouillee?)"
    r"(?: (?:n )?\d{1,6})?(?: (?:tout seul|toute seule|merci|c est bon|c est regle|pour (?:\w+ ?){1,3}))*"
)
"""How who asked says that the demand needs nothing more."""


def says_settled(said: str) -> bool:
    """Tell whether somebody says that their demand for help is over: « annule ma demande », « ça remarche »."""
    return len(said) <= SETTLED_MAX and bool(_SETTLED.fullmatch(" ".join(split_words(said))))


LongText = Annotated[str, Text(long=True)]
Subject = Annotated[str, line(SUBJECT_MAX)]


class OpenTicket(Form):
    """The window that opens a ticket. ``queues`` are the queues to choose from (name by code), ``source`` is the
    message that the ticket is made of."""

    title = "Demander de l’aide"

    queue: Annotated[str, Offered("queues")] = asks("À qui", name="file")
    subject: Subject = asks("En bref", "Une ligne : « L’export PDF reste vide ».", name="sujet")
    category: Annotated[str, CATEGORY] = asks("Catégorie", name="categorie")
    urgency: Annotated[str, URGENCIES] = asks("Urgence", name="urgence")
    details: LongText = asks(
        "Détails", "Ce que vous avez fait, ce qui s’affiche. Jamais de donnée personnelle d’un usager.", default=""
    )
    commune: Annotated[str, line(COMMUNE_MAX)] = asks("Commune", "Si elle importe.", default="")
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

    text: LongText = asks("Réponse", "La personne la lit dans le fil de sa demande.", name="reponse")


class AskBack(AboutTicket):
    """The window of a question to the ticket’s author, for whom the ticket then waits."""

    title = "Demander une précision"
    submit_label = "Demander"

    text: LongText = asks("Question", "La demande attend alors la personne.", name="question")


class ResolveTicket(AboutTicket):
    """The window that resolves a ticket: how it ended."""

    title = "Résoudre"
    submit_label = "Résoudre"

    reason: Annotated[str, ENDINGS] = asks("Raison", name="raison", default=Reason.RESOLU.value)
    text: LongText = asks("Mot à la personne", name="reponse", default="")
    solution: LongText = asks(
        "Solution pour tous", "Montrée à qui posera la même question. Sans nom ni donnée personnelle.", default=""
    )

    @classmethod
    def problems(cls, values: Mapping[str, Any], clues: Clues) -> Mapping[str, str]:
        said, why = str(values.get("solution") or ""), "d’autres liraient cette solution"
        return {"solution": fault_of(said, why) or fault_of_owner(said, why)}


class TransferTicket(AboutTicket):
    """The window that sends a ticket to another queue; ``queues`` are the other ones."""

    title = "Transférer"
    submit_label = "Transférer"

    queue: Annotated[str, Offered("queues")] = asks("Vers", name="file")
    note: Annotated[str, line(200)] = asks("Mot aux agents", "Reste entre agents.", default="")
    queues: Hidden[dict[str, str]]


class MarkDuplicate(AboutTicket):
    """The window that marks a ticket as a duplicate of another."""

    title = "Doublon de…"
    submit_label = "C’est un doublon"

    other: Annotated[int, Number()] = asks(
        "Numéro de l’autre", "Celle-ci est alors résolue ; l’autre continue.", name="numero"
    )


class ChangeUrgency(AboutTicket):
    """The window that changes how urgent a ticket is."""

    title = "Urgence"
    submit_label = "Changer"

    urgency: Annotated[str, URGENCIES] = asks("Urgence", name="urgence")


class AssignTicket(AboutTicket):
    """The window that gives a ticket to another agent."""

    title = "Attribuer à…"
    submit_label = "Attribuer"

    agent: Annotated[str, PersonPicker()] = asks("Agent")


class RateTicket(AboutTicket):
    """The window of a comment on the 👍 or 👎 that was given."""

    title = "Votre avis"
    submit_label = "Envoyer"

    word: Annotated[str, line(WORDS_MAX)] = asks("Un mot ?", "Lu par les agents de la hotline.", name="mot")


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

    subject: Subject = asks("Ce qui ne marche pas", "Lu par toutes les personnes touchées.", name="titre")


class NewOutage(Form):
    """The window of an outage that an agent knows of; ``queues`` are those in which the agent answers."""

    title = "Déclarer une panne"
    submit_label = "Déclarer"

    subject: Subject = asks("Ce qui ne marche pas", "Lu par toutes les personnes touchées.", name="titre")
    queue: Annotated[str, Offered("queues")] = asks("File", name="file")
    numbers: Annotated[tuple[int, ...] | None, NUMBERS] = asks(
        "Demandes concernées", "Leurs auteurs sont prévenus ensemble.", name="demandes", default=None
    )
    queues: Hidden[dict[str, str]]


class TellOutage(AboutOutage):
    """The window of news about an outage."""

    title = "Écrire à tous"
    submit_label = "Envoyer"

    text: LongText = asks("Du nouveau", "Chaque personne le lit dans le fil de sa demande.", name="nouvelles")


class EndOutage(AboutOutage):
    """The window that ends an outage."""

    title = "C’est fini"
    submit_label = "C’est fini"

    text: LongText = asks("Mot à toutes et tous", "Leurs demandes sont alors résolues.", name="mot", default="")
