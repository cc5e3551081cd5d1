"""Long sentences: what is asked for counts, and not what greets, excuses and explains around it."""

import pytest

from dialogs.cra.line.short_form import shorten_command
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
        (
            "mon collègue du Cantal se vante, pour lui clouer le bec montre les chiffres du département de la Lozère",
            "/stats departement Lozère",
        ),
        (
            "on me relance sans arrêt alors que je m’en moque, coupez-moi les rappels de sondages une bonne fois",
            "/sondage rappels non",
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


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        (
            "Le club informatique de Figeac rouvre en janvier et ils sont tous perdus, je cherche un tuto "
            "tablette pour débutants, court de préférence",
            "/ressources tablette niveau:debutant",
        ),
        (
            "Mon collègue d’Aurillac part en retraite et personne ne reprend le flambeau, qui s’y connaît en "
            "linux dans le réseau ?",
            "/annuaire qui linux",
        ),
        (
            "On me demande mille choses au guichet depuis ce matin, tu aurais le numéro de la CAF du Lot quelque "
            "part ?",
            "/annuaire CAF Lot",
        ),
        (
            "Ce groupe parle de tout sauf du travail et mon téléphone chauffe, retire-moi du canal cuisine "
            "immédiatement",
            "/canaux quitter cuisine",
        ),
        (
            "Il nous reste une heure avant le conseil municipal, ouvre une visio sur le budget 2027 pour l’équipe",
            "/visio budget 2027",
        ),
        (
            "Je monte un cycle sur la parentalité à Mende, je voudrais suivre le thème parentalité et être "
            "prévenue dès qu’il y a du neuf",
            "/ressources suivre parentalité",
        ),
        (
            "Il me faudrait une fiche pour envoyer et recevoir un mail",
            "/ressources envoyer recevoir mail",
        ),
        (
            "Je tourne en rond depuis une semaine avec ça, alors voici mon idée : afficher les communes sur une "
            "carte dans le bilan",
            "/idee afficher les communes sur une carte dans le bilan",
        ),
        (
            "La fiche 41 a fait un tabac chez les bénévoles de Rodez, tu pourrais la partager dans le canal pour "
            "tout le monde",
            "/ressources partager 41",
        ),
        (
            "Le maire n’ouvre jamais ses mails, alors le rapport mensuel de mes statistiques vous pouvez l’arrêter",
            "/stats rapport non",
        ),
        (
            "L’imprimante de la mairie fait un bruit affreux, tu peux l’arrêter ?",
            "",
        ),
        (
            "On a un pari à la maison, combien de buts a marqué Griezmann cette saison à ton avis ?",
            "",
        ),
        (
            "Non je ne veux pas faire un sondage ni une annonce, juste ouvrir une visio",
            "/visio",
        ),
        (
            "Non, je ne cherche pas une fiche ni un contact, je voudrais juste mes chiffres de septembre",
            "/stats septembre",
        ),
        (
            "Une radio locale m’appelle dans dix minutes pour parler de la Nièvre, donne-moi les chiffres du "
            "département pour octobre",
            "/stats departement Nièvre octobre",
        ),
        (
            "Je dois poser ma voiture au garage et je m’y perds, qu’est-ce que j’ai comme rendez-vous vendredi ?",
            "/rdv vendredi",
        ),
        (
            "J’ai tout réinstallé ce week-end et plus rien n’est à sa place, où sont les liens vers les outils ?",
            "/accueil liens",
        ),
        (
            "Ici agente à la hotline depuis deux mois, il me faut les chiffres de la hotline pour septembre",
            "/hotline stats septembre",
        ),
        (
            "Mon ami d’enfance est perdu et moi aussi, trouve-moi Solène Kerbrat s’il te plaît",
            "/annuaire Solène Kerbrat",
        ),
        (
            "Les gens veulent apprendre à prendre un rendez-vous sur la préfecture et je sèche, je cherche un "
            "tuto là-dessus",
            "/ressources prendre rendez-vous préfecture",
        ),
        (
            "J’ai tout essayé depuis hier, redémarré trois fois, je veux parler à quelqu’un de l’assistance",
            "/hotline",
        ),
        (
            "La directrice du centre social veut une affiche sur les arnaques pour son hall, tu as ça en stock ?",
            "/ressources affiche arnaques",
        ),
        (
            "Je voudrais rejoindre le canal présidentielle pour suivre les démarches de vote",
            "/canaux rejoindre présidentielle",
        ),
        (
            "Pas un mot des chiffres aujourd’hui, je veux seulement quitter le canal statistiques que Paul m’a collé",
            "/canaux quitter statistiques",
        ),
        (
            "Nous organisons le 20 à la médiathèque de Guéret, avec goûter, une après-midi jeux vidéo que je "
            "voudrais mettre à l’agenda",
            "/agenda proposer après-midi jeux vidéo",
        ),
        (
            "Depuis la Guyane on a du mal à se situer, je voudrais les stats du département 973",
            "/stats departement 973",
        ),
    ],
)
def test_what_is_around_a_wish_is_no_part_of_it(sentence: str, line: str) -> None:
    """Nor is what is near to it: the mails that are received, a channel’s name, an engine that is to stop."""
    assert understand(sentence, TODAY, COMMANDS).line == line


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        (
            "Comme la médiathèque ferme pour travaux, démarre une visio sur le planning de mars pour toute l’équipe",
            "/visio planning de mars",
        ),
        (
            "Les élus sont ravis et le journal est venu, une info pour la lettre du réseau : notre bus "
            "numérique a fait son millième passage",
            "/actus proposer notre bus numérique a fait son millième passage",
        ),
        (
            "Je viens d’avoir le feu vert de la directrice, alors événement à proposer à l’agenda : café des "
            "aidants le 15 janvier à Sarlat",
            "/agenda proposer café des aidants le 15 janvier à Sarlat",
        ),
        (
            "Le réseau a coupé pendant l’envoi et j’ai tout retapé, le résultat est que ça fait doublon, "
            "dégage-moi le cra 58",
            "/cra supprimer 58",
        ),
        (
            "Je n’avais pas mes lunettes et j’ai mis 30 personnes au lieu de 3, rectifie-moi le compte rendu 140",
            "/cra modifier 140",
        ),
        (
            "Je ne cherche pas de formation, juste le numéro de la mairie de Gap",
            "/annuaire mairie Gap",
        ),
        (
            "J’ai relu trois fois l’aide sans comprendre, je préfère parler à un humain de l’assistance",
            "/hotline",
        ),
        (
            "La pharmacie du village réclame une affiche sur les arnaques pour sa vitrine, vous avez ça ?",
            "/ressources affiche arnaques",
        ),
        (
            "je vous le dis au passage, ne riez pas, et si on pouvait dicter les comptes rendus au volant",
            "/idee si on pouvait dicter les comptes rendus au volant",
        ),
        (
            "les collègues du lagon m’en parlent sans arrêt, la ressource numéro 88, peux-tu me la montrer que je voie",
            "/ressources 88",
        ),
        (
            "oublie mes stats à moi, ce qui m’intéresse c’est le 974, combien d’ateliers en octobre tous "
            "conseillers confondus",
            "/stats departement 974 octobre",
        ),
        (
            "je coordonne le Lot depuis trois semaines seulement, pourrais-je connaître le bilan départemental "
            "du 46 pour novembre",
            "/stats departement 46 novembre",
        ),
        (
            "on m’a parlé d’un certain Hoarau qui fait des merveilles avec les pêcheurs, c’est quoi son mail "
            "ou son numéro ?",
            "/annuaire Hoarau",
        ),
        (
            "mon chef m’a dit de m’inscrire au salon jeux vidéo pour préparer l’atelier, tu peux me faire "
            "rejoindre ce canal ?",
            "/canaux rejoindre jeux vidéo",
        ),
        (
            "les écrans me fatiguent et les gens sonnent le dimanche, je veux cacher mon téléphone dans l’annuaire",
            "/profil",
        ),
    ],
)
def test_what_a_clause_announces_names_or_puts_first_is_what_is_wanted(sentence: str, line: str) -> None:
    assert understand(sentence, TODAY, COMMANDS).line == line


def test_the_acts_of_a_sentence_are_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    said = hear("ouvre une visio pour la rentrée", TODAY, COMMANDS)
    first = find_act(said)
    monkeypatch.setattr(Cues, "find_rows", lambda *_: pytest.fail("looked for again"))
    assert first == find_act(said) == (Intention.VISIO, "/visio rentrée")


def test_who_was_there_is_told_with_few_words() -> None:
    line = understand("C’était comme hier sauf qu’elles étaient 6 parce que deux sont venues", TODAY, COMMANDS).line
    assert shorten_command(line, TODAY) == "/cra comme hier avec 6 personnes"
    assert (
        shorten_command("/cra atelier mail 1h hier, il en est venu que quatre", TODAY) == "/cra atelier 4p 1h mail hier"
    )
    assert (
        shorten_command("/cra comme mardi sauf qu’ils étaient seulement 5", TODAY)
        == "/cra comme mardi avec 5 personnes"
    )


def test_a_meeting_of_partners_is_of_coordination() -> None:
    story = "Ici coordo du Lot, quelle journée, je veux noter une réunion de partenariat de 2h avec 9 participants hier"
    assert understand(story, TODAY, COMMANDS).line.startswith("/cra coordination ")


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("une fiche sur les cookies me serait bien utile, mes usagers ne comprennent rien", "/ressources cookies"),
        (
            "on m’en parle depuis janvier, moi j’y connais rien, une vidéo sur le cloud ça existe ?",
            "/ressources vidéo cloud",
        ),
        (
            "un collègue avait montré une fiche, la 52 je crois, tu peux me ressortir cette fiche avant ma séance",
            "/ressources 52",
        ),
        ("as-tu un support sur la carte vitale, même ancien ça ferait l’affaire", "/ressources carte vitale"),
        (
            "j’ai une classe demain, tu aurais par hasard un quiz sur les fake news à leur faire",
            "/ressources quiz fake news",
        ),
        (
            "j’ai fait un guide sur le scan avec plein de photos, je veux le déposer dans la ressourcerie",
            "/ressources ajouter guide scan",
        ),
        (
            "je connais une certaine Claire Martin qui tient un fablab, tu peux me trouver ses coordonnées",
            "/annuaire Claire Martin",
        ),
        (
            "on m’a cité une Marie Belin, il me faudrait ses coordonnées dans l’annuaire avant jeudi",
            "/annuaire Marie Belin",
        ),
        (
            "j’ai fini par trouver qui s’en occupe et ça peut servir, je propose d’ajouter un contact à l’annuaire",
            "/annuaire ajouter",
        ),
        ("montre-moi les chiffres de la région Martinique pour 2025", "/stats region Martinique 2025"),
        ("on râle toujours de tout ici, il me faut mes chiffres de novembre", "/stats novembre"),
        (
            "je débute ici depuis deux mois, et voilà que le préfet demande les stats du 38 pour octobre",
            "/stats departement 38 octobre",
        ),
        ("mon chef s’impatiente pour son tableau de la semaine, du coup mes stats de novembre stp", "/stats novembre"),
        ("montre-moi mes stats de 2025 à l’écran, rien à télécharger", "/stats 2025"),
        ("j’avais partagé des pages de chiffres avec mon ancien employeur, je voudrais les fermer", "/stats pages"),
        ("j’ai perdu le fil, montre-moi toutes les demandes que j’ai envoyées au support", "/hotline demandes"),
        ("un événement sur le handicap dans les prochaines semaines, tu as ça ?", "/agenda handicap"),
        ("je propose un événement à l’agenda, forum des associations", "/agenda proposer forum des associations"),
        (
            "j’ai changé d’horaires et le jeudi je ne suis pas là, mets mes rappels sur lundi et mardi",
            "/rappels jours lun mar",
        ),
        ("tous ces messages du matin m’épuisent vraiment, ne m’envoie plus jamais de rappels", "/rappels jamais"),
        ("je propose comme idée de pouvoir dicter les comptes rendus", "/idee pouvoir dicter les comptes rendus"),
        (
            "je me perds dans mes chiffres de mars depuis une heure, explique-moi comment marchent les statistiques",
            "/aide stats",
        ),
        ("comment fait-on pour créer un sondage ici, je ne veux pas en lancer un, juste comprendre", "/aide sondage"),
        (
            "la sortie de l’école est animée, je me demande s’il y a un canal où l’on parle de handicap",
            "/canaux handicap",
        ),
    ],
)
def test_what_is_told_around_a_wish_is_no_part_of_it(sentence: str, line: str) -> None:
    assert understand(sentence, TODAY, COMMANDS).line == line


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("je cherche une fiche récente depuis janvier 2026 sur les arnaques", "/ressources arnaques depuis:2026"),
        ("il y a un canal handicap, comment je peux le rejoindre", "/canaux rejoindre handicap"),
        ("je suis absente mardi et jeudi, plus de rappels", "/absence mardi et jeudi"),
        ("mes stats depuis toujours", "/stats tout"),
        ("stats de la Martinique", "/stats departement Martinique"),
        ("je ne veux pas voir les fiches, juste mes comptes rendus de novembre", "/cra liste novembre"),
    ],
)
def test_what_is_like_that_and_part_of_a_wish_stays(sentence: str, line: str) -> None:
    assert understand(sentence, TODAY, COMMANDS).line == line


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        (
            "J’ai que dix minutes avant mon train : atelier mail à Bron hier, 6 personnes, 2h",
            "/cra atelier 6p 2h mail Bron hier",
        ),
        (
            "quand tu auras deux minutes note ça : ponctuel 15 min impots hier à Bron",
            "/cra ponctuel 15min impots Bron hier",
        ),
        (
            "entre deux trains : hier atelier de 2h sur le mail à Bron avec 6 personnes",
            "/cra atelier 6p 2h mail Bron hier",
        ),
        (
            "Comme ma structure exige tout par écrit, un individuel de 1h hier à Bron pour la caf",
            "/cra individuel 1h caf Bron hier",
        ),
        (
            "Le bus était en panne : atelier tablette hier à Bron, 5 personnes, 2h",
            "/cra atelier 5p 2h tablette Bron hier",
        ),
        (
            "hier atelier cv de 2h au 69500 avec 6 personnes, il y en a un qui a pleuré",
            "/cra atelier 6p 2h cv 69500 hier",
        ),
        (
            "je tape vite, je file : atelier mail de 2h avec 6 personnes hier à Décines, belle ambiance",
            "/cra atelier 6p 2h mail Décines hier",
        ),
        (
            "même public qu’hier, donc compte rendu comme hier mais avec 7 personnes, deux avaient la grippe",
            "/cra comme hier avec 7 personnes",
        ),
        (
            "propose-moi chaque semaine le compte rendu : tous les jeudis atelier tablette de 7 personnes, 2h",
            "/cra tous les jeudis atelier tablette 7p 2h",
        ),
        (
            "un monsieur est passé hier à Bron, 15 min pour ses mails, un ponctuel, tu me mets ça dans mes cra",
            "/cra ponctuel 15min mail Bron hier",
        ),
    ],
)
def test_what_is_told_by_the_way_is_no_part_of_a_report(sentence: str, line: str) -> None:
    assert shorten_command(understand(sentence, TODAY, COMMANDS).line, TODAY) == line


def test_minutes_and_places_of_a_report_stay() -> None:
    at_work = shorten_command("/cra hier un atelier mail de 2h dans ma structure avec 6 personnes", TODAY)
    assert at_work == "/cra atelier 6p au bureau 2h mail hier"
    assert shorten_command("/cra hier 5 minutes ponctuel caf a Pleure", TODAY) == "/cra ponctuel 5min caf Pleure hier"
