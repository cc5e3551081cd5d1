"""Pictures kept to the byte, and the page they show; « python -m tests.golden » draws them anew."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from bot.papers import FigureSection, LabelledValue
from commands.stats import queries
from commands.stats.papers import StatsPage
from commands.stats.queries import Presentation
from config.territories import DEPARTEMENTS
from config.themes import THEMES
from storage.cra.report import Activite, Age, Canal, Duree, Statut, Suite
from storage.stats import Figures

HERE = Path(__file__).parent

FIGURES = Figures(
    accompagnements=1284,
    ateliers=112,
    participants=930,
    individuels=850,
    ponctuelles=322,
    recurrents=641,
    minutes={Activite.COLLECTIF: 10_080, Activite.INDIVIDUEL: 46_750, Activite.PONCTUEL: 6_455},
    suites={Suite.INDIVIDUEL: 120, Suite.ATELIER: 231, Suite.REDIRECTION: 1},
    themes={code: (37 * (i + 3)) % 97 if i % 3 else 0 for i, code in enumerate(THEMES)},
    canaux={Canal.RATTACHEMENT: 640, Canal.AUTRE: 430, Canal.DISTANCE: 214, Canal.DOMICILE: 0},
    durees={Duree.JUSQU_A_30: 322, Duree.DE_30_A_60: 530, Duree.DE_60_A_120: 328, Duree.DES_120: 104},
    ages=dict(zip(Age, (33, 110, 427, 645, 887), strict=True)),
    statuts=dict(zip(Statut, (210, 440, 625, 607, 220), strict=True)),
)
MONTHS = {date(2026, month, 1): 31 * month % 83 for month in range(1, 12)}


def page(told: Presentation | None = None) -> StatsPage:
    """A year of one conseiller, or what ``told`` lets be told of it."""
    told = told or Presentation(FIGURES)
    return StatsPage(
        title="Mes statistiques",
        period="du 1er janvier au 24 novembre 2026",
        start=date(2026, 1, 1),
        last=date(2026, 11, 24),
        today=date(2026, 11, 25),
        sections=(
            queries.make_general(told),
            queries.make_suites(told),
            *queries.make_chart_sections(told),
            queries.make_temps(told),
            queries.make_evolution(MONTHS),
            queries.make_communes({"69256": 800, "69266": 300, "69034": 184}),
        ),
        name="Juliette Martin",
        structure="Médiathèque Léonard-de-Vinci — Ville de Vaulx-en-Velin",
        place="69120 Vaulx-en-Velin",
        notes=("Les pourcentages sont arrondis de sorte que leur somme fasse 100.",),
    )


def nation() -> StatsPage:
    """Every département."""
    regional = [d for d in DEPARTEMENTS.values() if d.code_region]
    lines = (LabelledValue(f"{d.nom} ({d.code})", i * 7919 % 9000 + 3) for i, d in enumerate(regional))
    every = FigureSection("departements", "Accompagnements par département", "comptes rendus", tuple(lines))
    return replace(
        page(), title="Statistiques nationales", stem="Statistiques_nationales", name=None, sections=(every,)
    )
