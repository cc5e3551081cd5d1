"""Comptes rendus d’activité: what one says, its rules, its table and the queries on it."""

from storage.cra.table import Cra
from storage.cra.values import Activite, Age, Canal, Report, Source, Statut, Suite

__all__ = ["Activite", "Age", "Canal", "Cra", "Report", "Source", "Statut", "Suite"]
