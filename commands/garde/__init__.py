"""« /garde »: who is on duty at the hotline, when, and who takes over from whom."""

from commands.garde import handover, swaps, turns
from commands.garde.feature import feature

__all__ = ["feature"]
