"""The windows of statistics: another period, and the format in which figures are downloaded."""

from datetime import date
from typing import Annotated, Any

from bot.command_lines import UNDERSTOOD, require_period
from bot.forms import Choice, Clues, Form, Hidden, ReadText, asks
from bot.french import Period
from config.programme import FIRST_DAY
from config.territories import TerritoryKind
from storage.database import Labelled
from storage.stats import Percent


class Format(Labelled):
    """The format in which figures are downloaded."""

    PDF = "pdf", "PDF, à transmettre"
    XLSX = "xlsx", "Excel, avec chaque compte rendu"
    CSV = "csv", "CSV, les chiffres seuls"


def period_of(text: str, clues: Clues) -> Period:
    """Return the period a text means. Raises UnreadablePeriodError, or ValueError for one without any possible
    report."""
    period = require_period(text, clues.today)
    if period.end <= FIRST_DAY or period.start > clues.today:
        raise ValueError(f"Il n’y a pas de compte rendu à cette période ({period.label}). {UNDERSTOOD}")
    return period


def _label(period: Any) -> str:
    return str(period.label)


PERIOD = ReadText(
    period_of, show=_label, placeholder="mois dernier, septembre, 2025…", missing_text="Indiquez une période."
)
PERIODS = {
    "semaine": "Cette semaine",
    "semaine dernière": "La semaine dernière",
    "mois": "Ce mois-ci",
    "mois dernier": "Le mois dernier",
    "trimestre": "Ce trimestre",
    "année": "Cette année",
    "12 derniers mois": "Les 12 derniers mois",
    "tout": "Depuis le début",
}


SHEETS = {Format.PDF.value: Format.PDF.label, Format.XLSX.value: "Excel", Format.CSV.value: Format.CSV.label}
"""The forms of figures without the reports themselves."""


class ShareLife(Labelled):
    """How long a shared page is shown."""

    WEEK = "7", "7 jours"
    MONTH = "30", "30 jours"
    QUARTER = "90", "3 mois"
    YEAR = "365", "1 an"

    @property
    def days(self) -> int:
        """The number of days."""
        return int(self.value)


class ShareFigures(Form):
    """The window that shares a page of one’s figures with people without an account."""

    title = "Partager mes chiffres"
    submit_label = "Créer la page"

    period: Annotated[Period, PERIOD] = asks("Période", "Le mois dernier, septembre, 2025…", name="periode")
    life: Annotated[ShareLife, Choice.of(ShareLife)] = asks(
        "Durée", "Ensuite, l’adresse ne mène plus à rien.", name="duree"
    )
    percent: Hidden[Percent] = Percent.JUSTE


class SeePeriod(Form):
    """The window of another period: one of the usual ones, or any that can be typed."""

    title = "Voir une autre période"
    submit_label = "Voir"

    usual: Annotated[str | None, Choice(PERIODS)] = asks(
        "Période", "Choisissez, ou écrivez ci-dessous.", name="habituelle", default=None
    )
    written: Annotated[Period | None, PERIOD] = asks(
        "Ou bien, par écrit", "Septembre, 2025, du 01/09 au 15/09…", name="ecrite", default=None
    )
    percent: Hidden[Percent] = Percent.JUSTE
    tag: Hidden[str] = ""

    @classmethod
    def problems(cls, values: Any, clues: Clues) -> dict[str, str]:
        chosen = values.get("usual") or values.get("written")
        return {} if chosen else {"usual": "Choisissez une période, ou écrivez-en une ci-dessous."}


class TakeTerritory(Form):
    """The window of a file with the figures of a territory, for the months that were shown."""

    title = "Exporter ces chiffres"
    submit_label = "Exporter"

    format: Annotated[Format, Choice(SHEETS, Format)] = asks("Forme", "Le fichier arrive en privé.")
    kind: Hidden[TerritoryKind]
    code: Hidden[str]
    start: Hidden[date]
    end: Hidden[date]
    tag: Hidden[str] = ""


class TakeAway(Form):
    """The window of a file with one’s own figures."""

    title = "Exporter mes chiffres"
    submit_label = "Exporter"

    format: Annotated[Format, Choice.of(Format)] = asks("Forme", "Le fichier arrive en privé.")
    period: Annotated[Period, PERIOD] = asks("Période", "Le mois dernier, septembre, 2025…", name="periode")
    percent: Hidden[Percent] = Percent.JUSTE
    tag: Hidden[str] = ""
