"""Comptes rendus d’activité: their content, rules, table and queries."""

from storage.cra.report import Activite, Age, Canal, Cra, CraRow, Report, Source, Statut, Suite
