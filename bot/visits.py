"""What somebody without an account asks of a page of the bot’s, at which address, and what they are answered; what
another service sends."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.replies import Replies
from config.settings import Settings


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What somebody without an account asked of a page, or sent: the parts of its address, the fields, and a name for
    the address that it came from, which is the same as long as the bot runs. ``is_glance`` says that nobody reads the
    answer: a program asks that draws a preview of a link, or a browser that fetches it in advance."""

    parts: tuple[str, ...]
    fields: Mapping[str, str]
    visitor: str
    is_glance: bool = False


def address_of_page(settings: Settings, page: str, key: str) -> str:
    """The address of somebody’s page, where people without an account reach the bot."""
    return f"{settings.feed_url or settings.public_url}/{page}/{key}"


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """What another service sent under a key: the very bytes, and the headers by names in small letters."""

    key: str
    body: bytes
    headers: Mapping[str, str]


class WebhookError(Exception):
    """What was sent is not taken, and nothing of it is written down; ``status`` is the whole answer."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


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


@dataclass(frozen=True, slots=True)
class WebhookAnswer:
    """The status that another service is answered with, and what is said to people of the réseau."""

    status: int = 200
    replies: Replies = None


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """What a program of the operator’s asks: the fields of its query, and the address that it asks at, without them."""

    fields: Mapping[str, str]
    address: str


@dataclass(frozen=True, slots=True)
class FeedContent:
    """What a program of somebody’s is answered with that asked over HTTP."""

    body: bytes
    content_type: str
