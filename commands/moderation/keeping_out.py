"""Who is kept out of a channel for a time stays out of it: the checks of channels, too, know it by name; and is brought
back."""

from collections.abc import Sequence

from bot.acts import AddMembers
from bot.context import Context
from bot.replies import Reply
from commands.moderation import topics
from commands.moderation.topics import Part
from storage import canaux, people
from storage.canaux import Allowance
from storage.canaux.belonging import Member, Rules
from storage.journal import Act
from storage.moderation import holding as locking
from storage.moderation import measures, records
from storage.moderation.measures import Measure
from storage.moderation.records import Record

REASONS = {Act.SILENCE: "écriture suspendue", Act.EXCLUDE: "exclusion du canal"}


async def keep_out(ctx: Context, measure: Measure, channel_ids: Sequence[str], record: Record) -> None:
    """The planned ones of these channels are closed to them by name; who was let in by name is noted in the record."""
    keys = {ident: key for key, ident in (await canaux.by_key(ctx.db)).items()}
    theirs = [keys[ident] for ident in channel_ids if ident in keys]
    before = [
        a for a in await canaux.allowances(ctx.db) if a.user_id == measure.user_id and a.key in theirs and a.is_in
    ]
    record.let_in |= {allowance.key: allowance.reason for allowance in before}
    reason = f"{REASONS[Act(measure.act)]} (acte n° {measure.entry})"
    await canaux.allow(ctx.db, [_by_name(ctx, measure, key, reason, is_in=False) for key in theirs])


async def let_back(ctx: Context, measure: Measure, record: Record) -> Sequence[Reply]:
    """Bring somebody back into the channels that they were taken out of, where they may be still.

    Where another measure keeps them out, that one will; a channel that they were not in is only open to them again.
    """
    left = [*record.done, *record.waits]
    places = dict.fromkeys([*left, *measure.channels])
    return [act for ident in places for act in await _let_into(ctx, measure, record, ident, was_there=ident in left)]


async def let_back_into(ctx: Context, measure: Measure, channel_id: str) -> Sequence[Reply]:
    """The same of one channel, out of which they were taken though the measure had ended."""
    return await _let_into(ctx, measure, records.read(measure), channel_id, was_there=True)


async def _let_into(
    ctx: Context, measure: Measure, record: Record, channel_id: str, *, was_there: bool
) -> Sequence[Reply]:
    key = {ident: key for key, ident in (await canaux.by_key(ctx.db)).items()}.get(channel_id, "")
    if other := await holding(ctx, measure.user_id, channel_id, but=measure.entry):
        await _hand_over(ctx, other, record, [channel_id] if was_there else [])
        return []
    if not await _may_be_there(ctx, measure, key, record) or not was_there:
        return []
    about = topics.topic(Part.RETURN, measure.entry, channel_id)
    team = await _team_of(ctx, key)
    return [AddMembers(channel_id, [measure.user_id], team=team, quiet=True, topic=about)]


async def give_up(ctx: Context, measure: Measure, channel_ids: Sequence[str], record: Record) -> None:
    """Somebody could not be taken out of these: nothing keeps them out by name."""
    keys = {ident: key for key, ident in (await canaux.by_key(ctx.db)).items()}
    for ident in channel_ids:
        if ident in keys and measure.act in REASONS:
            await _open(ctx, measure, keys[ident], record)


async def _open(ctx: Context, measure: Measure, key: str, record: Record) -> None:
    """A channel is as open to them as it was before."""
    await canaux.disallow(ctx.db, key, measure.user_id)
    if key in record.let_in:
        await canaux.allow(ctx.db, [_by_name(ctx, measure, key, record.let_in[key], is_in=True)])


async def hold(ctx: Context, user_id: str, channel_id: str) -> Measure | None:
    """The measure in force that keeps somebody out of a channel, held until the transaction ends; None where that was
    over in the meantime, too."""
    found = await holding(ctx, user_id, channel_id)
    measure, _ = await locking.lock(ctx.db, found.entry) if found else (None, None)
    return measure if measure and measure.ended_at is None else None


async def holding(ctx: Context, user_id: str, channel_id: str, but: int = 0) -> Measure | None:
    """The measure in force that keeps somebody out of a channel, if there is one."""
    for each in await measures.standing(ctx.db, user_id):
        is_everywhere = each.act == Act.SILENCE and not each.channels
        if each.act in REASONS and each.entry != but and (is_everywhere or channel_id in each.channels):
            return each
    return None


async def _hand_over(ctx: Context, other: Measure, before: Record, channel_ids: Sequence[str]) -> None:
    """The other measure brings them back when it ends, and knows who was let in by name before both."""
    record = records.read(other)
    record.done += [ident for ident in channel_ids if ident not in record.done]
    record.let_in = before.let_in | record.let_in
    await records.keep(ctx.db, other, record)


async def _may_be_there(ctx: Context, measure: Measure, key: str, record: Record) -> bool:
    """What kept them out by name does no more; whether the register still lets them in."""
    person = await people.get(ctx.db, measure.user_id)
    if person and person.has_left(person.today(ctx.now)):
        return False
    canal = (await canaux.planned(ctx.db, ctx.settings)).get(key)
    if canal is None:
        return True
    await _open(ctx, measure, key, record)
    member = Member.of(person, person.today(ctx.now)) if person else None
    rules = Rules(await canaux.allowances(ctx.db))
    return not canal.private or not rules.reason_out(canal, member, measure.user_id)


async def _team_of(ctx: Context, key: str) -> str:
    canal = (await canaux.planned(ctx.db, ctx.settings)).get(key)
    return canal.team if canal else ""


def _by_name(ctx: Context, measure: Measure, key: str, reason: str, *, is_in: bool) -> Allowance:
    return Allowance(key=key, user_id=measure.user_id, is_in=is_in, reason=reason[:200], by=measure.by, at=ctx.now)
