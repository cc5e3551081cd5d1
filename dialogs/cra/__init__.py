"""The dialogs of comptes rendus."""

from dialogs.cra.forms import EditCra, NewCra, SpreadCra
from dialogs.cra.kept import Keep, KeptAnswers

__all__ = ["EditCra", "Keep", "KeptAnswers", "NewCra", "SpreadCra"]
