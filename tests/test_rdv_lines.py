"""How the lines of tests/data/lignes_rdv*.tsv are read: nothing that was not meant is a click away from being noted,
and the line that stands for one is read as the same again."""

import re
from pathlib import Path

import pytest

from dialogs.rdv.line import read_rdv_line
from dialogs.rdv.parts import RdvLine, UsualRdv
from dialogs.rdv.short_form import arrange_command
from storage.communes import find_place_exactly
from tests import one_in
from tests.support.cra import CLUES, LINE_DAY

NAMES = ("jour", "heure", "duree", "themes", "commune", "places", "ou", "revient")
ASKED = "?"


def list_labelled(name: str) -> list[tuple[str, dict[str, str]]]:
    rows = (Path(__file__).parent / "data" / name).read_text("utf-8").splitlines()[2:]
    return [(text, _read_meant(meant)) for text, meant in (row.split("\t") for row in rows)]


def _read_meant(text: str) -> dict[str, str]:
    cut = re.split(rf" ?\b({'|'.join(NAMES)})=", text)[1:]
    return dict(zip(cut[::2], cut[1::2], strict=True))


def list_said(line: RdvLine) -> dict[str, str]:
    """What is read of a line, in the words of the labels; what goes without saying is left out."""
    raw = line.raw
    place = find_place_exactly(str(raw.get("commune", ""))).place
    said = {
        "jour": line.day.isoformat() if line.day else "",
        "heure": f"{line.hour:%H:%M}" if line.hour else "",
        "duree": str(raw.get("duree", "")),
        "themes": ",".join(sorted(raw.get("themes", ()))),
        "commune": place.commune.code if place else "",
        "places": str(raw.get("places", "")),
        "ou": str(raw.get("ou", "")),
        "revient": "oui" if "repetition" in raw else "",
    }
    return {name: value for name, value in said.items() if value}


USUAL = list_labelled("lignes_rdv.tsv")
LABELLED = [*USUAL, *list_labelled("lignes_rdv_pieges.tsv")]


@pytest.mark.parametrize(("text", "meant"), LABELLED, ids=[text for text, _ in LABELLED])
def test_nothing_wrong_is_one_click_from_being_noted(text: str, meant: dict[str, str]) -> None:
    line = read_rdv_line(text, CLUES, UsualRdv())
    is_sure = line.judge(CLUES) is not None and not line.unread
    said = list_said(line)
    wrong = {name: value for name, value in meant.items() if value != ASKED and said.get(name) != value}
    added = {name for name in ("themes", "commune", "places") if name in said and name not in meant}
    assert not (is_sure and (wrong or ASKED in meant.values() or added)), said


@pytest.mark.parametrize("text", one_in(4, [text for text, _ in LABELLED]))
def test_the_line_that_stands_for_one_is_read_as_the_same(text: str) -> None:
    arranged = arrange_command(f"/rdv {text}", LINE_DAY)
    assert list_said(read_rdv_line(arranged[5:], CLUES, UsualRdv())) == list_said(
        read_rdv_line(text, CLUES, UsualRdv())
    )
    assert arrange_command(arranged, LINE_DAY) == arranged


def test_most_lines_are_ready() -> None:
    lines = [read_rdv_line(text, CLUES, UsualRdv()) for text, meant in USUAL if ASKED not in meant.values()]
    ready = sum(line.judge(CLUES) is not None and not line.unread for line in lines)
    assert ready >= 0.85 * len(lines)


@pytest.mark.parametrize("text", ["lundi dernier 10h mail", "mardi passé 10h mail"])
def test_a_day_that_is_said_to_be_past_is_no_coming_one(text: str) -> None:
    line = read_rdv_line(text, CLUES, UsualRdv())
    assert "est passé" in line.mistakes["quand"]
    assert (line.day, line.unread) == (None, ())
    assert "commune" not in line.mistakes


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1er lundi de décembre 10h mail", "07/12/2026 10h00"),
        ("le premier lundi de janvier 10h mail", "04/01/2027 10h00"),
        ("le dernier vendredi de décembre 14h mail", "25/12/2026 14h00"),
        ("dernier lundi du mois 14h mail", "30/11/2026 14h00"),
        ("le 1er lundi du mois prochain 10h mail", "07/12/2026 10h00"),
    ],
)
def test_a_weekday_of_a_month_is_one_day(text: str, day: str) -> None:
    """« le 1er lundi du mois » recurs; that of one month does not."""
    found = read_rdv_line(text, CLUES, UsualRdv())
    assert found.raw["quand"] == day
    assert "repetition" not in found.raw
    assert not found.unread


@pytest.mark.parametrize(
    ("text", "right", "wrong"),
    [
        ("mardi 14h pardon vendredi mail", "vendredi", "mardi"),
        ("mardi 14h non plutôt vendredi mail", "vendredi", "mardi"),
        ("le mardi plutôt vendredi 14h mail", "vendredi", "mardi"),
        ("demain en fait lundi 14h mail", "lundi", "demain"),
    ],
)
def test_a_day_that_is_put_right_is_the_second_and_is_mentioned(text: str, right: str, wrong: str) -> None:
    found = read_rdv_line(text, CLUES, UsualRdv())
    alone = read_rdv_line(f"{right} 14h mail", CLUES, UsualRdv())
    assert found.raw["quand"] == alone.raw["quand"]
    assert found.notes == [f"J’ai lu {right}, et non {'le ' * text.startswith('le ')}{wrong}\u00a0: vérifiez le jour."]


@pytest.mark.parametrize(
    ("text", "day", "hour"),
    [
        ("mardi dans quinze jours 9h caf", "2026-12-08", "09:00"),
        ("semaine prochaine jeudi 14h caf", "2026-12-03", "14:00"),
        ("jeudi semaine prochaine 14h caf", "2026-12-03", "14:00"),
        ("mercredi semaine 50 10h caf", "2026-12-09", "10:00"),
        ("la veille du 5 décembre, 14h, caf", "2026-12-04", "14:00"),
        ("le trente novembre à dix heures dix, caf", "2026-11-30", "10:10"),
        ("lundi onze heures moins vingt, caf", "2026-11-30", "10:40"),
        ("samedi à dix-heures et demi caf", "2026-11-28", "10:30"),
        ("pas ce vendredi le suivant, 10h, caf", "2026-12-04", "10:00"),
        ("son bus arrive à 13h50 donc rdv 14h10 demain caf", "2026-11-25", "14:10"),
        ("vendredi 9h30 mail, 4 impasse du 8 mai 1945", "2026-11-27", "09:30"),
        ("mme D. née le 03/12/42 vendredi 9h30 mail", "2026-11-27", "09:30"),
        ("facture box du 15/11, lundi 10h50 mail", "2026-11-30", "10:50"),
        ("médiathèque rue du 11 novembre lundi 15h mail", "2026-11-30", "15:00"),
        ("atelier pour des 10/12 ans mercredi 9/12 14h30 mail 8 places", "2026-12-09", "14:30"),
        ("mardi dans 8 jours 9h15 caf", "2026-12-01", "09:15"),
        ("dans deux semaines mardi 9h caf", "2026-12-08", "09:00"),
        ("demain 9h oups pardon 10h caf", "2026-11-25", "10:00"),
        ("vendredi 15h non enfin 16h mail", "2026-11-27", "16:00"),
        ("pas jeudi mais vendredi, 9h30 caf", "2026-11-27", "09:30"),
        ("elle ne peut plus mardi donc jeudi 14h caf", "2026-11-26", "14:00"),
        ("dans 48 heures à 9h, caf", "2026-11-26", "09:00"),
        ("la veille de Noël 10h caf", "2026-12-24", "10:00"),
        ("lundi 10h caf, dossier à rendre avant le 10/12", "2026-11-30", "10:00"),
        ("le 26 à 14.15 caf", "2026-11-26", "14:15"),
        ("jeudi 14h train à 10.50 euros caf", "2026-11-26", "14:00"),
        ("demain 14h mail enfants de 9 à 11 ans", "2026-11-25", "14:00"),
    ],
)
def test_days_and_hours_told_in_other_words(text: str, day: str, hour: str) -> None:
    said = list_said(read_rdv_line(text, CLUES, UsualRdv()))
    assert (said["jour"], said["heure"]) == (day, hour)


@pytest.mark.parametrize(
    ("text", "hour", "minutes"),
    [
        ("jeudi de 9 à 11 caf", "09:00", "120"),
        ("vendredi 14h15/15h caf", "14:15", "45"),
        ("lundi de 10h30 à midi caf", "10:30", "90"),
        ("lundi midi à 13h caf", "12:00", "60"),
    ],
)
def test_an_end_is_said_without_its_unit(text: str, hour: str, minutes: str) -> None:
    found = read_rdv_line(text, CLUES, UsualRdv())
    assert (f"{found.hour:%H:%M}", found.raw["duree"], found.unread) == (hour, minutes, ())


def test_a_call_that_somebody_learns_to_make_is_a_subject() -> None:
    found = read_rdv_line("mardi 10h visio avec ses petits enfants", CLUES, UsualRdv())
    assert (found.raw["ou"], found.raw["themes"]) == ("rattachement", ["echanger"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("mercredi prochain 14h mail", "demain, ou dans huit jours"),
        ("le lendemain de son scanner du 2/12, 14h, mail", "de quel jour"),
        ("lundi 1er 14h mail", "n’existe pas"),
        ("le 15/12 c’est la limite, je le vois le 11/12 à 9h, impots", "Deux jours sont dits"),
        ("convoqué le 10/12 à 14h, titre de séjour lundi 16h", "Deux jours sont dits"),
        ("jeudi 10h caf, elle ne peut pas vendredi", "Deux jours sont dits"),
        ("fin à 16h, demain, mail", "Il manque l’heure"),
    ],
)
def test_a_day_that_may_be_another_is_asked(text: str, told: str) -> None:
    line = read_rdv_line(text, CLUES, UsualRdv())
    assert told in line.mistakes["quand"]


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("mercredi 17h fini 18h15 mail", "duree", "75"),
        ("jeudi 14h mail, fin à 16h", "duree", "120"),
        ("pas 30 min, 45, jeudi 11h mail", "duree", "45"),
        ("atelier mail vendredi 18h, reste 2 places sur 8", "places", "8"),
        ("atelier mail samedi 10h, 7 places, 3 places de parking", "places", "7"),
        ("lundi 9h mail au 12 place de la Liberté", "places", None),
        ("3 séances d’1h, la 1ère lundi 15h, mail", "places", None),
        ("jeudi 14h pronote maman de 2 ados", "places", None),
        ("demain 15h passer de windows 10 à 11", "places", None),
        ("jeudi 9h, aidant d’une dame, mdph", "themes", "demarche en ligne"),
    ],
)
def test_what_a_number_or_a_word_counts(text: str, name: str, value: str | None) -> None:
    assert list_said(read_rdv_line(text, CLUES, UsualRdv())).get(name) == value


@pytest.mark.parametrize("text", ["jeudi de 99 à 16h caf", "jeudi entre 24 et 25h mail", "jeudi 25h mail 30 min"])
def test_an_hour_that_is_none_is_no_end_of_a_range(text: str) -> None:
    line = read_rdv_line(text, CLUES, UsualRdv())
    assert line.unread or line.judge(CLUES) is None


@pytest.mark.parametrize("text", ["12/11 14h ameli", "caf avant vendredi 10h si possible", "caf d’ici jeudi 10h"])
def test_a_day_that_just_passed_or_is_the_last_that_would_do_is_asked_for(text: str) -> None:
    line = read_rdv_line(text, CLUES, UsualRdv())
    assert "quand" in line.mistakes
    assert line.judge(CLUES) is None


@pytest.mark.parametrize(
    "text",
    ["jeudi 14h paypal (celui-ci ou le suivant ?)", "jeudi 14h paypal, à confirmer", "jeudi 14h paypal ? pas sûr"],
)
def test_an_appointment_that_is_not_settled_is_not_sure(text: str) -> None:
    assert read_rdv_line(text, CLUES, UsualRdv()).unread
    assert not read_rdv_line("jeudi 14h paypal", CLUES, UsualRdv()).unread
