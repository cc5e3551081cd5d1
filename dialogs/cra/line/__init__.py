"""A compte rendu in one line: `/cra atelier 8p 1h30 mail, internet 69120 hier +60 retraités`, as it is read."""

from dataclasses import dataclass
from typing import Any

from bot.forms import Clues
from dialogs.cra.line.parser import Piece, TypedLine, choose_pieces, split_line
from dialogs.cra.line.submission import gather_values

_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Line:
    """What a line says.

    ``raw`` is what a submission of the dialog would send, by element name; ``unread`` what was not understood,
    as typed; ``mistakes`` a sentence by element name for what was understood but cannot be; ``assumed`` what was
    taken without being said.
    """

    raw: dict[str, Any]
    unread: tuple[str, ...]
    mistakes: dict[str, str]
    assumed: tuple[str, ...]


def read_line(text: str, clues: Clues, last_commune: str = "") -> Line:
    """Read any text, of any length, as a compte rendu; the order of its parts does not matter.

    Date, commune (the last one used), canal and statut have defaults, which are told; age, themes and duration have
    none.
    """
    typed = split_line(text)
    found = gather_values(typed, choose_pieces(typed, clues), clues, last_commune)
    unread = _list_unread(typed, sorted(found.unread, key=lambda piece: piece.first))
    return Line(found.raw, unread, found.mistakes, tuple(found.assumed))


def _list_unread(typed: TypedLine, pieces: list[Piece]) -> tuple[str, ...]:
    """List what was not understood, as typed: words typed as one are named as one."""
    runs: list[tuple[int, int]] = []
    for piece in pieces:
        if runs and runs[-1][1] == piece.first and typed.tokens[piece.first - 1].glued:
            runs[-1] = (runs[-1][0], piece.end)
        else:
            runs.append((piece.first, piece.end))
    rest = [typed.rest] if typed.rest else []
    return tuple(_shorten(text) for text in [*(typed.as_typed(*run) for run in runs), *rest])


def _shorten(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
