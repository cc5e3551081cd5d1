"""Measure (e): the sandbox’s page in a real browser: until it is usable, until a message is painted, its size."""

import asyncio
import statistics
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from playwright.async_api import Browser, Page

from tests.bench.children import ROOT, free_port, program
from tests.bench.figures import Figure, ms
from tests.bench.plan import Plan
from tests.browser.chrome import MISSING, chrome, executable
from tests.people import PASSWORD, Api, new_session

WEB = ROOT / "sandbox" / "web"
USABLE_S, PAINTED_S, LARGEST_KB = 1.0, 0.1, 150
BATCH, AT_ONCE = 200, 8
TEAM, LAST = "cnum", "Le tout dernier message"
WATCH = (Path(__file__).parent / "watch.js").read_text("utf-8")
"""Notes, in the page’s own time, when it became usable, when frames came in, and when their messages were painted."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """A server with many people and posts; ``speaker`` is one of them, ``reader`` the name of another."""

    speaker: Api
    reader: str
    channel_id: str

    @property
    def address(self) -> str:
        """The address of the channel with the posts."""
        return f"{self.speaker.url}/{TEAM}/channels/town-square"


async def measure(plan: Plan) -> list[Figure]:
    """Measure the page: its size always, the rest where the machine has a browser."""
    port = free_port()
    serving = program(["-m", "sandbox", "--port", str(port)], port, "/api/v4/system/ping", {})
    async with serving as child, new_session() as session:
        size = await _size(session, child.url)
        path = executable()
        if path is None:
            print(MISSING, file=sys.stderr)
            return [size]
        async with chrome(path) as browser:
            return [*await _watched(plan, browser, await _gathered(plan, session, child.url)), size]


async def _watched(plan: Plan, browser: Browser, crowd: Crowd) -> list[Figure]:
    page = await _reading(browser, crowd)
    usable = [await _opened(page, crowd) for _ in range(plan.rounds)]
    painted = [await _painted(page, crowd, n) for n in range(plan.page_messages)]
    return [_usable(plan, usable), _prompt(painted)]


def _usable(plan: Plan, seconds: list[float]) -> Figure:
    took = statistics.median(seconds)
    what = f"(e) adresse → utilisable, {plan.page_posts} messages, {plan.page_people} personnes"
    return Figure(what, ms(took), f"au pire {ms(max(seconds))}", "≤ 1 s", took <= USABLE_S)


def _prompt(seconds: list[float]) -> Figure:
    worst = max(seconds)
    return Figure(
        "(e) message d’un autre, de sa trame à l’écran, le pire",
        ms(worst),
        f"médiane {ms(statistics.median(seconds))}",
        "≤ 100 ms",
        worst <= PAINTED_S,
    )


async def _size(session: aiohttp.ClientSession, url: str) -> Figure:
    """Measure the size of the files as served, before any compression."""
    files = [f for f in WEB.rglob("*") if f.suffix in (".js", ".css")]
    size = 0.0
    for file in files:
        async with session.get(f"{url}/static/{file.name}", headers={"Accept-Encoding": "identity"}) as reply:
            size += len(await reply.read()) / 1024
    return Figure(
        "(e) scripts et styles servis, sans compression",
        f"{size:.0f} Ko",
        f"{len(files)} fichiers",
        f"≤ {LARGEST_KB} Ko",
        size <= LARGEST_KB,
    )


async def _reading(browser: Browser, crowd: Crowd) -> Page:
    page = await (await browser.new_context()).new_page()
    await page.add_init_script(WATCH)
    await page.goto(f"{crowd.speaker.url}/login")
    await page.fill("#input_loginId", crowd.reader)
    await page.fill("#input_password-input", PASSWORD)
    await page.click("#saveSetting")
    await page.wait_for_selector("#post_textbox")
    return page


async def _opened(page: Page, crowd: Crowd) -> float:
    """Measure the seconds from the address to a painted composer that takes text, under the last message."""
    await page.goto(crowd.address)
    found = await page.wait_for_function("() => window.bench.usable")
    return float(await found.json_value()) / 1000


async def _painted(page: Page, crowd: Crowd, number: int) -> float:
    """Measure the seconds from the frame of somebody else’s message until it is on the screen."""
    await crowd.speaker.post("/posts", {"channel_id": crowd.channel_id, "message": f"mesure-{number}-"})
    found = await page.wait_for_function("n => window.bench.painted[n]", arg=number)
    frame = await page.evaluate("n => window.bench.frames[n]", number)
    return (float(await found.json_value()) - float(frame)) / 1000


async def _gathered(plan: Plan, session: aiohttp.ClientSession, url: str) -> Crowd:
    admin = Api(session, url)
    await admin.post("/users", _account("admin"))
    await admin.log_in("admin", PASSWORD)
    await admin.put("/config/patch", {"TeamSettings": {"MaxUsersPerTeam": plan.page_people + 10}})
    team = await admin.post("/teams", {"name": TEAM, "display_name": TEAM, "type": "O"})
    square = await admin.get(f"/teams/{team['id']}/channels/name/town-square")
    made = await _each(plan.page_people, lambda n: admin.post("/users", _account(f"personne-{n}")))
    for start in range(0, len(made), BATCH):
        rows = [{"team_id": team["id"], "user_id": user["id"]} for user in made[start : start + BATCH]]
        await admin.post(f"/teams/{team['id']}/members/batch", rows)
    speaker = Api(session, url)
    await speaker.log_in("personne-1", PASSWORD)
    said = "Un **message** parmi d’autres, avec une [adresse](https://exemple.fr) et `du code`, n° "
    await _each(plan.page_posts - 1, lambda n: speaker.post("/posts", _post(square["id"], f"{said}{n}")))
    await speaker.post("/posts", _post(square["id"], LAST))
    return Crowd(speaker, "personne-0", square["id"])


async def _each(count: int, call: Callable[[int], Awaitable[Any]]) -> list[dict[str, Any]]:
    """Make so many calls, some at once; return their results in order."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> dict[str, Any]:
        async with gate:
            return await call(number)  # type: ignore[no-any-return]

    return await asyncio.gather(*(one(n) for n in range(count)))


def _account(name: str) -> dict[str, str]:
    return {"username": name, "email": f"{name}@exemple.fr", "password": PASSWORD, "locale": "fr"}


def _post(channel_id: str, message: str) -> dict[str, str]:
    return {"channel_id": channel_id, "message": message}
