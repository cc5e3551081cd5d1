"""« /idee »: what people would like to be better, who is for it, and what becomes of it."""

from commands.idees import decisions, deposit, lists
from commands.idees.feature import feature

__all__ = ["feature"]
