"""Comptes rendus d’activité: what one says, its rules, its table and the queries on it."""

from storage.cra.report import Activite, Age, Canal, Cra, CraRow, Report, Source, Statut, Suite

__all__ = [
    "Activite",
    "Age",
    "Canal",
    "Cra",
    "CraRow",
    "Report",
    "Source",
    "Statut",
    "Suite",
]
