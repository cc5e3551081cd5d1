"""Backups that only who holds a private key can read: age (age-encryption.org/v1) encrypts them for public keys.

What is written or read goes through a pipe, beside which a thread encrypts or decrypts: a file of any size takes some
64 kB of memory, and what is in clear is never a file.
"""

import io
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from config import libraries
from storage.backup.file import BackupError

MAGIC = b"age-encryption.org/"
IDENTITY_FILE_MAX = 64_000
"""Bytes of a file of private keys."""


class Recipient(Protocol):
    """A public key, of age or of SSH."""


class Identity(Protocol):
    """A private key of either."""


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
    """Make a private key that nobody keeps, and its public key."""
    made = libraries.pyrage.x25519.Identity.generate()
    return made, made.to_public()


@contextmanager
def encrypting(raw: BinaryIO, recipients: Sequence[Recipient]) -> Iterator[BinaryIO]:
    """What is written to this stream comes encrypted to ``raw``, which stays open. Raises what writing there raises."""
    for_reading, for_writing = os.pipe()
    with open(for_reading, "rb", closefd=True) as source:  # noqa: PTH123  (no path, but a pipe)
        work = _Beside(lambda: libraries.pyrage.encrypt_io(source, raw, list(recipients)), source)
        try:
            with open(for_writing, "wb", closefd=True) as stream:  # noqa: PTH123
                yield stream
        except BrokenPipeError:
            work.end()  # says better why nobody reads any more
            raise
        except BaseException:
            work.wait()
            raise
        work.end()


def open_backup(path: Path, identities: Sequence[Identity] = ()) -> BinaryIO:
    """Open a file, as it was before it was encrypted if it is. Raises BackupError where no key opens it."""
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
    """Work in a thread of its own; what it was given is closed at its end, so that who waits at a pipe hears of it."""

    def __init__(self, work: Callable[[], object], *closed: Any) -> None:
        self._work, self._closed = work, closed
        self._problem: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._work()
        except BaseException as problem:  # ``end`` raises it in the thread of who waits
            self._problem = problem
        finally:
            for each in self._closed:
                with suppress(OSError):
                    each.close()

    def wait(self) -> None:
        """Wait for it."""
        self._thread.join()

    def end(self) -> None:
        """Wait for it. Raises what it raised."""
        self.wait()
        if self._problem is not None:
            raise self._problem


class _Decrypted(io.RawIOBase):
    """A file as it was before it was encrypted, read once from its begin."""

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
        """Close it, wherever it was read to."""
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
