"""Channels as the register wants them: which of Mattermost’s they are, who belongs there, who may be there besides.

Words:
    channel Run, Change, Batch: what is shown, made and undone together; one finding of it, and how it stands; those
        that one act makes.
    Amendment, Allowance: what animateurs changed of the table of channels; who is let in or kept out by name.
"""

from storage.canaux.channels import (
    Allowance,
    Channel,
    allow,
    amend_channel,
    disallow,
    find_allowance,
    find_channel_ids,
    find_channel_keys,
    find_team_room,
    find_watched_channels,
    forget_channel,
    list_allowances,
    list_keys_of,
    list_planned,
    list_put_away,
    remember_channel,
    take_back_change,
)

__all__ = [
    "Allowance",
    "Channel",
    "allow",
    "amend_channel",
    "disallow",
    "find_allowance",
    "find_channel_ids",
    "find_channel_keys",
    "find_team_room",
    "find_watched_channels",
    "forget_channel",
    "list_allowances",
    "list_keys_of",
    "list_planned",
    "list_put_away",
    "remember_channel",
    "take_back_change",
]
