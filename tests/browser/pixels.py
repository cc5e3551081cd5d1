"""A small picture to send."""

import struct
import zlib

WIDTH, HEIGHT = 24, 16


def picture() -> bytes:
    """A small PNG of one colour."""
    rows = zlib.compress((b"\x00" + b"\x2a\x6f\xdb" * WIDTH) * HEIGHT)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    chunks = [struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in parts]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
