"""How a line of « /rdv » is read: its parts, what comes back, the days left out, and what is told of the rest."""

from datetime import UTC, date, datetime
from itertools import permutations

import pytest

from bot.capabilities import OLDEST
from bot.forms import Clues
from bot.french.words import NBSP
from config.time import PARIS
from dialogs.rdv.line import read_rdv_line
from dialogs.rdv.parts import UsualRdv
from dialogs.rdv.recurrence import COUNT_MAX, read_rule, say_rule, write_out
from storage.people import Person, Role

TODAY = date(2026, 11, 28)


CLUES = Clues(
    Person(id="a" * 26, username="juliette", role=Role.CONSEILLER, departements=["69"], timezone="Europe/Paris",
               since=datetime(2026, 1, 1, tzinfo=UTC)),
    TODAY,
    OLDEST,
)  # fmt: skip


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("mardi 10h 45 min impots à Bron", {"quand": "01/12/2026 10h00", "duree": "45", "commune": "69500 Bron"}),
        ("impots 1h30 mardi à 10h00 Bron", {"quand": "01/12/2026 10h00", "duree": "90"}),
        ("mardi 8 décembre de 10h à 11h30 emploi visio", {"quand": "08/12/2026 10h00", "duree": "90", "ou": "visio"}),
        ("demain 14h mail téléphone", {"ou": "telephone"}),
        ("demain 14h mail par téléphone", {"quand": "29/11/2026 14h00", "ou": "telephone"}),
        ("le 2e mercredi 9h30 CAF Lyon 3e", {"quand": "09/12/2026 09h30", "repetition": "le 2e mercredi"}),
        ("12/12 9h atelier internet Bron 12 places", {"quand": "12/12/2026 09h00", "places": 12}),
        ("jeudi midi internet à la médiathèque de Bron", {"quand": "03/12/2026 12h00", "lieu": "Médiathèque"}),
        ("mardi 10-11h mail", {"quand": "01/12/2026 10h00", "duree": "60"}),
        ("mardi 14:00-15:30 mail", {"quand": "01/12/2026 14h00", "duree": "90"}),
        ("mardi 10h/11h mail", {"quand": "01/12/2026 10h00", "duree": "60"}),
        ("mardi 14 h 30 mail", {"quand": "01/12/2026 14h30"}),
        ("samedi 9h15 atelier de 8 places", {"quand": "28/11/2026 09h15", "places": 8}),
        ("3/4 d'heure mardi 10h mail", {"quand": "01/12/2026 10h00", "duree": "45"}),
        ("10h le 15 décembre 45 min mail", {"quand": "15/12/2026 10h00", "duree": "45"}),
        ("mardi 1h à 16h mail", {"quand": "01/12/2026 16h00", "duree": "60"}),
        ("mardi 1h30 10:00 mail", {"quand": "01/12/2026 10h00", "duree": "90"}),
        ("10-11h 10-12-2026 mail", {"quand": "10/12/2026 10h00", "duree": "60"}),
        ("jeu midi mail", {"quand": "03/12/2026 12h00"}),
        ("dans 3j 10h mail", {"quand": "01/12/2026 10h00"}),
        ("ds 2 sem 10h mail", {"quand": "12/12/2026 10h00"}),
        ("ce soir 18h mail", {"quand": "28/11/2026 18h00"}),
        ("dans une semaine 10h mail", {"quand": "05/12/2026 10h00"}),
        ("samedi prochain 10h mail", {"quand": "05/12/2026 10h00"}),
        ("demain à midi et demi mail", {"quand": "29/11/2026 12h30", "duree": "60"}),
        ("mardi 9 heures et demie mail", {"quand": "01/12/2026 09h30", "duree": "60"}),
        ("mardi 10h moins le quart mail", {"quand": "01/12/2026 09h45", "duree": "60"}),
        ("mardi 10h une heure et demie mail", {"quand": "01/12/2026 10h00", "duree": "90"}),
        ("mardi 10h et 14h mail", {"quand": "01/12/2026 10h00", "duree": "60"}),
        ("mardi entre 10h et 12h mail", {"quand": "01/12/2026 10h00", "duree": "120"}),
        ("mardi10h mail", {"quand": "01/12/2026 10h00"}),
        ("mardi 14 heures trente mail", {"quand": "01/12/2026 14h30"}),
        ("la semaine prochaine jeudi 10h mail", {"quand": "03/12/2026 10h00"}),
        ("ven. 14h mail", {"quand": "04/12/2026 14h00"}),
        ("mardi neuf heures mail", {"quand": "01/12/2026 09h00"}),
        ("mardi après-midi 3h mail", {"quand": "01/12/2026 15h00"}),
        ("mardi 8h du soir mail", {"quand": "01/12/2026 20h00"}),
        ("Mme Durand mardi 10h mail", {"repere": "Mme D."}),
        ("mme durand mardi 10h mail", {"repere": "mme D."}),
        ("mme D mardi 10h mail", {"repere": "mme D"}),
        ("Mme Le Gall mardi 10h mail", {"repere": "Mme G."}),
        ("M. et Mme Dupont mardi 10h mail", {"repere": "M. et Mme D."}),
        ("monsieur et madame Dupont mardi 10h mail", {"repere": "monsieur et madame D."}),
        ("mardi 10h chez Mme D. mail", {"quand": "01/12/2026 10h00", "ou": "domicile", "repere": "Mme D."}),
    ],
)
def test_lines_are_read(line: str, said: dict[str, object]) -> None:
    found = read_rdv_line(line, CLUES, UsualRdv())
    assert found.judge(CLUES), found.mistakes
    assert not found.unread
    assert said.items() <= found.raw.items()


def test_what_follows_a_title_is_no_name_where_it_is_a_theme() -> None:
    found = read_rdv_line("madame impots mardi 10h", CLUES, UsualRdv())
    assert (found.raw["themes"], found.raw.get("repere")) == (["demarche en ligne"], None)


@pytest.mark.parametrize("hours", ["de 10 à 11h30", "10h 1h30", "1h30 à 10h"])
def test_the_order_of_the_parts_does_not_matter(hours: str) -> None:
    said = {"quand": "08/12/2026 10h00", "duree": "90", "commune": "69500 Bron", "repere": "Mme D."}
    for parts in permutations(["mardi 8 décembre", hours, "impôts", "à Bron", "Mme D."]):
        found = read_rdv_line(" ".join(parts), CLUES, UsualRdv())
        assert said.items() <= found.raw.items(), parts
        assert (found.mistakes, found.unread) == ({}, ()), parts


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("31/02 10h mail", "Ce jour n’existe pas : « 31/02 »."),
        ("30 février 10h mail", "Ce jour n’existe pas : « 30 février »."),
        ("12/11/2025 10h mail", "Ce jour est passé : « 12/11/2025 »."),
        ("mardi 10h Jean Dupont", "des initiales suffisent"),
        ("mardi 10h 06 12 34 56 78", "des initiales suffisent"),
        ("mardi 25h mail", "Cette heure n’existe pas : « 25h »."),
        ("vendredi 3 14h mail", "Ce jour n’existe pas : « vendredi 3 »."),
        ("mardi 2h mail", "Il manque l’heure"),
        ("du 5 au 9 janvier 9h mail", "« du 5 au 9 janvier » dit plusieurs jours"),
        ("mardi après-midi mail", "Il manque l’heure"),
        ("mardi 10h à 9h mail", "La fin est avant le début"),
    ],
)
def test_what_cannot_be_noted_is_said(line: str, words: str) -> None:
    found = read_rdv_line(line, CLUES, UsualRdv())
    assert words in " ".join([*found.mistakes.values(), *found.notes]).replace(NBSP, " ")
    assert "téléphone" not in " ".join(read_rdv_line("mardi 10h téléphone", CLUES, UsualRdv()).assumed)


def test_what_goes_without_saying_is_listed_thing_by_thing() -> None:
    usual = UsualRdv(place={"ou": "rattachement", "lieu": "Médiathèque", "commune": "69500 Bron"})
    found = read_rdv_line("mardi 10h 45 min", CLUES, usual)
    assert found.assumed == ["lieu de rattachement", "Médiathèque", "69500 Bron"]


@pytest.mark.parametrize(
    ("line", "repetition", "days"),
    [
        ("tous les mardis 14h sauf le 8/12 et le 15 décembre mail", "tous les mardis sauf le 8/12 et le 15 décembre",
         ["01/12", "22/12"]),
        ("sauf le 1er décembre, tous les mardis 14h mail", "tous les mardis sauf le 1er décembre", ["08/12", "15/12"]),
        ("tous les mardis 14h sauf les 8, 15 et 22 décembre mail", "tous les mardis sauf les 8, 15 et 22 décembre",
         ["01/12", "29/12"]),
        ("tous les mardis 14h sauf du 8/12 au 10 janvier mail", "tous les mardis sauf du 8/12 au 10 janvier",
         ["01/12", "12/01"]),
        ("tous les mardis 14h du 5/1 au 12 janvier mail", "tous les mardis jusqu’au 12 janvier", ["05/01", "12/01"]),
        ("mail tous les mardis à partir du 5 janvier 14h 2 fois sauf le 12/1", "tous les mardis 2 fois sauf le 12/1",
         ["05/01"]),
        ("tous les mardis 14h sauf vacances scolaires à partir du 15/12 mail",
         "tous les mardis sauf vacances scolaires", ["15/12", "05/01"]),
        ("tous les mardis à partir du 9/2 14h hors vacances scolaires zone C mail",
         "tous les mardis hors vacances scolaires zone C", ["23/02", "02/03"]),
        ("tous les mardis 14h sauf jours fériés, le 8/12 et les vacances mail",
         "tous les mardis sauf jours fériés, le 8/12 et les vacances", ["01/12", "15/12"]),
        ("mardi 15/12 14h en période scolaire tous les 15 jours mail",
         "tous les 15 jours en période scolaire le mardi", ["15/12", "12/01"]),
        ("le 1er et 3e mardi du mois 14h mail", "le 1er et 3e mardi du mois", ["01/12", "15/12"]),
        ("le 2e et le dernier mardi 14h mail", "le 2e et le dernier mardi", ["08/12", "29/12"]),
        ("une semaine sur deux, mardi 14h mail", "une semaine sur deux, mardi", ["01/12", "15/12"]),
        ("mardi 14h toutes les trois semaines mail", "mardi toutes les trois semaines", ["01/12", "22/12"]),
        ("tous les quinze jours à partir du 8/12 14h mail", "tous les quinze jours le mardi", ["08/12", "22/12"]),
        ("les mardis des semaines paires 14h mail", "les mardis des semaines paires", ["08/12", "22/12"]),
        ("mardi 14h semaine impaire à partir du 20 décembre mail", "mardi semaine impaire", ["29/12", "05/01"]),
        ("tous les mardis 14h sauf vacances de Noël à partir du 15/12 mail", "tous les mardis sauf vacances de Noël",
         ["15/12", "05/01"]),
        ("tous les mardis 14h sauf pendant les vacances d’été mail", "tous les mardis sauf pendant les vacances d’été",
         ["01/12", "08/12"]),
        ("tous les mardis à partir du 9/2 14h sauf vacances de Noël et d’hiver zone C mail",
         "tous les mardis sauf vacances de Noël et d’hiver zone C", ["23/02", "02/03"]),
        ("tous les mardis 14h sauf le 8/12 jusqu’au 30/06 mail", "tous les mardis jusqu’au 30/06 sauf le 8/12",
         ["01/12", "15/12"]),
        ("tous les mardis 14h sauf 8/12 mail", "tous les mardis sauf 8/12", ["01/12", "15/12"]),
        ("tous les mardis 14h sauf en décembre et janvier mail", "tous les mardis sauf en décembre et janvier",
         ["02/02", "09/02"]),
        ("tous les jours 14h mail", "tous les jours", ["28/11", "29/11"]),
        ("tous les jours sauf le mercredi et le week-end 14h mail", "tous les jours sauf le mercredi et le week-end",
         ["30/11", "01/12"]),
        ("du lundi au vendredi 14h mail sauf lundi, mardi", "du lundi au vendredi sauf lundi, mardi",
         ["02/12", "03/12"]),
        ("du jeudi au lundi 14h mail", "du jeudi au lundi", ["28/11", "29/11"]),
        ("tous les jours ouvrés 14h mail du 7/12 au 12/12", "tous les jours ouvrés jusqu’au 12/12", ["07/12", "08/12"]),
    ],
)  # fmt: skip
def test_days_are_excepted_from_what_comes_back(line: str, repetition: str, days: list[str]) -> None:
    found = read_rdv_line(line, CLUES, UsualRdv())
    form = found.judge(CLUES)
    assert form, found.mistakes
    assert (found.raw["repetition"], found.unread) == (repetition, ())
    rule = form.read_rule(TODAY)
    assert rule
    written = write_out(rule, form.quand.date(), form.quand.time(), PARIS, "69")
    assert [f"{one.day:%d/%m}" for one in written.occurrences][:2] == days


def test_a_day_left_out_is_not_that_of_a_rdv() -> None:
    found = read_rdv_line("mardi 14h mail sauf le 24/12", CLUES, UsualRdv())
    assert (found.raw["quand"], found.unread) == ("01/12/2026 14h00", ())
    assert found.notes == [f"« sauf le 24/12 » se dit de ce qui revient{NBSP}: écrivez alors « tous les mardis »."]
    kept = read_rdv_line("mardi 14h mail hors les murs", CLUES, UsualRdv())
    assert kept.notes == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("tous les jours", "tous les jours jusqu’au mardi 26 janvier 2027"),
        ("tous les jours jusqu’au 5/12", "tous les jours jusqu’au samedi 5 décembre 2026"),
        ("tous les jours sauf le mercredi jusqu’au 5/12",
         "tous les jours sauf le mercredi jusqu’au samedi 5 décembre 2026"),
        ("tous les jours sauf le week-end et en août jusqu’au 5/12",
         "du lundi au vendredi, sauf en août, jusqu’au samedi 5 décembre 2026"),
        ("du lundi au vendredi sauf mercredi et jeudi jusqu’au 5/12",
         "les lundis, mardis et vendredis jusqu’au samedi 5 décembre 2026"),
        ("tous les lundis, mardis et les vendredis jusqu’au 5/12",
         "les lundis, mardis et vendredis jusqu’au samedi 5 décembre 2026"),
        ("chaque mardi et jeudi jusqu’au 5/12", "les mardis et jeudis jusqu’au samedi 5 décembre 2026"),
        ("du lundi au jeudi semaines paires jusqu’au 5/12",
         "du lundi au jeudi, semaines paires jusqu’au samedi 5 décembre 2026"),
        ("du lundi au jeudi une semaine sur deux jusqu’au 5/12",
         "du lundi au jeudi, une semaine sur deux jusqu’au samedi 5 décembre 2026"),
        ("tous les mardis sauf août et vacances de la Toussaint zone A jusqu’au 5/12",
         "tous les mardis, sauf vacances de la Toussaint (zone A) et en août, jusqu’au samedi 5 décembre 2026"),
        ("tous les mardis hors vacances scolaires jusqu’au 5/12",
         "tous les mardis hors vacances scolaires jusqu’au samedi 5 décembre 2026"),
    ],
)  # fmt: skip
def test_a_rule_is_said_as_it_was_read(words: str, said: str) -> None:
    assert say_rule(read_rule(words, TODAY), TODAY) == said


def test_every_day_is_at_most_sixty_rdv() -> None:
    rule = read_rule("tous les jours", TODAY)
    assert len(list(rule.days(TODAY))) == COUNT_MAX
    for words in ("du lundi au vendredi jusqu’au 30 juin", "tous les jours 61 fois"):
        found = read_rdv_line(f"{words} 14h mail", CLUES, UsualRdv())
        assert found.judge(CLUES) is None
        assert "plus de 60" in found.mistakes["repetition"]
    kept = read_rdv_line("du lundi au vendredi 14h mail jusqu’au 30 janvier", CLUES, UsualRdv())
    assert kept.judge(CLUES)
    every = list(read_rule("du mercredi au jeudi une semaine sur deux", TODAY).days(TODAY))[:4]
    assert [f"{day:%d/%m}" for day in every] == ["02/12", "03/12", "16/12", "17/12"]


@pytest.mark.parametrize(
    ("line", "departement", "said"),
    [
        ("tous les mardis 14h sauf vacances scolaires", "974", "Je ne connais pas les vacances scolaires de ce"),
        ("tous les mardis 14h sauf vacances scolaires", "2A", "« sauf du 19 décembre au 3 janvier »"),
        ("tous les mardis 14h sauf vacances scolaires", "", "de ce territoire (le vôtre n’est pas indiqué)"),
        ("tous les mardis à partir du 4/12/2029 14h sauf vacances scolaires", "69", "jusqu’au lundi 31 décembre 2029"),
    ],
)  # fmt: skip
def test_school_holidays_that_are_not_known_are_said(line: str, departement: str, said: str) -> None:
    author = CLUES.user.copy_with(departements=[departement] if departement else [])
    later = date(2029, 11, 30) if "2029" in line else TODAY
    found = read_rdv_line(line, Clues(author, later, OLDEST), UsualRdv())
    assert found.judge(Clues(author, later, OLDEST)) is None
    assert said in found.mistakes["repetition"].replace(NBSP, " ")


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("jeudi en 8", "10/12"),
        ("de jeudi en huit", "10/12"),
        ("samedi en quinze", "12/12"),
        ("demain en huit", "06/12"),
    ],
)
def test_a_day_a_week_or_two_later_is_read(words: str, day: str) -> None:
    found = read_rdv_line(f"{words} 10h mail", CLUES, UsualRdv())
    assert (found.raw["quand"], found.unread) == (f"{day}/2026 10h00", ())


def test_a_second_day_and_a_name_are_told_and_not_kept() -> None:
    found = read_rdv_line("mardi et jeudi 10h mail", CLUES, UsualRdv())
    assert "celui du jeudi" in " ".join(found.notes)
    assert found.raw["quand"] == "01/12/2026 10h00"
    assert "celui de 14h" in " ".join(read_rdv_line("mardi 10h et 14h mail", CLUES, UsualRdv()).notes)
    for line in ("demain à 9h avec M. Petit", "demain 9h M. Petit mail"):
        found = read_rdv_line(line, CLUES, UsualRdv())
        assert (found.raw["repere"], found.unread) == ("M. P.", ())
        assert "des initiales suffisent" in " ".join(found.notes)
        assert "âge" not in " ".join(found.notes)
