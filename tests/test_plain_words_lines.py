"""Sentences in plain words, and the command that each is read as: details, stories, numbers, slips, turns of phrase."""

import pytest

from config.text import fold
from dialogs.plain_words import Intention, understand
from dialogs.plain_words.cues import read_cues
from tests.bench.plain_words import COMMANDS, TODAY, read


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("partager mes statistiques de septembre", "/stats partager septembre"),
        ("envoie mes stats à mon employeur", "/stats partager"),
        ("comment envoyer mes statistiques du mois dernier à ma cheffe", "/stats partager mois dernier"),
        ("envoie un fichier de mes stats à mon employeur", "/stats exporter"),
        ("partage mes chiffres du mois dernier", "/stats partager mois dernier"),
        ("rdv avec @carl demain 14h", "/rdv @carl demain 14h"),
        ("un point avec @carl et @marie", "/rdv @carl @marie"),
        ("je veux voir @carl mardi matin", "/rdv @carl mardi matin"),
    ],
)
def test_colleagues_are_met_and_figures_shared_in_plain_words(sentence: str, line: str) -> None:
    assert read(sentence).line == line


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("vire moi du canal seniors", "/canaux quitter seniors"),
        ("vire-moi du canal arnaques stp", "/canaux quitter arnaques"),
        ("virez moi de seniors", "/canaux quitter seniors"),
        ("dégage moi du canal seniors", "/canaux quitter seniors"),
        ("vire juliette du canal seniors car elle insulte", "/moderer exclure"),
        ("sors @juliette du salon seniors", "/moderer exclure"),
        ("exclus jean", "/moderer exclure"),
        ("mute carl 2 jours car il insulte les gens", "/moderer silence @carl 2j il insulte les gens"),
        ("déplace juliette dans le 38", "/membres deplacer @juliette 38"),
        ("mets @juliette dans le 2A", "/membres deplacer @juliette 2A"),
        ("panne : aidants connect ne marche plus, à déclarer", "/ticket panne aidants connect ne marche plus"),
        ("arrête l’annonce", "/annonce liste"),
        ("annule l’annonce", "/annonce liste"),
        ("arrête le sondage", "/sondage liste"),
        ("clos mon sondage", "/sondage liste"),
        ("rouvre le sondage", "/sondage liste"),
        ("suis le flux https://exemple.fr/rss", "/actus flux ajouter https://exemple.fr/rss"),
        ("ajoute ce flux rss aux actus : https://exemple.fr/rss", "/actus flux ajouter https://exemple.fr/rss"),
        ("alors le sondage ?", "/sondage liste"),
        ("où en est mon sondage", "/sondage liste"),
        ("relance ceux qui n’ont pas voté au sondage", "/sondage liste"),
        ("je vote B", "/sondage liste"),
        ("plus", "/rappels plus"),
        ("arrête de me déranger jusqu’à lundi", "/absence jusqu’à lundi"),
        ("ne m’écris plus jusqu’au 3 janvier", "/absence jusqu’au 3 janvier"),
        ("qu’ont fait mes conseillers cette semaine ?", "/stats departement"),
        ("mets moi dans le canal seniors", "/canaux rejoindre seniors"),
    ],
)
def test_who_is_put_out_or_moved_and_what_is_stopped_is_told_apart(sentence: str, line: str) -> None:
    assert read(sentence).line == line


@pytest.mark.parametrize("sentence", ["déplace le rdv 4 dans le 38", "passe la réunion dans le 69", "vire moi du 38"])
def test_what_names_nobody_moves_and_excludes_nobody(sentence: str) -> None:
    assert not read(sentence).line.startswith(("/membres", "/moderer"))


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("mes stats doctobre stp", "/stats octobre"),
        ("stats davril à juin", "/stats avril à juin"),
        ("mes chiffres de lannée dernière", "/stats année dernière"),
        ("bilan du 3ème trimestre", "/stats 3e trimestre"),
        ("combien de monde depuis la rentrée", "/stats depuis la rentrée"),
        ("ouvre le ticket quatre", "/ticket 4"),
        ("supprime le compte rendu numéro trois", "/cra supprimer 3"),
        ("visio stp", "/visio"),
        ("visio réunion d’équipe", "/visio réunion d’équipe"),
        ("rappels à 8h30", "/rappels 8h30"),
        ("rappels jours lun mar jeu", "/rappels jours lun mar jeu"),
        ("idée : un mode sombre svp", "/idee un mode sombre"),
        ("idee trier mes fiches", "/idee trier mes fiches"),
        ("annule le rdv 7", "/rdv annuler 7"),
        ("déplacer le rdv 12 à mercredi 15h", "/rdv décaler 12 mercredi 15h"),
        ("cherche conum à bourg en bresse", "/annuaire conseiller bourg en bresse"),
        ("qui connaît bien excel à grenoble", "/annuaire qui excel près de grenoble"),
        ("y a quoi à l’agenda en décembre", "/agenda décembre"),
        ("y a-t-il un salon où on parle de linux", "/canaux linux"),
        ("préviens moi des nouvelles fiches sur la santé", "/ressources suivre santé"),
        ("j'ai reçu deux dames ce matin 30 min ameli", "/cra reçu deux dames ce matin 30 min ameli"),
        ("un accompagnement de 30 minutes sur doctolib", "/cra accompagnement de 30 minutes sur doctolib"),
    ],
)
def test_details_are_read_as_people_type_them(sentence: str, line: str) -> None:
    assert read(sentence).line == line


@pytest.mark.parametrize(
    ("story", "line"),
    [
        (
            "j’ai une mamie qui veut écrire à sa fille, je cherche un tuto pour créer une adresse mail",
            "/ressources créer adresse mail",
        ),
        ("je prépare un atelier sur la sécurité pour vendredi, tu aurais un support ?", "/ressources sécurité"),
        ("ma responsable fait le point sur le mois de septembre, tu peux me donner mes stats ?", "/stats septembre"),
        ("hier c’était long, ma chef veut savoir combien de gens j’ai vus depuis janvier", "/stats depuis janvier"),
        (
            "j’ai mis deux heures au lieu de vingt minutes, je voudrais corriger le cra 48 avant ce soir",
            "/cra modifier 48",
        ),
        (
            "la salle est prise, zut, il faut que tu décales mon rendez-vous 8 à vendredi 9h",
            "/rdv décaler 8 vendredi 9h",
        ),
        (
            "une collègue monte des ateliers ici, je crois que c’est Fatou Ndiaye, tu peux me trouver sa fiche ?",
            "/annuaire Fatou Ndiaye",
        ),
        ("ça me pèse un peu, je voudrais rejoindre le canal jeunesse pour en parler", "/canaux rejoindre jeunesse"),
        ("le wifi a sauté pendant mon compte rendu, j’aimerais reprendre là où j’en étais", "/cra brouillon"),
        (
            "ce matin c’était la folie, le wifi ne marchait pas, avant d’oublier : 4 individuels de 30 min à Bron",
            "/cra ce matin 4 individuels de 30 min à Bron",
        ),
        (
            "hier 8 seniors à Morlaix, 2h sur les mails, tu peux l’enregistrer ?",
            "/cra hier 8 seniors à Morlaix, 2h sur les mails",
        ),
        (
            "la page m’affiche une erreur depuis hier et deux usagers attendent, que dois-je faire ?",
            "/hotline la page m’affiche une erreur depuis hier et deux usagers attendent, que dois-je faire ?",
        ),
    ],
)
def test_a_story_is_read_by_what_it_asks_for_at_its_end(story: str, line: str) -> None:
    assert read(story).line == line


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("mon bilan des trois derniers mois", "/stats 3 derniers mois"),
        ("combien de personnes depuis le début de l’année", "/stats année"),
        ("mes stats de la semaine du 9 novembre", "/stats semaine du 9 novembre"),
        ("mes stats d’il y a deux mois", "/stats il y a 2 mois"),
        ("bilan du premier semestre", "/stats 1er semestre"),
        ("supprime le compte rendu numéro cent douze", "/cra supprimer 112"),
        ("annule la suppression du cra 7", "/cra rétablir 7"),
        ("kitter le canal emploi", "/canaux quitter emploi"),
        ("qqn ki parle arabe a lille", "/annuaire qui arabe près de lille"),
        ("note un rdv vendredi 15h30 à Bron pour la retraite", "/rdv vendredi 15h30 à Bron retraite"),
        ("rappels à huit heures et demie", "/rappels 8h30"),
        ("la semaine prochaine je suis en formation donc pas de rappels", "/absence la semaine prochaine"),
        ("ouvre la fiche 45", "/ressources 45"),
        ("mes comptes rendus qui parlent d’imprimante", "/cra liste imprimante"),
        ("mes stats de cet été", "/stats été"),
        ("mes chiffres de l’an dernier", "/stats année dernière"),
        ("mes stats #seniors d’octobre", "/stats octobre #seniors"),
        ("stats 33 octobre", "/stats departement 33 octobre"),
        ("supprime mon cra d’hier", "/cra liste hier"),
        ("cra où j’ai mis imprimante", "/cra liste imprimante"),
        ("mes comptes rendus à Lens", "/cra liste Lens"),
        ("mes dispos sont le lundi 9h-12h", "/rdv disponibilites lundi 9h-12h"),
        ("mes dispos : lundi 9h-12h, jeudi 14h-17h", "/rdv disponibilites lundi 9h-12h, jeudi 14h-17h"),
        ("note J.M. mercredi 9h30 30 min caf", "/rdv J.M. mercredi 9h30 30 min caf"),
        ("plus de rappels le vendredi", "/rappels jours lun mar mer jeu"),
        ("je veux être dans le canal handicap", "/canaux rejoindre handicap"),
        ("visio ds ma salle https://meet.exemple.fr/a", "/visio https://meet.exemple.fr/a"),
        ("actus n 18", "/actus n° 18"),
        ("jeux souris pour débutants", "/ressources jeux souris niveau:debutant"),
        ("des fiches emploi depuis 2025", "/ressources emploi depuis:2025"),
        ("où est-ce que je peux trouver des tutos ameli ?", "/ressources ameli"),
        ("entre le 3 et le 21 mars, combien de personnes ai-je vues", "/stats du 03/03 au 21/03"),
        (
            "Je reçois sur rendez-vous le mardi et le vendredi de 14 h à 17 h",
            "/rdv disponibilites mardi et vendredi 14h-17h",
        ),
        ("faites-moi le même compte rendu que celui du 19 novembre", "/cra comme le 19 novembre"),
        ("je me suis trompée dans le compte rendu numéro 305, je désire le corriger", "/cra modifier 305"),
        ("je veux poser un sondage préférez-vous le matin", "/sondage préférez-vous le matin"),
        ("ouvrez-moi la demande d’assistance 90", "/ticket 90"),
        ("y a-t-il une collègue près de Pau qui maîtrise la vidéo", "/annuaire qui vidéo près de Pau"),
        ("voici ma propre salle, partagez-la : https://visio.exemple.fr/a", "/visio https://visio.exemple.fr/a"),
        ("un conum à villeneuve d’ascq", "/annuaire conseiller villeneuve d’ascq"),
        ("note un rdv jeudi 14h pendant 1h pour les impots", "/rdv jeudi 14h 1h impots"),
        ("les fiches que j'ai mises de côté en favori", "/ressources favoris"),
        ("j'aimerais poser une question à l'équipe d'aide", "/hotline"),
        ("je voudrais proposer un événement pour la Fête de la science", "/agenda proposer Fête de la science"),
        ("ce serait bien d'avoir un mode sombre, je propose ça comme idée", "/idee avoir un mode sombre"),
        ("idem que le dernier cra mais 1h", "/cra idem que le dernier cra mais 1h"),
        ("qu'est-ce qui m'attend aujourd'hui", "/accueil"),
        ("quelle fut mon activité en deux mille vingt-cinq ?", "/stats 2025"),
        ("le sondage numéro onze, une fois clos, qu’a-t-il donné en réponses", "/sondage resultats 11"),
        ("je désire quitter le canal « Les belles nouvelles du soir »", "/canaux quitter Les belles nouvelles du soir"),
        (
            "reprenez mon compte rendu du cinq mars, mais avec neuf personnes",
            "/cra comme le 5 mars mais avec neuf personnes",
        ),
    ],
)
def test_numbers_periods_and_slips_are_read_in_words(sentence: str, line: str) -> None:
    assert read(sentence).line == line


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("je cherche une fiche sur la sobriété, je ne l’ai pas lu", "/ressources sobriété"),
        ("enlève-moi du canal voile qui ne me concerne plus", "/canaux quitter voile"),
        ("une fiche sur la souris et le clavier pour des débutants", "/ressources souris clavier niveau:debutant"),
        ("mes ressources mises de côté", "/ressources favoris"),
        ("des collègues parlant arabe en Seine-Saint-Denis", "/annuaire qui arabe près de Seine-Saint-Denis"),
        ("ce serait bien de pouvoir dicter les comptes rendus", "/idee pouvoir dicter les comptes rendus"),
        ("ce serait vraiment chouette si on pouvait trier les fiches", "/idee on pouvait trier les fiches"),
        ("un créneau d’une heure avec @lea et @tom la semaine prochaine", "/rdv @lea @tom 1h semaine prochaine"),
        ("je prends les gens sur rendez-vous le mardi de 14h à 17h", "/rdv disponibilites mardi 14h-17h"),
        ("le monsieur du rendez-vous 31 est malade, passez-le à vendredi 11 h", "/rdv décaler 31 vendredi 11h"),
        ("Monsieur L. se présentera jeudi à neuf heures", "/rdv L. jeudi 9h"),
        ("je ne travaille pas le mercredi, pas de rappel ce jour-là", "/rappels jours lun mar jeu ven"),
        ("je bosse pas le mercredi, mets mes rappels que lundi et mardi", "/rappels jours lun mar"),
        ("mes cra tablette d’octobre", "/cra liste tablette octobre"),
        ("mes comptes rendus qui portent l’étiquette caf", "/cra liste #caf"),
        ("je voudrais une étiquette bus pour mes comptes rendus", "/cra étiquettes ajouter bus"),
        ("la mairie veut mon activité de septembre en pdf avant la fin du mois", "/stats exporter pdf septembre"),
        ("suppr le cr 88", "/cra supprimer 88"),
        ("je me suis gourée dans le cra 77, c’était 2h", "/cra modifier 77"),
        ("je n’ai plus le numéro de la caf de Nantes, pourriez-vous me le redonner", "/annuaire caf Nantes"),
        ("demande aux collègues quel jour : mardi ou jeudi", "/sondage quel jour : mardi ou jeudi"),
        ("pour la réunion de demain j’ai besoin des chiffres de l’Ain en mai", "/stats departement Ain mai"),
        ("vos actus du vendredi encombrent ma boîte, je n’en veux plus", "/actus abonnement non"),
        ("j’arrive en Lozère et ne connais personne, qui sont les conseillers d’ici ?", "/annuaire conseiller Lozère"),
        (
            "je suis disponible le lundi de neuf heures à midi, mes usagers prennent rendez-vous",
            "/rdv disponibilites lundi 9h-12h",
        ),
        (
            "nous préparons le forum avec @lea et @tom trouvez-nous un rendez-vous de trente minutes",
            "/rdv @lea @tom 30 min",
        ),
        ("renomme mon étiquette parents en parentalité", "/cra étiquettes renommer parents parentalité"),
        ("j’ai comité jeudi et l’on me demande les chiffres de la Drôme pour mai", "/stats departement Drôme mai"),
        ("les chiffres du 59 le mois dernier", "/stats departement 59 mois dernier"),
        (
            "je débute avec des gens qui n’ont jamais tenu de souris, auriez-vous des fiches pour s’en servir ?",
            "/ressources souris",
        ),
        ("je cherche Le Goff", "/annuaire Le Goff"),
        ("ca serait cool un mode sombre", "/idee un mode sombre"),
        ("je ne travaille que le lundi et le mardi, je souhaite des rappels ces jours-là", "/rappels jours lun mar"),
        ("une dame déménage à Guéret et veut savoir s’il y a un conseiller là-bas", "/annuaire conseiller Guéret"),
        ("je serai en vacances du deux au neuf janvier", "/absence du 2 au 9 janvier"),
        ("je suis absent du 20/12 au 5/1", "/absence du 20/12 au 5/1"),
        ("j’étais en formation aujourd’hui", "/absence aujourd’hui"),
        ("rétablis-le", "/cra liste supprimés"),
        ("je suis en congés du 20/12/2026 au 05/01/2027", "/absence du 20/12/2026 au 05/01/2027"),
        ("comment les usagers prennent rdv avec moi", "/rdv lien"),
        ("arrête de me rappeler mes rendez-vous", "/rdv rappels non"),
        ("des gens découvrent la tablette demain, auriez-vous un déroulé tout prêt", "/ressources tablette"),
        ("tenez-moi au courant des nouveautés sur la parentalité", "/ressources suivre parentalité"),
        ("comment les habitants peuvent-ils réserver un créneau avec moi", "/rdv lien"),
        ("montre-moi mon planning de rendez-vous de la semaine", "/rdv semaine"),
        ("hier ct la folie, 4 individuels de 20 min ants", "/cra hier ct la folie, 4 individuels de 20 min ants"),
        ("met moi ds le canal réemploi", "/canaux rejoindre réemploi"),
        ("rajoute bus dans mes étiquettes de cra", "/cra étiquettes ajouter bus"),
        ("nombre de gens accompagnés dans le 974 au mois d’août", "/stats departement 974 août"),
        ("absente du 21 au 31 décembre faut plus me relancer", "/absence du 21 au 31 décembre"),
        ("une fiche sur la vente en ligne à destination des artisans", "/ressources vente en ligne artisans"),
        ("rdv service public m’affiche deux créneaux", "/hotline rdv service public m’affiche deux créneaux"),
        ("ma demande d’aide 29 est résolue, il faudrait en faire une fiche", "/ressources ajouter demande 29"),
    ],
)
def test_details_are_what_is_wanted_and_not_what_is_told_around_it(sentence: str, line: str) -> None:
    assert read(sentence).line == line


@pytest.mark.parametrize(
    "story",
    [
        "avant-hier j’ai vu une maman qui n’arrivait pas à ouvrir Pronote, vingt minutes, enregistrez-moi ça",
        "hier je suis allée chez une dame de Bron pour sa tablette, une heure et quart, il faudrait que je le note",
        "ce matin un monsieur avec sa tablette, une heure, je voudrais que ce soit dans mes comptes rendus",
    ],
)
def test_a_report_that_is_told_first_and_is_to_be_noted_is_one(story: str) -> None:
    assert read(story).intention == Intention.CRA


@pytest.mark.parametrize("word", ["regrette", "situation", "surprise", "redonner", "éviter", "course"])
def test_a_common_word_is_no_mistyped_one(word: str) -> None:
    assert read_cues().spelling.mend(fold(word)) == fold(word)


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("Les tickets que personne n’a encore pris", "/ticket liste libres"),
        ("cherche dans les demandes d’aide celles qui parlent de proconnect", "/ticket chercher proconnect"),
        ("Déclare une panne : Pix Orga ne répond plus", "/ticket panne Pix Orga ne répond plus"),
        ("Combien de demandes la hotline a reçues en octobre ?", "/hotline stats octobre"),
        ("fais une demande d’aide de ce message https://m.fr/a/pl/8x3", "/hotline https://m.fr/a/pl/8x3"),
        ("je voudrais parler à quelqu’un du support", "/hotline"),
        ("Partage la fiche 77 dans ce canal", "/ressources partager 77"),
        ("mets la fiche 41 dans la collection Parentalité", "/ressources collection ajouter 41 Parentalité"),
        ("Y a-t-il des fiches proposées qui attendent une relecture ?", "/ressources relire"),
        ("Montre le brouillon du prochain numéro des actus", "/actus brouillon"),
        ("arrête de me rappeler mes rendez-vous", "/rdv rappels non"),
        (
            "Propose un point du département 43 sur l’organisation des permanences",
            "/rdv point 43 organisation des permanences",
        ),
        ("Passe l’idée 8 en prévue", "/idee etat 8 prévue"),
        ("Je voudrais relancer les conseillers du lot de kits en cours", "/kit lots"),
        ("où en sont les kits ?", "/kit lots"),
        ("alors les colis ?", "/kit lots"),
        ("combien de kits commandés", "/kit lots"),
        ("où en est mon kit ?", "/kit"),
        ("Je me suis trompée de taille pour mon kit", "/kit corriger"),
        ("je me suis trompée, je n’ai pas reçu le colis 1", "/kit"),
        ("Les chiffres de mes comptes rendus de coordination du mois dernier", "/stats coordination mois dernier"),
        ("Ajoute l’étiquette quartierprio à ma liste d’étiquettes", "/cra étiquettes ajouter quartierprio"),
        ("supprime l’étiquette bus", "/cra étiquettes supprimer bus"),
        ("ma directrice veut consulter mes chiffres d’octobre mais elle n’a pas de compte", "/stats partager octobre"),
        ("J’aimerais recevoir mes stats en PDF au début de chaque mois", "/stats rapport oui"),
        ("le webinaire ia c quand", "/agenda ia"),
        (
            "tous les jeudis je fais atelier tablette 10p 1h30, propose-le-moi chaque semaine",
            "/cra tous les jeudis atelier tablette 10p 1h30",
        ),
        ("note un atelier mardi 10h, 8 places, à Langogne", "/rdv mardi 10h atelier 8p à Langogne"),
    ],
)
def test_a_subcommand_is_reached_by_a_turn_of_phrase(sentence: str, line: str) -> None:
    assert read(sentence).line == line


def test_demands_of_all_are_ones_own_for_who_answers_none() -> None:
    allowed = {"hotline demandes", "aide"}
    reading = understand("les tickets en attente", TODAY, COMMANDS, allowed)
    assert (reading.line, reading.sure) == ("/hotline demandes", False)


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        (
            "jeudi j’ai vu la mission locale une heure, c’est à mettre dans mes cra de coordination",
            "jeudi j’ai vu la mission locale une heure",
        ),
        (
            "un forum samedi, 4h, 80 participants, tu me le notes en coordination",
            "un forum samedi, 4h, 80 participants",
        ),
        ("hier réunion 2h avec 4 élus, ajoute-la à mes comptes rendus de coordination", "hier réunion 2h avec 4 élus"),
    ],
)
def test_what_is_to_be_noted_as_coordination_is_so(sentence: str, told: str) -> None:
    assert read(sentence).line == f"/cra coordination {told}"
    assert read("montre mes comptes rendus de coordination de mai").line == "/cra coordination liste mai"
