"""What the stories of feeds share: sites with feeds, an animateur who follows them, and an hour that passes."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.collecting import Newsroom
from tests.helping import plain
from tests.webbing import Outside, outside, says

RSS = "application/rss+xml"


@pytest.fixture
async def web(newsroom: Newsroom) -> AsyncIterator[Outside]:
    """What is outside; the bot reaches nothing else."""
    async with outside() as made:
        made.opens_to(newsroom.house.bot.web)
        yield made


def article(number: int, day: str = "", **more: str) -> str:
    """Something of a feed."""
    said = {"guid": f"art-{number}", "title": f"Article {number}", "link": f"https://presse.example/{number}"} | more
    if day:
        said["pubDate"] = day
    return "<item>" + "".join(f"<{name}>{value}</{name}>" for name, value in said.items()) + "</item>"


def rss(*articles: str, name: str = "La presse") -> bytes:
    """A feed of these."""
    channel = f"<channel><title>{name}</title>{''.join(articles)}</channel>"
    return f'<?xml version="1.0"?><rss version="2.0">{channel}</rss>'.encode()


async def follows(newsroom: Newsroom, link: str) -> str:
    """Ana wants it; what the bot says to that."""
    return plain(await newsroom.ana.asks(f"/actus flux ajouter {link}"))


async def number_of(newsroom: Newsroom, web: Outside, where: str, *articles: str) -> int:
    """A feed that is followed from now on: its number."""
    web.pages[where] = says(rss(*articles), Content_Type=RSS)
    assert "est suivi" in await follows(newsroom, web.link(where))
    return max(feed.number for feed in await newsroom.feeds())


async def hour(newsroom: Newsroom, hours: float = 1) -> None:
    """So many hours later feeds are read."""
    await newsroom.runs("hourly", newsroom.house.clock() + timedelta(hours=hours))
