"""Measure (q): what comes into the news, of 5,000 messages and 50 feeds, against a bare loop over the same answers."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from statistics import median
from typing import Any

import aiohttp
import feedparser
from aiohttp import web

from bot.clock import utc_now
from bot.mattermost import Mattermost
from bot.mattermost.client import AioClient
from bot.web import HostRateLimit, Reach, WebClient
from commands.actus import feeds, harvest
from commands.actus.feeds import record_reading
from config.settings import Settings
from storage.actus.items import NewsFeed, add_or_get_feed
from storage.database import Database
from storage.urls import url_key
from tests.bench.client import Chatter
from tests.bench.figures import Figure, ms
from tests.bench.plan import Plan
from tests.bench.store import Stores

GOAL = 2.0
HERE, TEAM, BOT = "127.0.0.1", "t" * 26, "b" * 26
CHANNELS, PAGE, ARTICLES, AT_ONCE = 25, 200, 40, 8
"""Public channels; posts of a page; articles of a feed; feeds read together."""


def _id(sort: str, number: int) -> str:
    return f"{sort}{number:025d}"


class Outside:
    """A server that has messages, as Mattermost’s API gives them, and feeds."""

    def __init__(self, messages: int, count: int, now: datetime) -> None:
        self._each = messages // CHANNELS
        self._now = now
        self.feeds = count
        self.url = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer any call."""
        *_, before, last = ("", *request.path.strip("/").split("/"))
        if before == "flux":
            return web.Response(body=self._feed(int(last)), content_type="application/rss+xml")
        if last == "posts":
            return web.json_response(self._posts(before, int(request.query["page"]), int(request.query["per_page"])))
        if last == "ids":
            return web.json_response([{"id": each, "username": each[-8:]} for each in await request.json()])
        if last == "channels":
            return web.json_response([self._channel(_id("c", n)) for n in range(CHANNELS)])
        known = {"me": {"id": BOT, "username": "coop", "is_bot": True}, "cnum": {"id": TEAM, "name": "cnum"}}
        return web.json_response(known.get(last) or self._channel(last))

    def _channel(self, ident: str) -> dict[str, Any]:
        return {"id": ident, "type": "O", "name": ident, "team_id": TEAM, "display_name": ident, "delete_at": 0}

    def _posts(self, channel: str, page: int, size: int) -> dict[str, Any]:
        first, last = page * size, min((page + 1) * size, self._each)
        posts = [self._post(channel, number) for number in range(first, last)]
        return {"order": [post["id"] for post in posts], "posts": {post["id"]: post for post in posts}}

    def _post(self, channel: str, number: int) -> dict[str, Any]:
        ident = f"p{channel[-3:]}{number:022d}"
        reactions = [
            {"user_id": _id("u", (number * 7 + n) % 4000), "post_id": ident, "emoji_name": "heart", "create_at": 1}
            for n in range(number % 4)
        ]
        return {
            "id": ident, "user_id": _id("u", number % 4000), "channel_id": channel, "root_id": "", "type": "",
            "message": f"Un message, le numéro {number}, qui dit ce que l’on fait dans **les ateliers** cette semaine.",
            "create_at": int(self._now.timestamp() * 1000) - number * 60_000, "update_at": 1, "edit_at": 0,
            "delete_at": 0, "props": {}, "metadata": {"reactions": reactions},
        }  # fmt: skip

    def _feed(self, number: int) -> bytes:
        rows = (
            f"<item><title>Article {n} du flux {number}</title><link>https://presse.example/{number}/{n}</link>"
            f"<guid>{number}-{n}</guid><description>&lt;p&gt;{'Quelques mots. ' * 30}&lt;/p&gt;</description>"
            f"<pubDate>{format_datetime(self._now - timedelta(hours=n))}</pubDate></item>"
            for n in range(ARTICLES)
        )
        return f'<rss version="2.0"><channel><title>Flux {number}</title>{"".join(rows)}</channel></rss>'.encode()

    def feed_url(self, number: int) -> str:
        """Return the address of a feed."""
        return f"{self.url}/flux/{number}"


async def measure(plan: Plan, chatter: Chatter, stores: Stores, folder: Path) -> Figure:
    """Measure both in turn; ours on a database without news, then on what the round before left."""
    now = utc_now()
    async with _outside(plan.gathered, plan.feeds, now) as server:
        database = Database(stores.bot)
        try:
            ours, theirs = list[float](), list[float]()
            for number in range(plan.rounds):
                begun = time.perf_counter()
                await _ours(server, database, now + timedelta(hours=number))
                between = time.perf_counter()
                await _bare(server)
                ours.append(between - begun)
                theirs.append(time.perf_counter() - between)
        finally:
            await database.close()
    took, bare = max(ours), median(theirs)
    name = f"(q) actus de {plan.gathered} messages et {plan.feeds} flux, {stores.name}"
    measured = f"{ms(median(ours))} = ×{median(ours) / bare:.2f}, {ms(took)} au plus"
    return Figure(name, measured, f"{ms(bare)}, sans rien en garder", "≤ 2 s", took <= GOAL)


async def _ours(server: Outside, database: Database, now: datetime) -> None:
    settings = Settings(mattermost_url=server.url, team="cnum")
    client = AioClient(server.url, "jeton")
    port = int(server.url.rpartition(":")[2])
    site = WebClient("coop-bot/1 (mesure)", Reach(frozenset({(HERE, port)})), HostRateLimit(0, 100_000))
    try:
        await harvest.harvest_messages(Mattermost(client, "cnum"), database, settings, now - timedelta(days=7), now)
        for first in range(0, server.feeds, AT_ONCE):
            await _read(server, database, site, range(first, min(first + AT_ONCE, server.feeds)), now)
    finally:
        await client.close()
        await site.close()


async def _read(server: Outside, database: Database, site: WebClient, numbers: range, now: datetime) -> None:
    """Read some feeds together, as the hourly reading does."""
    urls = [server.feed_url(number) for number in numbers]
    readings = await asyncio.gather(*(feeds.fetch_feed(site, feeds.FeedSource(0, url)) for url in urls))
    async with database.transaction() as db:
        for reading in readings:
            url = reading.source.url
            row = await add_or_get_feed(db, NewsFeed(key=url_key(url), url=url, name="", added_at=now))
            assert not reading.fault, reading.fault
            await record_reading(db, row, reading, now)


async def _bare(server: Outside) -> None:
    """Read the same answers with aiohttp, json and feedparser, weighing and keeping nothing."""
    async with aiohttp.ClientSession() as session:

        async def ask(path: str) -> bytes:
            async with session.get(f"{server.url}{path}") as reply:
                return await reply.read()

        for channel in json.loads(await ask("/api/v4/channels")):
            found, page = PAGE, 0
            while found == PAGE:
                answer = await ask(f"/api/v4/channels/{channel['id']}/posts?page={page}&per_page={PAGE}")
                found, page = len(json.loads(answer)["order"]), page + 1
        for number in range(server.feeds):
            feedparser.parse(await ask(f"/flux/{number}"))


@asynccontextmanager
async def _outside(messages: int, count: int, now: datetime) -> AsyncIterator[Outside]:
    made = Outside(messages, count, now)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", made.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HERE, 0).start()
    made.url = f"http://{HERE}:{runner.addresses[0][1]}"
    try:
        yield made
    finally:
        await runner.cleanup()
