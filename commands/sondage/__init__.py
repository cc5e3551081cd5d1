"""« /sondage »: a question to a channel, to départements or to everybody, answered by a click, secretly or by name."""

from commands.sondage import broadcast, drafts, results, votes
from commands.sondage.cards import feature

__all__ = ["feature"]
