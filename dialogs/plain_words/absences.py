"""Sentences that tell of what did not take place: « atelier annulé », « personne n’est venu », « la dame a posé un
lapin »; nobody was accompanied, so there is no report of it."""

import re

from config.text import fold, split_words
from dialogs.plain_words.slips import spell

_ACT = (
    r"(?:ateliers?|atel|permanences?|perm|seances?|sessions?|formations?|cours|accompagnements?|indiv\w*|collectif|"
    r"rdv|rendez vous|visios?|creneaux?|initiations?|cafe numerique|animations?|sorties?)"
)
_OFF = r"(?:annulee?s?|decommandee?s?|pas (?:du tout )?eu lieu|tombee?s? a l eau|(?:pas|non) (?:ete )?honoree?s?)"
_BETWEEN = r"(?:(?!(?:puis|et|mais|pour|car|comment|non) )\S+ )"
_WHO = (
    r"(?:(?:la|le|une?|ma|mon|cette|ce|petite|jeune|vieille|vieux|derniere?|premiere?|prochaine?) ){0,3}"
    r"(?:dame|monsieur|mamie|papi|papy|usagere?|personne|gars|jeune|ado|homme|femme|beneficiaire|senior|retraitee?|"
    r"couple|famille|maman|papa|il|elle|(?:mme|mr|m|mlle|madame) \w+)(?: de \d{1,2} ?h(?: ?\d\d)?)?"
)
_DAY = r"(?:hier|ce matin|cet? apres midi|ce midi|ce soir|aujourd hui|auj|lundi|mardi|mercredi|jeudi|vendredi|samedi)"
_END = rf"(?: ?$|(?:a|au|pour|son|sa|ce|cet|cette|du|et|alors|donc|malgre|sans|apres|ni|non|finalement|encore|{_DAY}) )"
_NOBODY = (
    r"personne (?:n |ne )?(?:y )?(?:est |etait |a ete |s )?(?:est )?"
    r"(?:venue?s?|vient|passee?|presentee?|la|inscrite?|present)",
    rf"(?:eu|avait|avais|a|vu|recu|accueilli) (?:pas )?personne(?= {_END})",
    r"(?:0|zero|aucune?|pas une?|pas de|pas eu de|pas beaucoup de|sans) (?:seule? )?"
    r"(?:participante?s?|personnes?|gens|usagere?s?|inscrite?s?|visiteurs?|public|chat|monde)"
    r"(?= (?:$|a |au |ce |cet |hier |pour |venu|du tout ))",
    r"(?:permanence|atelier|perm|salle) (?:\S+ ){0,3}(?:vide|deserte?)",
    rf"(?<=^ )personne(?= (?:a|au|pour|ce|cet|{_DAY}) )",
)
_MISSING = (
    rf"{_WHO} (?:qui )?(?:\S+ )?(?:n |ne )?(?:est |s est |etait )?(?:pas|jamais) (?:venue?s?|presentee?s?|la|honore)",
    rf"{_WHO} (?:qui )?(?:est |etait )?absente?",
    r"(?:pose|mis|fait|eu) un lapin|(?<=^ )(?:un )?lapin",
    rf"{_WHO} (?:qui )?(?:(?:m )?a |vient d )?(?:annulee?|oublie (?:son|le|notre) (?:rdv|rendez vous))"
    rf"(?= (?:$|son rdv|son rendez|le rdv|au dernier|a la derniere|{_DAY}))",
)
_CANCELLED = rf"{_ACT} {_BETWEEN}{{0,7}}?{_OFF}"
_NOTHING_DONE = re.compile(rf" (?:{'|'.join((_CANCELLED, *_NOBODY, *_MISSING))})(?= |$)")
"""That an activity was called off, or that who was expected did not come."""
_BUT_NOBODY = re.compile(r"[,:;.-] ?personne ?[.!]?$")
"""« Personne » alone, at the end: « permanence à Bron, personne »."""
_INSTEAD = re.compile(
    r" (?:a la place|du coup|donc|alors|puis|mais|sauf|par contre|heureusement|finalement|seule? (?:une?|\d) ) (.*)"
)
"""What was done otherwise is told behind these words."""
_HELPED = re.compile(
    r" (?:[1-9]|1\d|deux|trois|quatre|cinq|six|sept|huit|neuf|dix) ?"
    r"(?:p|pers|personnes?|participante?s?|dames?|messieurs|seniors|jeunes|presente?s?|venue?s?) "
    r"| \d\d ans | plus de 60 "
)
"""People who were there, or their age."""
_LASTED = re.compile(r" (?:\d{1,2} ?h(?: ?[0-5]\d)?|\d{2,3} ?(?:min|mn|minutes)|une heure|(?:une )?demi heure) ")
_OTHERS = re.compile(
    r" (?:technicien|livreur|plombier|colis|facteur|depanneur|telephone|bout du fil|numero|demain|prochaine?|soit|"
    r"hotline|support|voudrais|voudrait|veux|faut|faudrait|peux|comment|pourquoi|quand|si|annule le|annule la|"
    r"(?:m|me|nous) (?:aider|depanner|expliquer|montrer)|installer|reparer|brancher) "
)
"""Who is expected otherwise than at an activity, and what is still to be done."""


SPELLED_MAX = 100
"""Characters of a line whose slips are mended; a longer one tells more."""


def tells_nothing_done(text: str) -> bool:
    """Tell whether all that a line tells is that an activity did not take place, or that nobody came."""
    return _tells_nothing(text) or (len(text) <= SPELLED_MAX and _tells_nothing(spell(text)))


def _tells_nothing(text: str) -> bool:
    plain = f" {' '.join(split_words(fold(text)))} "
    found = _NOTHING_DONE.search(plain) or _BUT_NOBODY.search(fold(text).strip())
    if found is None or _OTHERS.search(plain):
        return False
    instead = _INSTEAD.search(plain, found.start())
    is_other = bool(instead and (_LASTED.search(f" {instead[1]}") or re.search(rf" {_ACT} ", f" {instead[1]}")))
    return not is_other and not _HELPED.search(plain) and "+" not in text
