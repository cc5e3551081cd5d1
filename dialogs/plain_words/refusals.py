"""What a sentence does not want, told before what it wants: « non je ne veux pas X ni Y, juste Z »."""

import re

_WANT = r"(?:veux|voulais|voudrais|souhaite|cherche|demande|parle)"
_REFUSED = re.compile(
    r"(?:^|(?<=[,;.!?] ))(?:non\b,? ?)?"
    rf"(?:(?:(?:je|j['’]) ?(?:ne |n['’])?(?:te |vous )?{_WANT} pas |pas (?:voir |de |d['’]|une? ))"
    rf"[^.;:!?]{{3,80}}?)[,;.] (?:mais |et )?(?:(je {_WANT}|il me faut) )?(?:juste|seulement|simplement) (?=\w)",
    re.IGNORECASE,
)
"""What is not wanted, up to the word that says what alone is."""


def leave_refused(text: str) -> str:
    """Return what alone a text wants, where it says so behind what it does not; the text itself where it does not."""
    found = _REFUSED.search(text)
    return f"{text[: found.start()]}{found[1] or 'je veux'} {text[found.end() :]}" if found else text
