"""Yardstick of bookings: hand-written SQL through the bot’s own drivers, one commit for each, no page, no seal.

It writes what the bot writes: a meeting or a seat of it, the booking, and a message to its conseiller.
"""

import secrets
import sys

from aiohttp import web

from tests.bench.clicks_by_hand import Bare
from tests.bench.votes_by_hand import Store, open_store

SEATS = 4
TABLES = (
    "CREATE TABLE meeting (start TEXT PRIMARY KEY, taken INTEGER NOT NULL)",
    "CREATE TABLE seat (code TEXT PRIMARY KEY, start TEXT NOT NULL)",
    "CREATE TABLE card (id TEXT PRIMARY KEY, content TEXT NOT NULL)",
)


async def book(store: Store, start: str) -> bool:
    """Book a seat for somebody, if there is one."""
    async with store.transaction() as db:
        if not await _take(db, start):
            return False
        await db.run("INSERT INTO seat (code, start) VALUES (?, ?)", secrets.token_hex(8), start)
        await db.run("INSERT INTO card (id, content) VALUES (?, ?)", secrets.token_hex(13), start)
        return True


async def _take(db: Bare, start: str) -> bool:
    await db.run("INSERT INTO meeting (start, taken) VALUES (?, 0) ON CONFLICT DO NOTHING", start)
    free = "UPDATE meeting SET taken = taken + 1 WHERE start = ? AND taken < ? RETURNING taken"
    return await db.row(free, start, SEATS) is not None


async def application(target: str) -> web.Application:
    """Make the application, whose handler works on a database of its own."""
    store = await open_store(target)
    async with store.transaction() as db:
        for table in TABLES:
            await db.run(table)

    async def receive(request: web.Request) -> web.Response:
        taken = await book(store, str((await request.post())["creneau"]))
        return web.Response(status=303 if taken else 409, headers={"Location": "/"})

    async def ready(_: web.Request) -> web.Response:
        return web.Response()

    async def close(_: web.Application) -> None:
        await store.close()

    app = web.Application()
    app.add_routes([web.post("/rendez-vous/{key}", receive), web.get("/readyz", ready)])
    app.on_cleanup.append(close)
    return app


def main() -> None:
    """Run ``bookings_by_hand.py PORT DATABASE``; the database is a file of SQLite, or an address of PostgreSQL."""
    port, target = sys.argv[1:]
    web.run_app(application(target), host="127.0.0.1", port=int(port), print=None, access_log=None)


if __name__ == "__main__":
    main()
