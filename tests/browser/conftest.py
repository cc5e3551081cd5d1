"""What the browser’s stories share: the browser, and a desk for each person."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, expect

from tests.browser.chrome import MISSING, chrome, executable
from tests.browser.desk import PATIENCE_MS, SIT, Desk
from tests.browser.real import without_tours
from tests.house import House
from tests.people import Person

# Machines are shared and slow at times: what is expected is awaited as long as any act.
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One browser for all stories."""
    path = executable()
    if path is None:
        pytest.skip(MISSING)
    async with chrome(path) as running:
        yield running


@pytest.fixture
async def sit(browser: Browser, house: House) -> AsyncIterator[SIT]:
    """Seat somebody: ``await sit(person, color_scheme="dark")``; ``beside`` is a desk of the same browser."""
    contexts: list[BrowserContext] = []
    desks: list[Desk] = []

    async def seated(person: Person, beside: Desk | None = None, **options: Any) -> Desk:
        if house.sandbox is None:
            await without_tours(person)
        context = beside.page.context if beside else await browser.new_context(locale="fr-FR", **options)
        contexts.append(context)
        desks.append(await Desk.of(person, context))
        return desks[-1]

    yield seated
    for context in contexts:
        await context.close()
    if house.sandbox is not None:
        assert [fault for desk in desks for fault in desk.faults] == []


@pytest.fixture
async def desk(sit: SIT, juliette: Person) -> Desk:
    """Juliette at her desk."""
    return await sit(juliette)
