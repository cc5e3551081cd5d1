"""Details of plain words that are easily lost: part of a name, every other week, the period that another is put
beside, where a report was; and who is reached by a turn of phrase."""

from datetime import date

import pytest

from dialogs.cra.line.short_form import shorten_command
from dialogs.plain_words import Reading, understand
from tests.bench.plain_words import COMMANDS, TODAY


def read(sentence: str) -> Reading:
    return understand(sentence, TODAY, COMMANDS)


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("quitter le canal bons plans", "/canaux quitter bons plans"),
        ("je veux rejoindre le canal bonnes pratiques", "/canaux rejoindre bonnes pratiques"),
        ("sors-moi du canal bien-être", "/canaux quitter bien-être"),
        ("quitte le canal bons plans stp", "/canaux quitter bons plans"),
        ("c ki les animateurs du réseau", "/annuaire animateur"),
        ("c koi le num de sabrina lefort", "/annuaire sabrina lefort"),
        ("une fiche sur Disney+ svp", "/ressources Disney+"),
        ("j’ai fabriqué un livret sur les QR codes, je le dépose où ?", "/ressources ajouter livret QR codes"),
        ("j’ai créé un quiz sur les arnaques, où je le dépose ?", "/ressources ajouter quiz arnaques"),
    ],
)
def test_a_name_is_kept_whole(sentence: str, line: str) -> None:
    assert read(sentence).line == line


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        (
            "un jeudi sur deux à 14h j’aurai un atelier mail à Decize, 5 places, note les rendez-vous",
            "/rdv un jeudi sur deux 14h atelier mail à Decize 5p",
        ),
        ("un lundi sur 2 à 9h30 permanence à Lens", "/rdv un lundi sur 2 9h30 permanence à Lens"),
        ("chaque jeudi à 14h atelier mail, 5 places", "/rdv chaque jeudi 14h atelier mail 5p"),
        ("ai-je fait plus d’heures ce mois-ci que le mois d’avant ?", "/stats mois"),
        ("ai-je fait plus d’ateliers que le mois dernier", "/stats"),
        ("est-ce que j’ai vu moins de monde en octobre qu’en septembre", "/stats octobre"),
        ("j’ai vu autant de monde ce trimestre que le trimestre dernier ?", "/stats trimestre"),
        (
            "cale moi 30 min vendredi avec @ludo.m, bilan de l’atelier",
            "/rdv @ludo.m vendredi 30 min bilan de l’atelier",
        ),
        ("trouve un créneau d’1h avec @lea pour préparer le forum", "/rdv @lea 1h préparer le forum"),
        (
            "mets à l’agenda du réseau la journée portes ouvertes de notre fablab le 12 décembre",
            "/agenda proposer journée portes ouvertes de notre fablab le 12 décembre",
        ),
        ("pose à l’agenda le forum des associations à quinze heures", "/agenda proposer forum des associations à 15h"),
        ("y’a des trucs prévus en janvier pour les conseillers ?", "/agenda janvier"),
        ("il y a des choses organisées en février ?", "/agenda février"),
    ],
)
def test_what_is_said_of_time_is_kept(sentence: str, line: str) -> None:
    assert read(sentence).line == line


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("je peux mettre mes affiches d’atelier dans la bibliothèque de ressources ?", "/ressources ajouter"),
        ("je voudrais ranger mon diaporama dans la ressourcerie", "/ressources ajouter"),
        ("g relancé le 56 à la hotline, qqn l’a pris en charge ?", "/ticket 56"),
        ("j’ai relancé la 43 auprès du support, quelqu’un a répondu ?", "/ticket 43"),
        ("j’avais écrit à la hotline y a 10 jours, j’ai toujours pas de nouvelles", "/hotline demandes"),
        ("j’ai contacté le support lundi, aucune réponse depuis", "/hotline demandes"),
        ("l’adresse à donner aux gens pour réserver avec moi", "/rdv lien"),
        ("la page pour que les gens réservent un créneau", "/rdv lien"),
        ("j’ai appris l’italien, ça serait bien que ça apparaisse sur ma fiche", "/profil"),
        ("c koi deja mes étiquettes de compte rendu", "/cra étiquettes"),
        ("une collègue m’a menacée sur le canal général", "/signaler"),
        ("une dame agressive m’a menacé à l’accueil", "/hotline une dame agressive m’a menacé à l’accueil"),
    ],
)
def test_a_turn_of_phrase_says_who_or_what_is_meant(sentence: str, line: str) -> None:
    assert read(sentence).line == line


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        (
            "je dois noter ma matinée de jeudi au CCAS de Longwy : un atelier de 9 personnes, mots de passe, 2h30",
            "/cra atelier 9p 2h30 mots de passe Longwy jeudi",
        ),
        ("jeudi à la médiathèque de Lens : atelier mail 8 personnes 2h", "/cra atelier 8p 2h mail Lens jeudi"),
    ],
)
def test_where_a_report_was_is_kept_before_its_colon(sentence: str, line: str) -> None:
    assert shorten_command(read(sentence).line, TODAY) == line


def test_the_same_day_of_the_last_week_is_written_by_its_date() -> None:
    monday = date(2026, 11, 30)
    assert shorten_command("/cra lundi dernier une dame cv 2h", monday) == "/cra individuel 2h cv 23/11"
    assert shorten_command("/cra mardi dernier une dame cv 2h", monday) == "/cra individuel 2h cv mardi"


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("le rdv 27 faut le repousser à vendredi 11h, la dame a son car annulé", "/rdv décaler 27 vendredi 11h"),
        ("le rdv 12 de mardi est annulé", "/rdv annuler 12"),
        (
            "pourriez-vous inscrire un rendez-vous le 8 décembre à 9h15, d’une durée de 30 minutes, pour ses impôts ?",
            "/rdv 8 décembre 9h15 30 min impôts",
        ),
        (
            "j’ai fait un livret smartphone pour mes seniors, je voudrais le mettre dans la ressourcerie",
            "/ressources ajouter livret smartphone pour mes seniors",
        ),
        ("je suis en arrêt maladie jusqu’à vendredi, plus de rappels", "/absence jusqu’à vendredi"),
        ("les tickets urgents", "/ticket liste urgent"),
        ("cherche dans les anciens tickets s’il y a eu un souci avec proconnect", "/ticket chercher proconnect"),
        ("j’ai besoin de l’aide de quelqu’un", "/hotline"),
        ("je veux ouvrir un ticket", "/hotline"),
        ("j’ai besoin d’aide pour ma box", "/hotline j’ai besoin d’aide pour ma box"),
        ("le tableau excel de toute mon année 2025", "/stats exporter xlsx 2025"),
        ("c’est quoi l’adresse de ma page de réservation", "/rdv lien"),
        ("rouvre le numéro 44 des actus", "/actus n° 44"),
        ("oups ramène le cra 64 que j’ai viré", "/cra rétablir 64"),
        ("affiche ma fiche", "/profil"),
        ("stop l’entraînement", "/entrainement fin"),
        ("envoie moi le récap à 8h45", "/rappels 8h45"),
        ("propose-moi tous les jeudis un atelier tablette 6p 2h", "/cra tous les jeudis atelier tablette 6p 2h"),
        ("déplace mon rdv avec Mme B, le 12, à mardi 10h", "/rdv décaler 12 mardi 10h"),
        ("suspends mes réservations en ligne", "/rdv lien fermer"),
        ("ajoute ce lien au rdv 12 https://visio.exemple.fr/x", "/rdv visio 12 https://visio.exemple.fr/x"),
        ("je serai pas là jeudi prochain, note mon absence", "/absence jeudi prochain"),
        ("arrêtez de m’écrire le soir", "/rappels soir non"),
        ("ouvre une visio, on est 4 pour le comité de pilotage", "/visio comité de pilotage"),
        ("sors-moi du salon jeux, 40 messages par jour", "/canaux quitter jeux"),
        ("c’est pas 5 c’est 8 personnes dans mon dernier cra", "/cra liste"),
        ("qui parle portugais ? j’ai une dame demain", "/annuaire qui portugais"),
        ("y a une erreur dans le numéro 12 des actus", "/actus corriger 12"),
        ("qu’est-ce qui manque dans la ressourcerie", "/ressources besoins"),
        ("combien j’ai noté d’animations et de partenariats en octobre", "/stats coordination octobre"),
        ("@coop mes stats de septembre", "/stats septembre"),
        ("mes rdv de demain @coop", "/rdv demain"),
        ("salut, j’ai combien de rendez-vous demain ?", "/rdv demain"),
        ("ya quoi comme rdv jeudi", "/rdv jeudi"),
        ("combien de rdv la semaine dernière", "/stats semaine dernière"),
        ("coop ne marche plus", "/hotline coop ne marche plus"),
        ("le canal bons plans m’envoie quinze notifications par jour, sors moi de là", "/canaux quitter bons plans"),
        (
            "je vais intervenir en ehpad à partir de janvier, il y a un canal ehpad, comment je peux le rejoindre",
            "/canaux rejoindre ehpad",
        ),
        ("décale mon rappel à 9h plutôt qu’à 8h", "/rappels 9h"),
        ("mes jours de travail lun mar jeu ven", "/rappels jours lun mar jeu ven"),
        ("je suis en formation toute la semaine prochaine, je serai pas dispo", "/absence toute la semaine prochaine"),
        ("une fiche sur les arnaques par sms à distribuer", "/ressources arnaques sms"),
        ("prochain webinaire pix", "/agenda pix"),
        ("une copie des infos que vous gardez sur moi avant que mon compte soit fermé", "/mes-donnees"),
        ("organise un point avec les conseillers du 35 sur les kits", "/rdv point 35 kits"),
        ("bon je rentre de congés, qu’est-ce qui m’attend", "/accueil"),
        ("ajouter la Carsat Bretagne dans l’annuaire", "/annuaire ajouter Carsat Bretagne"),
        ("ajoute le contact de la CAF 44 à l’annuaire", "/annuaire ajouter CAF 44"),
        ("ajouter un contact dans l’annuaire", "/annuaire ajouter"),
        (
            "mes dispos : lundi mercredi 9h30-12h et vendredi 14h-17h",
            "/rdv disponibilites lundi et mercredi 9h30-12h, vendredi 14h-17h",
        ),
        ("les gens peuvent réserver avec moi le mardi matin de 9h à midi", "/rdv disponibilites mardi 9h-12h"),
        ("la liste des ateliers que j’ai saisis la semaine dernière", "/cra liste atelier semaine dernière"),
        ("combien d’heures d’accompagnement la semaine du 16", "/stats semaine du 16"),
        (
            "un article est sorti sur notre fablab, à mettre dans les actus https://exemple.fr/fablab",
            "/actus proposer un article est sorti sur notre fablab https://exemple.fr/fablab",
        ),
        ("une suggestion : prévoir un mode sombre. Belle journée à vous.", "/idee prévoir un mode sombre"),
        (
            "j’ai une suggestion pour l’outil, faudrait un mode hors ligne dans les zones blanches",
            "/idee faudrait un mode hors ligne dans les zones blanches",
        ),
        ("un webinaire sur l’ia prévu prochainement ?", "/agenda ia"),
        ("vous aviez parlé d’illectronisme dans une vieille actu tu la retrouves", "/actus cherche illectronisme"),
        ("qui signe en LSF à Nantes", "/annuaire qui LSF près de Nantes"),
        ("un diaporama linux récent, genre 2025", "/ressources linux depuis:2025"),
        ("un support sur les écrans et les enfants", "/ressources écrans enfants"),
        ("mes rdv du 3 au 10 dec", "/rdv liste du 3 au 10 décembre"),
        ("trouve un créneau de 45 min avec @lea mardi pour le budget", "/rdv @lea mardi 45 min budget"),
        ("c’est qui la coordinatrice de corse du sud ?", "/annuaire coordinatrice Corse-du-Sud"),
        ("stp plus de message le soir a 17h30", "/rappels soir non"),
        ("plus de rappels le soir avant 18h", "/rappels soir 18h"),
        (
            "on peut prendre rendez-vous avec moi tous les mardis matin de 9h à 12h à la mairie de Bron",
            "/rdv disponibilites mardi 9h-12h à la mairie de Bron",
        ),
        ("mes dispos : lundi 9h-12h à partir de janvier", "/rdv disponibilites lundi 9h-12h"),
        (
            "La Voix du Nord a fait un article sur nous, c’est possible de le mettre dans les actus ?",
            "/actus proposer La Voix du Nord a fait un article sur nous",
        ),
        ("prévenez-moi quand il sort une fiche sur la parentalité", "/ressources suivre parentalité"),
        ("Individuel, 45 min, mot de passe oublié, 59550", "/cra Individuel, 45 min, mot de passe oublié, 59550"),
        ("corrige le cra 12345", "/cra modifier 12345"),
        (
            "j’ai animé hier une réunion d’équipe de 3h, à noter dans mes cra de coordination",
            "/cra coordination hier une réunion d’équipe de 3h",
        ),
        (
            "ajoute dans ma coordination un partenariat avec la caf, 1h hier",
            "/cra coordination un partenariat avec la caf, 1h hier",
        ),
        ("mes cra de coordination du mois", "/cra coordination liste mois"),
    ],
)
def test_what_is_wanted_is_told_from_what_is_said_around_it(sentence: str, line: str) -> None:
    assert read(sentence).line == line


@pytest.mark.parametrize(
    ("sentence", "is_sure"),
    [
        ("mes stats de septembre", True),
        ("mes cra sur les impots", True),
        ("combien de monde en septembre pour les 45 inscrits", False),
        ("mes stats d’octobre sauf les ateliers", False),
        ("stats octobre sans la première semaine", False),
        ("combien de seniors j’ai reçus en octobre", False),
        ("combien de fois j’ai fait ameli cet été", False),
        ("mes chiffres d’octobre pour les individuels seulement", False),
        ("mes cra d’octobre mais pas les ponctuels", False),
        ("les événements d’octobre sauf les webinaires", False),
        ("quels événements en décembre en Bretagne", False),
        ("les webinaires de décembre sur l’IA", False),
        ("mes rdv de demain à Bron", False),
        ("mes rdv de demain", True),
        ("mes rdv de demain à honorer", True),
        ("reporte le rdv du 12 décembre à lundi 10h", False),
        ("les actus de la semaine sur la fibre", False),
        ("les actus de la semaine", True),
        ("quitte tous les canaux sauf national", False),
        ("ne quitte pas le canal seniors", False),
        ("rejoindre le canal seniors et le canal fablab", False),
        ("rejoindre le canal seniors", True),
        ("rappelle-moi à 17h sauf le mercredi", False),
        ("fiche impôts mais pas en vidéo", False),
        ("passe la fiche 12 en favori", False),
        ("j’ai une intervention demain au collège sur le cyberharcèlement, on a un support ?", False),
        ("coupe mon lien de rdv", False),
        ("@coop mes stats de septembre", True),
        ("guide pour installer linux mint sur un vieux pc", False),
        ("recette du far breton", False),
        ("il va neiger à Aurillac demain ?", False),
    ],
)
def test_what_leaves_out_what_was_meant_is_not_sure(sentence: str, is_sure: bool) -> None:
    assert read(sentence).sure is is_sure


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("visio hier avec une dame 45 min caf", "/cra visio hier avec une dame 45 min caf"),
        ("visio demain 14h avec une dame", "/visio demain 14h avec une dame"),
        ("stats de septembre plus celles d’octobre", "/stats septembre et octobre"),
        ("stats septembre puis octobre", "/stats septembre et octobre"),
        ("mes stats de la semaine du 16", "/stats semaine du 16"),
        ("ojd g fait cmb de cra", "/stats aujourd’hui"),
        ("cmb g fait de cra ce moi", "/stats"),
        ("kel son mé rdv dem1", "/rdv demain"),
        ("une fiche sur le C++", "/ressources C++"),
        ("j’ai quelqu’un de prévu jeudi ?", "/rdv jeudi"),
        ("le cra d’hier est faux", "/cra liste hier"),
        ("lister cra 2025", "/cra liste 2025"),
        ("cra 2025", "/cra modifier 2025"),
        ("bilan perso été", "/stats été"),
        ("dépot fiche ants", "/ressources ajouter ants"),
        (
            "comment verser mon diaporama sur les cookies dans la base de fiches",
            "/ressources ajouter diaporama cookies",
        ),
        ("qui linux ds le 46", "/annuaire qui linux près de 46"),
        ("propose un rdv à juliette", "/rdv juliette"),
        ("propose un rdv à @juliette mardi 10h", "/rdv @juliette mardi 10h"),
        ("crée un canal thématique « Ruralité »", "/canaux creer Ruralité"),
        ("le lien ics des évènements du réseau", "/agenda flux"),
        ("quelles fiches j’ai écrites moi-même ?", "/ressources mes fiches"),
        ("mes ressources", "/ressources mes fiches"),
        ("mes ressources favorites", "/ressources favoris"),
        ("quelqu’un de l’équipe peut me rappeler", "/hotline"),
        ("à l’échelle du pays, combien d’ateliers en 2025 ?", "/stats national 2025"),
        ("ma DGS réclame un pdf de l’année 2025, tu peux me sortir mes statistiques ?", "/stats exporter pdf 2025"),
        ("une fiche sur les faux livreurs", "/ressources faux livreurs"),
        (
            "une mamie a donné son code à un faux livreur, quelles démarches je lui conseille ?",
            "/hotline une mamie a donné son code à un faux livreur, quelles démarches je lui conseille ?",
        ),
        ("c’est quoi l’adresse de ma page de réservation", "/rdv lien"),
        (
            "je veux que les gens puissent réserver avec moi le mardi matin de 9h à midi",
            "/rdv disponibilites mardi 9h-12h",
        ),
    ],
)
def test_a_hurried_sentence_is_read_whole(sentence: str, line: str) -> None:
    assert read(sentence).line == line


@pytest.mark.parametrize(
    ("told", "line"),
    [
        ("atelier 2h une vingtaine de seniors bron", "/cra atelier 20p 2h Bron +60"),
        ("atelier une douzaine d’élèves 1h", "/cra atelier 12p 1h étudiant"),
        ("individuel une dame d’une quarantaine d’années 1h mail", "/cra individuel 1h mail 35-60"),
        ("2 ponctuels 15 min imprimer un justificatif de domicile", "/cra 2 ponctuels 15min imprimer"),
        ("permanence de mardi : 4 individuels caf", "/cra 4 individuels caf mardi"),
        ("atelier mail 8 personnes deux bonnes heures hier", "/cra atelier 8p 2h mail hier"),
        ("5 petits dépannages 20 min mail", "/cra 5 ponctuels 20min mail"),
        ("atelier 8p 2h ordinateur débutant Petit-Canal", "/cra atelier 8p 2h ordinateur Petit-Canal"),
    ],
)
def test_a_report_is_written_with_what_was_read(told: str, line: str) -> None:
    assert shorten_command(f"/cra {told}", TODAY) == line


@pytest.mark.parametrize("greeting", ["Bonjour, ", "bonsoir ! ", "Salut, "])
@pytest.mark.parametrize(
    ("wish", "line"),
    [
        ("je cherche un support pour expliquer le cloud, merci", "/ressources cloud"),
        ("je cherche Marie Durand", "/annuaire Marie Durand"),
        ("je cherche une fiche sur la caf, c'est pour demain", "/ressources caf"),
    ],
)
def test_what_is_wanted_behind_a_greeting_is_no_aside_of_it(greeting: str, wish: str, line: str) -> None:
    assert read(greeting + wish).line == line


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("note rdv jeu 14h30 mail av mme d", "/rdv jeudi 14h30 mail avec mme d"),
        ("decal rdv 12 a merc 15h", "/rdv décaler 12 mercredi 15h"),
        ("mes dispos lun, mar et jeu 9h-12h", "/rdv disponibilites lundi, mardi et jeudi 9h-12h"),
        ("rdv demain 10h atelier jeu", "/rdv demain 10h atelier jeu"),
        ("lien pr prendr rdv avc moi", "/rdv lien"),
        ("atl arnaques 12p 2h vaulx merc", "/cra atl arnaques 12p 2h vaulx mercredi"),
        ("atelier arnaques 12p 2h Bron, merc", "/cra atelier arnaques 12p 2h Bron"),
        ("jé koi com rdv demin", "/rdv demain"),
        ("trouv un creno avc @carl et @marie", "/rdv @carl @marie"),
        (
            "Trouve un créneau de 30 min avec @marie et @carl pour préparer le salon",
            "/rdv @marie @carl 30 min préparer le salon",
        ),
        ("propose un event portes ouvertes", "/agenda proposer portes ouvertes"),
        ("les idé les plus demandé", "/idee les plus demandées"),
        ("idé : trier les fiches par date", "/idee trier les fiches par date"),
        ("ca serai bien un mode sombre jpeu proposer l idee ?", "/idee un mode sombre"),
        ("il faudrait un mode sombre, je voulais vous le proposer", "/idee un mode sombre"),
        ("mail d karim lopez frr", "/annuaire karim lopez"),
        ("mon tel a planté la fenetre sest fermé recup ce que javais tapé", "/brouillon"),
    ],
)
def test_what_is_typed_short_on_a_phone_loses_nothing(sentence: str, line: str) -> None:
    assert read(sentence).line == line


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("Qui est le coordinateur du département 38 ?", "/annuaire coordinateur 38"),
        ("qui est l’animatrice de la région Bretagne", "/annuaire animatrice Bretagne"),
        ("le numéro du conseil départemental du 38", "/annuaire conseil départemental 38"),
        ("Dans les anciennes actus, que disait-on du pass numérique ?", "/actus cherche pass numérique"),
        ("J’ai fini de m’entraîner, efface mes essais", "/entrainement fin"),
        ("efface toutes mes données", "/mes-donnees effacer"),
        ("Reprends le compte rendu 41 à l’identique pour aujourd’hui", "/cra dupliquer 41"),
        (
            "Je voudrais lancer un sondage : quelle date pour la prochaine réunion ?",
            "/sondage quelle date pour la prochaine réunion ?",
        ),
        ("ma commune est pas trouvée dans le cra", "/hotline ma commune est pas trouvée dans le cra"),
        ("je veux changer ma commune", "/profil"),
        ("je veux savoir où en est mon département en nombre d’usagers accompagnés", "/stats departement"),
        ("où en est mon ticket", "/hotline demandes"),
    ],
)
def test_what_is_wanted_is_what_is_said(sentence: str, line: str) -> None:
    assert read(sentence).line == line
