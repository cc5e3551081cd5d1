"""« /canaux »: the channels one is in, and those that each may join or leave by a click."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from bot.acts import AddMembers, RemoveMember
from bot.context import Context
from bot.errors import ChatError, UserError
from bot.mattermost import ChatChannel
from bot.menus import Choosing, Menu
from bot.refusals import Refusal
from bot.replies import Button, Replies, Whisper
from bot.texts import render
from commands.canaux.feature import feature
from config.canaux import Belonging, PlannedChannel
from storage.canaux import allowances, by_key
from storage.canaux import planned as planned_channels
from storage.canaux.belonging import Member, Rules

BUTTONS_MAX = 4
"""More take too much of a phone’s screen."""


class Choose(BaseModel):
    """Come into a channel that each may choose, or leave it."""

    key: str
    joins: bool


class ChooseOne(Choosing):
    """The same of the channel of the key ``chosen``, where there are too many for buttons."""

    joins: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A channel as somebody sees it in the list, and how many are in it."""

    planned: PlannedChannel
    channel: ChatChannel
    is_in: bool
    people: int


@feature.command("canaux", help="Voir vos canaux, en rejoindre d’autres ou les quitter")
async def show(ctx: Context, _: str) -> Replies:
    """One’s own channels, and the thematic ones with what they are for."""
    table = await planned_channels(ctx.db, ctx.settings)
    known = await by_key(ctx.db)
    rules = Rules(await allowances(ctx.db))
    member = Member.of(ctx.user, ctx.today)
    found = [planned for key, planned in table.items() if key in known]
    own = [planned for planned in found if rules.reason_in(planned, member)]
    free = await asyncio.gather(*(_see(ctx, p, known[p.key]) for p in found if p.belonging is Belonging.LIBRE))
    there = sorted((place for place in free if place), key=lambda place: place.planned.name)
    text = render("canaux/list", own=own, free=there, has_departement=member.departements)
    if len(there) <= BUTTONS_MAX:
        return Whisper(text, [_button(place) for place in there])
    return Whisper(text, menus=[menu for joins in (True, False) for menu in _menu(there, joins=joins)])


@feature.button(ChooseOne, writes=False)
async def choose_one(ctx: Context, click: ChooseOne) -> Replies:
    """Done at once, too."""
    return await choose(ctx, Choose(key=click.chosen, joins=click.joins))


@feature.button(Choose, writes=False)
async def choose(ctx: Context, click: Choose) -> Replies:
    """Done at once; what is so already is said so."""
    planned = (await planned_channels(ctx.db, ctx.settings)).get(click.key)
    channel_id = (await by_key(ctx.db)).get(click.key)
    place = await _see(ctx, planned, channel_id) if planned and channel_id else None
    if place is None or place.planned.belonging is not Belonging.LIBRE:
        raise UserError("Ce canal n’existe plus. Tapez /canaux pour voir ceux d’aujourd’hui.")
    said = render("canaux/chosen", place=place, joins=click.joins)
    if place.is_in is click.joins:
        return Whisper(said)
    act = AddMembers(place.channel.id, [ctx.user.id]) if click.joins else RemoveMember(place.channel.id, ctx.user.id)
    return [Whisper(said), act]


async def _see(ctx: Context, planned: PlannedChannel, channel_id: str) -> Place | None:
    """A channel as it is now; None for one that is gone, archived or out of sight."""
    try:
        channel, member, count = await asyncio.gather(
            ctx.chat.channel(channel_id),
            ctx.chat.channel_member(channel_id, ctx.user.id),
            ctx.chat.count_members(channel_id),
        )
        return None if channel.archived else Place(planned, channel, member is not None, count)
    except ChatError as error:
        if error.refusal in {Refusal.UNKNOWN_CHANNEL, Refusal.FORBIDDEN}:
            return None
        raise


def _menu(there: Sequence[Place], *, joins: bool) -> Sequence[Menu]:
    """The channels that one may join, or leave, if there are any."""
    options = {place.planned.key: place.planned.name for place in there if place.is_in is not joins}
    return [Menu("Rejoindre" if joins else "Quitter", ChooseOne(joins=joins), options)] if options else []


def _button(place: Place) -> Button:
    word = "Quitter" if place.is_in else "Rejoindre"
    return Button(f"{word} {place.planned.name}", Choose(key=place.planned.key, joins=not place.is_in))
