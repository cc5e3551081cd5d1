"""The windows of the ressourcerie: a resource, what is said about one, a need, and a collection."""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from bot.forms import Choice, Clues, Form, Hidden, Number, Offered, PersonPicker, ReadText, Text, asks
from config.ressources import CATEGORIES, KINDS, LEVELS, PUBLICS
from dialogs.lines import Address, Roomy, line, read_line
from dialogs.personal_data import fault_of, fault_of_owner
from dialogs.themes import Themes
from storage.ressources import feedback
from storage.ressources.collections import ABOUT_MAX, NAME_MAX, make_name_key
from storage.ressources.feedback import COMMENT_MAX, WORD_MAX, WORDS_MAX, make_need_key
from storage.ressources.resources import LICENCE_MAX, REASON_MAX, TITLE_MAX, Resource

NO_FILES, KEPT_FILES, ALL_FILES = "aucun", "gardes", "tous"
"""The choices of no files, of those that the resource has, and of those of all messages that are offered; others are
chosen by the id of their message."""
READ_BY_ALL = "tout le réseau lirait cette ressource"


def _options(listed: Mapping[str, Any]) -> Choice:
    return Choice({code: choice.libelle for code, choice in listed.items()})


class Fiche(Form):
    """The fields of a resource. They are read without asking Mattermost, which was asked when the window opened.

    ``attached`` are the messages whose files are offered, ``files`` those files (name by id) by message, and ``faults``
    why some cannot be taken; ``names`` are the user names of authors whom the register may not know.
    """

    title = "Une ressource"

    titre: Annotated[str, Roomy(read_line(TITLE_MAX))] = asks(
        "Titre", "Ce qu’on y trouve : « Créer une adresse mail, pas à pas »."
    )
    url: Address = asks("Lien", "D’une page, d’une vidéo, d’un document en ligne.", name="lien", default="")
    description: Annotated[str, Text(long=True)] = asks(
        "Description", "Pour qui, comment s’en servir. Jamais de donnée personnelle d’un usager.", default=""
    )
    fichiers: Annotated[str, Offered("attached", {NO_FILES: "Aucun"})] = asks(
        "Fichiers", "Envoyez-les d’abord au bot, en message direct : ils sont proposés ici.", default=NO_FILES
    )
    categorie: Annotated[str, _options(CATEGORIES)] = asks("Catégorie", default="")
    themes: Themes = asks("Thèmes", default=())
    kind: Annotated[str, _options(KINDS)] = asks(
        "Type", "Vide : d’après le lien ou le fichier.", name="type", default=""
    )
    niveau: Annotated[str, _options(LEVELS)] = asks("Niveau", default="")
    public: Annotated[str, _options(PUBLICS)] = asks("Public", default="")
    licence: Annotated[str, line(LICENCE_MAX)] = asks(
        "Licence", "Ce qu’on peut en faire : CC BY-SA, domaine public…", default=""
    )
    auteur: Annotated[str, PersonPicker()] = asks("Auteur", "Vide : vous.", default="")
    attached: Hidden[dict[str, str]] = {}
    files: Hidden[dict[str, dict[str, str]]] = {}
    faults: Hidden[dict[str, str]] = {}
    names: Hidden[dict[str, str]] = {}

    @classmethod
    def problems(cls, values: Mapping[str, Any], clues: Clues) -> Mapping[str, str]:
        said = {name: str(values.get(name) or "") for name in ("titre", "description")}
        found = {name: fault_of(text, READ_BY_ALL) or fault_of_owner(text, READ_BY_ALL) for name, text in said.items()}
        found["fichiers"] = (values.get("faults") or {}).get(values.get("fichiers"), "")
        if not cls.has_content(values):
            found["url"] = "Donnez un lien, un fichier ou une description."
        return found

    @classmethod
    def has_content(cls, values: Mapping[str, Any]) -> bool:
        """Tell whether more than a title is given."""
        return bool(values.get("url") or values.get("description")) or values.get("fichiers", NO_FILES) != NO_FILES


class DepositResource(Fiche):
    """The window that proposes a resource, made of the message ``source`` or the ticket ``ticket`` if there is one."""

    title = "Proposer une ressource"
    submit_label = "Proposer"

    source: Hidden[str] = ""
    ticket: Hidden[int] = 0

    def introduction(self) -> str:
        return "Un titre, et un lien, des fichiers ou une description."


class EditResource(Fiche):
    """The window that edits a resource; ``version`` is the one it showed, ``length`` how long the description is where
    the window cannot hold it."""

    title = "Modifier la ressource"
    submit_label = "Enregistrer"

    auteur: Annotated[str, PersonPicker()] = asks("Auteur", "Vide : comme avant.", default="")
    resource: Hidden[int]
    version: Hidden[int]
    length: Hidden[int] = 0
    named: Hidden[str] = ""

    def introduction(self) -> str:
        said = f"Ressource n° {self.resource}." + (
            f" Auteur : {self.named}, si vous ne choisissez personne." if self.named else ""
        )
        if self.length:
            said += (
                f" Sa description a {self.length} caractères, trop pour cette fenêtre : vide, elle reste telle quelle."
            )
        return said

    @classmethod
    def has_content(cls, values: Mapping[str, Any]) -> bool:
        return super().has_content(values) or bool(values.get("length"))


RESERVED = {"nouvelle", "ajouter", "retirer"}
"""Words that have another meaning in the command."""


def _name(text: str, clues: Clues) -> str:
    name = read_line(NAME_MAX, "ce nom")(text, clues)
    key = make_name_key(name)
    if not key or key.partition(" ")[0] in RESERVED:
        raise ValueError("Choisissez un autre nom : « Bureautique seniors », par exemple.")
    return name


class NameCollection(Form):
    """The window that names a collection: a new one (``collection`` is 0), into which a resource may be put, or an
    existing one."""

    title = "Collection"
    submit_label = "Enregistrer"

    name: Annotated[str, ReadText(_name)] = asks("Nom", "« Bureautique seniors »", name="nom")
    about: Annotated[str, line(ABOUT_MAX, "ce texte")] = asks("À quoi elle sert", name="sujet", default="")
    collection: Hidden[int] = 0
    resource: Hidden[int] = 0


REPORT_REASONS = {
    "lien": "Le lien ne mène plus nulle part",
    "erreur": "Il y a une erreur",
    "perime": "C’est périmé",
    "inadapte": "Le contenu est inadapté",
    "personnel": "Il y a des données personnelles",
    "droits": "C’est à quelqu’un qui n’a pas donné son accord",
    "autre": "Autre chose",
}
"""What may be wrong with a resource."""


Reason = Annotated[str, Text(long=True, limit=REASON_MAX)]


class AboutResource(Form):
    """What windows about one resource have in common; ``said`` is what the resource is called there."""

    title = "Une ressource"

    resource: Hidden[int]
    said: Hidden[str] = ""

    @classmethod
    def of(cls, resource: Resource, said: str = "") -> Self:
        """Make the window about a resource, named by its title unless something else is ``said``."""
        return cls.draft(resource=resource.number, said=said or resource.titre[:100])

    def introduction(self) -> str:
        return f"Ressource n° {self.resource}{f' : {self.said}' if self.said else ''}"


class AskDepositor(AboutResource):
    """The window of a question to the person who proposed a resource."""

    title = "Demander"
    submit_label = "Demander"

    text: Reason = asks("Question", "La personne la lit en message direct, et y répond.", name="question")


class AnswerReview(AboutResource):
    """The window of that person’s answer."""

    title = "Répondre"
    submit_label = "Répondre"

    text: Reason = asks("Réponse", "Lue par les animateurs, sous la ressource.", name="reponse")


class RefuseResource(AboutResource):
    """The window of why a resource is not published."""

    title = "Refuser la ressource"
    submit_label = "Refuser"

    text: Reason = asks(
        "Raison", "La personne la lit ; elle peut corriger sa ressource et la reproposer.", name="raison"
    )


class WithdrawResource(AboutResource):
    """The window of why a resource is withdrawn."""

    title = "Retirer la ressource"
    submit_label = "Retirer"

    text: Reason = asks("Raison", "On ne trouvera plus la ressource. Elle pourra revenir.", name="raison")


class CommentResource(AboutResource):
    """The window of a comment on a resource."""

    title = "Commenter"
    submit_label = "Commenter"

    text: Annotated[str, Text(long=True, limit=COMMENT_MAX)] = asks(
        "Commentaire", "Dit en votre nom dans le canal de la ressourcerie, lu par tous.", name="mot"
    )


class ReportResource(AboutResource):
    """The window that reports what is wrong with a resource."""

    title = "Signaler"
    submit_label = "Signaler"

    why: Annotated[str, Choice(REPORT_REASONS)] = asks("Ce qui ne va pas", name="quoi")
    text: Annotated[str, Text(long=True, limit=WORD_MAX)] = asks(
        "Un mot", "Lu par les animateurs seulement.", name="mot", default=""
    )


def _sought(text: str, clues: Clues) -> str:
    """Read what was looked for. Raises ValueError where the words say nothing."""
    line = read_line(WORDS_MAX, "ce texte")(text, clues)
    if not make_need_key(line):
        raise ValueError("Dites en quelques mots ce que vous cherchiez.")
    return line


class SayNeed(Form):
    """The window of a need: what somebody looked for and did not find."""

    title = "Je n’ai rien trouvé"
    submit_label = "Le dire"

    words: Annotated[str, ReadText(_sought)] = asks(
        "Ce que vous cherchiez", "Lu par les animateurs. Jamais de donnée personnelle.", name="recherche"
    )
    about: Annotated[str, line(feedback.ABOUT_MAX, "ce texte")] = asks(
        "Un mot de plus", "Pour qui, pour quoi faire, sous quelle forme…", name="precision", default=""
    )


class AnswerNeed(Form):
    """The window of which resource answers a need."""

    title = "C’est fait"
    submit_label = "Prévenir"

    number: Annotated[int, Number()] = asks(
        "Numéro de la ressource", "Les personnes qui la cherchaient reçoivent un message, un seul.", name="numero"
    )
    need: Hidden[str]
    said: Hidden[str] = ""

    def introduction(self) -> str:
        return self.said
