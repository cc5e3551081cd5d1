"""Somebody may not write for a time: they are taken out of the channels that the bot looks after, a few at a time; out
of the default channel nobody can be, and what they write there is handed back to them. Who is excluded leaves one."""

import asyncio
from collections.abc import Sequence

from bot.context import Context
from bot.errors import ChatError
from bot.events import JoinedChannel
from bot.mattermost import ChatChannel
from bot.refusals import Refusal
from bot.replies import Direct, Progress, Replies, Step
from bot.texts import render
from commands.moderation import words
from commands.moderation.beginning import ExcludeFrom, SilenceAll, exclude, exclude_again
from commands.moderation.ending import settle
from commands.moderation.feature import feature
from commands.moderation.keeping_out import keep_out
from commands.moderation.where import may_be_held
from storage.moderation import holding, records

AT_ONCE = 8
"""Channels of one step: what answers others waits for so many removals at most."""


@feature.urgent_work(
    SilenceAll, name="moderation.SilenceAll", title="Suspension de l’écriture", unit=("canal", "canaux"), writes=True
)
async def take_out(ctx: Context, asked: SilenceAll, so_far: Progress) -> Step:
    """The next channels in which they are; at the end they are told."""
    at = so_far.cursor or 0
    wanted = await _channels(ctx, asked.channel_id)
    batch = wanted[at : at + AT_ONCE]
    there = [c for c, is_in in zip(batch, await _are_in(ctx, asked.user_id, batch), strict=True) if is_in]
    measure, _ = await holding.lock(ctx.db, asked.entry)
    if measure is None or measure.ended_at:
        return Step(finished=True)
    record = records.read(measure)
    record.muted += [channel.id for channel in there if channel.is_default and channel.id not in record.muted]
    record.titles |= {channel.id: channel.display_name for channel in there}
    record.looking = at + AT_ONCE < len(wanted)
    await records.keep(ctx.db, measure, record)
    leaves = await exclude(ctx, measure, [channel.id for channel in there if not channel.is_default])
    told = [] if record.looking else await settle(ctx, measure, records.read(measure))
    done = min(at + AT_ONCE, len(wanted))
    return Step(
        replies=[*leaves, *told], cursor=at + AT_ONCE, done=done, total=len(wanted), finished=not record.looking
    )


async def _channels(ctx: Context, channel_id: str) -> Sequence[ChatChannel]:
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
async def shut_out(ctx: Context, asked: ExcludeFrom, so_far: Progress) -> Step:
    """Who is not there is not taken out, so that an undone exclusion brings in nobody; the channel is closed to them
    all the same."""
    there = await _is_in(ctx, asked.channel_id, asked.user_id, unknown=True)
    measure, _ = await holding.lock(ctx.db, asked.entry)
    if measure is None or measure.ended_at:
        return Step(finished=True)
    record = records.read(measure)
    record.looking = False
    if not there:
        await keep_out(ctx, measure, [asked.channel_id], record)
    await records.keep(ctx.db, measure, record)
    replies = await (exclude(ctx, measure, [asked.channel_id]) if there else settle(ctx, measure, record))
    return Step(replies=replies, done=so_far.done + 1, finished=True)


@feature.event(JoinedChannel, name="moderation.came_again.JoinedChannel", only=may_be_held)
async def came_again(ctx: Context, event: JoinedChannel) -> Replies:
    """Who is kept out, and is in a private channel again, is taken out again, and softly told. (Of public ones the bot
    does not hear who comes: they are taken out when they write.)"""
    again = await exclude_again(ctx, event.user_id, event.channel_id)
    if again is None:
        return None
    measure, leaving = again
    told = await words.told(ctx, measure, event.user_id)
    return [leaving, Direct(render("moderation/again", told=told), user_id=event.user_id)]
