"""Yardsticks of the submissions: hand-written SQL through the bot’s own drivers, one commit for each, no ORM.

The bare one stores the report and its receipt, and nothing else. The whole one does what cannot be left out: it reads
the author and the next number, looks whether the key was stored before, stores the report, its month, its commune and
its receipt (on PostgreSQL by one statement), sends the receipt and « Bien reçu », and marks the receipt as delivered.
Their rows are copies of one that the bot wrote, with the author, the number of participants and the keys of each
submission.
"""

import asyncio
import json
import secrets
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import aiohttp
import aiosqlite
import asyncpg
from aiohttp import web

TABLES = ("cra", "outgoing", "cra_month", "cra_last_commune")
_MONTH_KEY = ("departement", "month", "author_id")
Row = dict[str, Any]
Rows = Sequence[tuple[str, Row]]
_DELIVERED = (
    "UPDATE outgoing SET delivered_at = created_at, not_before = NULL, fault = NULL, content = '{{}}',"
    " post_id = {post}, channel_id = {channel} WHERE id = {id}"
)


class Store(Protocol):
    """A database by its bare driver."""

    async def save(self, rows: Rows) -> None:
        """Insert rows, (table, values) each, in one transaction."""

    async def file(self, author: str, key: str, rows: Rows) -> None:
        """Insert rows as the bot does: for an author who is read, under a number that is asked for, unless the key was
        stored before."""

    async def mark(self, receipt: str, post_id: str, channel_id: str) -> None:
        """Note that a receipt arrived."""


@dataclass
class Sqlite:
    """A single connection, as SQLite has one writer."""

    connection: aiosqlite.Connection
    turn: Any

    async def save(self, rows: Rows) -> None:
        async with self.turn:
            await self.connection.execute("BEGIN IMMEDIATE")
            await self._insert(rows)

    async def file(self, author: str, key: str, rows: Rows) -> None:
        async with self.turn:
            await self.connection.execute("BEGIN IMMEDIATE")
            await self._ask("SELECT * FROM person WHERE id = ?", author)
            filed = "SELECT (SELECT seq FROM sqlite_sequence WHERE name = 'cra'), (SELECT id FROM cra WHERE key = ?)"
            assert (await self._ask(filed, key))[1] is None
            await self._insert(rows)

    async def mark(self, receipt: str, post_id: str, channel_id: str) -> None:
        statement = _DELIVERED.format(post="?", channel="?", id="?")
        async with self.turn:
            await self.connection.execute(statement, (post_id, channel_id, receipt))

    async def _ask(self, text: str, *values: str) -> Any:
        return await (await self.connection.execute(text, values)).fetchone()

    async def _insert(self, rows: Rows) -> None:
        for table, row in rows:
            await self.connection.execute(_insert(table, row, "?"), tuple(row.values()))
        await self.connection.execute("COMMIT")


@dataclass
class Postgres:
    """A pool as large as the bot’s."""

    pool: Any

    async def save(self, rows: Rows) -> None:
        async with self.pool.acquire() as connection, connection.transaction():
            for table, row in rows:
                await connection.execute(_insert(table, row, "$"), *row.values())

    async def file(self, author: str, key: str, rows: Rows) -> None:
        async with self.pool.acquire() as connection:
            await connection.fetchrow("SELECT * FROM person WHERE id = $1", author)
            filed = "SELECT nextval('cra_id_seq') AS next, (SELECT id FROM cra WHERE key = $1) AS filed"
            found = await connection.fetchrow(filed, key)
            assert found["filed"] is None
            given = [({"id": found["next"]} if table == "cra" else {}) | row for table, row in rows]
            await connection.execute(_join(rows, given), *(value for row in given for value in row.values()))

    async def mark(self, receipt: str, post_id: str, channel_id: str) -> None:
        await self.pool.execute(_DELIVERED.format(post="$1", channel="$2", id="$3"), post_id, channel_id, receipt)


_statements: dict[str, str] = {}


def _insert(table: str, row: Row, mark: str, given: int = 0) -> str:
    key = f"{table} {given}"
    if key not in _statements:
        marks = [mark if mark == "?" else f"${n}" for n in range(given + 1, given + len(row) + 1)]
        columns = ", ".join(f'"{c}"' for c in row)
        text = f"INSERT INTO {table} ({columns}) VALUES ({', '.join(marks)})"
        _statements[key] = text + _on_conflict(table, row)
    return _statements[key]


def _on_conflict(table: str, row: Row) -> str:
    if table == "cra_month":
        sums = ", ".join(f"{c} = cra_month.{c} + excluded.{c}" for c in row if c not in _MONTH_KEY)
        return f" ON CONFLICT ({', '.join(_MONTH_KEY)}) DO UPDATE SET {sums}"
    if table == "cra_last_commune":
        news = ", ".join(f"{c} = excluded.{c}" for c in row if c != "author_id")
        return f" ON CONFLICT (author_id) DO UPDATE SET {news}"
    return ""


def _join(rows: Rows, values: Sequence[Row]) -> str:
    """Make one statement that inserts all rows, and so needs no transaction of its own."""
    if "joined" not in _statements:
        parts, given = [], 0
        for (table, _), row in zip(rows, values, strict=True):
            parts.append(f"s{given} AS ({_insert(table, row, '$', given)} RETURNING 1)")
            given += len(row)
        _statements["joined"] = f"WITH {', '.join(parts)} SELECT 1"
    return _statements["joined"]


async def _like_sqlite(source: str, target: str) -> tuple[Store, dict[str, Row]]:
    connection = await aiosqlite.connect(target, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
        await connection.execute(f"PRAGMA {pragma}")
    await connection.execute("ATTACH ? AS bot", (source,))
    await connection.execute("INSERT INTO person SELECT * FROM bot.person")
    models = {}
    for table in TABLES:
        cursor = await connection.execute(f"SELECT * FROM bot.{table} LIMIT 1")
        values = await cursor.fetchone()
        assert values is not None
        models[table] = {d[0]: v for d, v in zip(cursor.description, values, strict=True)}
    await connection.execute("DETACH bot")
    return Sqlite(connection, asyncio.Lock()), models


async def _like_postgres(source: str, target: str) -> tuple[Store, dict[str, Row]]:
    pool = await asyncpg.create_pool(target, min_size=5, max_size=10)
    bot = await asyncpg.connect(source)
    people = [dict(r) for r in await bot.fetch("SELECT * FROM person")]
    models = {t: dict(await bot.fetchrow(f"SELECT * FROM {t} LIMIT 1")) for t in TABLES}
    await bot.close()
    for person in people:
        await pool.execute(_insert("person", person, "$"), *person.values())
    return Postgres(pool), models


@dataclass
class Receipts:
    """Sends receipts like one that the bot sent, each as soon as its report is stored."""

    store: Store
    session: aiohttp.ClientSession
    server: str
    post: Row
    _sending: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def content(self) -> str:
        """What the row of a receipt says until it is delivered."""
        return json.dumps({name: self.post[name] for name in ("message", "props")})

    def send(self, receipt: str, author: str) -> None:
        """Send a receipt and « Bien reçu »; whoever submitted does not wait for it."""
        for calling in (self._deliver(receipt, author), self._respond()):
            task = asyncio.create_task(calling)
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def _deliver(self, receipt: str, author: str) -> None:
        channel = f"d{author[1:]}"
        sent = self.post | {"channel_id": channel, "pending_post_id": receipt}
        async with self.session.post(f"{self.server}/api/v4/posts", json=sent) as answer:
            made = await answer.json()
        await self.store.mark(receipt, made["id"], channel)

    async def _respond(self) -> None:
        told = {"response_type": "ephemeral", "text": "✅ Bien reçu", "username": "coop", "skip_slack_parsing": True}
        async with self.session.post(f"{self.server}/hooks/commands/{'h' * 26}", json=told) as answer:
            await answer.read()


def handler(
    store: Store, models: dict[str, Row], receipts: Receipts | None
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Store a submission as the bot would, and send its receipt where there is who sends it."""
    cra, outgoing = {n: v for n, v in models["cra"].items() if n != "id"}, models["outgoing"]

    async def submit(request: web.Request) -> web.Response:
        body = await request.json()
        submission, author = body["submission"], body["user_id"]
        key = secrets.token_urlsafe(16)
        report = cra | {"key": key, "author_id": author, "participants": int(submission["participants"])}
        receipt = outgoing | {"id": secrets.token_hex(13), "target": author}
        if receipts:  # it is not delivered yet
            unsent = {"content": receipts.content, "not_before": receipt["created_at"], "delivered_at": None}
            receipt |= unsent | {"post_id": None, "channel_id": None}
        rows = [("cra", report), ("outgoing", receipt)]
        if receipts is None:
            await store.save(rows)
        else:
            more = [(table, models[table] | {"author_id": author}) for table in ("cra_month", "cra_last_commune")]
            await store.file(author, key, rows + more)
            receipts.send(receipt["id"], author)
        return web.json_response({})

    return submit


async def application(source: str, target: str, server: str, post: Row) -> web.Application:
    """Make the application, whose handler works on a copy of the bot’s database; the whole one sends posts like that
    one to a server."""
    make = _like_postgres if source.startswith("postgres") else _like_sqlite
    store, models = await make(source, target)
    session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
    receipts = Receipts(store, session, server, post) if server else None

    async def ready(_: web.Request) -> web.Response:
        return web.json_response({})

    async def close(_: web.Application) -> None:
        await session.close()
        await (store.connection.close() if isinstance(store, Sqlite) else store.pool.close())  # type: ignore[attr-defined]

    app = web.Application()
    app.add_routes([web.post("/dialogs", handler(store, models, receipts)), web.get("/readyz", ready)])
    app.on_cleanup.append(close)
    return app


def main() -> None:
    """Run ``submissions_by_hand.py PORT BOT_DATABASE OWN_DATABASE [MATTERMOST POST]``: files of SQLite, or addresses of
    PostgreSQL."""
    port, source, target, *like = sys.argv[1:]
    server, post = (like[0], json.loads(Path(like[1]).read_text())) if like else ("", {})
    app = application(source, target, server, post)
    web.run_app(app, host="127.0.0.1", port=int(port), print=None, access_log=None)


if __name__ == "__main__":
    main()
