"""A menu’s question as a dialog, where a menu would be dead; what was chosen goes to the menu’s own handler."""

from bot.context import Context
from bot.features import Feature
from bot.menus import Chosen, ChosenChannel, ChosenOption, ChosenPerson, OpenMenu
from bot.replies import Ask, Redirect, Replies

feature = Feature("menus", always=True)


@feature.button(OpenMenu, writes=False)
async def ask(ctx: Context, click: OpenMenu) -> Replies:
    """Ask the menu’s question in a dialog."""
    return Ask(click.form())


async def choose(ctx: Context, form: Chosen) -> Replies:
    """Hand what was chosen to the menu’s handler, which says whether that may be."""
    return Redirect(form.name, form.answer)


for asked in (ChosenOption, ChosenPerson, ChosenChannel):
    feature.submit(asked, writes=False)(choose)
