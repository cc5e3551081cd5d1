"""All départements side by side: a table of them, and a page that compares them."""

from dataclasses import dataclass

from bot.context import Context
from bot.papers import LabelledValue, Section
from commands.stats.papers import Page, TerritoryRow, TerritoryTable
from commands.stats.territory.answers import page
from commands.stats.territory.months import Months, rule
from config.departements import DEPARTEMENTS
from config.territories import NATION, departement
from config.themes import THEMES
from storage.cra.measures import CANAL_NAMES, DUREE_NAMES, THEME_BITS
from storage.cra.table import AGES, STATUTS, SUITES
from storage.stats.monthly import conseillers_of_each
from storage.stats.territories import CountedFigures, read_figures

ACTIVE_CONSEILLERS = "Conseillers actifs"
TABLE_COLUMNS = {
    "personnes": "Personnes accompagnées",
    "nouveaux": "Nouveaux usagers",
    "accompagnements": "Accompagnements enregistrés",
    "ateliers": "Ateliers",
    "participants": "Participants aux ateliers",
    "individuels": "Accompagnements individuels",
    "ponctuelles": "Demandes ponctuelles",
    "poursuivis": "Accompagnements poursuivis",
    **{name: f"Suite : {suite.label}" for suite, name in SUITES.items()},
    "temps": "Temps (minutes)",
    **{name: f"Thème : {THEMES[code].court}" for code, name in THEME_BITS.items()},
    **{name: f"Lieu : {canal.label}" for canal, name in CANAL_NAMES.items()},
    **{name: f"Durée : {duree.label}" for duree, name in DUREE_NAMES.items()},
    **{name: f"Âge : {age.label}" for age, name in AGES.items()},
    **{name: f"Statut : {statut.label}" for statut, name in STATUTS.items()},
}
"""The columns of the table of départements, after how many conseillers there are."""


@dataclass(frozen=True, slots=True)
class EveryDepartement:
    """What is read to tell of every département."""

    found: CountedFigures
    conseillers: dict[str, int]


async def every(ctx: Context, months: Months) -> EveryDepartement:
    """Read it."""
    span = months.span(ctx)
    return EveryDepartement(await read_figures(ctx.db, NATION, span), await conseillers_of_each(ctx.db, NATION, span))


def table_of(ctx: Context, months: Months, read: EveryDepartement) -> TerritoryTable:
    """One row a département; those without any compte rendu count zero everywhere."""
    told = read.found.round()
    names = {code: d.nom for code, d in DEPARTEMENTS.items()}
    names |= {"": "Structure sans département"} if "" in read.conseillers else {}
    rows = []
    for code, nom in names.items():
        measures = told.measures(months.start, months.end, code)
        rows.append(
            TerritoryRow(code, nom, (read.conseillers.get(code, 0), *(measures[name] for name in TABLE_COLUMNS)))
        )
    side_by_side = page(ctx, months, "départements", ())
    notes = (f"Jours : {side_by_side.days}, selon le département de la structure.", rule(ctx, months))
    return TerritoryTable(
        f"Départements — {side_by_side.period}", (ACTIVE_CONSEILLERS, *TABLE_COLUMNS.values()), tuple(rows), notes
    )


def carte_of(ctx: Context, months: Months, read: EveryDepartement) -> Page:
    """The accompaniments of all départements."""
    told = read.found.round()
    lines = tuple(
        LabelledValue(
            departement(code).name,
            told.measures(months.start, months.end, code)["accompagnements"],
        )
        for code in DEPARTEMENTS
    )
    section = Section("departements", "Accompagnements par département", "comptes rendus", lines)
    return page(ctx, months, "départements", (section,))
