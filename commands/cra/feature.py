"""The feature that the files of this folder add their handlers to."""

from bot.features import Feature
from bot.rights import Right
from storage import communes
from storage.people import Role

feature = Feature("cra", rights=(Right.MEMBER,))
feature.at_start.append(communes.load)

CONSEILLERS = (Role.CONSEILLER,)
"""Who files reports."""
