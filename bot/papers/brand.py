"""How papers look: the logo and colours of the programme, and addresses as QR codes."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from config.settings import Settings

LOGO_MAX = 500_000
"""Bytes of a logo."""
_BEGINNINGS = {"png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff"}


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture, and what it is: « svg », « png » or « jpg »."""

    form: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Brand:
    """``colours`` are that of bands and titles, and that of what stands out; ``home`` is where the réseau talks."""

    colours: tuple[str, str]
    logo: Logo | None = None
    home: str = ""


def read_brand(settings: Settings) -> Brand:
    """As it is set; without a logo where there is none, or none that can be read any more."""
    home = f"{settings.mattermost_url}/{settings.team}"
    try:
        logo = read_logo(settings.logo) if settings.logo else None
    except (OSError, ValueError):
        logo = None
    return Brand(settings.colours, logo, home)


def read_logo(path: Path) -> Logo:
    """A logo. Raises OSError, and ValueError in French for what is none."""
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
"""What a telephone reads at arm’s length."""
SMALLEST_MM, LARGEST_MM = 13.0, 22.0
_QUIET = 2


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code as SVG, and how wide it has to be, in millimetres."""

    svg: str
    size: float


def draw_qr_code(address: str) -> QrCode | None:
    """The code of an address; None for one so long that its code would be too large, or too fine to be read."""
    import segno

    try:
        made = segno.make_qr(address, error="l")
    except segno.DataOverflowError:
        return None
    size = made.symbol_size(border=_QUIET)[0] * MODULE_MM
    if size > LARGEST_MM:
        return None
    written = BytesIO()
    made.save(written, kind="svg", xmldecl=False, omitsize=True, border=_QUIET, svgclass=None, lineclass=None)
    return QrCode(written.getvalue().decode(), round(max(size, SMALLEST_MM), 2))
