"""People of the réseau: welcomed, found, written into the register, moved, and seen off."""

from commands.membres import (
    animateurs,
    arriving,
    changing,
    gone,
    guests,
    introducing,
    newcomers,
    profile,
    quiet,
    second,
    show,
    typed,
    welcome,
    welcomes,
    windows,
    wishes,
)
from commands.membres.feature import bienvenue, feature

__all__ = [
    "animateurs",
    "arriving",
    "bienvenue",
    "changing",
    "feature",
    "gone",
    "guests",
    "introducing",
    "newcomers",
    "profile",
    "quiet",
    "second",
    "show",
    "typed",
    "welcome",
    "welcomes",
    "windows",
    "wishes",
]
