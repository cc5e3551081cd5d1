"""What the bot does: one file (or folder) per feature, all of them listed here."""

from bot.features import Feature
from commands import brouillon, cra, menage, menus, stats
from commands.aide import aide

_TOLD_OF = (cra.feature, stats.feature, brouillon.feature)

FEATURES: tuple[Feature, ...] = (aide(_TOLD_OF), *_TOLD_OF, menus.feature, menage.feature)
"""The only list."""
