"""What the browser’s stories share: the browser, a client for each person, and two stages."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, expect

from tests.browser.chrome import MISSING, chrome, executable
from tests.browser.client import PATIENCE_MS, SIT, Client
from tests.browser.dialog_bot import asking, asking_there
from tests.browser.real import without_tours
from tests.browser.stage import Stage, staged
from tests.people import Person
from tests.support.house import House

# Machines are shared and slow at times: what is expected is awaited as long as any act.
expect.set_options(timeout=PATIENCE_MS)
APPS_FORM = (11, 0)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One browser for all stories."""
    path = executable()
    if path is None:
        pytest.skip(MISSING)
    async with chrome(path) as running:
        yield running


@pytest.fixture
def own_page(request: pytest.FixtureRequest) -> None:
    """For stories of what the page alone has or draws in its own way."""
    if request.config.getoption("--mattermost"):
        pytest.skip("of the embedded server’s own page: how the real client draws this is its makers’ affair")


@pytest.fixture
async def sit(browser: Browser, house: House) -> AsyncIterator[SIT]:
    """Seat somebody: ``await sit(person, color_scheme="dark")``; ``beside`` is a client of the same browser."""
    contexts: list[BrowserContext] = []
    desks: list[Client] = []

    async def seated(person: Person, beside: Client | None = None, **options: Any) -> Client:
        if house.sandbox is None:
            await without_tours(person)
        context = beside.page.context if beside else await browser.new_context(locale="fr-FR", **options)
        contexts.append(context)
        desks.append(await Client.of(person, context))
        return desks[-1]

    yield seated
    for context in contexts:
        await context.close()
    if house.sandbox is not None:
        assert [fault for client in desks for fault in client.faults] == []


@pytest.fixture
async def client(sit: SIT, juliette: Person) -> Client:
    """Juliette at her client."""
    return await sit(juliette)


@pytest.fixture(scope="session")
async def _newest(request: pytest.FixtureRequest, browser: Browser) -> AsyncIterator[Stage]:
    async with _stage(request, browser, "11.2") as stage:
        yield stage


@pytest.fixture(scope="session")
async def _oldest(request: pytest.FixtureRequest, browser: Browser) -> AsyncIterator[Stage]:
    async with _stage(request, browser, "5.37") as stage:
        yield stage


@pytest.fixture
async def new(request: pytest.FixtureRequest, _newest: Stage) -> AsyncIterator[Stage]:
    """Ann and a bot that asks, on a server from 11.0."""
    if _newest.site.version < APPS_FORM:
        pytest.skip("this server’s client draws the dialogs of old")
    async for stage in _on(request, _newest):
        yield stage


@pytest.fixture
async def old(request: pytest.FixtureRequest, _oldest: Stage) -> AsyncIterator[Stage]:
    """Ann and a bot that asks, on a server below 11.0."""
    if _oldest.site.version >= APPS_FORM:
        pytest.skip("this server’s client draws the new dialogs")
    async for stage in _on(request, _oldest):
        yield stage


async def _on(request: pytest.FixtureRequest, stage: Stage) -> AsyncIterator[Stage]:
    await stage.begins()
    yield stage
    faults = [*stage.client.faults]
    stage.client.faults.clear()
    if not request.config.getoption("--mattermost"):
        assert faults == []


@asynccontextmanager
async def _stage(request: pytest.FixtureRequest, browser: Browser, version: str) -> AsyncIterator[Stage]:
    option = request.config.getoption
    url = option("--mattermost")
    bot = asking_there(url, option("--admin-token"), option("--public-url") or "") if url else asking(version)
    async with bot as working, staged(browser, working, real=bool(url)) as stage:
        yield stage
