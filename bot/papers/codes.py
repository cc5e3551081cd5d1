"""Addresses as QR codes, for who holds a telephone before a paper."""

from dataclasses import dataclass
from io import BytesIO

MODULE_MM = 0.36
"""What a telephone reads at arm’s length."""
SMALLEST_MM, LARGEST_MM = 13.0, 22.0
_QUIET = 2


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code as SVG, and how wide it has to be, in millimetres."""

    svg: str
    size: float


def draw(address: str) -> Code | None:
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
    return Code(written.getvalue().decode(), round(max(size, SMALLEST_MM), 2))
