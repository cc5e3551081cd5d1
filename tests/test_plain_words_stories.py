"""Long sentences: what is asked for counts, and not what greets, excuses and explains around it."""

import pytest

from dialogs.plain_words import Intention, understand
from dialogs.plain_words.acts import find_act
from dialogs.plain_words.cues import Cues
from dialogs.plain_words.weights import hear
from tests.bench.plain_words import COMMANDS, TODAY

BEFORE = [
    "bonjour, j’ai passé la matinée au marché de Lannemezan à distribuer des dépliants et j’ai les doigts gelés,",
    "demat, je suis coordinatrice dans le Finistère et pardon de vous embêter avec ça, mais",
    "salut, je suis dans le train entre Brive et Limoges avec une collègue de la mairie,",
]
AFTER = ["", " stp, c’est pour mon maire", ", histoire de préparer la réunion", " svp, bonne journée à toute l’équipe"]
WISHES = [
    ("cherche dans les tickets ce qui parle de webmail", "/ticket chercher webmail"),
    ("je voudrais les statistiques de la région Bretagne pour le mois dernier", "/stats region Bretagne mois dernier"),
    ("montre-moi mes comptes rendus de septembre", "/cra liste septembre"),
    ("ouvre-nous une salle de visio", "/visio"),
    ("je cherche une fiche sur les mots de passe", "/ressources mots de passe"),
    ("je voudrais faire un sondage", "/sondage"),
]


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("after", AFTER)
@pytest.mark.parametrize(("wish", "line"), WISHES)
def test_a_wish_is_read_as_if_it_were_said_alone(before: str, wish: str, after: str, line: str) -> None:
    assert understand(f"{before} {wish}{after}", TODAY, COMMANDS).line == line


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        (
            "bonjour, mes stagiaires disent que mon support était clair, je souhaite proposer une fiche aux collègues",
            "/ressources ajouter",
        ),
        (
            "j’ai enfin terminé ce matin à la mairie un tuto sur la caf, je voudrais le déposer dans la ressourcerie",
            "/ressources ajouter caf",
        ),
        ("ma directrice réclame un pdf de 2025, tu peux me sortir mes statistiques ?", "/stats exporter pdf 2025"),
        (
            "salut tout le monde, la neige nous bloque à Mende, lance un vote dans le canal : quel jour pour se voir",
            "/sondage quel jour pour se voir",
        ),
        (
            "bonjour, le préfet passe nous voir jeudi au lycée, je propose une idée : trier les fiches par date svp",
            "/idee trier les fiches par date",
        ),
        (
            "bonjour, je me permets parce que ça fait deux ans que je le dis à Cahors, j’ai une idée : trier par date",
            "/idee trier par date",
        ),
        (
            "on m’a parlé hier d’une certaine Gwenaëlle Le Bihan et je dois l’appeler ce soir, tu as ses coordonnées ?",
            "/annuaire Gwenaëlle Le Bihan",
        ),
        (
            "est-ce qu’il y a des fiches sur le cyberharcèlement, mes collègues de l’Eure en parlent depuis lundi",
            "/ressources cyberharcèlement",
        ),
        (
            "bonjour, de retour de congé après cinq mois chez mes parents à Brest, fais-moi lire les dernières actus",
            "/actus",
        ),
        (
            "bonjour, il neige sur le col et les autres sont bloqués, ouvre une visio sur la préparation du salon",
            "/visio préparation du salon",
        ),
    ],
)
def test_what_was_told_before_counts_where_the_wish_means_it(sentence: str, line: str) -> None:
    assert understand(sentence, TODAY, COMMANDS).line == line


def test_the_acts_of_a_sentence_are_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    said = hear("ouvre une visio pour la rentrée", TODAY, COMMANDS)
    first = find_act(said)
    monkeypatch.setattr(Cues, "find_rows", lambda *_: pytest.fail("looked for again"))
    assert first == find_act(said) == (Intention.VISIO, "/visio rentrée")
