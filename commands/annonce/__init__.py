"""« /annonce »: something said once in many channels, shown before, corrected and taken back everywhere."""

from commands.annonce import asking, changing, preview, sending
from commands.annonce.feature import feature

__all__ = ["asking", "changing", "feature", "preview", "sending"]
