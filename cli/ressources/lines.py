"""Files of resources, read line by line with constant memory: CSV, JSON lines, or a JSON list.

The public list of « Les Bases » has the same objects under other names (id, slug, title, url, dates).
"""

import json
from collections.abc import Iterator, Mapping
from io import BufferedReader
from typing import Any

from cli.tables import Cells, Table, parse_object
from cli.texts import LINE_BYTES_MAX, read_texts
from config.text import unguard
from storage.cra.files import BadLineError

COLUMNS = (
    *("titre", "description", "url", "categorie", "themes", "type", "licence", "auteur", "date"),
    *("niveau", "public", "source"),
)
"""The columns of a line, in their order."""
THEMES_JOINED_BY = "|"
GONE = "gone"
"""The column that says that the remote list no longer has this resource."""
OUTSIDE = "les-bases"
_DATES = ("published", "publishedAt", "created", "createdAt", "updated", "updatedAt")
"""The dates of an object of the remote list; the first one given counts."""
_CHUNK = 65_536

Numbered = tuple[int, Cells | BadLineError]


class ResourceLines:
    """The lines of a file, read once, each with its line number or its place in a list."""

    def __init__(self, stream: BufferedReader) -> None:
        self._stream = stream
        self.table: Table | None = None

    def __iter__(self) -> Iterator[Numbered]:
        begins = self._stream.peek(_CHUNK)[:_CHUNK].removeprefix(b"\xef\xbb\xbf").lstrip()
        if begins.startswith(b"["):
            yield from _listed(self._stream)
        elif begins.startswith(b"{"):
            yield from _by_line(self._stream)
        else:
            self.table = Table(self._stream, COLUMNS, [{"titre"}])
            yield from ((number, _unguarded(line)) for number, line in self.table)

    @property
    def ignored(self) -> set[str]:
        """The unknown columns met so far."""
        return self.table.ignored if self.table else set()


def _unguarded(line: Cells | BadLineError) -> Cells | BadLineError:
    return line if isinstance(line, BadLineError) else {name: unguard(cell) for name, cell in line.items()}


def _by_line(stream: BufferedReader) -> Iterator[Numbered]:
    for number, text in read_texts(stream):
        if text.strip():
            found = parse_object(text)
            yield number, found if isinstance(found, BadLineError) else _cells(found)


def _listed(stream: BufferedReader) -> Iterator[Numbered]:
    """Yield the objects of a JSON list, without holding the whole list."""
    text, place = stream.read(_CHUNK).decode("utf-8", "replace").removeprefix("\ufeff").lstrip()[1:], 0
    while True:
        text = text.lstrip(", \t\r\n")
        if text.startswith("]"):
            return
        try:
            found, end = json.JSONDecoder().raw_decode(text)
        except (ValueError, RecursionError):
            more = stream.readline(_CHUNK).decode("utf-8", "replace")
            if not more or len(text) > LINE_BYTES_MAX:
                yield place + 1, BadLineError("la suite n’est pas une liste d’objets JSON : rien n’en est pris")
                return
            text += more
            continue
        place, text = place + 1, text[end:]
        yield place, _cells(found) if isinstance(found, dict) else BadLineError("ce n’est pas un objet JSON")


def _cells(found: Mapping[str, Any]) -> Cells | BadLineError:
    """Return a JSON object as cells."""
    said = _outside(found) if "slug" in found or ("title" in found and "titre" not in found) else found
    try:
        return {name: _text(name, said[name]) for name in (*COLUMNS, GONE) if name in said}
    except ValueError as fault:
        return BadLineError(str(fault))


def _outside(found: Mapping[str, Any]) -> Mapping[str, Any]:
    """Read an object of the public list; one that is no longer public has no title or address."""
    source = f"{OUTSIDE}:{found.get('id') or found.get('slug') or ''}"
    if not found.get("title") and not found.get("url"):
        return {"source": source, GONE: "1"}
    said = {"titre": found.get("title"), "url": found.get("url"), "source": source}
    date = next((found[name] for name in _DATES if found.get(name)), "")
    told = {"description": found["description"]} if found.get("description") else {}
    return said | told | {"date": str(date)[:10]}


def _text(name: str, value: Any) -> str:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return THEMES_JOINED_BY.join(value)
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, (dict, list, bool)):
        raise ValueError(f"{name} : un texte est attendu")
    return str(value)
