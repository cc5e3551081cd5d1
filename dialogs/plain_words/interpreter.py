"""The way from a sentence to its reading: the command that it is, what a story ends with, or what it is taken for."""

import re
from collections.abc import Collection
from dataclasses import replace
from datetime import date

from bot.command_lines import CommandIndex
from config.text import fold
from dialogs.plain_words.absences import tells_nothing_done
from dialogs.plain_words.acts import find_act
from dialogs.plain_words.commands import read_typed
from dialogs.plain_words.corrections import correct
from dialogs.plain_words.cues import read_cues
from dialogs.plain_words.details import write_line
from dialogs.plain_words.dictation import mend_dictated
from dialogs.plain_words.duties import read_duty
from dialogs.plain_words.hesitations import leave_hesitations
from dialogs.plain_words.leftovers import changes_appointment
from dialogs.plain_words.readings import Intention, Reading
from dialogs.plain_words.references import name_again
from dialogs.plain_words.refusals import leave_refused
from dialogs.plain_words.reports import is_past_call
from dialogs.plain_words.sentences import Sentence, read_sentence
from dialogs.plain_words.stories import read_both, read_wish
from dialogs.plain_words.surroundings import HELP_LINE, is_usual
from dialogs.plain_words.utterance import Utterance
from dialogs.plain_words.weights import NOT_FOR_US, SEEKING, ask, choose, hear, judge, weigh


def understand(sentence: str, today: date, commands: CommandIndex, allowed: Collection[str] | None = None) -> Reading:
    """Read a sentence of any length.

    ``commands`` are all that the bot knows, ``allowed`` the names of those that who speaks may type (all of them where
    None): a reading leads to nothing that would be refused.
    """
    sentence = _ADDRESSED.sub("", sentence) or sentence
    wanted = leave_refused(sentence)
    if sentence.strip().startswith("/"):
        return permit(_read(sentence, today, commands), commands, allowed)
    mended, is_doubtful = _mend(wanted)
    usual = _read(mended, today, commands)
    if usual.line == f"/hotline {mended.strip()}":
        usual = replace(usual, line=f"/hotline {sentence.strip()}")  # the team reads it as it was said
    elif is_doubtful or wanted != sentence:
        usual = replace(usual, sure=False)
    return permit(read_duty(wanted, commands, usual) or usual, commands, allowed)


def _mend(sentence: str) -> tuple[str, bool]:
    """A sentence as it is meant, where it was put right, dictated or broken off, and whether that is in doubt."""
    corrected, is_unclear = correct(sentence)
    mended, is_doubtful = mend_dictated(corrected)
    return leave_hesitations(mended), is_unclear or is_doubtful


_ADDRESSED = re.compile(
    r"^\s*(?:(?:hey|h[ée]|ok|dis) )?@?coop\b[,:!]?\s+(?!num|m[ée]dia|ne |n['’]|est |a |marche|bug|plante|rame)|"
    r"(?:,\s*@?|\s@)coop\b\s*(?=[!.?]?\s*$)",
    re.IGNORECASE,
)
"""The bot’s own name, with which it is spoken to."""


def _read(text: str, today: date, commands: CommandIndex) -> Reading:
    said = hear(text, today, commands)
    if (typed := read_typed(text, commands)) and (text.strip().startswith("/") or not _says_more(said, typed)):
        return _mend_details(typed, text, today, commands)
    if said.first == said.end:
        return _answer_politeness(said.sentence)
    if not any(sign.isalpha() for word in said.sentence.words[said.first : said.end] for sign in word.folded):
        return NOT_FOR_US
    cues = weigh(said)
    likely = judge(said)
    whole = choose(said, cues, likely)
    if step := _read_again(said) or _find_first_step(said, whole, is_taken_away=cues[Intention.STATS_EXPORT] > 0):
        return step
    if (whole.sure or whole.intention in SEEKING) and (both := read_both(said)):
        return both
    found = read_wish(said, whole) or whole
    if _may_tell_of_nothing(said, found) and tells_nothing_done(text):
        found = Reading(Intention.CRA, f"/cra {text.strip()}", sure=True)
    is_strange = (found.sure or found.line == HELP_LINE) and not is_usual(said, found)
    return ask(said, _find_how_to(said, found) or found, cues, likely) if is_strange else found


def _find_how_to(said: Utterance, found: Reading) -> Reading | None:
    """Read « comment on fait un publipostage », which asks for no help of the bot, as words that are sought."""
    asks = found.line == HELP_LINE and said.has("comment ")
    line = write_line(Intention.RESSOURCES, said) if asks else ""
    return Reading(Intention.RESSOURCES, line, sure=False) if said.commands.find(line)[1] else None


def _may_tell_of_nothing(said: Utterance, found: Reading) -> bool:
    """Whether a sentence may tell of an activity that did not take place, and not of an appointment that is named."""
    name = said.commands.find(found.line)[0]
    is_short = said.end - said.first <= TOLD_SHORT
    return is_short and name in ("", "cra", "rdv", "hotline") and not _CALLED_RDV.match(found.line)


TOLD_SHORT = 18
"""Words of a sentence that tells nothing else."""
_CALLED_RDV = re.compile(r"/rdv \d{1,6}$|/rdv (?:annuler|décaler|liste) \S")
"""Lines about an appointment that is called by its number or its day."""


def _read_again(said: Utterance) -> Reading | None:
    """Read what is to be done with what a sentence named before; None where that says nothing by itself."""
    if not (text := name_again(said.sentence.text)):
        return None
    again = hear(text, said.today, said.commands)
    found = choose(again, weigh(again), judge(again))
    numbers = _NUMBER.findall(text) if found.intention in _NUMBERED else []
    is_act = found.line.startswith(_DONE) or not set(numbers).isdisjoint(found.line.split()[1:])
    return replace(found, sure=False) if is_act else None


_NUMBER = re.compile(r"\b\d{1,6}\b")
_NUMBERED = frozenset({Intention.RESSOURCES, Intention.RDV, Intention.HOTLINE_DEMANDES, Intention.SONDAGE})
"""What is called by a number."""
_DONE = ("/cra supprimer ", "/cra modifier ", "/cra dupliquer ", "/cra rétablir ", "/stats rapport ")
"""Lines of what is done with something that is named."""


def _find_first_step(said: Utterance, whole: Reading, *, is_taken_away: bool) -> Reading | None:
    """What is shown first, where what is wanted is a button under it: figures of a territory, appointments."""
    if is_taken_away and whole.intention in _FIGURES and _names_territory(said):
        line = write_line(Intention.STATS_TERRITOIRE, said)
        return Reading(Intention.STATS_TERRITOIRE, line, sure=False, aside="of_territory")
    return replace(whole, aside="of_appointment") if changes_appointment(said, whole) else None


_FIGURES = frozenset({Intention.STATS, Intention.STATS_EXPORT, Intention.STATS_TERRITOIRE})
_OF_TERRITORY = r"(?:du|mon|notre|ce) (?:departement|territoire) |(?:de la|ma|notre) region "
_OF_ONE_S_OWN = r"mes |ma |partag|employeur|chef|cheffe|hierarchie"


def _names_territory(said: Utterance) -> bool:
    """Whether figures are those of a territory, which are taken away by a button under them."""
    return bool(said.place or said.has(_OF_TERRITORY)) and not said.has(_OF_ONE_S_OWN) and not find_act(said)


def _says_more(said: Utterance, typed: Reading) -> bool:
    """Whether words that begin as a command does say a subcommand, « idée 12 refusée », but not « tickets à moi », or
    tell a report, « visio 1h avec un monsieur hier », or that there is none: « rdv annulé »."""
    if typed.intention is Intention.VISIO and is_past_call(said.plain):
        return True
    if typed.line == "/rdv annuler" and tells_nothing_done(said.sentence.text):
        return True
    act = find_act(said)
    return act is not None and said.commands.find(act[1])[0] != said.commands.find(typed.line)[0]


def _mend_details(typed: Reading, text: str, today: date, commands: CommandIndex) -> Reading:
    """Mend a period or a territory that is mistyped behind its command: « /stats setpembre »."""
    if typed.intention not in (Intention.STATS, Intention.STATS_TERRITOIRE):
        return typed
    typed = replace(typed, line=_SEPTEMBER.sub("septembre", typed.line))
    sentence = read_sentence(text.strip(), read_cues().spelling.mend)
    if (
        typed.sure
        and not _CODE.fullmatch(typed.line)
        and all(fold(text.strip()[word.start : word.end]) == word.folded for word in sentence.words)
    ):
        return typed
    said = Utterance(sentence, 0, len(sentence.words), today, commands)
    if said.place and commands.find(typed.line)[0] == "stats":
        return replace(typed, intention=Intention.STATS_TERRITOIRE, line=write_line(Intention.STATS_TERRITOIRE, said))
    line = write_line(typed.intention, said)
    return replace(typed, line=line) if len(line.split()) > 1 else typed


_SEPTEMBER = re.compile(r"(?<= )sept\.?(?= 20\d\d$|$)", re.IGNORECASE)
"""The month, which is short for itself where no number of months or days follows."""
_CODE = re.compile(r"/stats \d[\dab]\d?(?: .*)?", re.IGNORECASE)
"""Figures of a département that is called by its code: « stats 974 »."""
_YES = frozenset({"oui", "ouais", "yes"})
"""What may answer a question that was asked before."""
_MANNERED_SIGNS = frozenset("👍👌👋🙏🙂😀😃😄😁😊😉🤗👏💪❤🎉")
"""Signs that are a greeting or thanks, and nothing else."""


def _answer_politeness(sentence: Sentence) -> Reading:
    """What is nothing but politeness, or a question mark, or no word at all."""
    words = {word.folded for word in sentence.words}
    if words == {"?"}:
        return Reading(Intention.AIDE, "/aide", sure=len(sentence.words) == 1)
    is_polite = words or not _MANNERED_SIGNS.isdisjoint(sentence.text)
    is_sure = _YES.isdisjoint(words) if words else not _MANNERED_SIGNS.isdisjoint(sentence.text)
    return Reading(Intention.POLITESSE, "", sure=is_sure) if is_polite else NOT_FOR_US


def permit(reading: Reading, commands: CommandIndex, allowed: Collection[str] | None) -> Reading:
    """Leave out what who speaks may not do; where nothing is left of what was meant, the help says what they may."""
    if allowed is None:
        return reading
    if "cra" not in allowed and "cra coordination" in allowed:
        reading = _report_coordination(reading, commands)
    if "cra" in allowed and "cra coordination" not in allowed:
        reading = replace(reading, line=re.sub(r"^/cra coordination (?!liste)", "/cra ", reading.line))
    if reading.instead and _name_right(reading, commands) not in allowed:
        reading = reading.instead
    others = tuple(each for each in reading.others if _name_right(each, commands) in allowed)
    if reading.line.startswith("/stats") and commands.find(reading.line)[0] == "stats" and "cra" not in allowed:
        # Who writes no reports has no figures of their own.
        reading = replace(reading, line=reading.line.replace("/stats", "/stats national", 1), sure=False)
    if not reading.line or _name_right(reading, commands) in allowed:
        return replace(reading, others=others)
    own = _OWN.get(commands.find(reading.line)[0].split()[0], "")
    return replace(reading, line=own if own[1:] in allowed else "/aide", sure=False, others=others)


def _report_coordination(reading: Reading, commands: CommandIndex) -> Reading:
    """Take a report that somebody tells who writes those of coordination alone for one of these."""
    others = tuple(_report_coordination(each, commands) for each in reading.others)
    is_report = commands.find(reading.line)[0] == "cra"
    line = reading.line.replace("/cra", "/cra coordination", 1) if is_report else reading.line
    return replace(reading, line=line, others=others)


def _name_right(reading: Reading, commands: CommandIndex) -> str:
    """Name the command that who may do what a reading says may type."""
    name = commands.find(reading.line)[0]
    return reading.duty or _OF_AGENTS.get(name, name)


_OF_AGENTS = {"hotline stats": "ticket liste"}
"""Commands that anybody may type, and that refuse who may not type another."""
_OWN = {"ticket": "/hotline demandes"}
"""What is meant by who may not see what belongs to all, by the command’s first word: « les tickets en attente »."""
