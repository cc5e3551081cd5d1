"""What a rule found becomes a case that the animateurs decide about, or is hidden at once where they chose that."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.context import Context
from bot.events import Edited, Posted
from bot.hearing import nobody
from bot.replies import Reply
from commands.moderation import cards, guarding, opening, safety
from commands.moderation.carrying import carry_out
from commands.moderation.decision import Decision
from commands.moderation.opening import Seen
from commands.moderation.places import room
from commands.moderation.rules import SPECS, RuleName, Tuning
from commands.moderation.rules.engine import TIMED
from commands.moderation.rules.stored import tuned
from config.charte import Measure
from storage.moderation import cases, rules
from storage.moderation.cases import Case, Source
from storage.moderation.rules import Hit, Mode

GATHERED_FOR = timedelta(minutes=10)
"""What somebody goes on with is one case."""
Event = Posted | Edited


async def meet(ctx: Context, event: Event, seen: Seen, names: Collection[RuleName]) -> Sequence[Reply]:
    """What is done about a message that rules found, as they are tuned at this moment; by nobody: ``ctx.user`` wrote
    it."""
    if await safety.fault(ctx.db, ctx.settings) or not await room(ctx):
        return []
    ctx = replace(ctx, user=nobody(ctx.now))
    known = {name: tuning for name, tuning in (await tuned(ctx.db)).items() if name in names}
    at_work = {name: tuning for name, tuning in known.items() if tuning.mode is not Mode.OFF}
    if not at_work:
        return []
    new = await rules.note(ctx.db, [_hit(ctx, event, name) for name in at_work])
    fresh = {name: tuning for name, tuning in at_work.items() if name in new}
    guard = fresh.pop(RuleName.GUARD, None)
    warned = guarding.warn(ctx, seen, guard) if guard else []
    return [*warned, *(await propose(ctx, seen, fresh) if fresh else [])]


def _hit(ctx: Context, event: Event, name: RuleName) -> Hit:
    return Hit(rule=name, post_id=event.post_id, author_id=event.user_id, channel_id=event.channel_id, at=ctx.now)


async def propose(ctx: Context, seen: Seen, found: Mapping[RuleName, Tuning]) -> Sequence[Reply]:
    """A case of its own, or one that it goes on with."""
    if known := await _goes_on(ctx, seen, found):
        await rules.belong_to(ctx.db, seen.post.id, found, known.number)
        return await cards.refresh(ctx, known)
    case = await opening.open_case(ctx, seen, Source.RULE)
    await rules.belong_to(ctx.db, seen.post.id, found, case.number)
    acting = [name for name, tuning in found.items() if tuning.mode is Mode.ACT and SPECS[name].may_act]
    done = await _hide(ctx, case, acting) if acting else []
    is_new = case.opened_at == ctx.now
    return [*done, *(await cards.put_up(ctx, case) if is_new else await cards.refresh(ctx, case))]


async def _goes_on(ctx: Context, seen: Seen, found: Mapping[RuleName, Tuning]) -> Case | None:
    """The case that waits about the same rule and author, of those that count what somebody writes."""
    if not TIMED.issuperset(found) or any(tuning.mode is Mode.ACT for tuning in found.values()):
        return None
    lately = await rules.cases_since(ctx.db, seen.author.id, found, ctx.now - GATHERED_FOR)
    case = await cases.lock(ctx.db, lately[0]) if lately else None
    return case if case and case.is_waiting else None


async def _hide(ctx: Context, case: Case, acting: Sequence[RuleName]) -> Sequence[Reply]:
    reason = f"Règle automatique : {' ; '.join(SPECS[name].label for name in acting)}"
    return await carry_out(ctx, case, Decision(Measure.HIDE, reason))
