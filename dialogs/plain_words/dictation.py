"""Words as a telephone writes what it hears: « P D F », « deux points », « le département soixante-neuf »."""

import re

from bot.french import MONTH_NUMBERS, digits, spell_weekday
from config.time import WEEKDAYS

_OF = re.compile(
    r"\b((?:mes|les|nos|tes) (?:cras?|comptes? rendus?|stats?|statistiques|chiffres|bilans?|ateliers|actus|rdv)) 2 "
    rf"(?=(?:({'|'.join(MONTH_NUMBERS)}|d[ée]cembre|f[ée]vrier|ao[ûu]t)|la semaine|ce(?:tte)?|l['’]ann[ée]e)\b)",
    re.IGNORECASE,
)
"""« De », as a telephone hears it before a period: « mes cra 2 novembre »."""
_LETTERS = re.compile(r"(?<![\w’'.-])[A-Z](?: [A-Z]){1,6}(?![\w’'-])(?!\. ?[A-Z][a-z])|\bp d f\b")
"""Letters that are spelled out: « P D F »."""
_SIGNS = tuple(
    (re.compile(words, re.IGNORECASE), sign)
    for words, sign in (
        (r"(?<!\bles)(?<!\bces)(?<!\bsur)(?<!\bde) deux[ -]points (?=\w)", " : "),
        (r" points? d['’ ]interrogations?(?!\w)", " ?"),
        (r" points? d['’ ]exclamations?(?!\w)", " !"),
        (r" (?:point )?(?:à|a) la ligne(?!\w)", "."),
        (r" virgule(?= \w)", ","),
        (r"\b(?:arobase|arrobase) ?(?=\w)", "@"),
        (r"\bouvre[zr]? (?:les|des) guillemets ", "« "),
        (r" fermez? (?:les|des) guillemets(?!\w)", " »"),
        (r"\b(?:la |le )?(?:hot+e ?line|otte? line|ote line)\b", "la hotline"),
        (r"\bconte rendu", "compte rendu"),
        (r"\bidé(?=s?\b)", "idée"),
        (r"(?<=\bid[ée]e) euh+ |(?<=\bid[ée]e pour le bot) euh+ |(?<=\bannuaire) euh+ ", " : "),
        (r"(?<!\S)- de (?=[a-z])", "moins de "),
        (r"(?<!\S)\+ de (?=[a-z])", "plus de "),
        (r"\bresource rit\b|\bressource rit\b|\bressource ri\b", "ressourcerie"),
        (r"\btut+o\b", "tuto"),
    )
)
"""What is said for a sign, or written for a word that the telephone does not know."""
_SHORT_DAY = r"(?:lun|mar|merc?|jeu|vend?|sam|dim)"
_DAY_OF_HOUR = re.compile(
    rf"(?<![\w'’@#.-])({_SHORT_DAY})\b\.?(?=(?:(?:,| et|) (?:{_SHORT_DAY}|{'|'.join(WEEKDAYS)})\b\.?){{0,6}} "
    r"(?:(?:à|a|vers|de) )?(?:[7-9]|1\d|20) ?h)",
    re.IGNORECASE,
)
"""A day of the week by its first letters, before an hour: « jeu 14h30 », « lun et jeu 9h-12h »."""
_WEDNESDAY = re.compile(r"(?<=\w )merc\b\.?(?! beaucoup)", re.IGNORECASE)
_MEASURED = re.compile(r"\d ?(?:p|pers|h|min|mn)\b", re.IGNORECASE)
"""A number of people or a length, beside which « merc » is a day, and no thanks."""
_TENS = r"(?:vingt|trente|quarante|cinquante|soixante|septante|quatre-vingts?|huitante|nonante)"
_ONES = (
    r"(?:un|deux|trois|quatre|cinq|six|sept|huit|neuf|dix-(?:sept|huit|neuf)|dix|onze|douze|treize|quatorze|quinze|"
    r"seize)"
)
_TERRITORY = re.compile(
    r"\b(?P<link>d[ée]partements?|d[ée]pt|dans le|du|le|sur le|num[ée]ro) "
    rf"(?P<number>{_TENS}(?:(?:-et-| et |-| ){_ONES})?|{_ONES})"
    r"(?=[.,?!]| (?:en|pour|de|depuis|sur|s['’]il|stp|svp)\b|$)",
    re.IGNORECASE,
)
"""A number in letters that may call a territory: no count of something, and no day of a month."""


def mend_dictated(text: str) -> tuple[str, bool]:
    """Return a text with its signs, letters, short days and numbers of territories as they are meant, and « de » where
    « 2 » was heard; and whether that may be a day: the second of a month."""
    text = _WEDNESDAY.sub("mercredi", text) if _MEASURED.search(text) else text
    text = _DAY_OF_HOUR.sub(lambda short: spell_weekday(short[1]), text)
    text = _LETTERS.sub(lambda spelled: spelled[0].replace(" ", ""), text)
    for words, sign in _SIGNS:
        text = words.sub(sign, text)
    text = _TERRITORY.sub(lambda told: f"{told['link']} {_write_number(told['number'])}", text)
    found = _OF.search(text)
    return (_OF.sub(r"\1 de ", text), bool(found[2])) if found else (text, False)


def _write_number(told: str) -> str:
    number = digits(told)
    return number if number.isdigit() else told
