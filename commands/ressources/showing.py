"""« Ouvrir »: a resource in full, whatever became of it, for who may see it."""

from bot.context import Context
from bot.errors import UserError
from bot.replies import Replies, Whisper
from bot.texts import quote, render
from commands.ressources.buttons import Open
from commands.ressources.cards import draw_whole, may_see
from commands.ressources.feature import feature
from storage.ressources import State
from storage.ressources.resource import Resource, get

TITLE_SHOWN = 80
"""Characters of a title in a sentence."""


@feature.button(Open, writes=False)
async def open_(ctx: Context, click: Open) -> Replies:
    """All that is known of it."""
    return await show(ctx, await visible(ctx, click.resource))


async def show(ctx: Context, resource: Resource) -> Whisper:
    """A resource in full."""
    told = await draw_whole(ctx, resource)
    return Whisper(told.text, told.buttons, told.facts, told.menus)


async def visible(ctx: Context, number: int) -> Resource:
    """The resource of that number. Raises UserError for one that this person may not see, or not any more."""
    found = await get(ctx.db, number)
    if found is not None and may_see(ctx.user, found):
        return found
    if found is not None and found.state is State.WITHDRAWN:
        raise UserError(render("ressources/withdrawn", number=number, title=named(found), reason=found.reason))
    raise UserError(f"Il n’y a pas de fiche n° {number}, ou elle n’est pas encore publiée.")


async def published(ctx: Context, number: int) -> Resource:
    """The same of one that everybody may see. Raises UserError."""
    found = await visible(ctx, number)
    if found.state is not State.PUBLISHED:
        raise UserError(f"La fiche n° {number} n’est pas publiée : ce n’est pas possible.")
    return found


def named(resource: Resource) -> str:
    """What it is called in a sentence."""
    return quote(resource.titre, TITLE_SHOWN)
