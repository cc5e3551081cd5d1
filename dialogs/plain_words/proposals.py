"""How a command line is said in words, for a button that proposes it."""

from bot.texts import quote

PROPOSALS = {
    "cra": ("Écrire un compte rendu", "Écrire ce compte rendu"),
    "cra liste": ("Voir mes comptes rendus", "Voir mes comptes rendus"),
    "cra modifier": ("Modifier un compte rendu", "Modifier le compte rendu {}"),
    "cra supprimer": ("Supprimer un compte rendu", "Supprimer le compte rendu {}"),
    "cra dupliquer": ("Dupliquer un compte rendu", "Dupliquer le compte rendu {}"),
    "cra brouillon": ("Reprendre une saisie", "Reprendre une saisie"),
    "stats": ("Voir mes statistiques", "Voir mes statistiques : {}"),
    "hotline": ("Demander de l’aide à l’équipe", "Demander de l’aide : {}"),
    "hotline demandes": ("Voir mes demandes d’aide", "Voir mes demandes d’aide"),
    "ressources": ("Chercher des ressources", "Chercher des ressources : {}"),
    "ressources ajouter": ("Proposer une ressource", "Proposer une ressource"),
    "annuaire": ("Chercher une personne", "Chercher une personne : {}"),
    "aide": ("Voir tout ce que je sais faire", "Avoir de l’aide sur {}"),
}
"""By command: without details, and with them."""


def propose(line: str) -> str:
    """Say a command line in words."""
    words = line.removeprefix("/").split()
    for size in (3, 2, 1):
        if known := PROPOSALS.get(" ".join(words[:size])):
            rest = " ".join(words[size:])
            return known[1].format(quote(rest)) if rest else known[0]
    return quote(" ".join(words))
