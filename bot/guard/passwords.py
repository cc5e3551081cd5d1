"""Passwords in a text: what looks like a secret beside a word for one."""

import re
from collections.abc import Iterator

from bot.guard.plain_text import PlainText, begin_word, read_words

_SIGNS = frozenset("@#$%&*!?+_=€£^~<>|§")
_REFERENCE = re.compile(
    r"[a-z]{1,6}-?\d{1,4}(?:-\d{1,9}){1,5}|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{1,2}h\d{0,2}|\d{1,9}(?:e|er|ème|eme|nd|[€%])"
)
_PLACE = re.compile(
    r"(?:https?://|www\.).*|(?:[\w-]{1,63}\.){1,8}[a-z]{2,6}(?:/.*)?|[\w.+-]{1,64}@[\w-]{1,63}\.[\w.]+|[@~#][a-zà-ÿ_-].*"
)


_NO_SECRETS = read_words("no_secrets.txt")
_COMMON = read_words("common_passwords.txt")
_NAME = re.compile(r"[^\W\d_][^\s]*")
_INNER = re.compile(r"[a-zà-ÿ][A-ZÀ-Þ]")


def _is_told(text: str) -> bool:
    """Return whether a word is ordinary: of a sentence, an address or a reference, and so no secret."""
    small = text.lower().rstrip("!?")
    return small in _NO_SECRETS or bool(_REFERENCE.fullmatch(small) or _PLACE.fullmatch(small))


def is_strong(text: str) -> bool:
    """Return whether a text mixes letters and digits, or either with signs."""
    if len(text) < 5 or len(text.split()) > 1 or _is_told(text):
        return False
    letters, figures = any(map(str.isalpha, text)), any(map(str.isdigit, text))
    signs = bool(_SIGNS & set(text[:-1])) or text[-1] in "@#$%&*+_="
    elided = re.fullmatch(r"[ldnmstcj]'.*", text.lower())
    return not elided and ((letters and figures) or (signs and (figures or letters)))


def is_secret(text: str) -> bool:
    """Return whether a text is a secret after words that announce a value: digits alone, or inner capitals."""
    if _PLACE.fullmatch(text.lower()):
        return False
    dated = re.fullmatch(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}", text)
    if re.fullmatch(r"\d{4,16}", text) or dated:
        return True
    return len(text) >= 4 and not _is_told(text) and bool(_INNER.search(text)) and len(text.split()) == 1


def is_common(text: str) -> bool:
    """Return whether a text is one of the most common passwords."""
    return text.lower().rstrip("!?.") in _COMMON


def is_word(text: str) -> bool:
    """Return whether a text of one to four words can be a password where nothing else is expected."""
    words = text.lower().rstrip("!?").split()
    if not words or len(words) > 4 or len(text) < 4 or not _NAME.match(text):
        return False
    return words[0] not in _NO_SECRETS and not _is_told(text)


Span = tuple[int, int]

_KEY = re.compile(
    begin_word(
        *("mots?[ -]de[ -]passes?", "motdepasse", "mdp", "passwords?", "passwd", "pwd", "mp(?= ?[:=])"),
        *("pass(?= ?[:=])", "pin(?= ?[:=])", "phrase secr[èe]te", "cl[ée] wep"),
        "codes? (?:secret|confidentiel|personnel|d'acc[èe]s|pin|puk|wi-?fi|de d[ée]verrouillage)s?",
        *("code de (?:(?:la|sa|ma|votre) )?(?:carte|cb)", "code (?:cb|carte)"),
        "cl[ée]s? (?:de s[ée]curit[ée] )?(?:du )?wi-?fi",
    )
    + r"(?![^\W_])"
)
_FAR = 90
"""Characters after the word among which its value begins."""
_WORDS = 6
"""After which no value belongs to it any more."""
_SPACE = re.compile(r"[ \n]{1,2}(?=\S)")
_STOP = re.compile(r"(?<!\bm)(?<!\bmr)(?<!\bmme)[.!?;](?=\s|$)|\n\n")
_LINK = re.compile(
    r"(?P<sign>:(?!/)|=>?|->|→)\s{0,3}|(?:\b(?:est|c'est|[ée]tait|sera|devient)|\bserait)"
    r"(?: (?:maintenant|d[ée]sormais|donc|actuellement|toujours|bien|simplement|encore|le))?\s{0,2}"
    r"(?P<colon>[:=]\s{0,2})?"
)
_QUOTED = re.compile(r"(?:[\"`]|\*\*|')\s?([^\"`*\n]{1,64}?)\s?(?:[\"`]|\*\*|'(?!\w))")
_BARE = re.compile(r"\S{1,64}")
_ENDS = re.compile(r"\s{0,3}(?:$|\n|[,;.)(!?/]|et\b|puis\b|ou\b|-)")
_FORGOTTEN = re.compile(
    r"\boubli|\bperdu|\br[ée]initialis|\bbloqu|\bexpir|\bchang|\bmodifi|\bs[ée]curi|\bg[ée]rer|\bcr[ée]"
)
_COURSE = re.compile(
    r"(?:ateliers?|th[èe]mes?|sujets?|formation|cours|bases?|s[ée]ance|les|des|leurs|ses)\b[^.!?\n]{0,20}$"
)
_PAIR = re.compile(r"\b(?:identifiants?|logins?|id|utilisateur|user)(?: et|,| ?/)? ?(?:le |son |mon )?$")
_SECOND = re.compile(r"\s?(?:/|et|puis|,|\|)\s?")
_LOGIN = re.compile(
    begin_word("identifiants?", "logins?", "acc[èe]s", "connexion", "compte") + r" ?: ?\S{1,64} ?[/|] ?(?=\S)"
)
_AS = re.compile(r"([^\s]{4,64}) (?:comme|en guise de)(?: mon| son| nouveau| votre)?(?: nouveau)? $")
_CLOSING = {"(": ")", "[": "]", "<": ">"}
_TRAILING = ",;.…)]:"


def find_passwords(plain: PlainText) -> Iterator[Span]:
    """Find passwords: « mdp : Azerty12! », « mon mot de passe est Azerty12 », « Azerty12 comme mot de passe »."""
    for key in _KEY.finditer(plain.text):
        if span := _find_after_sign(plain, key) or _find_direct(plain, key) or _find_before(plain, key):
            yield span
    for login in _LOGIN.finditer(plain.text):
        value = _find_value(plain, login.end())
        if value and is_strong(_cased_text(plain, value)):
            yield value


def _find_after_sign(plain: PlainText, key: re.Match[str]) -> Span | None:
    """Find a value after « : », « = » or « est »."""
    tail = plain.text[key.end() : key.end() + _FAR]
    stop = _STOP.search(tail)
    for link in _LINK.finditer(tail, 0, stop.start() if stop else len(tail)):
        value = _find_paired(plain, key, _find_value(plain, key.end() + link.end()))
        plainly = bool(link["sign"] or link["colon"])
        if value and _is_taken(plain, key, value, plainly=plainly):
            return value
        if plainly:
            return None
    return None


def _is_taken(plain: PlainText, key: re.Match[str], value: Span, *, plainly: bool) -> bool:
    """Return whether what stands in the place of a value is one."""
    text = _cased_text(plain, value)
    quoted = plain.text[value[0] - 1 : value[0]] in {'"', "`", "*"}
    before = plain.text[max(0, key.start() - 40) : key.start()] + " "
    if is_strong(text):
        return True
    if _FORGOTTEN.search(plain.text, key.end(), value[0]) or _COURSE.search(before):
        return False
    if is_secret(text) or is_common(text):
        return True
    alone = plainly and not key[0].startswith("mots") and _ENDS.match(plain.text, value[1])
    return bool(quoted or alone) and is_word(text)


def _find_paired(plain: PlainText, key: re.Match[str], value: Span | None) -> Span | None:
    """Find the second of two values: « identifiant et mot de passe : jean / Soleil2024 »; else return the first."""
    if not value or not _PAIR.search(plain.text[max(0, key.start() - 40) : key.start()]):
        return value
    link = _SECOND.match(plain.text, value[1])
    return (_find_value(plain, link.end()) if link else None) or value


def _find_direct(plain: PlainText, key: re.Match[str]) -> Span | None:
    """Find a password right after its word: « mdp Azerty12! », « le mot de passe provisoire Xy12ab », « code secret
    4512 »."""
    at = key.end()
    for word in range(_WORDS):
        gap = _SPACE.match(plain.text, at)
        value = _find_value(plain, gap.end()) if gap else None
        if not value:
            return None
        text = _cased_text(plain, value)
        digits = word == 0 and key[0].startswith("code") and re.fullmatch(r"\d{4,8}", text)
        if digits or (word == 0 and is_common(text)) or (is_strong(text) and (word < 3 or re.search(r"\w{4}\d", text))):
            return value
        at = value[1] + (plain.text[value[1] : value[1] + 1] == ",")
    return None


def _find_before(plain: PlainText, key: re.Match[str]) -> Span | None:
    """Find a password before its word: « Azerty12 comme mot de passe »."""
    begin = max(0, key.start() - 100)
    found = _AS.search(plain.text[begin : key.start()])
    if not found:
        return None
    start, end = begin + found.start(1), begin + found.end(1)
    while start < end and plain.text[start] in "\"'`*(":
        start += 1
    while start < end and plain.text[end - 1] in "\"'`*),":
        end -= 1
    return (start, end) if is_strong(plain.cased[start:end]) else None


def _find_value(plain: PlainText, at: int) -> Span | None:
    """Find the word that begins there, or the text between quotes."""
    if quoted := _QUOTED.match(plain.text, at):
        return quoted.span(1)
    bare = _BARE.match(plain.text, at)
    if not bare:
        return None
    start, end = bare.span()
    if closing := _CLOSING.get(plain.text[start]):
        closed = plain.text.find(closing, start + 1, end)
        start, end = start + 1, closed if closed >= 0 else end
    while end > start and plain.text[end - 1] in _TRAILING:
        if plain.text[end - 1] == ")" and "(" in plain.text[start:end]:
            break
        end -= 1
    return (start, end) if end > start else None


def _cased_text(plain: PlainText, span: Span) -> str:
    return plain.cased[span[0] : span[1]]
