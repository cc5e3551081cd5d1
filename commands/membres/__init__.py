"""People of the réseau: welcomed, found, written into the register, moved, and seen off.

Words:
    RoleProposal, needs_approval: a role over others (animateur, hotline, administrateur) that somebody asks to give or
        take, until another animateur approves; whether a change is one.
"""

from commands.membres import access, accounts, arrivals, changes, handlers, notices, welcomes
from commands.membres.members import bienvenue, feature

__all__ = ["bienvenue", "feature"]
