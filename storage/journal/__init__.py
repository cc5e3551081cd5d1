"""The journal: what was done to people, channels, messages, resources and settings, by whom, when and why.

Words:
    JournalEntry, AuditAct, Head: one thing done, as the table has it; the list of all that can be done; the last
        entry’s number and hash, held by who writes. Handlers write with `bot/audit.py`.
"""

from storage.journal.entry import BOT, OPERATOR, AuditAct, JournalEntry, label_of
from storage.journal.log import (
    add,
    forget_before,
    get,
    list_about,
    list_between,
    list_by_name,
    list_newest,
    list_of_things,
    verify,
)

__all__ = [
    "BOT",
    "OPERATOR",
    "AuditAct",
    "JournalEntry",
    "add",
    "forget_before",
    "get",
    "label_of",
    "list_about",
    "list_between",
    "list_by_name",
    "list_newest",
    "list_of_things",
    "verify",
]
