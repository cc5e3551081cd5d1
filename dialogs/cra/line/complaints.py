"""What is said to be wrong in a preview, « je me suis trompée de commune, c’est Bron », and in which of several
reports, « le 2e : 45 min »."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import dropwhile, islice, takewhile

from config import tables
from config.text import find_nearest, fold, split_words

_NAMES = {
    **dict.fromkeys(("theme", "themes", "sujet"), "themes"),
    **dict.fromkeys(("etiquette", "etiquettes", "tag", "tags"), "etiquettes"),
    **dict.fromkeys(("recurrents", "deja venus", "habitues"), "recurrents"),
    **dict.fromkeys(("age", "ages", "tranche d age"), "age"),
    **dict.fromkeys(("statut", "statuts"), "statut"),
    **dict.fromkeys(("commune", "ville", "lieu", "endroit"), "commune"),
    **dict.fromkeys(("date", "jour"), "date"),
    **dict.fromkeys(("duree", "temps", "heure", "heures"), "duree"),
    **dict.fromkeys(
        ("participants", "personnes", "gens", "nombre", "nombre de participants", "nombre de personnes"), "participants"
    ),
    "suite": "suite",
    "canal": "canal",
    "activite": "activite",
}
"""What the parts of a report are called."""


def _list_words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_WRONG = _list_words(
    """
    pas faux fausse fausses mauvais mauvaise erreur erreurs trompe trompee trompes trompees gourre gourree goure gouree
    plante plantee doute incorrect incorrecte inexact inexacte
    """
)
"""Words that say that something is not right."""
_CHANGE = _list_words(
    "change changer changez corrige corriger corrigez modifie modifier modifiez rectifie rectifier rectifiez"
)
"""Words that say that something is to be changed."""
_LEFT_OUT = _list_words("oublie oublier manque manquait manquent")
"""Words that say that something was left out; what, is said with them."""
_AROUND = _list_words(
    """
    a ah ai as au aussi autre avait avec avez bien bon bonne bonnes bons c ca ce cela compris compte correct correcte
    cra d dans de des desole desolee dit dois du en encore es est et etait etes exact exacte fait faut faudrait il j je
    juste l la le les ma me mes mais mince mis mise moi mon mets ne n non note on oui oups par pardon peux pouvez
    probleme que qu rendu s sais se sont soit souci suis sur t tout toute trop tu un une va veux voudrais voulais vous
    vrai vraie y ya zut
    """
)
"""Words that such a sentence has besides."""
_UNFINISHED = _list_words("pas a au d de du dans en avec par sur la le les l un une ne n que qu")
"""Words with which a complaint does not end where something is said behind it."""
_ARTICLES = _list_words("le la les l de du mon mes d")
"""Words before the name of a part."""
_WORD = re.compile(r"[^\W_]+")
WORDS_MAX = 30
"""Words of the longest complaint; what is longer tells something."""


@dataclass(frozen=True)
class Complaint:
    """That something is wrong: ``part`` is the part of the report, "" where none is named; ``rest`` is what is said
    behind that. Where it is not ``is_wrong``, the part is no more than named: « durée : 45 »."""

    part: str
    rest: str
    is_wrong: bool = True


def find_name(text: str) -> str:
    """Find the part of a report of which a text is no more than the name; "" for none."""
    words = list(dropwhile(_ARTICLES.__contains__, split_words(text)))
    return _NAMES.get(" ".join(words)) or _NAMES.get(" ".join(spell(word) for word in words[:WORDS_MAX]), "")


def read_complaint(said: str) -> Complaint | None:
    """Read that something is wrong; None where that is not said, or what is not to be there: « pas de thème »."""
    typed = ((match.end(), fold(match[0])) for match in islice(_WORD.finditer(said), WORDS_MAX))
    words = [(end, word) for end, each in typed for word in spell(each).split()]
    known = list(islice(takewhile(_is_known, (word for _, word in words)), WORDS_MAX))
    begun = (known[:at] for at in range(len(known), 0, -1))
    told = next((first for first in begun if _may_end(first, is_all=len(first) == len(words))), [])
    if not told or not (_says_wrong(told) or _find_part(told)):
        return None
    rest = said[words[len(told) - 1][0] :].strip(" ,;:.!")
    # « Modifie le cra 12 » is said of another report.
    is_other = rest and not _find_part(told) and _WRONG.isdisjoint(told)
    return None if is_other else Complaint(_find_part(told), rest, _says_wrong(told))


def _is_known(word: str) -> bool:
    return word in _AROUND or word in _WRONG | _CHANGE or word in _LEFT_OUT or word in _PARTS


_PARTS = {name.split()[0]: part for name, part in _NAMES.items() if name not in ("deja venus", "temps")}
"""Words that name a part; « pas le temps » names none."""


_SPARED = _list_words(
    "site lien suit data villa statue personne joue charge chance marque comte borne route plane exacts juger"
)
"""Words of their own that look like one of these."""
_SHORTENED = {"sa": "ca", "pa": "pas", "sui": "suis", "dat": "date", "thm": "theme"}
"""Short words as they are mistyped in a complaint."""
SLIPS_FROM = 4
"""Letters of the shortest word that may be mistyped."""
_SMALL = "dljmntsc"
"""Letters that are elided before a word: « lheure »."""


@cache
def _list_abbreviations() -> dict[str, str]:
    return {row["abrege"]: row["mots"] for row in tables.read("plain_abbreviations.tsv")} | _SHORTENED


_MENDED = sorted(
    {
        *(word for word in _PARTS if len(word) >= SLIPS_FROM),
        *(word for word in _WRONG | _CHANGE | _LEFT_OUT | _AROUND if len(word) > SLIPS_FROM),
    }
)
"""Words that are known when a letter of them is wrong."""


@lru_cache(1024)
def spell(word: str) -> str:
    """Spell a folded word as it is meant, « comune » and « jme » too; what is like no word of a complaint stays."""
    if _is_known(word) and word != "c":
        return word
    if said := _list_abbreviations().get(word, ""):
        return said
    if word[:1] in _SMALL and word[1:] in _PARTS:
        return f"{word[0]} {word[1:]}"
    if len(word) < SLIPS_FROM or word in _SPARED or not word.isalpha():
        return word
    near, _ = find_nearest(word, _MENDED, 1)
    return next((each for each in near if each[0] == word[0]), word)


def _may_end(words: list[str], *, is_all: bool) -> bool:
    """Whether a complaint could end with these words: « ça ne va pas », but not « c’est pas » before « Bron »."""
    is_refusal = words[-1] == "pas"
    return words[-1] not in _UNFINISHED or (is_all and is_refusal)


def _says_wrong(words: list[str]) -> bool:
    """Whether words say that something is wrong: « c’est pas ça » does, « pas » alone is a refusal."""
    plain = f" {' '.join(words)} "
    if " pas de " in plain or " pas d " in plain:
        return False
    wrong = {word for word in words if word in _WRONG | _CHANGE}
    if _find_part(words):
        return bool(wrong) or not _LEFT_OUT.isdisjoint(words)
    return bool(wrong) and (wrong != {"pas"} or bool(_NOT_SO.search(plain)))


_NOT_SO = re.compile(
    r" pas (?:du tout |tout a fait |vraiment )?(?:ca|cela|bon|bonne|juste|correcte?|exacte?|vraie?|ce que) "
)


def _find_part(words: list[str]) -> str:
    return next((_PARTS[word] for word in words if word in _PARTS), "")


_NTH = (
    r"(?:\d{1,2}(?:er|[eè]me|[eè]re|nde?|e)|premi[eè]re?|deuxi[eè]me|seconde?|troisi[eè]me|quatri[eè]me|cinqui[eè]me)"
)
_ONE = (
    rf"(?:(?:le|la|du|au|n°|num[ée]ro) ?(?:compte rendu |cra )?(?:{_NTH}|derni[eè]re?|\d{{1,2}})|{_NTH})"
    r"(?: (?:compte rendu|cra|atelier|individuel|ponctuel|accompagnement))?"
)
_LEAVES = re.compile(
    rf"^(?:(?:non|et|oups|finalement|en fait)[ ,]+)*(?:enl[eè]v|retir|supp?r|vir|[ôo]t|eff?ac|ann?ul)\w* ({_ONE})$",
    re.IGNORECASE,
)
_BEGINS = re.compile(
    rf"^(?:(?:et|non|oups|mais|pardon|pour|dans|sur|de)[ ,]+)*({_ONE})(?![\w/])\s*[:,]?\s*(.*)$", re.IGNORECASE
)
_ENDS = re.compile(rf"^(.+?) (?:(?:pour|dans|sur|de) )?({_ONE})$", re.IGNORECASE)
_SPELLED = {"premi": 1, "deuxi": 2, "second": 2, "troisi": 3, "quatri": 4, "cinqui": 5}


def list_places(said: str, count: int) -> Iterator[tuple[int, str, bool]]:
    """List which of ``count`` reports may be meant (from 0), with what is said of it, and whether it is to go."""
    if count < 2:
        return
    if (found := _LEAVES.match(said)) and (place := _read_place(found[1], count)) is not None:
        yield place, "", True
    if (found := _BEGINS.match(said)) and (place := _read_place(found[1], count)) is not None:
        yield place, found[2], False
    if (found := _ENDS.match(said)) and (place := _read_place(found[2], count)) is not None:
        yield place, found[1], False


def _read_place(text: str, count: int) -> int | None:
    plain = fold(text)
    digits = re.search(r"\d+", plain)
    number = int(digits[0]) if digits else next((n for begun, n in _SPELLED.items() if begun in plain), count)
    return number - 1 if 0 < number <= count else None
