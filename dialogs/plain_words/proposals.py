"""How a command line is said in words, for a button that proposes it."""

import re
from collections.abc import Mapping

from config.text import cut, quote
from config.time import WEEKDAYS

SHOWN_MAX = 45
"""Characters of the details that a button shows."""
PROPOSALS: Mapping[str, tuple[str, str]] = {
    "absence annuler": ("Retirer mon absence", "Retirer mon absence"),
    "absence": ("Dire quand je suis absent", "Noter mon absence : {}"),
    "accueil": ("Aller à l’accueil", "Aller à l’accueil"),
    "actus": ("Lire les actus", "Lire les actus : {}"),
    "actus abonnement": ("Recevoir les actus en message", "Recevoir les actus en message"),
    "actus cherche": ("Chercher dans les actus", "Chercher dans les actus : {}"),
    "actus flux": ("Voir les flux des actus", "Les flux des actus : {}"),
    "actus flux ajouter": ("Suivre un flux dans les actus", "Suivre un flux dans les actus"),
    "actus mes": ("Voir mes propositions d’actus", "Voir mes propositions d’actus"),
    "actus proposer": ("Proposer une actu", "Proposer une actu"),
    "agenda": ("Voir les événements à venir", "Voir un événement : {}"),
    "agenda flux": ("Mettre l’agenda dans le mien", "Mettre l’agenda dans le mien"),
    "agenda mes": ("Voir mes inscriptions", "Voir mes inscriptions"),
    "agenda passés": ("Voir les événements passés", "Voir les événements passés"),
    "agenda proposer": ("Proposer un événement", "Proposer un événement"),
    "aide": ("Voir tout ce que je sais faire", "Lire l’aide : {}"),
    "annonce": ("Écrire une annonce", "Écrire cette annonce"),
    "annuaire": ("Chercher une personne", "Chercher dans l’annuaire : {}"),
    "annuaire qui": ("Chercher qui sait faire", "Chercher qui sait faire : {}"),
    "bienvenue": ("Revoir le message d’accueil", "Revoir le message d’accueil"),
    "brouillon": ("Reprendre une saisie", "Reprendre une saisie"),
    "canaux": ("Voir mes canaux", "Chercher un canal : {}"),
    "canaux creer": ("Créer un canal", "Créer un canal"),
    "canaux quitter": ("Quitter un canal", "Quitter un canal : {}"),
    "canaux rejoindre": ("Rejoindre un canal", "Rejoindre un canal : {}"),
    "canaux reparer": ("Réparer les canaux", "Réparer les canaux : {}"),
    "canaux verifier": ("Vérifier les canaux", "Vérifier les canaux : {}"),
    "chercher": ("Chercher partout", "Chercher partout : {}"),
    "cra": ("Écrire un compte rendu", "Écrire ce compte rendu"),
    "cra aide": ("Apprendre à écrire un compte rendu", "Apprendre à écrire un compte rendu"),
    "cra brouillon": ("Reprendre un compte rendu", "Reprendre un compte rendu"),
    "cra dupliquer": ("Dupliquer un compte rendu", "Dupliquer le compte rendu n° {}"),
    "cra liste": ("Voir mes comptes rendus", "Voir mes comptes rendus : {}"),
    "cra modifier": ("Modifier un compte rendu", "Modifier le compte rendu n° {}"),
    "cra rétablir": ("Rétablir un compte rendu", "Rétablir le compte rendu n° {}"),
    "cra supprimer": ("Supprimer un compte rendu", "Supprimer le compte rendu n° {}"),
    "entrainement": ("M’entraîner sans que cela compte", "M’entraîner sans que cela compte"),
    "garde": ("Voir qui est de garde", "Voir qui est de garde"),
    "hotline": ("Demander de l’aide à l’équipe", "Demander de l’aide : {}"),
    "hotline stats": ("Voir les chiffres de la hotline", "Voir les chiffres de la hotline : {}"),
    "hotline demandes": ("Voir mes demandes d’aide", "Voir mes demandes d’aide"),
    "idee": ("Proposer une idée", "Proposer cette idée : {}"),
    "idee les plus demandées": ("Voir les idées les plus demandées", "Voir les idées les plus demandées"),
    "idee liste": ("Voir les idées", "Voir les idées : {}"),
    "kit": ("Commander ou suivre mon kit", "Commander ou suivre mon kit"),
    "kit corriger": ("Corriger ma commande de kit", "Corriger ma commande de kit"),
    "kit lots": ("Voir les lots de kits", "Voir les lots de kits"),
    "mes-donnees": ("Mes données : les recevoir, les effacer", "Mes données : les recevoir, les effacer"),
    "mes-donnees annuler": ("Garder mes données", "Garder mes données"),
    "mes-donnees effacer": ("Faire effacer mes données", "Faire effacer mes données"),
    "membres": ("Trouver quelqu’un du réseau", "Trouver quelqu’un du réseau : {}"),
    "membres deplacer": ("Changer quelqu’un de département", "Changer de département : {}"),
    "membres role": ("Changer le rôle de quelqu’un", "Changer un rôle : {}"),
    "moderer": ("Voir ce qui est à modérer", "Voir ce qui est à modérer"),
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
    "rdv annuler": ("Annuler un rendez-vous", "Annuler le rendez-vous n° {}"),
    "rdv décaler": ("Déplacer un rendez-vous", "Déplacer le rendez-vous n° {}"),
    "rdv disponibilites": ("Voir mes disponibilités", "Changer mes disponibilités : {}"),
    "rdv lien": ("Donner mon adresse de rendez-vous", "Donner mon adresse de rendez-vous"),
    "rdv liste": ("Voir mes rendez-vous", "Voir mes rendez-vous : {}"),
    "rdv rappels": ("Recevoir les rappels de mes rendez-vous", "Recevoir les rappels de mes rendez-vous"),
    "rdv semaine": ("Voir mes rendez-vous de la semaine", "Voir mes rendez-vous de la semaine {}"),
    "rdv à traiter": ("Voir mes rendez-vous à traiter", "Voir mes rendez-vous à traiter"),
    "ressources modifier": ("Corriger une ressource", "Corriger la ressource n° {}"),
    "ressources": ("Chercher une ressource", "Chercher des ressources : {}"),
    "ressources ajouter": ("Proposer une ressource", "Proposer une ressource : {}"),
    "ressources favoris": ("Voir mes ressources favorites", "Voir mes ressources favorites"),
    "ressources mes fiches": ("Voir mes ressources", "Voir mes ressources"),
    "signaler": ("Signaler un message", "Signaler ce message"),
    "sondage": ("Poser une question à un canal", "Faire un sondage : {}"),
    "sondage export": ("Recevoir les résultats d’un sondage", "Recevoir en fichier les résultats du sondage n° {}"),
    "sondage liste": ("Voir les sondages", "Voir les sondages"),
    "sondage rappels": ("Recevoir les rappels des sondages", "Recevoir les rappels des sondages"),
    "sondage resultats": ("Voir les résultats d’un sondage", "Voir les résultats du sondage n° {}"),
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
    "ticket chercher": ("Chercher dans les demandes d’aide", "Chercher dans les demandes d’aide : {}"),
    "ticket liste": ("Voir les demandes en cours", "Voir les demandes en cours : {}"),
    "stats coordination": ("Voir mes chiffres de coordination", "Voir mes chiffres de coordination : {}"),
    "stats departement exporter": ("Recevoir tous les départements en fichier", "Recevoir tous les départements : {}"),
    "ticket": ("Voir une demande d’aide", "Voir la demande n° {}"),
    "visio": ("Ouvrir une salle de visio", "Ouvrir une salle de visio : {}"),
}
"""By command: without details, and with them."""

CALLED: Mapping[str, str] = {
    "actus": "Lire les actus n° {}",
    "agenda": "Voir l’événement n° {}",
    "idee": "Voir l’idée n° {}",
    "rdv": "Voir le rendez-vous n° {}",
    "ressources": "Ouvrir la ressource n° {}",
    "sondage": "Voir le sondage n° {}",
}
"""By command whose details are a number alone: what has that number."""
STOPPED: Mapping[str, str] = {
    "actus abonnement": "Ne plus recevoir les actus en message",
    "rdv rappels": "Ne plus recevoir les rappels de mes rendez-vous",
    "sondage rappels": "Ne plus recevoir les rappels des sondages",
    "stats rapport": "Ne plus recevoir mes statistiques chaque mois",
}
"""By command that « non » follows."""

_DAYS = re.compile(
    rf"(?:après-|apres )?demain|aujourd.hui|ce soir|semaine(?: prochaine)?|(?:{'|'.join(WEEKDAYS)})(?: prochain)?"
)
"""What shows appointments that there are, behind « rdv »: days without an hour."""
_NUMBER = re.compile(r"(?:n° ?)?(\d+)")

_LINK = re.compile(r"https?://\S+")


def propose(line: str) -> str:
    """Say a command line in words."""
    words = line.removeprefix("/").split()
    for size in (4, 3, 2, 1):
        if (name := " ".join(words[:size])) not in PROPOSALS:
            continue
        rest = cut(quote(_LINK.sub("ce lien", " ".join(words[size:]))), SHOWN_MAX)
        if rest == "non" and name in STOPPED:
            return STOPPED[name]
        if (number := _NUMBER.fullmatch(rest)) and name in CALLED:
            return CALLED[name].format(number[1])
        alone, detailed = PROPOSALS["rdv liste" if name == "rdv" and _DAYS.fullmatch(rest) else name]
        return detailed.format(rest) if rest else alone
    return f"Taper « /{cut(quote(' '.join(words)), SHOWN_MAX)} »"
