"""The team’s channels: who belongs where, one’s own list, what is not as planned, and putting it right."""

from commands.canaux import arrivals, describing, exceptions, leading, leaving, making, own, repair, turning, writing
from commands.canaux.feature import feature

__all__ = [
    "arrivals",
    "describing",
    "exceptions",
    "feature",
    "leading",
    "leaving",
    "making",
    "own",
    "repair",
    "turning",
    "writing",
]
