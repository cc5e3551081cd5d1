"""The dialogs of comptes rendus."""

from dialogs.cra.forms import EditCra, NewCra, SpreadCra
from dialogs.cra.kept import Keep, Kept

__all__ = ["EditCra", "Keep", "Kept", "NewCra", "SpreadCra"]
