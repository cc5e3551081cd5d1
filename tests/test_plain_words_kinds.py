"""Kinds of sentences that lose a value easily: days in figures, what is wanted no more, words heard for others,
reports told with asides."""

import pytest

from cli.understand import Speaker, shorten
from dialogs.plain_words import Intention, Reading, permit, understand
from dialogs.plain_words.corrections import correct
from dialogs.plain_words.homophones import sound_alike
from tests.bench.plain_words import COMMANDS, TODAY


def read(sentence: str) -> Reading:
    return shorten(understand(sentence, TODAY, COMMANDS), Speaker(TODAY), COMMANDS)


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("mes stats du premier au quinze novembre", "/stats du 01/11 au 15/11"),
        ("mon activité entre le 1er juillet et le 31 août 2025", "/stats du 01/07/2025 au 31/08/2025"),
        ("mes chiffres du lundi 3 au vendredi 7 novembre", "/stats du 03/11 au 07/11"),
        ("mes cra du 1/9 au 15/9", "/cra liste du 01/09 au 15/09"),
        ("mes stats du 1er septembre jusqu’au 15 octobre", "/stats du 01/09 au 15/10"),
        ("mes rdv du lundi 7 au vendredi 11 décembre", "/rdv liste du 7 au 11 décembre"),
        ("mes stats de 2025, toute l’année", "/stats 2025"),
        ("note mon absence du 3 au 8 décembre", "/absence du 3 au 8 décembre"),
        ("mes stats du mois dernier", "/stats mois dernier"),
    ],
)
def test_days_are_written_in_figures_and_none_is_lost(sentence: str, line: str) -> None:
    assert read(sentence).line == line


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("je n’ai plus envie de recevoir les actus", "/actus abonnement non"),
        ("je ne désire plus avoir les actus en privé", "/actus abonnement non"),
        ("je ne souhaite plus faire partie du canal veille numérique", "/canaux quitter veille numérique"),
        ("ne me mets plus dans le canal seniors", "/canaux quitter seniors"),
        ("je préfère ne pas faire partie du canal seniors", "/canaux quitter seniors"),
        ("le canal jeunesse ne m’intéresse plus", "/canaux quitter jeunesse"),
        ("je veux faire partie du canal seniors", "/canaux rejoindre seniors"),
        ("je veux recevoir les actus en message privé", "/actus abonnement"),
        ("je ne trouve plus le canal seniors", "/canaux"),
    ],
)
def test_what_is_wanted_no_more_is_not_wanted(sentence: str, line: str) -> None:
    assert read(sentence).line == line


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("tout ce qui parle de pics euh Pix", "tout ce qui parle de Pix"),
        ("la déclaration d’un pot euh d’impôts", "la déclaration d’impôts"),
        ("mes cra sur les un pots au mois de mars euh les impôts", "mes cra sur les impôts au mois de mars"),
        ("le sondage numéro cette euh numéro sept", "le sondage numéro sept"),
        ("Linux près de Valence euh enfin près de Romans", "Linux près de Romans"),
        ("mes stats de deux mille vingt-six euh non deux mille vingt-cinq", "mes stats de deux mille vingt-cinq"),
        ("quinze minutes euh une attestation", "quinze minutes euh une attestation"),
        ("quinze minutes euh deux personnes", "quinze minutes euh deux personnes"),
        ("un atelier impôts à Bron euh un atelier à Lyon", "un atelier impôts à Bron euh un atelier à Lyon"),
        ("six enfants euh quatre seniors", "six enfants euh quatre seniors"),
    ],
)
def test_what_is_said_again_as_it_sounds_is_put_right(said: str, meant: str) -> None:
    assert correct(said)[0] == meant


@pytest.mark.parametrize(
    ("one", "other", "is_alike"),
    [
        ("un pot", "impôts", True),
        ("maux de passe", "mots de passe", True),
        ("à mêler", "Ameli", True),
        ("Valence", "Romans", False),
        ("deux", "dix", False),
        ("un atelier", "un atelier à", False),
    ],
)
def test_words_sound_alike_or_not(one: str, other: str, is_alike: bool) -> None:
    assert sound_alike(one, other) is is_alike


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        (
            "individuel d’une heure sur les impots à domicile à Vénissieux vendredi, elle était ravie d’ailleurs",
            "/cra individuel à domicile 1h impots Vénissieux vendredi",
        ),
        ("j’ai aidé un monsieur sur son téléphone quarante minutes jeudi", "/cra individuel 40min téléphone jeudi"),
        ("hier neuf jeunes de douze dix-huit ans en atelier photo une heure", "/cra atelier 9p 1h photo hier 12-18"),
        ("jeudi 7 papi atelier tablette 1h", "/cra atelier 7p 1h tablette jeudi +60"),
        ("hier deux individuels d’une demi-heure, Ameli, à Oullins", "/cra 2 individuels 30min ameli Oullins hier"),
        ("comme mardi avec 4 personnes, les autres étaient malades les pauvres", "/cra comme mardi avec 4 personnes"),
        (
            "le projecteur lâchait toutes les cinq minutes mais bon, atelier internet hier, 9 participants, 1h30",
            "/cra atelier 9p 1h30 internet hier",
        ),
        (
            "mardi j’ai eu une réunion de partenariat de deux heures, neuf participants",
            "/cra coordination partenariat réunion 2h 9 participants mardi",
        ),
        ("cra coord reu partenaire 2h hier", "/cra coordination partenariat réunion 2h hier"),
        ("rdv mardi 10h réunion de partenariat 2h", "/rdv mardi 10h 2h réunion de partenariat"),
    ],
)
def test_a_report_has_the_values_that_are_its_own(sentence: str, line: str) -> None:
    assert read(sentence).line == line


def test_who_reports_no_coordination_reports_a_meeting_of_partners_as_usual() -> None:
    reading = understand("hier réunion de partenariat 1h30, 6 participants", TODAY, COMMANDS)
    assert permit(reading, COMMANDS, {"cra", "aide"}).line == "/cra hier réunion de partenariat 1h30, 6 participants"
    assert reading.line.startswith("/cra coordination ")


@pytest.mark.parametrize(
    ("sentence", "intention"),
    [
        ("l’export Excel de mes statistiques reste bloqué à 50 %", Intention.HOTLINE),
        ("ma structure a changé de nom et l’outil affiche toujours l’ancien", Intention.HOTLINE),
        ("je veux exporter mes stats en pdf", Intention.STATS_EXPORT),
        ("exporte l’ancien bilan en pdf", Intention.STATS_EXPORT),
    ],
)
def test_what_stays_as_it_was_is_a_trouble(sentence: str, intention: Intention) -> None:
    assert read(sentence).intention is intention


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("le sondage 19 s’est terminé pendant mes vacances, quels en sont les résultats ?", "/sondage resultats 19"),
        (
            "j’ai mis une mauvaise durée, du coup je voudrais corriger le cra 48, sinon mes chiffres vont être faux",
            "/cra modifier 48",
        ),
        (
            "la demande 77 servirait à tous les collègues, j’aimerais en faire une ressource",
            "/ressources ajouter demande 77",
        ),
        ("la réponse de la demande 73 ferait une excellente ressource", "/ressources ajouter demande 73"),
        ("où en est la demande 73", "/ticket 73"),
        (
            "elle ne s’en sort pas avec ses impôts, donc note-moi un rdv mardi à 10h pendant une heure, à Bron",
            "/rdv mardi 10h 1h impôts à Bron",
        ),
        ("un monsieur va se déplacer pour rien, tu peux annuler le rendez-vous 18", "/rdv annuler 18"),
        ("mon train est supprimé, il faut repousser le rendez-vous 31 à mercredi 15h", "/rdv décaler 31 mercredi 15h"),
        ("je n’ai aucune idée de ce à quoi tu sers, tu peux m’expliquer ce que tu sais faire ?", "/aide"),
        ("propose la Banque alimentaire comme nouveau contact de l’annuaire", "/annuaire ajouter Banque alimentaire"),
        ("je voudrais le mail de Julie Fabre, de la mairie de Pau, tu l’as ?", "/annuaire Julie Fabre mairie de Pau"),
        (
            "le maire veut rencontrer le conseiller numérique de Roanne, donne-moi son nom",
            "/annuaire conseiller Roanne",
        ),
        ("donne-moi l’adresse pour que les événements du réseau s’affichent dans mon Outlook", "/agenda flux"),
        ("j’ai demandé l’effacement de mes données, il faut annuler cet effacement", "/mes-donnees annuler"),
        ("mes stats 3 dernier mois", "/stats 3 derniers mois"),
        ("depuis le mois de janvier combien d’ateliers", "/stats depuis janvier"),
        ("ajoute à la ressourcerie ma fiche sur doctolib c’est moi qui l’ai écrite", "/ressources ajouter doctolib"),
        (
            "retrouve dans les anciennes actus ce qu’ils avaient dit sur le pass numérique",
            "/actus cherche pass numérique",
        ),
        ("j’ai noté quoi la semaine passée comme comptes rendus", "/cra liste semaine dernière"),
        ("mes comptes rendus où il est question d’imprimante", "/cra liste imprimante"),
    ],
)
def test_what_a_long_sentence_names_is_not_lost(sentence: str, line: str) -> None:
    assert read(sentence).line == line


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        (
            "la salle était glaciale mais on a quand même fait l’atelier mail hier, ils étaient 6, 1h30",
            "/cra atelier 6p 1h30 mail hier",
        ),
        (
            "3 retraités hier en individuel, 30 min chacun, ils voulaient tous la même chose, leur mail",
            "/cra 3 individuels 30min mail hier retraités",
        ),
        ("hier atelier internet 2h, ils étaient contents, 5 personnes", "/cra atelier 5p 2h internet hier"),
        ("pareil k hier mais 1h", "/cra comme hier mais 1h"),
        (
            "mardi j’ai animé une réunion de partenariat, 1h30, 6 participants",
            "/cra coordination partenariat réunion 1h30 6 participants mardi",
        ),
        ("initiation au tableur hier pour cinq artisans, de 18h à 20h", "/cra atelier 5p 2h tableur artisans hier"),
    ],
)
def test_a_report_that_is_told_with_its_circumstances(sentence: str, line: str) -> None:
    assert read(sentence).line == line


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("ma demande d’aide 58 n’a toujours pas de réponse", "/ticket 58"),
        ("le problème de la demande d’aide 12 est parti, vous pouvez la fermer", "/ticket 12"),
        ("les questions que j’ai posées à l’assistance, je peux les relire ?", "/hotline demandes"),
        (
            "il paraît qu’un souci d’imprimante est déjà arrivé, tu peux fouiller dans les vieux tickets ?",
            "/ticket chercher imprimante",
        ),
        ("une erreur de ma part, où retrouver ceux que j’ai supprimés ?", "/cra liste supprimés"),
        ("affiche mes comptes rendus de mai, j’ai un trou de mémoire", "/cra liste mai"),
        (
            "mon maire m’interroge sur les impôts en octobre, montre-moi mes comptes rendus là-dessus pour ce mois-là",
            "/cra liste impôts octobre",
        ),
        ("l’atelier saisi sous le numéro 12 est faux, supprime-le de mes comptes rendus", "/cra supprimer 12"),
        (
            "mon directeur ne lit que le PDF, peux-tu me sortir mes statistiques d’octobre dans ce format",
            "/stats exporter pdf octobre",
        ),
        ("pas mes chiffres, ceux de mon département", "/stats departement"),
        ("donne-moi mes statistiques de la semaine dernière non pardon du mois dernier", "/stats mois dernier"),
        ("arrête de m’envoyer ce bilan tous les premiers du mois", "/stats rapport non"),
        ("je voudrais donner à mon élue une adresse web avec mon activité de mars", "/stats partager mars"),
        (
            "j’organise une kermesse numérique à Pau, j’aimerais qu’elle figure au calendrier",
            "/agenda proposer kermesse numérique à Pau",
        ),
        ("proposer à l’agenda une initiation au téléphone", "/agenda proposer initiation au téléphone"),
        (
            "notre médiathèque a ouvert un espace jeux, cela mérite une brève dans le prochain numéro",
            "/actus proposer notre médiathèque a ouvert un espace jeux",
        ),
        ("je veux sonder mes collègues sur la date du prochain séminaire", "/sondage date du prochain séminaire"),
        ("les collègues qui travaillent avec des jeunes ont-ils un canal ?", "/canaux jeunes"),
        ("quels canaux existent et lesquels je peux rejoindre", "/canaux"),
        ("j’ai une idée pour l’outil pouvoir trier les fiches par date", "/idee pouvoir trier les fiches par date"),
        ("une idée : pouvoir trier les fiches, ça aiderait tout le monde", "/idee pouvoir trier les fiches"),
        ("j’avais proposé trois idées cet été, que sont-elles devenues ?", "/idee mes idées"),
        ("espace un peu les rappels", "/rappels moins"),
        ("j’ai créé un jeu de piste sur les arnaques et je le partage", "/ressources ajouter jeu de piste arnaques"),
        ("mon livret sur Ameli a bien marché à Pau, je le dépose", "/ressources ajouter livret Ameli"),
        ("un guide sur Doctolib à laisser aux patients", "/ressources Doctolib"),
        ("je déménage à Lens, dis-moi quels conseillers y travaillent", "/annuaire conseiller Lens"),
        ("qui connaît Scratch, peu importe la région", "/annuaire qui Scratch"),
        ("à qui téléphoner à la préfecture ?", "/annuaire préfecture"),
        ("je parle arabe et ce n’est nulle part sur la fiche qui me décrit", "/profil"),
        ("je veux parler à quelqu’un du support, un humain", "/hotline"),
        ("ouvre une salle virtuelle pour le point hebdo", "/visio point hebdo"),
        ("une visio vite elles sont déjà là", "/visio"),
        ("note un rdv jeudi à onze heures trente une heure caf", "/rdv jeudi 11h30 1h caf"),
        ("on peut me réserver le lundi et le jeudi de 9h à 12h", "/rdv disponibilites lundi et jeudi 9h-12h"),
        ("un collègue colle sa réclame dans le canal emploi", "/signaler"),
        ("atelier 6p 1h cv ss emploi", "/cra atelier 6p 1h cv sans emploi"),
    ],
)
def test_what_a_sentence_wants_is_found_beside_what_it_tells(sentence: str, line: str) -> None:
    assert read(sentence).line == line


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("préviens-moi quand il y a du neuf sur l’emploi dans les ressources", "/ressources suivre emploi"),
        ("je voudrais joindre Mathieu Lacaze du coup", "/annuaire Mathieu Lacaze"),
        ("stats national sept", "/stats national septembre"),
        ("je cherche 1 collègue à Rosny", "/annuaire Rosny"),
        ("qui sait faire de l’impression 3d pas loin de Blagnac", "/annuaire qui impression 3d près de Blagnac"),
        ("fais un sondage aux collègues on mange où vendredi", "/sondage on mange où vendredi"),
        ("jve 1 salle visio vit", "/visio"),
        ("une visio avec les collègues sur la préparation du salon ouvre la salle", "/visio préparation du salon"),
        ("mets en place l’envoi de mes stats chaque mois et qu’on n’en parle plus", "/stats rapport oui"),
        ("arrête l’envoi automatique de mes stats chaque mois", "/stats rapport non"),
        (
            "j’ai refait la page de garde, il me manque mes stats des 3 derniers mois, affiche ça",
            "/stats 3 derniers mois",
        ),
        ("le comité est dans deux jours, il me faut les chiffres de la Loire", "/stats departement Loire"),
    ],
)
def test_words_that_are_no_numbers_refusals_or_pages_are_none(sentence: str, line: str) -> None:
    assert read(sentence).line == line
