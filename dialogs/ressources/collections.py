"""The window of a collection: what it is called, and what it is for."""

from typing import Annotated

from pydantic import Field

from bot.forms import Clues, Form, Hidden, ReadText
from dialogs.lines import line, read_line
from storage.ressources.collection import ABOUT_MAX, NAME_MAX, key_of_name

RESERVED = {"nouvelle", "ajouter", "retirer"}
"""Words that the command reads otherwise."""


def _name(text: str, clues: Clues) -> str:
    name = read_line(NAME_MAX, "ce nom")(text, clues)
    key = key_of_name(name)
    if not key or key.partition(" ")[0] in RESERVED:
        raise ValueError("Choisissez un autre nom : « Bureautique seniors », par exemple.")
    return name


class NameCollection(Form):
    """A new collection (``collection`` is 0), into which a resource is put if there is one; or one that is there."""

    title = "Collection"
    submit_label = "Enregistrer"

    name: Annotated[str, ReadText(_name)] = Field(alias="nom", title="Nom", description="« Bureautique seniors »")
    about: Annotated[str, line(ABOUT_MAX, "ce texte")] = Field("", alias="sujet", title="À quoi elle sert")
    collection: Hidden[int] = 0
    resource: Hidden[int] = 0
