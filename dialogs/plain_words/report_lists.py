"""The command lines of reports that are listed: their kind, what they are about, where they were, and their period."""

import re

from config.text import fold
from dialogs.plain_words.cues import list_theme_words
from dialogs.plain_words.utterance import Utterance

_ABOUT_REPORTS = (
    r" (?:sur|a|de|concernant|parl\S+ d\S*|le mot|les mots|"
    r"(?:ou|dans lesquels|avec lesquels) (?:j (?:ai|avais)|je|on (?:a|avait)|il y a(?:vait)?)"
    r"(?: mis| not\S*| parl\S*| ecri\S*| evoqu\S*)?"
    r"(?: (?:de|d|des|du))?|ou (?:il est question|ca parle|on parle) (?:de|d|des|du)) |^(?:saisi|rentre|"
    r"enregistre|note)e?s? (?:pour|a|sur) "
)
"""What stands before the words that are sought in reports."""


def write_report_list(said: Utterance) -> str:
    """Write the list of what is told after « sur », « à », « de », a theme or a commune, and of a period."""
    if said.has(_DELETED):
        return "cra liste supprimés"
    named, kind = _find_listed(said)
    quoted = re.search(r"[«“\"]\s*(.{2,60}?)\s*[»”\"]", said.sentence.text)
    words = quoted[1] if quoted else ""
    if named is not None and not words:
        words = _find_words(said, named)
    tags = said.tags if "#" not in words else ""
    words = "" if words and fold(words) in fold(tags) else f"{kind} {words}".strip()
    if tags and "#" not in said.sentence.text:
        words = ""  # « l’étiquette caf » is called by its word
    return f"cra liste {'' if words.isdigit() else words} {tags} {said.period}"


_DELETED = (
    r"(?:cras?|rendus?|saisies?) (?:\S+ ){0,4}?(?:supprime|efface)(?:e?s)? |corbeille |"
    r"(?:supprime|efface)(?:e?s)? (?:des|mes|les|quels) (?:cras?|comptes? rendus?|saisies?) |"
    r"(?:ceux|celles) (?:qui|qu|que) (?:\S+ ){1,3}?(?:supprime|efface)e?s? "
)
"""Reports that were deleted, of which there is a list."""


def _find_listed(said: Utterance) -> tuple[int | None, str]:
    """The word that names the reports that are listed, if one does, and of which kind they are."""
    if named := said.find_words("nom_compte_rendu"):
        kind = _KIND.search(said.plain)
        return named[-1], {"a": "atelier", "i": "individuel", "p": "ponctuel"}[kind[1][0]] if kind else ""
    if listed := _LISTED.search(said.plain):
        return said.find_word_at(listed.start(1)), "atelier" if "atelier" in listed[1] else listed[1]
    entered = _ENTERED.search(said.plain)
    return (said.find_word_at(entered.start(1)), "") if entered else (None, "")


def _find_words(said: Utterance, named: int) -> str:
    """The words that are sought behind the name of reports: themes beside it, and what stands after « sur », « à »."""
    found = re.search(_ABOUT_REPORTS, said.plain[said.sentence.places[named] :])
    if found:
        start = said.find_word_at(said.sentence.places[named] + found.end() - 1)
        before = _find_theme(said, named, said.find_word_at(said.sentence.places[named] + found.start() + 1))
        return f"{before} {said.content('liste', start, taken=said.period_span)}".strip()
    if said.has("(?:re)?(?:cherch|trouv)") and not said.named_number:
        return _find_reported(said, named)
    return "" if said.tags else _find_theme(said, named)


_LISTED = re.compile(
    r" (?:les|mes|des|quels) (ateliers?|individuels|ponctuels) "
    r"(?:(?:\S+ )?(?:que j ai|que je )|d(?:e|es|u)? |du |sur |a |en |cette |ce |$)"
)
"""Reports that are called by what they are about, of which a list is made: « les ateliers que j’ai saisis »."""


_KIND = re.compile(
    r" (?:cras?|comptes? rendus) (?:(?:d|de|des|sur les|pour les) )?(ateliers?|individuels?|ponctuels?) "
)
"""Of which kind the reports are that are listed: « mes comptes rendus d’ateliers »."""
_ENTERED = re.compile(
    r" (saisie?s?|rentree?s?|enregistree?s?|notee?s?|passage) (?:(?:en|au|le|ce|cette) (?:\S+ ){1,2}?)?(?:pour|a|sur) "
)
"""Reports that are called by what was done with them: « ce que j’ai saisi pour Chaumont »."""


def _find_theme(said: Utterance, named: int, end: int | None = None) -> str:
    """The words right behind the name of reports, where all of them are of a theme, or name a place: « mes cra
    tablette d’octobre », « mes cra Rodez »."""
    words = said.content("liste", named + 1, end, said.period_span)
    is_place = words.istitle() and end is None
    is_theme = bool(words) and all(each in list_theme_words() for each in fold(words).split())
    return words if is_theme or is_place else ""


def _find_reported(said: Utterance, named: int) -> str:
    """What a report that is sought was about: what follows its name, or what was done, before it."""
    if after := said.content("liste", named + 1, taken=said.period_span):
        return after
    found = re.search(r" (?:seance|atelier|accompagnement|activite)s? (?:sur|de|d|autour d\S*) ", said.plain)
    if found is None:
        return ""
    start = said.find_word_at(found.end() - 1)
    signs = (n for n in range(start, named) if not {*",.;!?"}.isdisjoint(said.sentence.gap(n)))
    return said.content("liste", start, next(signs, named - 1) + 1, said.period_span)
