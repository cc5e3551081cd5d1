"""The window of something that somebody proposes for the news, and of changing it while it waits."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from bot.forms import Choice, Clues, Form, Hidden, Offered
from bot.forms.limits import TEXT_MAX
from dialogs.lines import Roomy, line, read_address
from dialogs.published import fault_of
from dialogs.themes import THEME_FIELD
from storage.actus.items import TITLES, Section

WORDS_MAX = 1000
ALL = "tous"
"""What concerns everybody."""
WHY = "tout le réseau lirait cette actu"
_PARTS = Choice({section.value: title for section, title in TITLES.items() if section is not Section.FIGURES})


def _read_words(text: str, _: Clues) -> str:
    words = "\n".join(each.rstrip() for each in text.splitlines()).strip()
    if len(words) > WORDS_MAX:
        raise ValueError(f"Raccourcissez ce texte : {WORDS_MAX} caractères au plus.")
    return words


class ProposeNews(Form):
    """Something for the news; ``post`` is the message that it quotes, of a ``channel`` and an ``author`` (who is called
    ``name``); ``places`` are départements that it may be about."""

    title = "Proposer une actu"
    submit_label = "Proposer"

    titre: Annotated[str, line(TEXT_MAX)] = Field(title="Titre", description="Ce qu’on apprend, en une phrase.")
    url: Annotated[str, Roomy(read_address, always=True)] = Field(
        "", alias="lien", title="Lien", description="La page où en lire plus, s’il y en a une."
    )
    text: Annotated[str, Roomy(_read_words, always=True)] = Field(
        "", alias="texte", title="Texte", description="Quelques phrases. Jamais de donnée personnelle d’un usager."
    )
    part: Annotated[str, _PARTS] = Field(
        "", alias="partie", title="Partie", description="Vide : d’après le lien ou le message."
    )
    themes: Annotated[tuple[str, ...], THEME_FIELD] = Field((), title="Thèmes")
    about: Annotated[str, Offered()] = Field(ALL, alias="concerne", title="Pour qui")
    post: Hidden[str] = ""
    channel: Hidden[str] = ""
    author: Hidden[str] = ""
    name: Hidden[str] = ""
    places: Hidden[dict[str, str]] = {}

    @classmethod
    def offers(cls, hidden: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
        return {"concerne": {ALL: "Tout le réseau", **(hidden.get("places") or {})}}

    @classmethod
    def problems(cls, values: Mapping[str, Any], clues: Clues) -> Mapping[str, str]:
        found = {name: fault_of(str(values.get(name) or ""), WHY) for name in ("titre", "text")}
        return {name: sentence for name, sentence in found.items() if sentence}


class ChangeNews(ProposeNews):
    """The same of what was proposed already."""

    title = "Modifier l’actu"
    submit_label = "Enregistrer"

    item: Hidden[int]
