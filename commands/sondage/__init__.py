"""« /sondage »: a question to a channel, to départements or to everybody, answered by a click, secretly or by name."""

from commands.sondage import (
    asking,
    ending,
    listing,
    papers,
    preview,
    reminding,
    sending,
    telling,
    voting,
    waiting,
)
from commands.sondage.feature import feature

__all__ = [
    "asking",
    "ending",
    "feature",
    "listing",
    "papers",
    "preview",
    "reminding",
    "sending",
    "telling",
    "voting",
    "waiting",
]
