"""Rebuilds the tables of communes and their indexes from the package @etalab/decoupage-administratif.

Usage: python -m storage.data.build_communes PATH_OF_ITS_DATA_FOLDER (see NOTICE.md). Same input, same bytes.
"""

import gzip
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from storage.communes import reduce_name

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


def index(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield each key with its codes, in order, separated by spaces."""
    codes: dict[str, list[str]] = {}
    for key, code in pairs:
        codes.setdefault(key, []).append(code)
    return ((key, " ".join(sorted(each))) for key, each in codes.items())


def write(name: str, rows: Iterable[tuple[str, ...]]) -> None:
    """Write rows in the order in which they are looked up, compressed without a time or a name, so that the bytes are
    always the same."""
    lines = sorted("\t".join(row).encode() + b"\n" for row in rows)
    data = gzip.compress(b"".join(lines), mtime=0)
    (HERE / f"{name}.tsv.gz").write_bytes(data)
    print(f"{name}: {len(lines)} rows, {len(data)} bytes")


def write_named(name: str, rows: Sequence[tuple[str, ...]]) -> None:
    """Write rows, and the index of their names as they are compared."""
    write(name, rows)
    write(f"{name}_by_name", index((reduce_name(row[1]), row[0]) for row in rows))


def main(folder: str) -> None:
    """Read the package's communes.json in `folder` and write the tables beside this script."""
    rows = json.loads((Path(folder) / "communes.json").read_text("utf-8"))
    today = list(current(rows))
    write_named("communes", today)
    write("communes_by_postcode", index((postcode, row[0]) for row in today for postcode in row[3].split()))
    write_named("former_communes", list(former(rows)))


if __name__ == "__main__":
    main(sys.argv[1])
