"""One line of a file of resources: its cells as values, or all that is wrong with it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from cli.ressources.lines import GONE, THEMES_JOINED_BY
from cli.tables import BadLineError, Cells
from config.ressources import LISTS, choice_of
from config.themes import bits, theme_of
from storage.cra import cells
from storage.links import read_link
from storage.ressources.resource import DESCRIPTION_MAX, LICENCE_MAX, SOURCE_MAX, TITLE_MAX, key

_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffd]")
_LEFT_ALONE = ("date", "type")
"""Columns whose empty cell says nothing."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a line says of a resource, by the names of its table; a list outside may say that it ``is_gone``."""

    source: str
    said: Mapping[str, Any]
    is_gone: bool = False

    @property
    def key(self) -> str:
        """What tells it apart."""
        return key(self.said.get("url", ""), self.said["titre"]) if self.said else ""


def read_line(line: Cells) -> Line:
    """The line as values. Raises BadLineError with everything that is wrong in it."""
    values: dict[str, Any] = {}
    faults: list[str] = []
    for name, reader in READERS.items():
        if name not in line and name != "titre":
            continue
        try:
            values[name] = reader(line.get(name, "").strip())
        except ValueError as fault:
            faults.append(f"{name} : {str(fault).rstrip('.')}")
    source = values.pop("source", "")
    if line.get(GONE):
        return Line(source, {}, is_gone=True)
    if faults:
        raise BadLineError(" ; ".join(faults))
    return Line(source, {name: value for name, value in values.items() if value or name not in _LEFT_ALONE})


def _title(text: str) -> str:
    return cells.need(cells.at_most(TITLE_MAX)(" ".join(text.split())))


def _description(text: str) -> str:
    kept = "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    if _INVISIBLE.search(kept):
        raise ValueError("des caractères sont illisibles ou invisibles, enregistrez le fichier en UTF-8")
    if len(kept) > DESCRIPTION_MAX:
        raise ValueError(f"{DESCRIPTION_MAX} caractères au plus")
    return kept


def _choice(liste: str, text: str) -> str:
    choice = choice_of(liste, text) if text else None
    if text and choice is None:
        raise ValueError(f"« {text[:40]} » n’est pas un de : {', '.join(LISTS[liste])}")
    return choice.code if choice else ""


def _themes(text: str) -> int:
    found = [(part, theme_of(part)) for part in map(str.strip, text.split(THEMES_JOINED_BY)) if part]
    if unknown := [part[:40] for part, theme in found if theme is None]:
        raise ValueError(f"« {unknown[0]} » n’est pas un thème des comptes rendus")
    return bits(theme.code for _, theme in found if theme)


def _short(most: int, text: str) -> str:
    return cells.at_most(most)(text) or ""


READERS: Mapping[str, Callable[[str], Any]] = {
    "titre": _title,
    "description": _description,
    "url": lambda text: read_link(text) if text else "",
    "categorie": partial(_choice, "categorie"),
    "themes": _themes,
    "type": partial(_choice, "type"),
    "licence": partial(_short, LICENCE_MAX),
    "auteur": lambda text: cells.username(text) if text else "",
    "date": lambda text: cells.day(text) if text else None,
    "niveau": partial(_choice, "niveau"),
    "public": partial(_choice, "public"),
    "source": partial(_short, SOURCE_MAX),
}
