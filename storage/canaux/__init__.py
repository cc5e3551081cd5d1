"""Channels as the register wants them: which of Mattermost’s they are, who belongs there, who may be there besides."""

from storage.canaux.table import Allowance, Channel, allowances, by_key, forget, remember

__all__ = ["Allowance", "Channel", "allowances", "by_key", "forget", "remember"]
