"""A resource is taken out of what is found, and put back."""

from bot.context import Context
from storage.ressources import Resource, State
from storage.ressources import resource as resources
from storage.ressources.resource import REASON_MAX, begin_writing, write
from storage.ressources.versions import ResourceVersion


async def take_down(ctx: Context, number: int, reason: str) -> None:
    """It is published no more; nothing happens where it is not."""
    await _change(ctx, number, (State.PUBLISHED, State.WITHDRAWN), reason[:REASON_MAX])


async def put_back(ctx: Context, number: int) -> None:
    """It is published again; nothing happens where it was not withdrawn."""
    await _change(ctx, number, (State.WITHDRAWN, State.PUBLISHED), "")


async def _change(ctx: Context, number: int, states: tuple[State, State], reason: str) -> None:
    revision = await begin_writing(ctx.db)
    found = await resources.reread(ctx.db, number)
    if found is None or found.state is not states[0]:
        return
    before = {"state": found.state.value, "reason": found.reason, "decided_by": found.decided_by}
    ctx.db.add(_version(found, ctx, before))
    await ctx.db.flush()
    found.state, found.reason, found.decided_by = states[1], reason, ctx.user.id
    found.version, found.changed_at = found.version + 1, ctx.now
    await write(ctx.db, [found], revision)


def _version(found: Resource, ctx: Context, before: dict[str, str]) -> ResourceVersion:
    return ResourceVersion(resource=found.number, version=found.version + 1, by=ctx.user.id, at=ctx.now, before=before)
