"""Pictures and PDF, composed by typst from templates/reports; to be run in a thread, none is slow."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from itertools import accumulate
from pathlib import Path
from typing import Any

from bot.french.dates import MONTHS, MONTHS_SHORT
from bot.papers.glyphs import drawable
from bot.papers.page import NOTHING, Page, group, say
from bot.papers.sections import LabelledValue, Section
from bot.texts import typeset

# 400 points wide, as wide as a phone, drawn on 1440 pixels.
_PPI = 1440 / 400 * 72
_SHORT_MONTHS = dict(zip(MONTHS, MONTHS_SHORT, strict=True))


def picture(page: Page, template: str, folder: Path) -> Path:
    """A picture of the page in ``folder``, as a template draws it."""
    path = folder / page.file(f"{template}.png")
    path.write_bytes(_compile(page, template, format="png", ppi=_PPI))
    return path


def document(page: Page, template: str, path: Path) -> None:
    """The page as a PDF, as a template composes it: tagged, PDF/UA-1; typst refuses what does not conform."""
    made = datetime(page.today.year, page.today.month, page.today.day, tzinfo=UTC)
    path.write_bytes(_compile(page, template, format="pdf", pdf_standards=["ua-1"], timestamp=made))


def compose(template: str, told: Mapping[str, Any], day: date) -> bytes:
    """A PDF of what is no page of figures, as a template composes it, tagged as well; ``day`` is when it is made."""
    made = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return _made(template, told, format="pdf", pdf_standards=["ua-1"], timestamp=made)


def _compile(page: Page, template: str, **asked: Any) -> bytes:
    """What a template makes of a page."""
    return _made(template, tell(page), **asked)


def _made(template: str, told: Mapping[str, Any], **asked: Any) -> bytes:
    """What a template makes of words, which go in as data, so that none is markup.

    A compiler serves one thread at a time, and making one costs nothing that counts.
    """
    import typst

    root = Path(str(files("templates")))
    compiler = typst.Compiler(
        root / "reports" / f"{template}.typ", root=root, font_paths=_fonts(root / "fonts"), ignore_system_fonts=True
    )
    made = compiler.compile(sys_inputs={"page": json.dumps(told)}, **asked)
    if not isinstance(made, bytes):
        raise TypeError(f"{template}.typ makes {type(made)}, not one file")
    return made


@cache
def _fonts(folder: Path) -> Any:
    """Our fonts and no others: the same bytes everywhere."""
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


def tell(page: Page) -> dict[str, Any]:
    """The page as templates read it."""
    return {
        "title": _words(page.title) or "Statistiques",
        "period": _words(page.period),
        "start": f"{page.start:%d/%m/%Y}",
        "last": f"{page.last:%d/%m/%Y}",
        "today": f"{page.today:%d/%m/%Y}",
        "name": _words(page.name or ""),
        "structure": _words(page.structure or ""),
        "place": _words(page.place or ""),
        "notes": [_words(note) for note in page.notes],
        "nothing": _words(NOTHING),
        "empty": not any(line.value != 0 for section in page.sections for line in section.lines),
        "sections": {section.key: _section(section) for section in page.drawn},
        "first": page.sections[0].key if page.sections else "",
    }


def _section(section: Section) -> dict[str, Any]:
    totals = accumulate(line.value for line in section.lines)
    drawn = [_line(line, section.unit, total) for line, total in zip(section.lines, totals, strict=True)]
    return {"title": _words(section.title), "unit": _words(section.unit), "lines": drawn}


def _line(line: LabelledValue, unit: str, total: int) -> dict[str, Any]:
    """A line; ``total`` is what it and those above it add up to."""
    return {
        "label": _words(line.label),
        "short": _words(_shorten(line.label)),
        "value": line.value,
        "said": say(line.value, unit),
        "total": group(total),
        "percent": None if line.percent is None else _words(f"{line.percent}\u00a0%"),
    }


def _shorten(label: str) -> str:
    """« nov. 2026 »; what is no month stays as it is."""
    month, _, year = label.rpartition(" ")
    return f"{_SHORT_MONTHS.get(month, month)} {year}".strip()


def _words(text: str) -> str:
    return typeset(drawable(text))
