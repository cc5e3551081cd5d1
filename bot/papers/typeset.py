"""Pictures and PDF composed by typst from templates/reports, with the bot’s own fonts; to be run in a thread."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any
from unicodedata import category

from bot.french.dates import MONTHS, MONTHS_SHORT
from bot.french.words import group
from bot.papers.compositor import TEMPLATES, AskedDocument, compositor
from bot.papers.page import NOTHING, FigurePage, FigureSection, LabelledValue, say_value
from bot.texts import typeset
from config import tables
from config.text import normalize

_UNKNOWN = "\ufffd"
_MAY_BREAK = "\u200b"
_REPLACED: dict[int, str | None] = {
    # What only changes how the pictograph before it looks: the hue of a skin, a key around a figure.
    **dict.fromkeys((0x20E3, 0xFE0E, 0xFE0F, *range(0x1F3FB, 0x1F400))),
    # Flags are two letters each: « FR ».
    **{0x1F1E6 + n: chr(ord("A") + n) for n in range(26)},
}
# Longer words have no place to break in a column: they get some.
_LONG_WORD = re.compile(r"\S{24,}")


def to_drawable(text: str) -> str:
    """Return a text as one line of characters that the fonts have, without direction and hidden marks."""
    plain = normalize("NFC", text).translate(_REPLACED)
    kept = (c for c in " ".join(plain.split(" ")) if category(c) not in ("Cf", "Cs"))
    line = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", "".join(kept)).strip()
    known = "".join(c if ord(c) in drawn_code_points() else _UNKNOWN for c in line)
    return _LONG_WORD.sub(lambda word: _MAY_BREAK.join(re.findall(r".{1,12}", word[0])), known)


@cache
def drawn_code_points() -> frozenset[int]:
    """Return the code points of the fonts, from the lists they were made with: « U+0020-007E,U+00A0-017F… »."""
    lists = [(TEMPLATES / "fonts" / name).read_text("ascii") for name in ("unicodes.txt", "emoji.txt")]
    ranges = ",".join(lists).replace("U+", "").split(",")
    bounds = ([int(bound, 16) for bound in span.split("-")] for span in ranges)
    return frozenset(code for low, *high in bounds for code in range(low, (high[0] if high else low) + 1))


_SHORTCODE = re.compile(r":([a-z0-9_+-]{1,60}):")


@cache
def read_shortcodes() -> Mapping[str, str]:
    """Return the pictograph of each shortcode that the fonts can draw."""
    return {row["nom"]: row["signe"] for row in tables.read("emojis.tsv")}


def replace_shortcodes(text: str) -> str:
    """Replace shortcodes by pictographs; unknown ones stay."""
    return _SHORTCODE.sub(lambda found: read_shortcodes().get(found[1], found[0]), text)


# 400 points wide, as wide as a phone, drawn on as many pixels as a phone of 360 points at a density of three has.
_PPI = 1080 / 400 * 72
_SHORT_MONTHS = dict(zip(MONTHS, MONTHS_SHORT, strict=True))


def draw_picture(page: FigurePage, template: str, folder: Path) -> Path:
    """Draw a picture of a page in ``folder`` from a template."""
    (path,) = draw_pictures(page, [template], folder)
    return path


def draw_pictures(page: FigurePage, templates: Sequence[str], folder: Path) -> list[Path]:
    """Draw several pictures of a page in parallel."""
    told, form = describe_page(page), {"format": "png", "ppi": _PPI}
    paths = [folder / page.file(f"{template}.png") for template in templates]
    made = compositor.compose([AskedDocument(template, told, form) for template in templates])
    for path, drawn in zip(paths, made, strict=True):
        path.write_bytes(drawn)
    return paths


def draw_document(page: FigurePage, template: str, path: Path) -> None:
    """Compose a PDF of a page from a template, tagged as PDF/UA-1; typst refuses what does not conform."""
    path.write_bytes(compose_pdf(template, describe_page(page), page.today))


def compose_pdf(template: str, told: Mapping[str, Any], day: date) -> bytes:
    """Compose a tagged PDF of other data from a template; ``day`` is its date."""
    made = datetime(day.year, day.month, day.day, tzinfo=UTC).isoformat()
    form = {"format": "pdf", "pdf_standards": ["ua-1"], "timestamp": made}
    (composed,) = compositor.compose([AskedDocument(template, told, form)])
    return composed


def describe_page(page: FigurePage) -> dict[str, Any]:
    """Describe the page as templates read it."""
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


def _section(section: FigureSection) -> dict[str, Any]:
    totals = accumulate(line.value for line in section.lines)
    drawn = [_line(line, section.unit, total) for line, total in zip(section.lines, totals, strict=True)]
    return {"title": _words(section.heading), "unit": _words(section.unit), "lines": drawn}


def _line(line: LabelledValue, unit: str, total: int) -> dict[str, Any]:
    """Describe a line; ``total`` is its sum with those above."""
    return {
        "label": _words(line.label),
        "short": _words(_shorten(line.label)),
        "value": line.value,
        "said": say_value(line.value, unit),
        "total": group(total),
        "percent": None if line.percent is None else _words(f"{line.percent}\u00a0%"),
    }


def _shorten(label: str) -> str:
    """Shorten a month: « nov. 2026 »; any other label stays."""
    month, _, year = label.rpartition(" ")
    return f"{_SHORT_MONTHS.get(month, month)} {year}".strip()


def _words(text: str) -> str:
    return typeset(to_drawable(text))
