"""The windows in which a digest is edited: which entry and what to do, its words, its edito, something added."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from bot.forms import Choice, Clues, Form, Hidden, Offered
from dialogs.lines import Roomy, read_address
from storage.actus.digests import EDITO_MAX
from storage.actus.items import CREDIT_MAX, TITLE_MAX, TITLES, Section
from storage.actus.items import TEXT_MAX as WORDS_MAX
from storage.links import LINK_MAX

NONE = "aucun"
"""No entry."""


class Move(StrEnum):
    """What can be done with a digest, and with an entry of it."""

    CHANGE = "corriger"
    UP = "monter"
    DOWN = "descendre"
    FIRST = "tete"
    DROP = "ecarter"
    BACK = "remettre"
    ADD = "ajouter"
    EDITO = "edito"


MOVES = {
    Move.CHANGE: "Corriger, raccourcir, changer de partie",
    Move.UP: "Monter d’un rang dans sa partie",
    Move.DOWN: "Descendre d’un rang dans sa partie",
    Move.FIRST: "Mettre en tête de sa partie",
    Move.DROP: "Écarter",
    Move.BACK: "Remettre ce qui était écarté",
    Move.ADD: "Ajouter un élément (sans rien choisir au-dessus)",
    Move.EDITO: "Écrire l’édito (sans rien choisir au-dessus)",
}
ALONE = (Move.ADD, Move.EDITO)
"""What needs no entry."""


@dataclass(frozen=True)
class Words(Roomy):
    """A text of so many characters at most."""

    limit: int = WORDS_MAX

    def value(self, text: str, clues: Clues) -> Any:
        if len(text) > self.limit:
            raise ValueError(f"Raccourcissez ce texte : {self.limit} caractères au plus.")
        return self.reader(text, clues)


def _as_it_is(text: str, _: Clues) -> str:
    return text


TITLE, TEXT = Words(_as_it_is, limit=TITLE_MAX), Words(_as_it_is, limit=WORDS_MAX, always=True)
CREDIT, EDITO = Words(_as_it_is, limit=CREDIT_MAX), Words(_as_it_is, limit=EDITO_MAX, always=True)
LINK = Words(read_address, limit=LINK_MAX)
SECTION = Choice({str(section): title for section, title in TITLES.items()}, Section)


class OfDigest(Form):
    """A window about one digest."""

    title = "Les actus"

    digest: Hidden[int]

    def introduction(self) -> str:
        return f"N° {self.digest}"


class EditDigest(OfDigest):
    """What of it, and what to do; ``entries`` are its entries by id, those that were dropped too."""

    title = "Modifier le numéro"
    submit_label = "Continuer"
    is_kept = False

    entry: Annotated[str, Offered()] = Field(
        NONE, alias="quoi", title="Quoi", description="Les éléments du numéro, dans l’ordre ; les écartés à la fin."
    )
    move: Annotated[Move, Choice({str(move): text for move, text in MOVES.items()}, Move)] = Field(
        Move.CHANGE, alias="faire", title="Que faire"
    )
    entries: Hidden[dict[str, str]] = {}

    @classmethod
    def offers(cls, hidden: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
        return {"quoi": {NONE: "Rien en particulier", **(hidden.get("entries") or {})}}

    @classmethod
    def problems(cls, values: Mapping[str, Any], clues: Clues) -> Mapping[str, str]:
        if values.get("entry", NONE) == NONE and values.get("move", Move.CHANGE) not in ALONE:
            return {"entry": "Choisissez d’abord un élément dans la liste."}
        return {}


class _Item(OfDigest):
    """The words of an entry."""

    headline: Annotated[str, TITLE] = Field(alias="titre", title="Titre")
    text: Annotated[str, TEXT] = Field("", alias="texte", title="Texte", description="Deux ou trois phrases suffisent.")
    link: Annotated[str, LINK] = Field("", alias="lien", title="Lien", description="Le titre y mènera.")
    credit: Annotated[str, CREDIT] = Field(
        "", alias="credit", title="Crédit", description="L’auteur ou la source, en mots : Le Monde, Léa (69)."
    )


class RewordEntry(_Item):
    """Other words for an entry, or another part; ``seen`` stands for what each field held when it opened."""

    title = "Corriger un élément"
    submit_label = "Corriger"

    section: Annotated[Section, SECTION] = Field(alias="partie", title="Partie")
    entry: Hidden[int]
    seen: Hidden[dict[str, str]] = {}


class AddEntry(_Item):
    """Something more."""

    title = "Ajouter un élément"
    submit_label = "Ajouter"

    section: Annotated[Section, SECTION] = Field(Section.TOP, alias="partie", title="Partie")


class WriteEdito(OfDigest):
    """The words it begins with."""

    title = "Écrire l’édito"
    submit_label = "Garder"

    text: Annotated[str, EDITO] = Field(
        "",
        alias="edito",
        title="Édito",
        description="Quelques lignes, en Markdown si vous voulez. Vide, il n’y en a pas.",
    )
    seen: Hidden[str] = ""
