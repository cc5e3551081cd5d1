"""Text input of commands: a file or the standard input, read line by line, without importing the bot."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from cli.errors import OperatorError

LINE_BYTES_MAX = 1_000_000
"""The most bytes of a line; no valid line is near it."""
_MARK = b"\xef\xbb\xbf"

Text = tuple[int, str]
"""A line by its number in the file (the first is 1)."""


@contextmanager
def open_file(name: str) -> Iterator[BinaryIO]:
    """Open a file for reading, or « - » for the standard input. Raises OperatorError."""
    if name == "-":
        yield sys.stdin.buffer
        return
    must_be_a_file(Path(name))
    with Path(name).open("rb") as stream:
        yield stream


def must_be_a_file(path: Path) -> None:
    """Raise OperatorError if there is no such file."""
    if not path.is_file():
        raise OperatorError(f"Le fichier {path} n’existe pas, ou n’est pas un fichier.")


def read_texts(stream: BinaryIO) -> Iterator[Text]:
    """Yield lines with their numbers; invalid UTF-8 becomes U+FFFD, which no value may contain."""
    number = 0
    while data := stream.readline(LINE_BYTES_MAX + 1):
        number += 1
        if number == 1:
            data = _without_mark(data)
        if len(data) > LINE_BYTES_MAX:
            while (more := stream.readline(LINE_BYTES_MAX)) and not more.endswith(b"\n"):
                pass
        yield number, data.decode("utf-8", "replace")


def read_lines(stream: BinaryIO) -> Iterator[Text]:
    """Yield lines with their numbers, without line ends. Raises OperatorError for invalid UTF-8."""
    number = 0
    while data := stream.readline(LINE_BYTES_MAX + 1):
        number += 1
        if len(data) > LINE_BYTES_MAX:
            raise OperatorError(f"Ligne {number} : elle a plus d’un million d’octets. Coupez-la en plusieurs.")
        try:
            line = (data.removeprefix(_MARK) if number == 1 else data).decode("utf-8")
        except UnicodeDecodeError:
            raise OperatorError(
                f"Ligne {number} : ce n’est pas du texte UTF-8. Enregistrez le fichier ainsi."
            ) from None
        yield number, line.removesuffix("\n").removesuffix("\r")


def _without_mark(data: bytes) -> bytes:
    if data.startswith((b"PK\x03\x04", b"\xff\xfe", b"\xfe\xff", b"\xd0\xcf")):
        raise OperatorError("Ce fichier n’est pas du texte UTF-8 : enregistrez-le en « CSV UTF-8 », ou en JSONL.")
    return data.removeprefix(_MARK)
