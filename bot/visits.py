"""What somebody without an account asks of a page of the bot’s, and what they are answered."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.replies import Replies


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What somebody without an account asked of a page, or sent: the parts of its address, the fields, and a name for
    the address that it came from, which is the same as long as the bot runs."""

    parts: tuple[str, ...]
    fields: Mapping[str, str]
    visitor: str


HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class PageAnswer:
    """The page, or file, that they are shown, and what is said to people of the réseau. ``location`` is where the
    browser goes on, whose address a reload then asks for; ``filename`` makes it a file."""

    body: str
    status: int = 200
    content_type: str = HTML
    location: str = ""
    filename: str = ""
    replies: Replies = None

    @property
    def is_page(self) -> bool:
        """Whether it is shown, and no file."""
        return self.content_type == HTML
