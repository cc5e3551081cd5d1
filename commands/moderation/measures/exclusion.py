"""Somebody is kept out of one channel (exclude) or of all that the bot looks after (silence), and let back.
The checks of channels know it by name. Out of the default channel nobody can be taken.
"""

import asyncio
from collections.abc import Sequence

from pydantic import BaseModel

from bot.actions import AddMembers, RemoveMember
from bot.context import Context
from bot.errors import ChatError, Refusal
from bot.events import JoinedChannel
from bot.mattermost import ChatChannel
from bot.replies import Direct, Progress, Replies, Reply, Step
from bot.texts import render
from commands.moderation import notices
from commands.moderation.channels import may_breach_measure
from commands.moderation.feature import feature
from commands.moderation.notices import ActPurpose, settle_measure
from storage import canaux, people
from storage.canaux import Allowance
from storage.canaux.membership import ChannelMember, MembershipRules
from storage.journal import AuditAct
from storage.moderation import measures
from storage.moderation.measures import Measure, MeasureRecord

EXCLUSION_REASONS = {AuditAct.SILENCE: "écriture suspendue", AuditAct.EXCLUDE: "exclusion du canal"}


async def keep_out(ctx: Context, measure: Measure, channel_ids: Sequence[str], record: MeasureRecord) -> None:
    """The planned ones of these channels are closed to them by name; who was let in by name is noted in the record."""
    keys = {ident: key for key, ident in (await canaux.find_channel_ids(ctx.db)).items()}
    theirs = [keys[ident] for ident in channel_ids if ident in keys]
    before = [
        a for a in await canaux.list_allowances(ctx.db) if a.user_id == measure.user_id and a.key in theirs and a.is_in
    ]
    record.let_in |= {allowance.key: allowance.reason for allowance in before}
    reason = f"{EXCLUSION_REASONS[AuditAct(measure.act)]} (acte n° {measure.entry})"
    await canaux.allow(ctx.db, [_make_allowance(ctx, measure, key, reason, is_in=False) for key in theirs])


async def let_back(ctx: Context, measure: Measure, record: MeasureRecord) -> Sequence[Reply]:
    """Bring somebody back into the channels that they were taken out of, where they may be still.

    Where another measure keeps them out, that one will; a channel that they were not in is only open to them again.
    """
    left = [*record.done, *record.waits]
    places = dict.fromkeys([*left, *measure.channels])
    return [act for ident in places for act in await _let_into(ctx, measure, record, ident, was_there=ident in left)]


async def let_back_into(ctx: Context, measure: Measure, channel_id: str) -> Sequence[Reply]:
    """The same of one channel, out of which they were taken though the measure had ended."""
    return await _let_into(ctx, measure, measures.read_record(measure), channel_id, was_there=True)


async def _let_into(
    ctx: Context, measure: Measure, record: MeasureRecord, channel_id: str, *, was_there: bool
) -> Sequence[Reply]:
    key = {ident: key for key, ident in (await canaux.find_channel_ids(ctx.db)).items()}.get(channel_id, "")
    if other := await find_exclusion(ctx, measure.user_id, channel_id, but=measure.entry):
        await _hand_over(ctx, other, record, [channel_id] if was_there else [])
        return []
    if not await _readmit(ctx, measure, key, record) or not was_there:
        return []
    about = notices.make_act_topic(ActPurpose.RETURN, measure.entry, channel_id)
    team = await _find_team(ctx, key)
    return [AddMembers(channel_id, [measure.user_id], team=team, quiet=True, topic=about)]


async def stop_keeping_out(ctx: Context, measure: Measure, channel_ids: Sequence[str], record: MeasureRecord) -> None:
    """Somebody could not be taken out of these: nothing keeps them out by name."""
    keys = {ident: key for key, ident in (await canaux.find_channel_ids(ctx.db)).items()}
    for ident in channel_ids:
        if ident in keys and measure.act in EXCLUSION_REASONS:
            await _restore_allowance(ctx, measure, keys[ident], record)


async def _restore_allowance(ctx: Context, measure: Measure, key: str, record: MeasureRecord) -> None:
    """A channel is as open to them as it was before."""
    await canaux.disallow(ctx.db, key, measure.user_id)
    if key in record.let_in:
        await canaux.allow(ctx.db, [_make_allowance(ctx, measure, key, record.let_in[key], is_in=True)])


async def lock_exclusion(ctx: Context, user_id: str, channel_id: str) -> Measure | None:
    """The measure in force that keeps somebody out of a channel, held until the transaction ends; None where that was
    over in the meantime, too."""
    found = await find_exclusion(ctx, user_id, channel_id)
    measure, _ = await measures.lock_with_case(ctx.db, found.entry) if found else (None, None)
    return measure if measure and measure.ended_at is None else None


async def find_exclusion(ctx: Context, user_id: str, channel_id: str, but: int = 0) -> Measure | None:
    """The measure in force that keeps somebody out of a channel, if there is one."""
    for each in await measures.list_standing(ctx.db, user_id):
        is_everywhere = each.act == AuditAct.SILENCE and not each.channels
        if each.act in EXCLUSION_REASONS and each.entry != but and (is_everywhere or channel_id in each.channels):
            return each
    return None


async def _hand_over(ctx: Context, other: Measure, before: MeasureRecord, channel_ids: Sequence[str]) -> None:
    """The other measure brings them back when it ends, and knows who was let in by name before both."""
    record = measures.read_record(other)
    record.done += [ident for ident in channel_ids if ident not in record.done]
    record.let_in = before.let_in | record.let_in
    await measures.store_record(ctx.db, other, record)


async def _readmit(ctx: Context, measure: Measure, key: str, record: MeasureRecord) -> bool:
    """What kept them out by name does no more; whether the register still lets them in."""
    person = await people.get(ctx.db, measure.user_id)
    if person and person.has_left(person.today(ctx.now)):
        return False
    canal = (await canaux.list_planned(ctx.db, ctx.settings)).get(key)
    if canal is None:
        return True
    await _restore_allowance(ctx, measure, key, record)
    member = ChannelMember.of(person, person.today(ctx.now)) if person else None
    rules = MembershipRules(await canaux.list_allowances(ctx.db))
    return not canal.private or not rules.reason_out(canal, member, measure.user_id)


async def _find_team(ctx: Context, key: str) -> str:
    canal = (await canaux.list_planned(ctx.db, ctx.settings)).get(key)
    return canal.team if canal else ""


def _make_allowance(ctx: Context, measure: Measure, key: str, reason: str, *, is_in: bool) -> Allowance:
    return Allowance(key=key, user_id=measure.user_id, is_in=is_in, reason=reason[:200], by=measure.by, at=ctx.now)


class SilenceAll(BaseModel):
    """Somebody is taken out of the channels that the bot looks after, or of the one that is named."""

    entry: int
    user_id: str
    channel_id: str = ""


class ExcludeFrom(BaseModel):
    """Somebody is taken out of a channel, where they are there, and may not be there any more."""

    entry: int
    user_id: str
    channel_id: str


def make_exclusion_work(measure: Measure) -> ExcludeFrom | SilenceAll:
    kind = ExcludeFrom if measure.act == AuditAct.EXCLUDE else SilenceAll
    place = measure.channels[0] if measure.channels else ""
    return kind(entry=measure.entry, user_id=measure.user_id, channel_id=place)


async def remove_from_channels(ctx: Context, measure: Measure, channel_ids: Sequence[str]) -> Sequence[Reply]:
    """Somebody leaves these channels."""
    record = measures.read_record(measure)
    await keep_out(ctx, measure, channel_ids, record)
    record.waits += [ident for ident in channel_ids if ident not in record.waits]
    await measures.store_record(ctx.db, measure, record)
    return [make_member_removal(measure, ident) for ident in channel_ids]


async def remove_again(ctx: Context, user_id: str, channel_id: str) -> tuple[Measure, RemoveMember] | None:
    """Who is in a channel though a measure keeps them out of it leaves it, and it is closed to them by name: else the
    check of channels would bring them back at once. None where no measure holds."""
    measure = await lock_exclusion(ctx, user_id, channel_id)
    if measure is None:
        return None
    record = measures.read_record(measure)
    await keep_out(ctx, measure, [channel_id], record)
    if channel_id not in [*record.done, *record.waits]:
        record.done.append(channel_id)
    await measures.store_record(ctx.db, measure, record)
    return measure, make_member_removal(measure, channel_id)


def make_member_removal(measure: Measure, channel_id: str) -> RemoveMember:
    """They are taken out of it; nobody there is told."""
    about = notices.make_act_topic(ActPurpose.ACT, measure.entry, channel_id)
    return RemoveMember(channel_id, measure.user_id, quiet=True, topic=about)


CHANNELS_BATCH = 8
"""Channels of one step: what answers others waits for so many removals at most."""


@feature.urgent_work(
    SilenceAll, name="moderation.SilenceAll", title="Suspension de l’écriture", unit=("canal", "canaux"), writes=True
)
async def apply_silence(ctx: Context, asked: SilenceAll, so_far: Progress) -> Step:
    """The next channels in which they are; at the end they are told."""
    at = so_far.cursor or 0
    wanted = await _list_channels(ctx, asked.channel_id)
    batch = wanted[at : at + CHANNELS_BATCH]
    there = [c for c, is_in in zip(batch, await _are_in(ctx, asked.user_id, batch), strict=True) if is_in]
    measure, _ = await measures.lock_with_case(ctx.db, asked.entry)
    if measure is None or measure.ended_at:
        return Step(finished=True)
    record = measures.read_record(measure)
    record.muted += [channel.id for channel in there if channel.is_default and channel.id not in record.muted]
    record.titles |= {channel.id: channel.display_name for channel in there}
    record.looking = at + CHANNELS_BATCH < len(wanted)
    await measures.store_record(ctx.db, measure, record)
    leaves = await remove_from_channels(ctx, measure, [channel.id for channel in there if not channel.is_default])
    told = [] if record.looking else await settle_measure(ctx, measure, measures.read_record(measure))
    done = min(at + CHANNELS_BATCH, len(wanted))
    return Step(
        replies=[*leaves, *told], cursor=at + CHANNELS_BATCH, done=done, total=len(wanted), finished=not record.looking
    )


async def _list_channels(ctx: Context, channel_id: str) -> Sequence[ChatChannel]:
    """Those that are meant, always in the same order."""
    found = [channel for channel in await ctx.chat.own_channels() if not channel.archived]
    return sorted((c for c in found if channel_id in {"", c.id}), key=lambda channel: channel.id)


async def _are_in(ctx: Context, user_id: str, wanted: Sequence[ChatChannel]) -> Sequence[bool]:
    return await asyncio.gather(*(_is_in(ctx, channel.id, user_id, unknown=False) for channel in wanted))


async def _is_in(ctx: Context, channel_id: str, user_id: str, *, unknown: bool) -> bool:
    """``unknown`` is the answer where Mattermost does not say it."""
    try:
        return await ctx.chat.channel_member(channel_id, user_id) is not None
    except ChatError as error:
        if error.refusal in {Refusal.UNKNOWN_CHANNEL, Refusal.FORBIDDEN}:
            return unknown
        raise


@feature.urgent_work(ExcludeFrom, name="moderation.ExcludeFrom", title="Exclusion du canal", writes=True)
async def apply_exclusion(ctx: Context, asked: ExcludeFrom, so_far: Progress) -> Step:
    """Who is not there is not taken out, so that an undone exclusion brings in nobody; the channel is closed to them
    all the same."""
    there = await _is_in(ctx, asked.channel_id, asked.user_id, unknown=True)
    measure, _ = await measures.lock_with_case(ctx.db, asked.entry)
    if measure is None or measure.ended_at:
        return Step(finished=True)
    record = measures.read_record(measure)
    record.looking = False
    if not there:
        await keep_out(ctx, measure, [asked.channel_id], record)
    await measures.store_record(ctx.db, measure, record)
    replies = await (
        remove_from_channels(ctx, measure, [asked.channel_id]) if there else settle_measure(ctx, measure, record)
    )
    return Step(replies=replies, done=so_far.done + 1, finished=True)


@feature.event(JoinedChannel, name="moderation.came_again.JoinedChannel", only=may_breach_measure)
async def remove_returned(ctx: Context, event: JoinedChannel) -> Replies:
    """Who is kept out, and is in a private channel again, is taken out again, and softly told. (Of public ones the bot
    does not hear who comes: they are taken out when they write.)"""
    again = await remove_again(ctx, event.user_id, event.channel_id)
    if again is None:
        return None
    measure, leaving = again
    told = await notices.describe_measure(ctx, measure, event.user_id)
    return [leaving, Direct(render("moderation/again", told=told), user_id=event.user_id)]
