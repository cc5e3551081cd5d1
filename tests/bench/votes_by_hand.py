"""Yardstick of secret votes: hand-written SQL through the bot’s own drivers, one commit for each, no ORM.

It writes what the bot writes: who took part, a box that grows by a ballot and is written whole, and a receipt.
"""

import json
import secrets
import sys

import aiosqlite
import asyncpg
from aiohttp import web

from tests.bench.clicks_by_hand import Bare, Postgres, Sqlite

BALLOT = 21
"""Bytes of one."""
RECEIPT = json.dumps({"message": "Votre vote au sondage n° 1 est enregistré.", "props": {}})
Store = Sqlite | Postgres


async def vote(store: Store, user_id: str) -> None:
    """Vote as somebody, with the same writes as the bot’s."""
    async with store.transaction() as db:
        lock = " FOR UPDATE" if isinstance(store, Postgres) else ""
        found = await db.row(f"SELECT sealed FROM poll_box WHERE poll = 1{lock}")
        await db.run("INSERT INTO poll_voter (poll, user_id) VALUES (1, ?)", user_id)
        await db.run("UPDATE poll_box SET sealed = ? WHERE poll = 1", found[0] + secrets.token_bytes(BALLOT))
        await _receipt(store, db, user_id)


async def _receipt(store: Store, db: Bare, user_id: str) -> None:
    row = {"id": secrets.token_hex(13), "where": "person", "target": user_id, "content": RECEIPT,
           "created_at": store.now, "not_before": store.now, "attempts": 0, "crowd": False}  # fmt: skip
    columns = ", ".join(f'"{name}"' for name in row)
    await db.run(f"INSERT INTO outgoing ({columns}) VALUES ({', '.join('?' * len(row))})", *row.values())


async def _sqlite(target: str) -> Store:
    connection = await aiosqlite.connect(target, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
        await connection.execute(f"PRAGMA {pragma}")
    return Sqlite(connection)


async def open_store(target: str) -> Store:
    """Open a database as the bot would."""
    if target.startswith("postgres"):
        return Postgres(await asyncpg.create_pool(target, min_size=5, max_size=10))
    return await _sqlite(target)


async def application(target: str) -> web.Application:
    """Make the application, whose handler works on a database of its own."""
    store = await open_store(target)
    async with store.transaction() as db:
        await db.run("INSERT INTO poll_box (poll, sealed) VALUES (1, ?)", b"")

    async def submit(request: web.Request) -> web.Response:
        await vote(store, (await request.json())["user_id"])
        return web.json_response({})

    async def ready(_: web.Request) -> web.Response:
        return web.json_response({})

    async def close(_: web.Application) -> None:
        await store.close()

    app = web.Application()
    app.add_routes([web.post("/dialogs", submit), web.get("/readyz", ready)])
    app.on_cleanup.append(close)
    return app


def main() -> None:
    """Run ``votes_by_hand.py PORT DATABASE``: a file of SQLite, or an address of PostgreSQL."""
    port, target = sys.argv[1:]
    web.run_app(application(target), host="127.0.0.1", port=int(port), print=None, access_log=None)


if __name__ == "__main__":
    main()
