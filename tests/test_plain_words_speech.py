"""Sentences as they are dictated or told on the way: hesitations, numbers of Belgium and Switzerland, what is said
around what is wanted; troubles that name a feature, and questions of practice."""

import pytest

from bot.french import read_number
from dialogs.cra.line import read_line
from dialogs.cra.line.short_form import shorten_command
from dialogs.plain_words import Intention, Reading, understand
from dialogs.plain_words.corrections import correct
from dialogs.plain_words.dictation import mend_dictated
from dialogs.plain_words.hesitations import leave_hesitations
from dialogs.plain_words.hours import write_hours
from dialogs.rdv.short_form import arrange_command
from tests.bench.plain_words import COMMANDS, TODAY
from tests.support.cra import CLUES


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
        ("retrouve mes comptes rendus d’ateliers tablette de septembre", "/cra liste atelier tablette septembre"),
        ("alors combien de personnes j’ai accompagné au mois de septembre euh non en octobre", "/stats octobre"),
        ("il me faudrait une vidéo sur la tablette euh voilà pour une mamie", "/ressources vidéo tablette"),
        ("des exercices de souris voilà j’ai un groupe demain", "/ressources exercices souris"),
        ("euh qui ait le coordinateur du soixante-neuf s’il te plaît", "/annuaire coordinateur 69"),
        ("un événement sur l’accessibilité est-il programmé prochainement ?", "/agenda accessibilité"),
        ("en fait j’enlève la compétence montage vidéo", "/profil"),
        ("ajoute excel à mes compétences", "/profil"),
        ("je fais plus de linux, retire le", "/profil"),
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


@pytest.mark.parametrize(
    ("sentence", "line", "sure"),
    [
        ("mes cra 2 octobre", "/cra liste octobre", False),
        ("montre mes stats 2 septembre", "/stats septembre", False),
        ("mes cra 2 la semaine dernière", "/cra liste semaine dernière", True),
        ("mes cra du 2 octobre", "/cra liste 2 octobre", True),
    ],
)
def test_de_that_was_heard_as_a_number_is_no_day_for_sure(sentence: str, line: str, sure: bool) -> None:
    found = read(sentence)
    assert (found.line, found.sure) == (line, sure)


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("tu aurais 1 fiche sur les cookies", "/ressources cookies"),
        ("y a un quiz sur les fausses infos pour les ados", "/ressources quiz fausses infos ados"),
        ("t’as quelque chose sur l’égalité de genre", "/ressources égalité de genre"),
        ("je voudrais rejoindre le canal photo pour faire plaisir à mon petit-fils", "/canaux rejoindre photo"),
        ("décale le rendez-vous 12 de lundi à jeudi 10h", "/rdv décaler 12 jeudi 10h"),
        (
            "le rdv 45 de mardi ne va pas, la dame préfère mercredi 9 décembre à 10h",
            "/rdv décaler 45 mercredi 9 décembre à 10h",
        ),
        (
            "je voudrais trouver 20 minutes avec @carl pour une réunion sur le budget",
            "/rdv @carl 20 min budget",
        ),
        (
            "mets dans mes rendez-vous un atelier mail mercredi 2 décembre à 10h",
            "/rdv mercredi 2 décembre 10h atelier mail",
        ),
        ("note rdv lundi 14 décembre 9h30 pour une tablette, Mme D.", "/rdv lundi 14 décembre 9h30 tablette, Mme D."),
        ("combien de demandes la hotline a traité en septembre", "/hotline stats septembre"),
        ("je voudrais causer à une vraie personne", "/hotline"),
        ("arrête de me proposer mon atelier du jeudi", "/cra habitudes"),
        ("mes ateliers du jeudi qui reviennent, je veux en arrêter un", "/cra habitudes"),
        ("cra du jour, ouvre-le", "/cra"),
    ],
)
def test_small_words_do_not_hide_what_is_meant(sentence: str, line: str) -> None:
    assert read(sentence).line == line


@pytest.mark.parametrize(
    ("told", "line"),
    [
        (
            "vendredi 27 novembre atelier de 2h à Prades avec 7 retraités sur les mails et les pièces jointes",
            "/cra atelier 7p 2h mail Prades 27/11 retraités",
        ),
        ("un jeune, 45 min, cv, à la mission locale de Guéret", "/cra individuel 45min cv Guéret 18-35"),
        ("hier 1h à Ussel, un retraité, sur le site de la caf", "/cra individuel 1h caf Ussel hier retraités"),
        (
            "hier à Tulle j’ai dépanné 4 personnes, 10 minutes chacune, carte vitale",
            "/cra 4 ponctuels 10min carte vitale Tulle hier",
        ),
        ("hier j’ai aidé 3 personnes une heure chacune pour la caf à Tulle", "/cra 3 individuels 1h caf Tulle hier"),
    ],
)
def test_a_told_report_is_written_short(told: str, line: str) -> None:
    assert shorten_command(read(told).line, TODAY) == line


def test_who_passed_by_tells_a_report() -> None:
    assert read("une dame est passée 10 min pour imprimer un billet de train").intention is Intention.CRA


def test_pupils_under_twelve_are_no_students() -> None:
    assert "statut" not in read_line("atelier 12 élèves de 14 ans 1h pronote", CLUES).assumed
    assert "statut" in read_line("atelier 12 élèves de moins de 12 ans 1h pronote", CLUES).assumed


def test_initials_keep_their_title() -> None:
    line = "/rdv jeudi 14h mme D. impots"
    assert arrange_command(line, TODAY) == "/rdv jeudi 14h impots mme D."


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        (
            "Trouve-moi des exercices de clavier, la salle de Thizy n’a pas de connexion.",
            "/ressources exercices clavier",
        ),
        (
            "Je cherche quelqu’un qui maîtrise le braille près de Gap, une usagère commence en janvier.",
            "/annuaire qui braille près de Gap",
        ),
        (
            "Quels sont les chiffres de la région Bretagne sur 2025, pour les comparer avec ceux d’aujourd’hui ?",
            "/stats region Bretagne 2025",
        ),
        ("Que deviennent les propositions d’actus que j’ai envoyées ?", "/actus mes propositions"),
        (
            "je suis libre le lundi matin de neuf heures à midi pour que les gens prennent rendez-vous",
            "/rdv disponibilites lundi 9h-12h",
        ),
        ("mes rdv du jour", "/rdv aujourd'hui"),
        ("visio pr la réunion d'équipe", "/visio réunion d'équipe"),
        ("davantage de rappels svp", "/rappels plus"),
    ],
)
def test_a_clause_of_why_is_no_detail(sentence: str, line: str) -> None:
    assert read(sentence).line == line


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("mes statistiques depuis la rentrée non depuis octobre plutôt", "/stats depuis octobre"),
        ("mes stats du mois d’octobre euh non novembre", "/stats novembre"),
        ("mes chiffres de septembre, pardon d’octobre", "/stats octobre"),
        ("duplique le compte rendu numéro euh 53 non pardon 35", "/cra dupliquer 35"),
        ("ouvre le ticket douze enfin non treize", "/ticket 13"),
        ("les résultats du sondage numéro six euh sept", "/sondage resultats 7"),
        ("stats de la Loire-Atlantique non attends de la Vendée", "/stats departement Vendée"),
        ("je cherche un conseiller à saint-etienne euh non à roanne", "/annuaire conseiller roanne"),
        ("décale le rendez-vous douze à mercredi seize heures enfin non quinze heures", "/rdv décaler 12 mercredi 15h"),
        ("note un rendez-vous jeudi à 14 h euh non 15 h pour les impôts à Bron", "/rdv jeudi 15h impôts à Bron"),
        ("des exercices sur le clavier enfin pas le clavier le pavé tactile", "/ressources exercices pavé tactile"),
        ("une fiche sur la caf je veux dire sur ameli", "/ressources ameli"),
        ("je veux un support sur France Connect non enfin sur Ameli", "/ressources Ameli"),
        ("mes comptes rendus de la semaine dernière vé", "/cra liste semaine dernière"),
        ("stats d’octobbre euh non novenbre", "/stats novembre"),
        ("modifie le compte rendu douze euh pardon le treize", "/cra modifier 13"),
        ("les résultats du sondage sept euh pardon du huit", "/sondage resultats 8"),
        ("exporte mes stats en pdf euh non en excel", "/stats exporter xlsx"),
        ("donne-moi mes statistiques d’octobre non pas octobre novembre", "/stats novembre"),
        ("une fiche sur France Connect non pas France Connect France Identité", "/ressources France Identité"),
        ("une fiche sur les virus non pas les virus les arnaques", "/ressources arnaques"),
        ("le numéro de Sophie Lemoine non excuse moi Sophie Lemaire", "/annuaire Sophie Lemaire"),
        ("montre moi la ressource numéro trente sept euh non la trente huit", "/ressources 38"),
        ("qui s’y connaît en Linux euh vers Valence", "/annuaire qui Linux près de Valence"),
        (
            "décale le rendez-vous douze à mercredi euh quinze heures oui voilà quinze heures",
            "/rdv décaler 12 mercredi 15h",
        ),
    ],
)
def test_what_is_put_right_in_the_same_breath_counts(sentence: str, line: str) -> None:
    assert read(sentence).line == line


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("hier sait un individuel", "hier c’est un individuel"),
        ("une dame qui sait tout", "une dame qui sait tout"),
        ("ses quoi la hotline", "c’est quoi la hotline"),
        ("à soixante-neuf mille cent vingt", "à 69120"),
        ("à trente-trois mille huit cents hier", "à 33800 hier"),
        ("deux mille vingt-cinq", "deux mille vingt-cinq"),
        ("soixante mille euros", "soixante mille euros"),
        ("j’ai supprimer le cra", "j’ai supprimé le cra"),
        ("je veux le déposé", "je veux le déposer"),
        ("une imprimante trois d", "une imprimante 3d"),
        ("les cra du quatre vingt treize", "les cra du 93"),
        ("de vin deux ans", "de vingt deux ans"),
        ("un verre de vin deux fois", "un verre de vin deux fois"),
        ("elle a quatre vin trois ans", "elle a quatre vingt trois ans"),
        ("un monsieur cent emploi", "un monsieur sans emploi"),
        ("cent emplois créés", "cent emplois créés"),
        ("atelier watts app", "atelier WhatsApp"),
        ("sa page face book", "sa page Facebook"),
        ("un tuto France connecte", "un tuto FranceConnect"),
        ("une demande pour la cafe", "une demande pour la caf"),
        ("un café numérique", "un café numérique"),
        ("le compte d’Amélie", "le compte d’Ameli"),
        ("j’ai reçu Amélie", "j’ai reçu Amélie"),
        ("lance une vision", "lance une visio"),
        ("une vision de l’avenir", "une vision de l’avenir"),
        ("mes c r a d’hier", "mes cra d’hier"),
        ("idem mai une heure", "idem mais une heure"),
    ],
)
def test_what_sounds_alike_is_written_as_it_is_meant(told: str, meant: str) -> None:
    assert mend_dictated(told)[0] == meant


def test_lengths_and_hours_in_letters_need_no_hyphen() -> None:
    assert write_hours("à dix huit heures pendant nonante minutes") == "à 18h 90 min"
    assert write_hours("de vingt et une heures à vingt deux heures") == "de 21h à 22h"
    assert write_hours("le message de fin de journée à dix-huit heures") == "le message de fin de journée à 18h"


@pytest.mark.parametrize(
    "sentence",
    [
        "supprime le cra 12 euh non modifie-le",
        "mes stats de la rentrée, enfin non, tout",
        "les chiffres du Rhône non attends laisse tomber",
    ],
)
def test_what_is_put_right_and_not_understood_is_asked(sentence: str) -> None:
    assert not read(sentence).sure


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("dix personnes en atelier tablette non pardon douze", "douze personnes en atelier tablette"),
        ("deux heures avec six seniors sur la CAF enfin non sept", "deux heures avec sept seniors sur la CAF"),
        ("huit personnes deux heures à Bron non pardon dix", "dix personnes deux heures à Bron"),
        ("trente minutes sur la CAF non pardon quarante", "quarante minutes sur la CAF"),
        ("un atelier à Sète non pardon c’était à Frontignan", "un atelier à Frontignan"),
        ("je ne veux pas de stats non pas de stats du tout", "je ne veux pas de stats non pas de stats du tout"),
        ("rdv avec Marie Durand euh à Lyon", "rdv avec Marie Durand euh à Lyon"),
        ("deux dames non trois pour la CAF", "trois dames pour la CAF"),
        ("quatre personnes mais en fait cinq une heure", "cinq personnes une heure"),
        ("six enfants euh quatre seniors", "six enfants euh quatre seniors"),
    ],
)
def test_what_was_counted_or_named_last_is_put_right(told: str, meant: str) -> None:
    assert correct(told)[0] == meant


@pytest.mark.parametrize("text", ["stats rapport non", "enfin bref mes stats", "ticket euh 4", "non merci pardon"])
def test_not_every_no_puts_something_right(text: str) -> None:
    assert correct(text) == (text, False)


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("envoie-moi mes stats en P D F pour euh octobre", "/stats exporter pdf octobre"),
        ("lance un sondage deux points on mange où à Noël", "/sondage on mange où à Noël"),
        ("et qui est le coordinateur du trente-huit", "/annuaire coordinateur 38"),
        ("les chiffres du département soixante-neuf en septembre", "/stats departement 69 septembre"),
        ("un rendez-vous demain neuf heures trente pendant une demi-heure pour un CV", "/rdv demain 9h30 30 min CV"),
        ("je voudrais parler à quelqu’un de la hotte line", "/hotline"),
        ("alors je voudrais juste parler à quelqu’un de la hot line", "/hotline"),
        ("mets-moi tous les mardis un atelier de deux heures", "/cra tous les mardis un atelier de deux heures"),
        (
            "mets tous les mardis un atelier de quatorze heures à seize heures",
            "/rdv tous les mardis atelier de 14h à 16h",
        ),
        ("j’ai fait un tuto sur Canva et je voudrais le déposé dans la ressourcerie", "/ressources ajouter Canva"),
        ("je peux voir les comptes rendus que j’ai supprimer", "/cra liste supprimés"),
        ("vendredi neuf heures trente rendez-vous quarante-cinq minutes CV", "/rdv vendredi 9h30 45 min CV"),
        ("ajoute vendredi 9h30 rendez-vous 45 minutes CV", "/rdv vendredi 9h30 45 min CV"),
        ("c’est qui le coordinateur du département soixante-neuf", "/annuaire coordinateur 69"),
        ("y a-t-il un contact à la préfecture dans l’annuaire par hasard", "/annuaire préfecture"),
        ("proposer un événement à l’agenda la journée portes ouvertes", "/agenda proposer journée portes ouvertes"),
        ("ouvre-moi une salle de visio s’il te plaît on est trois à attendre", "/visio"),
        ("lance une visio avec comme sujet préparation du salon voilà", "/visio préparation du salon"),
        ("sors-moi les comptes rendus avec l’étiquette seniors", "/cra liste #seniors"),
        ("je suis un peu perdu là-dedans montre-moi l’aide", "/aide"),
        ("cherche dans les demandes celles d’imprimante il me semble qu’il y en a", "/ticket chercher imprimante"),
        ("une vidéo tablette pour des seniors qui débutent", "/ressources vidéo tablette seniors niveau:debutant"),
        ("c’est quoi les canaux où je peux m’inscrire", "/canaux"),
        ("note J.M. mercredi 9h30 30 min caf", "/rdv J.M. mercredi 9h30 30 min caf"),
    ],
)
def test_what_a_telephone_hears_is_read_as_it_is_meant(sentence: str, line: str) -> None:
    assert read(sentence).line == line


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("j’ai une info à glisser dans les actus de vendredi", "/actus proposer"),
        ("as-tu un jeu pour travailler la souris ?", "/ressources jeu souris"),
        ("il manque la Carsat dans l’annuaire", "/annuaire ajouter Carsat"),
        ("ya un canal où sa parle dinclusion bancaire ?", "/canaux inclusion bancaire"),
        ("proposé un évènement fête du numérique", "/agenda proposer fête du numérique"),
        ("ouvre une salle de visio pour la préparation du salon", "/visio préparation du salon"),
        ("- de rappels stp", "/rappels moins"),
        ("sors-moi du canal bidouille s’il te plaît j’y vais jamais", "/canaux quitter bidouille"),
        ("rends-moi le compte rendu 78 que j’avais effacé", "/cra rétablir 78"),
        ("mes fiches favorites celles que j’ai mises de côté", "/ressources favoris"),
        ("trouve-moi euh comment elle s’appelle déjà Lucie Moreau", "/annuaire Lucie Moreau"),
        ("mon total d’usagers, toutes années confondues", "/stats tout"),
        ("y a-t-il un conseiller basé à Figeac ?", "/annuaire conseiller Figeac"),
        ("mes cra du mois denier", "/cra liste mois dernier"),
    ],
)
def test_what_is_told_next_to_what_is_wanted_is_kept_or_left(sentence: str, line: str) -> None:
    assert read(sentence).line == line


@pytest.mark.parametrize(
    "sentence",
    [
        "mes rendez-vous, gribouille-les",
        "dans le canal bidouille zut flûte alors",
        "rejoindre le canal gribouille flûte zut",
    ],
)
def test_what_has_words_that_no_such_sentence_had_is_asked(sentence: str) -> None:
    assert not read(sentence).sure
    assert read("mes rendez-vous").sure
