"""What is done is noted in the journal, in the transaction in which it is decided: none without the other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.context import Context
from storage import journal, people
from storage.database import before_commit
from storage.journal import BOT, AuditAct, JournalEntry


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """What is done: the act, and to which thing: « message:… », « canal:… », « personne:… », « ressource:12 ».

    ``target_id`` is whom it concerns, ``reason`` why; ``before`` and ``after`` are how it was and is, as JSON says it.
    """

    act: AuditAct
    thing: str
    target_id: str = ""
    reason: str = ""
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


def record_entry_at_end(ctx: Context, deed: AuditEntry) -> None:
    """Note it when the handler’s transaction ends, and with it: who notes holds the journal until then, so that what
    needs no number of an entry (all but moderation) takes it last."""
    before_commit(ctx.db, lambda _: record_entry(ctx, deed))


async def record_entry(ctx: Context, deed: AuditEntry) -> JournalEntry:
    """Note what who acts does; the bot itself, in a job. Takes a handler that writes.

    The entry has its number: what is told of it, and undone by.
    """
    entry = JournalEntry(
        at=ctx.now,
        actor_id=ctx.user.id,
        actor=ctx.user.username if ctx.user.id else BOT,
        act=deed.act,
        object=deed.thing,
        target_id=deed.target_id,
        target=await _read_username(ctx, deed.target_id),
        reason=deed.reason,
        before=dict(deed.before),
        after=dict(deed.after),
    )
    return await journal.add(ctx.db, entry)


async def _read_username(ctx: Context, user_id: str) -> str:
    """Read a user name as it is now; the id of who is not in the register."""
    person = await people.get(ctx.db, user_id) if user_id else None
    return person.username if person else user_id
