"""« Mes statistiques »: figures of one conseiller or of a territory, always derived from the comptes rendus."""

from storage.stats.figures import Figures, Percent, even_shares, share, shares

__all__ = ["Figures", "Percent", "even_shares", "share", "shares"]
