"""The channels held against what they are to be: checked, shown, put right, and undone, as runs of changes.

Words:
    Survey, Plan, Drift, Finding: what the channels are; what they are to be; a kind of difference; one, with its
        reason.
"""

from commands.canaux.repair import checking, mending, running, showing, undoing

__all__ = ["checking", "mending", "running", "showing", "undoing"]
