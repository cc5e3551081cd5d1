"""The figures of départements, régions and the nation, for those who may see them."""

from commands.stats.territory import papers, shown

__all__ = ["papers", "shown"]
