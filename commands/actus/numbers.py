"""A number of the news as people write it: « 42 », « n° 42 », « numéro 42 »."""

import re

from bot.errors import UserError
from bot.french.words import fold

_NUMBER = re.compile(r"(?:(?:le )?(?:n ?o|n|no|num|numero|actus) ?)?([0-9]{1,6})")


def find_number(line: str) -> int | None:
    """The number that a line is; None for what is none."""
    match = _NUMBER.fullmatch(" ".join(fold(line.replace("°", " ").replace("º", " ")).split()))
    return int(match[1]) if match else None


def read_number(line: str, command: str) -> int:
    """The same. Raises UserError."""
    number = find_number(line)
    if number is None:
        raise UserError(f"Dites quel numéro, par exemple `/actus {command} 42`.")
    return number
