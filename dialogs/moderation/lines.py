"""How a line of « /moderer » is read: its words, a duration, a channel by its name; the rest is the reason."""

import re
from collections.abc import Mapping
from datetime import timedelta

from config.text import fold
from config.time import read_duration

REASON_MAX = 1000
LENGTH_MAX = timedelta(days=366)
_LENGTH = re.compile(
    r"(\d{1,5}) ?(min|minutes?|h|heures?|j|jours?|sem|semaines?|mois)(?=\s|$)[.,;:]?\s*", re.IGNORECASE
)
_QUOTED = re.compile(r"[«\"“]\s*([^»\"”]{1,80}?)\s*[»\"”]\s*")


def take_word(text: str) -> tuple[str, str]:
    """The first word of a line, and the rest."""
    word, _, rest = text.strip().partition(" ")
    return word, rest.strip()


def take_length(text: str) -> tuple[timedelta | None, str]:
    """The duration that a line begins with (« 7j », « 2 heures »), and the rest; None where it begins with none, or
    with one of nothing or of more than a year."""
    found = _LENGTH.match(text.strip())
    if found is None:
        return None, text.strip()
    lasts = read_duration(found[1], found[2])
    return (lasts if timedelta() < lasts <= LENGTH_MAX else None), text.strip()[found.end() :]


def take_channel(text: str, names: Mapping[str, str]) -> tuple[str, str]:
    """The channel that a line begins with, of those known (id by folded name), and the rest; "" where it is none.

    « ~adresse », « "Titre" » or the words of a title; the longest name that fits is meant.
    """
    line = text.strip()
    if quoted := _QUOTED.match(line):
        return names.get(fold(quoted[1]), ""), line[quoted.end() :]
    line = line.removeprefix("~")
    words = line.split()
    most = max((name.count(" ") + 1 for name in names), default=0)
    for size in range(min(len(words), most + 2), 0, -1):
        if ident := names.get(fold(" ".join(words[:size]))):
            return ident, " ".join(words[size:])
    return "", text.strip()
