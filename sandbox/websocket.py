"""The websocket: authentication, resuming, and the actions of clients."""

import asyncio
import json
from typing import Any

from aiohttp import WSMsgType, web

from sandbox.connection import Connection
from sandbox.events import Broadcast, dumps
from sandbox.ids import now_ms
from sandbox.messages import message_of
from sandbox.records import Token
from sandbox.statuses import set_online, status_of
from sandbox.world import World

UNAUTHENTICATED_FOR = 5.0
"""Seconds after which a socket that proved nothing is cut."""
PING_EVERY = 60.0
LONGEST_MESSAGE = 8192


class Socket:
    """A websocket connection from its opening to its end."""

    def __init__(self, world: World, request: web.Request) -> None:
        self._world = world
        self._request = request
        self._socket = web.WebSocketResponse(heartbeat=PING_EVERY, max_msg_size=LONGEST_MESSAGE)
        self._connection: Connection | None = None
        self._outbox: asyncio.Queue[str | None] | None = None
        self._writer: asyncio.Task[None] | None = None

    async def run(self) -> web.WebSocketResponse:
        """Serve until either side ends it."""
        await self._socket.prepare(self._request)
        self._world.sockets.add(self)
        timer = asyncio.get_running_loop().call_later(UNAUTHENTICATED_FOR, self._cut_unknown)
        try:
            self._open_by_header()
            async for message in self._socket:
                if message.type is WSMsgType.TEXT and not self._hear(message.data):
                    break
        finally:
            timer.cancel()
            await self._end()
        return self._socket

    def cut(self) -> None:
        """End the connection without a close frame, as the real server does; events wait from now on."""
        if self._connection is not None and self._outbox is not None:
            self._connection.detach(self._outbox)
            self._world.hub.forget_deaf(self._connection)
            self._world.hub.note_absence(self._connection.user_id)
        if self._request.transport is not None:
            self._request.transport.close()

    def _cut_unknown(self) -> None:
        if self._connection is None:
            self.cut()

    async def _end(self) -> None:
        self._world.sockets.discard(self)
        if self._writer is not None:
            self._writer.cancel()
        self.cut()

    def _open_by_header(self) -> None:
        token = self._world.token_of(self._request)
        if token is None:
            return
        wanted, number = self._request.query.get("connection_id"), self._request.query.get("sequence_number")
        if wanted is None:
            self._register(token)
            set_online(self._world, token.user_id)
        elif number is None or not number.isdigit():
            self.cut()
        else:
            self._resume(token, wanted, int(number))

    def _resume(self, token: Token, connection_id: str, number: int) -> None:
        known = self._world.hub.find(token.user_id, connection_id)
        missed = known.missed_since(number) if known else None
        if known is None or missed is None or known.outbox is not None:
            self._register(token)
            return
        self._start(known)
        for text in missed:
            known.send_reply(text)

    def _register(self, token: Token) -> None:
        connection = Connection(token.user_id, token.id)
        self._start(connection)
        self._world.hub.add(connection)
        data: dict[str, Any] = {"connection_id": connection.id, "server_version": self._world.version_header}
        if self._world.caps.hello_has_hostname:
            data["server_hostname"] = "sandbox"
        target = Broadcast(user_id=token.user_id).as_json(self._world.caps)
        frame = f'{{"event":"hello","data":{dumps(data)},"broadcast":{dumps(target)},"seq":'
        connection.send_event(frame)

    def _start(self, connection: Connection) -> None:
        self._connection = connection
        self._outbox = connection.attach()
        self._writer = asyncio.create_task(self._write(self._outbox))

    async def _write(self, outbox: "asyncio.Queue[str | None]") -> None:
        while (text := await outbox.get()) is not None:
            await self._socket.send_str(text)
        self.cut()

    def _hear(self, text: str) -> bool:
        """Act on what a client sent; False ends the connection."""
        try:
            asked = json.loads(text)
            number, action, data = asked.get("seq", 0), asked.get("action", ""), asked.get("data") or {}
        except (ValueError, AttributeError):
            return False
        if action == "authentication_challenge" and self._connection is None:
            return self._challenge(number, data.get("token"))
        if self._connection is not None:
            answer_action(self._world, self._connection, number, action, data)
        return True

    def _challenge(self, number: int, secret: object) -> bool:
        token = self._world.find_token(secret) if isinstance(secret, str) else None
        if token is None:
            return False
        self._register(token)
        if self._connection is not None:
            self._connection.send_reply(dumps({"status": "OK", "seq_reply": number}))
            set_online(self._world, token.user_id)
        return True


def answer_action(world: World, connection: Connection, number: int, action: str, data: dict[str, Any]) -> None:
    """Answer an action that a client sent."""
    if number <= 0:
        connection.send_reply(_failure(number, "bad_seq", 400))
    elif action == "user_typing":
        _typing(world, connection.user_id, data)
        connection.send_reply(_success(number, None))
    elif action == "ping":
        connection.send_reply(_success(number, _pong(world)))
    elif action in {"get_statuses", "get_statuses_by_ids"}:
        connection.send_reply(_success(number, _statuses(world, data.get("user_ids"))))
    elif action in {"presence", "user_update_active_status"}:
        connection.send_reply(_success(number, None))
    else:
        connection.send_reply(_failure(number, "bad_action", 500))


def _typing(world: World, user_id: str, data: dict[str, Any]) -> None:
    channel_id = str(data.get("channel_id", ""))
    if world.state.member(channel_id, user_id) is None:
        return
    world.hub.publish(
        "typing",
        {"parent_id": data.get("parent_id", ""), "user_id": user_id},
        Broadcast(channel_id=channel_id, omit_users=(user_id,)),
    )


def _pong(world: World) -> dict[str, Any]:
    return {"node_id": "", "server_time": now_ms(), "text": "pong", "version": world.caps.number}


def _statuses(world: World, user_ids: object) -> dict[str, str]:
    if isinstance(user_ids, list):
        return {str(user_id): status_of(world, str(user_id)).status for user_id in user_ids}
    return {row.user_id: row.status for row in world.state.statuses if row.status != "offline"}


def _success(number: int, data: dict[str, Any] | None) -> str:
    body: dict[str, Any] = {"status": "OK", "seq_reply": number}
    return dumps(body if data is None else body | {"data": data})


def _failure(number: int, name: str, status: int) -> str:
    error_id = f"api.web_socket_router.{name}.app_error"
    error = {"id": error_id, "message": message_of(error_id), "detailed_error": "", "status_code": status}
    reply: dict[str, Any] = {"status": "FAIL"}
    if number > 0:
        reply["seq_reply"] = number
    return dumps(reply | {"error": error})
