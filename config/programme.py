"""The programme of the conseillers numériques: its first day, and the colours of its documents."""

import re
from datetime import date

USUAL_COLOURS = "#000091 #c9191e"
CONTRAST_MIN = 4.5
"""The least contrast of white words on either colour (WCAG 2.1, 1.4.3)."""
_COLOUR = re.compile(r"#[0-9a-f]{6}")


def read_colours(text: str) -> tuple[str, str]:
    """Read two colours, « #000091 #c9191e »: that of bands and titles, and the accent. Raises ValueError, in French,
    for unreadable colours, and for those on which white text would be illegible."""
    found = text.lower().replace(",", " ").split()
    if len(found) != 2 or not all(_COLOUR.fullmatch(each) for each in found):
        raise ValueError(f"écrivez deux couleurs, comme « {USUAL_COLOURS} »")
    if pale := [each for each in found if contrast(each) < CONTRAST_MIN]:
        raise ValueError(f"{pale[0]} est trop claire : des mots blancs ne s’y lisent pas ; prenez-la plus foncée")
    return found[0], found[1]


def contrast(colour: str) -> float:
    """Compute the contrast ratio of white on a colour, from 1 to 21 (WCAG 2)."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _linear(light: float) -> float:
    return light / 12.92 if light <= 0.04045 else float(((light + 0.055) / 1.055) ** 2.4)


FIRST_DAY = date(2020, 1, 1)
"""The first day that an activity may have (docs/domaine.md §2.2)."""
