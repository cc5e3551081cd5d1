"""The feature that the files of this folder add their handlers to."""

from bot.features import Feature
from storage import communes
from storage.people import Role

feature = Feature("cra")
feature.at_start.append(communes.load)

CONSEILLERS = (Role.CONSEILLER,)
"""Who files reports."""
