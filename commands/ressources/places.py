"""Where the ressourcerie speaks: its channel, and the room in which animateurs read over what is proposed."""

from bot.context import Context
from bot.texts import Markdown, link
from storage import canaux
from storage.ressources.resource import Resource, Shown

CHANNEL, ROOM = "ressourcerie", "animation"
"""Keys of config/canaux.tsv."""


async def channel(ctx: Context) -> str:
    """The id of the ressourcerie’s channel; "" while it is not known."""
    return (await canaux.by_key(ctx.db)).get(CHANNEL, "")


async def room(ctx: Context) -> str:
    """The id of the animateurs’ room; "" while it is not known."""
    return (await canaux.by_key(ctx.db)).get(ROOM, "")


def title(resource: Shown | Resource) -> Markdown:
    """The title of a resource, which leads where it leads."""
    return link(" ".join(resource.titre.split()), resource.url)
