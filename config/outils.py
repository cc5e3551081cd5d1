"""The tools that the ressourcerie begins with (config/outils.tsv)."""

from collections.abc import Sequence
from dataclasses import dataclass

from config.tables import read

NAME = "Bibliothèque d’outils"
ABOUT = "Les outils et tutoriels de tous les jours. L’équipe d’animation choisit ce qui y est."
AUTHOR = "équipe d’animation"


@dataclass(frozen=True, slots=True)
class Tool:
    """One of them; ``type`` is a code of config.ressources, ``themes`` are codes of config.themes."""

    code: str
    titre: str
    description: str
    url: str
    type: str
    themes: tuple[str, ...]


TOOLS: Sequence[Tool] = tuple(
    Tool(themes=tuple(filter(None, row.pop("themes").split("|"))), **row) for row in read("outils.tsv")
)
