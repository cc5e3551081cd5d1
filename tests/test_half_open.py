"""Stories: the way to Mattermost goes dead without a word, as behind a proxy that forgets its connections. None is
closed, and nothing comes through them any more; the bot notices by itself, and nothing is lost or doubled."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import aiohttp
import pytest

from bot.mattermost import client
from bot.websocket import parser
from tests.people import Person
from tests.support.hotline import Hotline, helpdesk
from tests.support.house import House, plain, reply_in_thread
from tests.support.publications import AgendaStage, agenda
from tests.test_kit import FORM

__all__ = ["agenda", "helpdesk"]


@dataclass
class Relay:
    """A way to a server whose connections may go dead; later ones work."""

    host: str
    port: int
    deaf: set[str] = field(default_factory=set)
    """The ways that swallow what comes: « there », « back », of the connections that are open now."""
    open: set[asyncio.Task[None]] = field(default_factory=set)
    generation: int = 0
    sockets: int = 0
    """How many websockets were opened since the last time that all went dead."""

    async def welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a connection until it ends."""
        there, answer = await asyncio.open_connection(self.host, self.port)
        mine = self.generation
        ways = [self._pass(reader, answer, "there", mine), self._pass(there, writer, "back", mine)]
        tasks = [asyncio.create_task(way) for way in ways]
        self.open |= set(tasks)
        await asyncio.gather(*tasks, return_exceptions=True)
        writer.close()
        answer.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: str, mine: int) -> None:
        with suppress(OSError):
            while said := await reader.read(65536):
                self.sockets += b"/api/v4/websocket" in said
                if mine == self.generation or way not in self.deaf:
                    writer.write(said)
                    await writer.drain()
            if mine == self.generation:
                writer.close()

    def goes_dead(self, *ways: str) -> None:
        """From now on nothing comes through these ways of the connections that are open; none is closed."""
        self.generation += 1
        self.deaf = set(ways)
        self.sockets = 0


@asynccontextmanager
async def relayed(house: House) -> AsyncIterator[Relay]:
    """Have the house’s bot reach its server by a relay until the block ends."""
    right = house.settings
    server = urlsplit(right.mattermost_url)
    relay = Relay(server.hostname or "", server.port or 0)
    listening = await asyncio.start_server(relay.welcome, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    house.settings = right.model_copy(update={"mattermost_url": f"http://127.0.0.1:{port}"})
    await house.restart()
    try:
        yield relay
    finally:
        house.settings = right
        await house.restart()
        listening.close()
        for task in relay.open:
            task.cancel()
        await asyncio.gather(*relay.open, return_exceptions=True)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bot gives a silent server up after seconds, where it waits for most of a minute."""
    monkeypatch.setattr(parser, "DEAD_AFTER", 5.0)
    monkeypatch.setattr(parser, "PING_EVERY", 0.5)
    monkeypatch.setattr(client, "TIMEOUT", aiohttp.ClientTimeout(total=4.0))


async def count_told(who: Person, words: str) -> int:
    """How many messages of their direct channel have these words."""
    return sum(words in plain(post) for post in await who.direct())


@pytest.mark.own_database
async def test_nothing_is_lost_or_doubled(helpdesk: Hotline, agenda: AgendaStage, impatient: None) -> None:
    """What was said meanwhile comes once and in order; so does what the bot had to say."""
    house, juliette, agathe = helpdesk.house, helpdesk.juliette, helpdesk.agathe
    async with relayed(house) as relay:
        ticket, receipt = await helpdesk.asks(juliette, "L’export reste vide")
        card = await helpdesk.card(ticket)
        await helpdesk.is_where(ticket)
        event = await agenda.proposes(agenda.agathe, pour="69")
        posted = await agenda.said(event.title, room="departement:69")
        kit, idea = await juliette.opens("/kit"), await agathe.opens("/idee Trier par thème")
        await house.settled()
        relay.goes_dead("there", "back")
        lines = [f"ligne {number}" for number in range(4)]
        for line in lines:
            await reply_in_thread(juliette, receipt, line)
        await reply_in_thread(agathe, card, "réponse de la salle")
        await juliette.says("merci !")
        await agenda.juliette.clicks(posted, "J’y serai")
        assert (await kit.fill(**FORM).submit()).accepted
        assert (await idea.submit()).accepted
        await helpdesk.under(juliette, receipt, "réponse de la salle")
        await helpdesk.under(agathe, card, lines[-1])
        await juliette.told("est commandé")
        await agathe.told("est proposée")
        assert relay.sockets == 1, "it came back by another connection"
        await house.settled()
        found = [plain(post) for post in await agathe.reads(card.channel_id) if post.root_id == card.id]
        assert [line for text in found for line in lines if line in text] == lines
        assert await count_told(juliette, "réponse de la salle") == 1
        assert await count_told(juliette, "est commandé") == 1
        assert await count_told(agathe, "est proposée") == 1
