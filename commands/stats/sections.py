"""What « Mes statistiques » shows, in its order and with its labels (docs/domaine.md §3.1, §3.3).

One list for the chat, the pictures, the PDF and the sheets, so that they never say different things.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.french.dates import say_month
from bot.papers import FigureSection, LabelledValue
from config.themes import THEMES
from storage.communes import get_commune
from storage.cra import Activite, Suite
from storage.stats import Figures, Percent, even_shares, share, shares


@dataclass(frozen=True, slots=True)
class Presentation:
    """Figures to tell, and how their percentages are made."""

    figures: Figures
    percent: Percent = Percent.JUSTE

    @property
    def goes_on(self) -> int:
        """The share of persons whose accompaniment goes on; two figures rounded apart may make it more than whole."""
        return min(100, share(self.figures.poursuivis, self.figures.personnes, self.percent))

    def part(
        self, key: str, title: str, unit: str, counts: Mapping[Any, int], whole: int | None = None
    ) -> FigureSection:
        """Make a section with a line for each code, and its share: for « coop » of ``whole``, or of them all."""
        if self.percent is Percent.JUSTE:
            percents, is_whole = even_shares(counts)
        else:
            percents = shares(counts, sum(counts.values()) if whole is None else whole, self.percent)
            is_whole = True
        lines = tuple(LabelledValue(_label(code), n, percents[code]) for code, n in counts.items())
        return FigureSection(key, title, unit, lines, is_about=not is_whole)


def make_general(told: Presentation) -> FigureSection:
    """Make the key figures, each with the seed’s label, singular or plural by its value."""
    f = told.figures
    counted = [
        (f.personnes, "personne accompagnée", "personnes accompagnées", " durant cette période"),
        (f.nouveaux, "nouvel usager accompagné", "nouveaux usagers accompagnés", ""),
        (f.accompagnements, "accompagnement enregistré", "accompagnements enregistrés", ""),
        (f.ateliers, "atelier réalisé", "ateliers réalisés", ""),
        (f.participants, "participant", "participants", " au total"),
        (f.individuels, "accompagnement individuel", "accompagnements individuels", ""),
        (f.ponctuelles, "demande ponctuelle", "demandes ponctuelles", ""),
    ]
    lines = [LabelledValue(_noun(n, one, many) + more, n) for n, one, many, more in counted]
    benefit = _noun(f.poursuivis, "usager a bénéficié", "usagers ont bénéficié") + " d’un accompagnement poursuivi"
    return FigureSection("general", "Général", "", (*lines, LabelledValue(benefit, f.poursuivis, told.goes_on)))


def make_suites(told: Presentation) -> FigureSection:
    """Make the section of how the accompaniments that go on do so."""
    redirections = _noun(told.figures.suites[Suite.REDIRECTION], "redirection", "redirections")
    labels = {
        Suite.INDIVIDUEL: "en accompagnement individuel",
        Suite.ATELIER: "en atelier collectif",
        Suite.REDIRECTION: f"{redirections} vers une autre structure agréée",
    }
    lines = tuple(LabelledValue(labels[suite], n) for suite, n in told.figures.suites.items())
    return FigureSection("suites", "Accompagnements poursuivis", "usagers", lines)


def make_chart_sections(told: Presentation) -> tuple[FigureSection, ...]:
    """Make the sections that the seed’s page draws; the evolution is apart, its months are not those of the period."""
    f = told.figures
    reports, persons = "comptes rendus", "personnes"
    return (
        told.part("themes", "Thèmes des accompagnements", reports, f.themes),
        told.part("canaux", "Lieux des accompagnements", reports, f.canaux),
        told.part("durees", "Durée des accompagnements", reports, f.durees),
        told.part("ages", "Tranches d’âge des usagers", persons, f.ages, f.personnes),
        told.part("statuts", "Statut des usagers", persons, f.statuts, f.personnes),
    )


def make_period_sections(told: Presentation) -> tuple[FigureSection, ...]:
    """Make the sections that every page of a period has."""
    return (make_general(told), make_suites(told), *make_chart_sections(told), make_temps(told))


def make_territory_sections(told: Presentation) -> tuple[FigureSection, ...]:
    """Make all sections of a territory’s page; its months, where they are several."""
    months = (make_evolution(told.figures.mois),) if len(told.figures.mois) > 1 else ()
    return (*make_period_sections(told), *months)


def make_temps(told: Presentation) -> FigureSection:
    """Make the section of the minutes passed, by kind of activity."""
    labels = {Activite.COLLECTIF: "Ateliers", Activite.INDIVIDUEL: "Individuels", Activite.PONCTUEL: "Ponctuels"}
    parts = (LabelledValue(labels[a], minutes) for a, minutes in told.figures.minutes.items())
    return FigureSection(
        "temps", "Temps en accompagnement", "minutes", (LabelledValue("Total", told.figures.temps), *parts)
    )


def make_evolution(months: Mapping[date, int]) -> FigureSection:
    """Make the section of CRAs by month (its first day), oldest first."""
    lines = (LabelledValue(say_month(month), count) for month, count in sorted(months.items()))
    return FigureSection("evolution", "Évolution des accompagnements", "comptes rendus", tuple(lines))


def make_communes(counts: Mapping[str, int]) -> FigureSection:
    """Make the section of CRAs by commune (INSEE code), in the order given."""
    found = ((get_commune(code), count) for code, count in counts.items())
    lines = tuple(LabelledValue(commune.nom if commune else "Commune inconnue", count) for commune, count in found)
    return FigureSection("communes", "Communes", "comptes rendus", lines)


def _noun(count: int, one: str, many: str) -> str:
    return one if count < 2 else many


def _label(code: Any) -> str:
    return THEMES[code].court if code in THEMES and not hasattr(code, "label") else str(code.label)
