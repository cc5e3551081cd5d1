"""The communes of France (official table of the year given in storage/data/NOTICE.md) and how a text names one."""

from storage.communes.search import Match, Place, find, find_exactly, label
from storage.communes.table import Commune, by_code, every, load

__all__ = ["Commune", "Match", "Place", "by_code", "every", "find", "find_exactly", "label", "load"]
