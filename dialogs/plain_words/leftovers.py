"""What a line leaves out of what was said: where that carries meaning, the line is not sure."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from config.text import fold, split_words
from config.themes import THEMES
from config.time import WEEKDAYS
from dialogs.plain_words.cues import list_theme_words, read_cues
from dialogs.plain_words.frames import read_frame
from dialogs.plain_words.readings import Intention, Reading
from dialogs.plain_words.utterance import TITLES, Utterance

_COUNTED = frozenset({Intention.STATS, Intention.STATS_EXPORT, Intention.STATS_TERRITOIRE})
"""What has a period, and may be asked of some people or themes alone."""
_LISTED = _COUNTED | {Intention.CRA_LISTE, Intention.AGENDA, Intention.ACTUS, Intention.RDV, Intention.HOTLINE_DEMANDES}
"""What is shown as a list, of which a name or a place wants a part."""
_TELLING = frozenset(
    (Intention.HOTLINE, Intention.RESSOURCES, Intention.ANNUAIRE, Intention.CRA, Intention.SONDAGE, Intention.ANNULER)
)
"""What comes with words of one’s own."""
ODD_SHARE = 5
"""Of how many words one may be unknown."""


def leaves_nothing(said: Utterance, found: Reading) -> bool:
    """Whether a line accounts for all of a sentence that changes what is meant: its numbers and names, what is left
    out of it, what is not to be done, what else is asked for."""
    is_explained, line = _is_explained(said, found.intention), split_words(found.line)
    if _forgets(said, found) or _keeps_frame(said, found) or _leaves_name(said, found, line):
        return False
    if found.intention in _OWN_WORDS or not is_explained:
        return is_explained
    if found.line == "/sondage" and _ASKING.search(said.plain):
        return False
    return (
        _has_numbers(said, found, line)
        and not _is_limited(said, found, line)
        and not _is_filtered(said, found, line)
        and not _asks_for_two(said, found, line)
        and _is_of_one_piece(said, found, line)
    )


_FRAMES = {
    Intention.AGENDA: "evenement",
    Intention.ANNUAIRE: "contact",
    Intention.HOTLINE_DEMANDES: "demandes",
    Intention.IDEE: "article",
    Intention.RDV: "rendez_vous",
    Intention.VISIO: "visio",
}
"""What is mostly told with details, and the frame of the words around these."""


def _forgets(said: Utterance, found: Reading) -> bool:
    """Whether a line has no detail, though words are left that may be one: « une salle pour la réunion d’équipe »."""
    frame = _FRAMES.get(found.intention, "")
    if not frame or " " in found.line:
        return False
    left = split_words(said.content(frame, taken=said.period_span))
    return not read_frame("sans_detail").issuperset(left)


_SOUGHT = ("/actus cherche ", "/annuaire ", "/canaux ", "/ticket chercher ", "/cra liste ")


def _keeps_frame(said: Utterance, found: Reading) -> bool:
    """Whether words around what is sought were kept as sought: « ce qui concerne le pass » is no subject."""
    details = set(split_words(said.commands.find(found.line)[1]))
    return found.line.startswith(_SOUGHT) and not _AROUND.isdisjoint(details)


def _leaves_name(said: Utterance, found: Reading, line: list[str]) -> bool:
    """Whether who is looked for is said to be somewhere, of which a line with their name says nothing."""
    if found.intention is not Intention.ANNUAIRE:
        return False
    words, text = said.sentence.words[said.first + 1 : said.end], said.sentence.text
    named = (word for word in words if text[word.start].isupper() and text[: word.start].rstrip()[-1:] not in ".!?:")
    return any(fold(text[word.start : word.end]) not in line and word.folded not in _NO_NAMES for word in named)


_NO_NAMES = TITLES | {"lsf"}
_AROUND = read_frame("demande") | frozenset(("concerne", "parle", "parlait", "veut", "voulait", "cherche", "pose"))
_ASKING = re.compile(r" (?:quel|quelle|quels|quelles|qui|combien) ")
"""What a question begins with, which an empty window would forget."""
_OWN_WORDS = frozenset(
    {Intention.HOTLINE, Intention.CRA, Intention.ANNULER, Intention.POLITESSE, Intention.HORS_SUJET, Intention.IDEE}
)
"""What is told in all of one’s words, or has none."""


def _is_explained(said: Utterance, intention: Intention) -> bool:
    """Whether hardly a word is left over, where words that are left over say that something else was meant."""
    if intention in _TELLING:
        return True
    known, framed = read_cues().spelling.known, read_frame("sujet", "periode", "periode_liens")
    words = [part for word in said.sentence.words[said.first : said.end] for part in word.folded.split()]
    odd = [word for word in words if word not in known and word not in framed and not word[0].isdigit()]
    return len(odd) * ODD_SHARE <= len(words)


def _has_numbers(said: Utterance, found: Reading, line: list[str]) -> bool:
    """Whether each number that is told, and each theme of the reports that are sought, is a detail of the line, or of
    its period."""
    themes = list_theme_words() if found.intention is Intention.CRA_LISTE else ()
    last_ten = said.find_word_at(ten.start() + 1) if (ten := _LAST_TEN.search(said.plain)) else -1
    parts = (
        part
        for index in range(said.first, said.end)
        if found.intention in _NUMBERED and index not in said.period_span and index != last_ten
        for part in said.sentence.words[index].folded.split()
    )
    told = [part for part in parts if (part.isdigit() and len(part) > 1) or part in themes]
    if found.intention in _CALLED and not said.period:
        told.append(said.named_number)
    if found.intention is Intention.AGENDA and not _is_told(found):
        told += [part for part in split_words(said.period) if part.isdigit()]
    return all(any(word.startswith(part) for word in line) for part in told)


_LAST_TEN = re.compile(r" 10 derniers (?:cras?|comptes? rendus?) ")
"""The reports that the list begins with."""
_CALLED = frozenset((Intention.AGENDA, Intention.RESSOURCES, Intention.SONDAGE, Intention.ACTUS, Intention.CANAUX))
"""What is called by its number."""
_NUMBERED = _LISTED | {Intention.RAPPELS, Intention.CANAUX, Intention.KIT}
"""What has numbers that change what is meant."""


def _is_limited(said: Utterance, found: Reading, line: list[str]) -> bool:
    """Whether something is excepted, or not to be done, of which the line says nothing: « sauf vendredi »."""
    if _LIMITS.search(said.plain) and found.intention is not Intention.RAPPELS and not _is_told(found):
        return True
    if found.intention in _LISTED and _WITHOUT.search(said.plain) and _APART.isdisjoint(line):
        return True
    if found.intention is Intention.RAPPELS:
        days = [day for day in WEEKDAYS if said.has(f"{day}s? ")]
        if len(set(_CLOCK.findall(said.plain))) > 1:
            return True
        return bool(days and _HOUR.search(said.plain)) and not (_HOUR.search(found.line) and "jours" in line)
    if changes_appointment(said, found):
        return True
    is_act = found.intention in (Intention.CANAUX, Intention.STATS_EXPORT) and " " in found.line
    return is_act and bool(_NOT.search(said.plain))


def changes_appointment(said: Utterance, found: Reading) -> bool:
    """Whether a list of appointments stands for one that is to change: « annule mon rdv de demain »."""
    is_list = found.intention is Intention.RDV and not _NAMED.search(found.line) and not _is_told(found)
    return is_list and said.has(_CHANGED)


_LIMITS = re.compile(
    r" (sauf|hormis|excepte|a part|sans compter|seulement|uniquement|mais (?:pas|sans)|plutot que|"
    r"non (?:pardon|plutot|depuis|en fait|finalement))(?= )"
)
_APART = frozenset({"rapport", "partager", "traiter", "libres"})
"""Words of lines that say without what something is."""
_NAMED = re.compile(r"/rdv (?:annuler|décaler|\d+\b)")
"""A line that names the appointment, or lists none."""
_CHANGED = "deplac|report|decal|repouss|avanc|annul|supprim|bouge"
"""What is said of an appointment that is to change, which a list does not do."""
_CLOCK = re.compile(r" (\d{1,2}) ?h(?= |\d)")
_HOUR = re.compile(r"\d ?h\d*\b")
_WITHOUT = re.compile(r" sans (?!compte |compter |attendre |doute |avoir |que |mon |ma )")
_NOT = re.compile(
    r" (?:ne|n) (?:pas |plus |\S+ plus )| (?:ne|n) \S+ pas (?!de compte|acces)|^ (?:je )?(?:veux|voudrais) pas "
)
"""How it is said that something is not to be done."""


def _is_filtered(said: Utterance, found: Reading, line: list[str]) -> bool:
    """Whether figures are asked of some people or themes alone, or a list of a place or a name, and the line is of
    all."""
    if found.intention not in _LISTED or _is_told(found):
        return False
    if found.intention in _COUNTED and any(line_words(part).isdisjoint(line) for part in _find_filters(said)):
        return True
    is_elsewhere = said.place and line_words(said.place.name).isdisjoint(line)
    is_other_time = found.intention is Intention.AGENDA and line_words(said.period).difference(_SMALL_TIME)
    if is_elsewhere or (is_other_time and is_other_time.isdisjoint(line)):
        return True
    return any(_names_more(said, index, line) for index in range(said.first + 1, said.end))


def line_words(text: str) -> set[str]:
    """The words of a text as they are compared."""
    return set(split_words(text))


_SMALL_TIME = frozenset({"cette", "ce", "la", "le", "les", "du", "de", "en", "prochaine", "prochain"})


def _is_told(found: Reading) -> bool:
    """Whether a line tells something new, and asks for no list: « /rdv mardi 10h », « /agenda proposer … »."""
    return not replace(found, sure=True).is_done or any(
        f" {act}" in found.line for act in ("proposer", "disponib", "flux")
    )


def _find_filters(said: Utterance) -> Iterator[str]:
    """The people and the themes that figures are asked of, and by what they are to be parted."""
    yield from _PEOPLE.findall(said.plain)
    yield from (word for word in said.plain.split() if word in _list_own_themes())


_PEOPLE = re.compile(
    r" (seniors?|retraitee?s?|jeunes|domicile|distance|individuels?|ponctuels?|femmes|hommes|enfants|"
    r"par (?:commune|conseillere?|theme|lieu|canal|jour|semaine))(?= )"
)


@cache
def _list_own_themes() -> frozenset[str]:
    """The single words of themes that figures may be asked of."""
    words = {fold(word) for theme in THEMES.values() for word in theme.mots if " " not in word}
    return frozenset(words) - {
        "pdf",
        "excel",
        "fichier",
        "image",
        "csv",
        "tableur",
        "dossier",
        "bilan",
        "niveau",
        "telecharger",
    }


def _names_more(said: Utterance, index: int, line: list[str]) -> bool:
    """Whether a word names a place, a person or a subject that the line does not have."""
    word, text = said.sentence.words[index], said.sentence.text
    typed, before = text[word.start : word.end], _find_link(said, index)
    if index in said.period_span or typed.isdigit() or not {word.folded, fold(typed)}.isdisjoint(line):
        return False
    if before == "sur" and word.folded in list_theme_words():
        return True
    is_name = typed[0].isupper() and typed[1:].islower() and text[: word.start].rstrip()[-1:] not in ".!?:"
    if word.folded in read_frame("petits", "periode") or word.folded in read_cues().spelling.known:
        return is_name and before in _PLACING
    is_verb = before == "a" and word.folded.endswith(("er", "ir", "re"))
    return is_name or (before in {*_PLACING, "sur", "avec"} and not is_verb)


_PLACING = frozenset({"a", "chez", "vers"})
"""Words that lead to a place."""


def _find_link(said: Utterance, index: int) -> str:
    """The word before one, and before its article."""
    words = [part for word in said.sentence.words[max(index - 2, 0) : index] for part in word.folded.split()]
    return next((word for word in reversed(words) if word not in ("le", "la", "les", "l")), "")


def _asks_for_two(said: Utterance, found: Reading, line: list[str]) -> bool:
    """Whether the same is asked for twice, and the line has one of them: « le canal seniors et le canal fablab »."""
    if found.intention is Intention.CANAUX:
        is_left = found.line in ("/canaux quitter", "/canaux rejoindre") and bool(said.content("canal"))
        is_named = found.line == "/canaux" and said.has(r"(?:le|au|du) (?:canal|salon|groupe) (?!de|qui)")
        return is_left or is_named or said.has(_SECOND_CHANNEL)
    is_one = found.intention in (Intention.HOTLINE_DEMANDES, Intention.SONDAGE, Intention.ACTUS)
    return is_one and any(number not in line for number in _SECOND.findall(said.plain))


_SECOND_CHANNEL = r"(?:et|puis) (?:(?:le |du )?(?:canal|salon)|rejoin|quitt|sor[st]|mets|ajoute)"
_SECOND = re.compile(r" (?:et|puis|ou) (?:(?:le|la|celui|celle|du|de|ticket|sondage|numero|n) )*n?(\d{1,6}) ")
"""A second number."""


def _is_of_one_piece(said: Utterance, found: Reading, line: list[str]) -> bool:
    """Whether what is sought stands together, but for small words and the kind of thing that it is: a word that is
    left out between two of them says that they are no subject."""
    if found.intention is not Intention.RESSOURCES or not found.line.startswith("/ressources "):
        return True
    words, small = said.sentence.words, _read_between()
    kept = [index for index in range(said.first, said.end) if _is_kept(said, index, line)]
    while kept and words[kept[0]].folded in read_frame("genres", "sortes"):
        kept = kept[1:]
    between = range(kept[0], kept[-1]) if kept else range(0)
    return all(
        index in kept
        or index in said.period_span
        or small.issuperset(words[index].folded.split())
        or fold(words[index].typed(said.sentence.text)[0]) in small
        for index in between
    )


def _is_kept(said: Utterance, index: int, line: list[str]) -> bool:
    word = said.sentence.words[index]
    return fold(word.typed(said.sentence.text)[0]) in line and word.folded not in read_frame("petits")


@cache
def _read_between() -> frozenset[str]:
    """Words that may stand between those that are sought."""
    small = read_frame("petits", "entre", "publics", "sujet_liens")
    return small | frozenset(("niveau", "grand", "grands", "grande", "grandes", "debutant", "debutants"))
