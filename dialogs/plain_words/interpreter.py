"""The way from a sentence to its reading: the command that it is, or the cues that it gives."""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date

from bot.command_lines import MANNERED, CommandIndex, read_typed_number
from config.text import fold
from dialogs.plain_words.cues import read_cues
from dialogs.plain_words.details import Said, write_line
from dialogs.plain_words.frames import read_frame
from dialogs.plain_words.readings import Intention, Reading
from dialogs.plain_words.reports import weigh_report
from dialogs.plain_words.sentences import Sentence, read_sentence

LIKELY = 2.5
"""What an intention must weigh to be proposed."""
SURE, MARGIN = 5.0, 3.0
"""What it must weigh to be taken for sure, and how much more than any other."""
OTHERS_MAX = 2
_NAME = re.compile(r"\b[A-ZÀ-Ý][a-zà-ÿ]{2,}(?:-[A-ZÀ-Ý][a-zà-ÿ]+)? [A-ZÀ-Ý][A-Za-zÀ-ÿ-]{2,}")
NAME_WEIGHT = 4.0
ODD_SHARE = 5
"""Of how many words one may be unknown."""
_TELLING = frozenset(
    (Intention.HOTLINE, Intention.RESSOURCES, Intention.ANNUAIRE, Intention.CRA, Intention.SONDAGE, Intention.ANNULER)
)
"""What comes with words of one’s own."""
STORY = 22
"""Words of a sentence that tells a story: stories are told to people who help."""
TERRITORY_WEIGHT, STORY_WEIGHT = 3.5, 3.0
NOT_FOR_US = Reading(Intention.HORS_SUJET, "", sure=False)
_WITHOUT_LINE = frozenset({Intention.POLITESSE, Intention.ANNULER, Intention.HORS_SUJET})


def understand(sentence: str, today: date, commands: CommandIndex, allowed: Collection[str] | None = None) -> Reading:
    """Read a sentence of any length.

    ``commands`` are all that the bot knows, ``allowed`` the names of those that who speaks may type (all of them where
    None): a reading leads to nothing that would be refused.
    """
    return _permit(_read(sentence, today, commands), commands, allowed)


def _read(text: str, today: date, commands: CommandIndex) -> Reading:
    if typed := read_typed(text, commands):
        return typed
    cues = read_cues()
    sentence = read_sentence(text.strip(), cues.spelling.mend)
    first, end = cues.find_core(sentence)
    if first == end:
        return _answer_politeness(sentence)
    said = Said(sentence, first, end, today, commands)
    return _choose(said, _weigh(said, cues.weigh(sentence, first, end)))


def _answer_politeness(sentence: Sentence) -> Reading:
    """What is nothing but politeness, or a question mark, or no word at all."""
    words = {word.folded for word in sentence.words}
    if words == {"?"}:
        return Reading(Intention.AIDE, "/aide", sure=True)
    return Reading(Intention.POLITESSE, "", sure=True) if words else NOT_FOR_US


def _weigh(said: Said, scores: dict[Intention, float]) -> Mapping[Intention, float]:
    """Add to what the cues say what the sentence is like: a report, a place with figures, a period alone, a story."""
    asks_figures = max(scores[Intention.STATS], scores[Intention.STATS_TERRITOIRE], scores[Intention.STATS_EXPORT]) > 0
    if said.place and asks_figures:
        scores[Intention.STATS_TERRITOIRE] += scores[Intention.STATS] + TERRITORY_WEIGHT
    scores[Intention.CRA] += weigh_report(said.plain)
    if names_somebody(said.sentence.text, read_cues().spelling.known):
        scores[Intention.ANNUAIRE] += NAME_WEIGHT
    if len(said.sentence.words) >= STORY:
        scores[Intention.HOTLINE] += STORY_WEIGHT
    if said.period and not any(scores.values()) and len(said.period.split()) >= (said.end - said.first) - 1:
        scores[Intention.STATS] += SURE
    return scores


def names_somebody(text: str, known: frozenset[str]) -> bool:
    """Whether two capitalised words that mean nothing else stand side by side."""
    found = (fold(name).split() for name in _NAME.findall(text))
    return any(known.isdisjoint(words) for words in found)


def _choose(said: Said, scores: Mapping[Intention, float]) -> Reading:
    ranked = sorted(scores, key=lambda intention: -scores[intention])
    best, second = ranked[:2]
    if scores[best] < LIKELY and best not in _WITHOUT_LINE:
        likely = [Reading(each, write_line(each, said), sure=False) for each in ranked if scores[each] > 1]
        return replace(likely[0], others=_list_others(likely)) if likely else NOT_FOR_US
    if scores[best] <= 0:
        return NOT_FOR_US
    sure = scores[best] >= SURE and scores[best] - scores[second] >= MARGIN and _is_explained(said, best)
    found = [Reading(each, write_line(each, said), sure=False) for each in ranked if scores[each] >= LIKELY]
    found = found or [Reading(best, write_line(best, said), sure=False)]
    return replace(found[0], sure=sure and is_harmless(found[0].line), others=() if sure else _list_others(found))


def _is_explained(said: Said, intention: Intention) -> bool:
    """Whether hardly a word is left over, where words that are left over say that something else was meant."""
    if intention in _TELLING:
        return True
    known = read_cues().spelling.known | read_frame("sujet") | read_frame("periode") | read_frame("periode_liens")
    words = [part for word in said.sentence.words[said.first : said.end] for part in word.folded.split()]
    odd = [word for word in words if word not in known and not word[0].isdigit()]
    return len(odd) * ODD_SHARE <= len(words)


def _list_others(likely: list[Reading]) -> tuple[Reading, ...]:
    lines = {
        reading.line: reading for reading in reversed(likely[1:]) if reading.line and reading.line != likely[0].line
    }
    return tuple(reversed(lines.values()))[:OTHERS_MAX]


def is_harmless(line: str) -> bool:
    """Whether a line changes nothing that somebody might want back."""
    return not {"supprimer", "effacer", "annuler", "retirer"} & set(line.split()[1:2])


def read_typed(text: str, commands: CommandIndex) -> Reading | None:
    """Read what is typed as a command, with a slip or without; None for what is none."""
    if meant := _mend(text, commands):
        return meant
    line = commands.call(text)
    if not line or (not text.strip().startswith("/") and not _is_plainly(line, commands)):
        return None
    name, rest = commands.find(line)
    number = read_typed_number(rest) if name == "ticket" else None
    return Reading(name_intention(name), f"/{name} {number or rest}".rstrip(), sure=True)


def _mend(text: str, commands: CommandIndex) -> Reading | None:
    """Read a command that is mistyped: with its bar, or as no more than a few words that are one but for a slip."""
    line = text.strip(MANNERED)
    meant = commands.mend(line)
    name, rest = commands.find(meant)
    if not meant or not (line.startswith("/") or (" " in name and len(rest.split()) <= SLIP_REST)):
        return None
    return Reading(name_intention(name), f"/{name} {rest}".rstrip(), sure=False)


SLIP_REST = 3
"""Words after a mistyped command without a bar, at most."""


def _is_plainly(line: str, commands: CommandIndex) -> bool:
    """Whether words without a bar are a command all the same, and no sentence that begins like one."""
    name, rest = commands.find(line)
    return not rest or " " in name or name in _TAKE_ANYTHING or rest.lstrip("#n°@ ").isdigit() or name not in _SPOKEN


_TAKE_ANYTHING = frozenset({"cra", "hotline", "annonce"})
_SPOKEN = _TAKE_ANYTHING | {
    *("aide", "ressources", "annuaire", "profil", "canaux", "agenda"),
    *("actus", "signaler", "mes-donnees", "brouillon", "bienvenue", "stats", "chercher", "ticket", "sondage"),
}
_BY_COMMAND: Mapping[str, Intention] = {
    "cra liste": Intention.CRA_LISTE,
    "cra brouillon": Intention.BROUILLON,
    "cra aide": Intention.AIDE,
    "stats exporter": Intention.STATS_EXPORT,
    "stats rapport": Intention.STATS_EXPORT,
    "stats departement": Intention.STATS_TERRITOIRE,
    "stats region": Intention.STATS_TERRITOIRE,
    "stats national": Intention.STATS_TERRITOIRE,
    "stats carte": Intention.STATS_TERRITOIRE,
    "stats aide": Intention.AIDE,
    "hotline demandes": Intention.HOTLINE_DEMANDES,
    "ticket": Intention.HOTLINE_DEMANDES,
    "garde": Intention.HOTLINE_DEMANDES,
    "ressources ajouter": Intention.RESSOURCES_DEPOT,
    "mes-donnees": Intention.DONNEES,
    "chercher": Intention.RESSOURCES,
    "membres": Intention.ANNUAIRE,
    "annonce": Intention.CANAUX,
    "moderer": Intention.SIGNALER,
    "bienvenue": Intention.ACCUEIL,
    "accueil": Intention.ACCUEIL,
}
"""What a command is for, where its first word does not say it."""


def name_intention(command: str) -> Intention:
    """What a command is for."""
    first = command.split(maxsplit=1)[0]
    if found := _BY_COMMAND.get(command) or _BY_COMMAND.get(first):
        return found
    return Intention(first) if first in set(Intention) else Intention.AIDE


def _permit(reading: Reading, commands: CommandIndex, allowed: Collection[str] | None) -> Reading:
    """Leave out what who speaks may not do; where nothing is left of what was meant, the help says what they may."""
    if allowed is None:
        return reading
    others = tuple(each for each in reading.others if commands.find(each.line)[0] in allowed)
    if not reading.line or commands.find(reading.line)[0] in allowed:
        return replace(reading, others=others)
    return replace(reading, line="/aide", sure=False, others=others)
