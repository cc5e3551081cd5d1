"""Who may send rendez-vous here from elsewhere: for each organisation an address that nobody guesses, and the secret by
which its deliveries are signed."""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import LargeBinary, delete, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Code, Labelled, UtcTime, change, insert_new
from storage.rdv.bookings import KEY_BYTES
from storage.seals import SealingKeys, UnreadableError, hash_token

SECRET_BYTES = 32
_SALT, _USE = b"coop-bot.rdv", b"webhook"
BOTH_FOR = timedelta(days=10)
"""How long a secret is taken after the next one was made: RDV Service Public tries a delivery again for eight days."""


class Refusal(Labelled):
    """Why a delivery to a known address was not taken."""

    SIGNATURE = "signature", "la signature n’est pas la bonne"
    UNREADABLE = "illisible", "le contenu n’est pas lisible"


class Webhook(SQLModel, table=True):
    """The address of an organisation, by its number at RDV Service Public: its key as a digest, by which it is found,
    and sealed, to be shown to the operator; the secret, and the one before, which is taken until ``before_until``.

    ``last_at`` is when a delivery was taken last. Since the secret was made so many were ``refused``, the last one at
    ``refused_at``, for that ``refusal``.
    """

    __tablename__ = "rdv_webhook"

    organisation: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    key_hash: str = Field(unique=True, max_length=64)
    sealed_key: bytes = Field(sa_type=LargeBinary)
    sealed_secret: bytes = Field(sa_type=LargeBinary)
    sealed_before: bytes = Field(default=b"", sa_type=LargeBinary)
    before_until: datetime | None = Field(default=None, sa_type=UtcTime)
    made_at: datetime = Field(sa_type=UtcTime)
    last_at: datetime | None = Field(default=None, sa_type=UtcTime)
    refused: int = 0
    refused_at: datetime | None = Field(default=None, sa_type=UtcTime)
    refusal: Refusal | None = Field(default=None, sa_type=Code(Refusal))

    def read_key(self, keys: SealingKeys) -> str:
        """The key. Raises UnreadableError."""
        return self._open(keys, self.sealed_key)

    def read_secret(self, keys: SealingKeys) -> str:
        """The secret that signs from now on. Raises UnreadableError."""
        return self._open(keys, self.sealed_secret)

    def list_secrets(self, keys: SealingKeys, now: datetime) -> Sequence[str]:
        """The secrets that are taken: one, or two for a while after a new one was made."""
        sealed = [self.sealed_secret]
        if self.sealed_before and self.before_until and now < self.before_until:
            sealed.append(self.sealed_before)
        found: list[str] = []
        for one in sealed:
            try:
                found.append(self._open(keys, one))
            except UnreadableError:
                continue
        return found

    def _open(self, keys: SealingKeys, sealed: bytes) -> str:
        return keys.open(sealed, self.key_hash.encode())[0].decode()


def make_keys(secrets: Sequence[str]) -> SealingKeys:
    """Make the keys that seal addresses and secrets of the bot’s own."""
    return SealingKeys(secrets, _SALT, _USE)


@dataclass(frozen=True, slots=True)
class Opened:
    """The key of an address, and the secret of now."""

    key: str
    secret: str


def is_signed(body: bytes, signature: str, known: Sequence[str]) -> bool:
    """Whether a body was signed by one of these secrets: HMAC-SHA256 of its very bytes, in small hexadecimal letters.
    It takes as long for a signature that is nearly right."""
    given, taken = signature.encode("utf-8", "replace"), False
    for secret in known or (secrets.token_hex(SECRET_BYTES),):
        made = hmac.new(secret.encode(), body, sha256).hexdigest()
        taken |= hmac.compare_digest(made.encode(), given)
    return taken and bool(known)


async def find_webhook(db: AsyncSession, key: str) -> Webhook | None:
    """Find whose address has that key."""
    return (await db.exec(select(Webhook).where(Webhook.key_hash == hash_token(key)))).first()


async def list_webhooks(db: AsyncSession) -> Sequence[Webhook]:
    """List all of them, by organisation."""
    return (await db.exec(select(Webhook).order_by(col(Webhook.organisation)))).all()


async def open_webhook(db: AsyncSession, organisation: int, keys: SealingKeys, now: datetime) -> tuple[Opened, bool]:
    """Return the address of an organisation and its secret, the same each time, and whether they were made just now.
    Raises UnreadableError where no secret of the bot’s opens them any more."""
    key, secret = secrets.token_urlsafe(KEY_BYTES), secrets.token_hex(SECRET_BYTES)
    about = hash_token(key)
    row = Webhook(
        organisation=organisation,
        key_hash=about,
        sealed_key=keys.close(key.encode(), about.encode()),
        sealed_secret=keys.close(secret.encode(), about.encode()),
        made_at=now,
    )
    if await insert_new(db, Webhook, row.model_dump()):
        return Opened(key, secret), True
    known = await _lock(db, organisation)
    return Opened(known.read_key(keys), known.read_secret(keys)), False


async def rotate_secret(
    db: AsyncSession, organisation: int, keys: SealingKeys, now: datetime
) -> tuple[Opened, datetime]:
    """Make another secret for an organisation that has an address; return it, and until when the one before is taken
    too. Raises LookupError for an organisation without, and UnreadableError."""
    known = await _lock(db, organisation)
    secret, until = secrets.token_hex(SECRET_BYTES), now + BOTH_FOR
    await change(
        db,
        known,
        sealed_before=known.sealed_secret,
        before_until=until,
        sealed_secret=keys.close(secret.encode(), known.key_hash.encode()),
        refused=0,
        refused_at=None,
        refusal=None,
    )
    return Opened(known.read_key(keys), secret), until


async def revoke_webhook(db: AsyncSession, organisation: int) -> bool:
    """Have an address lead nowhere; return whether there was one. What came by it stays."""
    gone = delete(Webhook).where(col(Webhook.organisation) == organisation).returning(col(Webhook.organisation))
    return (await db.execute(gone)).first() is not None


async def note_delivery(db: AsyncSession, organisation: int, now: datetime) -> None:
    """Write down that a delivery was taken."""
    await db.execute(update(Webhook).where(col(Webhook.organisation) == organisation).values(last_at=now))


async def note_refusal(db: AsyncSession, organisation: int, refusal: Refusal, now: datetime) -> None:
    """Count one that was not taken."""
    values = {"refused": Webhook.refused + 1, "refused_at": now, "refusal": refusal}
    await db.execute(update(Webhook).where(col(Webhook.organisation) == organisation).values(values))


async def _lock(db: AsyncSession, organisation: int) -> Webhook:
    found = await db.get(Webhook, organisation, with_for_update=True, populate_existing=True)
    if found is None:
        raise LookupError(organisation)
    return found
