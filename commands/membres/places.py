"""What a change of somebody’s role or département means for the channels that they are in."""

from collections.abc import Sequence

from bot.acts import AddMembers, RemoveMember
from bot.context import Context
from bot.replies import Reply
from storage.canaux import planned
from storage.canaux.belonging import Member
from storage.canaux.settling import begin_departure, settle
from storage.people import Person, moves


async def settle_places(ctx: Context, before: Person | None, after: Person) -> Sequence[Reply]:
    """What brings somebody into the channels that are theirs now, and takes them out of those that are not.

    Of who moved the old département’s channel waits for its grace; ``before`` is None of who is new.
    """
    today = after.today(ctx.now)
    if after.has_left(today):
        await begin_departure(ctx.db, after, ctx.now)
    leaving = (await moves.in_grace(ctx.db, ctx.now, after.id)).get(after.id, ())
    was = Member.of(before, today) if before else None
    change = await settle(ctx.db, await planned(ctx.db, ctx.settings), was, Member.of(after, today, leaving))
    joins = [AddMembers(channel_id, [after.id], team=team) for channel_id, team in change.joins.items()]
    return [*joins, *(RemoveMember(channel_id, after.id) for channel_id in change.leaves)]
