"""Words with which people who dictate gain time: « euh », « bon ben », « tu vois », which say nothing."""

import re

_GAP = r"[\s,…]{0,3}"
_BEFORE_WORDS = (
    r"(?=[\s,…]{1,3}(?:sur|pour|avec|comme|je|j['’]|tu|on|il|elle|c['’]est|[çc]a|les?|la|l['’]|un|une|des?|d['’]|"
    r"du|mes|mon|ma|non|oui|alors|voil[àa]|montre|donne|euh|heu)\b|[’'])"
)
_NOBODY = "".join(rf"(?<!\b{word}\s)" for word in ("me", "te", "le", "la", "les", "nous", "vous"))
"""That nobody is shown by « voilà », as by « me voilà »."""
_HESITATION = re.compile(
    rf"(?<![\w’'@#.-])(?:(?:(?:[Bb]on|[Ee]h|[Ee]t|[Aa]h|[Oo]h) )?"
    rf"(?:[Ee]uh+|[Hh]eu+|[Hh]um+|[Hh]ein|[Bb]ah|[Bb]eh|[Pp]ff+)(?![\w’'-])|"
    rf"(?:[Bb]on|[Ee]h|[Aa]h|[Oo]h) ben(?![\w’'-])|ben(?![\w’'-]){_BEFORE_WORDS}|"
    rf"^[Bb]en(?![\w’'-]){_BEFORE_WORDS}|^[Dd]u coup{_BEFORE_WORDS}|comment dire(?! (?:a|à|au|aux|que|"
    rf"qu)\b)(?![\w’'-])|"
    rf"comment (?:(?:il|elle) s|[çc]a s)['’]appelle(?: d[ée]j[àa])?(?=,| [A-Z])|"
    rf"(?:tu vois|vous voyez|tu sais|genre)(?=,|\s(?:sur|pour|avec)\b)|"
    rf"{_NOBODY}voil[àa](?=\s(?:sur|pour|avec|j['’]ai|c['’]est)\b)){_GAP}"
)
"""A hesitation with what parts it from the next word. « Ben » with a capital is a name, unless it comes first."""
_DANGLING = re.compile(
    r",\s?(?:tu vois|vous voyez|quoi|hein|voil[àa])\s?(?=[.!?]?$)|(?<=\w)\s(?:tu voi[stx]|vous voyez)(?=[.!?]?$)|"
    r"(?<=\w)\s(?:v[ée]|pardi|peuch[èe]re|hein|du coup)(?=[.!?]?$)",
    re.IGNORECASE,
)


_TO_END = re.compile(
    rf"\s,?{_NOBODY}voil[àa]"
    r"(?= merci| maintenant| c['’]est tout|[.!?]?$)",
    re.IGNORECASE,
)
"""« Voilà », with which somebody ends: « en novembre voilà merci », but « me voilà »."""
_REPEATED = re.compile(
    r"(?<!\S)((?:[^\s,]{1,20} ){0,3}[^\s,]{2,20}),? "
    r"(?:(?:oui|ouais|voil[àa]|c['’]est [çc]a|donc|bon|euh{1,3})(?:, | )){1,3}\1(?!\S)",
    re.IGNORECASE,
)
"""What is said again as it was: « quinze heures oui voilà quinze heures »."""


def leave_hesitations(text: str) -> str:
    """Return a text without its hesitations; the text itself where it is nothing else."""
    left = _TO_END.sub("", _DANGLING.sub("", _HESITATION.sub("", _REPEATED.sub(r"\1", text)))).strip()
    return left if any(map(str.isalpha, left)) else text
