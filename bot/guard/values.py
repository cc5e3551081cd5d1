"""Whether a word is a secret, or one that sentences about passwords are made of."""

import re
from importlib.resources import files

_SIGNS = frozenset("@#$%&*!?+_=€£^~<>|§")
_REFERENCE = re.compile(
    r"[a-z]{1,6}-?\d{1,4}(?:-\d{1,9}){1,5}|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{1,2}h\d{0,2}|\d{1,9}(?:e|er|ème|eme|nd|[€%])"
)
_PLACE = re.compile(
    r"(?:https?://|www\.).*|(?:[\w-]{1,63}\.){1,8}[a-z]{2,6}(?:/.*)?|[\w.+-]{1,64}@[\w-]{1,63}\.[\w.]+|[@~#][a-zà-ÿ_-].*"
)


def _words(name: str) -> frozenset[str]:
    lines = (files("bot.guard") / name).read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


_NO_SECRETS = _words("no_secrets.txt")
_COMMON = _words("common_passwords.txt")
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
