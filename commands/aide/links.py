"""« Liens utiles »: the tools of the réseau, by the operator’s table; who clicks has links with their name made."""

from collections.abc import Mapping

import structlog
from pydantic import BaseModel

from bot.context import Context, ReadingContext
from bot.errors import ChatError, UserError
from bot.replies import Button, Replies, Whisper
from bot.texts import link, render
from config import liens
from config.liens import UsefulLink

log = structlog.get_logger()


class ShowLinks(BaseModel):
    """« Liens utiles »: all that the table has."""


class MakeLink(BaseModel):
    """A link that names who clicks, by its key."""

    key: str


def read_links(ctx: Context) -> Mapping[str, UsefulLink]:
    """Read the links that have an address, by key; none while the operator’s table cannot be used."""
    try:
        return {key: each for key, each in liens.read(ctx.settings.links).items() if each.address}
    except (OSError, ValueError) as problem:
        log.warning("links_unreadable", problem=str(problem))
        return {}


async def show_links(ctx: ReadingContext, _: object) -> Replies:
    """Show the links that are the same for all, and a button for each of the others."""
    links = read_links(ctx).values()
    shown = [link(each.title, each.address) for each in links if not each.is_personal]
    buttons = [Button(each.title, MakeLink(key=each.key)) for each in links if each.is_personal]
    return Whisper(render("aide/links", links=shown, is_more=bool(buttons)), buttons)


async def make_link(ctx: ReadingContext, click: MakeLink) -> Replies:
    """Make a link that names who clicked, as their account does where the register has no name."""
    found = read_links(ctx).get(click.key)
    if found is None:
        raise UserError("Ce lien n’existe plus.")
    prenom, nom = ctx.user.prenom or "", ctx.user.nom or ""
    if not (prenom or nom):
        prenom, nom = await _read_account_names(ctx)
    return Whisper(render("aide/link", link=link(found.title, found.make_address(prenom, nom, ctx.user.username))))


async def _read_account_names(ctx: ReadingContext) -> tuple[str, str]:
    try:
        account = await ctx.chat.user(ctx.user.id)
    except ChatError:
        return "", ""
    return account.first_name, account.last_name
