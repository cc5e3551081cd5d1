"""What the operator reads instead of the names that jobs, files and long work have in the database."""

from collections.abc import Iterable

from bot.features import Feature

JOBS = {
    "actus.gather": "Messages utiles pour les actus",
    "actus.hourly": "Lecture des flux",
    "actus.keep": "Brouillons et sorties des actus",
    "actus.name_links": "Titres des liens proposés",
    "actus.tell": "Actus personnelles",
    "agenda.catch_up": "Événements encore à dire",
    "agenda.tell": "Rappels d’événements",
    "annuaire.forget_requests": "Oubli des demandes à l’annuaire",
    "canaux.leave_old_channels": "Départs des anciens canaux",
    "canaux.look_for_namesakes": "Salles d’un même nom",
    "canaux.watch_over": "Vérification des canaux",
    "donnees.erase_due": "Effacements demandés",
    "donnees.look_for_sleepers": "Comptes sans activité",
    "garde.announce": "Annonce de la garde",
    "garde.forget": "Oubli des gardes passées",
    "garde.hand_over": "Fin des tours de garde",
    "hotline.clear_old": "Oubli des mots des demandes anciennes",
    "hotline.close_solved": "Clôture des demandes résolues",
    "hotline.file_undecided": "Demandes sans file",
    "hotline.put_up_all": "Cartes sans salle",
    "hotline.remind": "Rappels de la hotline",
    "hotline.see_to_the_open": "Âge des demandes ouvertes",
    "hotline.weekly": "Bilan de la semaine à la hotline",
    "membres.ask": "Question sur les comptes désactivés",
    "membres.look": "Comptes désactivés",
    "membres.look_up": "Rôles des animateurs",
    "membres.recognise": "Arrivées manquées",
    "membres.remind": "Rappels aux nouveaux",
    "membres.tick": "Étapes de l’accueil",
    "menage.tidy": "Ménage de la nuit",
    "moderation.clear_old": "Oubli des dossiers anciens",
    "moderation.expire": "Fin des mesures",
    "moderation.keep_summary": "Résumé des signalements",
    "moderation.remind": "Rappels de la modération",
    "moderation.watch_tables": "Charte et règles lisibles",
    "regles.find_old": "Règles qui ne servent plus",
    "ressources.catch_up": "Fiches à rattraper",
    "ressources.check_links": "Vérification des liens",
    "ressources.keep_library": "Bibliothèque épinglée",
    "ressources.remind": "Rappels de la ressourcerie",
    "ressources.tell_news": "Nouveautés des thèmes suivis",
    "sondage.end_due": "Fin des sondages",
    "sondage.remind_due": "Rappels de sondage",
    "stats.monthly": "PDF du mois",
}
FILES = {
    "actus.Document": "PDF des actus",
    "agenda.CalendarFile": "Fichier d’agenda",
    "annuaire.VCard": "Fiche de contact",
    "donnees.Copy": "Copie de ses données",
    "hotline.FiguresFile": "Chiffres de la hotline",
    "sondage.Picture": "Image d’un sondage",
    "sondage.Sheet": "Tableau d’un sondage",
    "stats.Carte": "Carte des statistiques",
    "stats.Departements": "Tableau des départements",
    "stats.Export": "Fichier de statistiques",
    "stats.Pictured": "Image de statistiques",
    "stats.TerritoryPictures": "Images d’un territoire",
}


def of_jobs(name: str) -> str:
    """What a job is called; its name where that is not known."""
    return JOBS.get(name, name)


def of_work(features: Iterable[Feature]) -> dict[str, str]:
    """What files and long work are called, by the names in their rows."""
    declared = (trigger for feature in features for trigger in feature.triggers)
    return FILES | {trigger.key[1]: trigger.title for trigger in declared if trigger.key[0] == "work"}
