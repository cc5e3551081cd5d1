"""The command lines of reports that come back each week: « tous les jeudis atelier tablette »."""

import re
from dataclasses import replace

from config.time import WEEKDAYS
from dialogs.plain_words.sentences import read_sentence
from dialogs.plain_words.utterance import Utterance


def write_habit(said: Utterance, *, is_usual: bool) -> str:
    """Write the report that is to be proposed each week: « tous les jeudis », and what it is; "" for none. It need not
    be said that it is to be proposed where it is usual."""
    text = said.sentence.text
    day = _WEEKLY.search(text)
    if not (day and (is_usual or said.has(_PROPOSED))):
        return ""
    before = "" if text[: day.start()].rstrip().endswith(":") else text[: day.start()]
    told = _PROPOSING.sub(" ", " ".join(f"{before} {text[day.end() :]}".split()))
    told = _TO_PROPOSE.sub(" ", told)
    sentence = read_sentence(told)
    rest = replace(said, sentence=sentence, first=0, end=len(sentence.words)).rest("compte_rendu_habitude")
    return f"cra tous les {day[1].lower()}s {_BEFORE_SIGN.sub('', rest)}"


_BEFORE_SIGN = re.compile(r" (?=,)")


_WEEKLY = re.compile(rf"\b(?:(?:tou[st]|tt|ts) les|chaque|du|de chaque) ({'|'.join(WEEKDAYS)})s?\b", re.IGNORECASE)
_PROPOSED = (
    r"propos|revienn|(?:enregistr|not|saisi|rentr|ajout|mets?|pose)\S* (?:moi )?(?:tous les|chaque) |chaque semaine|"
    "toutes les semaines|tout seul|tout pret|d office"
)
_PROPOSING = re.compile(
    r"\b(?:(?:que )?(?:tu|vous|on) (?:me |m['’]|nous ))?propose[zr]?s?(?:[- ](?:moi|nous))? "
    r"(?:(?:de |d['’])(?:\w{2,12}er )?)?(?:un |une |mon |le |l['’])?(?:m[êe]me )?"
    r"(?:(?:cra|compte[ -]rendu)s? ?(?:d['’]|de |: ?)?)?"
    r"(?=atel|indiv|ponct|permanence|accompagn|collectif)",
    re.IGNORECASE,
)
"""That something is to be proposed, before what it is."""
_TO_PROPOSE = re.compile(
    r"[,;.!?]?\s{0,3}(?:\b(?:est-ce que )?(?:tu|vous|je|j['’])[^\s,;.!?]{0,12} ?[^\s,;.!?]{0,12} "
    r"(?:[^\s,;.!?]{1,20} ){0,3}?)?\b(?:propos(?!ant)\w*|revien\w*)[^,;.!?]*",
    re.IGNORECASE,
)
"""That a report is to be proposed, in its clause."""
