"""The audit log: entries are written in the transaction of the change that they record, so neither exists without the
other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.context import Context
from storage import journal, people
from storage.database import before_commit
from storage.journal import BOT, AuditAct, JournalEntry


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """What was done: the act and its object, « message:… », « canal:… », « personne:… » or « ressource:12 ».

    ``target_id`` is the person concerned, ``reason`` why; ``before`` and ``after`` are the values, as JSON.
    """

    act: AuditAct
    thing: str
    target_id: str = ""
    reason: str = ""
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


def record_entry_at_end(ctx: Context, deed: AuditEntry) -> None:
    """Record an entry at the end of the handler’s transaction. Writing an entry locks the log, so features that need no
    entry number (all but moderation) do it last."""
    before_commit(ctx.db, lambda _: record_entry(ctx, deed))


async def record_entry(ctx: Context, deed: AuditEntry) -> JournalEntry:
    """Record what the person who acts does (the bot, in a job); needs a writing handler.

    The returned entry has its number, by which people refer to it and undo it.
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
    """Return somebody’s present user name; their id if they are not in the register."""
    person = await people.get(ctx.db, user_id) if user_id else None
    return person.username if person else user_id
