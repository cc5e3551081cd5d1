"""The box of an anonymous poll: all its ballots as one sealed value, in which nobody’s is anybody’s.

A ballot lies under what a code makes of it, which only who voted has; the box is written whole each time, its ballots
sorted by that, under a new nonce. So no row, order, moment or number ties a ballot to a voter (votes.py). Beside a
ballot lies only in which standing it was shown first, with at least four others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import product
from os import urandom
from random import SystemRandom
from struct import Struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import LargeBinary, delete
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import insertion
from storage.sondage.results import ANONYMOUS_LEAST, Ballot

NONCE, KEY = 12, 16
"""Bytes of a nonce, and of what a ballot lies under."""
_ROW, _ROW_BEFORE = Struct(f">{KEY}sH3sHH"), Struct(f">{KEY}sH3s")
"""A ballot in its box; and as it lay there before standings were noted beside it, in polls that are open still."""
_MARK = b"2"
_ROWS = {_MARK: _ROW, b"": _ROW_BEFORE}
"""How ballots lie in a box, by the mark that its seal carries."""
CHANCE = SystemRandom()
"""Which of those who wait come in next."""
_SALT = b"coop-bot.sondage"


class Box(SQLModel, table=True):
    """The ballots of an open poll; gone when it ends."""

    __tablename__ = "poll_box"

    poll: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    sealed: bytes = Field(sa_type=LargeBinary)


class UnreadableBoxError(Exception):
    """No secret of now opens a box: it was sealed under another."""


@dataclass(frozen=True, slots=True)
class Seal:
    """The secrets of one poll’s box; the last seals, each opens, which lets an operator change them."""

    poll: int
    secrets: Sequence[str]

    def close(self, ballots: Mapping[bytes, Ballot]) -> bytes:
        """The ballots as a value that says nothing but how many they are."""
        rows = b"".join(
            _ROW.pack(key, one.choices, one.departement.encode(), one.step, one.shown)
            for key, one in sorted(ballots.items())
        )
        nonce = urandom(NONCE)
        return nonce + self._cipher(self.secrets[-1]).encrypt(nonce, rows, self._name + _MARK)

    def open(self, sealed: bytes) -> dict[bytes, Ballot]:
        """The ballots by what they lie under. Raises UnreadableBoxError."""
        for secret, (mark, row) in product(reversed(self.secrets), _ROWS.items()):
            try:
                rows = self._cipher(secret).decrypt(sealed[:NONCE], sealed[NONCE:], self._name + mark)
            except InvalidTag:
                continue
            return {
                key: Ballot(choices, place.rstrip(b"\0").decode(), *shown)
                for key, choices, place, *shown in row.iter_unpack(rows)
            }
        raise UnreadableBoxError(str(self.poll))

    def key_of(self, code: str) -> bytes:
        """What the ballot of a code lies under."""
        return sha256(self._name + code.encode()).digest()[:KEY]

    @property
    def _name(self) -> bytes:
        return b"%s:%d:" % (_SALT, self.poll)

    def _cipher(self, secret: str) -> AESGCM:
        return AESGCM(HKDF(SHA256(), 32, salt=_SALT, info=self._name).derive(secret.encode()))


async def read(db: AsyncSession, seal: Seal) -> dict[bytes, Ballot]:
    """The ballots of a poll by what they lie under; to change them, the poll is locked. Raises UnreadableBoxError."""
    sealed = (await db.exec(select(Box.sealed).where(col(Box.poll) == seal.poll))).first()
    return seal.open(sealed) if sealed else {}


async def write(db: AsyncSession, seal: Seal, ballots: Mapping[bytes, Ballot]) -> None:
    """These are all ballots from now on."""
    sealed = seal.close(ballots)
    statement = insertion(db, Box).values(poll=seal.poll, sealed=sealed)
    await db.execute(statement.on_conflict_do_update(index_elements=["poll"], set_={"sealed": sealed}))


async def forget(db: AsyncSession, poll: int) -> None:
    """The poll is over, and counted."""
    await db.execute(delete(Box).where(col(Box.poll) == poll))


def take_in(box: Mapping[bytes, Ballot]) -> dict[bytes, Ballot]:
    """The ballots that the next standing shows beside those of the last; none while that would tell too much.

    Five at least come in together, whichever chance takes, and five at least stay out: they are what the final count
    shows beside this standing, if the poll ends now. Who changes a ballot brings none in.
    """
    waiting = sorted(key for key, ballot in box.items() if not ballot.step)
    if len(waiting) < 2 * ANONYMOUS_LEAST:
        return {}
    step = 1 + max(ballot.step for ballot in box.values())
    chosen = CHANCE.sample(waiting, len(waiting) - ANONYMOUS_LEAST)
    return {key: box[key]._replace(step=step, shown=box[key].choices) for key in chosen}
