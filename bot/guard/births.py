"""Days on which somebody was born: a date that a word before says to be one."""

import re
from collections.abc import Iterator

Span = tuple[int, int]

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
    r"\b(?:n[ée]e?s?|n[ée] ?\(e\)|n[ée][.\-]e\.?)"
    r"(?: ?\([^()\n]{0,30}\)|,? [àa]u?x? [^\d.;:!?\n]{1,40}?(?: ?\(\d[\dab]{0,4}\))?|,? en [^\d.;:!?\n,]{1,30}?)??"
    rf" ?[:,]? ?{_WHEN}(?=\d|{_SPELLED} |{_MONTHS})"
)
_PLAIN = re.compile(r"\bn(?:é|ée|és|ées|ee|ees)\b|\bn[ée] ?\(e\)|\bn[ée][.\-]e|\bne (?:le|en) (?=\d|[a-zéû]{3,9} \d)")
"""« né » without its accent is a negation, unless the date follows at once."""
_WORD = re.compile(
    r"\b(?:dates? (?:et lieu )?de (?:(?:sa|ma|leur) )?naiss(?:ances?)?\b\.?|date naiss(?:ance)?\b\.?|d\. ?de naissance|"
    r"naissance|naiss\.|d\.?d\.?n\b\.?)"
)
_THEN = re.compile(
    rf"(?:(?: ?\([^()\n]{{0,30}}\))? ?{_WHEN}|[^\d:=.;!?\n]{{0,50}}?(?: ?\([^()\n]{{0,30}}\))?"
    rf"(?: ?[:=]| -|,? (?:est|c'est|[ée]tait)\b)\s{{0,2}}{_WHEN})(?=\d|{_SPELLED} |{_MONTHS})"
)
_LONG_AGO = r"(?:19\d\d|200\d|201[0-5])"
_MAIDEN = re.compile(
    rf"\bn[ée]e [^\W\d_][\w'-]{{1,25}}\)? le "
    rf"(?={_DAY}(?:er)?[/. \-](?:{_MONTH}|{_MONTHS})[/. \-]{_LONG_AGO}(?![^\W_]))"
)
"""« née Roux le 12/08/1957 »"""
_PAPERS = re.compile(
    r"(?:acte|extrait|prime|certificat|cong[ée]s?|d[ée]claration|bulletin|allocation|liste)s? (?:\w{1,12} )?(?:de |d')$"
)
_OF_SOMEBODY = re.compile(
    r"\b(?:m\.|mr|mme|mlle|monsieur|madame|b[ée]n[ée]ficiaire|usag[eè]re?|conjointe?|[ée]poux|[ée]pouse|fils|fille|enfant)"
    rf"[^\d.;:!?\n(]{{0,30}}(?: [a-z]\.)? ?\((?={_DAY}[/.\-]{_MONTH}[/.\-]{_LONG_AGO}\))"
)
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


def find_births(text: str) -> Iterator[Span]:
    """« née le 12/03/1984 », « né en mars 1950 », « date de naissance : 1er mai 1962 »; a year alone is none."""
    yield from _after_born(text)
    yield from _after_word(text)
    for pattern in (_OF_SOMEBODY, _MAIDEN):
        dates = (_DATE.match(text, somebody.end()) for somebody in pattern.finditer(text))
        yield from (date.span() for date in dates if date)


def _after_born(text: str) -> Iterator[Span]:
    for found in _BORN.finditer(text):
        before = text[max(0, found.start() - 60) : found.start()]
        if not _PLAIN.match(text, found.start()) or _THINGS.search(before):
            continue
        if date := _DATE.match(text, found.end()):
            yield date.span()
            yield from _others(text, date.end()) if _SEVERAL.match(found[0]) else ()


def _others(text: str, at: int) -> Iterator[Span]:
    """Of several people: « nés le 12/03/2010 et le 05/06/2012 »."""
    for _ in range(10):
        link = _AND.match(text, at)
        date = _DATE.match(text, link.end()) if link else None
        if not date or not re.search(r"\b(?:18|19|20)\d\d", date[0]):
            return
        yield date.span()
        at = date.end()


def _after_word(text: str) -> Iterator[Span]:
    for word in _WORD.finditer(text):
        if _PAPERS.search(text[max(0, word.start() - 40) : word.start()]):
            continue
        found = _THEN.match(text, word.end())
        date = _DATE.match(text, found.end()) if found else None
        if date:
            yield date.span()
            yield from _others(text, date.end()) if _SEVERAL.match(word[0]) else ()
