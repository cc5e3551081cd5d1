"""People of the réseau: found, written into the register, moved, and seen off."""

from commands.membres import arriving, changing, gone, show, typed, welcome, welcomes, windows
from commands.membres.feature import bienvenue, feature

__all__ = ["arriving", "bienvenue", "changing", "feature", "gone", "show", "typed", "welcome", "welcomes", "windows"]
