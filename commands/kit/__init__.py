"""« /kit »: the kit d’animation, ordered by conseillers in lots that animateurs close, followed parcel by parcel."""

from commands.kit import batches, supplier
from commands.kit.orders import feature

__all__ = ["feature"]
