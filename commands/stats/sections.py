"""What « Mes statistiques » shows, in its order and with its labels (docs/domaine.md §3.1, §3.3).

One list for the chat, the pictures, the PDF and the sheets, so that they never say different things.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.french.dates import MONTHS
from bot.papers import LabelledValue, Section
from config.themes import THEMES
from storage.communes import by_code
from storage.cra import Activite, Suite
from storage.stats import Figures, Percent, share, shares


@dataclass(frozen=True, slots=True)
class Presentation:
    """Figures to tell, and how their percentages are made."""

    figures: Figures
    percent: Percent = Percent.JUSTE

    @property
    def goes_on(self) -> int:
        """The share of persons whose accompaniment goes on; two figures rounded apart may make it more than whole."""
        return min(100, share(self.figures.poursuivis, self.figures.personnes, self.percent))

    def part(self, counts: Mapping[Any, int], whole: int | None = None) -> tuple[LabelledValue, ...]:
        """A line for each code, with its share of ``whole``, or of them all."""
        percents = shares(counts, sum(counts.values()) if whole is None else whole, self.percent)
        return tuple(LabelledValue(_label(code), n, percents[code]) for code, n in counts.items())


def general(told: Presentation) -> Section:
    """The key figures, each with the seed’s label, singular or plural by its value."""
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
    return Section("general", "Général", "", (*lines, LabelledValue(benefit, f.poursuivis, told.goes_on)))


def suites(told: Presentation) -> Section:
    """How the accompaniments that go on do."""
    redirections = _noun(told.figures.suites[Suite.REDIRECTION], "redirection", "redirections")
    labels = {
        Suite.INDIVIDUEL: "en accompagnement individuel",
        Suite.ATELIER: "en atelier collectif",
        Suite.REDIRECTION: f"{redirections} vers une autre structure agréée",
    }
    lines = tuple(LabelledValue(labels[suite], n) for suite, n in told.figures.suites.items())
    return Section("suites", "Accompagnements poursuivis", "usagers", lines)


def charts(told: Presentation) -> tuple[Section, ...]:
    """The sections that the seed’s page draws; the evolution is apart, its months are not those of the period."""
    f = told.figures
    reports, persons = "comptes rendus", "personnes"
    return (
        Section("themes", "Thèmes des accompagnements", reports, told.part(f.themes)),
        Section("canaux", "Lieux des accompagnements", reports, told.part(f.canaux)),
        Section("durees", "Durée des accompagnements", reports, told.part(f.durees)),
        Section("ages", "Tranches d’âge des usagers", persons, told.part(f.ages, f.personnes)),
        Section("statuts", "Statut des usagers", persons, told.part(f.statuts, f.personnes)),
    )


def territory_sections(told: Presentation) -> tuple[Section, ...]:
    """All sections of a territory’s page; its months, where they are several."""
    months = (evolution(told.figures.mois),) if len(told.figures.mois) > 1 else ()
    return (general(told), suites(told), *charts(told), temps(told), *months)


def temps(told: Presentation) -> Section:
    """Minutes passed, by kind of activity."""
    labels = {Activite.COLLECTIF: "Ateliers", Activite.INDIVIDUEL: "Individuels", Activite.PONCTUEL: "Ponctuels"}
    parts = (LabelledValue(labels[a], minutes) for a, minutes in told.figures.minutes.items())
    return Section("temps", "Temps en accompagnement", "minutes", (LabelledValue("Total", told.figures.temps), *parts))


def evolution(months: Mapping[date, int]) -> Section:
    """CRAs by month (its first day), oldest first."""
    lines = (LabelledValue(f"{MONTHS[month.month - 1]} {month.year}", count) for month, count in sorted(months.items()))
    return Section("evolution", "Évolution des accompagnements", "comptes rendus", tuple(lines))


def communes(counts: Mapping[str, int]) -> Section:
    """CRAs by commune (INSEE code), in the order given."""
    found = ((by_code(code), count) for code, count in counts.items())
    lines = tuple(LabelledValue(commune.nom if commune else "Commune inconnue", count) for commune, count in found)
    return Section("communes", "Communes", "comptes rendus", lines)


def _noun(count: int, one: str, many: str) -> str:
    return one if count < 2 else many


def _label(code: Any) -> str:
    return THEMES[code].court if code in THEMES and not hasattr(code, "label") else str(code.label)
