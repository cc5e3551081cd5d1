"""« /rappels »: one message a day of what waits and what is new, and one at the end of the day of what it was."""

from commands.rappels.day import SCOPE, TellDay, is_due
from commands.rappels.feature import build_rappels, read_hour

__all__ = ["SCOPE", "TellDay", "build_rappels", "is_due", "read_hour"]
