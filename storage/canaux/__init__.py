"""Channels as the register wants them: which of Mattermost’s they are, who belongs there, who may be there besides."""

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
