"""The window of something that somebody proposes for the news, and of changing it while it waits."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from bot import guard
from bot.forms import Choice, Clues, Form, Hidden, Offered, ReadText, Text
from bot.forms.limits import TEXT_MAX
from bot.guard import Kind
from dialogs.lines import line
from dialogs.themes import THEME_FIELD
from storage.actus.items import TITLES, Section
from storage.links import LINK_MAX, read_link

WORDS_MAX = 1000
ALL = "tous"
"""What concerns everybody."""
SECRETS = (Kind.NIR, Kind.IBAN, Kind.CARTE, Kind.MOT_DE_PASSE, Kind.NAISSANCE)
"""What no news ever need to say. An address or a telephone number may be a service’s: editors read it over."""
_PARTS = Choice({section.value: title for section, title in TITLES.items() if section is not Section.FIGURES})


def _read_link(text: str, _: Clues) -> str:
    if len(text) > LINK_MAX:
        raise ValueError(f"Ce lien est trop long : {LINK_MAX} caractères au plus.")
    try:
        return read_link(text)
    except ValueError:
        raise ValueError("Ce lien ne convient pas : donnez l’adresse d’une page, comme exemple.fr/page.") from None


def _read_words(text: str, _: Clues) -> str:
    words = "\n".join(each.rstrip() for each in text.splitlines()).strip()
    if len(words) > WORDS_MAX:
        raise ValueError(f"Raccourcissez ce texte : {WORDS_MAX} caractères au plus.")
    return words


class _Long(ReadText):
    """A text that a function reads, in a field of several lines."""

    @property
    def most(self) -> int:
        return Text(long=True).most

    def draw(self, question: Any, known: object, clues: Clues) -> list[Any]:
        return [question.element(known, type="textarea", max_length=self.most)]


class ProposeNews(Form):
    """Something for the news; ``post`` is the message that it quotes, of a ``channel`` and an ``author`` (who is called
    ``name``); ``places`` are départements that it may be about."""

    title = "Proposer une actu"
    submit_label = "Proposer"

    titre: Annotated[str, line(TEXT_MAX)] = Field(title="Titre", description="Ce qu’on apprend, en une phrase.")
    url: Annotated[str, _Long(_read_link)] = Field(
        "", alias="lien", title="Lien", description="La page où en lire plus, s’il y en a une."
    )
    text: Annotated[str, _Long(_read_words)] = Field(
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
        found = {name: _fault(str(values.get(name) or "")) for name in ("titre", "text")}
        return {name: sentence for name, sentence in found.items() if sentence}


class ChangeNews(ProposeNews):
    """The same of what was proposed already."""

    title = "Modifier l’actu"
    submit_label = "Enregistrer"

    item: Hidden[int]


def _fault(text: str) -> str:
    """Why a text may not be published. Empty when it may."""
    found = [one for one in guard.find(text) if one.kind in SECRETS]
    named = guard.name(found)
    return f"Retirez d’ici une donnée personnelle ({named}) : tout le réseau lirait cette actu." if found else ""
