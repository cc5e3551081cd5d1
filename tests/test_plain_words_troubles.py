"""Troubles in plain words: what goes wrong is told to people who help, whatever it is of; what only sounds like a
trouble is read as what it wants."""

import pytest

from dialogs.plain_words import Intention, Reading, understand
from tests.bench.plain_words import COMMANDS, TODAY


def read(sentence: str) -> Reading:
    return understand(sentence, TODAY, COMMANDS)


@pytest.mark.parametrize(
    "sentence",
    [
        "compte bloqué sur mon nouveau téléphone je peux plus rien faire",
        "le pdf de mes stats veut pas s’ouvrir sur mon tel",
        "ma page de stats reste blanche depuis ce matin",
        "l’agenda se synchronise plus avec mon téléphone",
        "RDV Service Public ne se synchronise plus avec google",
        "je reçois les rappels en double",
        "impossible de voter au sondage",
        "je vois plus les canaux de mon département",
        "la vidéo de la fiche charge pas",
        "le qr code de ma page de rdv marche pas",
        "mes CRA partent toujours sur l’ancienne commune, qui peut corriger ça ?",
        "j’ai toujours pas reçu mon rapport mensuel",
        "quand je fais /cra y a rien qui se passe",
        "URGENT atelier dans 10 min et les tablettes se connectent pas au wifi",
    ],
)
def test_a_trouble_is_told_to_people_who_help(sentence: str) -> None:
    assert read(sentence).line == f"/hotline {sentence}"


@pytest.mark.parametrize(
    ("sentence", "intention"),
    [
        ("ponctuel 15 min imprimante qui ne marche pas", Intention.CRA),
        ("j’ai aidé une dame dont la tablette ne démarrait plus, 30 min", Intention.CRA),
        ("je me suis plantée sur le cra 142", Intention.CRA),
        ("un tuto pour ceux qui n’arrivent pas à se connecter à ameli", Intention.RESSOURCES),
        ("ce serait bien que la page des stats ne soit plus blanche", Intention.IDEE),
        ("je veux plus recevoir de rappels le soir", Intention.RAPPELS),
        ("je trouve pas le canal des animateurs", Intention.CANAUX),
        ("déclare une panne : l’export ne marche plus", Intention.HOTLINE_DEMANDES),
        ("mon kit est arrivé cassé", Intention.KIT),
        ("ma voiture ne démarre plus", Intention.HORS_SUJET),
        ("il manque la mission locale du Bugey dans l’annuaire, comment je l’ajoute", Intention.ANNUAIRE),
    ],
)
def test_what_sounds_like_a_trouble_is_read_as_what_it_wants(sentence: str, intention: Intention) -> None:
    assert read(sentence).intention is intention


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("pareil qu’hier pour mes cra", "/cra pareil qu’hier pour mes cra"),
        ("petite demande doctolib à Nice 15 min", "/cra petite demande doctolib à Nice 15 min"),
        ("stats 974", "/stats departement 974"),
        ("total france 2025 accompagnements", "/stats national 2025"),
        ("libre office ya un pdf ?", "/ressources libre office"),
        ("une vidéo pour expliquer whatsapp aux anciens", "/ressources vidéo whatsapp seniors"),
        ("explique-moi comment fonctionne la recherche de ressources", "/aide ressources"),
        ("qui peut voir mon adresse mail dans l’annuaire ?", "/profil"),
        ("tout ce que j’ai fait depuis le début", "/stats tout"),
        ("y a-t-il des contacts proposés qui attendent ma relecture ?", "/annuaire propositions"),
        ("fais suivre à la hotline : https://m.fr/a/pl/8x3", "/hotline https://m.fr/a/pl/8x3"),
        ("pas de rappels le vendredi je bosse que du lundi au jeudi", "/rappels jours lun mar mer jeu"),
        ("je suis pas là demain", "/absence demain"),
        ("mes CRA de septembre avec l’étiquette #parentalité", "/cra liste #parentalité septembre"),
        ("rdv vendredi 10h, Mme G. pour sa box", "/rdv vendredi 10h, Mme G. pour sa box"),
        (
            "J’ai vu un monsieur pour son ordinateur, il passera vendredi à 9h30 à la mairie, tu peux le noter ?",
            "/rdv vendredi 9h30 à la mairie ordinateur",
        ),
        ("je pars en vacances avec les enfants du 20 au 27 décembre", "/absence du 20 au 27 décembre"),
        ("tous les mardis atelier smartphone 8p 2h", "/cra tous les mardis atelier smartphone 8p 2h"),
        ("je voudrais enregistré un acompagnement", "/cra"),
        ("lance un sondage réunion lundi ou jeudi", "/sondage réunion lundi ou jeudi"),
        (
            "demande à tout le monde : préférez-vous le mardi ou le jeudi ?",
            "/sondage préférez-vous le mardi ou le jeudi ?",
        ),
    ],
)
def test_short_reports_and_choices_are_read(sentence: str, line: str) -> None:
    assert read(sentence).line == line


def test_who_wants_two_things_is_asked_which() -> None:
    reading = read("stats septembre et fiche sur les impôts")
    assert [reading.line, *(other.line for other in reading.others)] == ["/stats septembre", "/ressources impôts"]
    assert not reading.sure


def test_what_is_clear_is_done_at_once() -> None:
    asked = read("combien j'ai fait d'accompagnements en septembre")
    assert (asked.line, asked.sure) == ("/stats septembre", True)


def test_the_team_is_asked_by_the_hotline_or_by_a_poll() -> None:
    asked = read("demander à l'équipe si on peut changer de structure")
    assert asked.line == "/hotline demander à l'équipe si on peut changer de structure"
    assert [other.line for other in asked.others] == ["/sondage"]


def test_two_people_told_in_one_breath_are_a_report_and_nothing_left_off() -> None:
    told = (
        "alors ce matin j ai eu un monsieur de 70 ans pour ses impots on a passé une heure ensemble a la mairie "
        "de bron et puis apres une dame qui savait pas envoyer de mail trente minutes"
    )
    reading = read(told)
    assert (reading.line.split()[0], [other.line for other in reading.others]) == ("/cra", [])
