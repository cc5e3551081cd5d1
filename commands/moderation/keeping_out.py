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
    keys = {ident: key for key, ident in (await canaux.by_key(ctx.db)).items()}
    back: list[Reply] = []
    left = [*record.done, *record.waits]
    for ident in dict.fromkeys([*left, *measure.channels]):
        if other := await holding(ctx, measure.user_id, ident, but=measure.entry):
            await _hand_over(ctx, other, [ident] if ident in left else [])
        elif await _may_be_there(ctx, measure, keys.get(ident, ""), record) and ident in left:
            team = await _team_of(ctx, keys.get(ident, ""))
            back.append(
                AddMembers(ident, [measure.user_id], team=team, topic=topics.topic(Part.ACT, measure.entry, ident))
            )
    return back


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


async def holding(ctx: Context, user_id: str, channel_id: str, but: int = 0) -> Measure | None:
    """The measure in force that keeps somebody out of a channel, if there is one."""
    for each in await measures.standing(ctx.db, user_id):
        is_everywhere = each.act == Act.SILENCE and not each.channels
        if each.act in REASONS and each.entry != but and (is_everywhere or channel_id in each.channels):
            return each
    return None


async def _hand_over(ctx: Context, other: Measure, channel_ids: Sequence[str]) -> None:
    record = records.read(other)
    record.done += [ident for ident in channel_ids if ident not in record.done]
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
