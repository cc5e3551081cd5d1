"""A report in one line: what people type is read, what is not understood is named."""

import random
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UserError
from config.tables import read as read_table
from config.themes import THEMES, key, vocabulary
from config.time import WEEKDAYS
from dialogs.cra import NewCra
from dialogs.cra.line import read_line
from dialogs.cra.line.batch import read_lines
from dialogs.cra.line.lexicon import SMALL
from storage.cra.report import Age
from tests.support.cra import CLUES, MISTAKES, USUAL, list_readings, read_typed

EXAMPLE = "atelier 8p 1h30 mail, internet 69120 hier +60 retraités"


def test_the_example_of_the_help() -> None:
    found = read_typed(EXAMPLE)
    assert found.raw == {
        "date": "2026-11-23",
        "canal": "rattachement",
        "commune": "69120 Vaulx-en-Velin",
        "activite": "collectif",
        "participants": 8,
        "age": "+60",
        "statut": "retraite",
        "themes": ["courriel", "internet"],
        "duree": "90",
    }
    assert (found.unread, found.mistakes) == ((), {})
    assert found.assumed == {"canal": "lieu de rattachement"}
    report = NewCra.parse(found.raw, {}, CLUES).report()
    assert (report.participants, report.minutes, report.ages) == (8, 90, {Age.PLUS_60: 8})


@pytest.mark.parametrize(("element", "value", "text"), list(list_readings()))
def test_words_and_abbreviations(element: str, value: str, text: str) -> None:
    read = read_typed(text).raw.get(element, "")
    assert (", ".join(read) if isinstance(read, list) else str(read)) == value


@pytest.mark.parametrize(
    "text",
    [
        "Atelier, 8 personnes, 1h30, mail + internet, 69120 Vaulx-en-Velin, hier, +60, retraités",
        "hier à Vaulx-en-Velin, atelier de 8 retraités de plus de 60 ans sur le mail et internet pendant 1h30",
        "ATELIER 8P 1H30 MAIL INTERNET 69120 HIER +60 RETRAITÉS",
        "Atelier\u00a08\u202fp 1\u00a0h\u00a030 mail, internet — 69120 – 23 novembre – “+60” retraité·e·s…",
        "atelier\n8p\n1h30\nmail\ninternet\n69120\nhier\n+60\nretraités",
        "- atelier - 8 p - 1h30 - mail - internet - 69120 - lundi - seniors - retraité(e)s",
        "**atelier** 8p, 90 min, mail, internet, (69120), hier, 60 ans et plus, retraités 😀"[:-2],
        "Date : hier, commune : 69120, activité : atelier, participants : 8, âge : +60, statut : retraité, "
        "thèmes : mail et internet, durée : 1h30",
    ],
)
def test_the_same_report_in_many_ways(text: str) -> None:
    found = read_typed(text)
    assert found.raw == read_typed(EXAMPLE).raw
    assert (found.unread, found.mistakes) == ((), {})


@pytest.mark.parametrize("separator", [" ", ", ", "\n", " ; "])
def test_the_order_does_not_matter(separator: str) -> None:
    parts = ["atelier", "8p", "1h30", "internet", "69120", "hier", "+60", "retraités", "à distance", "3 récurrents"]
    parts += ["suite individuel", "enfants"]
    wanted = read_typed(separator.join(parts))
    assert wanted.unread == ()
    for seed in range(30):
        random.Random(seed).shuffle(parts)
        found = read_typed(separator.join(parts))
        themes = sorted(found.raw.pop("themes"))
        assert (found.raw | {"themes": themes}, found.unread, found.mistakes) == (
            wanted.raw | {"themes": sorted(wanted.raw["themes"])},
            (),
            {},
        )


@pytest.mark.parametrize(
    ("text", "unread"),
    [
        ("", ()),
        ("  \n ", ()),
        (EXAMPLE, ()),
        ("blabla", ("blabla",)),
        ("atelier à la médiathèque du quartier mail", ("quartier",)),
        ("Machin-Chose, l’Autre_Truc", ("Machin-Chose", "Truc")),
        ("atelier 8 9 mail", ("8", "9")),
        ("8p dont 5 retraités", ("5",)),
        ("atelier 8p 45 mail", ("45",)),
        ("indiv 8", ("8",)),
        ("8p récurrents", ("récurrents",)),
        ("mail 🎉", ("🎉",)),
        ("cours mail", ("cours",)),
        ("retrait mail", ("retrait",)),
        ("individuel 45 min mail avec Mme Petit 69120", ("Petit",)),
        ("avec M. Petit, internet 1h", ("Petit",)),
        ("internet pc porte-monnaie", ("porte-monnaie",)),
        ("atelier 18-20 personnes", ("18-20", "personnes")),
        ("Pau 🎉 δήμος", ("🎉", "δήμος")),
    ],
)
def test_what_is_not_understood_is_named(text: str, unread: tuple[str, ...]) -> None:
    assert read_typed(text).unread == unread


@given(st.lists(st.from_regex(r"[bcdfgz]x[bcdfgz]{4,9}", fullmatch=True), max_size=8))
def test_unknown_words_are_all_named(words: list[str]) -> None:
    found = read_typed(" ".join(words))
    assert found.unread == tuple(words)
    assert set(found.raw) == {"date", "activite", "commune", "canal", "statut"}


@pytest.mark.parametrize("row", MISTAKES.strip().splitlines())
def test_what_cannot_be_is_explained(row: str) -> None:
    text, told = row.split(" → ")
    element, sentence = told.split(": ", 1)
    found = read_typed(text)
    assert found.mistakes[element].replace("\u00a0", " ") == sentence
    assert found.unread == ()


@pytest.mark.parametrize(
    ("text", "typed", "choices"),
    [
        ("saint denis mail", "saint denis", ["93200 Saint-Denis", "97400 Saint-Denis"]),
        ("51300 mail", "51300", ["51300 Vitry-le-François", "51300 Vitry-en-Perthois"]),
        ("51300 vitry mail", "51300 vitry", ["51300 Vitry-le-François", "51300 Vitry-en-Perthois"]),
        ("à Vaux-en-Velin mail", "Vaux-en-Velin", ["69120 Vaulx-en-Velin"]),
        ("à vaux en velin, mail", "vaux en velin", ["69120 Vaulx-en-Velin"]),
        ("mail Villeurbane", "Villeurbane", ["69100 Villeurbanne"]),
        ("mail 1h blabla villeurbane hier", "villeurbane", ["69100 Villeurbanne"]),
        ("69999 mail", "69999", ["« 69999 »"]),
        ("mail à Chalon", "Chalon", ["71100 Chalon-sur-Saône", "38122 Chalon"]),
        ("mail à Bourg", "Bourg", ["01000 Bourg-en-Bresse", "33710 Bourg"]),
    ],
)
def test_a_doubtful_commune_gives_choices_and_stays_as_typed(text: str, typed: str, choices: list[str]) -> None:
    found = read_typed(text)
    assert found.raw["commune"] == typed
    assert found.unread == ()
    assert all(choice in found.mistakes["commune"] for choice in choices)


def test_a_mistyped_town_that_everybody_knows_is_asked_for_where_nobody_says_where_they_work() -> None:
    nowhere = replace(CLUES, user=CLUES.user.copy_with(departements=[]))
    assert "69200 Vénissieux" in read_line("atelier 8p 2h word venissieu hier", nowhere).mistakes["commune"]
    assert "commune" not in read_line("atelier 8p 2h word villetoureix hier", nowhere).mistakes


@pytest.mark.parametrize(
    ("text", "day"),
    [("atelier mail 8p 2h merc", "mercredi"), ("ven atelier mail 8p 2h", "vendredi"), ("1h mail dim", "dimanche")],
)
def test_a_day_may_be_written_by_its_first_letters(text: str, day: str) -> None:
    found = read_typed(text)
    assert WEEKDAYS[date.fromisoformat(found.raw["date"]).weekday()] == day
    assert found.unread == ()


@pytest.mark.parametrize("text", ["indiv 1h mail avec Sam", "atelier jeu 8p 2h"])
def test_a_name_or_a_game_is_no_day(text: str) -> None:
    assert "date" in read_typed(text).assumed


def test_a_former_village_is_no_larger_town_of_a_longer_name() -> None:
    of_paris = replace(CLUES, user=CLUES.user.copy_with(departements=["75"]))
    found = read_line("mail à Villefranche", of_paris, USUAL)
    assert found.raw["commune"] == "Villefranche"
    assert found.choices["commune"].keys() >= {"69400 Villefranche-sur-Saône", "89120 Charny Orée de Puisaye"}


def test_who_says_several_alone_chooses_a_workshop_or_one_person() -> None:
    asked = read_typed("individuel 5 personnes internet 1h 35-60 69120")
    assert asked.choices["activite"] == {"collectif": "Atelier de 5 personnes", "individuel": "Une seule personne"}
    for chosen, people in (("collectif", 5), ("individuel", 1)):
        report = asked.choose("activite", chosen).judge(CLUES).report
        assert report
        assert (report.activite, report.participants) == (chosen, people)


def test_what_is_assumed_is_told() -> None:
    assert read_typed("mail 8p").assumed == {
        "date": "aujourd’hui",
        "activite": "atelier collectif",
        "commune": "69120 Vaulx-en-Velin (la dernière commune utilisée)",
        "canal": "lieu de rattachement",
        "statut": "statut non renseigné",
    }


def test_nothing_is_assumed_for_whoever_has_no_commune_yet() -> None:
    found = read_line("mail 8p", CLUES)
    assert "commune" not in found.raw
    assert "commune" not in found.assumed


@pytest.mark.parametrize("theme", THEMES.values(), ids=str)
def test_every_theme_is_read_by_code_label_and_words(theme: Any) -> None:
    for text in (theme.code, theme.libelle, theme.court):
        assert read_typed(f"atelier {text} 8p").raw["themes"] == [theme.code], text


def test_the_tables_contradict_neither_themselves_nor_the_themes() -> None:
    words = [(key(word), row["element"]) for row in read_table("line.tsv") for word in row["mots"].split(", ")]
    assert len({word for word, _ in words}) >= 100
    assert not {word for word, _ in words} & set(vocabulary())
    # A text of small words only would be skipped, not read.
    assert not [word for word in {*(word for word, _ in words), *vocabulary()} if set(word.split()) <= SMALL]


def test_every_word_of_the_table_means_what_it_says() -> None:
    for row in read_table("line.tsv"):
        for word in row["mots"].split(", "):
            if row["element"] in ("canal", "age", "statut"):
                assert read_typed(word).raw[row["element"]] == row["valeur"], word


@pytest.mark.parametrize(
    ("text", "element", "value"),
    [
        ("une dame de soixante-douze ans 1h mail", "age", "+60"),
        ("indiv 1h non 2h plutôt mail", "duree", "120"),
        ("indiv 45 min, pardon 30 min, mail", "duree", "30"),
        ("hier non avant-hier indiv 1h mail", "date", "2026-11-22"),
        ("atelier 8p non 9p 2h mail", "participants", "9"),
        ("atelier de 10h à midi mail", "duree", "120"),
        ("2 rdv l’un impôts l’autre caf", "themes", "['demarche en ligne']"),
        ("mail avec un autre monsieur", "themes", "['courriel']"),
        ("indiv autre", "themes", "['autre']"),
        ("photos de son petit-fils 80 ans", "age", "+60"),
    ],
)
def test_what_is_said_last_or_in_passing(text: str, element: str, value: str) -> None:
    found = read_typed(text)
    assert str(found.raw[element]) == value
    assert not found.mistakes


@pytest.mark.parametrize("text", ["le mardi 18 indiv 1h mail", "atelier lundi 8 mail"])
def test_a_day_that_is_another_weekday_is_asked_for(text: str) -> None:
    assert "n’existe pas" in read_typed(text).mistakes["date"]


@pytest.mark.parametrize(
    "text",
    [
        "Pourriez-vous enregistrer un atelier de 2h avec 8 personnes sur les mails à Bron hier s’il vous plaît",
        "bonjour, veuillez noter un individuel de 45 min caf lundi à Givors, merci d’avance",
        "pouvez-vous m’inscrire un individuel 1h mail hier, je vous remercie, cordialement",
        "atelier mail 8p 2h hier à la salle des fêtes de Bron, notez-le",
    ],
)
def test_what_is_polite_is_no_part_of_a_report(text: str) -> None:
    found = read_typed(text)
    assert (found.unread, found.mistakes) == ((), {})


AROUND = (
    ("atelier mail 8 puis 11 personnes 2h +60", "participants", "8 et 11"),
    ("entre 8 et 10 personnes atelier mail 2h +60", "participants", "8 et 10"),
    ("30 à 45 min indiv caf 40 ans", "duree", "30 min et 45 min"),
    ("1 à 2h atelier mail 8p +60", "duree", "1 h et 2 h"),
    ("un monsieur et une dame 1h mail 70 ans", "activite", "atelier de 2 personnes"),
    ("75 et 78 ans 1h mail", "activite", "atelier de 2 personnes"),
)
"""What is told in two numbers, the element that is asked for, and what is said of it."""


@pytest.mark.parametrize(("text", "element", "said"), AROUND)
def test_what_is_told_in_two_numbers_is_asked_for(text: str, element: str, said: str) -> None:
    found = read_typed(text)
    assert said in found.mistakes[element].replace("\u00a0", " ")
    assert (found.unread, found.judge(CLUES).sure) == ((), None)


MEANT = (
    ("lundi 4 femmes atelier mail 2h +60", {"date": "2026-11-23", "participants": 4}),
    ("jeudi 12 hommes atelier mail 2h +60", {"date": "2026-11-19", "participants": 12}),
    ("lundi 23 indiv mail 30 min 72 ans", {"date": "2026-11-23", "activite": "individuel"}),
    ("2 dames et un monsieur tablette 1h30 +60", {"participants": 3, "activite": "collectif"}),
    ("3 hommes et 2 femmes atelier cv 2h 35-60", {"participants": 5}),
    (
        "aide demandeur d'emploi cv séance d'1h 35-60",
        {"activite": "individuel", "statut": "sans emploi", "duree": "60"},
    ),
    ("séance mail 8p 2h +60", {"activite": "collectif", "participants": 8}),
    ("chez un monsieur 1h mail 80 ans", {"canal": "domicile", "activite": "individuel"}),
    ("1h chez une dame retraitée mail 80 ans", {"canal": "domicile", "statut": "retraite"}),
    ("1h chez un retraité mail 80 ans", {"canal": "domicile", "statut": "retraite"}),
    ("chez son fils 1h mail 80 ans", {"canal": "domicile"}),
    ("une petite demi-heure caf 50 ans", {"duree": "30"}),
    ("une bonne heure caf 50 ans", {"duree": "60"}),
    ("formation 1h 45 ans", {"themes": ["trouver emploi"]}),
    ("1h aidants connect 50 ans", {"themes": ["demarche en ligne"]}),
    ("formation word 3h 5 salariés 35-60", {"themes": ["traitement texte"], "participants": 5}),
    ("atelier excel 7 demandeurs d’emploi 2h", {"participants": 7, "activite": "collectif"}),
    ("mise à jour windows 11 1h 65-70 ans", {"participants": None, "activite": "individuel", "age": "+60"}),
    ("2h30atelier mail 6p +60", {"duree": "150", "activite": "collectif"}),
    ("atelier mail 5 sur 8 inscrits 1h +60", {"participants": 5}),
    ("atelier mail 1h +60, sur douze inscrits j’en ai eu que trois", {"participants": 3}),
    ("atelier mail 1h +60, j’en ai eu 3 sur les 12 inscrits", {"participants": 3}),
    ("atelier mail 1h +60, 12 inscrits et 5 présents", {"participants": 5}),
    ("atelier mail 1h +60, 12 inscrits", {"participants": 12}),
    ("indiv 1h +60 mail plutôt whatsapp en fait", {"themes": ["echanger"]}),
    ("indiv +60 mail 1h non 2h whatsapp", {"themes": ["courriel", "echanger"], "duree": "120"}),
    ("atelier caf 1h une maman et ses 2 enfants -12", {"participants": 3}),
    ("atelier mail 1h +60, on attendait douze personnes il en est venu cinq", {"participants": 5}),
    ("atelier mail 1h +60, on attendait 12 personnes, 5 sont venues", {"participants": 5}),
    ("atelier cv à la mission locale, 8 jeunes sans emploi 18-35, deux h", {"participants": 8, "duree": "120"}),
    ("indiv mail 1h +60 à Vire", {"commune": "14500 Vire Normandie"}),
    ("indiv mail 1h +60 à Viré", {"commune": "71260 Viré"}),
    ("indiv du 19 mail 1h +60", {"date": "2026-11-19"}),
    ("dame 72a mail 30 min", {"age": "+60"}),
    ("tablette 1h entre 60 et 75 ans", {"age": "+60"}),
    ("photos du téléphone 1h 72 ans", {"themes": ["contenus numeriques", "smartphone"], "canal": "rattachement"}),
    ("rue de Paris indiv mail 1h +60", {"commune": "69120 Vaulx-en-Velin"}),
    ("indiv caf pas de mail 1h 45 ans", {"themes": ["demarche en ligne"]}),
    ("indiv mail sans ordinateur 1h 45 ans", {"themes": ["courriel"]}),
    ("un monsieur sans emploi d'une quarantaine d'années cv 1h", {"statut": "sans emploi", "age": "35-60"}),
    ("atelier mail 7p +60 de quatorze à seize heures", {"duree": "120"}),
    ("indiv caf 45 ans de neuf heures trente à onze heures", {"duree": "90"}),
    ("indiv caf 45 ans de onze heures à midi", {"duree": "60"}),
    ("un monsieur sans emploie cv 1h 35-60", {"statut": "sans emploi"}),
    ("une demandeuse d'emplois cv 1h 35-60", {"statut": "sans emploi"}),
    ("un monsieur sans emplloi cv 1h 35-60", {"statut": "sans emploi"}),
    ("dame qui n'a plus de travail caf 1h 35-60", {"statut": "sans emploi"}),
    ("dame dans l'emploi 1h 35-60", {"statut": "heterogene", "themes": ["trouver emploi"]}),
    ("atelier mail 1h 8 jeunes de douze à dix-huit ans", {"age": "12-18", "participants": 8}),
    ("hier 14h30 mme 78 ans tablette 1h", {"duree": "60", "date": "2026-11-23"}),
    ("indiv 1h mail +60, à suivre en atelier", {"suite": "atelier"}),
)
"""Lines whose small words count, and what they mean."""


@pytest.mark.parametrize(("text", "meant"), MEANT)
def test_small_words_around_numbers_and_people_count(text: str, meant: dict[str, Any]) -> None:
    found = read_typed(text)
    assert {element: found.raw.get(element) for element in meant} == meant
    assert (found.unread, found.mistakes) == ((), {})


@pytest.mark.parametrize(
    ("text", "element", "offered"),
    [
        ("indiv moins de 18 ans mail 1h", "age", ["-12", "12-18"]),
        ("indiv 25/11 mail 1h +60", "date", ["2025-11-25"]),
        ("chez un couple mail 1h +60", "activite", ["collectif", "individuel"]),
        ("un couple mail 1h +60", "activite", ["collectif", "individuel"]),
        ("atelier 3 étudiants 2 retraités mail 1h +60", "statut", ["etudiant", "retraite", "heterogene"]),
    ],
)
def test_what_may_be_several_is_offered_in_a_menu(text: str, element: str, offered: list[str]) -> None:
    found = read_typed(text)
    assert list(found.choices[element]) == offered
    assert (found.unread, found.judge(CLUES).sure) == ((), None)


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ("dame pas encore retraitée", "pas encore retraitée"),
        ("monsieur qui n’est plus salarié", "plus salarié"),
        ("un ancien employé", "ancien employé"),
        ("il n’est pas au chômage", "pas au chômage"),
    ],
)
def test_a_status_that_is_denied_is_nobody_s(told: str, left: str) -> None:
    found = read_typed(f"indiv caf 1h 45 ans {told}")
    assert found.raw["statut"] == "heterogene"
    assert left in found.notes["statut"]


def test_a_status_beside_a_denied_one_holds() -> None:
    assert read_typed("atelier mail 8p 1h étudiants, pas de retraités").raw["statut"] == "etudiant"
    assert read_typed("indiv mail 1h 60 ans et plus retraité").raw["statut"] == "retraite"
    assert "statut" in read_typed("atelier mail 8p 1h étudiants plus retraités").mistakes


def test_who_was_expected_is_not_who_came() -> None:
    assert "participants" not in read_typed("atelier mail 1h +60, sur 12 inscrits peu sont venus").raw
    assert read_typed("atelier mail 1h +60, 12 inscrits mais que 5 tablettes").raw["participants"] == 12
    assert "participants" in read_typed("atelier mail 1h +60, 12 inscrits, il y en avait 2 de plus").mistakes


def test_a_commune_near_by_is_not_left_for_one_that_is_spelt_just_so() -> None:
    clues = replace(CLUES, user=CLUES.user.copy_with(departements=["71"]))
    assert read_line("indiv mail 1h +60 à Vire", clues, USUAL).raw["commune"] == "71260 Viré"


def test_as_many_themes_as_reports_that_are_listed_are_one_each() -> None:
    lines = read_lines("3 individuels (mail, caf, ameli) 30 min +60", CLUES, USUAL)
    assert [line.raw["themes"] for line in lines] == [["courriel"], ["demarche en ligne"], ["sante"]]


@pytest.mark.parametrize("text", ["m. 45 rsa 30 min caf 50 ans", "2 fois 1h mail 72 ans"])
def test_a_number_that_counts_no_people_is_not_taken_for_participants(text: str) -> None:
    found = read_typed(text)
    assert "participants" not in found.raw
    assert found.judge(CLUES).sure is None


def test_a_crowd_is_no_postcode() -> None:
    found = read_typed("atelier 99999 personnes 2h mail 69120 +60")
    assert (found.unread, found.raw["commune"]) == ((), "69120 Vaulx-en-Velin")
    with pytest.raises(UserError) as refused:
        NewCra.parse(found.raw, {}, CLUES)
    assert refused.value.fields == {"participants": "Un atelier compte de 1 à 100 participants : corrigez ce nombre."}


def test_a_theme_is_read_in_english_spelling() -> None:
    assert read_typed("atelier 8p 1h tablet 69120 +60").raw["themes"] == ["equipement informatique"]
