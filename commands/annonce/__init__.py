"""« /annonce »: something said once in many channels, shown before, listed, corrected and taken back everywhere."""

from commands.annonce import broadcast, commands
from commands.annonce.feature import feature

__all__ = ["feature"]
