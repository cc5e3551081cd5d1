"""What was found a while ago is looked at once more before it is changed: the register may say something else now."""

from collections.abc import Collection, Sequence

from bot.context import Context
from config.canaux import PlannedChannel
from storage import people
from storage.canaux import allowances
from storage.canaux.belonging import Member, Rules
from storage.canaux.changes import Change
from storage.canaux.drift import LEADERSHIP, OUTSIDERS, Drift
from storage.people import moves

ABOUT_PEOPLE = OUTSIDERS | LEADERSHIP | {Drift.MISSING}


async def no_longer_so(ctx: Context, canal: PlannedChannel | None, found: Sequence[Change]) -> Collection[int]:
    """The numbers of those, all of one channel, that nobody wants any more."""
    if canal is None:
        return {change.n for change in found}
    about = [change for change in found if change.drift in ABOUT_PEOPLE]
    members = await _members(ctx, [change.user_id for change in about]) if about else {}
    rules = Rules(await allowances(ctx.db))
    return {c.n for c in about if not _is_wanted(rules, canal, members.get(c.user_id), c)}


async def _members(ctx: Context, ids: Sequence[str]) -> dict[str, Member]:
    """Those of the register, as far as channels go."""
    leaving = await moves.in_grace(ctx.db, ctx.now)
    found = await people.among(ctx.db, ids=ids)
    return {p.id: Member.of(p, p.today(ctx.now), leaving.get(p.id, ())) for p in found}


def _is_wanted(rules: Rules, canal: PlannedChannel, member: Member | None, change: Change) -> bool:
    if change.drift is Drift.MISSING:
        return member is not None and bool(rules.reason_in(canal, member))
    if change.drift in LEADERSHIP:
        leads = member is not None and rules.administers(canal, member)
        return leads is (change.drift is Drift.ADMIN_MISSING)
    return change.is_gone or bool(rules.reason_out(canal, member, change.user_id))
