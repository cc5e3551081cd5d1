"""Scripts and styles as they travel: without indentation and lines of comment; the lines keep their numbers."""

import re
from functools import lru_cache
from pathlib import Path

COMMENT = re.compile(r"//.*|/\*.*\*/")
"""A line that is nothing but a comment. No text of the page’s spans lines, so no text looks like one."""
SLIMMED = {".js", ".css"}


def read(path: Path) -> bytes:
    """Return what is sent of a file."""
    return _slim(path, path.stat().st_mtime_ns) if path.suffix in SLIMMED else path.read_bytes()


@lru_cache(maxsize=128)
def _slim(path: Path, _changed: int) -> bytes:
    lines = (line.strip() for line in path.read_text(encoding="utf-8").split("\n"))
    return "\n".join("" if COMMENT.fullmatch(line) else line for line in lines).encode()
