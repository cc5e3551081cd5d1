"""The feature that the files of this folder add their handlers to."""

from bot.features import Feature
from storage.people import Role

feature = Feature("cra")

CONSEILLERS = (Role.CONSEILLER,)
"""Who files reports."""
