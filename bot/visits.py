"""Requests to the bot’s web pages, API and webhooks as values, and their answers."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.replies import Replies
from config.settings import Settings


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A visitor’s request to a page, or a sent form: the parts of its path, the fields, and a pseudonym of the
    visitor’s address, stable while the bot runs. ``is_glance`` says that only a preview or prefetch asks, which nobody
    reads."""

    parts: tuple[str, ...]
    fields: Mapping[str, str]
    visitor: str
    is_glance: bool = False


def address_of_page(settings: Settings, page: str, key: str) -> str:
    """Return the public address of a page."""
    return f"{settings.feed_url or settings.public_url}/{page}/{key}"


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """A delivery by another service: the raw body, and the headers by names in small letters."""

    key: str
    body: bytes
    headers: Mapping[str, str]


class WebhookError(Exception):
    """A refused delivery, of which nothing is stored; ``status`` is the whole answer."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class PageAnswer:
    """A page or file for a visitor, and messages to people of the réseau. With ``location`` the browser is redirected,
    so that a reload sends nothing again; ``filename`` makes it a file."""

    body: str
    status: int = 200
    content_type: str = HTML
    location: str = ""
    filename: str = ""
    replies: Replies = None

    @property
    def is_page(self) -> bool:
        """Whether the answer is a page rather than a file."""
        return self.content_type == HTML


@dataclass(frozen=True, slots=True)
class WebhookAnswer:
    """The HTTP status for the other service, and messages to people of the réseau."""

    status: int = 200
    replies: Replies = None


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """A program’s request: the fields of its query, and its address without them."""

    fields: Mapping[str, str]
    address: str


@dataclass(frozen=True, slots=True)
class FeedContent:
    """The content of a feed."""

    body: bytes
    content_type: str
