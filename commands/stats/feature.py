"""The feature that the files of this folder add their handlers to, and who may pull what."""

from bot.features import Feature
from bot.rights import Right
from storage.people import Role

feature = Feature("stats", rights=(Right.MEMBER,))

CONSEILLERS = (Role.CONSEILLER,)
"""Who has figures of one’s own."""
COMMUNITY = (Role.CONSEILLER, Role.COORDINATEUR, Role.ANIMATEUR)
"""Who may see figures of territories; which ones depends on the role."""
ANIMATEURS = (Role.ANIMATEUR,)
