"""How papers look: the logo and the colours of the programme, as the operator set them."""

from dataclasses import dataclass
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


def of(settings: Settings) -> Brand:
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
