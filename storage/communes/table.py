"""The table of communes, read once, and the keys its names are found by."""

import lzma
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from config.folding import fold

_CEDEX = re.compile(r"\bcedex\b(?: [0-9]{1,2}\b)?")
_ARRONDISSEMENT = re.compile(r"\b0?([0-9]{1,2}) ?(?:er|ere|eme|e|nd|nde)?(?: arr(?:ondissement)?)?(?=\||$)")
_SHORT = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes", "s": "sur"}
_SHORT_WORD = re.compile(r"\b(st|ste|sts|stes|s)\b")


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune of today: INSEE code, name, postcodes (or none), département, inhabitants (0: unknown)."""

    code: str
    nom: str
    codes_postaux: tuple[str, ...]
    departement: str
    population: int


@dataclass(frozen=True, slots=True)
class CommuneIndex:
    """The tables (lines by code) and their indexes (codes, separated by spaces, by name or postcode).

    Communes stay lines of text until asked for: they load sooner and weigh less than objects.
    """

    lines: dict[str, str]
    by_name: dict[str, str]
    by_postcode: dict[str, str]
    former: dict[str, str]
    by_former_name: dict[str, str]


def _read(name: str) -> dict[str, str]:
    data = (files("storage") / "data" / name).read_bytes()
    return {line[:5]: line for line in lzma.decompress(data).decode().splitlines()}


def _index(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    index: dict[str, str] = {}
    for key, code in pairs:
        index[key] = f"{index[key]} {code}" if key in index else code
    return index


def _by_name(lines: dict[str, str]) -> dict[str, str]:
    # All names at once: one pass of each regular expression instead of thirty-five thousand.
    names = "|".join(line.split("\t", 2)[1] for line in lines.values())
    return _index(zip(key(names).split("|"), lines, strict=True))


@cache
def table() -> CommuneIndex:
    lines, former = _read("communes.tsv.xz"), _read("former_communes.tsv.xz")
    postcodes = ((cp, code) for code, line in lines.items() for cp in line.split("\t")[3].split())
    return CommuneIndex(lines, _by_name(lines), _index(postcodes), former, _by_name(former))


def load() -> None:
    """Read it now: it takes longer than a request should."""
    table()


def key(text: str) -> str:
    """Reduce names (separated by | if several) to what tells them apart: St is Saint, s/ is sur, s/s is sous."""
    folded = _CEDEX.sub(" ", fold(text)).replace("s/s", " sous ")
    folded = " ".join(re.sub(r"[^a-z0-9|]+", " ", folded).split()).replace(" |", "|").replace("| ", "|")
    return _ARRONDISSEMENT.sub(r"\1", _SHORT_WORD.sub(lambda match: _SHORT[match[0]], folded))


def by_code(code: str) -> Commune | None:
    """Return the commune of today with this INSEE code."""
    line = table().lines.get(code)
    if line is None:
        return None
    _, nom, population, codes_postaux, departement = line.split("\t")
    return Commune(code, nom, tuple(codes_postaux.split()), departement, int(population or 0))


def every() -> Iterator[Commune]:
    """Yield all communes of today, in the order of their INSEE codes."""
    return (commune for code in table().lines if (commune := by_code(code)))
