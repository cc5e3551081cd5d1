"""« /annonce »: something said once in many channels, shown before, listed, corrected and taken back everywhere."""

from commands.annonce import asking, changing, listing, preview, sending
from commands.annonce.feature import feature

__all__ = ["asking", "changing", "feature", "listing", "preview", "sending"]
