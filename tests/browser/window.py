"""A dialog as it is drawn: the new one of clients from 11.0, or the legacy one."""

from collections.abc import Iterable
from dataclasses import dataclass

from playwright.async_api import Locator, Page, expect

PICKED = r"""([name, label]) => {
    const box = document.getElementById(`MultiInput_${name}`) ?? document.getElementById(name);
    const chips = box?.parentElement?.querySelector(".combobox-chips");
    const shown = [box?.value, box?.textContent, chips?.textContent].join(" ").replace(/\s+/g, " ");
    return shown.includes(label.replace(/\s+/g, " "));
}"""
"""Whether a select shows this choice."""
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
            await self.field(name).click()
            await self.page.keyboard.insert_text(label)
            await self.page.keyboard.press("Enter")
            await self.holds(name, label)

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
