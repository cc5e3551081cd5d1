"""The feature that the files of this folder add their handlers to, and who may pull what."""

from bot.features import Feature
from bot.rights import Right
from storage.people import Role

feature = Feature("actus", rights=(Right.MEMBER,))

ANIMATEURS = (Role.ANIMATEUR,)
"""Who edits and publishes. (Administrateurs may all that animateurs may.)"""
