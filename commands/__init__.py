"""What the bot does: one file (or folder) per feature, all of them listed here."""

from bot.features import Feature
from commands import (
    actus,
    agenda,
    annonce,
    annuaire,
    brouillon,
    canaux,
    cra,
    donnees,
    garde,
    hotline,
    membres,
    menage,
    menus,
    moderation,
    ressources,
    sondage,
    stats,
    travaux,
)
from commands.aide import build_aide

_OTHERS = (
    cra.feature,
    stats.feature,
    hotline.feature,
    hotline.billet,
    ressources.feature,
    ressources.livre,
    canaux.feature,
    membres.feature,
    membres.bienvenue,
    annuaire.feature,
    actus.feature,
    actus.kiosque,
    agenda.feature,
    annonce.feature,
    sondage.feature,
    moderation.feature,
    moderation.regles,
    moderation.drapeau,
    donnees.feature,
    garde.feature,
    brouillon.feature,
    menus.feature,
    menage.feature,
    travaux.feature,
)

FEATURES: tuple[Feature, ...] = (build_aide(_OTHERS), *_OTHERS)
"""The only list."""
