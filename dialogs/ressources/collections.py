"""The window of a collection: what it is called, and what it is for."""

from typing import Annotated

from pydantic import Field

from bot.forms import Clues, Form, Hidden, ReadText
from storage.ressources.collection import ABOUT_MAX, NAME_MAX, key_of_name

RESERVED = {"nouvelle", "ajouter", "retirer"}
"""Words that the command reads otherwise."""


def _name(text: str, _: Clues) -> str:
    line = " ".join(text.split())
    if len(line) > NAME_MAX:
        raise ValueError(f"Raccourcissez ce nom : {NAME_MAX} caractères au plus.")
    key = key_of_name(line)
    if not key or key.partition(" ")[0] in RESERVED:
        raise ValueError("Choisissez un autre nom : « Bureautique seniors », par exemple.")
    return line


def _about(text: str, _: Clues) -> str:
    line = " ".join(text.split())
    if len(line) > ABOUT_MAX:
        raise ValueError(f"Raccourcissez ce texte : {ABOUT_MAX} caractères au plus.")
    return line


class NameCollection(Form):
    """A new collection (``collection`` is 0), into which a resource is put if there is one; or one that is there."""

    title = "Collection"
    submit_label = "Enregistrer"

    name: Annotated[str, ReadText(_name)] = Field(alias="nom", title="Nom", description="« Bureautique seniors »")
    about: Annotated[str, ReadText(_about)] = Field("", alias="sujet", title="À quoi elle sert")
    collection: Hidden[int] = 0
    resource: Hidden[int] = 0
