"""What a wish refers to with « le », « la », « l’ », named again: « la fiche 58 a plu…, pourrais-tu la partager dans ce
canal »."""

import re

_NUMBERED = re.compile(
    r"\b(?:la fiche|la ressource|le compte[- ]rendu|le cra|la saisie|la demande|le ticket|le rdv|le rendez-vous|"
    r"le sondage|l['’]id[ée]e)(?: (?:n°|n°|num[ée]ro))? ?\d{1,6}\b|"
    r"\b(?:l['’]|un |mon |cet )(?:atelier|individuel|ponctuel|accompagnement) [^,;.!?]{0,40}"
    r"(?:n°|num[ée]ro) ?\d{1,6}\b",
    re.IGNORECASE,
)
"""What is called by its number."""
_ACTIVITY = re.compile(
    r"^(?:l['’]|un |mon |cet )(?:atelier|individuel|ponctuel|accompagnement) .*?(\d{1,6})$", re.IGNORECASE
)
"""An activity that is called by the number of its report."""
_THIS = re.compile(
    r"(?:^|[,;.!?] |\b(?:alors|donc|mais|et) )((?:ce|cet|cette|mon|ma|le|la) [^,;.!?]{3,80}?),?\s$", re.I
)
"""What is named right before what is to be done with it."""
_ASKED = (
    r"(?:(?:tu|vous) (?:peux|pouvez|pourrais|pourriez)|(?:peux|pouvez|pourrais|pourriez)[- ](?:tu|vous)|"
    r"je (?:veux|voudrais|souhaite)|merci de|il faut|il faudrait)"
)
_DONE_WITH_IT = re.compile(
    rf"\b{_ASKED} (?:me |nous |bien |donc ){{0,2}}(?:le |la |l['’])(?!cr[ée]er|faire|[ée]crire|ouvrir|avoir)"
    r"(\w{3,12}(?:er|ir|re))\b([^,;.!?]*)"
    r"|[,;.!?] (?:donc |alors )?(enl[èe]ve|supprime|retire|efface|corrige|modifie)[sz]?[- ](?:le|la)\b([^,;.!?]*)",
    re.IGNORECASE,
)
"""What is to be done with something that was named before."""


def name_again(text: str) -> str:
    """What a text wants done with what it named before, and that thing by its name: « partager la fiche 58 dans ce
    canal »; "" where it names none, or wants nothing done with it."""
    done = _DONE_WITH_IT.search(text)
    if done is None:
        return ""
    before = text[: done.start()]
    numbered, this = _NUMBERED.findall(before), _THIS.search(before)
    named = numbered[-1] if numbered else this[1] if this else ""
    named = _ACTIVITY.sub(r"le compte rendu \1", named)
    return f"{done[1] or done[3]} {named}{done[2] or done[4] or ''}" if named else ""
