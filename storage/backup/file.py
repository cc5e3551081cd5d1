"""The file of a backup: compressed lines of JSON, a header with every count, the rows, and the checksum of it all; and
encrypted for public keys with age (age-encryption.org/v1), so that only whoever holds a private key can read it.

What is encrypted or decrypted goes through a pipe, beside which a thread works: a file of any size takes some 64 kB of
memory, and what is in clear is never a file.
"""

import gzip
import hashlib
import io
import json
import os
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from config import libraries
from storage import schema

KIND = "coop-bot backup"
FORMAT = 1
LEVEL = 6
BACKUP_LINE_MAX = 64 * 1024 * 1024
"""The most bytes of a line; no row is near it."""

BackupRow = list[Any]


class BackupError(Exception):
    """A backup that cannot be made or restored; the text, in French, says why and what to do."""


@dataclass(frozen=True, slots=True)
class Content:
    """The header of a backup: the migration step of its tables, when it was made, and per table its columns and number
    of rows.

    ``numbers`` are the last numbers ever given, by table: they are never given again, even if their rows are gone.
    """

    step: str
    made_at: datetime
    columns: Mapping[str, Sequence[str]]
    counts: Mapping[str, int]
    numbers: Mapping[str, int]

    @property
    def total(self) -> int:
        """The number of rows in all tables."""
        return sum(self.counts.values())

    def header(self) -> dict[str, Any]:
        """Return the first line."""
        tables = {name: {"columns": list(self.columns[name]), "rows": self.counts[name]} for name in self.columns}
        fixed = {"kind": KIND, "format": FORMAT, "schema": self.step, "made_at": self.made_at.isoformat()}
        return fixed | {"tables": tables, "numbers": dict(self.numbers)}


class BackupWriter:
    """A writer of one backup file; a file that was not closed by ``end`` is refused as incomplete."""

    def __init__(self, raw: BinaryIO) -> None:
        self._zip = gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=LEVEL, filename="")
        self._sum = hashlib.sha256()

    def lines(self, texts: Sequence[str]) -> None:
        """Write lines, counted in the checksum."""
        data = "".join(f"{text}\n" for text in texts).encode()
        self._sum.update(data)
        self._zip.write(data)

    def end(self) -> None:
        """Write the checksum, and everything that is not written yet."""
        self._zip.write(json.dumps({"sha256": self._sum.hexdigest()}).encode() + b"\n")
        self._zip.close()


class BackupReader:
    """A reader of one backup file, once from begin to end: ``content`` first, then every row, then ``end``.

    Raises BackupError for whatever is not a whole backup that this version understands.
    """

    def __init__(self, path: Path, raw: BinaryIO) -> None:
        """Read a backup from ``raw``, the stream after decryption; ``path`` is what error messages call it."""
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
        """Check that nothing is missing, changed or added; raises BackupError otherwise."""
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
        """Raise BackupError for a format or a step that this version cannot restore."""
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


MAGIC = b"age-encryption.org/"
IDENTITY_FILE_MAX = 64_000
"""The most bytes of a file of private keys."""


class Recipient(Protocol):
    """A public key, of age or of SSH, for which a backup is encrypted."""


class Identity(Protocol):
    """A private key, of age or of SSH, that opens a backup."""


def read_recipients(text: str) -> Sequence[Recipient]:
    """Read public keys separated by commas. Raises BackupError, whose sentence does not repeat what was given: it may
    be a private key."""
    return [_read_recipient(one.strip(), at) for at, one in enumerate(text.split(","), 1) if one.strip()]


def _read_recipient(text: str, at: int) -> Recipient:
    kind = libraries.pyrage.ssh.Recipient if text.startswith("ssh-") else libraries.pyrage.x25519.Recipient
    try:
        found: Recipient = kind.from_str(text)
    except libraries.pyrage.RecipientError:
        raise BackupError(
            f"COOP_BACKUP_AGE_RECIPIENT : la clé n° {at} n’est pas une clé publique d’age (age1…) ni de SSH "
            "(ssh-ed25519 …, ssh-rsa …). « age-keygen » en fait une ; la clé privée reste ailleurs."
        ) from None
    return found


def read_identities(path: Path) -> Sequence[Identity]:
    """Read the private keys of a file, as age-keygen or ssh-keygen write it. Raises BackupError, and OSError."""
    with path.open("rb") as file:
        data = file.read(IDENTITY_FILE_MAX)
    try:
        if b"PRIVATE KEY-----" in data:
            return [libraries.pyrage.ssh.Identity.from_buffer(data)]
        lines = [line.strip() for line in data.decode().splitlines()]
        found = [libraries.pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except (libraries.pyrage.IdentityError, UnicodeDecodeError):
        found = []
    if not found:
        raise BackupError(
            f"« {path} » n’est pas un fichier de clés privées d’age (AGE-SECRET-KEY-1…) ni de SSH sans mot de passe : "
            "donnez celui qu’« age-keygen » a écrit."
        )
    return found


def make_pair() -> tuple[Identity, Recipient]:
    """Make a private key that is never stored, and its public key, for the trial of an encrypted backup."""
    made = libraries.pyrage.x25519.Identity.generate()
    return made, made.to_public()


@contextmanager
def encrypting(raw: BinaryIO, recipients: Sequence[Recipient]) -> Iterator[BinaryIO]:
    """Give a stream whose content is written encrypted to ``raw``, which stays open. Raises what writing to ``raw``
    raises."""
    for_reading, for_writing = os.pipe()
    with open(for_reading, "rb", closefd=True) as source:  # noqa: PTH123  (no path, but a pipe)
        work = _Beside(lambda: libraries.pyrage.encrypt_io(source, raw, list(recipients)), source)
        try:
            with open(for_writing, "wb", closefd=True) as stream:  # noqa: PTH123
                yield stream
        except BrokenPipeError:
            work.end()  # raises the reason why nobody reads any more
            raise
        except BaseException:
            work.wait()
            raise
        work.end()


def open_backup(path: Path, identities: Sequence[Identity] = ()) -> BinaryIO:
    """Open a backup for reading, decrypted if it is encrypted. Raises BackupError where none of the keys opens it."""
    raw = path.open("rb")
    begin = raw.read(len(MAGIC))
    raw.seek(0)
    if begin != MAGIC:
        return raw
    if not identities:
        raw.close()
        raise BackupError(f"La sauvegarde « {path} » est chiffrée : donnez le fichier de la clé privée (--identity).")
    return cast(BinaryIO, io.BufferedReader(_Decrypted(path, raw, identities), 65_536))


class _Beside:
    """A task in a thread of its own, which closes the streams it was given when it ends, so that a reader at the other
    end of a pipe is woken."""

    def __init__(self, work: Callable[[], object], *closed: Any) -> None:
        self._work, self._closed = work, closed
        self._problem: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._work()
        except BaseException as problem:  # ``end`` raises it in the waiting thread
            self._problem = problem
        finally:
            for each in self._closed:
                with suppress(OSError):
                    each.close()

    def wait(self) -> None:
        """Wait for the thread to end."""
        self._thread.join()

    def end(self) -> None:
        """Wait for the thread to end, and raise what it raised."""
        self.wait()
        if self._problem is not None:
            raise self._problem


class _Decrypted(io.RawIOBase):
    """A decrypted backup as a stream, read once from its begin."""

    def __init__(self, path: Path, raw: BinaryIO, identities: Sequence[Identity]) -> None:
        super().__init__()
        self._path = path
        for_reading, for_writing = os.pipe()
        self._pipe = open(for_reading, "rb", buffering=0, closefd=True)  # noqa: PTH123, SIM115
        out = open(for_writing, "wb", closefd=True)  # noqa: PTH123, SIM115
        self._work = _Beside(lambda: libraries.pyrage.decrypt_io(raw, out, list(identities)), out, raw)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Read on. Raises BackupError at the end of what no key opens, or was cut or changed."""
        count = self._pipe.readinto(buffer)
        if not count:
            self._end()
        return count

    def close(self) -> None:
        """Close the stream, wherever it was read to, and end the thread that decrypts."""
        self._pipe.close()
        super().close()

    def _end(self) -> None:
        try:
            self._work.end()
        except libraries.pyrage.DecryptError:
            raise BackupError(
                f"La sauvegarde « {self._path} » ne s’ouvre avec aucune des clés de --identity, ou son début est "
                "endommagé : donnez la clé privée de COOP_BACKUP_AGE_RECIPIENT."
            ) from None
        except OSError:
            raise BackupError(
                f"La sauvegarde « {self._path} » est endommagée ou incomplète : rien n’en est repris. "
                "Prenez-en une autre, ou copiez-la de nouveau."
            ) from None
