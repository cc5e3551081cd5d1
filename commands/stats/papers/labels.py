"""The words of the old platform’s exports (docs/domaine.md §3.4): sheets of before and of today stand side by side."""

from collections.abc import Sequence

from bot.papers import LabelledValue, Section

_TITLES = {
    "canaux": "Canaux d’accompagnements",
    "temps": "Temps en accompagnements",
    "evolution": "Évolution des comptes rendus d’activité",
}
# By the seed’s label in the plural and in the singular (commands/stats/sections.py); others stay as they are.
_GENERAL = {
    ("personnes accompagnées durant cette période", "personne accompagnée durant cette période"): (
        "Personnes totales accompagnées durant cette période"
    ),
    ("nouveaux usagers accompagnés", "nouvel usager accompagné"): "Nouveaux usagers accompagnés",
    ("accompagnements enregistrés", "accompagnement enregistré"): "Accompagnements enregistrés",
    ("ateliers réalisés", "atelier réalisé"): "Ateliers réalisés",
    ("participants au total", "participant au total"): "Total des participants aux ateliers",
    ("accompagnements individuels", "accompagnement individuel"): "Accompagnements individuels",
    ("demandes ponctuelles", "demande ponctuelle"): "Demandes ponctuelles",
    (
        "usagers ont bénéficié d’un accompagnement poursuivi",
        "usager a bénéficié d’un accompagnement poursuivi",
    ): "Accompagnements avec suivi",
    ("en accompagnement individuel",): "Accompagnements individuels",
    ("en atelier collectif",): "Accompagnements en atelier collectif",
    (
        "redirections vers une autre structure agréée",
        "redirection vers une autre structure agréée",
    ): "Redirections vers une autre structure agréée",
}
LABELS = {seed: label for seeds, label in _GENERAL.items() for seed in seeds}
# A cell that begins with a minus sign would have to be guarded.
_AGES = {"-12 ans": "Moins de 12 ans"}
_TIMES = {"Total": "Total d’heures", "Ateliers": "Collectifs"}
FOLLOWED = "Pourcentage du total des usagers accompagnés sur cette période"


def export_sections(sections: Sequence[Section]) -> tuple[Section, ...]:
    """Sections in the order and the words of the exports, whatever the values (always plural)."""
    found = {section.key: section for section in sections}
    keys = [line for key in ("general", "suites") if key in found for line in _general(found[key].lines)]
    others = (_section(section) for section in sections if section.key not in {"general", "suites"})
    return (*((Section("general", "Général", "", tuple(keys)),) if keys else ()), *others)


def _general(lines: Sequence[LabelledValue]) -> list[LabelledValue]:
    """General lines; a share is a line of its own, since it is one of something else than the rest."""
    told = []
    for line in lines:
        told.append(LabelledValue(LABELS.get(line.label, line.label), line.value))
        if line.percent is not None:
            told.append(LabelledValue(FOLLOWED, line.percent))
    return told


def _section(section: Section) -> Section:
    labels = {"temps": _TIMES, "ages": _AGES}.get(section.key, {})
    lines = tuple(LabelledValue(labels.get(line.label, line.label), line.value, line.percent) for line in section.lines)
    return Section(section.key, _TITLES.get(section.key, section.title), section.unit, lines)
