"""A field of one line, of so many characters at most."""

from collections.abc import Callable

from bot.forms import Clues, ReadText

Reader = Callable[[str, Clues], str]


def read_line(most: int, what: str = "cette ligne") -> Reader:
    """Reads a text as one line, and says where there is too much of ``what``."""

    def read(text: str, _: Clues) -> str:
        line = " ".join(text.split())
        if len(line) > most:
            raise ValueError(f"Raccourcissez {what} : {most} caractères au plus.")
        return line

    return read


def line(most: int, what: str = "cette ligne") -> ReadText:
    """The field."""
    return ReadText(read_line(most, what))
