"""Acceptance: a dialog’s one-time key counts once; what became of it is said by its feature, or noted here."""

from collections.abc import Mapping, Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.context import Context, Request
from bot.drafts import AcceptedKeys, topic_of
from bot.features import Key, Trigger
from bot.forms import name_of
from bot.replies import Ask, Refresh, Reply, Whisper
from bot.spool import Submission
from bot.texts import render
from storage import claims

SUBMISSIONS = "submission"
"""The scope under which keys of accepted dialogs are claimed, where their feature does not store them."""


class AcceptedBeforeError(Exception):
    """The whole, of which this is a part or a second sending, was accepted already: nothing more is to be done."""


class Acceptance:
    """Which keys were accepted, by whatever feature they belong to."""

    def __init__(self, triggers: Mapping[Key, Trigger]) -> None:
        told = (t.accepted for t in triggers.values() if t.accepted is not None)
        self._told: tuple[AcceptedKeys, ...] = tuple(dict.fromkeys(told))

    async def accepted(self, db: AsyncSession, keys: Sequence[str]) -> set[str]:
        """Those of these one-time keys that were accepted; they are random, so it matters not whose they are."""
        if not keys:
            return set()
        found = set(await claims.taken(db, SUBMISSIONS, keys))
        for feature in self._told:
            found |= set(await feature(db, keys))
        return found


async def must_settle(ctx: Context, payload: object, replies: Sequence[Reply]) -> bool:
    """Whether a dialog that only reads leaves something to be written all the same: a next step, a draft to forget."""
    if not isinstance(payload, Submission):
        return ctx.request.by_dialog and _next_step(replies) is not None
    return _next_step(replies) is not None or await ctx.drafts.find(ctx.db, ctx.user.id, payload.key) is not None


async def settle(ctx: Context, trigger: Trigger, payload: object, replies: Sequence[Reply]) -> list[Reply]:
    """What the handler answered, once what it means for a dialog’s key is written down in the same transaction.

    With a next step nothing is accepted yet: that step waits as a draft until it is sent. Raises AcceptedBeforeError.
    """
    step = _next_step(replies) if ctx.request.answers_dialog else None
    if step is not None:
        await _begin(ctx, step)
    elif isinstance(payload, Submission):
        return [*replies, *await _accept(ctx, trigger, payload.key)]
    return list(replies)


async def _begin(ctx: Context, step: Ask) -> None:
    key, form = ctx.request.key, step.form
    if step.key is not None:  # it takes up what waits already
        return
    if await ctx.drafts.accepted(ctx.db, [key]):
        raise AcceptedBeforeError
    begun = Submission(name_of(type(form)), key, ctx.user.id, form.shown(ctx.clues), form.hidden())
    await ctx.drafts.keep(ctx.db, begun)


async def _accept(ctx: Context, trigger: Trigger, key: str) -> Sequence[Reply]:
    if trigger.writes and trigger.accepted is None and not await claims.claim(ctx.db, SUBMISSIONS, key, ctx.now):
        raise AcceptedBeforeError
    if trigger.accepted is None:
        await ctx.drafts.drop(ctx.db, key)
    if not (trigger.writes and ctx.request.resumed):
        return []
    # Whoever was told of the draft is told what became of it.
    return [Refresh(render("brouillon/done"), topic=topic_of(key), here=True)]


def again(request: Request) -> list[Reply]:
    """What is said of a second sending: nothing, unless it was taken up on purpose."""
    return [Whisper(render("brouillon/done"))] if request.resumed else []


def _next_step(replies: Sequence[Reply]) -> Ask | None:
    return next((reply for reply in replies if isinstance(reply, Ask)), None)
