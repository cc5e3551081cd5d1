"""Whether other people’s accounts are active, and their display names."""

from collections.abc import Collection

from bot.context import Context
from bot.texts import Markdown, escape
from storage import people
from storage.people import transitions


async def find_active(ctx: Context, ids: Collection[str]) -> set[str]:
    """Return which of these accounts belong to active people: not deactivated, and not leavers of the register."""
    if not ids:
        return set()
    off = await transitions.find_gone_since(ctx.db, list(ids))
    left = {one.id for one in await people.among(ctx.db, ids=ids) if one.has_left(one.today(ctx.now))}
    return {one for one in ids if one and one not in off and one not in left}


async def is_active(ctx: Context, user_id: str) -> bool:
    """Return whether somebody can be written to; False for nobody ("")."""
    return bool(await find_active(ctx, [user_id] if user_id else []))


async def read_display_name(ctx: Context, user_id: str) -> Markdown:
    """Return somebody’s display name; "" for nobody."""
    person = await people.get(ctx.db, user_id) if user_id else None
    if person is None:
        return Markdown("quelqu’un" if user_id else "")
    named = f"{person.full_name} (@{person.username})" if person.prenom or person.nom else f"@{person.username}"
    return Markdown(escape(named))
