"""The directory: people and contacts found by words, one’s own card, contacts proposed, help asked for."""

from commands.annuaire import cards, contacts, search
from commands.annuaire.cards import feature

__all__ = ["feature"]
