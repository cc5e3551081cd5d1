"""What « Mes statistiques » shows, in its order and with its labels (docs/domaine.md §3.1, §3.3).

One list for the chat, the pictures, the PDF and the sheets, so that they never say different things.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.french.dates import MONTHS
from config.themes import THEMES
from storage.communes import by_code
from storage.cra import Activite, Suite
from storage.cra.measures import CANAUX, DUREES, MINUTES, THEME_BITS
from storage.cra.table import AGES, STATUTS, SUITES
from storage.stats import Figures, Percent, share, shares


@dataclass(frozen=True, slots=True)
class Line:
    """A label and its value, None when masked; ``percent`` is its share in whole numbers, None where it has none."""

    label: str
    value: int | None
    percent: int | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under a title; ``key`` names it in templates and files. Values count what ``unit`` says."""

    key: str
    title: str
    unit: str
    lines: tuple[Line, ...]

    @property
    def filled(self) -> tuple[Line, ...]:
        """The lines that are not zero, in their order."""
        return tuple(line for line in self.lines if line.value != 0)

    @property
    def ranked(self) -> tuple[Line, ...]:
        """The lines that are not zero, the largest first, masked ones last."""
        return tuple(sorted(self.filled, key=lambda line: -(line.value or 0)))


@dataclass(frozen=True, slots=True)
class Told:
    """Figures as they may be told: ``hidden`` measures (storage.cra.measures) are masked."""

    figures: Figures
    percent: Percent = Percent.JUSTE
    hidden: Collection[str] = ()

    def value(self, measure: str, count: int) -> int | None:
        """The count, unless it is masked."""
        return None if measure in self.hidden else count

    def noun(self, measure: str, count: int, one: str, many: str) -> str:
        """The singular or the plural; a masked count does not even tell that it is one."""
        return one if count < 2 and measure not in self.hidden else many

    def parted(self, counts: Mapping[Any, int], measures: Mapping[Any, str], whole: int | None = None) -> list[Line]:
        """A line for each code. Shares of a group with something masked would tell of it: they are left out."""
        percents: Mapping[Any, int | None] = shares(
            counts, sum(counts.values()) if whole is None else whole, self.percent
        )
        if any(measures[code] in self.hidden for code in counts):
            percents = dict.fromkeys(counts)
        return [Line(_label(code), self.value(measures[code], n), percents[code]) for code, n in counts.items()]


def general(told: Told) -> Section:
    """The key figures, each with the seed’s label, singular or plural by its value."""
    f, goes_on = told.figures, share(told.figures.poursuivis, told.figures.personnes, told.percent)
    counted = [
        ("personnes", f.personnes, "personne accompagnée", "personnes accompagnées", " durant cette période"),
        ("recurrents", f.nouveaux, "nouvel usager accompagné", "nouveaux usagers accompagnés", ""),
        ("accompagnements", f.accompagnements, "accompagnement enregistré", "accompagnements enregistrés", ""),
        ("ateliers", f.ateliers, "atelier réalisé", "ateliers réalisés", ""),
        ("participants", f.participants, "participant", "participants", " au total"),
        ("individuels", f.individuels, "accompagnement individuel", "accompagnements individuels", ""),
        ("ponctuelles", f.ponctuelles, "demande ponctuelle", "demandes ponctuelles", ""),
    ]
    lines = [Line(told.noun(name, n, one, many) + more, told.value(name, n)) for name, n, one, many, more in counted]
    benefit = told.noun("poursuivis", f.poursuivis, "usager a bénéficié", "usagers ont bénéficié")
    benefit += " d’un accompagnement poursuivi"
    poursuivis = told.value("poursuivis", f.poursuivis)
    lines.append(Line(benefit, poursuivis, None if poursuivis is None else goes_on))
    return Section("general", "Général", "", tuple(lines))


def suites(told: Told) -> Section:
    """How the accompaniments that go on do."""
    redirected = told.figures.suites[Suite.REDIRECTION]
    redirections = told.noun(SUITES[Suite.REDIRECTION], redirected, "redirection", "redirections")
    labels = {
        Suite.INDIVIDUEL: "en accompagnement individuel",
        Suite.ATELIER: "en atelier collectif",
        Suite.REDIRECTION: f"{redirections} vers une autre structure agréée",
    }
    lines = (Line(labels[suite], told.value(SUITES[suite], n)) for suite, n in told.figures.suites.items())
    return Section("suites", "Accompagnements poursuivis", "usagers", tuple(lines))


def charts(told: Told) -> tuple[Section, ...]:
    """The sections that the seed’s page draws; the evolution is apart, its months are not those of the period."""
    f = told.figures
    reports, persons = "comptes rendus", "personnes"
    return (
        Section("themes", "Thèmes des accompagnements", reports, tuple(told.parted(f.themes, THEME_BITS))),
        Section("canaux", "Lieux des accompagnements", reports, tuple(told.parted(f.canaux, CANAUX))),
        Section("durees", "Durée des accompagnements", reports, tuple(told.parted(f.durees, DUREES))),
        Section("ages", "Tranches d’âge des usagers", persons, tuple(told.parted(f.ages, AGES, f.personnes))),
        Section("statuts", "Statut des usagers", persons, tuple(told.parted(f.statuts, STATUTS, f.personnes))),
    )


def temps(told: Told) -> Section:
    """Minutes passed, by kind of activity."""
    labels = {Activite.COLLECTIF: "Ateliers", Activite.INDIVIDUEL: "Individuels", Activite.PONCTUEL: "Ponctuels"}
    parts = [Line(labels[a], told.value(MINUTES[a], minutes)) for a, minutes in told.figures.minutes.items()]
    total = Line("Total", told.value("temps", told.figures.temps))
    return Section("temps", "Temps en accompagnement", "minutes", (total, *parts))


def evolution(months: Mapping[date, int | None]) -> Section:
    """CRAs by month (its first day), oldest first."""
    lines = (Line(f"{MONTHS[month.month - 1]} {month.year}", count) for month, count in sorted(months.items()))
    return Section("evolution", "Évolution des accompagnements", "comptes rendus", tuple(lines))


def communes(counts: Mapping[str, int]) -> Section:
    """CRAs by commune (INSEE code), in the order given."""
    found = ((by_code(code), count) for code, count in counts.items())
    lines = tuple(Line(commune.nom if commune else "Commune inconnue", count) for commune, count in found)
    return Section("communes", "Communes", "comptes rendus", lines)


def _label(code: Any) -> str:
    return THEMES[code].court if code in THEMES and not hasattr(code, "label") else str(code.label)
