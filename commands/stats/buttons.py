"""What the buttons of statistics, and the orders of their files, carry; the type is the routing key."""

from commands.stats.asking import OwnQuery
from dialogs.stats import Format


class See(OwnQuery):
    """« Voir octobre 2026 »: the figures of other days."""


class Details(OwnQuery):
    """« Détails »: every figure."""


class Other(OwnQuery):
    """« Autre période »: which, in a window."""


class Take(OwnQuery):
    """« Exporter »: in which form, in a window."""


class Pictured(OwnQuery):
    """The answer with its pictures, sent as a direct message."""


class Export(OwnQuery):
    """A file of one’s figures."""

    format: Format
