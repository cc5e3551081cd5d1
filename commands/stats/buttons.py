"""What the buttons of statistics, and the orders of their files, carry; the type is the routing key."""

from commands.stats.asking import Asked
from dialogs.stats import Format


class See(Asked):
    """« Voir octobre 2026 »: the figures of other days."""


class Details(Asked):
    """« Détails »: every figure."""


class Other(Asked):
    """« Autre période »: which, in a window."""


class Take(Asked):
    """« Exporter »: in which form, in a window."""


class Pictured(Asked):
    """The answer with its pictures, sent as a direct message."""


class Export(Asked):
    """A file of one’s figures."""

    format: Format
