"""Single values of a file of comptes rendus: each function reads one, or raises ValueError with a French sentence."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from config.themes import THEMES
from storage.cra.rows import THEMES_JOINED_BY
from storage.cra.values import Source

E = TypeVar("E", bound=StrEnum)

NUMBER_MAX = 2_000_000_000
_COUNT_MAX = 1000
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_USERNAME = re.compile(r"[a-z0-9.\-_]{1,64}")
_FRENCH_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


def line(value: Any) -> str | None:
    """One line of text, None when empty."""
    if value is None:
        return None
    if isinstance(value, (dict, list, bool)):
        raise ValueError("un texte est attendu")
    text = str(value).strip()
    if "\ufffd" in text:
        raise ValueError("des caractères sont illisibles, enregistrez le fichier en UTF-8")
    if _INVISIBLE.search(text):
        raise ValueError("des caractères invisibles sont à retirer")
    return text or None


def need(value: Any) -> str:
    """One line of text that is there."""
    text = line(value)
    if text is None:
        raise ValueError("la valeur manque")
    return text


def at_most(length: int) -> Callable[[Any], str | None]:
    """A reader of one line of that many characters, or none."""

    def read(value: Any) -> str | None:
        text = line(value)
        if text and len(text) > length:
            raise ValueError(f"{length} caractères au plus")
        return text

    return read


def username(value: Any) -> str:
    """A user name of Mattermost, with or without its @."""
    name = need(value).removeprefix("@").lower()
    if not _USERNAME.fullmatch(name):
        raise ValueError("ce n’est pas un nom d’utilisateur Mattermost")
    return name


def code_of(members: type[E]) -> Callable[[Any], E]:
    """A reader of one of the codes."""
    known = {member.value: member for member in members}

    def read(value: Any) -> E:
        text = need(value)
        if text not in known:
            raise ValueError(f"« {text} » n’est pas un de : {', '.join(known)}")
        return known[text]

    return read


def source(value: Any) -> Source:
    """What the file says if it is one of ours, else an import."""
    return Source(value) if isinstance(value, str) and value in set(Source) else Source.IMPORT


def whole(value: Any) -> int | None:
    """A whole number, given as such or as digits."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not re.fullmatch(r"[+-]?[0-9]{1,10}", str(value).strip()):
        raise ValueError("un nombre entier est attendu")
    return int(value)


def small(value: Any) -> int | None:
    """A whole number that a count may be."""
    number = whole(value)
    if number is not None and abs(number) > _COUNT_MAX:
        raise ValueError("ce nombre est trop grand")
    return number


def minutes(value: Any) -> int:
    """A duration, which has to be there."""
    number = small(value)
    if number is None:
        raise ValueError("la valeur manque")
    return number


def numero(value: Any) -> int | None:
    """The number of a compte rendu; a huge one would leave none for those to come."""
    number = whole(value)
    if number is not None and not 1 <= number <= NUMBER_MAX:
        raise ValueError("un numéro positif est attendu")
    return number


def counts_by(members: type[E]) -> Callable[[Any], dict[E, int]]:
    """A reader of persons by code, without the codes of nobody."""
    known = {member.value: member for member in members}

    def read(value: Any) -> dict[E, int]:
        if not isinstance(value, (Mapping, type(None))):
            raise ValueError("des nombres par code sont attendus")
        counts = {str(code): small(number) for code, number in (value or {}).items()}
        if unknown := counts.keys() - known.keys():
            raise ValueError(f"« {min(unknown)} » n’est pas un de : {', '.join(known)}")
        return {known[code]: number for code, number in counts.items() if number}

    return read


def themes(value: Any) -> tuple[str, ...]:
    """Codes of themes, as a list or joined."""
    if value is not None and not isinstance(value, (list, str)):
        raise ValueError("une liste de codes est attendue")
    listed = value if isinstance(value, list) else str(value or "").split(THEMES_JOINED_BY)
    codes = tuple(code for item in listed if (code := line(item)))
    if unknown := [code for code in codes if code not in THEMES]:
        raise ValueError(f"« {unknown[0]} » n’est pas un code de thème")
    if len(set(codes)) < len(codes):
        raise ValueError("un thème est indiqué deux fois")
    return codes


def day(value: Any) -> date:
    """A date, ISO or as a French spreadsheet rewrites it."""
    text = need(value)
    try:
        if found := _FRENCH_DATE.fullmatch(text):
            return date(int(found[3]), int(found[2]), int(found[1]))
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"« {text} » n’est pas une date (2026-09-12)") from None


def instant(value: Any) -> datetime | None:
    """A moment; one without zone is in UTC."""
    text = line(value)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"« {text} » n’est pas un instant (2026-09-12T14:30:00Z)") from None
