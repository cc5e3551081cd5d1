"""An index kept in a file, so that a process that starts need not make it again: parts of bytes, read where they lie.

What is in such a file can be made again from the database at any time: one that is missing, torn or of another version
is no fault, and nothing says so.
"""

import hashlib
import json
import mmap
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from storage.private_files import make_private_folder

FOLDER = "index"
"""Where these files stand in the folder of data."""
_ALIGNED = 8
"""Every part begins at a multiple of so many bytes: its numbers may be as long."""
_HEAD = 16
"""Digits that say how long the head is, in bytes."""


@dataclass(frozen=True, slots=True)
class IndexFile:
    """What a file holds: what its owner ``said`` when it was written, and its parts by their names."""

    said: Mapping[str, Any]
    parts: Mapping[str, memoryview]

    def text(self, name: str) -> Sequence[str]:
        """Read a part of lines; an empty part has none."""
        said = bytes(self.parts[name]).decode()
        return said.split("\n") if said else ()

    def numbers(self, name: str, kind: Literal["I", "q", "Q"]) -> memoryview:
        """Read a part of numbers, of a kind of ``array``."""
        return self.parts[name].cast(kind)


def locate(folder: Path, name: str, address: str) -> Path:
    """Locate the file of an index of the database at an address."""
    return folder / FOLDER / f"{name}-{hashlib.sha256(address.encode()).hexdigest()[:16]}"


def write(path: Path, said: Mapping[str, Any], parts: Mapping[str, bytes]) -> None:
    """Write a file in place of the one that is there, all of it or nothing; nobody else on the machine may read it.

    Raises OSError.
    """
    head = json.dumps({"said": said, "parts": {name: len(part) for name, part in parts.items()}}).encode()
    make_private_folder(path.parent)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as file:
        try:
            for part in (f"{len(head):0{_HEAD}}".encode(), head, *parts.values()):
                file.write(part + bytes(-len(part) % _ALIGNED))
            file.close()
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def read(path: Path) -> IndexFile | None:
    """Open the file, whose parts come into memory as they are looked at; None where it is not there or not whole."""
    try:
        with path.open("rb") as file:
            lies = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        return _read(lies)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _read(lies: memoryview) -> IndexFile:
    size = int(bytes(lies[:_HEAD]))
    head, at = json.loads(bytes(lies[_HEAD : _HEAD + size])), _HEAD + size + -size % _ALIGNED
    parts: dict[str, memoryview] = {}
    for name, size in head["parts"].items():
        parts[name] = lies[at : at + size]
        at += size + -size % _ALIGNED
    if at != len(lies):
        raise ValueError("torn")
    return IndexFile(head["said"], parts)
