"""What « /chercher » finds of the channels: those that somebody is in by the rules, and those that they may come into;
private channels of others are said of to nobody. One of them, shown."""

from collections.abc import Mapping

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.context import ReadingContext
from bot.errors import UserError
from bot.replies import Replies, Whisper
from bot.search import Findings, Hit, Search, SearchKind, cut_hits
from bot.texts import render
from commands.canaux.choices import draw_channel_button, look_at_channel
from commands.canaux.feature import feature
from config.canaux import Belonging, PlannedChannel
from config.settings import Settings
from storage.canaux import find_channel_ids, list_allowances, list_planned
from storage.canaux.membership import ChannelMember, MembershipRules
from storage.text_search import Entry, rank_entries, weigh_texts, weigh_title

PURPOSE = 50
"""What a word of what a channel is for weighs."""


class SeeChannel(BaseModel):
    """« Voir » the channel of that key."""

    key: str


@feature.finds(SearchKind("canal", "Canal", "Canaux", lambda key: SeeChannel(key=key)))
async def find_channels(wanted: Search) -> Findings:
    """Find channels by what they are called and what they are for."""
    member = ChannelMember.of(wanted.user, wanted.today)
    shown = list((await _list_shown(wanted.db, wanted.settings, member)).values())
    ranked = [(shown[place], score) for place, score in rank_entries(wanted.words, [_weigh(one) for one in shown])]
    return cut_hits([Hit(one.key, one.name, score, one.purpose) for one, score in ranked], wanted)


@feature.button(SeeChannel, writes=False)
async def show_channel(ctx: ReadingContext, click: SeeChannel) -> Replies:
    """Show a channel as it is now, with its link; one that each may choose can be joined or left."""
    planned = (await _list_shown(ctx.db, ctx.settings, ChannelMember.of(ctx.user, ctx.today))).get(click.key)
    channel_id = (await find_channel_ids(ctx.db)).get(click.key, "")
    place = await look_at_channel(ctx, planned, channel_id) if planned else None
    if place is None:
        raise UserError("Ce canal n’existe plus. Tapez /canaux pour voir ceux d’aujourd’hui.")
    buttons = [draw_channel_button(place)] if place.planned.belonging is Belonging.LIBRE else []
    return Whisper(render("canaux/one", place=place), buttons)


async def _list_shown(db: AsyncSession, settings: Settings, member: ChannelMember) -> Mapping[str, PlannedChannel]:
    """List the channels that are there and that somebody may be told of, by key."""
    if member.has_left:
        return {}
    rules, known = MembershipRules(await list_allowances(db)), await find_channel_ids(db)
    table = await list_planned(db, settings)
    return {key: one for key, one in table.items() if key in known and _is_shown(rules, one, member)}


def _is_shown(rules: MembershipRules, planned: PlannedChannel, member: ChannelMember) -> bool:
    return not planned.private or not rules.reason_out(planned, member)


def _weigh(planned: PlannedChannel) -> Entry:
    return weigh_texts((planned.purpose, PURPOSE)) | weigh_title(planned.name)
