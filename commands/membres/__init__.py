"""People of the réseau: welcomed, found, written into the register, moved, and seen off.

Words:
    Asked, takes_two: a role over others (animateur, hotline, administrateur) that somebody asks to give or take, until
        another animateur approves; whether a change is one.
"""

from commands.membres import (
    animateurs,
    approval,
    arriving,
    changing,
    gone,
    guests,
    introducing,
    newcomers,
    profile,
    quiet,
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
    "approval",
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
    "show",
    "typed",
    "welcome",
    "welcomes",
    "windows",
    "wishes",
]
