"""What is done is noted in the journal, in the transaction in which it is decided: none without the other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.context import Context
from storage import journal, people
from storage.database import at_end
from storage.journal import BOT, Act, Entry


@dataclass(frozen=True, slots=True)
class Deed:
    """What is done: the act, and to which thing: « message:… », « canal:… », « personne:… », « ressource:12 ».

    ``target_id`` is whom it concerns, ``reason`` why; ``before`` and ``after`` are how it was and is, as JSON says it.
    ``by_itself`` says that the bot does it, whoever it just heard.
    """

    act: Act
    thing: str
    target_id: str = ""
    reason: str = ""
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    by_itself: bool = False


def note_at_end(ctx: Context, deed: Deed) -> None:
    """Note it when the handler’s transaction ends, and with it: who notes holds the journal until then, so that what
    needs no number of an entry (all but moderation) takes it last."""
    at_end(ctx.db, lambda _: note(ctx, deed))


async def note(ctx: Context, deed: Deed) -> Entry:
    """Note what who acts does; the bot itself, in a job. Takes a handler that writes.

    The entry has its number: what is told of it, and undone by.
    """
    is_bot = deed.by_itself or not ctx.user.id
    entry = Entry(
        at=ctx.now,
        actor_id="" if is_bot else ctx.user.id,
        actor=BOT if is_bot else ctx.user.username,
        act=deed.act,
        object=deed.thing,
        target_id=deed.target_id,
        target=await _name(ctx, deed.target_id),
        reason=deed.reason,
        before=dict(deed.before),
        after=dict(deed.after),
    )
    return await journal.add(ctx.db, entry)


async def _name(ctx: Context, user_id: str) -> str:
    """A user name as it is now; the id of who is not in the register."""
    person = await people.get(ctx.db, user_id) if user_id else None
    return person.username if person else user_id
