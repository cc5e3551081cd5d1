"""A distribution already recorded, which the one-value fields of the dialog can keep as it is."""

from enum import StrEnum

from pydantic import BaseModel

from storage.cra import Age, Report, Statut, Suite


class Keep(StrEnum):
    """The choice that keeps what is recorded; offered only where several values are."""

    GARDER = "garder"

    @property
    def label(self) -> str:
        return "Garder la répartition enregistrée"


class KeptAnswers(BaseModel):
    """Ages, statuts and suites of several values, and for how many participants they are."""

    participants: int
    ages: dict[Age, int]
    statuts: dict[Statut, int]
    suite: dict[Suite, int]

    @classmethod
    def of(cls, report: Report) -> "KeptAnswers | None":
        """What of a report one value for everybody can’t say; None when it can."""
        if not report.is_spread:
            return None
        return cls(
            participants=report.participants,
            ages=dict(report.ages),
            statuts=dict(report.statuts),
            suite=dict(report.suite),
        )
