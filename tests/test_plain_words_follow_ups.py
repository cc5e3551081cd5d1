"""What is said of what was shown, listed or noted just before, slips included."""

import pytest

from dialogs.cra.line.complaints import list_places
from dialogs.plain_words import understand
from dialogs.plain_words.answers import LAST, read_listed
from dialogs.plain_words.follow_ups import SentenceReader, follow_up
from dialogs.plain_words.lists import read_noted, read_undo
from dialogs.plain_words.proposals import propose
from dialogs.plain_words.slips import spell
from tests.bench.plain_words import COMMANDS, TODAY


def follow(before: str, said: str) -> str | None:
    """Read what is said of a line, and return the line that it makes."""
    found = follow_up(
        before, said, SentenceReader(TODAY, COMMANDS, lambda words: understand(words, TODAY, COMMANDS).line)
    )
    return found.line if found else None


@pytest.mark.parametrize(
    ("before", "said", "line"),
    [
        ("/rdv demain 10h Mme D", "plutôt 11h", "/rdv demain 11h Mme D"),
        ("/rdv demain 10h Mme D", "à 15h plutôt", "/rdv demain 15h Mme D"),
        ("/rdv demain 10h Mme D", "jeudi plutôt", "/rdv jeudi 10h Mme D"),
        ("/rdv mardi 10h Mme D", "non, finalement mercredi 2 décembre à 9h30", "/rdv mercredi 2 décembre 9h30 Mme D"),
        ("/rdv @carl mardi 30 min budget", "plutôt 11h", "/rdv @carl mardi 11h 30 min budget"),
        ("/rdv 12", "plutôt jeudi", "/rdv décaler 12 jeudi"),
        ("/rdv décaler 12 11h", "plutôt vendredi", "/rdv décaler 12 vendredi 11h"),
        ("/rdv 12", "décale-le à 11h", "/rdv décaler 12 11h"),
        ("/rdv 12", "déplace ça au jeudi 10h", "/rdv décaler 12 jeudi 10h"),
        ("/rdv 12", "mets le plutôt à 15h", "/rdv décaler 12 15h"),
        ("/rdv demain", "plutôt 11h", None),
        ("/rdv demain 10h Mme D", "11h", None),
        ("/stats octobre", "plutôt jeudi", None),
    ],
)
def test_another_day_or_hour_is_said_of_an_appointment(before: str, said: str, line: str | None) -> None:
    assert follow(before, said) == line


@pytest.mark.parametrize(
    ("before", "said", "line"),
    [
        ("/stats année", "tu peux m'en faire un pdf", "/stats exporter pdf année"),
        ("/stats octobre", "je le veux en excel stp", "/stats exporter xlsx octobre"),
        ("/stats octobre", "le même en pdf", "/stats exporter pdf octobre"),
        ("/stats année", "compare avec l'an dernier", "/stats année dernière"),
        ("/stats octobre", "ça donnait quoi en septembre ?", "/stats septembre"),
        ("/stats année", "et pour le département ?", "/stats departement année"),
        ("/stats octobre", "combien de retraités là-dedans ?", "/stats octobre"),
        ("/stats octobre", "quel thème revient le plus ?", "/stats octobre"),
        ("/stats departement 69", "et les thèmes ?", "/stats departement 69"),
        ("/stats octobre", "quelle heure est-il", None),
        ("/stats octobre", "quels sont mes rdv demain", None),
        ("/stats octobre", "combien d'ateliers en novembre ?", None),
        ("/ressources impôts en ligne", "quelqu'un qui connaît ça ?", "/annuaire qui impôts en ligne"),
        ("/ressources impôts en ligne", "qui s'y connaît ?", "/annuaire qui impôts en ligne"),
        ("/ressources impôts", "t'as une vidéo là-dessus ?", "/ressources vidéo impôts"),
        ("/annuaire qui scratch", "y a des ressources à ce sujet ?", "/ressources scratch"),
        ("/hotline souci aidants connect", "y a une fiche sur ça ?", "/ressources souci aidants connect"),
        ("/hotline mon imprimante plante", "qui sait faire ça ?", "/annuaire qui imprimante plante"),
        ("/ressources impôts", "qui connaît quelqu'un à Lyon", None),
        ("/cra liste", "une fiche là-dessus ?", None),
    ],
)
def test_what_was_shown_or_sought_is_spoken_of_again(before: str, said: str, line: str | None) -> None:
    assert follow(before, said) == line


@pytest.mark.parametrize(
    ("before", "said", "line"),
    [
        ("/stats octobre", "fais moi un pfd", "/stats exporter pdf octobre"),
        ("/stats octobre", "telecharge sa en exel", "/stats exporter xlsx octobre"),
        ("/stats octobre", "combien de retraite la dedan", "/stats octobre"),
        ("/stats octobre", "combien de retrete la dedan", "/stats octobre"),
        ("/stats octobre", "cest quoi les temes", "/stats octobre"),
        ("/stats année", "conpare avec lan dernier", "/stats année dernière"),
        ("/stats octobre", "e pour le departemen", "/stats departement octobre"),
        ("/stats octobre", "et le moi davant", "/stats septembre 2026"),
        ("/stats octobre", "et en novenbre", "/stats novembre"),
        ("/rdv 12", "decal le a 15h", "/rdv décaler 12 15h"),
        ("/rdv 12", "plutot jeudit", "/rdv décaler 12 jeudi"),
        ("/ressources impôts", "quelquun qui si connait la desus", "/annuaire qui impôts"),
        ("/ressources impôts", "t'as une video la desu", "/ressources vidéo impôts"),
        ("/annuaire qui scratch", "et pres de bron", "/annuaire qui scratch près de bron"),
        ("/annuaire qui scratch", "et vers Lyon", "/annuaire qui scratch près de lyon"),
        ("/ticket 12", "tranfere le a Dupomd", "/ticket 12"),
    ],
)
def test_what_follows_is_read_with_its_slips(before: str, said: str, line: str) -> None:
    assert follow(before, said) == line


@pytest.mark.parametrize(
    ("said", "act", "place"),
    [
        ("supprime mon denier cra", "supprimer", LAST),
        ("modifi le deuxiemme", "modifier", 2),
        ("duplike le dernié", "dupliquer", LAST),
    ],
)
def test_one_of_a_list_is_named_with_slips(said: str, act: str, place: int) -> None:
    assert read_listed(said) == (act, place)


@pytest.mark.parametrize("said", ["et dans lain", "et pour lille", "et à décines", "mets-le en favoris", "oui"])
def test_other_words_are_no_slips_of_what_follows(said: str) -> None:
    assert spell(said) == said


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("et finalement jusqu'au 28", "/absence du 21/12/2026 au 28/12/2026"),
        ("en fait jusqu'au 2/1 plutôt", "/absence du 21/12/2026 au 02/01/2027"),
        ("non jusqu'à vendredi", "/absence du 21/12/2026 au 25/12/2026"),
        ("en fait à partir du 22", "/absence du 22/12/2026 au 24/12/2026"),
        ("non du 22 au 30", "/absence du 22/12/2026 au 30/12/2026"),
        ("finalement je rentre que le 29", "/absence du 21/12/2026 au 28/12/2026"),
        ("je reprends le 22", "/absence du 21/12/2026 au 21/12/2026"),
        ("jusqu'à 14h", None),
        ("non jusqu'à plus soif", None),
    ],
)
def test_other_days_are_said_of_an_absence(said: str, line: str | None) -> None:
    assert follow("/absence du 21 au 24 décembre 2026", said) == line
    assert follow("/absence", said) is None


def test_the_days_of_an_absence_are_read_from_its_receipt() -> None:
    assert read_noted("Absence notée : du 21 au 24 décembre 2026.\nVos rappels") == "/absence du 21 au 24 décembre 2026"
    assert read_noted("Absence retirée : du 21 au 24 décembre 2026.") == ""
    assert read_undo("Absence notée : du 21 au 24 décembre 2026.") == "/absence annuler"
    assert propose("/absence annuler") == "Retirer mon absence"


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("rejoins-le", "/canaux rejoindre Éducation"),
        ("ajoute-moi dedans stp", "/canaux rejoindre Éducation"),
        ("je veux y entrer", "/canaux rejoindre Éducation"),
        ("ok je veux bien le rejoindre", "/canaux rejoindre Éducation"),
        ("inscris moi dans ce canal", "/canaux rejoindre Éducation"),
        ("finalement non", None),
        ("sors-moi de là", "/canaux quitter Éducation"),
        ("je veux en sortir", "/canaux quitter Éducation"),
        ("ajoute mail", None),
    ],
)
def test_a_channel_that_was_shown_is_entered_and_left_by_words(said: str, line: str | None) -> None:
    assert follow("/canaux Éducation", said) == line
    assert follow("/stats octobre", said) is None


def test_the_only_channel_that_a_post_leads_to_is_meant() -> None:
    assert read_noted("Éducation", ["Rejoindre Éducation"]) == "/canaux Éducation"
    assert read_noted("Vos canaux", ["Rejoindre Éducation", "Quitter Veille"]) == ""


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("je cherche un canal sur les seniors", "/canaux seniors"),
        ("canaux seniors", "/canaux seniors"),
        ("cherche un canal linux", "/canaux linux"),
        ("corriger ma ressource 12", "/ressources modifier 12"),
        ("modifie ma fiche 12", "/ressources modifier 12"),
        ("je veux modifier la fiche n°12", "/ressources modifier 12"),
        ("modifie ma fiche", "/profil"),
    ],
)
def test_what_is_named_is_looked_for_or_changed(said: str, line: str) -> None:
    assert understand(said, TODAY, COMMANDS).line == line


def test_one_of_several_reports_is_taken_out_with_slips() -> None:
    assert next(list_places("suprime le deuxieme", 3)) == (1, "", True)
    assert next(list_places("eface le 3", 3)) == (2, "", True)
