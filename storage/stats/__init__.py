"""« Mes statistiques »: figures of one conseiller or of a territory, always derived from the comptes rendus."""

from storage.stats.figures import Figures, Percent, share, shares

__all__ = ["Figures", "Percent", "share", "shares"]
