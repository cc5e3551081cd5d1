"""The hotline: asking for help, and answering it."""

from commands.hotline import (
    agents,
    asking,
    card,
    closing,
    figures,
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
    suggesting,
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
    "suggesting",
    "telling",
    "windows",
]
