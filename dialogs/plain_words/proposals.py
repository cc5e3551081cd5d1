"""How a command line is said in words, for a button that proposes it."""

import re
from collections.abc import Mapping

from config.text import cut, quote
from config.time import WEEKDAYS

SHOWN_MAX = 45
"""Characters of the details that a button shows."""
PROPOSALS: Mapping[str, tuple[str, str]] = {
    "absence": ("Dire quand je suis absent", "Noter mon absence : {}"),
    "accueil": ("Aller à l’accueil", "Aller à l’accueil"),
    "actus": ("Lire les actus", "Lire les actus : {}"),
    "actus abonnement": ("Recevoir les actus en message", "Recevoir les actus en message"),
    "actus cherche": ("Chercher dans les actus", "Chercher dans les actus : {}"),
    "actus mes": ("Voir mes propositions d’actus", "Voir mes propositions d’actus"),
    "actus proposer": ("Proposer une actu", "Proposer une actu"),
    "agenda": ("Voir les événements à venir", "Voir un événement : {}"),
    "agenda flux": ("Mettre l’agenda dans le mien", "Mettre l’agenda dans le mien"),
    "agenda mes": ("Voir mes inscriptions", "Voir mes inscriptions"),
    "agenda passés": ("Voir les événements passés", "Voir les événements passés"),
    "agenda proposer": ("Proposer un événement", "Proposer un événement"),
    "aide": ("Voir tout ce que je sais faire", "Apprendre comment faire : {}"),
    "annonce": ("Écrire une annonce", "Écrire cette annonce"),
    "annuaire": ("Chercher une personne", "Chercher dans l’annuaire : {}"),
    "annuaire qui": ("Chercher qui sait faire", "Chercher qui sait faire : {}"),
    "bienvenue": ("Revoir le message d’accueil", "Revoir le message d’accueil"),
    "brouillon": ("Reprendre une saisie", "Reprendre une saisie"),
    "canaux": ("Voir mes canaux", "Voir mes canaux"),
    "canaux creer": ("Créer un canal", "Créer un canal"),
    "canaux quitter": ("Quitter un canal", "Quitter un canal : {}"),
    "canaux rejoindre": ("Rejoindre un canal", "Rejoindre un canal : {}"),
    "canaux reparer": ("Réparer les canaux", "Réparer les canaux : {}"),
    "canaux verifier": ("Vérifier les canaux", "Vérifier les canaux : {}"),
    "chercher": ("Chercher partout", "Chercher partout : {}"),
    "cra": ("Écrire un compte rendu", "Écrire ce compte rendu"),
    "cra aide": ("Apprendre à écrire un compte rendu", "Apprendre à écrire un compte rendu"),
    "cra brouillon": ("Reprendre un compte rendu", "Reprendre un compte rendu"),
    "cra dupliquer": ("Dupliquer un compte rendu", "Dupliquer le compte rendu {}"),
    "cra liste": ("Voir mes comptes rendus", "Voir mes comptes rendus : {}"),
    "cra modifier": ("Modifier un compte rendu", "Modifier le compte rendu {}"),
    "cra rétablir": ("Rétablir un compte rendu", "Rétablir le compte rendu {}"),
    "cra supprimer": ("Supprimer un compte rendu", "Supprimer le compte rendu {}"),
    "entrainement": ("M’entraîner sans que cela compte", "M’entraîner sans que cela compte"),
    "garde": ("Voir qui est de garde", "Voir qui est de garde"),
    "hotline": ("Demander de l’aide à l’équipe", "Demander de l’aide : {}"),
    "hotline stats": ("Voir les chiffres de la hotline", "Voir les chiffres de la hotline : {}"),
    "hotline demandes": ("Voir mes demandes d’aide", "Voir mes demandes d’aide"),
    "idee": ("Proposer une idée", "Proposer cette idée : {}"),
    "idee les plus demandées": ("Voir les idées les plus demandées", "Voir les idées les plus demandées"),
    "idee liste": ("Voir les idées", "Voir les idées : {}"),
    "kit": ("Commander ou suivre mon kit", "Commander ou suivre mon kit"),
    "kit lots": ("Voir les lots de kits", "Voir les lots de kits"),
    "mes-donnees": ("Mes données : les recevoir, les effacer", "Mes données : les recevoir, les effacer"),
    "mes-donnees annuler": ("Garder mes données", "Garder mes données"),
    "mes-donnees effacer": ("Faire effacer mes données", "Faire effacer mes données"),
    "membres deplacer": ("Changer quelqu’un de département", "Changer de département : {}"),
    "membres role": ("Changer le rôle de quelqu’un", "Changer un rôle : {}"),
    "moderer dossiers": ("Voir les messages signalés", "Voir les messages signalés"),
    "moderer masquer": ("Masquer un message", "Masquer ce message"),
    "moderer avertir": ("Avertir quelqu’un", "Avertir {}"),
    "moderer deplacer": ("Déplacer un fil", "Déplacer ce fil"),
    "moderer verrouiller": ("Verrouiller un canal", "Verrouiller le canal : {}"),
    "moderer deverrouiller": ("Rouvrir un canal verrouillé", "Rouvrir le canal : {}"),
    "moderer desepingler": ("Désépingler un message", "Désépingler ce message"),
    "moderer epingler": ("Épingler un message", "Épingler ce message"),
    "moderer journal": ("Lire le journal de modération", "Lire le journal de modération : {}"),
    "moderer silence": ("Suspendre l’écriture de quelqu’un", "Suspendre l’écriture : {}"),
    "profil": ("Voir et changer ma fiche", "Voir et changer ma fiche"),
    "rappels": ("Régler mes rappels", "Régler mes rappels : {}"),
    "rdv": ("Voir mes rendez-vous", "Noter ce rendez-vous : {}"),
    "rdv disponibilites": ("Voir mes disponibilités", "Changer mes disponibilités : {}"),
    "rdv lien": ("Donner mon adresse de rendez-vous", "Donner mon adresse de rendez-vous"),
    "rdv liste": ("Voir mes rendez-vous", "Voir mes rendez-vous : {}"),
    "rdv semaine": ("Voir mes rendez-vous de la semaine", "Voir mes rendez-vous de la semaine {}"),
    "rdv à traiter": ("Voir mes rendez-vous à traiter", "Voir mes rendez-vous à traiter"),
    "ressources": ("Chercher une ressource", "Chercher des ressources : {}"),
    "ressources ajouter": ("Proposer une ressource", "Proposer une ressource : {}"),
    "ressources favoris": ("Voir mes fiches favorites", "Voir mes fiches favorites"),
    "ressources mes fiches": ("Voir mes fiches", "Voir mes fiches"),
    "signaler": ("Signaler un message", "Signaler ce message"),
    "sondage": ("Poser une question à un canal", "Faire un sondage : {}"),
    "sondage liste": ("Voir les sondages", "Voir les sondages"),
    "sondage resultats": ("Voir les résultats d’un sondage", "Voir les résultats du sondage {}"),
    "stats": ("Voir mes statistiques", "Voir mes statistiques : {}"),
    "stats carte": ("Comparer les départements", "Comparer les départements : {}"),
    "stats departement": ("Voir les chiffres du département", "Voir les chiffres : {}"),
    "stats exporter": ("Recevoir mes statistiques en fichier", "Recevoir mes statistiques : {}"),
    "stats national": ("Voir les chiffres de la France", "Voir les chiffres de la France : {}"),
    "stats pages": ("Voir mes pages partagées", "Voir mes pages partagées"),
    "stats partager": ("Partager mes statistiques", "Partager mes statistiques : {}"),
    "stats rapport": ("Recevoir mes statistiques chaque mois", "Recevoir mes statistiques chaque mois"),
    "stats region": ("Voir les chiffres de la région", "Voir les chiffres : {}"),
    "ticket panne": ("Voir les pannes en cours", "Déclarer une panne : {}"),
    "ticket liste": ("Voir les demandes en cours", "Voir les demandes en cours : {}"),
    "stats coordination": ("Voir mes chiffres de coordination", "Voir mes chiffres de coordination : {}"),
    "stats departement exporter": ("Recevoir tous les départements en fichier", "Recevoir tous les départements : {}"),
    "ticket": ("Voir une demande d’aide", "Voir la demande {}"),
    "visio": ("Ouvrir une salle de visio", "Ouvrir une salle de visio : {}"),
}
"""By command: without details, and with them."""

_DAYS = re.compile(
    rf"(?:après-|apres )?demain|aujourd.hui|ce soir|semaine(?: prochaine)?|(?:{'|'.join(WEEKDAYS)})(?: prochain)?|\d+"
)
"""What shows appointments that there are, behind « rdv »: days without an hour, or a number."""

_LINK = re.compile(r"https?://\S+")


def propose(line: str) -> str:
    """Say a command line in words."""
    words = line.removeprefix("/").split()
    for size in (4, 3, 2, 1):
        if known := PROPOSALS.get(" ".join(words[:size])):
            rest = quote(_LINK.sub("ce lien", " ".join(words[size:])))
            if words[:size] == ["rdv"] and _DAYS.fullmatch(rest):
                known = PROPOSALS["rdv liste"]
            return known[1].format(cut(rest, SHOWN_MAX)) if rest else known[0]
    return f"Taper « /{cut(quote(' '.join(words)), SHOWN_MAX)} »"
