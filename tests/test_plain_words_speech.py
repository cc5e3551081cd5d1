"""Sentences as they are dictated or told on the way: hesitations, numbers of Belgium and Switzerland, what is said
around what is wanted; troubles that name a feature, and questions of practice."""

import pytest

from bot.french import read_number
from dialogs.plain_words import Intention, Reading, understand
from dialogs.plain_words.hesitations import leave_hesitations
from tests.bench.plain_words import COMMANDS, TODAY


def read(sentence: str) -> Reading:
    return understand(sentence, TODAY, COMMANDS)


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("trouve-moi une fiche euh sur les arnaques au téléphone", "/ressources arnaques téléphone"),
        ("je voudrais euh rejoindre le canal hum des parents", "/canaux rejoindre parents"),
        ("ben montre-moi bah mes cra de septembre", "/cra liste septembre"),
        ("alors euh ma demande c’est la euh nonante-trois", "/ticket 93"),
        ("mes stats euh de la semaine dernière hein", "/stats semaine dernière"),
        ("t’as un truc genre, sur les photos", "/ressources photos"),
        ("une fiche tu vois sur les mots de passe", "/ressources mots de passe"),
        ("j’ai une idée euh pouvoir trier les cra par commune", "/idee pouvoir trier les cra par commune"),
    ],
)
def test_hesitations_are_no_details(sentence: str, line: str) -> None:
    assert read(sentence).line == line


def test_a_name_or_a_verb_is_no_hesitation() -> None:
    for text in ("je cherche Ahmed Ben Salem", "tu vois mes rdv ?", "le genre des noms", "euh"):
        assert leave_hesitations(text) == text
    assert read("je cherche Ahmed Ben Salem").line == "/annuaire Ahmed Ben Salem"


def test_the_team_reads_a_trouble_as_it_was_said() -> None:
    told = "allô euh ça marche plus, l’application se ferme"
    assert read(told).line == f"/hotline {told}"


@pytest.mark.parametrize(
    ("text", "number"),
    [("septante", 70), ("septante et un", 71), ("huitante-deux", 82), ("octante", 80), ("nonante-neuf", 99)],
)
def test_numbers_are_read_as_they_are_said_elsewhere(text: str, number: int) -> None:
    assert read_number(text) == number


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("montre l’évènement numéro huitante-deux", "/agenda 82"),
        ("la fiche septante-cinq", "/ressources 75"),
        ("supprime le compte rendu numéro nonante et un", "/cra supprimer 91"),
        ("l’idée huitante-trois", "/idee 83"),
        ("le sondage septante et un donne quoi", "/sondage resultats 71"),
        ("annule le rendez-vous huitante", "/rdv annuler 80"),
        ("je peux revoir la news numéro trente", "/actus n° 30"),
        ("partage la fiche septante-trois dans le canal", "/ressources partager 73"),
    ],
)
def test_what_is_called_by_number_may_be_called_in_letters(sentence: str, line: str) -> None:
    assert read(sentence).line == line


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("le cra 12 et le cra 15 sont en double, efface le 15", "/cra supprimer 15"),
        ("la saisie 9 et la 10 sont pareilles, supprime la 10", "/cra supprimer 10"),
        ("supprime le cra 12, le 15 est bon", "/cra supprimer 12"),
        ("je soutiens l’idée 8 sur les badges", "/idee 8"),
        ("transforme ma demande 12 en ressource", "/ressources ajouter demande 12"),
        ("la demande 33 mériterait une fiche, tu peux la créer", "/ressources ajouter demande 33"),
        ("que dit le sondage 14", "/sondage resultats 14"),
        ("le sondage 22 il en est ressorti quoi", "/sondage resultats 22"),
    ],
)
def test_the_number_is_the_one_of_what_is_to_be_done(sentence: str, line: str) -> None:
    assert read(sentence).line == line


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("actus inclusion numérique", "/actus cherche inclusion numérique"),
        ("les idées qui ont le + de voix", "/idee les plus demandées"),
        ("quelles demandes d’aide attendent encore quelqu’un", "/ticket liste libres"),
        ("qui est-ce qui coordonne le réseau dans l’Aude en ce moment", "/annuaire coordinateur Aude"),
        ("ya koi comme sondages", "/sondage liste"),
        ("fais un sondage sur on soupe où jeudi soir", "/sondage on soupe où jeudi soir"),
        ("les évènements de la semaine pro", "/agenda semaine prochaine"),
        ("je ne veux pas être cité dans les actus, ni aujourd’hui ni demain", "/actus discret"),
        ("pas de message le soir", "/rappels soir non"),
        ("j’ai commencé un cra, il est où", "/cra brouillon"),
        ("mes saisies laissées en plan cette semaine", "/brouillon"),
        ("comment on crée un sondage", "/aide sondage"),
        ("montre-moi ma propre fiche", "/profil"),
        ("je parle aussi arabe, faudrait l’ajouter à mon profil", "/profil"),
        ("quel webinaire en février, je dois poser mes congés", "/agenda février"),
    ],
)
def test_what_is_asked_for_is_not_lost(sentence: str, line: str) -> None:
    assert read(sentence).line == line


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("je cherche un support pas trop technique sur le cloud pour des seniors", "/ressources cloud seniors"),
        ("à partir d’aujourd’hui préviens-moi des nouvelles fiches sur les impôts", "/ressources suivre impôts"),
        ("préviens-moi toutes les semaines des nouvelles fiches sur l’emploi", "/ressources suivre emploi"),
        ("tu as une ressource sur la demande de logement social", "/ressources demande de logement social"),
        ("un support sur linux pour mon atelier de mardi à Sens", "/ressources linux"),
        ("les conseillers numériques en activité à Figeac", "/annuaire conseiller Figeac"),
        ("à qui je peux envoyer un mail à la caf de Guéret", "/annuaire caf Guéret"),
        (
            "propose la Poste de Riom comme nouvelle structure dans l’annuaire",
            "/annuaire ajouter Poste de Riom",
        ),
        (
            "ajoute à mes rdv une permanence de 6 places tous les jeudis à 9h",
            "/rdv tous les jeudis 9h permanence 6p",
        ),
        ("ouvre-moi une visio qu’on discute ensemble", "/visio"),
        ("inscris-moi au canal parentalité pour rendre service", "/canaux rejoindre parentalité"),
        (
            "on organise une kermesse numérique, il faudrait la mettre à l’agenda",
            "/agenda proposer kermesse numérique",
        ),
    ],
)
def test_what_is_said_around_is_not_sought(sentence: str, line: str) -> None:
    assert read(sentence).line == line


@pytest.mark.parametrize(
    "sentence",
    [
        "mes chiffres indiquent 0 alors que j’ai tout saisi",
        "le tableau de bord montre zéro personne alors que j’ai fait 12 cra",
        "le lien de réservation donne une page introuvable",
        "le pdf de mes statistiques s’ouvre tout blanc",
        "mes stats d’octobre sont fausses, il manque 4 ateliers",
        "puis-je signer un mandat à la place d’un usager",
        "est-ce que je peux créer un compte ameli au nom d’un usager",
    ],
)
def test_a_trouble_or_a_doubt_goes_to_the_team(sentence: str) -> None:
    found = read(sentence)
    assert (found.intention, found.line) == (Intention.HOTLINE, f"/hotline {sentence}")
