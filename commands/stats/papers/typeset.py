"""Pictures and PDF, composed by typst from templates/reports; to be run in a thread, none is slow."""

import json
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Any

from bot.french.dates import MONTHS
from bot.texts import typeset
from commands.stats.papers.glyphs import drawable
from commands.stats.papers.page import NOTHING, Page, group, say
from commands.stats.sections import LabelledValue, Section

# 400 points wide, as wide as a phone, drawn on 1440 pixels.
_PPI = 1440 / 400 * 72
_SHORT = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")
_SHORT_MONTHS = dict(zip(MONTHS, _SHORT, strict=True))
# Enough for a picture and a page; sheets have them all.
_MONTHS, _COMMUNES = 24, 20
_RANKED = ("themes", "departements")


def charts(page: Page, folder: Path) -> list[Path]:
    """Two pictures of the page in ``folder``: what was done, and for whom."""
    return [_picture(page, kind, folder) for kind in ("activite", "usagers")]


def carte(page: Page, folder: Path) -> Path:
    """A picture of the page’s first section, one bar a département, the largest first."""
    return _picture(page, "carte", folder)


def pdf(page: Page, path: Path) -> None:
    """The page as a document for an employer: A4, tagged, PDF/UA-1; typst refuses what does not conform."""
    made = datetime(page.today.year, page.today.month, page.today.day, tzinfo=UTC)
    path.write_bytes(_compile(page, "recapitulatif", format="pdf", pdf_standards=["ua-1"], timestamp=made))


def _picture(page: Page, kind: str, folder: Path) -> Path:
    path = folder / page.file(f"{kind}.png")
    path.write_bytes(_compile(page, kind, format="png", ppi=_PPI))
    return path


def _compile(page: Page, template: str, **asked: Any) -> bytes:
    """What a template makes of a page. The page’s words go in as data, so that none is markup.

    A compiler serves one thread at a time, and making one costs nothing that counts.
    """
    import typst

    root = Path(str(files("templates")))
    compiler = typst.Compiler(
        root / "reports" / f"{template}.typ", root=root, font_paths=_fonts(root / "fonts"), ignore_system_fonts=True
    )
    made = compiler.compile(sys_inputs={"page": json.dumps(tell(page))}, **asked)
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
        "sections": {section.key: _section(section) for section in page.ordered},
        "first": page.sections[0].key if page.sections else "",
    }


def _section(section: Section) -> dict[str, Any]:
    lines = section.lines
    if section.key in _RANKED:
        lines = tuple(sorted(lines, key=lambda line: line.value, reverse=True))
    drawn = (
        _months(lines) if section.key == "evolution" else [_line(line, section.unit) for line in _fewer(section, lines)]
    )
    return {"title": _words(section.title), "unit": _words(section.unit), "lines": drawn}


def _line(line: LabelledValue, unit: str) -> dict[str, Any]:
    return {
        "label": _words(line.label),
        "value": line.value,
        "said": say(line.value, unit),
        "percent": None if line.percent is None else _words(f"{line.percent}\u00a0%"),
    }


def _fewer(section: Section, lines: tuple[LabelledValue, ...]) -> tuple[LabelledValue, ...]:
    """The lines, the last communes of a long list as one."""
    rest = lines[_COMMUNES:]
    if section.key != "communes" or len(rest) < 2:
        return lines
    return (*lines[:_COMMUNES], _sum(f"{len(rest)} autres communes", rest))


def _months(lines: tuple[LabelledValue, ...]) -> list[dict[str, Any]]:
    """Lines of months (years when they are many), with what they add up to so far."""
    if len(lines) > _MONTHS:
        years = groupby(lines, key=lambda line: line.label.rpartition(" ")[2])
        lines = tuple(_sum(year, tuple(months)) for year, months in years)
    told = []
    for place, line in enumerate(lines, 1):
        month, _, year = line.label.rpartition(" ")
        short = f"{_SHORT_MONTHS.get(month, month)} {year}".strip()
        told.append(_line(line, "") | {"short": short, "total": group(_sum("", lines[:place]).value)})
    return told


def _sum(label: str, lines: tuple[LabelledValue, ...]) -> LabelledValue:
    """Lines as one."""
    return LabelledValue(label, sum(line.value for line in lines))


def _words(text: str) -> str:
    return typeset(drawable(text))
