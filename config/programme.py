"""The programme of the conseillers numériques, as far as every room has to know of it."""

from datetime import date

FIRST_DAY = date(2020, 1, 1)
"""The first day that an activity may have (docs/domaine.md §2.2)."""
