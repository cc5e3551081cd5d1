"""A mail server that stands in for a real one: it keeps what it takes, and answers otherwise where it is told to."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

HELLO = "250-stand-in\r\n250 8BITMIME"


@dataclass
class FakeMailServer:
    """``answers`` are what it says instead (« RCPT »: « 550 5.1.1 nobody »); at ``stalls_at`` it says nothing more."""

    port: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    stalls_at: str = ""
    letters: list[EmailMessage] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    stalled: asyncio.Event = field(default_factory=asyncio.Event)

    def forgets(self, answers: Mapping[str, str] | None = None, stalls_at: str = "") -> None:
        """Begin anew, with other answers."""
        self.answers, self.stalls_at = dict(answers or {}), stalls_at
        self.letters.clear()
        self.heard.clear()
        self.stalled.clear()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Talk to one client until it goes."""
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await self._answer(reader, writer)
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._say(writer, "CONNECT", "220 stand-in")
        while line := await reader.readline():
            verb = line.decode().strip().upper().split(" ")[0].split(":")[0]
            self.heard.append(verb)
            await self._say(writer, verb, {"EHLO": HELLO, "DATA": "354 go on"}.get(verb, "250 ok"))
            if verb == "DATA" and "DATA" not in self.answers:
                text = await reader.readuntil(b"\r\n.\r\n")
                self.letters.append(message_from_bytes(text[:-5], policy=policy.default))
                await self._say(writer, "END", "250 taken")

    async def _say(self, writer: asyncio.StreamWriter, verb: str, usual: str) -> None:
        if verb == self.stalls_at:
            self.stalled.set()
            await asyncio.Event().wait()
        writer.write(f"{self.answers.get(verb, usual)}\r\n".encode())
        await writer.drain()


@asynccontextmanager
async def serve_mail() -> AsyncIterator[FakeMailServer]:
    """A server on a port of this machine."""
    fake, tasks = FakeMailServer(), set[asyncio.Task[None]]()

    def welcome(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.create_task(fake.talk(reader, writer)))

    server = await asyncio.start_server(welcome, "127.0.0.1", 0)
    fake.port = server.sockets[0].getsockname()[1]
    try:
        yield fake
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
