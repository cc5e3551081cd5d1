"""What a sentence weighs for each intention by cues and model together, and which it is taken for."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from math import log

from bot.command_lines import CommandIndex
from bot.french import MONTH_NUMBERS
from config.text import fold
from config.time import WEEKDAYS
from dialogs.plain_words.acts import find_act
from dialogs.plain_words.cues import read_cues
from dialogs.plain_words.details import write_line
from dialogs.plain_words.frames import EXPERTS, find_name, read_frame
from dialogs.plain_words.leftovers import leaves_nothing
from dialogs.plain_words.meetings import asks_to_meet
from dialogs.plain_words.model import read_model
from dialogs.plain_words.publications import tells_idea
from dialogs.plain_words.readings import Intention, Reading
from dialogs.plain_words.reports import (
    REPORT_ACTS,
    is_appointment,
    is_habit,
    is_like_another,
    is_noted,
    is_past_call,
    is_repeated,
    weigh_report,
)
from dialogs.plain_words.resources import is_resource_format
from dialogs.plain_words.sentences import read_sentence
from dialogs.plain_words.utterance import Utterance
from dialogs.plain_words.wishes import begins_with_wish, cut_aside, find_wishes
from storage.urls import first_link as find_link

LIKELY, POSSIBLE = 2.5, 0.15
"""What an intention must weigh by cues, or be likely by the model, to be proposed beside another."""
SURE, MARGIN, AGREED = 4.0, 1.5, 0.87
"""What it must weigh to be taken for sure, how much more than any other, and how likely it must be."""
CERTAIN, CERTAIN_MARGIN = 0.99, 0.5
"""How likely it must be for a smaller margin, and that: « combien j’ai fait d’accompagnements en septembre »."""
KNOWN = 0.4
"""How likely something must be of which no cue tells."""
MODEL_WEIGHT, UNLIKELY = 2.0, 1e-4
"""What the model counts beside the cues, and the least that it can say."""
PERIOD_WEIGHT = 5.0
OTHERS_MAX = 2
_SOUGHT_NAME = re.compile(r"^(?:je |j ?)?(?:re)?cherche (?:a joindre )?([a-z]{3,}) ([a-z]{3,})(?: stp| svp)?$")
NAME_WEIGHT, MEETING_WEIGHT, LINK_WEIGHT, NOTED_WEIGHT, ACT_WEIGHT = 4.0, 9.0, 12.0, 22.0, 34.0
PLACE_WEIGHT = 8.0
NAMING, NAMED_WEIGHT = 12.0, 8.0
"""From which weight a trouble or a wish for the bot is told, and what an act that it names counts then: « ma page de
chiffres reste blanche », « ce serait bien que… »."""
_NAMING = frozenset({Intention.HOTLINE, Intention.HOTLINE_DEMANDES, Intention.CRA, Intention.IDEE})
"""What an act is for that names a trouble itself: « déclare une panne : l’export ne marche plus »."""
_URGENT = r"urgent|urgence|au secours|aidez|(?:dans|ds) \d{1,2} ?(?:min|h|mn) |ma |mes |saisi|enregistr|apparai"
"""What is said of a trouble that is one’s own and now."""
SOUGHT_MAX = 6
"""Words that are sought, at most; more are half a sentence."""
SUBJECT_MAX = 3
"""Words of resources that are sought, at most, to be sure of them: but for small ones and filters."""
APPOINTMENT_MAX = 14
"""Words of an appointment, at most; more tell a story, too."""
SEEKING = frozenset({Intention.RESSOURCES, Intention.RESSOURCES_DEPOT, Intention.ANNUAIRE})
"""What is sought or kept by words."""
_COUNTED = frozenset({Intention.STATS, Intention.STATS_EXPORT, Intention.STATS_TERRITOIRE})
"""What has a period; « depuis » something that is none leaves it in doubt."""
_SPEAKING = frozenset(
    {"j", "je", "c", "tu", "t", "il", "elle", "est", "ai", "que", "quoi", "comment", "on", "nous", "vous"}
)
"""Words of who speaks, which nobody looks for."""
STORY = 22
"""Words of a sentence that tells a story: stories are told to people who help."""
TERRITORY_WEIGHT, STORY_WEIGHT = 5.0, 3.0
WITHOUT_LINE = frozenset({Intention.POLITESSE, Intention.ANNULER, Intention.HORS_SUJET})
"""What no command stands for."""
TOLD = frozenset(
    {
        *(Intention.CRA, Intention.HOTLINE, Intention.IDEE, Intention.RDV, Intention.BROUILLON),
        *(Intention.SIGNALER, Intention.AIDE),
    }
)
"""What is told in one’s own words, of which none is left aside."""
NOT_FOR_US = Reading(Intention.HORS_SUJET, "", sure=False)


def hear(text: str, today: date, commands: CommandIndex) -> Utterance:
    """Take the words of a text, and the politeness around them."""
    cues = read_cues()
    sentence = read_sentence(text.strip(), cues.spelling.mend)
    return Utterance(sentence, *cues.find_core(sentence), today, commands, cues.spelling.known)


def weigh(said: Utterance) -> Mapping[Intention, float]:
    """Add to what the cues say what the sentence is like: a report, a place with figures, a period alone, a story."""
    scores = read_cues().weigh(said.rows)
    asks_figures = max(scores[Intention.STATS], scores[Intention.STATS_TERRITOIRE], scores[Intention.STATS_EXPORT]) > 0
    if asks_figures and said.place:
        scores[Intention.STATS_TERRITOIRE] += scores[Intention.STATS] + _weigh_place(said)
    elif _HOW_IT_DOES.search(said.plain) and said.place:
        scores[Intention.STATS_TERRITOIRE] += PLACE_WEIGHT
    _weigh_told(said, scores)
    _weigh_opening(said, scores)
    if act := find_act(said):
        is_named = max(scores[Intention.HOTLINE], scores[Intention.IDEE]) >= NAMING and act[0] not in _NAMING
        scores[act[0]] += NAMED_WEIGHT if is_named else ACT_WEIGHT
    if is_noted(said) or is_habit(said.plain):
        scores[Intention.CRA] += NOTED_WEIGHT
    if link := find_link(said.sentence.text):
        scores[_judge_link(link, scores, said)] += LINK_WEIGHT
    if is_appointment(said.plain) or is_repeated(said.plain) or asks_to_meet(said.sentence.text):
        scores[Intention.RDV] += MEETING_WEIGHT
    if names_somebody(said.sentence.text, read_cues().spelling.known):
        scores[Intention.ANNUAIRE] += NAME_WEIGHT
    if len(said.sentence.words) >= STORY and scores[Intention.HORS_SUJET] <= 0:
        scores[Intention.HOTLINE] += STORY_WEIGHT
    if not any(scores.values()) and said.period and len(said.period.split()) >= (said.end - said.first) - 1:
        scores[Intention.STATS] += PERIOD_WEIGHT
    return scores


_HOW_IT_DOES = re.compile(
    r" (?:[cs]a (?:donne|dit) (?:quoi|koi)|(?:on )?en est (?:ou )?|ou en (?:est|sont)|fait combien) "
)
"""How it is asked how a territory does, without a word for figures: « la Sarthe, ça donne quoi »."""


def _weigh_place(said: Utterance) -> float:
    """Weigh a territory beside figures, more where it is said right behind them: « les statistiques du Vaucluse »."""
    place = said.sentence.places[said.place.span.start] if said.place else 0
    return TERRITORY_WEIGHT + PLACE_WEIGHT * bool(_FIGURES_OF.search(said.plain[:place]))


_FIGURES_OF = re.compile(
    r" (?<!mes )(?:stats?|statistiques|chiffres|bilan) (?:du |de la |de l |des |de |d |en |pour le |pour la |pour )$"
)


def _weigh_opening(said: Utterance, scores: dict[Intention, float]) -> None:
    """Add what a beginning says: an idea that is told after « : », an expert who is looked for, the format of a
    resource beside what it is about."""
    is_expert = bool(EXPERTS.match(said.plain[said.sentence.places[said.first] - 1 :]))
    if tells_idea(said.sentence.text):
        scores[Intention.IDEE] = max(scores[Intention.IDEE], 0.0) + NOTED_WEIGHT
    if is_expert:
        scores[Intention.ANNUAIRE] += MEETING_WEIGHT
    if scores[Intention.STATS_EXPORT] > 0 and is_resource_format(said):
        scores[Intention.RESSOURCES] += scores[Intention.STATS_EXPORT]
        scores[Intention.STATS_EXPORT] = 0.0


def _weigh_told(said: Utterance, scores: dict[Intention, float]) -> None:
    """Add what tells of a report, a call that is over among them."""
    if told := weigh_report(said.plain):
        # What was mended for somebody is told, unless it is one’s own, and now.
        mended = min(scores[Intention.HOTLINE], 0.0)
        scores[Intention.HOTLINE] = scores[Intention.HOTLINE] if said.has(_URGENT) else mended
        scores[Intention.CRA] = max(scores[Intention.CRA], 0.0) + told
        if not said.has(_LEFT_OFF):
            scores[Intention.BROUILLON] = min(scores[Intention.BROUILLON], 0.0)
    if is_past_call(said.plain):
        scores[Intention.VISIO] = min(scores[Intention.VISIO], 0.0)
        scores[Intention.CRA] = max(scores[Intention.CRA], 0.0) + MEETING_WEIGHT


_LEFT_OFF = r"brouillons? |saisies? |saisi |repren|interromp|cras? |comptes? rendus? "
"""What says that a report was begun: « qui savait pas envoyer de mail » tells of somebody who was helped."""


def _judge_link(link: str, scores: Mapping[Intention, float], said: Utterance) -> Intention:
    """What a link is given for: a message to be reported, one’s own room for calls, or a resource."""
    is_sheet = said.has(r"(?:une|en|la) fiche |ressource")
    if ("/pl/" in link and not is_sheet) or scores[Intention.SIGNALER] > 0:
        return Intention.SIGNALER
    is_room = scores[Intention.VISIO] > 0 or said.has(r"(?:ma|notre|mon) (?:\S+ ){0,2}(?:salle|visio)")
    return Intention.VISIO if is_room else Intention.RESSOURCES_DEPOT


def names_somebody(text: str, known: frozenset[str]) -> bool:
    """Whether two words that mean nothing else stand side by side, capitalised or alone after « je cherche »."""
    sought = _SOUGHT_NAME.search(fold(text))
    return bool(find_name(text, known) or (sought and known.isdisjoint(sought.groups())))


def judge(said: Utterance) -> Mapping[Intention, float]:
    """How likely each intention is by the model."""
    return read_model().judge(said.sentence)


def rank(cues: Mapping[Intention, float], likely: Mapping[Intention, float]) -> list[Intention]:
    """All intentions, those that cues and model together make likeliest first."""
    scores = {each: cues[each] + MODEL_WEIGHT * log(max(likely.get(each, 0.0), UNLIKELY)) for each in cues}
    return sorted(scores, key=lambda intention: -scores[intention])


def choose(said: Utterance, cues: Mapping[Intention, float], likely: Mapping[Intention, float]) -> Reading:
    """Choose what cues and model together make likeliest; it is sure where each of them says the same alone."""
    ranked = rank(cues, likely)
    best, cued = ranked[0], sorted(cues.values(), reverse=True)
    margin = MARGIN if likely.get(best, 0.0) < CERTAIN else CERTAIN_MARGIN
    agreed = likely.get(best, 0.0) >= AGREED and cues[best] == cued[0] >= SURE and cued[0] - cued[1] >= margin
    agreed = agreed or (best is Intention.CRA and is_like_another(said.plain))
    found = Reading(best, write_brief(best, said), sure=False)
    is_here = bool(found.line) or best in WITHOUT_LINE
    is_whole = leaves_nothing(said, found) and _is_clean(said, found)
    if agreed and is_here and is_whole and is_harmless(found.line):
        return replace(found, sure=True)
    is_place = cued[0] <= 0 and bool(_WHERE.fullmatch(said.plain))
    if best is Intention.HORS_SUJET or is_place or (cued[0] <= 0 and likely.get(best, 0.0) < KNOWN):
        return NOT_FOR_US
    return ask(said, found, cues, likely)


def ask(said: Utterance, found: Reading, cues: Mapping[Intention, float], likely: Mapping[Intention, float]) -> Reading:
    """A reading that is not sure, with what else may be meant."""
    others = [each for each in rank(cues, likely) if cues[each] >= LIKELY or likely.get(each, 0.0) >= POSSIBLE]
    listed = _list_others([found, *(Reading(each, write_line(each, said), sure=False) for each in others)])
    return replace(found, sure=False, others=listed)


_WHERE = re.compile(
    r" (?:c etait |c est |cetait )?(?:a|au|aux|chez|en|dans) (?:(?!we |merci |revoyure |tantot |bientot |demain |plus |"
    r"prochaine |journee |soiree |plaisir )\S+ ){1,3}"
)
"""Where or when something was: « à Villeurbanne », « à 14h », which is no « à demain »."""


def _is_clean(said: Utterance, found: Reading) -> bool:
    """Whether the details are what is sought or told, and not half a sentence around it."""
    words = fold(found.line).split()[1:]
    if found.intention in SEEKING:
        if found.intention is Intention.RESSOURCES:
            small = read_frame("petits")
            sought = [word for word in words if word not in small and ":" not in word]
            is_short = len(sought) <= SUBJECT_MAX or words[0] == "collection"
            return is_short and _SPEAKING.isdisjoint(words)
        return len(words) <= SOUGHT_MAX and _SPEAKING.isdisjoint(words)
    if found.intention is Intention.RDV and (len(words) > APPOINTMENT_MAX or not _RDV_CLEAR.search(found.line)):
        return False
    if found.intention in _COUNTED and said.has("depuis ") and not said.period:
        return len(words) > 1
    if found.intention is Intention.CRA and len(words) > 1:
        return bool(weigh_report(said.plain)) or words[0] in REPORT_ACTS
    return True


_RDV_CLEAR = re.compile(
    rf"^/rdv$|/rdv (?:annuler|décaler|disponibilites|lien|liste|point|rappels|visio|à traiter)\b|@|\d|aujourd|"
    rf"semaine|mois|\b(?:demain|{'|'.join(WEEKDAYS)}|{'|'.join(MONTH_NUMBERS)})"
)
"""Lines of appointments that say more than with whom one is."""


def _list_others(likely: list[Reading]) -> tuple[Reading, ...]:
    lines = {
        reading.line: reading for reading in reversed(likely[1:]) if reading.line and reading.line != likely[0].line
    }
    return tuple(reversed(lines.values()))[:OTHERS_MAX]


def is_harmless(line: str) -> bool:
    """Whether a line changes nothing that stands."""
    return _CHANGING.isdisjoint(line.split()[1:3])


_CHANGING = frozenset(
    {
        *("supprimer", "effacer", "annuler", "retirer", "modifier", "dupliquer", "rétablir", "décaler", "partager"),
        *("corriger", "renommer", "restaurer", "archiver", "etat", "ouvrir", "moi", "echanger", "role", "depart"),
        *("deplacer", "retour", "nouveaux", "fermer"),
    }
)
"""The second and third words of lines that change what stands, or show it to others."""


def write_brief(intention: Intention, said: Utterance) -> str:
    """Write what is wanted without what is said after it of why: « …, c’est pour demain »."""
    is_wish = intention not in TOLD and begins_with_wish(said.sentence, said.first)
    is_wish = is_wish and not any(find_wishes(said.sentence, said.first))
    brief = cut_aside(said.sentence, said.first) if is_wish else said.sentence.text
    line = write_line(intention, said if brief == said.sentence.text else hear(brief, said.today, said.commands))
    return write_line(intention, said) if line == "/agenda" else line  # « …, pour que les dates aillent dans le mien »
