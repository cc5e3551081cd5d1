"""The journal: what was done to people, channels, messages, resources and settings, by whom, when and why."""

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
