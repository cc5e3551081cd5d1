"""Pages of the web as their sites send them: what they call themselves, and which of them robots may read."""

from html.parser import HTMLParser
from urllib.robotparser import RobotFileParser

from bot.quoting import one_line

TITLE_MAX = 200
"""Characters of a title."""


def title_of(body: bytes, kind: str) -> str:
    """The title of a page, of that content type; "" where it has none."""
    page = _Page()
    page.feed(body.decode(_charset(kind), "replace"))
    return one_line(page.title, TITLE_MAX)


def allows(robots: bytes, name: str, url: str) -> bool:
    """Whether a robots.txt lets the robot of that name read an address."""
    rules = RobotFileParser()
    rules.parse(robots.decode("utf-8", "replace").splitlines())
    return rules.can_fetch(name, url)


def _charset(kind: str) -> str:
    """As it says itself, among those that pages have."""
    told = kind.lower().partition("charset=")[2].strip(" \"';")
    return "cp1252" if told in {"iso-8859-1", "iso-8859-15", "latin1", "windows-1252"} else "utf-8"


class _Page(HTMLParser):
    """Reads the title of a page: the first one."""

    def __init__(self) -> None:
        super().__init__()
        self.title = ""
        self._reads = self._is_read = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A title begins."""
        self._reads = tag == "title" and not self._is_read

    def handle_endtag(self, tag: str) -> None:
        """It ends."""
        self._is_read, self._reads = self._is_read or self._reads, False

    def handle_data(self, data: str) -> None:
        """Some of its words."""
        self.title += data if self._reads else ""
