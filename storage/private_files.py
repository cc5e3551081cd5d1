"""Files and folders of personal data, which nobody else on the machine may read, whatever the umask."""

import os
import stat
from contextlib import suppress
from pathlib import Path

OTHERS = 0o077
"""The permission bits of group and others."""
BESIDE = ("", "-wal", "-shm", "-journal")
"""The suffixes of a SQLite database: its file, and the files beside it."""


def make_private_folder(path: Path) -> Path:
    """Make a folder of mode 0700, and so those above it that are missing; one already there is closed to others."""
    for missing in [p for p in (path, *path.parents) if not p.exists()][::-1]:
        missing.mkdir(mode=0o700, exist_ok=True)
    close_to_others(path)
    return path


def make_private_database(name: str) -> None:
    """Make a SQLite file of mode 0600 if it is missing; otherwise close it, and the files beside it, to other users.

    It is never opened when it is there: to close it again would end the locks that SQLite holds in this process.
    """
    path = Path(name)
    if not name or name.startswith((":", "file:")):
        return
    with suppress(FileExistsError, FileNotFoundError):  # SQLite says better what is wrong with a folder
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    for end in BESIDE:
        close_to_others(Path(f"{path}{end}"))


def make_private_file(path: Path) -> None:
    """Make a file of mode 0600, to be written; one that is there keeps the mode that its owner gave it, and where none
    can be made, the attempt to write it says why."""
    with suppress(OSError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def close_to_others(path: Path) -> None:
    """Remove the rights of other users on one of our files or folders; do nothing where it is missing or not ours."""
    with suppress(OSError):
        found = path.stat()
        if found.st_uid == os.geteuid() and found.st_mode & OTHERS:
            path.chmod(stat.S_IMODE(found.st_mode) & ~OTHERS)


def is_open_to_others(path: Path) -> bool:
    """Tell whether other users may read or change a file."""
    try:
        return bool(path.stat().st_mode & OTHERS)
    except OSError:
        return False
