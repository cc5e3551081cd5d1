"""Identities in a text: e-mail addresses, French telephone numbers, dates of birth; and in the few words of a label, a
full name in small letters, « jean dupont ».

A name is a common French first name beside a common family name, or beside a word that no label is about; not after a
place (« lycée jean moulin »), and not a first name alone.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from bot.guard.plain_text import begin_word, read_words
from config.text import fold
from config.themes import find_theme

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
    """Find addresses: « jean@exemple.fr », « jean (at) exemple point fr »; a name of Mattermost’s (« @jean ») is
    none."""
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
    """Return where the local part of an address before « @ » begins; ``at`` if there is none."""
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
"""Nouns after which « né le » is no birth of a person: « le projet est né le 3 mars »."""


def find_birth_dates(text: str) -> Iterator[Span]:
    """Find dates of birth: « née le 12/03/1984 », « né en mars 1950 », « date de naissance : 1er mai 1962 »; a year
    alone is none."""
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
    """Yield further dates of birth of several people: « nés le 12/03/2010 et le 05/06/2012 »."""
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
"""The overseas calling codes whose numbers have fewer than nine figures, and how many they have."""


def find_phones(text: str) -> Iterator[Span]:
    """Find telephone numbers: « 06 12 34 56 78 », « +33 6 12 34 56 78 », « 0692 12 34 56 », « +687 12 34 56 »."""
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
    """Return where nine digits end that begin and are grouped like a personal number; 0 otherwise."""
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
    """Return the positions of that many digits and their end; 0 if there are fewer, or more digits follow."""
    found = _DIGITS[count].match(text, at)
    return ([found.start(number) for number in range(1, count + 1)], found.end()) if found else ([], 0)


def _is_other(text: str, start: int, end: int, *, follows: bool) -> bool:
    """Return whether the digits are part of something longer, or introduced as a reference."""
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
    """Return whether pairs of digits keep rising, like weeks or lottery numbers."""
    more = _PAIR.match(text, end)
    pairs = re.findall(r"\d\d", text[start : more.end()]) if more else []
    return len(pairs) > 5 and pairs == sorted(set(pairs))


_NAME_WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
_DOUBLE = frozenset(("jean", "marie", "anne", "louis", "paul", "pierre"))
"""What begins a double first name: « marie claude » has no family name."""
_PARTICLES = frozenset(
    ("le", "la", "el", "al", "de", "da", "du", "di", "dos", "ben", "bel", "bou", "van", "von", "abou", "ait")
)
_COMMON_END = re.compile(
    r"(?:tion|sion|ment|age|ance|ence|ite|isme|iste|ique|eur|euse|trice|ure|ude|aire|able|ible|ogie|eux|elle|ette)s?$"
)
"""How everyday words end, and family names seldom."""
SHORTEST = 5
"""Letters of a family name that is in no list."""


def find_name(text: str, is_town: Callable[[str], bool]) -> str | None:
    """Return the initials, « J. D. », of the first full name in a few words, in any case; None if there is none.
    ``is_town`` says whether words, folded, are the name of a town."""
    found = [(fold(match[0]), match.start(), match.end()) for match in _NAME_WORD.finditer(text)]
    words = [word for word, _, _ in found]
    for at in range(len(found) - 1):
        last = at + (2 if found[at + 1][0] in _PARTICLES and at + 2 < len(found) else 1)
        if not _are_together(text, found[at : last + 1]) or _is_place(words, at, last, is_town):
            continue
        if _is_name(words[at], words[last], is_town):
            return f"{found[at][0][0].upper()}. {found[last][0][0].upper()}."
    return None


def _are_together(text: str, found: Sequence[tuple[str, int, int]]) -> bool:
    return all(text[end:start].isspace() for (_, _, end), (_, start, _) in pairwise(found))


def _is_place(words: Sequence[str], at: int, last: int, is_town: Callable[[str], bool]) -> bool:
    """Return whether a place precedes the first of these words, or begins with the last."""
    ahead = (" ".join(words[last:end]) for end in range(last + 2, min(last + 5, len(words) + 1)))
    known = read_words("place_words.txt")
    return not known.isdisjoint(words[max(0, at - 3) : last + 1]) or any(map(is_town, ahead))


def _is_name(one: str, other: str, is_town: Callable[[str], bool]) -> bool:
    """Return whether two adjacent words are a first name and a family name, in either order."""
    names, families = read_words("first_names.txt"), read_words("last_names.txt")
    first = one.partition(" ")[0]
    if f"{one}-{other}" in read_words("famous_names.txt"):
        return False
    if first not in names:
        return one in families and other in names
    if other in families:
        return first not in _DOUBLE or " " in one or other not in names
    return len(other) >= SHORTEST and other not in names and not is_town(other) and _means_nothing(other)


def _means_nothing(word: str) -> bool:
    """Return whether a word is not one that labels are about."""
    is_known = word in read_words("label_words.txt") or _COMMON_END.search(word) or find_theme(word) is not None
    return not is_known


_CIVILITIES = frozenset(
    ("m", "mr", "mme", "mlle", "melle", "monsieur", "madame", "mademoiselle", "famille", "docteur", "dr", "maitre")
)
_ADJECTIVE = re.compile(r"(?:ienne|[ao]ise|[ai]ne|ale|ive|iere|[ae]nte|ouse|ee|re)s?$")
"""How what is said of a family ends: « famille syrienne », « famille recomposée »."""
_STREETS = frozenset(("rue", "avenue", "place", "boulevard", "ecole", "college", "lycee", "clinique", "maison"))


def find_addressed(text: str, is_town: Callable[[str], bool]) -> str | None:
    """Return the civility and the initial, « mme D. », of the first person who is called by a family name in a few
    words, in any case: « mme dupont », « m. le goff », « famille durand ». None where an initial or an everyday word
    follows: « Mme D. », « famille nombreuse », « mme de la mairie »."""
    found = [(fold(match[0]), match.start(), match.end()) for match in _NAME_WORD.finditer(text)]
    for at, (civility, start, end) in enumerate(found[:-1]):
        before = found[at - 1][0] if at else ""
        is_letter = civility == "m" and at and text[end] != "."  # « taille m »
        if civility not in _CIVILITIES or before in _STREETS or is_letter or (before, civility) == ("du", "docteur"):
            continue
        if name := _find_family(civility, text, found[at:], is_town):
            return f"{text[start:end]}{'.' if text[end] == '.' else ''} {name[0].upper()}."
    return None


def _find_family(
    civility: str, text: str, found: Sequence[tuple[str, int, int]], is_town: Callable[[str], bool]
) -> str | None:
    """Return the family name that follows a civility, the first of these words; None where something else does."""
    has_particle = False
    for (_, _, end), (word, start, _) in pairwise(found):
        name = re.sub(r"^[dl] ", "", word)
        if text[end:start].strip() not in ("", "."):
            return None
        if len(name) > 1 and name not in _PARTICLES:
            is_place = has_particle and (is_town(name) or name in read_words("place_words.txt"))
            is_said_of = civility == "famille" and _ADJECTIVE.search(name)
            is_everyday = len(name) == 2 or is_place or is_said_of or not _means_nothing(name)
            return name if name in read_words("last_names.txt") or not is_everyday else None
        has_particle = has_particle or len(name) > 1
    return None
