"""Cells of spreadsheets that would run as formulas: guarded on the way out, as they were on the way in."""

import re

# A spreadsheet takes a cell that begins so for a formula, also after blanks, also in full-width signs.
_FORMULA = re.compile(r"\A'*\s*[=+\-@|%\t\r＝＋－＠]")


def guard(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would run as a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguard(cell: str) -> str:
    """The cell without that apostrophe."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
