"""The directory: who and what is found by which words, as far as each viewer may see it."""

from storage.annuaire.entries import NETWORK, AnyPerson, ShownPerson, may_see, name_place, show_person
from storage.annuaire.index import DirectoryEntry, DirectoryHit, DirectoryIndex, read_index
