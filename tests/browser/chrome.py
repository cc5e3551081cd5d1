"""The machine’s own Chromium or Chrome, driven by Playwright."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MISSING = "no Chromium or Chrome on this machine: the stories of the page are not told (Debian: apt install chromium)"


def executable() -> str | None:
    """Where the machine’s browser is."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@asynccontextmanager
async def chrome(path: str) -> AsyncIterator[Browser]:
    """A browser without a window. Chromium refuses its sandbox to root, as which CI machines run."""
    arguments = ["--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=arguments)
        try:
            yield browser
        finally:
            await browser.close()
