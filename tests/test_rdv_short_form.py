"""The line of a told appointment: in one order, and read as what was told."""

import pytest

from dialogs.rdv.short_form import arrange_command
from tests.support.cra import LINE_DAY

TOLD = {
    "demain 9h30 creil caf 30 min": "demain 9h30 30 min caf à Creil",
    "jeudi 14h J.M. a domicile a longwy, tablette, 1h": "jeudi 14h 1h tablette à domicile à Longwy J. M.",
    "demain 9h30 a domicile pr la caf": "demain 9h30 caf à domicile",
    "mardi 14h à Oullins, 1h, pour les impôts": "mardi 14h 1h impôts à Oullins",
    "M. T. vendredi 14h à domicile tablette 1h": "vendredi 14h 1h tablette à domicile M. T.",
    "atelier mail 8 places tt les mercredi 10h a la mairie de Bron jusqu'au 31 mars": "tous les mercredis 10h "
    "jusqu'au 31 mars atelier mail 8p à la mairie de Bron",
    "lundi 7 décembre 10h-12h atelier mail 10p médiathèque de Pamiers": "lundi 7 décembre 10h-12h atelier mail 10p "
    "médiathèque de Pamiers",
    "demain 14h impots a la mairie de bron": "demain 14h impots à la mairie de bron",
    "lundi 9h a l'école des lilas mail": "lundi 9h mail à l'école des lilas",
    "mercredi 16h telephone cv": "mercredi 16h cv par téléphone",
    "mercredi 16h cv": "mercredi 16h cv",
}


@pytest.mark.parametrize("told", TOLD)
def test_an_appointment_is_written_in_one_order(told: str) -> None:
    assert arrange_command(f"/rdv {told}", LINE_DAY) == f"/rdv {TOLD[told]}"


@pytest.mark.parametrize("line", ["/rdv", "/rdv demain", "/rdv @carl @marie 30 min mardi 10h point", "/rdv impôts 10h"])
def test_what_is_no_appointment_stays_as_it_is(line: str) -> None:
    assert arrange_command(line, LINE_DAY) == line
