"""What opens accounts: numbers that check themselves (social security, bank accounts, bank cards), and what looks like
a password beside a word that says so."""

import re
from collections.abc import Iterator, Mapping, Sequence

from bot.guard.plain_text import PlainText, begin_word, read_words
from config.text import follows_luhn

_BY_LENGTH = {
    15: "no",
    16: "be",
    18: "dk fi fo gl nl sd fk",
    19: "mk si",
    20: "at ba ee kz lt lu xk mn",
    21: "ch hr li lv",
    22: "bg bh cr de gb ge ie me rs va",
    23: "ae gi il iq om tl so",
    24: "ad cz dz es md pk ro sa se sk tn vg",
    25: "ao cv gw mz pt st",
    26: "ir is tr",
    27: "bi cf cg cm dj fr ga gq gr it km mc mg mr sm td",
    28: "al az bf bj by ci cy do gt hn hu lb ma ml ne ni pl sn sv tg",
    29: "br eg ps qa ua",
    30: "jo kw mu ye",
    31: "mt sc",
    32: "lc",
    33: "ru",
}
IBAN_LENGTHS: Mapping[str, int] = {land: length for length, lands in _BY_LENGTH.items() for land in lands.split()}

_ISSUERS = {
    "4": (13, 16, 19),
    "51 52 53 54 55": (16,),
    " ".join(str(n) for n in range(2221, 2721)): (16,),
    "34 37": (15,),
    "36 38 39 300 301 302 303 304 305": (14,),
    "6011 64 65": (16, 17, 18, 19),
    " ".join(str(n) for n in range(3528, 3590)): (16, 17, 18, 19),
    "62": (16, 17, 18, 19),
    "5018 5020 5038 5893 6304 6759 6761 6762 6763": tuple(range(13, 20)),
}
CARDS: Sequence[tuple[tuple[str, ...], tuple[int, ...]]] = [
    (tuple(begins.split()), lengths) for begins, lengths in _ISSUERS.items()
]
"""What numbers begin with, and how long they then are."""

Span = tuple[int, int]

_LONG = re.compile(r"\d(?:[ ab.\-/_()]{0,8}\d){8}")


def has_long_number(text: str) -> bool:
    """Whether nine figures stand together, with what may stand between those of a number."""
    return bool(_LONG.search(text))


_GAP = r"[ .\-_]{0,3}"
_REST = "".join(_GAP + sign for sign in (r"\d", r"\d", r"\d", r"\d", r"\d", r"[\dab]", *([r"\d"] * 6)))
_NIR = re.compile(
    rf"[1-478](?<![^\W_][1-478])(?=({_REST})(?:((?:{_GAP}|[ ,(/]{{1,3}}(?:cl[ée] ?:? ?)?)\d{_GAP}\d)(?![^\W_]))?)"
)
_BEFORE = re.compile(r"\d[ .\-_]{0,3}\Z")
_AFTER = re.compile(r"[ .\-_]{0,3}[^\W_]")
_SECU = re.compile(r"s[ée]cu(?:rit[ée])?\b|\bnir\b|\bn°? ?ss\b|immatricul|vitale|assur[ée]e?s? social|\binsee\b")
_CONTEXT = 60
"""Characters before a number among which something says what it is."""
_NOT_SOCIAL = re.compile(r"[^\dab]+")


def find_nir(text: str) -> Iterator[Span]:
    """Thirteen signs and their key; without the key only where something before says what it is."""
    for found in _NIR.finditer(text):
        body, key = found[0] + found[1], found[2]
        start = found.start()
        if key and _is_nir(body, int(re.sub(r"\D", "", key))):
            yield start, start + len(body) + len(key)
        elif not key and _is_nir(body) and _is_told_as_nir(text, start, start + len(body)):
            yield start, start + len(body)


def _is_told_as_nir(text: str, start: int, end: int) -> bool:
    if _AFTER.match(text, end) or _BEFORE.search(text[max(0, start - 4) : start]):
        return False
    return bool(_SECU.search(text[max(0, start - _CONTEXT) : start]))


def _is_nir(body: str, key: int | None = None) -> bool:
    """Sex, year, month, département (Corsica’s with a letter), commune, order; 97 less the rest by 97 is the key."""
    signs = _NOT_SOCIAL.sub("", body)
    month, place = int(signs[3:5]), signs[5:7]
    if not (1 <= month <= 12 or 20 <= month <= 42 or month >= 50) or place == "00" or signs[10:] == "000":
        return False
    if not place.isdigit() and place not in {"2a", "2b"}:
        return False
    number = int(signs[:5] + {"2a": "19", "2b": "18"}.get(place, place) + signs[7:])
    return key is None or key == 97 - number % 97


_LETTERS = [
    rf"(?<={before}[a-z]{{2}}{gap}\d)" for gap in ("", r"[ .\-]", r"[ .\-]{2}") for before in (r"(?<![^\W_])", "iban")
]
_CHECK = re.compile(rf"\d(?:{'|'.join(_LETTERS)})[ .\-]{{0,2}}\d")
"""Two figures after the two letters of a country."""
_COUNTRY = re.compile(r"(?:(?<=iban)|(?<![^\W_]))([a-z]{2})[ .\-]{0,2}\Z")
_SIGN = re.compile(r"[ .\-]{0,3}([a-z0-9])")


def find_iban(text: str) -> Iterator[Span]:
    """As long as its country wants, and 1 by 97."""
    for check in _CHECK.finditer(text):
        country = _COUNTRY.search(text, max(0, check.start() - 4), check.start())
        start, length = (country.start(), IBAN_LENGTHS.get(country[1], 0)) if country else (0, 0)
        end = _signs_end(text, start, length)
        if end and _is_iban(re.sub(r"[ .\-]+", "", text[start:end])):
            yield start, end


def _signs_end(text: str, start: int, count: int) -> int:
    """After so many letters and figures, where no other follows at once; 0 where they are not there."""
    end = start
    for _ in range(count):
        sign = _SIGN.match(text, end)
        if not sign:
            return 0
        end = sign.end()
    return 0 if text[end : end + 1].isalnum() else end


def _is_iban(signs: str) -> bool:
    return int("".join(str(int(sign, 36)) for sign in signs[4:] + signs[:4])) % 97 == 1


_RUN = re.compile(r"\d(?<![^\W_]\d)(?=(?:[ .\-]{0,3}\d){12})\d{0,18}(?:[ .\-]{1,3}\d{1,19})*(?![^\W_])")
_GROUP = re.compile(r"\d+")
_LONGEST = 19
_OTHERS = re.compile(r"sire[tn]|commande|facture|r[ée]f|colis|suivi|contrat|ticket|dossier")


def find_cards(text: str) -> Iterator[Span]:
    """From 13 to 19 figures of a network, which follow Luhn’s formula."""
    for run in _RUN.finditer(text):
        groups = [found.span() for found in _GROUP.finditer(text, *run.span())]
        done = 0
        for first, (start, _) in enumerate(groups):
            if start < done:
                continue
            end = _card_end(text, groups[first : first + _LONGEST], run.span())
            if end:
                yield start, end
                done = end


def _card_end(text: str, groups: list[Span], run: Span) -> int:
    """Where the card that begins with the first of these groups ends; 0 where there is none."""
    digits, sizes, start = "", [], groups[0][0]
    for begin, end in groups:
        digits += text[begin:end]
        sizes.append(end - begin)
        if len(digits) > _LONGEST:
            return 0
        if len(digits) >= 13 and _is_card(digits, tuple(sizes), alone=(start, end) == run):
            return end if len(sizes) > 1 or _is_told_as_card(text, start, len(digits)) else 0
    return 0


def _is_told_as_card(text: str, start: int, length: int) -> bool:
    """Whether nothing says that a number without groups is another; a SIRET’s 14 figures need to be told a card’s."""
    before = text[max(0, start - _CONTEXT) : start]
    return "carte" in before or (length != 14 and not _OTHERS.search(before))


def _is_card(digits: str, sizes: tuple[int, ...], *, alone: bool) -> bool:
    """Of a network, as long as its cards are, in groups as cards have them, and right by its last figure."""
    if len(set(digits)) == 1 or not any(digits.startswith(p) and len(digits) in lengths for p, lengths in CARDS):
        return False
    usual = sizes[:-1] == (4,) * (len(sizes) - 1) or sizes in {(4, 6, 5), (4, 6, 4)}
    # A SIRET follows the formula, too, in groups of its own.
    even = len(set(sizes)) == 1 and alone
    return (usual or even) and follows_luhn(digits)


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
    """What sentences are made of, addresses and references are no secrets."""
    small = text.lower().rstrip("!?")
    return small in _NO_SECRETS or bool(_REFERENCE.fullmatch(small) or _PLACE.fullmatch(small))


def is_strong(text: str) -> bool:
    """Letters and figures, or one of them and signs."""
    if len(text) < 5 or len(text.split()) > 1 or _is_told(text):
        return False
    letters, figures = any(map(str.isalpha, text)), any(map(str.isdigit, text))
    signs = bool(_SIGNS & set(text[:-1])) or text[-1] in "@#$%&*+_="
    elided = re.fullmatch(r"[ldnmstcj]'.*", text.lower())
    return not elided and ((letters and figures) or (signs and (figures or letters)))


def is_secret(text: str) -> bool:
    """What is one where a sentence says that a value follows: figures alone, or capitals inside."""
    if _PLACE.fullmatch(text.lower()):
        return False
    dated = re.fullmatch(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}", text)
    if re.fullmatch(r"\d{4,16}", text) or dated:
        return True
    return len(text) >= 4 and not _is_told(text) and bool(_INNER.search(text)) and len(text.split()) == 1


def is_common(text: str) -> bool:
    """One of those that everybody takes."""
    return text.lower().rstrip("!?.") in _COMMON


def is_word(text: str) -> bool:
    """A word, or up to four, that could be one where nothing else can stand."""
    words = text.lower().rstrip("!?").split()
    if not words or len(words) > 4 or len(text) < 4 or not _NAME.match(text):
        return False
    return words[0] not in _NO_SECRETS and not _is_told(text)


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
    """« mdp : Azerty12! », « mon mot de passe est Azerty12 », « Azerty12 comme mot de passe »."""
    for key in _KEY.finditer(plain.text):
        if span := _find_after_sign(plain, key) or _find_direct(plain, key) or _find_before(plain, key):
            yield span
    for login in _LOGIN.finditer(plain.text):
        value = _find_value(plain, login.end())
        if value and is_strong(_cased_text(plain, value)):
            yield value


def _find_after_sign(plain: PlainText, key: re.Match[str]) -> Span | None:
    """After « : », « = », « est »."""
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
    """Whether what stands where a value would is one."""
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
    """« identifiant et mot de passe : jean / Soleil2024 »: the second of the two."""
    if not value or not _PAIR.search(plain.text[max(0, key.start() - 40) : key.start()]):
        return value
    link = _SECOND.match(plain.text, value[1])
    return (_find_value(plain, link.end()) if link else None) or value


def _find_direct(plain: PlainText, key: re.Match[str]) -> Span | None:
    """« mdp Azerty12! », « le mot de passe provisoire Xy12ab », « code secret 4512 »."""
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
    """« Azerty12 comme mot de passe »."""
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
    """The word that begins there, or what stands between quotes."""
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
