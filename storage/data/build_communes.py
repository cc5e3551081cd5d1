"""Rebuilds communes.tsv.xz and former_communes.tsv.xz from the package @etalab/decoupage-administratif.

Usage: python storage/data/build_communes.py PATH_OF_ITS_DATA_FOLDER (see NOTICE.md). Same input, same bytes.
"""

import json
import lzma
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
# A former commune or a municipal arrondissement points to today's commune by one of these.
PARENT = {"commune-deleguee": "chefLieu", "commune-associee": "chefLieu", "arrondissement-municipal": "commune"}


def current(rows: list[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    """Yield today’s communes: INSEE code, name, population (empty: unknown), postcodes, département."""
    for row in rows:
        if row["type"] == "commune-actuelle":
            codes = " ".join(sorted(row.get("codesPostaux", ())))
            yield row["code"], row["nom"], str(row.get("population", "")), codes, row["departement"]


def former(rows: list[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    """Yield former names: INSEE code, name, code of today’s commune, postcode (of municipal arrondissements only)."""
    for row in rows:
        if row["type"] in PARENT:
            codes = sorted(row.get("codesPostaux", ()))
            yield row["code"], row["nom"], row[PARENT[row["type"]]], "".join(codes[:1])


def write(name: str, rows: Iterable[tuple[str, ...]]) -> None:
    """Write sorted rows, compressed without a time or a name, so that the bytes are always the same."""
    text = "".join("\t".join(row) + "\n" for row in sorted(rows))
    data = lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME)
    (HERE / name).write_bytes(data)
    print(f"{name}: {text.count(chr(10))} rows, {len(data)} bytes")


def main(folder: str) -> None:
    """Read the package's communes.json in `folder` and write both tables beside this script."""
    rows = json.loads((Path(folder) / "communes.json").read_text("utf-8"))
    write("communes.tsv.xz", current(rows))
    write("former_communes.tsv.xz", former(rows))


if __name__ == "__main__":
    main(sys.argv[1])
