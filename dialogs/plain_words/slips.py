"""How a few words are spelled that are said of what was shown before: « fais moi un pfd », « conpare avec lan
dernier »."""

import re
from functools import cache, lru_cache

from config.text import fold
from dialogs.plain_words.cues import read_cues
from dialogs.plain_words.sentences import Spelling, read_abbreviations

_SAID = """
    affiche ajoute apercu apres avance avant changer combien compare comparer corrige corriger decale decaler dedans
    demain deplace deplacer dernier derniere dessus deuxieme duplique dupliquer durees efface effacer envoie enleve
    excel exporte exporter finalement imprime imprimer jusqu lieux memes modifie modifier ouvre pareil partage partager
    plutot precedent precedente premier premiere prochain prochaine reporte repousse retire retraites statuts suivant
    suivante supprime supprimer tableur telecharge telecharger themes transfere troisieme
"""
"""Words that are said of what was shown before, of which a letter may be wrong."""
_PHRASES = tuple(
    (re.compile(pattern, re.IGNORECASE), right)
    for pattern, right in (
        (r"^\W?e (?=(?:pour|en|sur|le|la|les|au?|dans|chez|de|du|ma|mon)\b)", "et "),
        (r"\blan(?= (?:dern|proch|pass|prec|préc|der))", "l’an"),
        (r"\b(?:pfd|dpf|fpd|pdff|pddf)\b", "pdf"),
        (r"\bmoi(?= (?:d['’ ]?avant|d['’ ]?apr|suiv|prec|préc|dern|proch|pass))", "mois"),
        (r"\b(?:si|sy) (?=conn?ai)", "s’y "),
        (r"\bla ?d[eé]dan\b", "là-dedans"),
        (r"\bla ?d[eé]ss?us?\b", "là-dessus"),
        (r"(?<=\bmon )denier\b|(?<=\ble )denier\b", "dernier"),
        (r"\bnest(?= )", "n’est"),
        (r"\ban+ul+(?=[eé]e?s?\b)", "annul"),
        (r"\bsa(?=\W*$| (?:en|à|a|au|pour|stp|svp)\b)", "ça"),
    )
)
"""Short words as they are mistyped, which only what stands beside them tells."""
_LETTERS = re.compile(r"(?<![\w'’])[^\W\d_]+(?![\w'’])")


@cache
def _read_spelling() -> Spelling:
    known = read_cues().spelling
    return Spelling.of(_SAID.split(), spared=known.known | known.spared)


@lru_cache(1024)
def spell(said: str) -> str:
    """Spell what is said as it is meant; what is like no other word stays as it was typed, and so do names."""
    for pattern, right in _PHRASES:
        said = pattern.sub(right, said)
    return _LETTERS.sub(_spell_word, said)


def _spell_word(match: re.Match[str]) -> str:
    word, cues = fold(match[0]), read_cues().spelling
    if (match.start() and match[0] != match[0].lower()) or word[1:] in cues.names or len(word) == 1:
        return match[0]
    mended = read_abbreviations().get(word) or _read_spelling().mend(word)
    mended = cues.mend(word) if mended == word else mended
    return match[0] if mended == word else mended
