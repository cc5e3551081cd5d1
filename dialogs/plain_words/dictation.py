"""Words as a telephone writes what it hears: « P D F », « deux points », « le département soixante-neuf »."""

import re

from bot.french import ANY_NUMBER, ANY_NUMBER_WORD, MONTH_NUMBERS, SHORT_WEEKDAY, digits, read_count, spell_weekday
from config.time import WEEKDAYS

_OF = re.compile(
    r"\b((?:mes|les|nos|tes) (?:cras?|comptes? rendus?|stats?|statistiques|chiffres|bilans?|ateliers|actus|rdv)) 2 "
    rf"(?=(?:({'|'.join(MONTH_NUMBERS)}|d[ée]cembre|f[ée]vrier|ao[ûu]t)|la semaine|ce(?:tte)?|l['’]ann[ée]e)\b)",
    re.IGNORECASE,
)
"""« De », as a telephone hears it before a period: « mes cra 2 novembre »."""
_LETTERS = re.compile(
    r"(?<![\w’'.-])[A-Z](?: [A-Z]){1,6}(?![\w’'-])(?!\. ?[A-Z][a-z])|"
    r"\b(?:p d f|c s v|c r a|c v|r d v|r s a|a p l|c a f|s m s|q r)\b"
)
"""Letters that are spelled out: « P D F »."""
_NO_SUBJECT = "".join(
    rf"(?<!\b{word} )" for word in ("qui", "il", "elle", "on", "ne", "me", "tu", "je", "se", "le", "la", "les", "ça")
)
"""That nobody is said before « sait », which is « c’est » then."""
_UNITS = "un|deux|trois|quatre|cinq|six|sept|huit|neuf"
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
        (r"\b(?:la |le |l['’])?(?:h[oô]t+e? line|hot+eline|otte? line|ote line)\b", "la hotline"),
        (r"\bcontes? rendus?\b", "compte rendu"),
        (rf"\bvin(?=(?:[ -]et[ -]une?|[ -](?:{_UNITS}))? (?:ans|minutes?|personnes?)\b)", "vingt"),
        (r"\bquatre[ -]vins?\b", "quatre-vingt"),
        (r"\b(?:cent|sang|s['’]en|sans) emplo(?:i|ie|yé)\b", "sans emploi"),
        (r"\b(?:(?:wh?att?s?|ouate?s?)[ -]apps?|ouatt?sapp?s?)\b", "WhatsApp"),
        (r"\bface[ -]book\b", "Facebook"),
        (r"\bfrance[ -]connect(?:e|er|é|és)\b", "FranceConnect"),
        (r"(?<=\bla )caf[ée]\b", "caf"),
        (
            r"\b((?:site|compte|espace|dossier|appli|application|attestation)s? (?:(?:de|d['’]|sur) ?)?)am[ée]lie\b",
            r"\1Ameli",
        ),
        (r"\b((?:faire|lance[rz]?|ouvre[zr]?|créer?) une|en) vision\b(?! (?:de|du|d['’]))", r"\1 visio"),
        (r"\bmai (?=(?:une|deux|trois|quatre) heures?\b)", "mais "),
        (r"\bss (?=(?:emploi|travail|domicile|abri|papiers?)\b)", "sans "),
        (r"\bmailles?\b", "mail"),
        (r"\bmaux de passe\b", "mots de passe"),
        (r"\bles un pots?\b", "les impôts"),
        (r"\bidé(?=s?\b)", "idée"),
        (r"(?<=\bid[ée]e) euh+ |(?<=\bid[ée]e pour le bot) euh+ |(?<=\bannuaire) euh+ ", " : "),
        (r"(?<!\S)- de (?=[a-z])", "moins de "),
        (r"(?<!\S)\+ de (?=[a-z])", "plus de "),
        (r"\bresource rit\b|\bressource rit\b|\bressource ri\b", "ressourcerie"),
        (r"\btut+o\b", "tuto"),
        (r"\bqui ait (?=(?:le|la|les|l['’]|mon|ma)\b)", "qui est "),
        (r"\b[cs]es (?=(?:quoi|qui|où|combien|quand) )", "c’est "),
        (rf"{_NO_SUBJECT}\bsait (?=(?:une?|pour|fini|noté)\b|tout(?: merci|[.!]?$))", "c’est "),
        (
            r"\b((?:impressions?|imprimantes?|modélisations?|scanners?|modèles?|objets?|en|la) )trois d\b(?! entre)",
            r"\g<1>3d",
        ),
    )
)
"""What is said for a sign, or written for a word that the telephone does not know."""
_DAY_OF_HOUR = re.compile(
    rf"(?<![\w'’@#.-])({SHORT_WEEKDAY})\b\.?(?=(?:(?:,| et|) (?:{SHORT_WEEKDAY}|{'|'.join(WEEKDAYS)})\b\.?){{0,6}} "
    r"(?:(?:à|a|vers|de) )?(?:[7-9]|1\d|20) ?h)",
    re.IGNORECASE,
)
"""A day of the week by its first letters, before an hour: « jeu 14h30 », « lun et jeu 9h-12h »."""
_WEDNESDAY = re.compile(r"(?<=\w )merc\b\.?(?! beaucoup)", re.IGNORECASE)
_MEASURED = re.compile(r"\d ?(?:p|pers|h|min|mn)\b", re.IGNORECASE)
"""A number of people or a length, beside which « merc » is a day, and no thanks."""
_TERRITORY = re.compile(
    r"(?:(?<!\ba )(?<!\bya )(?<!\baura )(?<!\bas )(?<!\bavoir )|(?!du neuf))"
    r"\b(?P<link>d[ée]partements?|d[ée]pt|dans le|du|le|sur le|num[ée]ro) "
    rf"(?P<number>{ANY_NUMBER})"
    r"(?=[.,?!]| (?:en|pour|de|depuis|sur|s['’]il|stp|svp|ils|elles|on|combien|j['’]ai|j['’]aimerais|je)\b|$)",
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
    text = _THOUSANDS.sub(_write_thousands, text)
    text = _TO_DO.sub(r"\1er", _WAS_DONE.sub(r"\1é", text))
    text = _TERRITORY.sub(lambda told: f"{told['link']} {digits(told['number'])}", text)
    found = _OF.search(text)
    return (_OF.sub(r"\1 de ", text), bool(found[2])) if found else (text, False)


_FIGURE = rf"(?:{ANY_NUMBER_WORD}|et)"
_THOUSANDS = re.compile(
    rf"(?<![\w-]){_FIGURE}(?:[ -]{_FIGURE}){{0,3}}[ -]mille(?:[ -]{_FIGURE}){{0,5}}(?![\w-])"
    r"(?! (?:personnes?|euros?|habitants?|gens|vues|fois)\b)",
    re.IGNORECASE,
)
"""A number of thousands in words, which is a postcode: « soixante-neuf mille cent vingt »."""
_POSTCODES = range(10_000, 99_000)


def _write_thousands(told: re.Match[str]) -> str:
    number = read_count(told[0])
    return str(number) if number in _POSTCODES else told[0]


_DONE = (
    r"(?:supprim|effac|oubli|post|envoy|rat|trouv|anim|aid|accompagn|dépos|enregistr|not|modifi|prépar|pass|montr|"
    r"install|partag|rencontr|organis|termin|propos|ajout|retrouv|annul|report|décal)"
)
_WAS_DONE = re.compile(
    rf"\b((?:j['’]ai|tu as|on a|avons|avez|(?:ils|elles) ont|(?:il|elle) a) (?:bien |déjà |mal )?{_DONE})er\b", re.I
)
_TO_DO = re.compile(
    r"\b((?:voudrais|veux|peux|peut|pouvez|faut|faudrait|aimerais|souhaite|dois|vais|pour) "
    rf"(?:(?:le|la|les|en|y|me|te|nous|vous) |l['’])?{_DONE})ée?s?\b",
    re.IGNORECASE,
)
"""Verbs of which a telephone hears « é » for « er », and the other way round: « je voudrais le déposé »."""
