"""A compte rendu in one line: `/cra atelier 8p 1h30 mail, internet 69120 hier +60 retraités`, as it is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.errors import UserError
from bot.forms import Clues
from config.text import cut
from dialogs.cra import KeptAnswers, NewCra
from dialogs.cra.line.parser import LinePiece, TypedLine, choose_pieces, split_line
from dialogs.cra.line.submission import gather_values, settle_values
from dialogs.cra.line.values import LineValues
from storage.cra import Activite, Report
from storage.cra.habits import Usual

_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a compte rendu as it was read.

    ``raw`` is what a submission of the dialog would send, by element name; ``unread`` what was not understood, as
    typed; ``mistakes`` a sentence by element name for what was understood but cannot be, ``choices`` what may have been
    meant instead (value → text); ``notes`` say what was taken otherwise than it was typed, ``assumed`` what was taken
    without being said. ``kept`` is the distribution of the report that this one copies; where ``practice``, it counts
    in no figure.
    """

    raw: dict[str, Any]
    unread: tuple[str, ...] = ()
    mistakes: dict[str, str] = field(default_factory=dict)
    choices: dict[str, dict[str, str]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    assumed: dict[str, str] = field(default_factory=dict)
    kept: KeptAnswers | None = None
    practice: bool = False
    known_tags: tuple[str, ...] = ()

    @property
    def hidden(self) -> dict[str, Any]:
        """The values that are carried along, hidden, with the form of this line."""
        kept = {"kept": self.kept.model_dump(mode="json")} if self.kept else {}
        tags = {"known_tags": self.known_tags} if self.known_tags else {}
        return kept | tags | ({"practice": True} if self.practice else {})

    def tag(self, names: Sequence[str], known: Sequence[str]) -> "Line":
        """Return the same line with these tags; the form also offers those that are ``known``. A practice sheet has no
        tags."""
        if not names:
            return self
        if self.practice:
            return replace(self, notes=self.notes | {"etiquettes": "Une feuille d’entraînement n’a pas d’étiquettes."})
        offered = tuple(dict.fromkeys((*known, *names)))
        return replace(self, raw=self.raw | {"etiquettes": list(names)}, known_tags=offered)

    def choose(self, element: str, value: str) -> "Line":
        """Return the line with this value for an element in doubt; a theme is added to those that were sure, and who is
        alone is not counted."""
        chosen: Any = [*self.raw.get("themes", ()), value] if element == "themes" else value
        mistakes = {e: text for e, text in self.mistakes.items() if e != element}
        choices = {e: offered for e, offered in self.choices.items() if e != element}
        alone = element == "activite" and value != Activite.COLLECTIF
        raw = {e: known for e, known in self.raw.items() if not (alone and e == "participants")}
        return replace(self, raw=raw | {element: chosen}, mistakes=mistakes, choices=choices)

    def misses(self, element: str) -> bool:
        """Tell whether nothing was said of an element, right or wrong."""
        return element not in self.raw and element not in self.mistakes

    def judge(self, clues: Clues) -> "JudgedLine":
        """Judge the line: make its report if it makes one, and find what is wrong; what is merely left out is no
        mistake."""
        blank = NewCra.find_blank(self.raw, clues)
        blank = {element: label for element, label in blank.items() if element not in self.mistakes}
        try:
            form = NewCra.parse(self.raw, self.hidden, clues)
            return JudgedLine(self, form.report(), self.mistakes, blank, form.tags)
        except UserError as refusal:
            found = {e: sentence for e, sentence in refusal.fields.items() if e not in blank}
            return JudgedLine(self, None, found | self.mistakes, blank)


_MAY_BE_ASSUMED = {"canal"}
"""What may have been meant by words that were not understood, and is put right as easily afterwards."""


@dataclass(frozen=True, slots=True)
class JudgedLine:
    """A line, the report that it makes if it makes one, and by element what is wrong and what is missing (labels)."""

    line: Line
    report: Report | None
    mistakes: Mapping[str, str]
    blank: Mapping[str, str]
    tags: tuple[str, ...] = ()

    @property
    def sure(self) -> Report | None:
        """The report, where it may be stored as it is: all that it needs was understood, and nothing left unread could
        be an element that was assumed."""
        line = self.line
        numbers = any(sign.isdigit() for word in line.unread for sign in word)
        doubtful = bool(line.unread) and (numbers or not line.assumed.keys() <= _MAY_BE_ASSUMED)
        return None if self.mistakes or doubtful else self.report


def read_line(text: str, clues: Clues, usual: Usual | None = None) -> Line:
    """Read any text, of any length, as one compte rendu, in whatever order its parts come.

    Date, commune (the last one used), canal and statut have defaults, which are told; age, themes and duration have
    none.
    """
    usual = usual or Usual()
    typed = split_line(text)
    found = gather_values(typed, choose_pieces(typed, clues), clues, usual)
    settle_values(found, clues, usual)
    return make_line(typed, found)


def make_line(typed: TypedLine, found: LineValues, kept: KeptAnswers | None = None) -> Line:
    """Make the line of the settled values."""
    unread = _list_unread(typed, sorted(found.unread, key=lambda piece: piece.first))
    return Line(found.raw, unread, found.mistakes, found.choices, found.notes, found.assumed, kept)


def _list_unread(typed: TypedLine, pieces: list[LinePiece]) -> tuple[str, ...]:
    """List what was not understood, as typed; words joined when typed are listed as one."""
    runs: list[tuple[int, int]] = []
    for piece in pieces:
        if runs and runs[-1][1] == piece.first and typed.tokens[piece.first - 1].glued:
            runs[-1] = (runs[-1][0], piece.end)
        else:
            runs.append((piece.first, piece.end))
    rest = [typed.rest] if typed.rest else []
    return tuple(cut(text, _SHOWN) for text in [*(typed.as_typed(*run) for run in runs), *rest])
