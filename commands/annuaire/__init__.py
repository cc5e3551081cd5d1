"""The directory: people and contacts found by words, one’s own card, contacts proposed, help asked for."""

from commands.annuaire import contacts, finding, helping, profile, vcard
from commands.annuaire.feature import feature

__all__ = ["contacts", "feature", "finding", "helping", "profile", "vcard"]
