"""A dialog as it is drawn: the new one of clients from 11.0, or the legacy one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from playwright.async_api import Locator, Page, expect

PICKED = r"""([name, label]) => {
    const box = document.getElementById(`MultiInput_${name}`) ?? document.getElementById(name);
    const shown = [box?.value, box?.querySelector("input")?.value, box?.innerText].join(" ").replace(/\s+/g, " ");
    return shown.includes(label.replace(/\s+/g, " "));
}"""
"""Whether a select shows this choice."""
ARROW_PX = 18
"""How far before its end a select has the middle of its arrow."""
NEW, LEGACY = "#appsModal", "#interactiveDialogModal"


@dataclass
class Window:
    """An open dialog. ``legacy`` is the form of clients below 11.0."""

    page: Page
    legacy: bool

    @classmethod
    async def open_in(cls, page: Page) -> "Window":
        """Wait for one."""
        await page.wait_for_selector(f"{NEW}, {LEGACY}")
        return cls(page, await page.locator(LEGACY).count() > 0)

    @property
    def frame(self) -> Locator:
        """The whole dialog."""
        return self.page.locator(LEGACY if self.legacy else NEW).first

    @property
    def submit(self) -> Locator:
        """The button that sends it."""
        return self.page.locator("#interactiveDialogSubmit" if self.legacy else "#appsModalSubmit")

    @property
    def cancel(self) -> Locator:
        """The button that gives up."""
        return self.page.locator("#interactiveDialogCancel" if self.legacy else "#appsModalCancel")

    def field(self, name: str) -> Locator:
        """The text input or select of an element; names may hold characters that selectors reserve."""
        return self.frame.locator(f'[id="{name}"], [id="MultiInput_{name}"]').first

    async def writes(self, name: str, text: str) -> None:
        """Replace what a text field holds."""
        await self.field(name).fill(text)

    async def picks(self, name: str, *labels: str) -> None:
        """Choose in a select: type to filter, Enter picks."""
        for label in labels:
            await self.unfolds(name)
            await self.page.keyboard.insert_text(label)
            await self.page.keyboard.press("Enter")
            await self.holds(name, label)

    async def unfolds(self, name: str) -> None:
        """Click a select at its end: what was picked before may lie in its middle, with a cross that drops it."""
        select = self.field(name)
        await select.scroll_into_view_if_needed()
        size = await select.bounding_box()
        assert size
        await select.click(position={"x": size["width"] - ARROW_PX, "y": size["height"] / 2})

    async def dates(self, name: str, day: date) -> None:
        """Choose a day of the month shown: written, or in the calendar that real clients open instead."""
        if await self.field(name).count():
            await self.writes(name, day.isoformat())
            return
        await self.frame.locator(".date-time-input").first.click()
        days = self.page.locator(".rdp button:not(.rdp-day_outside)")
        await days.get_by_text(str(day.day), exact=True).click()

    def options(self, text: str = "") -> Locator:
        """What an open list offers; real clients draw it outside of the dialog."""
        return self.page.get_by_role("option").filter(has_text=text)

    async def holds(self, name: str, label: str) -> None:
        """Wait until a select shows this choice."""
        await self.page.wait_for_function(PICKED, arg=[name, label])

    async def shows(self, *texts: str) -> None:
        """Wait until these words are in it."""
        for text in texts:
            await expect(self.frame).to_contain_text(text)

    async def value(self, name: str) -> str:
        """What a text field holds."""
        return await self.field(name).input_value()

    async def errors(self) -> Iterable[str]:
        """The errors shown, once there are any."""
        await expect(self.frame.locator(".error-text").first).to_be_visible()
        return [text.strip() for text in await self.frame.locator(".error-text").all_inner_texts() if text.strip()]

    async def sends(self) -> None:
        """Press the button that submits."""
        await self.submit.click()

    async def is_gone(self) -> None:
        """Wait until it is closed."""
        await expect(self.frame).to_have_count(0)
