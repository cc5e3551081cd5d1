"""The journal: what was done to people, channels, messages, resources and settings, by whom, when and why.

Words:
    Entry, Act, Deed, Head: what was done, as the journal keeps it; the one list of acts; one as a handler says it,
        noted at the end of its transaction (`note_at_end`) or at once where its number is needed; the last entry, held
        by who writes.
"""

from storage.journal.chain import Fault, verify
from storage.journal.entry import BOT, OPERATOR, Act, Entry, label_of
from storage.journal.keeping import forget_before
from storage.journal.reading import about, between, get, named, newest, of_things
from storage.journal.writing import add

__all__ = [
    "BOT",
    "OPERATOR",
    "Act",
    "Entry",
    "Fault",
    "about",
    "add",
    "between",
    "forget_before",
    "get",
    "label_of",
    "named",
    "newest",
    "of_things",
    "verify",
]
