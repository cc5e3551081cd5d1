"""What a story names before what is to be done with it: « le sondage 19 est fini, quels sont les résultats ? »."""

import re
from collections.abc import Callable, Mapping

from dialogs.plain_words.cues import list_theme_words
from dialogs.plain_words.publications import write_poll
from dialogs.plain_words.readings import Intention
from dialogs.plain_words.reports import REPORT_ACTS
from dialogs.plain_words.resources import write_subject
from dialogs.plain_words.utterance import Utterance


def complete(intention: Intention, line: str, said: Utterance, story: Utterance) -> str:
    """Write what the end of a story wants with what only the story names: a number, a subject."""
    name = _NAMERS.get(intention)
    return (name(line, said, story) if name else "") or line


def _name_poll(line: str, said: Utterance, story: Utterance) -> str:
    return f"/{' '.join(write_poll(story).split())}" if line == "/sondage liste" and _POLL.search(story.plain) else ""


_POLL = re.compile(r" (?:sondage|vote) (?:n |numero )?n?\d{1,6} ")
_REPORT = re.compile(r" (?:cras?|rendus?|saisie|numero|n) n?(\d{1,6}) ")


def _name_report(line: str, said: Utterance, story: Utterance) -> str:
    """What is to be done with a report whose number was told before: « …, j’aimerais dupliquer ce compte rendu »."""
    numbers = set(_REPORT.findall(story.plain))
    act = next((act for act, words in REPORT_ACTS.items() if said.has(words)), "")
    return f"/cra {act} {numbers.pop()}" if line.startswith("/cra liste") and act and len(numbers) == 1 else ""


def _name_subject(line: str, said: Utterance, story: Utterance) -> str:
    """What is sought, where the end says no more than that something is: « …, tu peux le chercher ? »."""
    is_bare = line == "/ressources" or _SEEKING_IT.search(said.plain)
    subject = write_subject(story) if is_bare else ""
    return f"/ressources {subject}" if subject else ""


_SEEKING_IT = re.compile(
    r" (?:(?:le|la|les|l) (?:(?:re)?(?:cherch|trouv)\S+|montrer|redonner) |(?:re)?trouve(?:r|z)?[ -](?:le|la|les) )"
)
"""How something is sought that was named before."""


def _name_need(line: str, said: Utterance, story: Utterance) -> str:
    """What an appointment is for, where the story says it: « elle ne s’en sort pas avec ses impôts »."""
    words = line.split()
    if not _TIMED.match(line) or "@" in line or any(word.lower() in list_theme_words() for word in words):
        return ""
    found = (match[1] for match in _NEED.finditer(story.plain))
    place = next((word for word in found if word in list_theme_words()), "")
    if not place:
        return ""
    index = next(n for n, word in enumerate(story.sentence.words) if place in word.folded.split())
    return f"{line} {story.sentence.typed(index, index + 1)}"


_TIMED = re.compile(r"/rdv (?!annuler|décaler|liste|lien|point|visio|disponib)\D*\d{1,2}h")
_NEED = re.compile(
    r"(?= (?:ses|sa|son|leurs?|pour (?:les?|la|l|une?)|sur (?:les?|la|l)) (?:boite |compte |dossier )?([a-z]+) )"
)
"""What somebody needs help with."""
_NAMERS: Mapping[Intention, Callable[[str, Utterance, Utterance], str]] = {
    Intention.SONDAGE: _name_poll,
    Intention.CRA: _name_report,
    Intention.RESSOURCES: _name_subject,
    Intention.RDV: _name_need,
}
