"""The figures of départements, régions and the nation, for those who may see them."""

from commands.stats.territory import papers, show

__all__ = ["papers", "show"]
