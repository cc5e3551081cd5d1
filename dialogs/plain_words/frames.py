"""The words around what somebody looks for or tells: « je cherche une fiche sur les … ? »."""

import re
from functools import cache

from config import tables
from config.text import fold


@cache
def read_frame(*names: str) -> frozenset[str]:
    """Return the words of frames of the table, those of the frames that they take in included; none of one unknown."""
    words = " ".join(_read_table().get(name, "") for name in names).split()
    taken = [read_frame(word[1:]) for word in words if word[0] == "+"]
    return frozenset(word for word in words if word[0] != "+").union(*taken)


def list_frame_words() -> frozenset[str]:
    """Return the words of all frames, none of which is another word mistyped."""
    return frozenset(word for words in _read_table().values() for word in words.split() if word[0] != "+")


@cache
def _read_table() -> dict[str, str]:
    return {row["cadre"]: row["mots"] for row in tables.read("plain_frames.tsv")}


TOLD = re.compile(r"\s?:\s+(.{4,120})")
"""What is told after « : »: a title, a piece of news."""
_KNOWS = (
    r"sait|sache|saurait|s y connait|s y connaitrait|connait|connaitrait|maitrise|maitriserait|parle|parlerait|utilise|"
    r"pratique|signe|touche|s occupe|s en occupe|est expert|est experte|est specialiste|est bon|est cale|est fort|"
    r"est forte"
)
_EXPERT = (
    r"(?:experte?s?|specialistes?)(?: (?:en|de|du|sur|des|d))? (?!compt|juri)|"
    r"(?:as|pro|pros|crack|cador|passionnee?|fana) (?:en|de|du|des|d) |"
    r"(?:competences?|referente?) (?:en|de|du|sur|des) "
)
EXPERTS = re.compile(
    rf" (?:(?:un|une|des|les|qui|ou|est|cherche|recherche|je|il|me|faut|besoin|d|y|a|t|quel|quelle) )*(?:{_EXPERT})"
)
"""How somebody is called who knows a subject, at the beginning of a sentence."""
SKILLS = re.compile(
    rf" qui donc (?:\S+ ){{0,6}}?(?:{_KNOWS}) "
    r"| (?:qui|quelqu une?|collegues?|conseillere?s?|personnes?|experte?s?|specialistes?)(?: \S+){0,3}? "
    rf"(?:{_KNOWS}|parlant|sachant|connaissant|maitrisant|pratiquant|utilisant|"
    r"(?:peut|pourrait|capable de|pour|m|me) (?:me |m )?"
    r"(?:expliquer|aider|aide|epauler|apprendre|montrer|former|depanner)|"
    r"m aide|a deja|fait|gere|anime|forme) "
    r"| (?:quelqu une?|collegue|personne) (?:de |d )?(?:bien |tres )?(?:calee?|douee?|forte?|bonn?e?|a l aise) "
    r"(?:en|avec|sur) "
    r"| (?:un |une )(?:as|pro|crack|cador|passionnee?|fana) (?:en|de|du|des|d) "
    r"| coup de main (?:en|sur|avec) | (?:specialiste|experte?) (?:en |de |du |sur |des |d )?(?=[a-z]{3})"
    rf"|^{EXPERTS.pattern}"
)
"""What stands before a skill that somebody may have."""
_NAME = re.compile(r"\b[A-ZÀ-Ý][a-zà-ÿ]{2,}(?:-[A-ZÀ-Ý][a-zà-ÿ]+)? (?:(?:L[ea]|D[eu]) )?[A-ZÀ-Ý][A-Za-zÀ-ÿ-]{2,}")
_PARTICLES = frozenset({"le", "la", "de", "du"})
_FIRST_NAMES = frozenset({"marie", "pierre", "martin", "noel"})
"""First names that mean something else, too."""
_NO_NAME = frozenset({"saint", "sainte", "les", "pays", "mont", "val", "cote"})
"""First words of places that are written like a name."""


_HOUSE = re.compile(
    r"\b(?:m[ée]diath[èe]que|biblioth[èe]que|[ée]cole|coll[èe]ge|lyc[ée]e|rue|avenue|place|centre|espace|maison|salle|"
    r"r[ée]sidence|foyer|ehpad|ludoth[èe]que|gymnase|mjc) $",
    re.IGNORECASE,
)
"""What may be called by somebody’s name: « la médiathèque Louis Aragon »."""


def find_name(text: str, known: frozenset[str]) -> str:
    """The first name of somebody in a text: two words side by side with capitals, which mean nothing else."""
    names = (match[0] for match in _NAME.finditer(text) if not _HOUSE.search(text, 0, match.start()))
    words = ((name, [word for word in fold(name).split() if word not in _PARTICLES]) for name in names)
    unlike = known.union(_NO_NAME) - _FIRST_NAMES
    return next((name for name, each in words if len(each) > 1 and unlike.isdisjoint(each)), "")
