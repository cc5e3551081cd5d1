"""What tells who somebody is: electronic addresses, French telephone numbers, dates of birth."""

import re
from collections.abc import Iterator
from itertools import pairwise

from bot.guard.plain_text import begin_word

Span = tuple[int, int]

_LOCAL = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.!#$%&'*+/=?^_`{|}~-àâäçéèêëîïôöùûü")
_LOCAL_MAX = 64
_DOMAIN = r"(?:[a-z0-9àâçéèêëîïôùû](?:[a-z0-9àâçéèêëîïôùû-]{0,61}[a-z0-9àâçéèêëîïôùû])?\.){1,8}"
_AFTER = re.compile(rf"@({_DOMAIN}([a-z]{{2,24}}))(?![^\W_]|-[a-z0-9])")
_FILES = frozenset({"png", "jpg", "jpeg", "gif", "svg", "webp", "pdf", "odt", "docx"})
_LAND = r"(?:fr|com|net|org|eu|re|info|be|ch|gouv|io)"
_SIGN_HINTS = ("@", "arobas", "(a", "[at]", "{at}")
"""One of these is in every text with an address."""
_AT = r"\(at\)|\[at\]|\{at\}|\(a\)|\(arobase\)|\[arobase\]|a(?<!\wa)robase?\b|@"
_SAID = re.compile(
    rf"(?:{_AT}) ?"
    rf"([a-z0-9-]{{1,63}}(?: ?(?:\.|\(point\)|\[point\]|\(dot\)|\[dot\]|\bpoint\b) ?[a-z0-9-]{{1,63}}){{0,3}}?"
    rf" ?(?:\.|\(point\)|\[point\]|\(dot\)|\[dot\]|\bpoint\b) ?{_LAND})(?![^\W_])"
)
_POINTS = re.compile(r"[a-z0-9_.+-]{1,64}(?: (?:point|tiret|underscore) [a-z0-9_.+-]{1,64}){0,4}$")


def find_addresses(text: str) -> Iterator[Span]:
    """« jean@exemple.fr », « jean (at) exemple point fr »; a name of Mattermost’s (« @jean ») is none."""
    if not any(sign in text for sign in _SIGN_HINTS):
        return
    done = 0
    for start, end in sorted({*_find_written(text), *_find_said(text)}, key=lambda span: (span[0], -span[1])):
        if start >= done:
            yield start, end
            done = end


def _find_written(text: str) -> Iterator[Span]:
    at = text.find("@")
    while at >= 0:
        start = _local_start(text, at)
        found = _AFTER.match(text, at) if start < at else None
        if found and found[2] not in _FILES:
            yield start, found.end(1)
        at = text.find("@", at + 1)


def _local_start(text: str, at: int) -> int:
    """Where the part before the sign begins; ``at`` where there is none."""
    start = at
    while start > max(0, at - _LOCAL_MAX) and text[start - 1] in _LOCAL:
        start -= 1
    if start and text[start - 1] == "@":
        return at
    while start < at and not text[start].isalnum():
        start += 1
    # « courriel=jean@exemple.fr », « jean/paul@exemple.fr »: what separates words begins no name.
    for sign in "=/'":
        start = max(start, text.rfind(sign, start, at) + 1)
    return start


def _find_said(text: str) -> Iterator[Span]:
    for found in _SAID.finditer(text):
        spaced = text[found.start() - 1 : found.start()] == " "
        start = found.start() - spaced
        before = _POINTS.search(text[max(0, start - 80) : start])
        # « en @gmail.com » tells of a kind of address, « jean.petit @gmail.com » is one.
        told = spaced and found[0].startswith("@") and not found[0].startswith("@ ")
        if before and (not told or re.search(r"[\d._-]", before[0])):
            yield start - (before.end() - before.start()), found.end()


_MONTHS = (
    r"(?:janvier|janv\.?|f[ée]vrier|f[ée]vr?\.?|mars|avril|avr\.?|mai|juin|juillet|juil\.?|ao[ûu]t|septembre|sept\.?|"
    r"octobre|oct\.?|novembre|nov\.?|d[ée]cembre|d[ée]c\.?)"
)
_SPELLED = (
    r"(?:premier|deux|trois|quatre|cinq|six|sept|huit|neuf|dix(?:-sept|-huit|-neuf)?|onze|douze|treize|quatorze|quinze|"
    r"seize|vingt(?: et un|-et-un|-deux|-trois|-quatre|-cinq|-six|-sept|-huit|-neuf)?|trente(?: et un|-et-un)?)"
)
_DAY, _MONTH, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:(?:18|19|20)\d\d|\d\d)"
_DATE = re.compile(
    rf"(?:{_DAY} ?[/.\-] ?{_MONTH} ?[/.\-] ?{_YEAR}|{_DAY} {_MONTH} (?:18|19|20)\d\d|"
    rf"(?:19|20)\d\d[/.\-]{_MONTH}[/.\-]{_DAY}|"
    rf"{_MONTH}[/.\-](?:19|20)\d\d|"
    rf"(?:(?:{_DAY}(?: ?er)?|{_SPELLED}) )?{_MONTHS} (?:de l'ann[ée]e )?{_YEAR}|"
    r"(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d\d)(?![^\W_]|/\d)"
)
_WEEKDAY = r"(?:(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche) )?"
_WHEN = rf"(?:(?:le |du |en |au |un |d[ée]but |fin |courant |au mois de |au mois d')? ?{_WEEKDAY}(?:: ?)?)"
_BORN = re.compile(
    begin_word("n[ée]e?s?", r"n[ée] ?\(e\)", r"n[ée][.\-]e\.?")
    + r"(?: ?\([^()\n]{0,30}\)|,? [àa]u?x? [^\d.;:!?\n]{1,40}?(?: ?\(\d[\dab]{0,4}\))?|,? en [^\d.;:!?\n,]{1,30}?)??"
    rf" ?[:,]? ?{_WHEN}(?=\d|{_SPELLED} |{_MONTHS})"
)
_PLAIN = re.compile(r"\bn(?:é|ée|és|ées|ee|ees)\b|\bn[ée] ?\(e\)|\bn[ée][.\-]e|\bne (?:le|en) (?=\d|[a-zéû]{3,9} \d)")
"""« né » without its accent is a negation, unless the date follows at once."""
_WORD = re.compile(
    begin_word(
        *(r"dates? (?:et lieu )?de (?:(?:sa|ma|leur) )?naiss(?:ances?)?\b\.?", r"date naiss(?:ance)?\b\.?"),
        *(r"d\. ?de naissance", "naissance", r"naiss\.", r"d\.?d\.?n\b\.?"),
    )
)
_THEN = re.compile(
    rf"(?:(?: ?\([^()\n]{{0,30}}\))? ?{_WHEN}|[^\d:=.;!?\n]{{0,50}}?(?: ?\([^()\n]{{0,30}}\))?"
    rf"(?: ?[:=]| -|,? (?:est|c'est|[ée]tait)\b)\s{{0,2}}{_WHEN})(?=\d|{_SPELLED} |{_MONTHS})"
)
_LONG_AGO = r"(?:19\d\d|200\d|201[0-5])"
_MAIDEN = re.compile(
    rf"{begin_word('n[ée]e ')}[^\W\d_][\w'-]{{1,25}}\)? le "
    rf"(?={_DAY}(?:er)?[/. \-](?:{_MONTH}|{_MONTHS})[/. \-]{_LONG_AGO}(?![^\W_]))"
)
"""« née Roux le 12/08/1957 »"""
_PAPERS = re.compile(
    r"(?:acte|extrait|prime|certificat|cong[ée]s?|d[ée]claration|bulletin|allocation|liste)s? (?:\w{1,12} )?(?:de |d')$"
)
_OF_SOMEBODY = re.compile(
    begin_word(
        *("m\\.", "mr", "mme", "mlle", "monsieur", "madame", "b[ée]n[ée]ficiaire", "usag[eè]re?", "conjointe?"),
        *("époux", "epoux", "épouse", "epouse", "fils", "fille", "enfant"),
    )
    + r"[^\d.;:!?\n(]{0,30}(?: [a-z]\.)? ?\(\Z"
)
_BRACKETED = re.compile(rf"\((?={_DAY}[/.\-]{_MONTH}[/.\-]{_LONG_AGO}\))")
"""« Mme Durand (12/05/1949) »: nobody writes another date there, if it is long ago."""
_SEVERAL = re.compile(r"dates|n[ée]e?s\b")
_AND = re.compile(rf"(?:,| et| ou| ;) ?{_WHEN}")
_THINGS = re.compile(
    r"\b(?:projet|id[ée]e|association|asso|collectif|programme|dispositif|atelier|lieu|service|r[ée]seau|entreprise|"
    r"structure|initiative|organisme|soci[ée]t[ée]|caisse|comit[ée]|f[ée]d[ée]ration|groupe|syndicat|fonds|jeu|r[ée]gion|"
    r"mus[ée]e|m[ée]tropole|club|tiers-lieu|site|plateforme|espace|mouvement|partenariat|hub|journal|caf[ée]|bus|"
    r"permanence|outil|commune|web|internet|logiciel|application|loi|office|centre|[ée]cole)s?\b[^.;!?\n]{0,40}$"
)
"""What is born, too, and is nobody."""


def find_birth_dates(text: str) -> Iterator[Span]:
    """« née le 12/03/1984 », « né en mars 1950 », « date de naissance : 1er mai 1962 »; a year alone is none."""
    yield from _find_after_born(text)
    yield from _find_after_word(text)
    ends = [somebody.end() for somebody in _MAIDEN.finditer(text)]
    for bracket in _BRACKETED.finditer(text):
        if _OF_SOMEBODY.search(text, max(0, bracket.start() - 60), bracket.end()):
            ends.append(bracket.end())
    yield from (date.span() for end in ends if (date := _DATE.match(text, end)))


def _find_after_born(text: str) -> Iterator[Span]:
    for found in _BORN.finditer(text):
        before = text[max(0, found.start() - 60) : found.start()]
        if not _PLAIN.match(text, found.start()) or _THINGS.search(before):
            continue
        if date := _DATE.match(text, found.end()):
            yield date.span()
            yield from _find_further(text, date.end()) if _SEVERAL.match(found[0]) else ()


def _find_further(text: str, at: int) -> Iterator[Span]:
    """Of several people: « nés le 12/03/2010 et le 05/06/2012 »."""
    for _ in range(10):
        link = _AND.match(text, at)
        date = _DATE.match(text, link.end()) if link else None
        if not date or not re.search(r"\b(?:18|19|20)\d\d", date[0]):
            return
        yield date.span()
        at = date.end()


def _find_after_word(text: str) -> Iterator[Span]:
    for word in _WORD.finditer(text):
        if _PAPERS.search(text[max(0, word.start() - 40) : word.start()]):
            continue
        found = _THEN.match(text, word.end())
        date = _DATE.match(text, found.end()) if found else None
        if date:
            yield date.span()
            yield from _find_further(text, date.end()) if _SEVERAL.match(word[0]) else ()


_GAP = r"[ .\-/_]{0,3}"
_COUNTRY = r"(?:\+|00)[ .\-]?(?:33|590|594|596|262|508|687|689|681)"
_PREFIX = re.compile(rf"(?:(?:{_COUNTRY}|33(?= ?[67])){_GAP}(?:\(0\){_GAP})?|0)(?=[ .\-/_]{{0,3}}\d)")
_START = re.compile(r"\+ ?\d|0|33(?= ?[67])")
_DIGITS = {count: re.compile(rf"{_GAP}(\d)" * count + r"(?!\d)") for count in (6, 8, 9)}
_GROUPS = {
    *((9,), (1, 2, 2, 2, 2), (3, 2, 2, 2), (1, 8), (3, 3, 3), (1, 4, 4), (2, 2, 2, 3), (3, 6), (1, 2, 3, 3)),
    *((1, 3, 3, 2), (2, 3, 4), (3, 4, 2), (2, 3, 2, 2), (1,) * 9),
}
"""Of how many figures the groups after the zero or the country are."""
_PAIR = re.compile(r"[ .\-]{1,2}\d\d(?!\d)")
_PAIRED = re.compile(r"(?:[ .\-/_]{1,3}\d\d){3}$")
_GOES_ON = re.compile(r"[ .\-/]\d{2}")
_GLUED = re.compile(r"(?:[^\W_]|\d(?:[ .\-/]{1,2}|,)|[^\W_][-_/.])\Z")
_CALL = re.compile(r"\bt[ée]l|\bportable|\bport\.|\bmobile|\bfixe\b|phone|\bgsm\b|appel|joindre|\bsms\b")
_CALLED = re.compile(r"(?:\bt[ée]l|t[ée]l[ée]phone|portable|port|mobile|fixe|phone|gsm)[\s.:\-/]{0,3}\Z")
_CODE = re.compile(
    r"\b(?:r[ée]f(?:[ée]rence)?s?|dossier|ticket|commande|facture|contrat|client|colis|suivi|allocataire|s[ée]rie|"
    r"compteur|pdl|demande|adh[ée]rent|siren|siret|licence|identifiant|inventaire|devis|code|incident|bon|lot)\b"
    r"[^\d,;.]{0,20}$"
)
_COLLECTIVITIES = {"508": 6, "687": 6, "689": 8, "681": 6}
"""Where numbers are shorter than nine figures."""


def find_phones(text: str) -> Iterator[Span]:
    """« 06 12 34 56 78 », « +33 6 12 34 56 78 », « 0692 12 34 56 », « +687 12 34 56 »."""
    done = 0
    for start in _START.finditer(text):
        at = start.start()
        if at < done:
            continue
        end = _number_end(text, at)
        if end and not _is_other(text, at, end, follows=at - done <= 3 and done > 0):
            yield at, end
            done = end


def _number_end(text: str, at: int) -> int:
    prefix = _PREFIX.match(text, at)
    if not prefix:
        return 0
    code = re.sub(r"\D", "", prefix[0].replace("(0)", "")).removeprefix("00")
    if (length := _COLLECTIVITIES.get(code)) is not None:
        return _find_digits(text, prefix.end(), length)[1]
    end = _grouped_end(text, prefix.end(), joined=code == "0")
    # « +33 06… » has a zero too many, as many write it.
    return end or (_number_end(text, prefix.end()) if code == "33" and text[prefix.end()] == "0" else 0)


def _grouped_end(text: str, at: int, *, joined: bool) -> int:
    """Where nine figures end that begin as a number of somebody does, grouped as numbers are; 0 otherwise."""
    places, end = _find_digits(text, at, 9)
    if not end or text[places[0]] in "08":
        return 0
    sizes = [1]
    for before, place in pairwise(places):
        sizes = [*sizes[:-1], sizes[-1] + 1] if place == before + 1 else [*sizes, 1]
    split = joined and places[0] != at
    slashes = text.count("/", at, end)
    mixed = slashes and slashes != len(sizes) - (0 if split else 1)
    return 0 if tuple(sizes) not in _GROUPS or mixed else end


def _find_digits(text: str, at: int, count: int) -> tuple[list[int], int]:
    """Where so many figures stand, and where they end; 0 where there are fewer, or more right after."""
    found = _DIGITS[count].match(text, at)
    return ([found.start(number) for number in range(1, count + 1)], found.end()) if found else ([], 0)


def _is_other(text: str, start: int, end: int, *, follows: bool) -> bool:
    """Part of something longer, or what somebody says to be a reference."""
    before = text[max(0, start - 40) : start]
    if text[end : end + 1].isalpha():
        return True
    if _CALLED.search(before) or follows:
        return False
    number = text[start:end]
    if _GLUED.search(before):
        return True
    if _PAIRED.search(number):
        return _is_list(text, start, end)
    return bool(_GOES_ON.match(text, end) or (_CODE.search(before) and not _CALL.search(before)))


def _is_list(text: str, start: int, end: int) -> bool:
    """Whether pairs of figures rise on and on, as weeks or drawn numbers do."""
    more = _PAIR.match(text, end)
    pairs = re.findall(r"\d\d", text[start : more.end()]) if more else []
    return len(pairs) > 5 and pairs == sorted(set(pairs))
