"""Acts: commands that a turn of phrase of config/plain_acts.tsv means by itself, with the details that they take."""

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from bot.french import MONTH_NUMBERS
from config import tables
from config.territories import DEPARTEMENTS
from config.text import fold
from dialogs.plain_words.publications import FIRST_SAID, QUOTED, STOPPING
from dialogs.plain_words.readings import Intention
from dialogs.plain_words.reminders import WHEN, type_found
from dialogs.plain_words.reports import ENOUGH, is_appointment, sum_signs
from dialogs.plain_words.resources import find_subject
from dialogs.plain_words.utterance import Utterance
from storage.urls import first_link as find_link
from storage.urls import first_permalink


@dataclass(frozen=True)
class Act:
    """What an act is for, and its line with the places of its details: « {numero} », or « [periode] » if it is told."""

    intention: Intention
    line: str


def find_act(said: Utterance) -> tuple[Intention, str] | None:
    """Find the first act of the table that a sentence says, with all details that it needs, and write its line."""
    acts, ends = _read_acts(), said.sentence.stem_places
    found = sorted((~row, end) for row, end in said.rows.items() if row < 0)
    lines = ((acts[row], _write(acts[row].line, said, bisect_left(ends, end))) for row, end in found)
    is_other = said.has(_OTHER_PAGE)
    return next(
        (
            (act.intention, line)
            for act, line in lines
            if line and not (is_other and line.startswith("/stats partager"))
        ),
        None,
    )


_OTHER_PAGE = r"pages? de (?:garde|couverture)|(?:derniere|premiere|deux|trois|\d{1,3}) pages? "
"""Pages that show nobody’s figures."""


@cache
def _read_acts() -> tuple[Act, ...]:
    """Read the acts of the table."""
    return tuple(Act(Intention(row["intention"]), row["ligne"]) for row in tables.read("plain_acts.tsv"))


_DETAIL = re.compile(r"\{(\w+)\}|\[(\w+)\]")


def _write(line: str, said: Utterance, end: int) -> str:
    """Write a line with its details, of which some follow the word at ``end``; "" where one is missing."""
    for needed, told in _DETAIL.findall(line):
        detail = _DETAILS[needed or told](said, end)
        if needed and not detail:
            return ""
        line = line.replace(f"{{{needed}}}" if needed else f"[{told}]", detail)
    return " ".join(line.split())


_TAGGED = re.compile(r"[ée]tiquett?es? «? ?#?(?!(?:à|a|dans|pour|doit|en|et|de|du|que|qui)\b)([^\W\d_][\w-]+)", re.I)
_TAG_FIRST = re.compile(
    r"(?<![\w-])([^\W\d_][\w-]{1,40}) »? ?(?:dans|à|a|de|parmi) (?:mes |les |ma liste d['’])[ée]tiquettes",
    re.IGNORECASE,
)
"""A tag, which is named behind the word, or before it: « ajoute bus à mes étiquettes »."""


def _find_tag(said: Utterance, _: int) -> str:
    found = _TAGGED.search(said.sentence.text) or _TAG_FIRST.search(said.sentence.text)
    return found[1] if found else said.tags.removeprefix("#")


_MENTION = re.compile(r"(?<!\w)@[\w-]+(?:\.[\w-]+)*")
_STATES = {
    "prevue": "prévue",
    "faite": "faite",
    "realisee": "faite",
    "refus": "refusée",
    "etude": "étude",
    "commenc": "commencée",
    "lancee": "commencée",
}
"""What an idea may become, by how it is said."""
_ROLES = ("coordinateur", "conseiller", "animateur", "hotline")


def _find_state(said: Utterance, _: int) -> str:
    return next((state for word, state in _STATES.items() if said.has(word)), "")


def _find_role(said: Utterance, _: int) -> str:
    return next((role for role in _ROLES if said.has(role[:6])), "")


def _find_news(said: Utterance, _: int) -> str:
    """A piece of news that is told first: « notre bus a été inauguré, cela vaut une brève »."""
    found = FIRST_SAID.match(said.sentence.text)
    return found[1] if found else ""


def _find_mention(said: Utterance, _: int) -> str:
    found = _MENTION.search(said.sentence.text)
    return found[0] if found else ""


def _find_code(said: Utterance, _: int) -> str:
    """The code of the département that is named, or the name of the région."""
    found = _CODE.search(said.plain)
    if found or not said.place:
        return found[1] if found else ""
    named = fold(said.place.name)
    return next((code for code, each in DEPARTEMENTS.items() if fold(each.nom) == named), said.place.name)


_CODE = re.compile(rf" (?:le|du|en|departement|departemental) ({'|'.join(map(str.lower, DEPARTEMENTS))}) ")


def _find_coordination(said: Utterance, _: int) -> str:
    """A report of coordination that is told, without that word; "" where nothing of one is told."""
    told = _COORDINATION.sub("", _WHO_TELLS.sub("", said.rest("compte_rendu"))).strip(" :,")
    lasts = said.has(
        r"(?:\d{1,2} ?h(?:eures?|\d\d)?|(?:une|deux|trois|quatre|demi) heures?) |"
        r"\d{1,3} ?(?:min|p(?:ers|articip|ersonn)?)"
    )
    is_told = lasts or sum_signs(said.plain) >= ENOUGH
    is_of_team = said.has("reunions? d equipe ") and not said.has("anime?|animation|evenement|partena")
    is_coming = is_appointment(said.plain) or said.plain.startswith((" rdv ", " rendez vous "))
    return f"{'animation ' * is_of_team}{said.write_days(told)}" if is_told and not is_coming else ""


_WHO_TELLS = re.compile(
    r"^(?:\w{2,8},? )?(?:(?:je )?suis |(?:en )?tant que )?(?:coordo|coordinat(?:rice|eur))\b(?: du \w{2,3})?(?: ici)?"
    r",? ?(?:et )?"
    r"(?:(?:je |il )?(?:dois|voudrais|veux|faut|souhaite) )?(?:(?:noter?|saisir|d[ée]clarer|enregistrer) )?"
    r"(?:(?:ma|mon|la|le|une?) )?(?:(?:cra|cr|compte[ -]rendu) (?:d[eu] )?)?",
    re.IGNORECASE,
)
"""Who tells a report, and that it is to be noted, before it is told."""
_COORDINATION = re.compile(
    r"(?:[ ,;]{0,2}(?:bref )?(?:c['’]est )?(?:(?:tu|vous) (?:peux |pouvez )?)?"
    r"(?:(?:me|nous|le|la) |l['’]){0,2}"
    r"(?:à |a |pour )?\b(?:not|mett?|rang|ajout|consign|saisi|inscri|enregistr)[a-z]{0,4}"
    r"(?:[- ](?:moi|le|la|les|ça|ca)){0,2}(?= (?:dans|en|à|a) ))? ?(?:\b(?:dans|à|a|en) )?(?:\b(?:mes|mon|ma|la) )?"
    r"(?:\b(?:cras?|crs?|comptes?[ -]rendus?) )?(?:\bde )?(?:\b(?:ma|la|côté) )?\bcoord(?:ination|o)?\b(?: ?:)?",
    re.IGNORECASE,
)
"""The word, with what says that it is to be noted there."""


def _end_words(said: Utterance, start: int) -> int:
    """The word before which a sign stands, behind another one."""
    signs = (n + 1 for n in range(start, said.end) if "," in said.sentence.gap(n))
    told = _TOLD_OF_IT.search(said.plain, said.sentence.places[start] - 1) if start < said.end else None
    return min(next(signs, said.end), said.find_word_at(told.start() + 1) if told else said.end, said.end)


_TOLD_OF_IT = re.compile(r" (?:et|pour) (?:recevoir|etre|avoir|lire|voir) ")
"""What somebody gains by it, behind what is to be followed or kept."""


def _find_title(said: Utterance, end: int) -> str:
    """What something new is called: what is quoted, or what follows."""
    quoted = QUOTED.search(said.sentence.text)
    return quoted[1] if quoted else said.content("suite", end)


def _find_cancelled(said: Utterance, _: int) -> str:
    """The number of an appointment that is to be cancelled; "" where it is to be moved, and something is why."""
    return "" if said.has("deplac|report|decal|repouss|avanc") else said.number


def _find_purpose(said: Utterance) -> str:
    """What colleagues are to meet for, behind « pour »; "" where that is not told so."""
    found = re.search(r" pour (?:(?:le|la|les|l|un|une|preparer|faire) )", said.plain)
    return said.content("sujet", said.find_word_at(found.end() - 1), taken=said.period_span) if found else ""


_DUE = re.compile(rf" ((?:{'|'.join(MONTH_NUMBERS)}) 20\d\d|20\d\d \d\d) ")
"""The month in which a resource is to be read again."""


def _type_found(said: Utterance, found: re.Match[str] | None) -> str:
    return type_found(said, found) if found else ""


_ARTICLE = re.compile(r"^(?:(?:la|le|de) (?=[a-z])|d['’](?=\w))")
_DETAILS: Mapping[str, Callable[[Utterance, int], str]] = {
    "periode": lambda said, _: said.period,
    "annule": _find_cancelled,
    "numero": lambda said, _: said.number,
    "ouinon": lambda said, _: "non" if said.has(STOPPING) else "oui",
    "suite": lambda said, end: said.content("suite", end),
    "titre": _find_title,
    "tel": lambda said, end: _ARTICLE.sub("", said.sentence.typed(end, _end_words(said, end))),
    "raconte": _find_coordination,
    "demandes": lambda said, _: said.content("demandes"),
    "partout": lambda said, _: said.content("partout"),
    "canal": lambda said, end: said.content("canal", end),
    "evenement": lambda said, _: said.content("evenement"),
    "apres_sur": lambda said, _: find_subject(said) or _find_purpose(said),
    "suite_collection": lambda said, end: said.content("suite", end, _end_words(said, end)),
    "lien": lambda said, _: first_permalink(said.sentence.text) or find_link(said.sentence.text),
    "etiquette": _find_tag,
    "etat": _find_state,
    "role": _find_role,
    "mention": _find_mention,
    "nouvelle": _find_news,
    "lieu": _find_code,
    "jour": lambda said, end: said.period,
    "echeance": lambda said, _: _type_found(said, _DUE.search(said.plain)),
    "absence": lambda said, _: _type_found(said, WHEN.search(said.plain)),
}
"""The details of lines: what each is, of a sentence, behind a word."""
