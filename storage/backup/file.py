"""The file of a backup: compressed lines of JSON, a header with every count, the rows, and the checksum of it all."""

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from storage import schema

KIND = "coop-bot backup"
FORMAT = 1
LEVEL = 6
BACKUP_LINE_MAX = 64 * 1024 * 1024
"""Bytes of a line; no row is near it."""

BackupRow = list[Any]


class BackupError(Exception):
    """A backup can’t be made or restored; the text, in French, says why and what to do."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds: the step of its tables, when it was made, per table its columns and how many rows.

    ``numbers`` are the last numbers ever given, by table: they are never given again, even if their rows are gone.
    """

    step: str
    made_at: datetime
    columns: Mapping[str, Sequence[str]]
    counts: Mapping[str, int]
    numbers: Mapping[str, int]

    @property
    def total(self) -> int:
        """How many rows there are."""
        return sum(self.counts.values())

    def header(self) -> dict[str, Any]:
        """Return the first line."""
        tables = {name: {"columns": list(self.columns[name]), "rows": self.counts[name]} for name in self.columns}
        fixed = {"kind": KIND, "format": FORMAT, "schema": self.step, "made_at": self.made_at.isoformat()}
        return fixed | {"tables": tables, "numbers": dict(self.numbers)}


class BackupWriter:
    """Writes one file; what was not closed by ``end`` will not pass for whole."""

    def __init__(self, raw: BinaryIO) -> None:
        self._zip = gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=LEVEL, filename="")
        self._sum = hashlib.sha256()

    def lines(self, texts: Sequence[str]) -> None:
        """Write lines, counted in the checksum."""
        data = "".join(f"{text}\n" for text in texts).encode()
        self._sum.update(data)
        self._zip.write(data)

    def end(self) -> None:
        """Write the checksum, and all that is not written yet."""
        self._zip.write(json.dumps({"sha256": self._sum.hexdigest()}).encode() + b"\n")
        self._zip.close()


class BackupReader:
    """Reads a file once, from begin to end: ``content`` first, then every row, then ``end``.

    Raises BackupError for whatever is not a whole backup that this version understands.
    """

    def __init__(self, path: Path, raw: BinaryIO) -> None:
        """``raw`` is the file, as it was before it was encrypted; ``path`` is what sentences call it."""
        self._path, self._raw = path, raw
        self._zip = gzip.GzipFile(fileobj=raw, mode="rb")
        self._sum = hashlib.sha256()
        try:
            self.content = self._content()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._zip.close()
        self._raw.close()

    def rows(self, table: str) -> Iterator[BackupRow]:
        """Yield the rows of a table; the tables come in the order of the header."""
        width = len(self.content.columns[table])
        for _ in range(self.content.counts[table]):
            row = self._json(self._line())
            if not isinstance(row, list) or len(row) != width:
                raise self._refuse_damaged()
            yield row

    def end(self) -> None:
        """Make sure that nothing is missing, changed or added."""
        wanted = self._sum.hexdigest()
        if self._json(self._read()) != {"sha256": wanted} or self._read():
            raise self._refuse_damaged()

    def _content(self) -> Content:
        header = self._json(self._line(), foreign=True)
        if not isinstance(header, dict) or header.get("kind") != KIND:
            raise self._refuse_foreign()
        step = str(header.get("schema"))
        self._must_be_known(header.get("format"), step)
        try:
            tables = header["tables"]
            return Content(
                step=step,
                made_at=datetime.fromisoformat(header["made_at"]),
                columns={name: tuple(table["columns"]) for name, table in tables.items()},
                counts={name: int(table["rows"]) for name, table in tables.items()},
                numbers={name: int(number) for name, number in header["numbers"].items()},
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            raise self._refuse_damaged() from None

    def _must_be_known(self, form: object, step: str) -> None:
        """Raise BackupError for a format or a step that this version can’t restore."""
        first, last = schema.steps()[0], schema.head()
        if form != FORMAT or step > last:
            raise BackupError(
                f"La sauvegarde « {self._path} » vient d’une version plus récente du bot (étape {step}, connue ici : "
                f"{last}) : installez cette version-là pour la restaurer."
            )
        if step < first:
            raise BackupError(
                f"La sauvegarde « {self._path} » est à l’étape {step}, et cette version ne connaît que celles à partir "
                f"de {first} : restaurez-la avec le code du bot d’avant (docs/decisions/base.md dit lequel), et "
                "refaites-en une."
            )

    def _line(self) -> bytes:
        line = self._read()
        self._sum.update(line)
        return line

    def _read(self) -> bytes:
        try:
            line = self._zip.readline(BACKUP_LINE_MAX + 1)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            is_zip = "Not a gzipped file" not in str(error)
            raise (self._refuse_damaged() if is_zip else self._refuse_foreign()) from None
        if len(line) > BACKUP_LINE_MAX:
            raise self._refuse_damaged()
        return line

    def _json(self, line: bytes, *, foreign: bool = False) -> Any:
        try:
            return json.loads(line)
        except (ValueError, RecursionError):
            raise (self._refuse_foreign() if foreign else self._refuse_damaged()) from None

    def _refuse_foreign(self) -> BackupError:
        return BackupError(
            f"« {self._path} » n’est pas une sauvegarde de « coop-bot backup », ou elle est endommagée dès le début : "
            "prenez-en une autre."
        )

    def _refuse_damaged(self) -> BackupError:
        return BackupError(
            f"La sauvegarde « {self._path} » est endommagée ou incomplète : rien n’en est repris. "
            "Prenez-en une autre, ou copiez-la de nouveau."
        )
