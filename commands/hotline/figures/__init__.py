"""« /hotline stats » and the weekly summary: what the hotline did, for its agents."""

from commands.hotline.figures import papers, show, weekly

__all__ = ["papers", "show", "weekly"]
