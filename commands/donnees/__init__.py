"""One’s own data: a copy of all that is held, and erasure."""

from commands.donnees import doing, sleeping, taking, wishing
from commands.donnees.feature import feature

__all__ = ["doing", "feature", "sleeping", "taking", "wishing"]
