"""What every paper shows: a page of figures (lines under titles, each a label and its value), the logo and colours of
the programme, and addresses as QR codes.
"""

import re
from dataclasses import dataclass
from datetime import date, tzinfo
from io import BytesIO
from pathlib import Path
from unicodedata import combining

from bot.french.words import group, say_minutes
from config import libraries
from config.settings import Settings
from config.text import normalize
from config.time import PARIS


@dataclass(frozen=True, slots=True)
class LabelledValue:
    """A value with its label; ``percent`` is its share in whole percent, None if it has none."""

    label: str
    value: int
    percent: int | None = None


@dataclass(frozen=True, slots=True)
class FigureSection:
    """Values under a title; ``key`` names the section in templates and files. Values count what ``unit`` says."""

    key: str
    title: str
    unit: str
    lines: tuple[LabelledValue, ...]
    is_about: bool = False
    """Its percentages are rounded each by itself: equal values have equal ones, which do not make 100."""

    @property
    def heading(self) -> str:
        """The title, which says if percentages are approximate: « Statut des usagers (environ) »."""
        return f"{self.title} (environ)" if self.is_about else self.title

    @property
    def filled(self) -> tuple[LabelledValue, ...]:
        """The lines that are not zero."""
        return tuple(line for line in self.lines if line.value != 0)

    @property
    def ranked(self) -> tuple[LabelledValue, ...]:
        """The lines that are not zero, largest first."""
        return tuple(sorted(self.filled, key=lambda line: -line.value))


NOTHING = "Il n’y a aucune statistique pour le moment."


@dataclass(frozen=True, slots=True, kw_only=True)
class FigurePage:
    """A page of figures up to and including ``last``, made on ``today``.

    ``stem`` begins the names of its files; ``place`` is postcode and town, ``zone`` the reader’s time zone.
    """

    title: str
    period: str
    start: date
    last: date
    today: date
    sections: tuple[FigureSection, ...]
    name: str | None = None
    structure: str | None = None
    place: str | None = None
    notes: tuple[str, ...] = ()
    stem: str = "Statistiques"
    zone: tzinfo = PARIS

    def file(self, ending: str) -> str:
        """Return the name of a file of the page, by its suffix: ``pdf``, or ``activite.png`` for one of several."""
        return file_name(f"{self.stem} {self.name or ''}", self.start, self.last, ending)

    def section(self, key: str) -> FigureSection | None:
        """The section of that key, if the page has it."""
        return next((section for section in self.sections if section.key == key), None)

    @property
    def ordered(self) -> tuple[FigureSection, ...]:
        """The sections in the order of documents."""
        return self.sections

    @property
    def drawn(self) -> tuple[FigureSection, ...]:
        """The sections as they are drawn."""
        return self.ordered

    @property
    def sheets(self) -> tuple[FigureSection, ...]:
        """The sections in the wording of sheets."""
        return self.ordered

    @property
    def days(self) -> str:
        """The days as « 01/11/2026-24/11/2026 »."""
        return f"{self.start:%d/%m/%Y}-{self.last:%d/%m/%Y}"


def file_name(stem: str, start: date, last: date, ending: str) -> str:
    """Make a file name: « Mes_statistiques_Lea_Roux_01-11-2026_24-11-2026.pdf »; ``ending`` may be ``activite.png``."""
    *part, kind = ending.rsplit(".", 1)
    dates = (f"{day:%d-%m-%Y}" for day in (start, last))
    return "_".join((_simplify(stem), *dates, *part)) + f".{kind}"


def say_value(value: int, unit: str = "") -> str:
    """Write a value: « 1 234 », or « 12 h 30 » if the unit is minutes."""
    return say_minutes(value) if unit == "minutes" else group(value)


def _simplify(name: str) -> str:
    """Reduce a name to ASCII letters, digits, hyphens and underscores, at most 80."""
    letters = "".join(c for c in normalize("NFKD", name) if not combining(c))
    return re.sub(r"[^A-Za-z0-9-]+", "_", letters).strip("_")[:80] or "Statistiques"


LOGO_MAX = 500_000
"""Bytes of a logo."""
_BEGINNINGS = {"png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff"}


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture and its format: « svg », « png » or « jpg »."""

    form: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Brand:
    """The programme’s look: ``colours`` of bands and titles and of highlights, the logo, and ``home``, the address of
    the réseau’s Mattermost."""

    colours: tuple[str, str]
    logo: Logo | None = None
    home: str = ""


def read_brand(settings: Settings) -> Brand:
    """Read the brand from the settings; without a logo if there is none, or it cannot be read."""
    home = f"{settings.mattermost_url}/{settings.team}"
    try:
        logo = read_logo(settings.logo) if settings.logo else None
    except (OSError, ValueError):
        logo = None
    return Brand(settings.colours, logo, home)


def read_logo(path: Path) -> Logo:
    """Read a logo. Raises OSError, and ValueError in French for what is none."""
    content = path.read_bytes()
    if len(content) > LOGO_MAX:
        raise ValueError(f"ce logo est trop lourd : {LOGO_MAX // 1000} Ko au plus")
    for form, beginning in _BEGINNINGS.items():
        if content.startswith(beginning):
            return Logo(form, content)
    try:
        is_svg = "<svg" in content.decode()
    except UnicodeDecodeError:
        is_svg = False
    if not is_svg:
        raise ValueError("ce logo n’est ni SVG, ni PNG, ni JPEG")
    return Logo("svg", content)


MODULE_MM = 0.36
"""The side of one module of a QR code, in millimetres, that a telephone reads at arm’s length."""
SMALLEST_MM, LARGEST_MM = 13.0, 22.0
_QUIET = 2


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code as SVG, with the width it needs in millimetres."""

    svg: str
    size: float


def draw_qr_code(address: str) -> QrCode | None:
    """Draw the QR code of an address; None if it would be too large, or too fine to scan."""
    try:
        made = libraries.segno.make_qr(address, error="l")
    except libraries.segno.DataOverflowError:
        return None
    size = made.symbol_size(border=_QUIET)[0] * MODULE_MM
    if size > LARGEST_MM:
        return None
    written = BytesIO()
    made.save(written, kind="svg", xmldecl=False, omitsize=True, border=_QUIET, svgclass=None, lineclass=None)
    return QrCode(written.getvalue().decode(), round(max(size, SMALLEST_MM), 2))


def draw_large_code(address: str) -> str:
    """Draw the QR code of an address as SVG for a poster, with high error correction. Raises segno’s
    DataOverflowError."""
    made = libraries.segno.make_qr(address, error="q")
    return made.svg_inline(border=_QUIET * 2, omitsize=True, svgclass=None, lineclass=None)


def write_qr_png(address: str, path: Path) -> None:
    """Write the QR code of an address as a picture for printing. Raises segno’s DataOverflowError."""
    libraries.segno.make_qr(address, error="m").save(str(path), kind="png", scale=12, border=4)
