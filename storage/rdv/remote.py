"""Rendez-vous that are kept at RDV Service Public: what is known of each, how each of its agents has it as a rdv, and
which organisations may send them here.

Nothing of who comes is here. What arrives late changes nothing: of two states the one that was sent last holds, of two
that were sent in the same second the one that is further on.
"""

import hmac
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import ClauseElement, LargeBinary, SmallInteger, Table, and_, bindparam, delete, func, or_, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.themes import themes_in
from storage.database import INSERT, Code, Labelled, UtcTime, change, insert_new, insertion, locking, store
from storage.rdv.appointments import (
    MEMO_MAX,
    PLACE_MAX,
    URL_MAX,
    PlaceKind,
    Rdv,
    RdvSource,
    RdvState,
    change_rdv,
    find_reports,
)
from storage.rdv.bookings import KEY_BYTES
from storage.seals import SealingKeys, UnreadableError, hash_token
from storage.statements import DirectStatement

KEY_MAX, EMAIL_MAX = 40, 254
WAITED_FOR = timedelta(days=30)
"""How long after a rendez-vous the address of an unknown agent is kept: as long as a report is asked for."""


class RemoteRdv(SQLModel, table=True):
    """A rendez-vous as RDV Service Public last described it.

    ``key`` is the number of the organisation and its own, « 12:345 »: one organisation cannot change what another one
    sent. ``sent_at`` is when that state was sent, in whole seconds, ``rank`` orders its states. ``is_purged`` says that
    it was deleted there because it is old, which changes nothing here.
    """

    __tablename__ = "rdv_remote"

    key: str = Field(primary_key=True, max_length=KEY_MAX)
    uuid: str = Field(default="", max_length=36)
    sent_at: datetime = Field(sa_type=UtcTime)
    rank: int = Field(sa_type=SmallInteger)
    starts_at: datetime = Field(sa_type=UtcTime)
    ends_at: datetime = Field(sa_type=UtcTime, index=True)
    place_kind: PlaceKind = Field(default=PlaceKind.PLACE, sa_type=Code(PlaceKind))
    place: str = Field(default="", max_length=PLACE_MAX)
    commune: str = Field(default="", max_length=5)
    code_postal: str = Field(default="", max_length=5)
    motif: str = Field(default="", max_length=MEMO_MAX)
    collective: bool = False
    seats: int = Field(default=1, sa_type=SmallInteger)
    seats_taken: int = Field(default=0, sa_type=SmallInteger)
    state: RdvState = Field(default=RdvState.PREVU, sa_type=Code(RdvState))
    visio_url: str = Field(default="", max_length=URL_MAX)
    page_url: str = Field(default="", max_length=URL_MAX)
    is_purged: bool = False

    @property
    def columns(self) -> Mapping[str, Any]:
        """The rendez-vous as columns of a rdv: its subject becomes the memo, and gives the themes that its words
        name."""
        same = ("starts_at", "ends_at", "place_kind", "place", "commune", "code_postal", "collective", "seats")
        return {name: getattr(self, name) for name in (*same, "seats_taken", "state", "visio_url")} | {
            "canal": self.place_kind.canal,
            "memo": self.motif,
            "themes": themes_in(self.motif),
            "external_url": self.page_url,
        }


class RdvAgent(SQLModel, table=True):
    """An agent of such a rendez-vous, by their e-mail address there; without ``user_id`` while neither the register nor
    Mattermost knows the address."""

    __tablename__ = "rdv_agent"

    key: str = Field(primary_key=True, max_length=KEY_MAX)
    email: str = Field(primary_key=True, index=True, max_length=EMAIL_MAX)
    user_id: str | None = Field(default=None, max_length=26)


Agents = Mapping[str, str | None]
"""The user ids of agents by address; None for unknown ones."""


async def take_state(db: AsyncSession, remote: RemoteRdv, agents: Agents, now: datetime) -> bool:
    """Store a state, unless a newer one is known (then return False): each known agent gets the rdv, and people who are
    no longer agents lose it.

    Nobody else changes that rendez-vous until the transaction ends. The same state once more changes nothing.
    """
    if not await _REPLACE.run(db, remote.model_dump()):
        return False
    await db.execute(delete(RdvAgent).where(col(RdvAgent.key) == remote.key))
    if remote.is_purged:
        return True
    if agents:
        rows = [{"key": remote.key, "email": email, "user_id": agents[email]} for email in sorted(agents)]
        await db.execute(insertion(db, RdvAgent).values(rows))
    await _settle(db, remote, {user_id for user_id in agents.values() if user_id}, now)
    return True


_REMOTES: Table = RemoteRdv.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it


def _replacement(kind: str) -> ClauseElement:
    """Make the statement that stores a state in place of an older one, and returns its key where it did."""
    statement = INSERT[kind](_REMOTES).values({c.name: bindparam(c.name, type_=c.type) for c in _REMOTES.c})
    new = statement.excluded
    is_tied = and_(_REMOTES.c.sent_at == new.sent_at, _REMOTES.c.rank < new.rank)
    newer: ClauseElement = statement.on_conflict_do_update(
        index_elements=["key"],
        set_={c.name: new[c.name] for c in _REMOTES.c if not c.primary_key},
        where=or_(_REMOTES.c.sent_at < new.sent_at, is_tied),
    ).returning(_REMOTES.c.key)
    return newer


_REPLACE = DirectStatement({kind: _replacement(kind) for kind in INSERT})


async def _settle(db: AsyncSession, remote: RemoteRdv, owners: Collection[str], now: datetime) -> None:
    query = select(Rdv).where(Rdv.source == RdvSource.RDV_SP, Rdv.external_id == remote.key).order_by(col(Rdv.id))
    known = (await db.exec(locking(query))).all()
    lost = [rdv for rdv in known if rdv.user_id not in owners]
    reports = await find_reports(db, lost)
    for rdv in known:
        if rdv.user_id in owners:
            await _renew(db, rdv, remote, remote.columns, now)
        elif rdv.number not in reports:
            await _renew(db, rdv, remote, {"state": RdvState.ANNULE}, now)
    for user_id in sorted(set(owners) - {rdv.user_id for rdv in known}):
        await _add(db, remote, user_id, now)


async def _renew(db: AsyncSession, rdv: Rdv, remote: RemoteRdv, values: Mapping[str, Any], now: datetime) -> None:
    changed = {name: value for name, value in values.items() if getattr(rdv, name) != value}
    if changed:
        await change_rdv(db, rdv, now, **changed, external_at=remote.sent_at)


async def _add(db: AsyncSession, remote: RemoteRdv, user_id: str, now: datetime) -> None:
    rdv = Rdv(user_id=user_id, external_id=remote.key, external_at=remote.sent_at, created_at=now, changed_at=now)  # type: ignore[call-arg]
    for name, value in {**remote.columns, "source": RdvSource.RDV_SP}.items():
        setattr(rdv, name, value)
    await store(db, rdv)


async def find_agents(db: AsyncSession, emails: Collection[str]) -> Agents:
    """Find which of these addresses agents had before, and who those were."""
    query = select(RdvAgent.email, func.max(RdvAgent.user_id)).where(col(RdvAgent.email).in_(emails))
    return dict((await db.exec(query.group_by(RdvAgent.email))).all()) if emails else {}


_is_waited_for = col(RdvAgent.user_id).is_(None)


async def list_waited_for(db: AsyncSession, after: str, limit: int) -> Sequence[str]:
    """List the addresses of unknown agents, in order, after a given one."""
    query = select(RdvAgent.email).where(col(RdvAgent.email) > after, _is_waited_for).distinct()
    return (await db.exec(query.order_by(col(RdvAgent.email)).limit(limit))).all()


async def count_waited_for(db: AsyncSession) -> int:
    """Count the agents whose account is not known yet."""
    return (await db.exec(select(func.count(col(RdvAgent.email).distinct())).where(_is_waited_for))).one()


async def list_to_come(db: AsyncSession, keys: Collection[str], now: datetime) -> Sequence[Rdv]:
    """List the rdv to come that agents have of these rendez-vous."""
    theirs = (Rdv.source == RdvSource.RDV_SP, col(Rdv.external_id).in_(keys))
    query = select(Rdv).where(*theirs, Rdv.state == RdvState.PREVU, col(Rdv.starts_at) > now)
    return (await db.exec(query.order_by(col(Rdv.id)))).all()


async def give_waiting(db: AsyncSession, email: str, user_id: str, now: datetime) -> Collection[str]:
    """Give somebody the rendez-vous that waited for their address; return the keys of these."""
    waiting = (col(RdvAgent.email) == email, _is_waited_for)
    query = select(RemoteRdv).where(col(RemoteRdv.key).in_(select(RdvAgent.key).where(*waiting)))
    remotes = {one.key: one for one in (await db.exec(query.order_by(col(RemoteRdv.key)).with_for_update())).all()}
    found = update(RdvAgent).where(*waiting, col(RdvAgent.key).in_(remotes)).values(user_id=user_id)
    keys = (await db.execute(found.returning(col(RdvAgent.key)))).scalars().all()
    mine = select(Rdv.external_id).where(Rdv.user_id == user_id, Rdv.source == RdvSource.RDV_SP)
    known = set((await db.exec(mine.where(col(Rdv.external_id).in_(keys)))).all())
    for key in sorted(new := set(keys) - known):
        await _add(db, remotes[key], user_id, now)
    return new


SECRET_BYTES = 32
_SALT, _USE = b"coop-bot.rdv", b"webhook"
BOTH_FOR = timedelta(days=10)
"""How long a secret is accepted after the next one was made: RDV Service Public tries a delivery again for eight
days."""


class DeliveryRefusal(Labelled):
    """Why a delivery to a known address was refused."""

    SIGNATURE = "signature", "la signature n’est pas la bonne"
    UNREADABLE = "illisible", "le contenu n’est pas lisible"


class Webhook(SQLModel, table=True):
    """The webhook of an organisation, by its number at RDV Service Public: the digest of its key, by which it is found,
    and the sealed key, to be shown to the operator; its secret, and the one before, which is accepted until
    ``before_until``.

    ``last_at`` is when a delivery was taken last. ``refused`` counts the deliveries refused since the secret was made,
    the last one at ``refused_at`` because of ``refusal``.
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
    refusal: DeliveryRefusal | None = Field(default=None, sa_type=Code(DeliveryRefusal))

    def read_key(self, keys: SealingKeys) -> str:
        """Open the key of the address. Raises UnreadableError."""
        return self._open(keys, self.sealed_key)

    def read_secret(self, keys: SealingKeys) -> str:
        """Open the secret that signs from now on. Raises UnreadableError."""
        return self._open(keys, self.sealed_secret)

    def list_secrets(self, keys: SealingKeys, now: datetime) -> Sequence[str]:
        """Open the secrets that are accepted: one, or two for a while after a new one was made. Raises
        UnreadableError."""
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
    """Make the keys that seal the addresses and secrets of webhooks."""
    return SealingKeys(secrets, _SALT, _USE)


@dataclass(frozen=True, slots=True)
class OpenedWebhook:
    """The key of a webhook’s address and its present secret, opened."""

    key: str
    secret: str


def is_signed(body: bytes, signature: str, known: Sequence[str]) -> bool:
    """Tell whether a body was signed with one of these secrets: HMAC-SHA256 of its bytes, in lower-case hexadecimal.
    The comparison takes the same time for any signature."""
    given, taken = signature.encode("utf-8", "replace"), False
    for secret in known or (secrets.token_hex(SECRET_BYTES),):
        made = hmac.new(secret.encode(), body, sha256).hexdigest()
        taken |= hmac.compare_digest(made.encode(), given)
    return taken and bool(known)


async def find_webhook(db: AsyncSession, key: str) -> Webhook | None:
    """Find the webhook whose address has a key."""
    return (await db.exec(select(Webhook).where(Webhook.key_hash == hash_token(key)))).first()


async def list_webhooks(db: AsyncSession) -> Sequence[Webhook]:
    """List all webhooks, by organisation."""
    return (await db.exec(select(Webhook).order_by(col(Webhook.organisation)))).all()


async def open_webhook(
    db: AsyncSession, organisation: int, keys: SealingKeys, now: datetime
) -> tuple[OpenedWebhook, bool]:
    """Return the address of an organisation’s webhook and its secret, and whether they were created just now. Raises
    UnreadableError where no secret of the bot’s opens them any more."""
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
        return OpenedWebhook(key, secret), True
    known = await _lock(db, organisation)
    return OpenedWebhook(known.read_key(keys), known.read_secret(keys)), False


async def rotate_secret(
    db: AsyncSession, organisation: int, keys: SealingKeys, now: datetime
) -> tuple[OpenedWebhook, datetime]:
    """Make a new secret for an organisation that has a webhook; return it, and until when the former one is accepted
    too. Raises LookupError for an organisation without a webhook, and UnreadableError."""
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
    return OpenedWebhook(known.read_key(keys), secret), until


async def revoke_webhook(db: AsyncSession, organisation: int) -> bool:
    """Have an address lead nowhere; return whether there was one. What came by it stays."""
    gone = delete(Webhook).where(col(Webhook.organisation) == organisation).returning(col(Webhook.organisation))
    return (await db.execute(gone)).first() is not None


async def note_delivery(db: AsyncSession, organisation: int, now: datetime) -> None:
    """Note that a delivery was accepted."""
    await db.execute(update(Webhook).where(col(Webhook.organisation) == organisation).values(last_at=now))


async def note_refusal(db: AsyncSession, organisation: int, refusal: DeliveryRefusal, now: datetime) -> None:
    """Count a delivery that was refused, with the reason."""
    values = {"refused": Webhook.refused + 1, "refused_at": now, "refusal": refusal}
    await db.execute(update(Webhook).where(col(Webhook.organisation) == organisation).values(values))


async def _lock(db: AsyncSession, organisation: int) -> Webhook:
    found = await db.get(Webhook, organisation, with_for_update=True, populate_existing=True)
    if found is None:
        raise LookupError(organisation)
    return found
