"""The directory: who and what is found by which words, as far as each may see it."""

from storage.annuaire.entries import Entry
from storage.annuaire.index import Hit, Index
from storage.annuaire.search import read
from storage.annuaire.sight import NETWORK, Shown, place_name, sees, show

__all__ = ["NETWORK", "Entry", "Hit", "Index", "Shown", "place_name", "read", "sees", "show"]
