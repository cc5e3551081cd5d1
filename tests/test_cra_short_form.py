"""The shortest line of a told report: in the order of the help, and read as what was told."""

import pytest

from dialogs.cra.line.batch import read_lines
from dialogs.cra.line.short_form import shorten, shorten_command
from tests import one_in
from tests.support.cra import CLUES, LINE_DAY, USUAL
from tests.test_cra_line_figures import list_labelled

TOLD = {
    "hier j'ai fait un atelier mail à Bron, ils étaient neuf, une heure et demie": "atelier 9p 1h30 mail Bron hier",
    "une dame de 72 ans pour ses impots ce matin, 45 minutes": "individuel 45min impots aujourd’hui +60",
    "3 dames l'une après l'autre pour la caf à Maubeuge, 30 min chacune": "3 individuels 30min caf Maubeuge",
    "chez elle mardi pour whatsapp, 1h15": "individuel à domicile 1h15 whatsapp mardi",
    "un chomeur, son cv et sa lettre, 69120 Vaulx, 1h": "individuel 1h cv 69120 sans emploi",
    "ponctuel pour imprimer, 10 mn": "ponctuel 10min imprimer",
    "ce matin un atelier mail de 8 personnes, 2h puis 2 ponctuels caf 15 min": "atelier 8p 2h mail aujourd’hui puis "
    "2 ponctuels 15min caf",
    "dépanné un gars 15 min en ponctuel sur son wifi": "ponctuel 15min wifi",
    "ponctuel 10mn boîte mail": "ponctuel 10min mail",
    "une dame pour son dossier caf, 45 min": "individuel 45min caf",
    "1h chez un monsieur, prise en main de l'ordi": "individuel à domicile 1h ordinateur",
    "atelier fait lundi à Saint-Joseph (974), 9 gramounes, 1h30": "atelier 9p 1h30 Saint-Joseph (974) lundi +60",
    "aujourd'hui atelier whatsapp à la mjc monplaisir lyon 8, 7 pers": "atelier 7p whatsapp lyon 8 aujourd’hui",
    "mardi à Caluire, 2h, j'ai aidé un artisan à créer son site": "individuel 2h artisan site Caluire mardi",
    "hier une dizaine de personnes pour un atelier smartfone": "atelier 10p smartphone hier",
    "bilan de la journée : 5 individuels 45 min, impôts": "5 individuels 45min impôts",
    "un indiv 30 min cv avec un étudiant, 18-35": "individuel 30min cv étudiant 18-35",
    "atelier pronote à l'école, 12p": "atelier 12p pronote",
    "atelier mail à st nazaire, 8 personnes": "atelier 8p mail Saint-Nazaire",
    "pareil que mardi mais avec 4 personnes": "comme mardi avec 4 personnes",
    "idem que celui de vendredi sauf que c'était 1h30": "comme vendredi mais 1h30",
    "la même chose qu'hier à distance": "comme hier mais à distance",
    "idem que le dernier cra mais 1h": "idem mais 1h",
    "pareil aujourd'hui": "idem aujourd’hui",
    "hier 9 lycéens sur parcoursup, 1h": "atelier 9p 1h parcoursup hier 12-18 étudiant",
    "hier à domicile une heure pour le téléphone d'une dame": "individuel à domicile 1h téléphone hier",
    "45 min avec un chercheur d'emploi pour son cv": "individuel 45min cv sans emploi",
    "un atelier linux à Crest avec 5 personnes, deux heures #fabrique": "atelier 5p 2h linux Crest #fabrique",
}


@pytest.mark.parametrize("told", TOLD)
def test_a_told_report_is_written_in_the_order_of_the_help(told: str) -> None:
    assert shorten(told, CLUES) == TOLD[told]


@pytest.mark.parametrize(
    "line",
    [
        "3 individuels de 30 min mail 69120 +60 retraités",
        "atelier 8p 1h30 mail, internet 69120 hier +60 retraités",
        "idem mais 1h",
        "comme hier avec 5 personnes",
        "que dire aussi",
        "",
    ],
)
def test_a_line_stays_as_it_is_and_what_says_nothing_too(line: str) -> None:
    assert shorten(line, CLUES) == line


def test_what_comes_back_each_week_has_its_day_first() -> None:
    weekly = "/cra tous les mardis je fais un atelier smartphone, 8 personnes, deux heures"
    assert shorten_command(weekly, LINE_DAY) == "/cra tous les mardis atelier smartphone 8p 2h"
    until = "/cra tous les mardis jusqu’au 30/06 un atelier smartphone"
    assert shorten_command(until, LINE_DAY) == until
    assert shorten_command("/cra", LINE_DAY) == "/cra"
    assert shorten_command("/cra hier un atelier mail de 4 personnes", LINE_DAY) == "/cra atelier 4p mail hier"


def list_values(text: str) -> list[tuple[object, ...]]:
    """What is read of a text: its values, themes in any order, and doubts. Who is alone is not counted."""
    lines = read_lines(text, CLUES, USUAL)
    values = [{e: value for e, value in line.raw.items() if e not in ("themes", "participants")} for line in lines]
    themes = [sorted(line.raw.get("themes", ())) for line in lines]
    return [*zip(values, themes, [sorted(line.mistakes) for line in lines], strict=True)]


@pytest.mark.parametrize("text", one_in(4, [labelled.text for labelled in list_labelled()]))
def test_the_short_line_is_read_as_what_was_told(text: str) -> None:
    short = shorten(text, CLUES)
    assert list_values(short) == list_values(text)
    assert shorten(short, CLUES) == short, "and is a line itself"
