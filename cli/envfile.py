"""The settings file: comments and unknown variables are kept, only the bot’s variables change, and only its owner can
read it."""

import contextlib
import io
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

MODE = 0o600
_PLAIN = re.compile(r"[A-Za-z0-9_./:@,%+-]*")


def values(text: str) -> dict[str, str]:
    """Return the variables of a file that have a value."""
    return {name: value for name, value in dotenv_values(stream=io.StringIO(text), interpolate=False).items() if value}


def change(text: str, new: Mapping[str, str]) -> str:
    """Return the text with these variables set, in place or at the end."""
    lines, missing = [], dict(new)
    for line in text.splitlines():
        found = re.match(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=", line)
        name = found[1] if found else ""
        if name not in new:
            lines.append(line)
        elif name in missing:
            # Every line of a name is the same variable, and the last would win.
            lines.append(_line(name, missing.pop(name)))
    lines += [_line(name, value) for name, value in missing.items()]
    return "\n".join(lines) + "\n"


def _line(name: str, value: str) -> str:
    if _PLAIN.fullmatch(value):
        return f"{name}={value}"
    quoted = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"{name}='{quoted}'"


def is_private(path: Path) -> bool:
    """Return whether only its owner can read a file."""
    return path.stat().st_mode & 0o077 == 0


def write(path: Path, text: str) -> None:
    """Replace a file atomically: readers see the old or the new text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), MODE)
            _keep_owner(file.fileno(), path)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _keep_owner(new: int, path: Path) -> None:
    """Give a new file the owner of the one that it replaces: root may run « setup » for the bot’s account."""
    with contextlib.suppress(FileNotFoundError, PermissionError):
        before = path.stat()
        os.fchown(new, before.st_uid, before.st_gid)
