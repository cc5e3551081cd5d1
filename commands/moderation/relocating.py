"""« Déplacer » a reported message: its thread goes where it belongs, and the case is decided by that."""

from pydantic import BaseModel

from bot.context import Context
from bot.replies import Press, Replies, Start
from commands.moderation import asking, moving
from commands.moderation.deciding import after, say_done, told_before
from commands.moderation.feature import ANIMATEURS, feature
from commands.moderation.taking import found, locked
from dialogs.moderation.deciding import MoveThread
from storage.database import change
from storage.journal import Act
from storage.moderation import measures
from storage.moderation.cases import State
from storage.moderation.records import KeptPost


class MoveOfCase(BaseModel):
    """The thread as it is at this moment. (No button: what a window goes on with.)"""

    case: int
    posts: list[KeptPost]
    to: str
    reason: str


@feature.submit(MoveThread, roles=ANIMATEURS, writes=False)
async def look(ctx: Context, form: MoveThread) -> Replies:
    """What would be moved. (Mattermost, asked here, cannot be where something is written.)"""
    case = await found(ctx, form.case)
    if case.state is not State.OPEN:
        return await told_before(ctx, case)
    root_id = case.root_id or case.post_id
    there, to = await ctx.chat.channel(case.channel_id), await ctx.chat.channel(form.place)
    await moving.preview(ctx, root_id, there, to, form.reason)  # says why it cannot be
    posts = await asking.thread(ctx, root_id)
    return Press.to(MoveOfCase(case=case.number, posts=posts, to=to.id, reason=form.reason))


@feature.button(MoveOfCase, roles=ANIMATEURS)
async def move(ctx: Context, asked: MoveOfCase) -> Replies:
    """Begun, and decided."""
    case = await locked(ctx, asked.case)
    if case.state is not State.OPEN:
        return await told_before(ctx, case)
    begun = await moving.move(ctx, moving.Transfer(posts=asked.posts, to=asked.to, reason=asked.reason))
    assert isinstance(begun, Start)
    assert isinstance(begun.payload, moving.Transferring)
    entry = begun.payload.entry
    decided = {"act": Act.MOVE.value, "reason": asked.reason, "entry": entry}
    await change(ctx.db, case, state=State.DECIDED, decided_at=ctx.now, decided_by=ctx.user.id, **decided)
    if (measure := await measures.get(ctx.db, entry)) is not None:
        await change(ctx.db, measure, case_id=case.number)
    return [*say_done(case), begun, *await after(ctx, case)]
