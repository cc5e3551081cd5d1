"""What the bot does: one file (or folder) per feature, all of them listed here."""

from bot.features import Feature
from commands import brouillon, cra, menage, stats
from commands.aide import aide

_TOLD_OF = (cra.feature, stats.feature)

FEATURES: tuple[Feature, ...] = (aide(_TOLD_OF), *_TOLD_OF, brouillon.feature, menage.feature)
"""The only list."""
