"""How large an image is, read from its first bytes."""

import struct

Size = tuple[int, int]
NONE: Size = (0, 0)


def image_size(content: bytes) -> Size:
    """Return width and height of a PNG, GIF or JPEG; zeros for anything else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
        return _pair(">II", content[16:24])
    if content[:6] in {b"GIF87a", b"GIF89a"} and len(content) >= 10:
        return _pair("<HH", content[6:10])
    return _jpeg(content) if content.startswith(b"\xff\xd8") else NONE


def _pair(layout: str, data: bytes) -> Size:
    width, height = struct.unpack(layout, data)
    return width, height


def _jpeg(content: bytes) -> Size:
    place = 2
    while place + 9 <= len(content) and content[place] == 0xFF:
        marker, length = content[place + 1], int.from_bytes(content[place + 2 : place + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = _pair(">HH", content[place + 5 : place + 9])
            return width, height
        place += 2 + length
    return NONE
