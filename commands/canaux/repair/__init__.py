"""The channels held against what they are to be: checked, shown, put right, and undone, as runs of changes."""

from commands.canaux.repair import checking, mending, running, showing, undoing

__all__ = ["checking", "mending", "running", "showing", "undoing"]
