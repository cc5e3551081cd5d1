"""« Partager ici »: a resource, said by the bot for somebody in the channel where both are."""

from dataclasses import dataclass

from bot import quotas
from bot.context import Context
from bot.errors import ChatError, UserError
from bot.quotas import Quota
from bot.replies import Button, Press, Replies, Say, Whisper
from bot.texts import render
from commands.ressources.buttons import Share, ShareHere
from commands.ressources.cards import buttons
from commands.ressources.feature import feature
from commands.ressources.places import title
from commands.ressources.seeking import NUMBER, seek
from commands.ressources.showing import published
from commands.ressources.snippets import snippet
from storage.outbox.about import reached


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody clicked or typed: whether the bot can say something to others there, and they may read it."""

    is_direct: bool
    may_speak: bool


@feature.command("ressources partager", help="Montrer une fiche à tous dans ce canal", hint="12")
async def share_typed(ctx: Context, line: str) -> Replies:
    """By its number; other words after « partager » are looked for."""
    number = NUMBER.fullmatch(" ".join(line.split()))
    if number is None and line.strip():
        return await seek(ctx, f"partager {line}")
    if number is None:
        raise UserError("Dites laquelle : /ressources partager 12.")
    return await share(ctx, Share(resource=int(number[1])))


@feature.button(Share, writes=False)
async def share(ctx: Context, click: Share) -> Replies:
    """It stands in the channel, once a day however often it is clicked."""
    place = await _place(ctx)
    resource = await published(ctx, click.resource)
    if not place.may_speak:
        return Whisper(render("ressources/not_here", number=resource.number, is_direct=place.is_direct))
    if await reached(ctx.db, [_topic(ctx, resource.number)]):
        return Whisper("Cette fiche a déjà été partagée ici aujourd’hui.")
    return Press.to(ShareHere(resource=resource.number))


@feature.button(ShareHere)
async def share_here(ctx: Context, click: ShareHere) -> Replies:
    """The bot says it, for who may still have it said today. (Mattermost was asked before anything is written.)"""
    resource = await published(ctx, click.resource)
    left = await quotas.spend(ctx, Quota.SHARE)
    topic = _topic(ctx, resource.number)
    said = {"title": title(resource), "number": resource.number, "snippet": snippet(resource.description, frozenset())}
    text = render("ressources/shared", username=ctx.user.username, **said)
    shown: list[Button] = buttons(resource)
    return [Say(text, shown, channel_id=ctx.channel_id, topic=topic), Whisper("La fiche est dans le canal."), *left]


def _topic(ctx: Context, number: int) -> str:
    return f"partage:{ctx.channel_id}:{number}:{ctx.today.toordinal()}"


async def _place(ctx: Context) -> Place:
    """Asked of Mattermost; what the bot may not look at, it is not in."""
    try:
        channel = await ctx.chat.channel(ctx.channel_id)
        if channel.type == "D" or channel.archived:
            return Place(is_direct=channel.type == "D", may_speak=False)
        me = await ctx.chat.me()
        members = await ctx.chat.channel_members_among(channel.id, [me.id, ctx.user.id])
    except ChatError as error:
        if error.may_pass or error.status == 401:
            raise
        return Place(is_direct=False, may_speak=False)
    return Place(is_direct=False, may_speak={me.id, ctx.user.id} <= {member.user_id for member in members})
