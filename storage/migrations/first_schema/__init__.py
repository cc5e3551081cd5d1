"""An empty database begins with this schema, as it was when the bot was first given out. Nothing here changes any more:
what came since is in the steps after it.

Each module declares the tables of a few features, in the words of ``columns``.
"""

from storage.migrations.first_schema import (
    actus,
    cra,
    hotline,
    moderation,
    people,
    ressources,
)
from storage.migrations.first_schema.columns import SCHEMA

__all__ = ["SCHEMA"]
