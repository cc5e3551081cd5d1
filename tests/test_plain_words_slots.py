"""The slots of each command, as people fill them: which surname, which day, hour and length, place and words."""

import pytest

from cli.understand import Speaker, shorten
from dialogs.plain_words import Intention, Reading, understand
from dialogs.plain_words.cues import read_cues
from tests.bench.plain_words import COMMANDS, TODAY


def read(sentence: str) -> Reading:
    return shorten(understand(sentence, TODAY, COMMANDS), Speaker(TODAY), COMMANDS)


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("cherche le bihan dans l’annuaire", "/annuaire le bihan"),
        ("comment joindre gwendal le bihan", "/annuaire gwendal le bihan"),
        ("téléphone de mme de oliveira", "/annuaire de oliveira"),
        ("ki sai faire linux pres de 69120", "/annuaire qui linux près de 69120"),
        ("qui connaît la langue des signes près de Lille", "/annuaire qui langue des signes près de Lille"),
        ("qui signe en lsf", "/annuaire qui LSF"),
        ("un collègue saurait-il monter une imprimante 3D vers Albi", "/annuaire qui imprimante 3D près de Albi"),
        ("le conseiller du 59360", "/annuaire conseiller 59360"),
        ("les coordos des landes", "/annuaire coordinateur Landes"),
        ("ajoutez Hubikoop aux contacts de l’annuaire", "/annuaire ajouter Hubikoop"),
        ("je voudrais mettre la mission locale d’Auch dans l’annuaire", "/annuaire ajouter mission locale d’Auch"),
    ],
)
def test_who_is_looked_for_keeps_their_whole_name(sentence: str, line: str) -> None:
    assert read(sentence).line == line


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("propose à @paul.durand mardi 14h une heure pour le budget", "/rdv @paul.durand mardi 14h 1h budget"),
        ("rdv avec @marie jeudi à 11h", "/rdv @marie jeudi 11h"),
        ("vendredi 45 min avec @sam", "/rdv @sam vendredi 45 min"),
        ("trouve trente minutes avec @lea demain", "/rdv @lea demain 30 min"),
        ("@ana on peut se voir le 4/12 à 9h30 une heure pour le bilan", "/rdv @ana 4/12 9h30 1h bilan"),
        ("organise un point du département 72 pour le bilan", "/rdv point 72 bilan"),
        ("jeudi 14h rdv 1h mot de passe oublié", "/rdv jeudi 14h 1h mot de passe oublié"),
        ("mes rdv du 1er au 5 décembre", "/rdv liste du 1er au 5 décembre"),
        ("affiche mes rdv de demain", "/rdv demain"),
        ("une affiche pour mes rdv", "/rdv lien"),
        ("montre mes rendez-vous de la semaine qui vient", "/rdv semaine prochaine"),
        ("note un rdv lundi 7 décembre 9h30 M. T. boîte mail", "/rdv lundi 7 décembre 9h30 boîte mail M. T."),
        ("rendez vous vendredi neuf heures et demie trois quarts d’heure photos", "/rdv vendredi 9h30 45 min photos"),
        ("note un rdv demain à 10h avec Mme D", "/rdv demain 10h Mme D"),
        ("note un rdv demain", "/rdv rdv demain"),
        ("tu peux noter un rdv jeudi stp", "/rdv rdv jeudi"),
        ("montre mes rdv de demain", "/rdv demain"),
        ("Annule le rdv 5 excuse-moi le 6", "/rdv annuler 6"),
        ("rdv demain 15h30 trois quarts d’heure smartphone", "/rdv demain 15h30 45 min smartphone"),
        ("demain 15h j’appelle un monsieur pour ants, note-le", "/rdv demain 15h appelle ants"),
        ("je veux une nouvelle adresse pour ma page de réservation", "/rdv lien nouveau"),
        ("je suis absente le 23 décembre, personne ne doit réserver de rdv", "/absence le 23 décembre"),
    ],
)
def test_an_appointment_keeps_its_day_hour_length_and_subject(sentence: str, line: str) -> None:
    assert read(sentence).line == line


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("la sarthe ça donne quoi en novembre", "/stats departement Sarthe novembre"),
        ("et le nord il en est où", "/stats departement Nord"),
        ("mes cra tablette de septembre", "/cra liste tablette septembre"),
        ("qu’est-ce que j’ai saisi en octobre à Florac", "/cra liste Florac octobre"),
        ("j’ai supprimé des comptes rendus, je veux voir lesquels", "/cra liste supprimés"),
        ("j’ai supprimé le cra 12 par erreur", "/cra rétablir 12"),
        ("refais le même cra que lundi, on était 11", "/cra comme lundi avec 11 personnes"),
        ("mes cra impots à Bron en octobre", "/cra liste impots Bron octobre"),
        ("mes ateliers à Cholet cette semaine", "/cra liste atelier Cholet semaine"),
        ("où sont les cra que j’ai supprimés", "/cra liste supprimés"),
        ("retrouve mes cra où je parlais d’arnaques", "/cra liste arnaques"),
        ("qu’est-ce que j’ai déjà saisi pour Chaumont", "/cra liste Chaumont"),
        ("fiche impots 2026", "/ressources impots depuis:2026"),
        ("un jeu pour parler des fake news", "/ressources jeu fake news"),
        ("la fiche 22 est à revoir en juin 2027", "/ressources revoir 22 juin 2027"),
        (
            "fais une fiche de ce message https://chat.exemple.fr/coop/pl/zz71",
            "/ressources ajouter https://chat.exemple.fr/coop/pl/zz71",
        ),
        ("pour les actus : notre bus a gagné un prix", "/actus proposer notre bus a gagné un prix"),
        ("tu me proposes chaque lundi un cra, comment j’arrête ça", "/cra habitudes"),
    ],
)
def test_a_list_keeps_its_place_period_and_words(sentence: str, line: str) -> None:
    assert read(sentence).line == line


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("hier atelier généalogie sur internet 7p 2h", "/cra atelier 7p 2h généalogie hier"),
        ("mercredi atelier robotique, 8 enfants de moins de 12 ans, 1h", "/cra atelier 8p 1h robotique mercredi -12"),
        ("ce matin atelier scratch 7 ados une heure", "/cra atelier 7p 1h scratch aujourd’hui 12-18"),
        ("2 individuels de 30 min pour la retraite", "/cra 2 individuels 30min dossier retraite"),
        (
            "je suis coordinatrice, mon compte rendu de partenariat d’hier avec la CAF, 1h30 à 6",
            "/cra coordination partenariat 1h30 6 participants hier",
        ),
        (
            "en tant que coordinatrice je dois noter la réunion d’équipe d’hier, deux heures, on était 14",
            "/cra coordination animation réunion 2h 14 participants hier",
        ),
    ],
)
def test_a_report_keeps_its_themes_and_its_kind(sentence: str, line: str) -> None:
    assert read(sentence).line == line


@pytest.mark.parametrize(
    ("sentence", "is_sure"),
    [
        ("il reste 20 hauts en M et 14 en L dans le stock de kits", False),
        ("le stock de kits", True),
        ("je voudrais demander aux collègues quel jour les arrange, un sondage", False),
    ],
)
def test_what_a_line_would_forget_is_asked(sentence: str, is_sure: bool) -> None:
    assert read(sentence).is_done is is_sure


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("je propose qu’on ait une version en gros caractères", "/idee une version en gros caractères"),
        ("ce serait bien qu’on puisse saisir un cra hors ligne", "/idee saisir un cra hors ligne"),
        ("je veux rentrer dans le groupe jeux vidéo", "/canaux rejoindre jeux vidéo"),
        ("visio maintenant svp", "/visio"),
        ("parlez de notre bus numérique dans les actus", "/actus proposer"),
        ("Je souhaite proposer un événement : journée portes ouvertes.", "/agenda proposer journée portes ouvertes"),
        ("Une idée : pouvoir trier les fiches par date.", "/idee pouvoir trier les fiches par date"),
        ("retrouve-moi une fiche sur les impots, court de préférence", "/ressources impots"),
        ("kiter le canal jeux", "/canaux quitter jeux"),
        ("ajout moi ds le canal handicap", "/canaux rejoindre handicap"),
        ("les événements du réseau auxquels je participe", "/agenda mes"),
        ("cmb datelier g fait dpuis janv", "/stats depuis janvier"),
        ("stats du premier septembre au trente septembre", "/stats du 01/09 au 30/09"),
        ("proposer evenement portes ouvertes", "/agenda proposer portes ouvertes"),
        ("proposer un événement une journée portes ouvertes", "/agenda proposer journée portes ouvertes"),
        ("j’ai une idée ce serait de trier les fiches par date", "/idee trier les fiches par date"),
        ("que sont devenues les actus que j’ai proposées", "/actus mes propositions"),
        ("ne m’envoie plus le PDF mensuel de mes statistiques", "/stats rapport non"),
        ("je n’ai aucun document sur le contrôle parental, en avez-vous", "/ressources contrôle parental"),
        ("chifre du departmt 38 en oct", "/stats departement 38 octobre"),
        ("retrouve le pass numérique dans les actus je sais plus quand", "/actus cherche pass numérique"),
        ("faut que je rentre un cra là tout de suite", "/cra"),
        ("déposer une fiche sur canva dans la ressourcerie", "/ressources ajouter canva"),
        ("mettre mon tuto sur la ressourcerie", "/ressources ajouter"),
        ("fais une fiche avec la demande numéro dix-huit", "/ressources ajouter demande 18"),
        ("exercices souris debutan", "/ressources exercices souris niveau:debutant"),
        ("mon bilan perso 2e trim", "/stats 2e trimestre"),
    ],
)
def test_what_is_proposed_or_joined_keeps_its_words(sentence: str, line: str) -> None:
    assert read(sentence).line == line


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("une idée : mettre les fiches en favori", "/idee mettre les fiches en favori"),
        ("voici une idée : des fiches plus courtes", "/idee des fiches plus courtes"),
        ("une idée d’atelier : les arnaques", "/ressources arnaques"),
        ("pdf antivirus", "/ressources antivirus"),
        ("mes stats en pdf", "/stats exporter pdf"),
        ("un expert canva", "/annuaire qui canva"),
        ("je cherche une experte excel à Lens", "/annuaire qui excel près de Lens"),
        ("qui peut m’épauler sur du montage vidéo, je suis à Béthune", "/annuaire qui montage vidéo près de Béthune"),
        ("une affiche sur les arnaques", "/ressources affiche arnaques"),
        ("affiche les fiches sur la caf", "/ressources caf"),
        ("un tuto sur parcoursup vite", "/ressources parcoursup"),
        ("ressources impots depuis 2025", "/ressources impots depuis:2025"),
        ("chercher collègue qui parle arabe", "/annuaire qui arabe"),
        ("proposer un tuto fait maison", "/ressources ajouter"),
        ("proposer notre fête de noël", "/agenda proposer fête de noël"),
        ("mets un événement au programme : café des aidants", "/agenda proposer café des aidants"),
        ("il se passe quoi en janvier", "/agenda janvier"),
        ("les prochains événements à Rennes", "/agenda Rennes"),
        ("pas de réservation le 24/12", "/rdv disponibilites absent le 24/12"),
        ("quels rendez-vous passés attendent encore leur compte rendu", "/rdv à traiter"),
        ("je dois décommander le rdv 40", "/rdv annuler 40"),
        ("mardi prochain 9h30 une heure mail à Ploërmel, note le rdv", "/rdv mardi prochain 9h30 1h mail à Ploërmel"),
        ("créer un canal qui s’appelle mobilité", "/canaux creer mobilité"),
        ("mode d’emploi des rendez-vous", "/aide rdv"),
        ("j’étais en train d’écrire une annonce et ça a coupé, tu l’as gardée ?", "/brouillon"),
        ("quelqu’un de l’équipe peut m’appeler svp", "/hotline"),
        ("hotline, chiffres de la semaine dernière", "/hotline stats semaine dernière"),
        ("souci de connection", "/hotline souci de connection"),
        ("la douze c’est la même que la neuf", "/ticket 12"),
        ("remettez la fiche 12 dans la collection", "/ressources 12"),
        ("les tickets en attente", "/ticket liste en attente"),
        ("mets-moi de garde la semaine prochaine", "/garde moi semaine prochaine"),
        ("mailys hoarau elle bosse où", "/annuaire mailys hoarau"),
        ("j’ai raté quoi comme événements en octobre", "/agenda passés octobre"),
        ("me relance plus le soir", "/rappels soir non"),
        ("sors-moi de l’entraînement", "/entrainement fin"),
        ("mes saisies en attente", "/brouillon"),
        ("je me barre du canal linux", "/canaux quitter linux"),
        ("envoie-moi chaque semaine ce qui sort sur le thème emploi", "/ressources suivre emploi"),
        ("j’ai déjà rentré quoi comme cra cette semaine", "/cra liste semaine"),
        ("g fai un atelié mail 8 pers 1h30 ier a Riom", "/cra atelier 8p 1h30 mail Riom hier"),
        ("vire le compte rendu 18", "/cra supprimer 18"),
        ("je voudrais suivre le thème parentalité dans les ressources", "/ressources suivre parentalité"),
        (
            "mets dans mes habitudes un atelier mail de 6 personnes chaque lundi, 1h30",
            "/cra tous les lundis atelier mail 6p 1h30",
        ),
        ("mr retraité ameli 30mn Rodez", "/cra individuel 30min ameli Rodez retraités"),
        ("mes cra Rodez", "/cra liste Rodez"),
        ("canal emploi svp", "/canaux emploi"),
        ("rdv 6 plutôt mardi 9h", "/rdv décaler 6 mardi 9h"),
        ("annul rdv 6", "/rdv annuler 6"),
        ("lien résa", "/rdv lien"),
        ("chgt mail", "/profil"),
        ("vous avez avancé sur le 77 ?", "/ticket 77"),
        ("support pour parler des réseaux sociaux", "/ressources réseaux sociaux"),
        ("vacances du 14 au 21 février", "/absence du 14 au 21 février"),
        ("comment on fait pour annuler un rdv", "/aide rdv"),
        ("je suis prise quand jeudi", "/rdv jeudi"),
        ("on fait une expo le 3 mars, à mettre à l’agenda", "/agenda proposer expo le 3 mars"),
        ("faut que je saisisse ma permanence", "/cra"),
        ("il s’est passé quoi le mois dernier comme événement", "/agenda passés mois dernier"),
        ("fiche wifi public", "/ressources wifi public"),
        ("le ticket 23 traîne, des nouvelles ?", "/ticket 23"),
        ("ouvrir une demande d’aide", "/hotline"),
        ("publier notre forum de l’emploi dans l’agenda", "/agenda proposer forum de l’emploi"),
        ("note lundi 7 décembre à 15h30 M. B. caf 30 min", "/rdv lundi 7 décembre 15h30 30 min caf M. B."),
        ("un rdv mercredi à dix heures avec une dame pour doctolib", "/rdv mercredi 10h doctolib"),
        ("tablette bloquée sur le logo, une idée ?", "/hotline tablette bloquée sur le logo, une idée ?"),
        ("mail de paul mercier", "/annuaire paul mercier"),
        ("l’adresse électronique de Mme Catherine Le Floch", "/annuaire Catherine Le Floch"),
        ("une salle pour la réunion d’équipe", "/visio réunion d’équipe"),
        ("le lien pour réserver avec moi", "/rdv lien"),
        ("il faudrait pouvoir exporter les cra par commune", "/idee pouvoir exporter les cra par commune"),
        ("pourquoi ne pas ajouter un mode sombre", "/idee ajouter un mode sombre"),
        ("j’ai pensé à un truc : relancer les gens par sms", "/idee relancer les gens par sms"),
        ("annoncer un atelier cyber le 8 janvier", "/agenda proposer atelier cyber le 8 janvier"),
        ("je ne peux plus venir à l’événement 14", "/agenda 14"),
        ("les ateliers que j’ai faits à Vierzon", "/cra liste atelier Vierzon"),
        ("le même qu’hier avec 7 personnes", "/cra comme hier avec 7 personnes"),
        ("la 84 a bougé ?", "/ticket 84"),
        ("j’ai signalé un problème vendredi, des nouvelles ?", "/hotline demandes"),
        ("cherche dans les actus ce qui concerne le pass numérique", "/actus cherche pass numérique"),
        ("stop newsletter", "/actus abonnement non"),
        ("chercher partout caf", "/chercher caf"),
        ("marre du canal général", "/canaux quitter général"),
        ("je parle couramment le créole, où le dire", "/profil"),
        ("le rappel à 8h c’est trop tôt, mets 9h30", "/rappels 9h30"),
        ("ma cheffe n’a pas de compte, lui donner accès à mes stats d’octobre", "/stats partager octobre"),
        ("on n’a plus de réseau au bourg, quoi faire", "/hotline on n’a plus de réseau au bourg, quoi faire"),
    ],
)
def test_what_was_taken_for_something_near_is_read(sentence: str, line: str) -> None:
    assert read(sentence).line == line


@pytest.mark.parametrize(
    "line",
    [
        "/absence ou",
        "/canaux rejoindre a",
        "propose un rdv à juliette",
        "pas de rappel à 8h mais à 9h",
        "il me faut une visio pour le comité des élus",
        "comment est-ce que je peux joindre Karim Benali du bureau de Vichy",
        "mets-moi de garde la semaine prochaine",
    ],
)
def test_what_stops_short_or_leaves_words_aside_is_not_sure(line: str) -> None:
    assert not read(line).sure


@pytest.mark.parametrize(
    "sentence",
    [
        "un collégien et sa mère pour pronote, une demi heure, Avion, jeudi",
        "on a aidé une boulangère de Cambrai à faire sa page google, une heure et quart chez elle mercredi",
        "le wifi en rade, mais on a fait notre heure et demie sur les mails à Plougastel, elles étaient 6",
    ],
)
def test_a_report_is_told_without_its_name(sentence: str) -> None:
    assert read(sentence).intention == Intention.CRA


@pytest.mark.parametrize("word", ["vieille", "remettez", "collectif", "papis", "souvenir", "corrections"])
def test_a_word_of_the_language_is_no_other_one_mistyped(word: str) -> None:
    assert read_cues().spelling.mend(word) == word


@pytest.mark.parametrize(
    "sentence",
    [
        "on etait 5 pour l’atelier de jeudi, une heure et quart, a Vire",
        "atelier mail 8 pers 2h à Vire lundi",
        "on a retiré 3 virus, 8 personnes, 2h à Bron mardi",
    ],
)
def test_a_told_report_deletes_none(sentence: str) -> None:
    assert "supprimer" not in read(sentence).line


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("j’ai rdv avec Mme D demain à 10h", "/rdv demain 10h Mme D"),
        ("demain j’ai un rendez-vous à 14h avec M. K", "/rdv demain 14h avec M. K"),
        ("j’ai rdv demain", "/rdv demain"),
        ("est-ce que j’ai rdv à 10h demain ?", "/rdv demain"),
        ("j’ai rdv à 10h demain avec qui ?", "/rdv demain"),
    ],
)
def test_an_appointment_that_somebody_has_at_an_hour_is_to_be_noted(sentence: str, line: str) -> None:
    assert understand(sentence, TODAY, COMMANDS).line == line


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("salle pour une réunion en ligne", "/visio"),
        ("salle visio pour le point en ligne de décembre", "/visio point de décembre"),
        ("salle visio sur les arnaques en ligne", "/visio arnaques en ligne"),
    ],
)
def test_a_room_is_not_called_what_any_call_is(sentence: str, line: str) -> None:
    assert understand(sentence, TODAY, COMMANDS).line.strip() == line


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("comment on fait un publipostage", "/ressources publipostage"),
        ("comment on utilise canva", "/ressources canva"),
        ("comment je fais pour supprimer un cra", "/aide cra"),
        ("comment tu fonctionnes", "/aide"),
        ("comment on s'en sert", "/aide"),
    ],
)
def test_how_something_else_is_done_is_no_help_of_the_bot(said: str, line: str) -> None:
    assert understand(said, TODAY, COMMANDS).line == line


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("envoie les résultats du sondage 34 en c s v", "/sondage export 34"),
        ("retrouve mes comptes rendus où j'avais mis impôts en avril", "/cra liste impôts avril"),
        ("je voudrais déposer une fiche que j'ai écrite hier soir", "/ressources ajouter"),
        ("où en est la fiche que j'ai écrite", "/ressources mes fiches"),
        ("faites disparaître toutes les informations que vous détenez sur moi", "/mes-donnees effacer"),
    ],
)
def test_what_is_spelled_out_reported_before_or_handed_in_is_read(said: str, line: str) -> None:
    assert understand(said, TODAY, COMMANDS).line == line
