"""A text that the bot says, and where it stands."""

from dataclasses import dataclass

NAMES = {
    "act": "mesure", "address": "adresse", "after": "après", "agent": "agent", "asker": "demandeur", "at": "moment",
    "audience": "destinataires", "author": "auteur", "before": "avant", "by": "quelqu’un", "called": "nom",
    "channel": "canal", "command": "commande", "day": "jour", "days": "jours", "decider": "animateur",
    "due": "échéance", "earlier": "période d’avant", "end": "fin", "error": "défaut", "fault": "défaut",
    "feature": "fonction", "file": "fichier", "full_name": "prénom et nom", "label": "libellé", "line": "ligne",
    "lines": "lignes", "link": "lien", "name": "nom", "names": "noms", "number": "numéro", "owner": "propriétaire",
    "path": "chemin", "period": "période", "person": "personne", "place": "lieu", "question": "question",
    "queue": "file", "reason": "raison", "reference": "référence", "role": "rôle", "said": "mots", "scope": "portée",
    "since": "depuis", "state": "état", "subject": "sujet", "text": "texte", "title": "titre", "until": "échéance",
    "username": "nom d’utilisateur", "value": "valeur", "what": "chose", "when": "moment", "where": "lieu",
    "who": "personne", "why": "raison", "word": "mot", "words": "mots",
}  # fmt: skip
"""How a variable is called for who reads the page; another keeps its name."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text, the feature that says it, what it is (a message, a refusal, a button …), and where it is written."""

    feature: str
    kind: str
    place: str
    text: str
    is_empty: bool = False
    """It is said of nothing at all: its lists are empty, which leaves holes where they are never empty in truth."""


def say_variable(name: str) -> str:
    """A placeholder for what is filled in: « ⟨sujet⟩ »."""
    return f"⟨{NAMES.get(name, name.replace('_', ' ').strip() or 'mots')}⟩"
