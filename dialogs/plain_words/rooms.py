"""The command lines of rooms for calls."""

import re

from dialogs.plain_words.frames import TOLD
from dialogs.plain_words.resources import SUBJECT
from dialogs.plain_words.utterance import Utterance
from storage.urls import first_link as find_link


def write_room(said: Utterance) -> str:
    """Write the address of one’s own room, or what a room is opened for; not who comes, and when."""
    return f"visio {find_link(said.sentence.text) or _find_subject(said)}"


def _find_subject(said: Utterance) -> str:
    if "@" in said.sentence.text or not (named := said.find_words("nom_visio")):
        return ""
    if told := TOLD.search(said.sentence.text):
        return told[1]
    about = _ROOM_FOR.search(said.plain, said.sentence.places[named[-1]] - 1) or SUBJECT.search(said.plain)
    start = said.find_word_at(about.end() - 1) if about else named[-1] + 1
    if not about and start < said.end and _WITH_WHOM.match(said.plain, said.sentence.places[start] - 1):
        return ""
    subject = _ONLINE.sub(r"\1", _CLAUSE.split(said.middle("visio", start), maxsplit=1)[0])
    subject = _A_CALL.sub("", subject)
    return "" if subject.lower() in _MEETING_ALONE else subject


_ROOM_FOR = re.compile(
    r" (?:(?:je|j|on|nous|avec) (?:\S+ ){1,7}?|(?:en ligne|virtuelle|commune) )pour "
    r"(?:parler d\S* |preparer )?(?:(?:le|la|les|un|une|notre|l) )?"
)
"""Who comes to a call, before what it is for: « on est 3 à attendre pour le point arnaques »."""
_WITH_WHOM = re.compile(
    r" (?:(?:la|maintenant|tout|de|suite|demain|s|il|te|vous|plait|stp|svp|vite) ){0,4}"
    r"(?:avec (?:les|mes|nos|des|l|tou\w*)|"
    r"dans (?:ce|notre|le) (?:canal|salon)|(?:on|nous|ils|elles) (?:\S+ )?(?:est|sommes|sont|atten\w+)) "
    r"(?!.* (?:pour|sur) )"
)
"""Who is called, or waits, and no more."""
_ONLINE = re.compile(
    r"\b(r[ée]union|rendez-vous|rdv|point|rencontre|[ée]change|entretien) (?:en ligne|[àa] distance|en visio\w{0,9})\b",
    re.IGNORECASE,
)
"""A meeting of which is said only what any call is: « une réunion en ligne »."""
_MEETING_ALONE = frozenset({"réunion", "reunion", "rendez-vous", "rdv", "rencontre"})
_CLAUSE = re.compile(
    r"\s?[,;?!](?:\s|$)|"
    r"\s(?:ouvre|lance|cr[ée]e|d[ée]marre)[zr]?(?:[- ](?:moi|nous))? (?:la|une|ma|notre) (?:salle|visio)\b"
)
"""What parts the subject of a call from what is to be done."""
_A_CALL = re.compile(r"^(?:une )?visio (?:sur|pour|[àa] propos d[eu]) (?:l(?:e|a|es) |l['’])?", re.IGNORECASE)
"""A call that is named again before its subject."""
