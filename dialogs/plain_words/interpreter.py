"""The way from a sentence to its reading: the command that it is, or the cues that it gives."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from math import log

from bot.command_lines import HELP, MANNERED, CommandIndex, read_typed_number
from config.text import fold, split_words
from dialogs.plain_words.cues import read_cues
from dialogs.plain_words.details import REPORT_ACTS, write_line
from dialogs.plain_words.frames import read_frame
from dialogs.plain_words.meetings import MEETING
from dialogs.plain_words.model import read_model
from dialogs.plain_words.readings import Intention, Reading
from dialogs.plain_words.reports import is_appointment, weigh_report
from dialogs.plain_words.sentences import Sentence, read_sentence
from dialogs.plain_words.utterance import Utterance

LIKELY, POSSIBLE = 2.5, 0.15
"""What an intention must weigh by cues, or be likely by the model, to be proposed beside another."""
SURE, MARGIN, AGREED = 4.0, 1.5, 0.9
"""What it must weigh to be taken for sure, how much more than any other, and how likely it must be."""
KNOWN = 0.4
"""How likely something must be of which no cue tells."""
MODEL_WEIGHT, UNLIKELY = 1.5, 1e-4
"""What the model counts beside the cues, and the least that it can say."""
PERIOD_WEIGHT = 5.0
OTHERS_MAX = 2
_NAME = re.compile(r"\b[A-ZÀ-Ý][a-zà-ÿ]{2,}(?:-[A-ZÀ-Ý][a-zà-ÿ]+)? [A-ZÀ-Ý][A-Za-zÀ-ÿ-]{2,}")
_SOUGHT_NAME = re.compile(r"^(?:je |j ?)?(?:re)?cherche (?:a joindre )?([a-z]{3,}) ([a-z]{3,})(?: stp| svp)?$")
NAME_WEIGHT, MEETING_WEIGHT = 4.0, 9.0
SOUGHT_MAX = 6
"""Words that are sought, at most; more are half a sentence."""
_SEEKING = (Intention.RESSOURCES, Intention.RESSOURCES_DEPOT, Intention.ANNUAIRE)
_SPEAKING = frozenset(
    {"j", "je", "c", "tu", "t", "il", "elle", "est", "ai", "que", "quoi", "comment", "on", "nous", "vous"}
)
"""Words of who speaks, which nobody looks for."""
ODD_SHARE = 5
"""Of how many words one may be unknown."""
_TELLING = frozenset(
    (Intention.HOTLINE, Intention.RESSOURCES, Intention.ANNUAIRE, Intention.CRA, Intention.SONDAGE, Intention.ANNULER)
)
"""What comes with words of one’s own."""
STORY = 22
"""Words of a sentence that tells a story: stories are told to people who help."""
TERRITORY_WEIGHT, STORY_WEIGHT = 3.5, 3.0
WITHOUT_LINE = frozenset({Intention.POLITESSE, Intention.ANNULER, Intention.HORS_SUJET})
"""What no command stands for."""
NOT_FOR_US = Reading(Intention.HORS_SUJET, "", sure=False)


def understand(sentence: str, today: date, commands: CommandIndex, allowed: Collection[str] | None = None) -> Reading:
    """Read a sentence of any length.

    ``commands`` are all that the bot knows, ``allowed`` the names of those that who speaks may type (all of them where
    None): a reading leads to nothing that would be refused.
    """
    return permit(_read(sentence, today, commands), commands, allowed)


def _read(text: str, today: date, commands: CommandIndex) -> Reading:
    if typed := read_typed(text, commands):
        return _mend_details(typed, text, today, commands)
    cues = read_cues()
    sentence = read_sentence(text.strip(), cues.spelling.mend)
    first, end = cues.find_core(sentence)
    if first == end:
        return _answer_politeness(sentence)
    if not any(sign.isalpha() for word in sentence.words[first:end] for sign in word.folded):
        return NOT_FOR_US
    said = Utterance(sentence, first, end, today, commands, cues.spelling.known)
    return _choose(said, _weigh(said, cues.weigh(sentence, first, end)))


def _mend_details(typed: Reading, text: str, today: date, commands: CommandIndex) -> Reading:
    """Mend a period or a territory that is mistyped behind its command: « /stats setpembre »."""
    if typed.intention not in (Intention.STATS, Intention.STATS_TERRITOIRE):
        return typed
    sentence = read_sentence(text.strip(), read_cues().spelling.mend)
    if all(fold(text.strip()[word.start : word.end]) == word.folded for word in sentence.words):
        return typed
    line = write_line(typed.intention, Utterance(sentence, 0, len(sentence.words), today, commands))
    return replace(typed, line=line) if len(line.split()) > 1 else typed


_YES = frozenset({"oui", "ouais", "yes"})
"""What may answer a question that was asked before."""
_MANNERED_SIGNS = frozenset("👍👌👋🙏🙂😀😃😄😁😊😉🤗👏💪❤🎉")
"""Signs that are a greeting or thanks, and nothing else."""


def _answer_politeness(sentence: Sentence) -> Reading:
    """What is nothing but politeness, or a question mark, or no word at all."""
    words = {word.folded for word in sentence.words}
    if words == {"?"}:
        return Reading(Intention.AIDE, "/aide", sure=len(sentence.words) == 1)
    is_polite = words or any(unicodedata.category(sign) == "So" for sign in sentence.text)
    is_sure = _YES.isdisjoint(words) if words else not _MANNERED_SIGNS.isdisjoint(sentence.text)
    return Reading(Intention.POLITESSE, "", sure=is_sure) if is_polite else NOT_FOR_US


def _weigh(said: Utterance, scores: dict[Intention, float]) -> Mapping[Intention, float]:
    """Add to what the cues say what the sentence is like: a report, a place with figures, a period alone, a story."""
    asks_figures = max(scores[Intention.STATS], scores[Intention.STATS_TERRITOIRE], scores[Intention.STATS_EXPORT]) > 0
    if said.place and asks_figures:
        scores[Intention.STATS_TERRITOIRE] += scores[Intention.STATS] + TERRITORY_WEIGHT
    scores[Intention.CRA] += weigh_report(said.plain)
    if is_appointment(said.plain) or MEETING.search(said.sentence.text):
        scores[Intention.RDV] += MEETING_WEIGHT
    if names_somebody(said.sentence.text, read_cues().spelling.known):
        scores[Intention.ANNUAIRE] += NAME_WEIGHT
    if len(said.sentence.words) >= STORY:
        scores[Intention.HOTLINE] += STORY_WEIGHT
    if said.period and not any(scores.values()) and len(said.period.split()) >= (said.end - said.first) - 1:
        scores[Intention.STATS] += PERIOD_WEIGHT
    return scores


def names_somebody(text: str, known: frozenset[str]) -> bool:
    """Whether two words that mean nothing else stand side by side, capitalised or alone after « je cherche »."""
    found = (fold(name).split() for name in _NAME.findall(text))
    sought = _SOUGHT_NAME.search(fold(text))
    return any(known.isdisjoint(words) for words in found) or bool(sought and known.isdisjoint(sought.groups()))


def _choose(said: Utterance, cues: Mapping[Intention, float]) -> Reading:
    """Choose what cues and model together make likeliest; it is sure where each of them says the same alone."""
    likely = read_model().judge(said.sentence)
    scores = {each: cues[each] + MODEL_WEIGHT * log(max(likely.get(each, 0.0), UNLIKELY)) for each in cues}
    ranked = sorted(scores, key=lambda intention: -scores[intention])
    best, cued = ranked[0], sorted(cues.values(), reverse=True)
    agreed = likely.get(best, 0.0) >= AGREED and cues[best] == cued[0] >= SURE and cued[0] - cued[1] >= MARGIN
    found = Reading(best, write_line(best, said), sure=False)
    is_here = bool(found.line) or best in WITHOUT_LINE
    if agreed and is_here and _is_explained(said, best) and is_harmless(found.line) and _is_clean(said, found):
        return replace(found, sure=True)
    if best is Intention.HORS_SUJET or (cued[0] <= 0 and likely.get(best, 0.0) < KNOWN):
        return NOT_FOR_US
    others = [each for each in ranked if cues[each] >= LIKELY or likely.get(each, 0.0) >= POSSIBLE]
    return replace(found, others=_list_others([found, *(Reading(e, write_line(e, said), sure=False) for e in others)]))


def _is_clean(said: Utterance, found: Reading) -> bool:
    """Whether the details are what is sought or told, and not half a sentence around it."""
    words = fold(found.line).split()[1:]
    if found.intention in _SEEKING:
        return len(words) <= SOUGHT_MAX and _SPEAKING.isdisjoint(words)
    if found.intention is Intention.CRA and len(words) > 1:
        return bool(weigh_report(said.plain)) or words[0] in REPORT_ACTS
    return True


def _is_explained(said: Utterance, intention: Intention) -> bool:
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
    """Whether a line changes nothing that stands."""
    return not {"supprimer", "effacer", "annuler", "retirer", "modifier", "dupliquer", "rétablir", "décaler"} & set(
        line.split()[1:2]
    )


def read_typed(text: str, commands: CommandIndex) -> Reading | None:
    """Read what is typed as a command, with a slip or without; None for what is none."""
    if meant := _mend(text, commands):
        return meant
    line = commands.call(text)
    if not line or (not text.strip().startswith("/") and not _is_plainly(line, commands)):
        return None
    name, rest = commands.find(line)
    number = read_typed_number(rest) if name == "ticket" else None
    if rest and name in _ASKING:
        rest = text.strip()[text.strip().rindex(rest) :]
    if name in _TELLING_COMMANDS and not text.strip().startswith("/"):
        rest = _clean(rest)
    return Reading(name_intention(name), f"/{name} {number or rest}".rstrip(), sure=True)


def _mend(text: str, commands: CommandIndex) -> Reading | None:
    """Read a command that is mistyped: with its bar, or as no more than a few words that are one but for a slip."""
    line = text.strip(MANNERED)
    meant = commands.mend(line)
    name, rest = commands.find(meant)
    if not meant or not (line.startswith("/") or (" " in name and len(rest.split()) <= SLIP_REST)):
        return None
    return Reading(name_intention(name), f"/{name} {rest}".rstrip(), sure=False)


NAME_WORDS_MAX = 3
"""Words of a name after « annuaire »."""
SLIP_REST = 3
"""Words after a mistyped command without a bar, at most."""


def _is_plainly(line: str, commands: CommandIndex) -> bool:
    """Whether words without a bar are a command all the same, and no sentence that begins like one."""
    name, rest = commands.find(line)
    if name == "annuaire" and 0 < len(rest.split()) <= NAME_WORDS_MAX:
        return fold(rest.split()[0]) not in read_frame("petits")
    if name == HELP and commands.call(rest) and not commands.find(rest)[1]:
        return True
    if name == "accueil" and not rest:
        return False  # the home has two names: it is led to by one
    if name == "chercher" and not read_frame("petits").isdisjoint(fold(rest).split()):
        return False
    if name in _TELLING_COMMANDS and rest:
        return not _goes_on(rest) and not (name == "rdv" and weigh_report(f" {' '.join(split_words(rest))} "))
    return not rest or " " in name or name in _TAKE_ANYTHING or rest.lstrip("#n°@ ").isdigit() or name not in _SPOKEN


def _goes_on(rest: str) -> bool:
    """Whether words go on as a sentence does: « rappels à 8h30 », « visio avec mon équipe »."""
    return rest[0].isalpha() and fold(rest.split(maxsplit=1)[0]).split()[0] in read_frame("petits")


def _clean(rest: str) -> str:
    """What is told behind a command, without « : » before it and politeness after it."""
    return _POLITE_END.sub("", " ".join(rest.split()).lstrip(" :"))


_POLITE_END = re.compile(
    r"(?:^|,? )(?:s.?il (?:te|vous) pla[iî]t|stp|svp|merci(?: d.avance| beaucoup| bcp)?|please)[.! ]{0,5}$",
    re.IGNORECASE,
)
_TELLING_COMMANDS = frozenset({"rdv", "visio", "idee", "rappels"})
"""Commands that are typed without their bar, with words of one’s own, and begin sentences, too."""
_TAKE_ANYTHING = frozenset({"hotline", "annonce"})
_ASKING = _TAKE_ANYTHING | {"sondage"}
"""Commands that a question follows, with its mark."""
_SPOKEN = _TAKE_ANYTHING | {
    *("aide", "ressources", "annuaire", "profil", "canaux", "agenda"),
    *("actus", "signaler", "mes-donnees", "brouillon", "bienvenue", "stats", "ticket", "sondage", "cra"),
    *("kit", "entrainement", "accueil"),
}
_BY_COMMAND: Mapping[str, Intention] = {
    "cra liste": Intention.CRA_LISTE,
    "cra brouillon": Intention.BROUILLON,
    "cra aide": Intention.AIDE,
    "stats exporter": Intention.STATS_EXPORT,
    "stats rapport": Intention.STATS_EXPORT,
    "stats partager": Intention.STATS_EXPORT,
    "stats pages": Intention.STATS_EXPORT,
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
    "absence": Intention.RAPPELS,
}
"""What a command is for, where its first word does not say it."""


def name_intention(command: str) -> Intention:
    """What a command is for."""
    first = command.split(maxsplit=1)[0]
    if found := _BY_COMMAND.get(command) or _BY_COMMAND.get(first):
        return found
    return Intention(first) if first in set(Intention) else Intention.AIDE


def permit(reading: Reading, commands: CommandIndex, allowed: Collection[str] | None) -> Reading:
    """Leave out what who speaks may not do; where nothing is left of what was meant, the help says what they may."""
    if allowed is None:
        return reading
    others = tuple(each for each in reading.others if commands.find(each.line)[0] in allowed)
    if reading.line.startswith("/stats") and commands.find(reading.line)[0] == "stats" and "cra" not in allowed:
        # Who writes no reports has no figures of their own.
        reading = replace(reading, line=reading.line.replace("/stats", "/stats national", 1), sure=False)
    if not reading.line or commands.find(reading.line)[0] in allowed:
        return replace(reading, others=others)
    return replace(reading, line="/aide", sure=False, others=others)
