"""A stage for many stories: one bot that asks and one person at a client, as they were at the start of each story."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Browser

from tests.browser.client import BOX, Client
from tests.browser.dialog_bot import Asking, Json
from tests.browser.real import without_tours
from tests.browser.window import LEGACY, NEW, Window
from tests.people import Person, Site
from tests.support.house import wait_for

SQUARE = "channels/town-square"
IN_THE_WAY = f"dialog[open], {NEW}, {LEGACY}, #thread:not([hidden])"


@dataclass
class Stage:
    """The bot that asks, and the client of who answers."""

    bot: Asking
    client: Client
    own_page: bool = True
    """Whether the embedded server’s page is what is seen; a real client has other words for the same."""

    @property
    def site(self) -> Site:
        """The server and the team."""
        return self.bot.site

    async def begins(self) -> None:
        """Clear away what the last story left; the page is loaded anew only if that story did not end well."""
        self.bot.begins_anew()
        page = self.client.page
        if page.url != self.client.address(SQUARE):
            await self.client.visits("town-square")
        if await page.locator(IN_THE_WAY).count():
            await self.client.opens_address(SQUARE)
        await page.fill(BOX, "")

    async def person(self, name: str) -> Person:
        """Somebody else of the team."""
        return await self.site.person(name)

    async def opens(self, *elements: Json, **more: Any) -> Window:
        """Open a dialog of these elements."""
        self.bot.elements, self.bot.more = elements, more
        return await self.client.opens("/essai")

    async def got(self, count: int = 1) -> Json:
        """Wait until so many submissions came; the last of them."""

        async def enough() -> bool:
            return len(self.bot.sent) >= count

        await wait_for(enough)
        return self.bot.sent[-1]

    async def posts_card(self, **card: Any) -> str:
        """Post a card into the square; buttons and menus without an address of their own lead to the bot."""
        for action in card.get("actions", ()):
            action.setdefault("integration", {"url": f"{self.bot.url}/action", "context": {}})
        body = {"channel_id": self.site.square, "message": "", "props": {"attachments": [card]}}
        return str((await self.client.person.api.post("/posts", body))["id"])


@asynccontextmanager
async def staged(browser: Browser, bot: Asking, *, real: bool) -> AsyncIterator[Stage]:
    """That bot, and Ann before a browser."""
    ann = await bot.site.person("ann")
    if real:
        await without_tours(ann)
    context = await browser.new_context(locale="fr-FR", timezone_id="Europe/Paris")
    yield Stage(bot, await Client.of(ann, context), not real)
    await context.close()
