"""The windows of needs: what was looked for and not found, and which resource answers it."""

from typing import Annotated

from pydantic import Field

from bot.forms import Clues, Form, Hidden, Number, ReadText
from dialogs.lines import line, read_line
from storage.ressources.needs import ABOUT_MAX, WORDS_MAX, key_of


def _sought(text: str, clues: Clues) -> str:
    """What was looked for. Raises ValueError where that says nothing."""
    line = read_line(WORDS_MAX, "ce texte")(text, clues)
    if not key_of(line):
        raise ValueError("Dites en quelques mots ce que vous cherchiez.")
    return line


class SayNeed(Form):
    """What somebody looked for and did not find."""

    title = "Je n’ai rien trouvé"
    submit_label = "Le dire"

    words: Annotated[str, ReadText(_sought)] = Field(
        alias="recherche",
        title="Ce que vous cherchiez",
        description="Lu par les animateurs. Jamais de donnée personnelle.",
    )
    about: Annotated[str, line(ABOUT_MAX, "ce texte")] = Field(
        "", alias="precision", title="Un mot de plus", description="Pour qui, pour quoi faire, sous quelle forme…"
    )


class AnswerNeed(Form):
    """Which resource answers a need."""

    title = "C’est fait"
    submit_label = "Prévenir"

    number: Annotated[int, Number()] = Field(
        alias="numero", title="Numéro de la fiche", description="Qui la cherchait reçoit un message, une seule fois."
    )
    need: Hidden[str]
    said: Hidden[str] = ""

    def introduction(self) -> str:
        return self.said
