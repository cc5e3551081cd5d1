"""The fields that the windows of moderation share: a text, a reason, how long."""

from dataclasses import dataclass
from datetime import timedelta

from bot.forms import Clues, ReadText, Text
from config.charte import duration
from storage.journal.entry import REASON_MAX

LONGEST = timedelta(days=365)


@dataclass(frozen=True)
class Words(Text):
    """A text of several lines, of so many characters at most."""

    long: bool = True
    limit: int = REASON_MAX

    def value(self, text: str, clues: Clues) -> str:
        if len(text) > self.limit:
            raise ValueError(f"Raccourcissez ce texte : {self.limit} caractères au plus.")
        return text


def read_lasts(text: str, _: Clues) -> timedelta:
    """« 3j », « 2 h ». Raises ValueError, with a French sentence, for what is no duration."""
    found = duration(text)
    if found is None or found > LONGEST:
        raise ValueError("Écrivez une durée en heures ou en jours : « 2h », « 3j », un an au plus.")
    return found


def write_lasts(lasts: timedelta) -> str:
    """As it is read."""
    return f"{lasts.days}j" if not lasts.seconds else f"{lasts // timedelta(hours=1)}h"


LASTS = ReadText(read_lasts, show=write_lasts, placeholder="7j")
