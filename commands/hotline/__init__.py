"""The hotline: asking for help, and answering it."""

from commands.hotline import (
    agents,
    asking,
    card,
    closing,
    figures,
    filing,
    incidents,
    listing,
    mirror,
    moving,
    outages,
    own,
    pointing,
    rating,
    reminding,
    rooms,
    standing,
    telling,
    windows,
)
from commands.hotline.feature import feature
from commands.hotline.pointing import billet

__all__ = [
    "agents",
    "asking",
    "billet",
    "card",
    "closing",
    "feature",
    "figures",
    "filing",
    "incidents",
    "listing",
    "mirror",
    "moving",
    "outages",
    "own",
    "pointing",
    "rating",
    "reminding",
    "rooms",
    "standing",
    "telling",
    "windows",
]
