"""The window of a resource: one that is proposed, and one that is there already."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from bot.forms import Choice, Clues, Form, Hidden, Offered, PersonPicker, Text
from config.ressources import CATEGORIES, KINDS, LEVELS, PUBLICS
from dialogs.lines import Roomy, line, read_address, read_line
from dialogs.published import fault_of, fault_of_owner
from dialogs.themes import THEME_FIELD
from storage.ressources.resource import LICENCE_MAX, TITLE_MAX

NO_FILES, KEPT_FILES = "aucun", "gardes"
"""None, and those that the resource has; others are chosen by the id of their message."""
WHY = "tout le réseau lirait cette fiche"


def _options(listed: Mapping[str, Any]) -> Choice:
    return Choice({code: choice.libelle for code, choice in listed.items()})


class Fiche(Form):
    """What is said of a resource, read without Mattermost: that was asked when the window opened.

    ``attached`` are the messages whose files are offered beside none, ``files`` these (name by id) by message, and
    ``faults`` why some cannot be taken; ``names`` are the user names of authors whom the register may not know.
    """

    title = "Une fiche"

    titre: Annotated[str, Roomy(read_line(TITLE_MAX))] = Field(
        title="Titre", description="Ce qu’on y trouve : « Créer une adresse mail, pas à pas »."
    )
    url: Annotated[str, Roomy(read_address, always=True)] = Field(
        "", alias="lien", title="Lien", description="D’une page, d’une vidéo, d’un document en ligne."
    )
    description: Annotated[str, Text(long=True)] = Field(
        "", title="Description", description="Pour qui, comment s’en servir. Jamais de donnée personnelle d’un usager."
    )
    fichiers: Annotated[str, Offered()] = Field(
        NO_FILES,
        title="Fichiers",
        description="Envoyez-les d’abord au bot, en message direct : ils sont proposés ici.",
    )
    categorie: Annotated[str, _options(CATEGORIES)] = Field("", title="Catégorie")
    themes: Annotated[tuple[str, ...], THEME_FIELD] = Field((), title="Thèmes")
    kind: Annotated[str, _options(KINDS)] = Field(
        "", alias="type", title="Type", description="Vide : d’après le lien ou le fichier."
    )
    niveau: Annotated[str, _options(LEVELS)] = Field("", title="Niveau")
    public: Annotated[str, _options(PUBLICS)] = Field("", title="Public")
    licence: Annotated[str, line(LICENCE_MAX)] = Field(
        "", title="Licence", description="Ce qu’on peut en faire : CC BY-SA, domaine public…"
    )
    auteur: Annotated[str, PersonPicker()] = Field("", title="Auteur", description="Vide : vous.")
    attached: Hidden[dict[str, str]] = {}
    files: Hidden[dict[str, dict[str, str]]] = {}
    faults: Hidden[dict[str, str]] = {}
    names: Hidden[dict[str, str]] = {}

    @classmethod
    def offers(cls, hidden: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
        return {"fichiers": {NO_FILES: "Aucun", **(hidden.get("attached") or {})}}

    @classmethod
    def problems(cls, values: Mapping[str, Any], clues: Clues) -> Mapping[str, str]:
        said = {name: str(values.get(name) or "") for name in ("titre", "description")}
        found = {name: fault_of(text, WHY) or fault_of_owner(text, WHY) for name, text in said.items()}
        found["fichiers"] = (values.get("faults") or {}).get(values.get("fichiers"), "")
        if not cls.has_content(values):
            found["url"] = "Donnez un lien, un fichier ou une description."
        return {name: sentence for name, sentence in found.items() if sentence}

    @classmethod
    def has_content(cls, values: Mapping[str, Any]) -> bool:
        """Whether there is more than a title."""
        return bool(values.get("url") or values.get("description")) or values.get("fichiers", NO_FILES) != NO_FILES


class DepositResource(Fiche):
    """A resource that is proposed, made of the message ``source`` or the ticket ``ticket`` if there is one."""

    title = "Proposer une fiche"
    submit_label = "Proposer"

    source: Hidden[str] = ""
    ticket: Hidden[int] = 0

    def introduction(self) -> str:
        return "Un titre, et un lien, des fichiers ou une description."


class EditResource(Fiche):
    """A resource that is there already; ``version`` is the one that the window showed, ``length`` how long its
    description is where the window does not take it."""

    title = "Modifier la fiche"
    submit_label = "Enregistrer"

    auteur: Annotated[str, PersonPicker()] = Field("", title="Auteur", description="Vide : comme avant.")
    resource: Hidden[int]
    version: Hidden[int]
    length: Hidden[int] = 0
    named: Hidden[str] = ""

    def introduction(self) -> str:
        said = f"Fiche n° {self.resource}." + (
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
