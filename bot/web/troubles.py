"""Why something of the web could not be fetched."""

from enum import StrEnum


class Trouble(StrEnum):
    """What stood in the way."""

    NAME = "name"
    """The name of the host does not exist."""
    REFUSED = "refused"
    """Nobody listens there."""
    TLS = "tls"
    """The host does not prove who it is."""
    SLOW = "slow"
    """No answer in time."""
    ODD = "odd"
    """What came is no answer, or the connection broke."""
    LOOP = "loop"
    """Redirected again and again."""
    FORBIDDEN = "forbidden"
    """Where the bot never goes: another scheme or port, a private address."""
    ROBOTS = "robots"
    """The site asks robots to stay away."""
    BUSY = "busy"
    """The host asked to be left alone for a while."""


class WebError(Exception):
    """It could not be fetched, for that reason."""

    def __init__(self, trouble: Trouble, detail: str = "") -> None:
        super().__init__(f"{trouble}: {detail}" if detail else str(trouble))
        self.trouble = trouble
