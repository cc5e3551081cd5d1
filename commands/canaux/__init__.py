"""The team’s channels: who belongs where, one’s own list, what is not as planned, and putting it right."""

from commands.canaux import (
    arrivals,
    checking,
    exceptions,
    leaving,
    making,
    mending,
    own,
    showing,
    turning,
    undoing,
    writing,
)
from commands.canaux.feature import feature

__all__ = [
    "arrivals",
    "checking",
    "exceptions",
    "feature",
    "leaving",
    "making",
    "mending",
    "own",
    "showing",
    "turning",
    "undoing",
    "writing",
]
