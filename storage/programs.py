"""The operator’s programs that may read over HTTP, known by the digests of their secrets."""

import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import UtcTime, store
from storage.seals import hash_token

ID_BYTES, SECRET_BYTES, NAME_MAX = 6, 32, 80


class ApiClient(SQLModel, table=True):
    """A program of the operator’s that may read over HTTP, known by the digest of its secret. Revoking it deletes the
    row."""

    __tablename__ = "api_client"

    id: str = Field(primary_key=True, max_length=16)
    name: str = Field(max_length=NAME_MAX)
    secret_hash: str = Field(max_length=64)
    created_at: datetime = Field(sa_type=UtcTime)


_NOBODY = hash_token(secrets.token_urlsafe(SECRET_BYTES))


async def add_client(db: AsyncSession, name: str, now: datetime) -> tuple[ApiClient, str]:
    """Store a program that may read, and return its bearer token, « id:secret », which is stored nowhere."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    client = ApiClient(id=secrets.token_hex(ID_BYTES), name=name, secret_hash=hash_token(secret), created_at=now)
    await store(db, client)
    return client, f"{client.id}:{secret}"


async def find_client(db: AsyncSession, bearer: str) -> ApiClient | None:
    """Find the program of a bearer token, in a time that does not depend on the secret; None where there is none."""
    name, _, secret = bearer.partition(":")
    client = (await db.exec(select(ApiClient).where(ApiClient.id == name))).first()
    is_right = hmac.compare_digest(hash_token(secret), client.secret_hash if client else _NOBODY)
    return client if is_right else None


async def list_clients(db: AsyncSession) -> Sequence[ApiClient]:
    """List the programs that may read, the oldest first."""
    return (await db.exec(select(ApiClient).order_by(col(ApiClient.created_at), col(ApiClient.id)))).all()


async def remove_client(db: AsyncSession, client_id: str) -> ApiClient | None:
    """Delete a program’s access, and return its row; None where there is none of that id."""
    client = await db.get(ApiClient, client_id)
    if client is not None:
        await db.delete(client)
    return client
