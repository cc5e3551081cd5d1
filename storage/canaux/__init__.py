"""Channels as the register wants them: which of Mattermost’s they are, who belongs there, who may be there besides.

Words:
    channel Run, Change, Batch: what is shown, made and undone together; one finding of it, and how it stands; those
        that one act makes.
    Amendment, Allowance: what animateurs changed of the table of channels; who is let in or kept out by name.
"""

from storage.canaux.planned import amend, listened_to, planned, put_away, take_back
from storage.canaux.table import (
    Allowance,
    Channel,
    allow,
    allowance_of,
    allowances,
    by_key,
    disallow,
    forget,
    keys_of,
    remember,
)

__all__ = [
    "Allowance",
    "Channel",
    "allow",
    "allowance_of",
    "allowances",
    "amend",
    "by_key",
    "disallow",
    "forget",
    "keys_of",
    "listened_to",
    "planned",
    "put_away",
    "remember",
    "take_back",
]
