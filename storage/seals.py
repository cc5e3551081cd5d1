"""Sealing of secret values, such as keys and codes: nobody reads or changes them without the bot’s secrets, from which
each use derives keys of its own; and digests of keys, codes and tokens that are not stored themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from os import urandom

from config import libraries

NONCE, KEY = 12, 32
"""Bytes of a nonce, which stands before what it sealed, and of a key."""


class UnreadableError(Exception):
    """Raised where no present secret opens a sealed value: it was sealed with another, or was changed."""


@dataclass(frozen=True, slots=True)
class SealingKeys:
    """The keys for one ``use``, derived from the bot’s secrets: the last secret seals, each opens, so that an operator
    can change them. ``salt`` is the feature’s own."""

    secrets: Sequence[str]
    salt: bytes
    use: bytes

    def close(self, plain: bytes, about: bytes) -> bytes:
        """Seal a value with AES-GCM; ``about`` says what it belongs to, and opens for nothing else."""
        nonce = urandom(NONCE)
        return nonce + libraries.aead.AESGCM(self.newest).encrypt(nonce, plain, about)

    def open(self, sealed: bytes, *about: bytes) -> tuple[bytes, bytes]:
        """Open a value that belongs to one of these subjects, and return it with that subject. Raises
        UnreadableError."""
        for secret in reversed(self.secrets):
            cipher = libraries.aead.AESGCM(derive_key(secret, self.salt, self.use))
            for one in about:
                try:
                    return cipher.decrypt(sealed[:NONCE], sealed[NONCE:], one), one
                except libraries.cryptography_exceptions.InvalidTag:
                    continue
        raise UnreadableError

    @property
    def newest(self) -> bytes:
        """The key that seals."""
        return derive_key(self.secrets[-1], self.salt, self.use)


@lru_cache(64)
def derive_key(secret: str, salt: bytes, use: bytes) -> bytes:
    """Derive a key of a secret for one use (HKDF with SHA-256)."""
    return libraries.hkdf.HKDF(libraries.hashes.SHA256(), KEY, salt=salt, info=use).derive(secret.encode())


def hash_token(token: str) -> str:
    """Compute the digest by which a random token is found."""
    return sha256(token.encode()).hexdigest()
