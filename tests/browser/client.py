"""Somebody before a browser: opens addresses, types, clicks and reads; the same on the page and on the real client."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, ConsoleMessage, Locator, Page, Request, expect

from tests.browser.real import clear_away, is_at_hand
from tests.browser.window import Window
from tests.people import PASSWORD, Person

PATIENCE_MS = 30_000
BOX = "#post_textbox"
LIST = "#suggestionList"
SUGGESTS = "**/commands/autocomplete_suggestions?*"
POSTS = '[id^="post_"]:not([id^="post_textbox"])'
SEEN_BEFORE = "try { localStorage.setItem('__landingPageSeen__', 'true') } catch { /* a page without storage */ }"
"""The real server first asks whether to open its desktop application."""


@dataclass
class Client:
    """One tab in which a person is logged in. ``faults`` are scripts that broke and addresses elsewhere."""

    person: Person
    page: Page
    faults: list[str] = field(default_factory=list)

    @classmethod
    async def of(cls, person: Person, context: BrowserContext, password: str = PASSWORD) -> "Client":
        """A tab of this person’s, looking at the team’s town square."""
        page = await context.new_page()
        client = cls(person, page)
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: client.faults.append(f"script: {error}"))
        page.on("console", client._hears)
        page.on("request", client._asks)
        await page.add_init_script(SEEN_BEFORE)
        await clear_away(page)
        await client.logs_in(password)
        return client

    @property
    def host(self) -> str:
        """The server’s host and port."""
        return urlsplit(self.person.site.url).netloc

    async def logs_in(self, password: str) -> None:
        """Give name and password at the entrance."""
        await self.page.goto(f"{self.person.site.url}/login")
        await self.page.fill("#input_loginId", self.person.username)
        await self.page.fill("#input_password-input", password)
        await self.page.click("#saveSetting")
        await expect(self.page.locator(BOX)).to_be_editable()
        await self.visits("town-square")

    async def visits(self, channel: str) -> None:
        """Be in a channel: by a click where the list shows it, else by its address."""
        await self._goes(f"channels/{channel}", f"#sidebarItem_{channel}")

    async def visits_bot(self) -> None:
        """Be in the direct channel with the bot."""
        bot = await self.person.api.get(f"/users/{self.person.site.bot_id}")
        name = "__".join(sorted((self.person.id, bot["id"])))
        await self._goes(f"messages/@{bot['username']}", f"#sidebarItem_{name}")

    async def _goes(self, path: str, item: str) -> None:
        if self.page.url == self.address(path):
            return
        line = self.page.locator(item)
        if await is_at_hand(line) and await self.page.locator("dialog[open]").count() == 0:
            await line.click()
            await self.page.wait_for_url(self.address(path))
        else:
            await self.opens_address(path)

    async def opens_address(self, path: str) -> None:
        """Load the page at an address of the team, as a link from elsewhere does."""
        await self.page.goto(self.address(path))
        await expect(self.page.locator(BOX)).to_be_editable()

    def address(self, path: str) -> str:
        """The whole of a team’s address."""
        return f"{self.person.site.url}/{self.person.site.team}/{path}"

    async def types(self, line: str) -> None:
        """Write into the composer and send: where something is suggested, the first Enter only takes it."""
        if line.startswith("/") and " " not in line:
            await self._completes(line)
        else:
            await self.page.fill(BOX, line)
        await self.page.press(BOX, "Enter")

    async def _completes(self, command: str) -> None:
        """Write a command, and take it from the list if the server knows it."""
        async with self.page.expect_response(SUGGESTS) as answer:
            await self.page.fill(BOX, command)
        if not await (await answer.value).json():
            return
        await expect(self.page.locator(LIST)).to_be_visible()
        await self.page.press(BOX, "Enter")
        await expect(self.page.locator(BOX)).to_have_value(f"{command} ")

    async def opens(self, line: str) -> Window:
        """Type a command that opens a dialog."""
        await self.types(line)
        return await self.window()

    async def window(self) -> Window:
        """The dialog that is open, or opens now."""
        return await Window.open_in(self.page)

    def post(self, containing: str) -> Locator:
        """The last post with these words; spaces of all widths are alike."""
        return self.page.locator(POSTS).filter(has_text=containing).last

    def text_of(self, post_id: str) -> Locator:
        """The message of a post."""
        return self.page.locator(f"#postMessageText_{post_id}").first

    async def sees(self, containing: str) -> Locator:
        """Wait for a post with these words."""
        found = self.post(containing)
        await expect(found).to_be_visible(timeout=PATIENCE_MS)
        return found

    async def clicks(self, post: Locator, label: str) -> None:
        """Press a button of a post’s card."""
        await post.locator("button[data-action-id]").filter(has_text=label).click()

    async def focused(self) -> str:
        """The id of what has the focus, or of the nearest thing around it that has one."""
        return str(await self.page.evaluate("document.activeElement?.closest('[id]')?.id ?? ''"))

    async def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        return int(await self.page.evaluate("document.documentElement.scrollWidth - innerWidth"))

    def _hears(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.faults.append(message.text)

    def _asks(self, request: Request) -> None:
        where = urlsplit(request.url)
        if where.scheme in ("http", "https", "ws", "wss") and where.netloc != self.host:
            self.faults.append(f"asked {where.netloc}")


SIT = Callable[..., Awaitable[Client]]
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
"""A phone of usual size."""
